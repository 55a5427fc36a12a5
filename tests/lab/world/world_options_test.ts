/**
 * What a world refuses, and how: every option of every kind, by callers who
 * have no type checker.
 */

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { World, WorldOptionsError } from "../../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../../sim/lab/world/world_options.ts";
import { fullOptions } from "./full_options.ts";
import { ADAPTER, adapter, beside, id, long, type Plain, PORT, ROWS, target } from "./refused_options.ts";
import { PHASE1_ROWS } from "./refused_phase1.ts";

/** The refusal of options of any shape. */
function refusal(options: unknown): WorldOptionsError {
  const error = assertThrows(() => new World(options as WorldOptions));
  assertInstanceOf(error, WorldOptionsError);
  assertEquals(error.message, `${error.path}: ${error.given}, expected ${error.accepted}`);
  assert(!error.message.includes("\n") && error.message.length < 1500, error.message);
  return error;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Every option at any depth: where it is, and the whole of the options with another value there. */
function* places(value: unknown, path: string, put: (other: unknown) => unknown): Generator<
  { readonly path: string; readonly value: unknown; readonly put: (other: unknown) => unknown }
> {
  yield { path, value, put };
  if (Array.isArray(value)) {
    // Lists of counts are long; two of them tell as much as all.
    for (let index = 0; index < Math.min(value.length, 2); index++) {
      yield* places(value[index], `${path}[${index}]`, (other) => put(value.with(index, other)));
    }
  } else if (isPlain(value)) {
    for (const name of Object.keys(value)) {
      const at = path === "" ? name : `${path}.${name}`;
      yield* places(value[name], at, (other) => put({ ...value, [name]: other }));
    }
  }
}

Deno.test("World accepts every option with the values of the test, so that what follows is refused for its own sake", () => {
  const world = new World(fullOptions());
  assertEquals([...world.adapters.keys(), ...world.targets.keys()], ["hba0", "disk"]);
});

Deno.test("World refuses another type at every option at any depth, with its path, and builds nothing", () => {
  let refused = 0;
  for (const { path, value, put } of places(fullOptions(), "", (other) => other)) {
    for (const other of [null, NaN, typeof value === "bigint" ? -1n : 10n, Symbol("other"), -1, 0.5]) {
      // What times a fault may take, and times of a part, need not be whole.
      if (other === 0.5 && /Nanoseconds$|dmaBytesPerCycle$/.test(path)) continue;
      const options = put(other);
      const store = new MemoryKeyStore();
      const built: string[] = [];
      if (isPlain(options) && options["keyStore"] instanceof MemoryKeyStore) {
        options["keyStore"] = store;
        store.commit = () => (built.push("the store"), { type: "committed" });
      }
      const error = refusal(options);
      const expected = path === "" ? "options" : path;
      assert(error.path.startsWith(expected), `${expected}: ${String(other)} is refused as ${error.path}`);
      assertEquals(built, [], `${expected}: built before it was refused`);
      refused++;
    }
  }
  assert(refused > 900, `${refused}`);
});

Deno.test("World refuses a name that is none of an option, at every object, and says which there are", () => {
  let refused = 0;
  for (const { path, value, put } of places(fullOptions(), "", (other) => other)) {
    if (!isPlain(value)) continue;
    const error = refusal(put({ ...value, typo: 1 }));
    assertEquals(error.path, path === "" ? "typo" : `${path}.typo`);
    if (path === "image.flash") continue;
    assertEquals(error.given, "an unknown name");
    for (const name of Object.keys(value)) assert(error.accepted.includes(name), `${path}: ${error.accepted}`);
    refused++;
  }
  assert(refused > 40, `${refused}`);
});

Deno.test("World refuses a symbol as a name, at every object", () => {
  let refused = 0;
  for (const { path, value, put } of places(fullOptions(), "", (other) => other)) {
    if (!isPlain(value)) continue;
    const error = refusal(put({ ...value, [Symbol("seed\n")]: 1 }));
    assertEquals([error.path, error.given], [`${path}[Symbol("seed\\n")]`, "an unknown name"]);
    refused++;
  }
  assert(refused > 40, `${refused}`);
});

Deno.test("World takes what is undefined for what is left out", () => {
  const without = new World({ adapters: [ADAPTER] });
  const options: unknown = {
    ...Object.fromEntries(Object.keys(fullOptions()).map((name) => [name, undefined])),
    adapters: [{ keyStorage: undefined, phase1: { suites: undefined }, ...ADAPTER }],
    host: { timeouts: { bootCycles: undefined } },
  };
  const world = new World(options as WorldOptions);
  for (const each of [without, world]) {
    each.powerOn();
    each.settle();
  }
  assertEquals(world.digest(), without.digest());
});

for (const [options, path, given, accepted] of [...ROWS, ...PHASE1_ROWS]) {
  Deno.test(`World refuses ${path}: ${given}, expected ${accepted}`, () => {
    const error = refusal(options);
    assertEquals(error.path, path);
    assert(error.given.startsWith(given), error.message);
    assert(error.accepted.includes(accepted), error.message);
  });
}

Deno.test("World accepts the names, seeds and figures at the edges of what it refuses", () => {
  const names = [
    "h",
    long(255),
    "PCI\\VEN_1077&DEV_4010_0",
    "hba 0",
    "Ünïcode",
    "a|b",
    "a*b",
    "hba1 flash",
    "miniport hba1",
    "constructor",
    "__proto__",
  ];
  for (const name of names) assertEquals([...new World({ adapters: [{ ...ADAPTER, name }] }).adapters.keys()], [name]);
  const digest = (seed: string | number) => {
    const world = new World({
      seed,
      adapters: [{ ...ADAPTER, flashFaults: [{ kind: "weak", address: 0, mask: 255 }] }],
    });
    world.powerOn();
    world.settle();
    return world.digest();
  };
  // A seed is its text, whatever its type.
  assertEquals(digest(7), digest("7"));
  for (const seed of [0, Number.MAX_SAFE_INTEGER, "any text, ü"]) assertEquals(digest(seed).length, 64);
  // Letters have no case in names; in addresses they are bytes as all others. The type belongs to the identifier.
  const identifiers = [id(1, "HOST"), id(1, "host"), id(2, "host"), id(11, "host"), "any"];
  new World(target({ keys: identifiers.map((each) => ({ id: each, key: PORT })) }) as unknown as WorldOptions);
});

const KEY_NUMBERS = [4_815_162_342, 0x1234_5678_9abc_def0_1122_3344n];
const ROW = { adapter: "", kind: "group-key", name: new Uint8Array(0), ordinal: 1 };

Deno.test("World never shows a key that was given where it is not accepted, only its length", () => {
  const secret = "Correct-Horse-1";
  const key = new TextEncoder().encode(secret);
  const wrong: unknown[] = [
    { adapters: [ADAPTER], host: { sealingKey: secret } },
    { adapters: [ADAPTER], host: { sealingKey: key } },
    { adapters: [ADAPTER], host: { sealingKey: [...key] } },
    { adapters: [ADAPTER], host: secret },
    { adapters: [ADAPTER], keyStore: key },
    adapter({ imagePublicKey: key }),
    adapter({ ports: [key] }),
    adapter({ ports: [secret] }),
    target({ keys: [{ id: "any", key: secret }] }),
    target({ keys: [{ id: "any", key: [...key] }] }),
    target({ keys: [{ id: secret, key }] }),
    target({ keys: [secret] }),
    target({ keys: secret }),
    target({ keys: [{ id: { type: 1, bytes: key }, key }] }),
    ...KEY_NUMBERS.flatMap((number) => [
      { adapters: [ADAPTER], host: { sealingKey: number } },
      { adapters: [ADAPTER], host: number },
      { adapters: [ADAPTER], keyStore: number },
      adapter({ imagePublicKey: number }),
      target({ keys: [{ id: "any", key: number }] }),
      target({ keys: [{ id: number, key }] }),
      target({ keys: [number] }),
      target({ keys: number }),
      { ...fullOptions(), image: { flash: {}, serviceStore: { version: 1, rows: [{ ...ROW, value: number }] } } },
    ]),
    { ...fullOptions(), image: { flash: {}, serviceStore: { version: 1, rows: [{ value: secret }] } } },
  ];
  const forms = [
    ...KEY_NUMBERS.map(String),
    secret,
    [...key].join(),
    [...key].join("."),
    [...key].map((byte) => byte.toString(16)).join(""),
  ];
  for (const options of wrong) {
    const { message } = refusal(options);
    for (const form of forms) assert(!message.includes(form), message);
  }
  // The search itself works: a name is shown.
  assert(refusal(beside({ name: "hba0" })).message.includes("hba0"));
});

Deno.test("World refuses an image that the key store does not take, instead of losing it", () => {
  const keyStore = new MemoryKeyStore();
  keyStore.setFailing(true);
  const { path, given } = refusal({ ...fullOptions(), keyStore });
  assertEquals([path, given], ["keyStore", "the disk is full"]);
});
