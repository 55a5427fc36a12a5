/**
 * `hbasim cuts`.
 *
 * @module
 */

import { cuts as campaign } from "../../explore/cuts.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { command } from "../command.ts";

/** Cuts the power of the key store everywhere. */
export const cuts = command({
  about: "cut the power of the key store everywhere and judge what is left",
  operands: "",
  options: {
    tier: { value: "quick|commit|nightly", about: "how much is tried; commit by default" },
    workers: { value: "1..64", about: "on how many threads; 2 by default" },
    replay: { value: "TRIAL", about: "one trial again, by the name that a finding has" },
    rules: { about: "which trial fails first without each rule of the mount" },
  },
  examples: ["cuts --tier quick", "cuts --replay 1:56:33:w"],
  run(given, [operand]) {
    if (operand !== undefined) throw new InputError(`cuts takes options only, not ${quoted(operand)}`);
    return campaign(
      Object.entries(given).flatMap(([name, value]) => value === true ? [`--${name}`] : [`--${name}`, value]),
    );
  },
});
