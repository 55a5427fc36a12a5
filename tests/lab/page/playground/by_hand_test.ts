/** What is done by hand at a moment happens at that moment, and nothing before it is another. */

import { assert, assertEquals } from "@std/assert";
import { caseNames } from "../../../../sim/lab/scenario/open_scenario.ts";
import { partingOf } from "../../../../sim/lab/page/app/difference.ts";
import { adapterOf } from "../../../../sim/lab/page/app/reading.ts";
import { Run } from "../../../../sim/lab/page/app/run.ts";
import { watchRun } from "../../../../sim/lab/page/content/run_content.ts";
import { type FaultByHand, lossAt, plugAt } from "../../../../sim/lab/page/playground/app/faults_by_hand.ts";
import { TOUR_SCENARIO } from "../../../../sim/lab/page/playground/app/tour.ts";
import { handEdit } from "../../../../sim/lab/page/playground/core/hand_edit.ts";

function runOf(source: string): Run {
  return new Run(watchRun({ scenario: { file: "a.yaml", source } }).content);
}

function withFault(source: string, { fault }: FaultByHand): Run {
  const { from, to, insert } = handEdit(source, { kind: "fault", fault });
  return runOf(source.slice(0, from) + insert + source.slice(to));
}

function missed(run: Run): readonly string[] {
  return run.summary.verdicts.filter(({ holds, actual }) => !holds && actual.includes("missed")).map(({ expected }) =>
    expected
  );
}

/** Shipped scenarios, each with its first case. */
const SHIPPED = [
  "power_cut_during_set.yaml",
  "no_nvram_service_replays.yaml",
  "bad_sector.yaml",
  "wrong_key_at_target.yaml",
  "three_driver_ends.yaml",
  "damaged_key_heals.yaml",
];
const DRAWN_EVENTS = 9;

/** Numbers below a limit, the same each time. */
function drawnBelow(limit: number): readonly number[] {
  let state = limit;
  return Array.from({ length: DRAWN_EVENTS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  });
}

function offCycles(run: Run, adapter: string): readonly number[] {
  const events = Array.from({ length: run.length }, (_, event) => event).filter((event) =>
    run.columns.component(event) === adapter && run.columns.text(event, "state") === "power off"
  );
  return events.map((event) => run.columns.cycle(event));
}

Deno.test("in any shipped scenario the plug is pulled in the cycle that was selected, and all before it is the same", () => {
  let pulled = 0;
  for (const file of SHIPPED) {
    const shipped = Deno.readTextFileSync(new URL(`../../../../scenarios/${file}`, import.meta.url));
    const [name = ""] = caseNames(shipped, file);
    const shown = (source: string) =>
      new Run(watchRun({ scenario: { file, source, ...(name === "" ? {} : { case: name }) } }).content);
    const run = shown(shipped);
    for (const event of drawnBelow(run.length)) {
      const at = `${file}[${name}] ${run.coordinate(event)}`;
      const adapter = adapterOf(run, event);
      const plug = plugAt(run, event, adapter);
      assertEquals(plug !== undefined, run.isPowered(adapter, event), `${at}: only what has power can lose it`);
      if (plug === undefined) continue;
      const { from, to, insert } = handEdit(shipped, { kind: "fault", fault: plug.fault });
      const other = shown(shipped.slice(0, from) + insert + shipped.slice(to));
      const cycle = run.columns.cycle(event);
      const before = offCycles(run, adapter).filter((each) => each < cycle);
      const after = offCycles(other, adapter);
      assertEquals(after.slice(0, before.length), before, at);
      const off = after[before.length] ?? -1;
      // A write is recorded at its end: amid it is before that.
      if (plug.label.includes("bytes")) assert(off < cycle && off > cycle - MOST_WRITE_CYCLES, `${at}: off at ${off}`);
      else assertEquals(off, cycle, at);
      assert(run.columns.cycle(partingOf(run, other)?.event ?? 0) >= off, at);
      pulled++;
    }
  }
  assert(pulled >= 40, `${pulled} plugs pulled`);
});

/** A write of the flash takes less. */
const MOST_WRITE_CYCLES = 1_000_000;

const { source } = TOUR_SCENARIO;
const RUN = runOf(source);

Deno.test("the plug is pulled in the cycle of the selected event, in every step and before the first", () => {
  const events = Array.from({ length: 25 }, (_, index) => Math.floor(index * RUN.length / 25) + 1);
  for (const event of events) {
    if (RUN.columns.kind(event) === "flash") continue;
    const plug = plugAt(RUN, event, "hba0");
    if (plug === undefined) continue;
    const run = withFault(source, plug);
    assertEquals(missed(run), [], RUN.coordinate(event));
    const [outage] = run.outages;
    assertEquals(run.columns.cycle(outage?.off ?? 0), RUN.columns.cycle(event), RUN.coordinate(event));
    const parting = partingOf(RUN, run)?.event ?? 0;
    assert(RUN.columns.cycle(parting) >= RUN.columns.cycle(event), RUN.coordinate(event));
  }
});

Deno.test("in a write of the flash it is pulled amid its bytes", () => {
  const writes = Array.from({ length: RUN.length }, (_, event) => event).filter((event) =>
    RUN.columns.kind(event) === "flash" && RUN.columns.text(event, "operation") === "program"
  );
  assert(writes.length > 4);
  for (const event of writes) {
    const bytes = Math.floor(RUN.columns.number(event, "lengthBytes") * 0.4);
    const plug = plugAt(RUN, event, "hba0");
    assert(plug !== undefined);
    const run = withFault(source, plug);
    assertEquals(missed(run), [], RUN.coordinate(event));
    const torn = Array.from({ length: run.length }, (_, each) =>
      each).find((each) =>
        run.columns.text(each, "operation") === "program cut off"
      ) ?? -1;
    // The power's own event comes between.
    assert(torn === event || torn === event + 1, RUN.coordinate(event));
    assertEquals(run.columns.number(torn, "lengthBytes"), bytes);
    assertEquals(run.columns.number(torn, "address"), RUN.columns.number(event, "address"));
  }
});

Deno.test("the packet that is selected is lost, and none before it", () => {
  assert(RUN.packets.length > 4);
  for (const { sent, index } of RUN.packets) {
    const loss = lossAt(RUN, sent);
    assert(loss !== undefined);
    const run = withFault(source, loss);
    assertEquals(missed(run), []);
    assertEquals(
      run.packets.slice(0, index).map(({ fate }) => fate),
      RUN.packets.slice(0, index).map(({ fate }) => fate),
    );
    assert(run.packets[index]?.fate !== RUN.packets[index]?.fate, `packet ${index + 1}`);
  }
});
