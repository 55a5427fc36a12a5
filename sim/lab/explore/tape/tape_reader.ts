/**
 * Reads tapes and recipes from data that anybody may have written; what is read
 * has its fields in one order, so that equal tapes have equal bytes.
 *
 * @module
 */

import { alternatives } from "../../../shape/alternatives.ts";
import { readFault } from "../../faults/fault_reader.ts";
import { list, oneOf, type Reader, record, show, text, whole, word } from "../../world/option_readers.ts";
import { WorldOptionsError } from "../../world/world_options_error.ts";
import type {
  Deviation,
  DrawDeviation,
  EventName,
  FaultDeviation,
  Moment,
  Recipe,
  Split,
  StepDeviation,
  StepName,
  Tape,
  TieDeviation,
} from "./tape.ts";

const must = <T>(required: Reader<T>) => ({ required });

const ORDINAL = must(whole(1, Number.MAX_SAFE_INTEGER));

const EVENT: Reader<EventName> = record<EventName>({ who: must(text), what: must(text), ordinal: ORDINAL });

const STEP: Reader<StepName> = record<StepName>({ type: must(text), ordinal: ORDINAL });

const DEVIATIONS: { readonly [D in Deviation["decision"]]: Reader<Extract<Deviation, { decision: D }>> } = {
  draw: record<DrawDeviation>({
    decision: must(oneOf(["draw"])),
    stream: must(text),
    ordinal: ORDINAL,
    value: must(whole(0, 2 ** 32 - 1)),
  }),
  tie: record<TieDeviation>({ decision: must(oneOf(["tie"])), first: must(EVENT), before: must(EVENT) }),
  fault: record<FaultDeviation>({ decision: must(oneOf(["fault"])), fault: must(readFault) }),
  step: record<StepDeviation>({
    decision: must(oneOf(["step"])),
    step: must(STEP),
    change: must(word({ "left out": true, "repeated": true })),
  }),
};

const DECISIONS = Object.keys(DEVIATIONS) as Deviation["decision"][];

const DEVIATION: Reader<Deviation> = (value, path) => {
  const given: unknown = typeof value === "object" && value !== null && "decision" in value
    ? value.decision
    : undefined;
  const decision = DECISIONS.find((each) => each === given);
  if (decision !== undefined) return DEVIATIONS[decision](value, path);
  throw new WorldOptionsError(`${path}.decision`, show(given), `one of ${alternatives(DECISIONS)}`);
};

/** Reads a tape. */
export const readTape: Reader<Tape> = list(DEVIATION, 0);

const MOMENT: Reader<Moment> = record<Moment>({
  cycle: must(whole(0, Number.MAX_SAFE_INTEGER)),
  sequence: must(whole(-1, Number.MAX_SAFE_INTEGER)),
});

/** Reads a recipe. */
export const readRecipe: Reader<Recipe> = list(record<Split>({ at: must(MOMENT), salt: must(text) }), 0);
