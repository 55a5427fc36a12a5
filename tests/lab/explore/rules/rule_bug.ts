/**
 * A bug that a rule of the oracle notices.
 *
 * @module
 */

import type { PlantedFault } from "../../../support/planted_copy.ts";
import type { StoryName } from "./stories.ts";

/** A bug, and how it is found. */
export interface RuleBug {
  /** What is wrong, in words. */
  readonly what: string;
  /** How it is planted. */
  readonly fault: PlantedFault;
  /** The story that shows it; those of the first seeds by default. */
  readonly story?: StoryName;
}
