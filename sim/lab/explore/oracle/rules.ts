/**
 * The rules of the oracle, beside the prose in README.md. Each is looked at when
 * it says, and tells what is wrong.
 *
 * @module
 */

import { BOOT_RULES } from "./boot_rules.ts";
import { LIST_RULES } from "./list_rules.ts";
import { MEMORY_RULES } from "./memory_rules.ts";
import type { Look, Rule } from "./rule.ts";
import { SAVED_LOGIN_RULES } from "./saved_login_rules.ts";
import { SESSION_RULES } from "./session_rules.ts";
import { SETTING_RULES } from "./setting_rules.ts";
import { WIRE_RULES } from "./wire_rules.ts";

export type { Look, Rule } from "./rule.ts";

/** The rules by their names. */
export const RULES = {
  ...SETTING_RULES,
  ...BOOT_RULES,
  ...SESSION_RULES,
  ...WIRE_RULES,
  ...LIST_RULES,
  ...SAVED_LOGIN_RULES,
  ...MEMORY_RULES,
} as const satisfies Readonly<Record<string, Rule>>;

/** The name of a rule. */
export type RuleName = keyof typeof RULES;

/** The rules of each moment, by their names: thousands of answers and commands ask for theirs. */
export const RULES_BY_MOMENT: Readonly<Record<Look["when"], readonly (readonly [name: string, look: Look])[]>> = {
  answer: rulesOf("answer"),
  call: rulesOf("call"),
  command: rulesOf("command"),
  step: rulesOf("step"),
  rest: rulesOf("rest"),
  service: rulesOf("service"),
};

function rulesOf(moment: Look["when"]): readonly (readonly [name: string, look: Look])[] {
  return Object.entries<Look>(RULES).filter(([, { when }]) => when === moment);
}
