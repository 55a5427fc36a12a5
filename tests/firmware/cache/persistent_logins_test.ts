/**
 * Persistent logins in the key store, with the power cut within every flash operation of a save and a removal: the old
 * login or the new one, whole, and nothing left over.
 */

import { assert, assertEquals } from "@std/assert";
import { CacheDamage } from "../../../firmware/cache/cache_damage.ts";
import {
  isOfPersistentLogin,
  PERSISTENT_LOGIN_LIMIT,
  PersistentLogins,
} from "../../../firmware/cache/persistent_logins.ts";
import { RecordWriters } from "../../../firmware/cache/record_writers.ts";
import { IsdscStatus, type PersistentLoginRequest } from "../../../firmware/manual/interface.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { Bench, text } from "../nvram/bench.ts";
import { PowerCut } from "../nvram/cut_clock.ts";

const ANY_PORT = 0xffff_ffff;
const OLD_KEY = text("the old key of a persistent login");
const NEW_KEY = text("the new key of a persistent login");

function address(last: number) {
  const bytes = new Uint8Array(16);
  bytes.set([192, 0, 2, last]);
  return { type: 1, bytes };
}

function login(options: Partial<PersistentLoginRequest> = {}): PersistentLoginRequest {
  return {
    portNumber: 0,
    target: address(20),
    securityFlags: 0x27n,
    socket: 3260,
    reserved: 0,
    targetName: text("iqn.2026-11.example:disk"),
    key: OLD_KEY,
    password: text("a password"),
    // Longer than a part.
    description: new Uint8Array(300).fill(0x44),
    ...options,
  };
}

class Adapter {
  readonly bench = new Bench(3, 4);
  logins = this.boot();

  constructor(image?: Uint8Array) {
    if (image === undefined) return;
    this.bench.flash.restore(image);
    this.logins = this.boot();
  }

  boot(leavesRoom = () => true): PersistentLogins {
    this.bench.boot();
    const { store } = this.bench;
    const damage = new CacheDamage(store);
    this.logins = new PersistentLogins({ store, damage, leavesRoom, writers: new RecordWriters({ cause: -1 }) });
    const records = damage.withoutAmbiguous(store.entries()).filter((each) => isOfPersistentLogin(each.class));
    runToEnd(this.logins.load(records));
    return this.logins;
  }

  save(request: PersistentLoginRequest): number {
    return runToEnd(this.logins.save(request));
  }

  /** The keys of all logins, in their order. */
  keys(): readonly string[] {
    return this.logins.logins().map(({ number }) => {
      const saved = this.logins.open(number);
      return saved === undefined ? "damaged" : new TextDecoder().decode(saved.key);
    });
  }

  /** How many records the store has for each login: a head, and two parts of those in this file. */
  get records(): number {
    return this.bench.store.size;
  }
}

Deno.test("A persistent login comes back whole from a boot, by its own number, and a second one in its place", () => {
  const adapter = new Adapter();
  assertEquals(adapter.save(login()), IsdscStatus.SUCCESS);
  for (let boot = 0; boot < 2; boot++) {
    const [saved] = adapter.logins.logins();
    assert(saved !== undefined);
    const { number: _, ...content } = { number: 0, ...adapter.logins.open(saved.number) };
    const { name: __, lengthBytes: ___, ...request } = content as Record<string, unknown>;
    assertEquals(request, { ...login() });
    adapter.boot();
  }
  assertEquals(adapter.save(login({ key: NEW_KEY, description: new Uint8Array(0) })), IsdscStatus.SUCCESS);
  assertEquals([adapter.keys(), adapter.records], [[new TextDecoder().decode(NEW_KEY)], 2]);
});

Deno.test("ClearCache leaves persistent logins, and their keys lie sealed", () => {
  const adapter = new Adapter();
  adapter.save(login());
  adapter.bench.put({ class: "preshared-key", name: text("id"), value: NEW_KEY });
  assertEquals(runToEnd(adapter.bench.store.clearSecrets()), { type: "stored" });
  adapter.boot();
  assertEquals(adapter.keys(), [new TextDecoder().decode(OLD_KEY)]);
  assert(!adapter.bench.flash.image().toHex().includes(OLD_KEY.toHex()));
});

Deno.test("What tells persistent logins apart is port, portal and target", () => {
  const adapter = new Adapter();
  const others = [
    login({ portNumber: 1 }),
    login({ portNumber: ANY_PORT }),
    login({ target: address(21) }),
    login({ socket: 3261 }),
    login({ targetName: text("iqn.2026-11.example:tape") }),
  ];
  for (const each of [login(), ...others]) assertEquals(adapter.save({ ...each, description: new Uint8Array(0) }), 0);
  assertEquals(adapter.logins.logins().length, 6);
  const remove = (options: Partial<PersistentLoginRequest>) =>
    runToEnd(adapter.logins.remove({ ...login(), ...options }));
  assertEquals(remove({ socket: 1 }), IsdscStatus.NOT_FOUND);
  assertEquals([remove({ portNumber: 1 }), adapter.logins.logins().length], [0, 5]);
  assertEquals(
    [remove({ portNumber: ANY_PORT }), adapter.logins.logins().length],
    [0, 4],
    "those of single ports stay",
  );
  const emptyPortal = { type: 3, bytes: new Uint8Array(16) };
  assertEquals([remove({ target: emptyPortal }), adapter.logins.logins().length], [0, 1], "all portals of the target");
  assertEquals(remove({ portNumber: ANY_PORT }), IsdscStatus.NOT_FOUND);
  const tape = { targetName: text("iqn.2026-11.example:tape") };
  assertEquals([remove(tape), adapter.logins.logins().length, adapter.records], [0, 0, 0]);
});

Deno.test("A persistent login that has no room is refused and leaves nothing behind", () => {
  const adapter = new Adapter();
  const failed = IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
  assertEquals(adapter.save(login({ targetName: new Uint8Array(224).fill(0x61) })), failed);
  for (let number = 0; number < PERSISTENT_LOGIN_LIMIT; number++) {
    assertEquals(adapter.save(login({ socket: number, description: new Uint8Array(0) })), 0);
  }
  assertEquals(adapter.save(login({ socket: 99 })), failed, "one more than the limit");
  assertEquals(
    adapter.save(login({ socket: 0, key: NEW_KEY, description: new Uint8Array(0) })),
    0,
    "in place of another",
  );
  adapter.boot(() => false);
  const before = adapter.keys();
  assertEquals(adapter.save(login({ socket: 0 })), failed);
  assertEquals(adapter.keys(), before);
});

/** Does something again and again on the same image, with the power cut at moments all over it. */
function cutEverywhere(
  image: Uint8Array,
  act: (adapter: Adapter) => void,
  check: (adapter: Adapter, where: string) => void,
): void {
  const whole = new Adapter(image);
  const begin = whole.bench.clock.now;
  act(whole);
  const cycles = whole.bench.clock.now - begin;
  assert(cycles > 0);
  for (let moment = 0; moment <= MOMENTS; moment++) {
    const adapter = new Adapter(image);
    const { clock, flash } = adapter.bench;
    clock.cutAt = clock.now + Math.floor((cycles * moment) / MOMENTS);
    try {
      act(adapter);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      flash.powerOff();
    }
    clock.cutAt = Infinity;
    for (const boot of ["first", "second"]) {
      adapter.boot();
      check(adapter, `moment ${moment}, ${boot} boot`);
    }
  }
}

const MOMENTS = 150;

function savedImage(): Uint8Array {
  const adapter = new Adapter();
  adapter.save(login());
  return adapter.bench.flash.image();
}

Deno.test("A power cut while a persistent login is saved leaves the old one or the new one, and nothing over", () => {
  const found = new Set<string>();
  cutEverywhere(savedImage(), (adapter) => adapter.save(login({ key: NEW_KEY })), (adapter, where) => {
    const [key = "none", ...more] = adapter.keys();
    assert([OLD_KEY, NEW_KEY].some((each) => new TextDecoder().decode(each) === key) && more.length === 0, where);
    assertEquals(adapter.records, 3, `${where}: a head and two parts`);
    found.add(key);
  });
  assertEquals(found.size, 2, "both outcomes occur");
});

Deno.test("A power cut while a persistent login is removed leaves it whole or not at all", () => {
  const found = new Set<number>();
  cutEverywhere(savedImage(), (adapter) => runToEnd(adapter.logins.remove(login())), (adapter, where) => {
    const keys = adapter.keys();
    assert(keys.length === 0 || keys[0] === new TextDecoder().decode(OLD_KEY), where);
    assertEquals(adapter.records, 3 * keys.length, where);
    found.add(keys.length);
  });
  assertEquals(found.size, 2, "both outcomes occur");
});

Deno.test("A persistent login of which a part is damaged is not taken for whole, can be removed, and is healed by a save", () => {
  const image = savedImage();
  const parts = new Adapter(image).bench.store.entries().filter((each) => each.class === "persistent-logon-part");
  assertEquals(parts.length, 2);
  const damage = () => {
    const adapter = new Adapter(image);
    // The part's name is its number and index; a bit in the sealed value behind it.
    const name = Uint8Array.of(1, 0, 0, 0, 1);
    const at = adapter.bench.flash.image().toHex().indexOf(name.toHex()) / 2;
    assert(at > 0);
    const spoilt = adapter.bench.flash.image();
    for (const offset of [20, 21, 22]) spoilt[at + offset] = (spoilt[at + offset] ?? 0) ^ 0x11;
    return new Adapter(spoilt);
  };
  const healed = damage();
  assertEquals(healed.keys(), ["damaged"]);
  assertEquals([healed.save(login({ key: NEW_KEY })), healed.keys()], [0, [new TextDecoder().decode(NEW_KEY)]]);
  const removed = damage();
  assertEquals([runToEnd(removed.logins.remove(login())), removed.keys()], [0, []]);
});
