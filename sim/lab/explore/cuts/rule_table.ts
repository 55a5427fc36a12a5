/**
 * What each rule of the mount is for: the first trial that fails without it.
 *
 * @module
 */

import type { MountRule } from "../../../../firmware/nvram/mount_rules.ts";
import { runJob, withoutRules } from "./cut_campaign.ts";
import type { Violation } from "./cut_trial.ts";
import { mutationJobs } from "./cut_tiers.ts";

/**
 * The first trial that fails if a rule is left out.
 *
 * @param rule The rule.
 * @returns `undefined` if no trial of the campaign fails: the rule is not needed, or the campaign is too weak.
 */
export function firstFailure(rule: MountRule): Violation | undefined {
  for (const job of mutationJobs(rule)) {
    const [violation] = runJob(job, withoutRules(rule)).violations;
    if (violation !== undefined) return violation;
  }
  return undefined;
}
