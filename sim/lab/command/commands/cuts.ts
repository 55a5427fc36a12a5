/**
 * `hbasim cuts`.
 *
 * @module
 */

import { MOUNT_RULES } from "../../../../firmware/nvram/mount_rules.ts";
import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { type CampaignOptions, replayTrial } from "../../explore/cuts/cut_campaign.ts";
import { isTierName } from "../../explore/cuts/cut_tiers.ts";
import { campaignOf, explainCut } from "../../explore/cuts/module_campaign.ts";
import { firstFailure } from "../../explore/cuts/rule_table.ts";
import { parseTrial } from "../../explore/cuts/trial_name.ts";
import type { ForeignModuleSource } from "../../foreign/foreign_program.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { cutsCampaign, describeViolation } from "../cuts_campaign.ts";
import { WIDE_OPTION } from "../fitting.ts";
import { readBytes } from "../input_files.ts";
import { print } from "../terminal.ts";
import { WORKERS_OPTION, workersOf } from "../worker_count.ts";

/** Cuts the power of the key store everywhere. */
export const cuts = command({
  options: {
    tier: { value: "quick|commit|nightly", about: "how much is tried; commit by default" },
    workers: WORKERS_OPTION,
    replay: { value: "TRIAL", about: "one trial again, by the name that a finding has", without: ["tier", "workers"] },
    module: {
      value: "FILE",
      about: "a key store in C, C++ or Rust, prepared by hbasim module, in place of hbasim's own",
    },
    rules: {
      about: "which trial fails first without each rule of the mount of hbasim's own store",
      without: ["tier", "workers", "replay", "module"],
    },
    json: {
      about: "as one JSON document: trials and violations, by kinds; of --replay the trial, of --rules the rules",
    },
    wide: { ...WIDE_OPTION.wide, without: ["json", "replay", "rules"] },
  },
  notes: [
    "Exit code: 0 nothing was found, 1 the oracle did not allow something.",
    "Ctrl-C ends it early with 130: what was tried until then is told.",
  ],
  examples: [
    "cuts --tier quick",
    "cuts --tier quick --json",
    "cuts --replay 1:56:33:w",
    "cuts --tier quick --module scenarios/foreign/store.hba.wasm",
  ],
  run({ tier = "commit", workers, replay, module: file, rules, json, wide }, [operand]) {
    if (operand !== undefined) throw new InputError(`cuts takes options only, not ${quoted(operand)}`);
    if (!isTierName(tier)) throw new InputError(`--tier ${quoted(tier)}: expected quick, commit or nightly`);
    const threads = workersOf(workers);
    const module = file === undefined ? undefined : { name: file, bytes: readBytes(file) };
    const options = module === undefined ? {} : campaignOf(module);
    if (replay !== undefined) return again(replay, module, options, json === true);
    if (rules !== true) return cutsCampaign({ tier, workers: threads, module, json: json === true, wide });
    return withoutEachRule(json === true);
  },
});

function again(
  name: string,
  module: ForeignModuleSource | undefined,
  options: CampaignOptions,
  json: boolean,
): number {
  const violation = replayTrial(parseTrial(name), options);
  const code = violation === undefined ? HOLDS : FAILS;
  if (json) print(JSON.stringify({ trial: name, holds: violation === undefined, ...violation }, undefined, 2));
  else {
    print(violation === undefined ? `${name}: nothing to object` : describeViolation(violation));
    if (module !== undefined) print(`  ${explainCut(parseTrial(name), module)}`);
  }
  return code;
}

function withoutEachRule(json: boolean): number {
  const rules: object[] = [];
  let code = HOLDS;
  for (const rule of MOUNT_RULES) {
    const found = firstFailure(rule);
    if (found === undefined) code = FAILS;
    const { trial, rule: broken } = found ?? {};
    rules.push({ rule, caught: found !== undefined, ...(found === undefined ? {} : { trial, broken }) });
    if (json) continue;
    print(`${rule.padEnd(20)} ${found === undefined ? "NOT CAUGHT" : `${found.trial.padEnd(22)} ${found.rule}`}`);
  }
  if (json) print(JSON.stringify({ rules }, undefined, 2));
  return code;
}
