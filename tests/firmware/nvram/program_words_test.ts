/** Parts that are programmed in words: the store writes whole words, and each one once between erases. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { Bench, hex, sealer, text } from "./bench.ts";
import { WholeWordFlash, WordFlash } from "./word_flash.ts";

const UPDATES = 600;
const UPDATES_BETWEEN_BOOTS = 50;

/** Updates twelve keys in turn, with boots between; how many were acknowledged, and which were wrong in the end. */
function updateTwelveKeys(flash: NorFlash) {
  const random = new RandomStreams("words").stream("store");
  const boot = () => {
    const store = new RingStore({ flash, sealer, random: (length) => random.bytes(length) });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  };
  const acknowledged = new Map<string, string>();
  let stored = 0;
  let store = boot();
  for (let update = 0; update < UPDATES; update++) {
    if (update % UPDATES_BETWEEN_BOOTS === 0) store = boot();
    const name = `key ${update % 12}`;
    const value = random.bytes(24);
    if (runToEnd(store.put({ class: "preshared-key", name: text(name), value })).type !== "stored") continue;
    stored++;
    acknowledged.set(name, hex(value));
  }
  store = boot();
  const lost = [...acknowledged].filter(([name, value]) => {
    const answer = store.get("preshared-key", text(name));
    return answer.type !== "found" || hex(answer.value) !== value;
  });
  return { stored, lost: lost.map(([name]) => name), health: store.health().state };
}

for (const wordBytes of [4, 8, 16, 32]) {
  for (const second of ["refused", "garbled"] as const) {
    Deno.test(`RingStore on words of ${wordBytes} bytes, a second program of which is ${second}`, () => {
      const random = new RandomStreams("garbling").stream("words");
      const flash = new WordFlash(new Bench(74, 16).flash, wordBytes, second, random);
      assertEquals(updateTwelveKeys(flash), { stored: UPDATES, lost: [], health: "ok" });
      assertEquals(flash.secondPrograms, 0);
    });
  }
}

Deno.test("World: an adapter whose flash takes whole words of 16 bytes only keeps a key over a loss of power", () => {
  const sealing = new SecretboxSealer(new Uint8Array(32).fill(3));
  const words = new RandomStreams("words").stream("flash");
  const stores: RingStore[] = [];
  const address = Uint8Array.of(192, 0, 2, 10);
  const world = new World({
    adapters: [{
      name: "hba0",
      ports: [address],
      createStore: (flash, random) => {
        const store = new RingStore({ flash: new WholeWordFlash(flash, 16, words), sealer: sealing, random });
        stores.push(store);
        return store;
      },
    }],
  });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text("a key for all"), true)), 0);
  world.powerOff();
  world.powerOn();
  world.settle();
  assertEquals(world.host.adapterState("hba0"), "ready");
  const booted = stores.at(-1);
  assert(booted !== undefined && stores.length > 1, "the store was mounted anew");
  assertEquals(booted.get("group-key", text("")), { type: "found", value: text("a key for all") });
});

Deno.test("RingStore on a part that takes a second program of any byte: every update is stored and found", () => {
  assertEquals(updateTwelveKeys(new Bench(74, 16).flash), { stored: UPDATES, lost: [], health: "ok" });
});
