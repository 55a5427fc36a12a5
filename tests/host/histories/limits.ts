/**
 * What things may take in histories.
 *
 * @module
 */

import type { Cycles } from "../../../sim/kernel/task.ts";

/** Until an adapter that has its power again is noticed. */
export const NOTICE_CYCLES: Cycles = 5_000_000;

/** What a mailbox command takes: 1 ms. */
export const COMMAND_CYCLES: Cycles = 250_000;

/** So long a login through an adapter may take while another one is reset: its own commands. */
export const UNIMPEDED_CYCLES: Cycles = 250_000_000 / 10;

/** The same of one that has to be the only session: it waits for the end of the reset. */
export const IMPEDED_CYCLES: Cycles = 250_000_000 * 3;

/** Longer than anything that ends by itself. */
export const LIMIT_CYCLES: Cycles = 250_000_000 * 1200;

/** The longest pause after so many ClearCaches in vain as histories have: three at once, then after 1, 2 and 4 s. */
export const LONGEST_CLEAR_PAUSE_CYCLES: Cycles = 250_000_000 * 4;

/** A cache without room for all is filled by age, twice to learn surely what it takes, and then without the rest. */
export const CLEARS_BY_AGE = 4;
