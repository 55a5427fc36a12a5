/** When steps are taken, how often, and what they wait for. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { failures, refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";

/** The cycles of the events that a component recorded of an operation. */
function moments(steps: readonly string[], component: string, operation: string): number[] {
  const { world } = tell(steps);
  return [...world.recorder.events()].flatMap((event) =>
    event.component === component && event.fields["operation"] === operation ? [event.cycle] : []
  );
}

Deno.test("wait until: an event that does not come is a verdict, after the time that was said", () => {
  const wait = "wait: { until: { component: hba0, kind: state, state: phase 1 * }, within: 30ms }";
  assertEquals(failures(wait), ['wait: state of hba0, state "phase 1 *" within 30ms, but none within 30ms']);
  assertEquals(tell([wait]).world.now - tell(["wait: 1us"]).world.now, 250_000 * 30 - 250);
});

Deno.test("wait until: what no event can be is refused before the run, with its place", () => {
  assertEquals(
    refusals([
      "wait: { until: { component: hba7 } }",
      "wait: { until: { component: hba0, kind: state, operation: x } }",
    ]).map((each) => each.replace(/\(.*/, "")),
    [
      '1:33 steps[0].wait.until.component: "hba7"; did you mean hba0? ',
      "2:63 steps[1].wait.until.operation: the field operation of state ",
    ],
  );
  assertEquals(
    refusals(["wait: { until: { component: hbo0 } }"]).map((each) => each.replace(/\(.*/, "")),
    ['1:33 steps[0].wait.until.component: "hbo0"; did you mean hba0? '],
  );
  assertStringIncludes(refusals(["wait: { until: { kind: stat } }"])[0] ?? "", "did you mean state?");
  assertStringIncludes(
    refusals(["wait: { until: { text: x, address: 5 } }"])[0] ?? "",
    "address, text together (fields that one kind of event has)",
  );
});

Deno.test("repeat: so often, each as long after the one before as was said, and verdicts name the occurrence", () => {
  const calls = moments([`{ ${SET}, repeat: { times: 4, every: 100ms } }`], "application", "SetIScsiIKEInfo");
  assertEquals(calls.slice(1).map((cycle, index) => cycle - (calls[index] ?? 0)), [25e6, 25e6, 25e6]);
  assertEquals(moments([`{ ${SET}, repeat: 3 }`], "application", "SetIScsiIKEInfo").length, 3);
  assertEquals(failures(`{ ${SET}, repeat: 2, expect: NOT_FOUND, name: twice }`).map((each) => each.split(":")[0]), [
    'setKey "twice", 1 of 2',
    'setKey "twice", 2 of 2',
  ]);
  assertEquals(
    failures(`{ ${SET}, repeat: { times: 2, every: 1ms } }`).map((each) => each.replace(/\d{4,}/, "N")),
    ["setKey, 2 of 2: the moment of its repetition, but that it is N cycles later already"],
  );
});

Deno.test("at and after: the moment on the clock, and since the steps began; one that has passed fails", () => {
  assertEquals(moments([`{ ${SET}, at: 700ms }`], "application", "SetIScsiIKEInfo"), [175e6]);
  const [first = 0] = moments([SET], "application", "SetIScsiIKEInfo");
  assertEquals(moments(["wait: 1ms", `{ ${SET}, after: 40ms }`], "application", "SetIScsiIKEInfo"), [first + 10e6]);
  assertEquals(failures(`{ ${SET}, at: 5ms }`).map((each) => each.replace(/\d{4,}/, "N")), [
    "setKey: at 5ms, but that it is N cycles later already",
  ]);
  assertEquals(failures(SET, `{ ${SET}, after: 1us }`).length, 1);
});

Deno.test("sequence: several steps are repeated as one, and time in it counts from its own beginning", () => {
  const sequence = `sequence: [${SET}, { wait: 0ms, after: 50ms }]\nrepeat: 3`;
  const calls = moments([sequence], "application", "SetIScsiIKEInfo");
  assertEquals(calls.slice(1).map((cycle, index) => cycle - (calls[index] ?? 0)), [12.5e6, 12.5e6]);
});

Deno.test("wait until: the step ends in the very cycle of the event", () => {
  const steps = [
    SET,
    "parallel:\n  a: [{ " + LOGIN +
    " }]\n  b: [{ wait: { until: { kind: state, state: phase 1 established } } }, killService: {}]",
  ];
  const { world, verdicts } = tell([SET, LOGIN]);
  assertEquals(verdicts.every(({ holds }) => holds), true);
  const established = [...world.recorder.events()].find(({ fields }) => fields["state"] === "phase 1 established");
  const { world: other } = tell(steps);
  const killed = [...other.recorder.events()].filter(({ component, fields }) =>
    component === "initiator service" && fields["state"] === "stopped"
  );
  assertEquals(killed[0]?.cycle, established?.cycle);
});

Deno.test("parallel: applications are in the middle of their calls at the same time", () => {
  const other = SET.replace("hba0", "hba1").replace("2.10", "2.11");
  const alone = (set: string) => tell([set]).world.now - tell(["wait: 0ms"]).world.now;
  const { world, verdicts } = tell([`parallel: { backup: [${SET}], archive: [${other}] }`]);
  const together = world.now - tell(["wait: 0ms"]).world.now;
  assert(together < alone(SET) + alone(other), `${together} cycles`);
  assertEquals(verdicts.map(({ step, holds }) => [step, holds]), [["archive: setKey", true], ["backup: setKey", true]]);
  const calls = [...world.recorder.events()].filter(({ fields }) => fields["operation"] === "SetIScsiIKEInfo")
    .map(({ component, kind }) => `${component} ${kind}`);
  assert(calls.lastIndexOf("application call") < calls.indexOf("iscsidsc return"), calls.join(", "));
});

Deno.test("parallel: `after` counts from its beginning in each application", () => {
  const resets = (after: string) => {
    const { world } = tell([SET, `parallel: { a: [${LOGIN}], b: [{ reset: { adapter: hba1 }, after: ${after} }] }`]);
    const event = [...world.recorder.events()].find(({ fields }) => fields["state"] === "reset requested");
    return event?.cycle ?? 0;
  };
  assertEquals(resets("15ms") - resets("5ms"), 2_500_000);
});

Deno.test("names of steps: two of one name, and one that comes later, are refused", () => {
  assertEquals(
    refusals([`{ ${LOGIN}, name: a }`, `{ ${LOGIN}, name: a }`, "logout: { session: b }", "{ wait: 1ms, name: b }"])
      .map((each) => each.replace(/\(.*/, "")),
    [
      '2:53 steps[1].name: "a", which another step has ',
      '3:24 steps[2].logout.session: "b" ',
    ],
  );
});

Deno.test("repeat: what is like a hundred before it is counted, and the last is told; what fails is told apart", () => {
  const often = (times: number, expect: string) => {
    const report = tell([SET, `{ wait: 1us, expect: { within: ${expect} }, repeat: ${times} }`]);
    return { ...report, told: report.verdicts.filter(({ step }) => step.startsWith("wait")) };
  };
  const few = often(101, "1us");
  assertEquals(
    few.told.map(({ step }) => step),
    Array.from({ length: 101 }, (_, index) => `wait, ${index + 1} of 101`),
  );
  assertEquals(few.told.every((each) => each.standsFor === undefined), true);

  const many = often(300, "1us");
  assertEquals([many.told.length, many.told.at(-1)?.step, many.told.at(-1)?.standsFor], [101, "wait, 300 of 300", 200]);
  const lines = [...renderVerdicts(many)];
  assertStringIncludes(lines.at(-1) ?? "", "all 301 expectations hold");
  assertStringIncludes(lines.at(-2) ?? "", "wait, 300 of 300: expected 1us for the step (as 199 before it)");

  const failed = often(300, "500ns");
  assertEquals(failed.told.map(({ holds }) => holds), Array.from({ length: 101 }, () => false));
  assertStringIncludes([...renderVerdicts(failed)].at(-1) ?? "", "300 of 301 expectations do not hold");
  assertStringIncludes([...renderVerdicts(failed)].join("\n"), "but found 1us (as 199 before it)");
});

Deno.test("repeat: what a sequence tells is counted, too: verdicts, sessions, faults that may miss", () => {
  const cut = "{ cutLink: { from: hba0, to: disk, after: 1s, for: 1ms, mayMiss: true } }";
  const report = tell([
    SET,
    `sequence: [{ ${LOGIN}, name: in }, { logout: { session: in } }, { wait: 1us, faults: [${cut}] }]\nrepeat: 130`,
  ]);
  assertEquals(report.holds, true);
  const counts = (list: readonly { readonly standsFor?: number }[]) => [list.length, list.at(-1)?.standsFor];
  assertEquals(counts(report.sessions), [101, 30]);
  assertEquals(counts(report.faults), [101, 30]);
  const lines = [...renderVerdicts(report)];
  assertStringIncludes(lines.at(-1) ?? "", "all 261 expectations hold");
  assertStringIncludes(lines.at(-1) ?? "", "130 misses allowed");
  assertEquals(lines.filter((line) => line.includes("(as 29 before it)")).length, 4);
});

Deno.test("a step, an application and an invariant may have long names: verdicts cut them", () => {
  const long = "n".repeat(3000);
  const { verdicts } = tell(
    [
      `{ ${SET}, name: ${long}, expect: NOT_FOUND, repeat: 2 }`,
      `parallel: { ${long}x: [${SET}] }`,
      `expect: { since: ${long}, packets: { from: hba0, to: disk, count: 0 } }`,
    ],
    `invariants: { ${long}: { keyTable: { adapter: hba0, count: 0 } } }\n`,
  );
  assert(verdicts.length >= 4);
  for (const { step, expected, actual } of verdicts) {
    assert(`${step}${expected}${actual}`.length < 400, step.slice(0, 300));
  }
  assertStringIncludes(verdicts[1]?.step ?? "", "2 of 2");
});
