/** What is done by hand at a moment happens at that moment, and nothing before it is another. */

import { assert, assertEquals } from "@std/assert";
import { partingOf } from "../../../../sim/lab/page/app/difference.ts";
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

const { source } = TOUR_SCENARIO;
const RUN = runOf(source);

Deno.test("the plug is pulled in the cycle of the selected event, in every step and before the first", () => {
  const events = Array.from({ length: 25 }, (_, index) => Math.floor(index * RUN.length / 25) + 1);
  for (const event of events) {
    if (RUN.columns.kind(event) === "flash") continue;
    const run = withFault(source, plugAt(RUN, event, "hba0"));
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
    const run = withFault(source, plugAt(RUN, event, "hba0"));
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
