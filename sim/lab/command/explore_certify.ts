/**
 * `hbasim explore --certify`: whether faults of some kinds break what a
 * scenario expects.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { type Certificate, certifyByRuns } from "../explore/certify/certify.ts";
import { smallCounterexample } from "../explore/certify/counterexample.ts";
import { BUDGET_KINDS, CERTIFIABLE_KINDS } from "../explore/certify/fault_hypotheses.ts";
import type { BlockOptions } from "../explore/search/block.ts";
import type { Subject } from "../explore/tape/subject.ts";
import type { FaultKind } from "../faults/fault.ts";
import { tellFault } from "../faults/sentence.ts";
import { FAILS, HOLDS } from "./command.ts";
import { writeBundle } from "./explore_files.ts";
import { readSubject } from "./run_subject.ts";
import { print } from "./terminal.ts";
import { untilInterrupted } from "./until_interrupted.ts";

/** What was given for it. */
export interface CertifyGiven {
  readonly certify: string;
  readonly faults: string | undefined;
  readonly lines: string | undefined;
  readonly out: string | undefined;
  readonly json: true | undefined;
}

/**
 * Reads what is to be run: a scenario file, a case of one, or a bundle.
 *
 * @throws {InputError} It cannot be read, or there is none.
 */
export function subjectOf(option: string, file: string | undefined): Subject {
  if (file === undefined) throw new InputError(`${option} needs a scenario file or a bundle`);
  return readSubject(file);
}

/** Certifies, and tells what came of it, or what was executed until Ctrl-C. */
export async function tellCertificate(
  given: CertifyGiven,
  file: string | undefined,
  options: BlockOptions,
): Promise<number> {
  const subject = subjectOf("--certify", file);
  const { world } = options;
  const done = await untilInterrupted(certifyByRuns(subject, {
    degree: degreeOf(given.certify),
    kinds: kindsOf(given.faults),
    lines: linesOf(given.lines),
    ...(world === undefined ? {} : { world }),
  }));
  const certificate = done.result;
  if (!done.isWhole && certificate.counterexample === undefined) {
    const left = leftOf(certificate);
    if (given.json === true) print(JSON.stringify({ interrupted: true, left, ...certificate }));
    else {print(
        `interrupted: ${certificate.executions - 1} hypotheses were executed, and none of them breaks this outcome; ` +
          `at least ${left} are left`,
      );}
    return done.code;
  }
  const { counterexample } = certificate;
  const small = counterexample === undefined ? undefined : smallCounterexample(subject, counterexample, options);
  const written = small === undefined || given.out === undefined
    ? undefined
    : writeBundle({ option: "--out", folder: given.out }, small.name, small.bundle);
  if (given.json === true) {
    const { counterexample: found, ...figures } = certificate;
    const told = found === undefined ? {} : { faults: found.faults.map(tellFault), broken: found.broken };
    print(JSON.stringify({ ...figures, ...told, scenario: small?.text, written }));
  } else {
    print(sentenceOf(certificate));
    if (small !== undefined) print(small.text);
    if (written !== undefined) print(`written to ${written}`);
  }
  return counterexample === undefined ? HOLDS : FAILS;
}

/** How many of the hypotheses that are known were not executed; the first run has no fault. */
function leftOf({ singles, pairs, executions }: Certificate): number {
  return singles + pairs - (executions - 1);
}

function sentenceOf({ degree, kinds, singles, pairs, pairsLeftOut, executions, counterexample }: Certificate): string {
  if (counterexample !== undefined) {
    const { faults, broken: { line, step, expected, actual } } = counterexample;
    return `COUNTEREXAMPLE  ${faults.map(tellFault).join("; and ")}: ` +
      `line ${line}, ${step}, expected ${expected}, but found ${actual} (after ${executions} runs)`;
  }
  const which = degree === 1 ? "no single fault" : "no single and no double fault";
  const rest = degree === 1 ? "" : `; ${pairsLeftOut} pairs leave a lineage of it as it is`;
  return `${which} of these kinds breaks this outcome: ${singles + pairs} hypotheses, all executed${rest} ` +
    `(${kinds.join(", ")})`;
}

function degreeOf(text: string): 1 | 2 {
  if (text === "1") return 1;
  if (text === "2") return 2;
  throw new InputError(`--certify ${quoted(text)}: expected 1 or 2, faults at once`);
}

function kindsOf(text: string | undefined): readonly FaultKind[] {
  if (text === undefined) return BUDGET_KINDS;
  return text.split(",").map((word) => {
    const kind = CERTIFIABLE_KINDS.find((each) => each === word);
    if (kind !== undefined) return kind;
    throw new InputError(`--faults ${quoted(word)}: expected some of ${CERTIFIABLE_KINDS.join(",")}`);
  });
}

function linesOf(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  if (/^\d{1,7}(,\d{1,7})*$/.test(text)) return text.split(",").map(Number);
  throw new InputError(`--lines ${quoted(text)}: expected lines of expectations, as 12 or 12,14`);
}
