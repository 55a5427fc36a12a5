/** What cannot fail is no expectation: a file of nothing else fails, or is refused. */

import { assertEquals } from "@std/assert";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";

Deno.test("a file that only takes what comes has judged nothing, whichever call it makes", () => {
  const any = (step: string) => `{ ${step}, expect: any }`;
  const calls: readonly (readonly string[])[] = [
    [any(SET)],
    [any("wmi: { adapter: hba0, method: ClearCache }")],
    [any("mailbox: { adapter: hba0, command: getFirmwareState }")],
    ["rebootHost: {}", any("getKey: { adapter: hba0, id: 192.0.2.10 }")],
    [`{ ${LOGIN}, name: first, expect: any }`, "{ logout: { session: first }, expect: any }"],
    [`{ parallel: { one: [${any(SET)}] } }`],
  ];
  for (const steps of calls) {
    const report = tell(steps);
    assertEquals([report.holds, report.verdicts.every(({ any }) => any)], [false, true], steps.join());
    assertEquals([...renderVerdicts(report)].at(-1)?.startsWith("FAIL  nothing was judged"), true);
    assertEquals(tell(steps, "allowNothing: true\n").holds, true);
    assertEquals(tell([...steps, "expect: { keyTable: { adapter: hba0, count: 0.. } }"]).holds, true);
  }
});

Deno.test("an expectation of nothing is refused, alone and beside a verb without an answer", () => {
  const steps = ["expect: {}", "{ expect: { since: it } }", "{ wait: 1ms, expect: {} }"];
  for (const step of steps) {
    const [mistake = ""] = refusals([`{ ${SET}, name: it }`, step]);
    assertEquals([mistake.includes(": nothing that could fail (one of "), mistake.slice(0, 2)], [true, "2:"], step);
  }
});
