/**
 * What a page needs to run a run again: its bundle, by default without the
 * scenario, which holds keys. Then the page asks for that, and knows it by its
 * digest.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { type Bundle, decodeBundle, encodeBundle, isBundle } from "../../explore/tape/bundle.ts";
import { openSource, type ScenarioSource, type Subject } from "../../explore/tape/subject.ts";

/** What is missing to run: nothing, the scenario's file, or the bundle, which has more than the file says. */
export type Missing = "nothing" | "scenario" | "bundle";

/** A run that can be had again. */
export interface RunAgain {
  /** What has to be given. */
  readonly missing: Missing;
  /** The SHA-256 of the scenario's text, 64 hex digits. */
  readonly sourceDigest: string;
  /** The bundle; what is missing is left out. */
  readonly bundle: Uint8Array;
}

/**
 * Takes what is secret out of a bundle.
 *
 * @param revealsKeys Whether all of it stays.
 */
export function runAgainOf(bundle: Bundle, revealsKeys: boolean): RunAgain {
  const { scenario } = bundle.subject;
  const sourceDigest = digestOf(scenario.source);
  if (revealsKeys) return { missing: "nothing", sourceDigest, bundle: encodeBundle(bundle) };
  const { file, case: name, seed, set = {}, files = {}, image } = scenario;
  const { keys } = openSource(scenario);
  const plain = Object.entries(set).filter(([parameter]) => !keys.has(parameter));
  const isWhole = plain.length === Object.keys(set).length && Object.keys(files).length === 0 && image === undefined;
  const left: ScenarioSource = {
    file,
    source: "",
    ...(name === undefined ? {} : { case: name }),
    ...(seed === undefined ? {} : { seed }),
    ...(plain.length === 0 ? {} : { set: Object.fromEntries(plain) }),
  };
  const stripped: Bundle = { ...bundle, subject: { ...bundle.subject, scenario: left } };
  return { missing: isWhole ? "scenario" : "bundle", sourceDigest, bundle: encodeBundle(stripped) };
}

/** What somebody has given: the bytes of a file, by its name. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The run to be executed.
 *
 * @param given What was missing; not looked at if nothing was.
 * @throws {InputError} It is another file than that which the run was made of.
 */
export function subjectOf({ missing, sourceDigest, bundle }: RunAgain, given: GivenFile | undefined): Subject {
  const { subject } = decodeBundle(bundle);
  if (missing === "nothing") return subject;
  if (given === undefined) throw new InputError(`this run needs the ${missing} that it was made of: expected a file`);
  if (isBundle(given.bytes)) {
    const { scenario } = decodeBundle(given.bytes).subject;
    refuseOther(given.name, scenario.source, sourceDigest);
    return { ...subject, scenario };
  }
  if (missing === "bundle") {
    throw new InputError(
      `${quoted(given.name)} is no bundle: expected the bundle of this run, which has more than its scenario says`,
    );
  }
  const source = new TextDecoder().decode(given.bytes);
  refuseOther(given.name, source, sourceDigest);
  return { ...subject, scenario: { ...subject.scenario, source } };
}

function refuseOther(name: string, source: string, expected: string): void {
  const found = digestOf(source);
  if (found === expected) return;
  throw new InputError(
    `${quoted(name)} is another scenario: its digest is ${found.slice(0, 16)}, expected ${expected.slice(0, 16)}`,
  );
}

function digestOf(source: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(source)));
}
