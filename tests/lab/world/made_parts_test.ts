/** What functions and objects among a world's options return is checked, and refused with the option's path. */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { SessionManager } from "../../../firmware/session/session_manager.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { ProcessError } from "../../../sim/kernel/process_error.ts";
import { World, WorldOptionsError } from "../../../sim/lab/world/world.ts";
import type { AdapterDescription, WorldOptions } from "../../../sim/lab/world/world_options.ts";
import type { FlashState } from "../../../sim/parts/flash/flash_state.ts";
import { FlashPart, type FlashPartOptions } from "../../../sim/parts/flash/flash_part.ts";
import { fullOptions } from "./full_options.ts";

const FIRST: AdapterDescription = { name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] };
const SECOND = { name: "hba1", ports: [Uint8Array.of(192, 0, 2, 11)] };

/** What no factory may return, and how it is called. */
const NONSENSE: readonly (readonly [unknown, string])[] = [
  [undefined, "returned nothing"],
  [null, "returned null"],
  [5, "returned a number"],
  ["part", "returned a text of 4 characters"],
  [[], "returned a list of 0 without "],
  [{}, "returned an object without "],
  [Promise.resolve(), "returned a promise"],
  [() => {}, "returned a function"],
  [Symbol("part"), "returned a symbol"],
];

/** A world whose second adapter has factories of any shape. */
function worldWith(factories: Record<string, unknown>): World {
  return new World({ adapters: [FIRST, { ...SECOND, ...factories }] } as WorldOptions);
}

/** The refusal of options at construction, or of what is made at the boot. */
function refusalOf(run: () => void): WorldOptionsError {
  const error = assertThrows(run);
  const refusal = error instanceof ProcessError ? error.cause : error;
  assertInstanceOf(refusal, WorldOptionsError);
  // The path is in what is thrown, whatever it is wrapped in.
  assertStringIncludes((error as Error).message, refusal.message);
  return refusal;
}

Deno.test("World refuses what createFlash returns if it is no flash part, at construction", () => {
  for (const [made, given] of NONSENSE) {
    const error = refusalOf(() => worldWith({ createFlash: () => made }));
    assertEquals(error.path, "adapters[1].createFlash");
    assert(error.given.startsWith(given), error.message);
    assertStringIncludes(error.accepted, "a flash part with geometry, read(), readInto()");
  }
});

Deno.test("World refuses a flash part that lacks one member, or whose geometry makes no sense", () => {
  const lacking = (name: string, value: unknown) => (options: FlashPartOptions) =>
    new Proxy(new FlashPart(options), { get: (part, member) => member === name ? value : Reflect.get(part, member) });
  for (const name of ["read", "readStatus", "blockErase", "powerOff", "state"]) {
    const { given } = refusalOf(() => worldWith({ createFlash: lacking(name, 5) }));
    assertEquals(given, `returned an object without ${name}()`);
  }
  const rows: readonly (readonly [unknown, string])[] = [
    [undefined, ""],
    [5, ""],
    [{ sectorBytes: 4096, sectorCount: 0, pageBytes: 256 }, ".sectorCount"],
    [{ sectorBytes: 4096, sectorCount: 16, pageBytes: 300 }, ".sectorBytes"],
    [{ sectorBytes: 4096, sectorCount: 16 }, ".pageBytes"],
  ];
  for (const [geometry, where] of rows) {
    const { path } = refusalOf(() => worldWith({ createFlash: lacking("geometry", geometry) }));
    assertEquals(path, `adapters[1].createFlash().geometry${where}`);
  }
});

Deno.test("World.image() refuses a state of a flash part that no world would take", () => {
  const stating = (change: (state: FlashState) => unknown) => (options: FlashPartOptions) => {
    const part = new FlashPart(options);
    const member = (name: string | symbol): unknown => {
      const value: unknown = Reflect.get(part, name);
      return typeof value === "function" ? value.bind(part) : value;
    };
    // No FlashPart by its class: a part of the caller's own.
    return new Proxy({}, {
      has: (_, name) => name in part,
      get: (_, name) => name === "state" ? () => change(part.state()) : member(name),
    });
  };
  const rows: readonly (readonly [(state: FlashState) => unknown, string])[] = [
    [() => undefined, ""],
    [() => 5, ""],
    [({ image: _, ...state }) => state, ".image"],
    [(state) => ({ ...state, weakBits: [{ address: state.image.length, mask: 1 }] }), ".weakBits[0].address"],
  ];
  for (const [change, where] of rows) {
    const world = worldWith({ createFlash: stating(change) });
    assertEquals(refusalOf(() => world.image()).path, `adapters[1].createFlash().state()${where}`);
  }
  const world = worldWith({ createFlash: stating((state) => state) });
  world.powerOn();
  world.settle();
  world.powerOff();
  new World({ adapters: [FIRST, SECOND], image: world.image() });
});

for (
  const [option, accepted] of [
    ["createStore", "a key store with mount(), put(), delete()"],
    ["createSessions", "what opens sessions with exchangeCount, sessions(), open()"],
  ] as const
) {
  Deno.test(`World refuses what ${option} returns if it is none, at the boot`, () => {
    for (const [made, given] of NONSENSE) {
      const world = worldWith({ [option]: () => made });
      const error = refusalOf(() => {
        world.powerOn();
        world.settle();
      });
      assertEquals(error.path, `adapters[1].${option}`);
      assert(error.given.startsWith(given), error.message);
      assertStringIncludes(error.accepted, accepted);
    }
  });
}

Deno.test("World takes parts, stores and sessions that have all that is needed", () => {
  const world = worldWith({
    createFlash: (options: FlashPartOptions) => new FlashPart(options),
    createStore: (flash: FlashPart, random: (length: number) => Uint8Array) =>
      new RingStore({ flash, random, sealer: new SecretboxSealer(new Uint8Array(32)) }),
    createSessions: (means: ConstructorParameters<typeof SessionManager>[0]) => new SessionManager(means),
  });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(1), true)), 0);
});

Deno.test("World refuses what the methods of a key store return if it is no answer", () => {
  const row = { adapter: "", kind: "group-key", name: new Uint8Array(0), value: new Uint8Array(1), ordinal: 1 };
  const rows: unknown[] = [undefined, 5, {}, Promise.resolve([]), [5], [{ ...row, value: "x" }], [{
    ...row,
    kind: "x",
  }]];
  for (const each of rows) {
    const keyStore = { rows: () => each, commit: () => ({ type: "committed" }) };
    const error = refusalOf(() => new World({ adapters: [FIRST], keyStore } as unknown as WorldOptions));
    assertEquals(error.path, "keyStore.rows");
    assertStringIncludes(error.accepted, "a list of rows");
  }
  const results: unknown[] = [undefined, 5, {}, Promise.resolve({ type: "committed" }), { type: "failed" }, {
    type: "ok",
  }];
  for (const each of results) {
    const keyStore = { rows: () => [], commit: () => each };
    const options = { ...fullOptions(), keyStore } as unknown as WorldOptions;
    assertEquals(refusalOf(() => new World(options)).path, "keyStore.commit");
    // Without an image it shows with the first key.
    const world = new World({ adapters: [FIRST], keyStore } as unknown as WorldOptions);
    const error = refusalOf(() => {
      world.powerOn();
      world.settle();
      world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(1), true));
    });
    assertEquals(error.path, "keyStore.commit");
  }
});

Deno.test("A world that is refused while it is built leaves the caller's key store as it was", () => {
  const refused: Partial<AdapterDescription>[] = [
    {
      createFlash: () => {
        throw new Error("no part today");
      },
    },
    { createFlash: (() => undefined) as unknown as AdapterDescription["createFlash"] & object },
  ];
  for (const each of refused) {
    const keyStore = new MemoryKeyStore();
    const row = {
      adapter: "",
      kind: "group-key",
      name: new Uint8Array(0),
      value: Uint8Array.of(3),
      ordinal: 1,
    } as const;
    keyStore.commit([{ type: "put", row }]);
    const options = { ...fullOptions(), keyStore };
    assertThrows(() => new World({ ...options, adapters: [{ ...FIRST, ...each }] }));
    assertEquals(keyStore.rows(), [row]);
    // The same options are taken when the part can be made.
    new World(options);
    assertEquals(keyStore.rows().map(({ adapter }) => adapter), ["hba0"]);
  }
});
