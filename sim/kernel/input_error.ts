/**
 * Mistakes of the people who use the simulator.
 *
 * @module
 */

/**
 * What was given cannot be used: a file, an option, an address. The message is for whoever gave it, and says where,
 * what, and what is accepted; where in the program it was noticed does not matter. Programs show the message alone.
 */
export class InputError extends Error {
  /** The name of its kind, as stack traces show it. */
  override name: string = "InputError";
}
