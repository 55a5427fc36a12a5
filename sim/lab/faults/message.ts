/**
 * Messages of phase 1, as those who send them describe them in the trace.
 *
 * @module
 */

/**
 * Whether a packet is a message of phase 1.
 *
 * @param detail What its sender has said of it: `main mode 5 encrypted: ID, HASH`.
 * @param message Mode and number: `main 5`.
 */
export function isMessage(detail: string, message: string): boolean {
  return new RegExp(`^${message.replace(" ", " mode ")}\\b`).test(detail);
}
