/**
 * The step that only looks: at the whole run, or since a step.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { mapping } from "../../../shape/shape.ts";
import { checkLooks, findAll, LOOK_FIELDS } from "../looks/table.ts";
import { step } from "../step.ts";
import { noneOf, since } from "./expectations.ts";

/** The step that looks. */
export const EXPECT_STEPS = {
  expect: step({
    doc: "Looks at the world: at packets and trace of the whole run, unless since names a step.",
    shape: mapping({ since, ...LOOK_FIELDS }, (given) => noneOf(given, LOOK_FIELDS)),
    check({ since, ...looks }, check) {
      if (since !== undefined) check.part("since").requireEarlier(since);
      checkLooks(looks, check);
    },
    *run({ since, ...looks }, context) {
      const { world, run } = context;
      yield* context.wait(0);
      const window = since === undefined ? { firstEvent: 0, begin: 0 } : run.windows.get(since);
      if (window === undefined) {
        return context.verdict(`the time since ${quoted(since ?? "")}`, "a step not taken yet", false);
      }
      // What goes wrong beside it has gone wrong before it looks.
      context.atEnd(() => {
        for (const finding of findAll(looks, world, window)) context.found(finding);
      });
    },
  }),
};
