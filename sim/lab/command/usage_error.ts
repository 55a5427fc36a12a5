/**
 * What a user of the command has to mend.
 *
 * @module
 */

/** A command line that cannot be understood, or a file of it that cannot be used. */
export class UsageError extends Error {}
