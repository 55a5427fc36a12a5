/**
 * One function for each action of the transition tables.
 *
 * @module
 */

import type { Action } from "./action.ts";
import { ASSOCIATION_ACTIONS } from "./association.ts";
import { PHASE1_ACTIONS } from "./phase1_actions.ts";
import type { ActionName } from "./transitions.ts";

/** One function for each action of the transition tables. */
export const ACTIONS: { readonly [Name in ActionName]: Action } = { ...PHASE1_ACTIONS, ...ASSOCIATION_ACTIONS };
