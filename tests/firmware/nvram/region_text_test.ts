/** A region as text. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeRegion } from "../../../firmware/nvram/region_text.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { Bench, damageBench, hex, text } from "./bench.ts";

const SECTORS = { sectorBytes: 4096 };

Deno.test("describeRegion() shows sectors, records, wear and losses, and of values their length alone", () => {
  const bench = new Bench(1, 4);
  bench.boot();
  bench.put({ class: "preshared-key", name: text('host "a"'), value: text("a very secret key") });
  bench.put({ class: "preshared-key", name: text('host "a"'), value: text("another secret key") });
  bench.put({ class: "tunnel-address", name: text("gateway"), value: text("192.0.2.1") });
  runToEnd(bench.store.delete("tunnel-address", text("gateway")));
  const before = bench.flash.image();
  const lines = describeRegion(bench.flash.image(), SECTORS);
  assertEquals(lines, [
    "4 sectors of 4096 bytes, words of 1; log from sector 0 to 0, 1 slots",
    "sector 0: head of the log, sequence 1, format 3, erased 1 times",
    '  0x0001c full, slot 0, preshared-key "host \\x22a\\x22", value of 29 bytes',
    "  0x0004a value, slot 0, value of 30 bytes",
    '  0x00070 full, slot 1, tunnel-address "gateway", value of 9 bytes',
    "  0x00089 delete, slot 1",
    "sector 1: blank",
    "sector 2: blank",
    "sector 3: blank",
  ]);
  assertEquals(bench.flash.image(), before);
});

Deno.test("describeRegion() tells what is torn, damaged, retired, lost, and never shows a value", () => {
  const { bench, start } = damageBench();
  const secrets = ["old value of a", "new value of a", "value of b", "value of c"];
  bench.flash.inject({ kind: "flip", address: start + 20, mask: 4 });
  bench.flash.inject({ kind: "flip", address: start + 22, mask: 4 });
  let shown = describeRegion(bench.flash.image(), SECTORS).join("\n");
  assertStringIncludes(shown, "1 of them lost or without a certain name");
  assertStringIncludes(shown, "34 bytes that are no record, value of slot 0");
  const image = bench.flash.image();
  const end = image.subarray(0, 4096).findLastIndex((byte) => byte !== 0xff) + 1;
  image.set([0x12, 0x34, 0x56], end);
  image.fill(0, 4096, 4100);
  shown = describeRegion(image, SECTORS).join("\n");
  assertStringIncludes(shown, "3 bytes that are no record, torn or damaged");
  assertStringIncludes(shown, "sector 1: free, no header");
  for (const secret of secrets) assert(!shown.includes(secret) && !shown.includes(hex(text(secret))));

  const worn = new Bench(2, 6, {}, undefined, [{ kind: "erase failure", sector: 2, times: 1e9, reported: true }]);
  worn.boot();
  for (let round = 0; round < 400; round++) {
    worn.put({ class: "persistent-logon", name: text("filler"), value: new Uint8Array(200).fill(round) });
  }
  shown = describeRegion(worn.flash.image(), SECTORS).join("\n");
  assertStringIncludes(shown, "sector 2: retired");
  assertStringIncludes(shown, "retired sectors: 2");
});

Deno.test("describeRegion() describes any bytes, and refuses what is not whole sectors", () => {
  for (let seed = 0; seed < 60; seed++) {
    const image = new RandomStreams(seed).stream("noise").bytes(3 * 1024);
    assert(describeRegion(image, { sectorBytes: 1024, pageBytes: 64 }).length >= 4);
    const { bench } = damageBench();
    const own = bench.flash.image();
    own.set(image, 512 * (seed % 18));
    assert(describeRegion(own, SECTORS).length >= 4);
  }
  assertThrows(() => describeRegion(new Uint8Array(5000), SECTORS), RangeError, "expected whole sectors of 4096");
});
