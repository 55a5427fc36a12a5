/**
 * Answers what the playground asks: runs by the laboratory of a report, and
 * what the definition of scenarios says of a text.
 *
 * @module
 */

import { InputError } from "../../../../kernel/input_error.ts";
import { decodeBundle } from "../../../explore/tape/bundle.ts";
import { tellDeviation, tellSplit } from "../../../explore/tape/sentence.ts";
import { readRecipe, readTape } from "../../../explore/tape/tape_reader.ts";
import type { Laboratory } from "../../core/laboratory.ts";
import type { CoreRequest } from "../../core/requests.ts";
import { checked } from "./check.ts";
import { handEdit } from "./hand_edit.ts";
import { knownAt } from "./known.ts";
import { offersAt } from "./offers.ts";
import type { PlaygroundAnswer, PlaygroundRequest } from "./requests.ts";

/** Answers requests, one after the other. */
export class Playground {
  readonly #laboratory: Laboratory;

  /** @param laboratory Runs what is run. */
  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  /**
   * Answers a request.
   *
   * @throws {InputError} What was given does not fit.
   */
  answer(request: PlaygroundRequest): PlaygroundAnswer {
    switch (request.type) {
      case "run":
        return this.#asked(request, "opened");
      case "smaller": {
        const { scenario, tape = [], recipe = [] } = decodeBundle(this.#asked({ type: "shrink" }, "shrunk").made.bundle)
          .subject;
        return { type: "smaller", source: scenario.source, tape, recipe };
      }
      case "deviations": {
        const [tape, recipe] = [readTape(request.tape, "tape"), readRecipe(request.recipe, "recipe")];
        return { type: "deviations", tape, recipe, told: [...tape.map(tellDeviation), ...recipe.map(tellSplit)] };
      }
      case "check":
        return { type: "checked", checked: checked(request.written) };
      case "offers":
        return { type: "offers", offers: offersAt(request.source, request.offset) };
      case "known":
        return { type: "known", known: knownAt(request.source, request.offset) };
      case "edit":
        return { type: "edited", replacement: handEdit(request.source, request.edit) };
      default:
        return request satisfies never;
    }
  }

  #asked<T extends ReturnType<Laboratory["answer"]>["type"]>(request: CoreRequest, type: T) {
    const answer = this.#laboratory.answer(request);
    if (answer.type !== type) throw new InputError(`the laboratory has answered ${answer.type}, expected ${type}`);
    return answer as Extract<typeof answer, { readonly type: T }>;
  }
}
