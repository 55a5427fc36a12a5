/**
 * What a world refuses of its options, said of the scenario file that they
 * come from.
 *
 * @module
 */

import { nameInFiles } from "../../parts/flash/faults.ts";
import type { WorldOptionsError } from "../world/world_options_error.ts";
import { policyFieldInFiles } from "./phase1.ts";
import type { ScenarioError } from "./mistake.ts";
import type { Scenario, ScenarioFile } from "./scenario.ts";

/** Options that files call otherwise, or have elsewhere. What stands in none of them has the same name. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(adapters\[\d+\])\.keyStorage/, "$1.storage"],
  [/^(adapters\[\d+\])\.tamperedImage/, "$1.image"],
  [/^(adapters\[\d+\])\.securityProvider/, "$1.driver"],
  [/^(adapters\[\d+\])\.firmwareImage/, "$1.firmware.image"],
  [/^(adapters\[\d+\])\.imagePublicKey/, "$1.firmware.publicKey"],
  [/^((?:host\.)?(?:costs|timeouts)\.\w+)Cycles$/, "$1"],
  [/^(adapters\[\d+\]\.flash)\.geometry\.(?!sectorCount)/, "$1."],
  [/^(adapters\[\d+\]\.flash\.timing\..*)Nanoseconds$/, "$1"],
  [/^(adapters\[\d+\])\.flash(\.geometry.*|\.commands.*|\.name)?$/, "$1.flash.sectors"],
  [/^(adapters\[\d+\])\.flashMisuse/, "$1.flash.misuse"],
  [/^(adapters\[\d+\])\.flashTiming/, "$1.flash.timing"],
  [/^(adapters\[\d+\])\.flashFaults/, "$1.flash.faults"],
  [/^(adapters\[\d+\])\.sessionCapacity/, "$1.sessions"],
  [/^((?:adapters|targets)\[\d+)\]\.name$/, "$1!]"],
  [/^(targets\[\d+\]\.keys\[\d+)\]\.id(\.bytes|\.type)?$/, "$1!]"],
  [/^(targets\[\d+\]\.keys\[\d+\])\.key$/, "$1"],
  [/^(targets\[\d+\]\.id)\.(bytes|type)$/, "$1"],
  [/(\.phase1\.retransmission)\.delaysMilliseconds/, "$1"],
  [/^network\.reorderCycles/, "network.reorderDelay"],
  [/^(network\.\w+)(Cycles|PerMille)/, "$1"],
];

/** Paths of options in the middle of a sentence. */
const PATHS = /\b(?:adapters|targets)\[\d+\](?:\.\w+|\[\d+\])*/g;

/**
 * The error that says of the file what a world has refused.
 *
 * @param file The file that the options were made of.
 * @returns `undefined` if what is refused does not stand in the file: a seed or an image of the caller's own.
 */
export function refusalInFile(
  { path, given, accepted }: WorldOptionsError,
  { scenario, yaml }: ScenarioFile,
): ScenarioError | undefined {
  if (!/^(adapters|targets|network|host|costs|seed)\b/.test(path)) return undefined;
  const inCycles = /Cycles$/.test(path);
  const what = / occurs twice$/.test(given) ? `that ${given}` : unsaidFigure(path, given, scenario) ?? given;
  const expected = accepted.replaceAll(PATHS, (each) => yaml.fieldAt(pathInFile(each, scenario))).replace(
    " in a Uint8Array",
    "",
  );
  return yaml.refusal(
    pathInFile(path, scenario),
    inCycles ? `${what} cycles` : what,
    inCycles ? `${expected}, of 4ns each` : expected,
  );
}

/** A figure that the part has, and the file does not say, cannot be told of by its place. */
function unsaidFigure(path: string, given: string, { adapters }: Scenario): string | undefined {
  const [, adapter, field = ""] = /^adapters\[(\d+)\]\.flash\.geometry\.(\w+)$/.exec(path) ?? [];
  if (adapter === undefined) return undefined;
  const flash: object = adapters[Number(adapter)]?.flash ?? {};
  return field in flash ? undefined : `${field} ${given}`;
}

function pathInFile(path: string, { adapters, targets = [] }: Scenario): string {
  // A target outside is none of the world's.
  const simulated = targets.flatMap(({ outside }, index) => outside ? [] : [index]);
  return NAMES.reduce((name, [option, field]) => name.replace(option, field), path)
    .replace(/^targets\[(\d+)/, (_, index) => `targets[${simulated[Number(index)]}`)
    .replace(/^adapters\[(\d+)\]\.flash\.faults\[(\d+)\]/, (place, adapter, fault) => {
      const kind = adapters[Number(adapter)]?.flash?.faults?.[Number(fault)]?.kind;
      return kind === undefined ? place : `${place}.${nameInFiles(kind)}`;
    })
    .replace(
      /^(\w+\[\d+\])\.phase1(?:\.(\w+))?/,
      (_, end, field = "preset") => `${end}.policy.${field === "preset" ? "like" : policyFieldInFiles(field)}`,
    );
}
