/**
 * Memory that holds nothing at present. Whoever gives memory for secrets back
 * fills it with zeros first: a laboratory looks whether that was done, of
 * secrets whose values it does not know, too.
 *
 * @module
 */

/** Memory in which secrets may have been, and in which nothing is now. */
export interface UnusedMemory {
  /** What it is for, in words. */
  readonly where: string;
  /** The memory itself and no copy: zeros, or something was forgotten there. */
  readonly bytes: Uint8Array;
}
