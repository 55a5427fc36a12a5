/** Damage, bad sectors and a full store, as the driver sees them. */

import { assert, assertEquals } from "@std/assert";
import {
  AdapterStatus,
  ALL_PORTS,
  isdscStatusName,
  MailboxCommand,
  MailboxStatus,
} from "../../../firmware/manual/interface.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { deviceRootKey } from "../../../sim/lab/world/factory.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { Bench, PORT, TARGET, text } from "../adapter_bench.ts";

const OTHER = Uint8Array.of(192, 0, 2, 11);
const GATEWAY = Uint8Array.of(198, 51, 100, 1);
const PREFER_TUNNEL = 0x47n;
const GUID = new Uint8Array(16).fill(7);

/** An adapter in which the record that a change writes is damaged, and another record is the last. */
function damagedBench(prepare: (bench: Bench) => void, change: (bench: Bench) => void): Bench {
  const bench = new Bench({}, [{ id: "any", key: text("a secret key") }]);
  bench.boot();
  prepare(bench);
  const before = bench.flash.image();
  change(bench);
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.setKey("the last record", OTHER);
  bench.adapter.powerOff();
  bench.flash.inject({ kind: "flip", address: record.address + record.after.length - 9, mask: 0x04 });
  assertEquals(bench.boot(), MailboxStatus.commandComplete);
  return bench;
}

const nothing = () => {};
const name = (bench: Bench) => bench.command(MailboxCommand.setGenerationalGuid, GUID);

Deno.test("Adapter: a damaged key is reported, alone; a new value heals it, over boots", () => {
  const bench = damagedBench(name, (each) => each.setKey("a secret key"));
  assertEquals([bench.getFlags(), bench.getFlags(OTHER), bench.login()], [
    "ISDSC_CACHE_CORRUPTED",
    0x27n,
    "ISDSC_CACHE_CORRUPTED",
  ]);
  let { status, keysDamaged, keysStored, cacheValid } = bench.information();
  assertEquals([status, keysDamaged, keysStored, cacheValid], [AdapterStatus.degraded, 1, 1, false]);
  assertEquals(bench.setKey("a secret key").status, MailboxStatus.commandComplete);
  for (let boot = 0; boot < 2; boot++) {
    assertEquals([bench.getFlags(), bench.login()], [0x27n, "main"]);
    ({ status, keysDamaged, keysStored, cacheValid } = bench.information());
    assertEquals([status, keysDamaged, keysStored, cacheValid], [AdapterStatus.working, 0, 2, true]);
    bench.cycle();
  }
});

Deno.test("Adapter: a damaged key counts only where it would have been found first", () => {
  // The key for the port is whole, that for all ports is damaged.
  const allPorts = damagedBench((bench) => bench.setKey("a secret key", PORT, 1, 0), (bench) => bench.setKey("all"));
  assertEquals([allPorts.getFlags(PORT, 1, 0), allPorts.login()], [0x27n, "main"]);
  assertEquals(allPorts.getFlags(PORT, 1, ALL_PORTS), "ISDSC_CACHE_CORRUPTED");
  // The other way about.
  const port = damagedBench((bench) => bench.setKey("a secret key"), (bench) => bench.setKey("port", PORT, 1, 0));
  assertEquals([port.getFlags(PORT, 1, 0), port.login()], ["ISDSC_CACHE_CORRUPTED", "ISDSC_CACHE_CORRUPTED"]);
  assertEquals(port.getFlags(PORT, 1, ALL_PORTS), 0x27n);
  // A query for all ports would have found the key of the lowest.
  const lowest = damagedBench(nothing, (bench) => bench.setKey("port", PORT, 1, 0));
  assertEquals(lowest.getFlags(PORT, 1, ALL_PORTS), "ISDSC_CACHE_CORRUPTED");
});

Deno.test("Adapter: a damaged group key or tunnel address is not taken for one that was never set", () => {
  const group = damagedBench(nothing, (bench) => bench.setGroupKey("a secret key"));
  assertEquals(group.getFlags(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
  assertEquals(group.login(), "ISDSC_CACHE_CORRUPTED");
  assertEquals(group.login(0n, { key: "a secret key" }), "main");
  group.setGroupKey("a secret key");
  assertEquals(group.login(), "main");

  const tunnel = damagedBench((bench) => bench.setKey("a secret key"), (bench) => bench.setTunnel(TARGET, GATEWAY));
  assertEquals(tunnel.login(PREFER_TUNNEL), "ISDSC_CACHE_CORRUPTED");
  assertEquals(tunnel.login(), "main");
  tunnel.setTunnel(TARGET, GATEWAY);
  assertEquals(tunnel.login(PREFER_TUNNEL), "main");
});

Deno.test("Adapter: a key that is lost with its name is not taken for one that was never set", () => {
  const bench = new Bench();
  bench.boot();
  const before = bench.flash.image();
  bench.setKey("a secret key");
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.setKey("the last record", OTHER);
  bench.adapter.powerOff();
  for (const offset of [8, 20]) bench.flash.inject({ kind: "flip", address: record.address + offset, mask: 0x18 });
  bench.boot();
  assertEquals([bench.getFlags(), bench.getFlags(OTHER)], ["ISDSC_CACHE_CORRUPTED", 0x27n]);
  name(bench);
  assertEquals(bench.getFlags(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
});

Deno.test("Adapter: a damaged key keeps its room, so that it can be set again", () => {
  const bench = damagedBench(nothing, (each) => each.setKey("a secret key"));
  const id = (number: number) => Uint8Array.of(10, 1, number >>> 8, number & 0xff);
  const { keyCapacity } = bench.information();
  // One is damaged, one was the last.
  for (let number = 2; number < keyCapacity; number++) {
    assertEquals(
      bench.setKey("k", id(number)).status,
      MailboxStatus.commandComplete,
      `key ${number} of ${keyCapacity}`,
    );
  }
  assertEquals(isdscStatusName(bench.setKey("k", id(keyCapacity)).detail), "ISDSC_HBA_SECURITY_CACHE_FULL");
  assertEquals(bench.setKey("a secret key").status, MailboxStatus.commandComplete);
  assertEquals(bench.information().keysStored, keyCapacity);
});

Deno.test("Adapter: with sectors that fail ClearCache leaves no key in RAM, nor after a boot, and says what it could not", () => {
  const every = Array.from({ length: 16 }, (_, sector) => sector);
  for (const [failing, expected] of [[[3], "SUCCESS"], [every, "ISDSC_OUT_OF_RESOURCES"]] as const) {
    const bench = new Bench();
    bench.boot();
    bench.setKey("a secret key");
    bench.setTunnel(TARGET, GATEWAY);
    for (const sector of failing) bench.flash.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
    const cleared = bench.command(MailboxCommand.clearCache);
    assertEquals(isdscStatusName(cleared.detail), expected);
    for (let boot = 0; boot < 2; boot++) {
      assertEquals(bench.getFlags(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
      const { status, keysStored } = bench.information();
      assertEquals([status, keysStored], [AdapterStatus.degraded, 0]);
      assertEquals(bench.cycle(), MailboxStatus.commandComplete);
    }
  }
});

Deno.test("Adapter: a cache that was cleared has no name, at the next boot either", () => {
  const bench = new Bench();
  bench.boot();
  bench.setKey("a secret key");
  name(bench);
  assertEquals(bench.information().cacheValid, true);
  assertEquals(bench.command(MailboxCommand.clearCache).status, MailboxStatus.commandComplete);
  for (let boot = 0; boot < 2; boot++) {
    const { cacheValid, generationalGuid } = bench.information();
    assertEquals([cacheValid, generationalGuid], [false, new Uint8Array(16)]);
    bench.cycle();
  }
});

Deno.test("Adapter: a store that could not be mounted takes no key, and keeps none in RAM", () => {
  const bench = new Bench();
  // The region is of a later format.
  const image = bench.flash.image();
  image.set([0x52, 0x4b, 9]);
  bench.flash.restore(image);
  bench.boot();
  for (const reply of [bench.setKey("a secret key"), bench.setGroupKey("a secret key")]) {
    assertEquals(isdscStatusName(reply.detail), "ISDSC_CACHE_CORRUPTED");
  }
  const { status, keysStored } = bench.information();
  assertEquals([status, keysStored], [AdapterStatus.critical, 0]);
  assertEquals(bench.flash.image(), image);
});

/** Gives some of the store's records a second time, with an older value, before or behind the newer one. */
function doubled(store: RingStore, olderFirst: boolean): RingStore {
  const entries = store.entries.bind(store);
  store.entries = () =>
    entries().flatMap((record) => {
      const older = { ...record, value: record.value.slice() };
      older.value[older.value.length - 1] = 0x21;
      return olderFirst ? [older, record] : [record, older];
    });
  return store;
}

Deno.test("Adapter: of two records of one name it uses neither, in whatever order the store gives them", () => {
  for (const olderFirst of [true, false]) {
    const sealer = new SecretboxSealer(deviceRootKey("hba0"));
    let isDoubled = false;
    const bench: Bench = new Bench({
      createStore: () => {
        const random = (length: number) => new Uint8Array(length).fill(bench.flash.counters.reads);
        const store = new RingStore({ flash: bench.flash, sealer, random });
        return isDoubled ? doubled(store, olderFirst) : store;
      },
    }, [{ id: "any", key: text("a secret key") }]);
    bench.boot();
    bench.setKey("a secret key");
    isDoubled = true;
    bench.cycle();
    assertEquals([bench.getFlags(), bench.login()], ["ISDSC_CACHE_CORRUPTED", "ISDSC_CACHE_CORRUPTED"]);
    const { status, keysDamaged, keysStored, cacheValid } = bench.information();
    assertEquals([status, keysDamaged, keysStored, cacheValid], [AdapterStatus.degraded, 1, 0, false]);
    bench.setKey("a secret key");
    assertEquals([bench.getFlags(), bench.login()], [0x27n, "main"]);
    assertEquals(bench.information().keysDamaged, 0);
  }
});

Deno.test("Adapter: a part that takes nothing more keeps its keys usable, boot after boot", () => {
  const bench = new Bench({}, [{ id: "any", key: text("a secret key") }]);
  bench.boot();
  bench.setKey("a secret key");
  for (let sector = 0; sector < 16; sector++) {
    bench.flash.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
  }
  const last = (() => {
    // More than the part holds.
    for (let count = 0; count < 1000; count++) {
      const reply = bench.setKey(`key ${count} ${"x".repeat(200)}`, OTHER);
      if (reply.status !== MailboxStatus.commandComplete) return reply;
    }
    return undefined;
  })();
  assertEquals(last && isdscStatusName(last.detail), "ISDSC_OUT_OF_RESOURCES");
  for (let boot = 0; boot < 3; boot++) {
    assertEquals([bench.getFlags(), bench.getFlags(OTHER), bench.login()], [0x27n, 0x27n, "main"]);
    assertEquals(bench.information().status, AdapterStatus.degraded);
    assertEquals(bench.cycle(), MailboxStatus.commandComplete);
  }
});

Deno.test("Adapter: as many keys as it states always fit, of the largest size, beside all that must never be refused", () => {
  for (const order of ["keys first", "keys last"]) {
    const bench = new Bench();
    bench.boot();
    const { keyCapacity } = bench.information();
    const id = (number: number) => {
      const bytes = new Uint8Array(256).fill(65);
      new DataView(bytes.buffer).setUint32(0, 0x4141_4141 + number);
      return bytes;
    };
    const setKeys = () => {
      for (let number = 0; number < keyCapacity; number++) {
        const { status } = bench.setKey("k".repeat(256), id(number), 2);
        assertEquals(status, MailboxStatus.commandComplete, `${order}: key ${number} of ${keyCapacity}`);
      }
    };
    if (order === "keys first") setKeys();
    assertEquals(bench.setGroupKey("g".repeat(256)).status, MailboxStatus.commandComplete);
    const guid = bench.command(MailboxCommand.setGenerationalGuid, new Uint8Array(16).fill(7));
    assertEquals(guid.status, MailboxStatus.commandComplete);
    for (let tunnel = 0; tunnel < 32; tunnel++) {
      const { status } = bench.setTunnel(Uint8Array.of(10, 0, 0, tunnel), GATEWAY);
      assertEquals(status, MailboxStatus.commandComplete, `${order}: tunnel ${tunnel}`);
    }
    if (order === "keys last") setKeys();

    // One more of anything is refused and changes nothing; what is there can be changed.
    const before = bench.flash.image();
    for (
      const reply of [bench.setKey("k", id(keyCapacity), 2), bench.setTunnel(Uint8Array.of(10, 0, 0, 32), GATEWAY)]
    ) {
      assertEquals(isdscStatusName(reply.detail), "ISDSC_HBA_SECURITY_CACHE_FULL");
    }
    assertEquals(bench.flash.image(), before);
    for (let number = 0; number < keyCapacity; number += 7) {
      assertEquals(bench.setKey("l".repeat(256), id(number), 2).status, MailboxStatus.commandComplete);
    }
    assertEquals(bench.setGroupKey("h".repeat(256)).status, MailboxStatus.commandComplete);
    bench.cycle();
    assertEquals(bench.information().keysStored, keyCapacity + 1);
    assertEquals(bench.information().keyCapacity, keyCapacity);
  }
});

Deno.test("Adapter: a last write with two wrong bits costs the cache its name, over boots, and no key its use", () => {
  const bench = new Bench({}, [{ id: "any", key: text("the older key") }]);
  bench.boot();
  bench.setKey("the older key");
  bench.command(MailboxCommand.setGenerationalGuid, GUID);
  bench.cycle();
  assertEquals(bench.information().cacheValid, true);
  const before = bench.flash.image();
  bench.setKey("the newer key");
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.adapter.powerOff();
  bench.flash.inject({ kind: "flip", address: record.address + 10, mask: 0x41 });
  for (let boot = 0; boot < 3; boot++) {
    assertEquals(bench.boot(), MailboxStatus.commandComplete);
    const { status, cacheValid, generationalGuid } = bench.information();
    assertEquals([status, cacheValid, generationalGuid], [AdapterStatus.working, false, new Uint8Array(16)]);
    // For all that the store knows the newer key was never acknowledged.
    assertEquals([bench.getFlags(), bench.login()], [0x27n, "main"]);
    bench.adapter.powerOff();
  }
  bench.boot();
  bench.command(MailboxCommand.setGenerationalGuid, GUID);
  assertEquals(bench.information().cacheValid, true);
});

Deno.test("Adapter: ClearCache does not end the report that a tunnel address may be lost; naming the cache does", () => {
  const bench = new Bench({}, [{ id: "any", key: text("a secret key") }]);
  bench.boot();
  const before = bench.flash.image();
  bench.setTunnel(TARGET, GATEWAY);
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.setKey("the last record", OTHER);
  bench.adapter.powerOff();
  for (const offset of [8, 20]) bench.flash.inject({ kind: "flip", address: record.address + offset, mask: 0x18 });
  bench.boot();
  const set = () => bench.setKey("a secret key");
  set();
  assertEquals(bench.login(PREFER_TUNNEL), "ISDSC_CACHE_CORRUPTED");
  for (let round = 0; round < 2; round++) {
    assertEquals(bench.command(MailboxCommand.clearCache).status, MailboxStatus.commandComplete);
    set();
    assertEquals([bench.login(PREFER_TUNNEL), bench.login()], ["ISDSC_CACHE_CORRUPTED", "main"]);
    bench.cycle();
  }
  assertEquals(bench.information().keysDamaged, 1);
  bench.setTunnel(TARGET, GATEWAY);
  assertEquals(bench.command(MailboxCommand.setGenerationalGuid, GUID).status, MailboxStatus.commandComplete);
  for (let boot = 0; boot < 2; boot++) {
    const { status, keysDamaged, cacheValid } = bench.information();
    assertEquals([status, keysDamaged, cacheValid], [AdapterStatus.working, 0, true]);
    assertEquals(bench.login(PREFER_TUNNEL), "main");
    bench.cycle();
  }
});
