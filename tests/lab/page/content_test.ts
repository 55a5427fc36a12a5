import { assert, assertEquals, assertThrows } from "@std/assert";
import { Session } from "../../../sim/lab/explore/session/session.ts";
import { cellsOf } from "../../../sim/lab/page/content/cells.ts";
import { readRegion } from "../../../sim/lab/page/content/flash_records.ts";
import { History } from "../../../sim/lab/page/content/history.ts";
import { packTrace, unpackTrace } from "../../../sim/lab/page/content/packed_trace.ts";
import { watchRun } from "../../../sim/lab/page/content/run_content.ts";
import { readShipped } from "../../support/shipped_scenarios.ts";
import { FAILED_LINE, KEYS, numbers, POWER_CUT } from "./scenarios.ts";

const subjectOf = (source: string) => ({ scenario: { file: "run.yaml", source } });
const WATCHED = watchRun(subjectOf(POWER_CUT));
const OTHERS = ["no_nvram_service_replays.yaml", "bad_sector.yaml", "damaged_key_heals.yaml"];

Deno.test("what a page shows of a moment is what an execution again comes to, cell by cell", () => {
  for (const source of [POWER_CUT, ...OTHERS.map(readShipped)]) {
    const { content, outcome } = watchRun(subjectOf(source));
    const session = new Session(subjectOf(source));
    assertEquals(outcome.digest, session.outcome.digest, "to watch changes nothing");
    const history = new History(content.history);
    let differing = 0;
    for (const sequence of numbers(60, outcome.events).toSorted((a, b) => a - b)) {
      const cells = cellsOf(session.at(session.momentOf(sequence)));
      for (const [cell, value] of cells) {
        assertEquals(history.at(cell, sequence), value, `${cell} at ${sequence}`);
        if (history.at(cell, 0) !== value) differing++;
      }
      assertEquals(cells.size, history.cells.length, "no cell is left out");
    }
    assert(differing > 20, `only ${differing} cells had changed: the comparison would see nothing`);
  }
});

Deno.test("a history says since when something is as it is", () => {
  const history = new History({ cells: ["a"], values: ["x 1", "y 1", "y 2"], changes: [[2, 0, 3, 1, 4, 2, 1, 1]] });
  assertEquals([1, 2, 4, 5, 9, 10, 99].map((event) => history.at("a", event)), [
    ...[undefined, "x 1", "x 1", "y 1", "y 2", "y 1", "y 1"],
  ]);
  assertEquals(history.changed("a", 8), 5);
  assertEquals(history.since("a", 99, (value) => value ?? ""), 10);
  assertEquals(history.since("a", 99, (value) => value?.[0] ?? ""), 5, "y since then, whatever stands behind it");
  assertEquals(history.since("b", 99, () => ""), -1);
});

Deno.test("a packed trace is the trace, in a fraction of its bytes, and one that is cut short is refused", () => {
  const columns = WATCHED.outcome.world.recorder.columns();
  const packed = packTrace(columns);
  const again = unpackTrace(packed);
  for (const name of ["cycle", "component", "kind", "cause", "values"] as const) {
    assertEquals([...again[name]], [...columns[name]], name);
  }
  assertEquals([...again.because ?? []], [...columns.because ?? []]);
  assert(packed.bytes.length < columns.values.byteLength / 2);
  assertThrows(() => unpackTrace({ ...packed, bytes: packed.bytes.slice(0, -1) }), RangeError, "amid its events");
});

Deno.test("the records that a page finds on flash are those that the firmware would find", () => {
  for (const source of [POWER_CUT, readShipped("bad_sector.yaml")]) {
    const { world } = watchRun(subjectOf(source)).outcome;
    for (const unit of world.adapters.values()) {
      const { flash } = unit;
      const found = unit.contents();
      if (flash === undefined || found === undefined) continue;
      const { geometry: { sectorBytes, pageBytes, programBytes = 1, erasedValue = 255 } } = flash;
      const sectors = readRegion(flash.image(), { sectorBytes, pageBytes, programBytes, erasedValue });
      const live = sectors.flatMap(({ records }) => records).filter(({ state }) => state === "live");
      assertEquals(
        live.map(({ owner }) => owner?.class).toSorted(),
        found.records.map((record) => record.class).toSorted(),
      );
      for (const { value } of found.records) value.fill(0);
    }
  }
});

Deno.test("a page says whose records it can read: those of hbasim's store, and not those of a module", () => {
  const module = Deno.readFileSync(new URL("../../../scenarios/foreign/store_early.hba.wasm", import.meta.url));
  const source = `
name: two adapters, one with a store in C
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: nvram, ports: [192.0.2.11], store: { module: store.wasm } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
`;
  const { content } = watchRun({ scenario: { file: "run.yaml", source, files: { "store.wasm": module } } });
  assertEquals(content.summary.adapters.map(({ name, flash }) => [name, flash?.isReadable]), [
    ["hba0", true],
    ["hba1", false],
  ]);
});

Deno.test("a write that was cut off is torn, says for whom it was, and leaves the old value", () => {
  const { content: { summary, history } } = WATCHED;
  const flash = summary.adapters[0]?.flash;
  const events = WATCHED.outcome.world.recorder;
  const cut = [...events.events()].find(({ fields }) => fields["operation"] === "program cut off")?.sequence;
  if (flash === undefined || cut === undefined) throw new Error("nothing was cut off");
  const reader = new History(history);
  const region = new Uint8Array(flash.sectorBytes * flash.sectorCount).fill(0xff);
  for (let page = 0; page * flash.pageBytes < region.length; page++) {
    const hex = reader.at(`page ${page}/hba0`, cut) ?? "";
    for (let at = 0; at < hex.length; at += 2) {
      region[page * flash.pageBytes + at / 2] = parseInt(hex.slice(at, at + 2), 16);
    }
  }
  const records = readRegion(region, flash).flatMap((sector) => sector.records);
  const torn = records.filter(({ state }) => state === "torn");
  assertEquals(torn.map(({ lengthBytes, owner }) => [lengthBytes, owner?.id]), [[17, "192.0.2.10"]]);
  assert((torn[0]?.wantedBytes ?? 0) > 17);
  assertEquals(records.filter(({ state, owner }) => state === "live" && owner?.id === "192.0.2.10").length, 1);
});

Deno.test("why a login has failed: from the API to the keys that differ", () => {
  const { summary } = WATCHED.content;
  const [failed, ...more] = summary.failed;
  if (failed === undefined || more.length > 0) throw new Error(`${summary.failed.length} lines fail`);
  assertEquals(failed.line, FAILED_LINE);
  const texts = failed.why.map(({ who, text }) => `${who}: ${text}`);
  assert(texts[0]?.startsWith("API: LoginIScsiTarget = ISDSC_AUTHENTICATION_FAILURE"), texts[0]);
  const keys = texts.flatMap((text) => /^(hba0|disk): uses the .* key ([0-9a-f]{8})/.exec(text)?.slice(1) ?? []);
  assertEquals([keys[0], keys[2]], ["hba0", "disk"]);
  assert(keys[1] !== keys[3], "the fingerprints are those of two keys");
  assert(failed.why.every(({ sequence }) => sequence >= 0 && sequence < summary.events));
  assertEquals(watchRun(subjectOf(readShipped("bad_sector.yaml"))).content.summary.failed, []);
});

Deno.test("no key is in what a page holds of a run", () => {
  const { summary, trace, history, packets } = WATCHED.content;
  const text = JSON.stringify({ summary, head: trace.head, history, packets });
  const hexOf = (key: string) =>
    [...new TextEncoder().encode(key)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const key of KEYS) {
    for (const form of [key, hexOf(key), btoa(key)]) assert(!text.includes(form), key);
    assert(POWER_CUT.includes(key), "the search would find it");
  }
  assert(text.includes(hexOf("RK").slice(0, 4)), "bytes of the flash are there");
});

Deno.test("the fields of a packet are its bytes, one after the other", () => {
  const { packets } = WATCHED.content;
  assert(packets.length > 10);
  for (const { payload, fields } of packets) {
    let end = 0;
    for (const [offset, lengthBytes] of fields) {
      assert(offset <= end, `there is a hole before ${offset}`);
      end = Math.max(end, offset + lengthBytes);
    }
    assertEquals(end, payload.length / 2);
  }
});
