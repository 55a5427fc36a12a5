/**
 * Whether a key is one that trying finds.
 *
 * With a preshared key phase 1 lets it be tried offline: message 2 of aggressive
 * mode shows its hash to anybody, and message 5 of main mode to whoever has
 * answered in the responder's place. `psk-crack` of ike-scan tries a million
 * keys a second on one core; RFC 3723 §2.3.1 asks for keys that are hard to
 * guess.
 *
 * The rule counts the keys of the same length that are made of the same kinds
 * of characters, and knows no words: what it calls weak is, what it does not
 * can be a word all the same.
 *
 * @module
 */

/** Fewer keys than this can be tried: at 10^10 a second, in 58 years. */
const FEWEST_KEYS = 2n ** 64n;

/** Kinds of characters: how to tell one, and how many there are. */
const KINDS: readonly (readonly [is: (byte: number) => boolean, count: number])[] = [
  [(byte) => byte >= 0x30 && byte <= 0x39, 10],
  [(byte) => byte >= 0x41 && byte <= 0x5a, 26],
  [(byte) => byte >= 0x61 && byte <= 0x7a, 26],
];

/** Printable characters of ASCII that are neither digits nor letters. */
const OTHER_PRINTABLE = 33;

/** With this many characters of any kind there are enough keys: 10^20 is more than 2^64. */
const ENOUGH_CHARACTERS = 20;

/** Whether there are fewer than 2^64 keys as long as this one, of the kinds of characters that it has. */
export function isFoundByTrying(key: Uint8Array): boolean {
  if (key.length >= ENOUGH_CHARACTERS) return false;
  return BigInt(alphabetOf(key)) ** BigInt(key.length) < FEWEST_KEYS;
}

/** How many characters a key could be made of; all 256 bytes as soon as it has one that cannot be printed. */
function alphabetOf(key: Uint8Array): number {
  const isPrintable = key.every((byte) => byte >= 0x20 && byte <= 0x7e);
  if (!isPrintable) return 256;
  const kinds = KINDS.filter(([is]) => key.some(is));
  const isOther = (byte: number) => !KINDS.some(([is]) => is(byte));
  return kinds.reduce((sum, [, count]) => sum + count, key.some(isOther) ? OTHER_PRINTABLE : 0);
}
