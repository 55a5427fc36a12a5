/** Certificates: they say what brute force over all pairs says, with fewer runs, and find what is planted. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../../../sim/kernel/input_error.ts";
import { certify, type CertifyOptions } from "../../../../sim/lab/explore/certify/certify.ts";
import { tellFault } from "../../../../sim/lab/faults/sentence.ts";
import type { Outcome } from "../../../../sim/lab/explore/execute.ts";
import type { ScenarioSource } from "../../../../sim/lab/explore/tape/subject.ts";
import { bruteForce } from "./brute_force.ts";
import {
  lateWriteThenRepetition,
  LOGIN_LINE,
  PLANTED_FAULT_BUGS,
  SET_AND_LOGIN,
  TWO_APPLICATIONS,
} from "./planted_faults.ts";

/** Correct scenarios, small enough for brute force. */
const CORRECT: readonly (readonly [name: string, scenario: ScenarioSource, options: CertifyOptions])[] = [
  ["a login that loses datagrams", SET_AND_LOGIN, { kinds: ["lose"] }],
  ["a login that gets datagrams twice", SET_AND_LOGIN, { kinds: ["duplicate"] }],
  ["one login of two", TWO_APPLICATIONS, { kinds: ["lose"], lines: [LOGIN_LINE] }],
];

for (const [name, scenario, options] of CORRECT) {
  Deno.test(`${name}: the certificate is brute force's answer`, () => {
    const brute = bruteForce(scenario, options);
    const { counterexample, executions, singles, pairs, pairsLeftOut } = certify({ scenario }, options);
    assertEquals([brute.breaking.length, counterexample], [0, undefined]);
    assertEquals(executions, 1 + singles + pairs);
    // What was left out and what was executed are together what brute force has executed.
    assertEquals(executions + pairsLeftOut <= brute.executions, true);
    if (options.lines !== undefined) assert(executions * 2 < brute.executions, `${executions} of ${brute.executions}`);
  });
}

Deno.test("where a pair breaks the outcome, certificate and brute force find the same pair", () => {
  const bug = PLANTED_FAULT_BUGS.find(({ what }) => what === "phase 1 repeats once only");
  assert(bug !== undefined);
  const options = { kinds: ["lose"], world: bug.world() } as const;
  const sentences = bruteForce(SET_AND_LOGIN, options).breaking.map((faults) => faults.map(tellFault).join(" + "));
  const { counterexample } = certify({ scenario: SET_AND_LOGIN }, options);
  assertEquals(counterexample?.faults.length, 2);
  assert(sentences.includes(counterexample?.faults.map(tellFault).join(" + ") ?? ""), sentences.join("\n"));
  assertEquals(sentences.every((each) => each.includes(" + ")), true);
});

/** What a trace says of the parents of events, without who wrote what was read. */
function withoutBecause({ world: { recorder } }: Outcome) {
  return (sequence: number) => ({ ...recorder.at(sequence), because: -1 });
}

Deno.test("without the edge from the key that was used to the command that wrote it, a pair would be missed", () => {
  // One application: nothing hangs on when things happen.
  const options: CertifyOptions = { kinds: ["lose", "lateInterrupt"], lines: [7] };
  const at = (more: CertifyOptions) =>
    certify({ scenario: SET_AND_LOGIN }, { ...options, world: lateWriteThenRepetition(), ...more });
  const { counterexample } = at({});
  assertEquals(counterexample?.faults.map(({ harm }) => harm.kind).toSorted(), ["lateInterrupt", "lose"]);
  assertEquals(at({ parentsOf: withoutBecause }).counterexample, undefined);
});

Deno.test("a single fault that breaks the outcome is told alone", () => {
  const bug = PLANTED_FAULT_BUGS.find(({ what }) => what === "phase 1 gives up at the first silence");
  const { counterexample, executions } = certify({ scenario: SET_AND_LOGIN }, {
    world: bug?.world() ?? ((same) => same),
  });
  assertEquals(counterexample?.faults.map(({ harm }) => harm), [{ kind: "lose" }]);
  assertEquals(executions, 2);
  assertStringIncludes(counterexample?.broken.step ?? "", "login");
});

Deno.test("a run that fails without a fault, and one that expects nothing, cannot be certified", () => {
  const failing = SET_AND_LOGIN.source.replace("keys: { 192.0.2.10: the key", "keys: { 192.0.2.10: not the key");
  const scenario = { file: "fails.yaml", source: failing };
  assertThrows(() => certify({ scenario }), InputError, "nothing to certify: line 7, login, expects SUCCESS");
  assertThrows(() => certify({ scenario: SET_AND_LOGIN }, { lines: [3] }), InputError, "line 3 expects nothing");
});
