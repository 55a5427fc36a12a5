/**
 * The head of a record: 26 bits that say what it is, in a code word of the
 * extended Hamming code [32, 26, 4]. One flipped bit is put right, two are
 * noticed; so a damaged record still says which slot it was for.
 *
 * All ones is a code word, too: erased flash reads as a head of the kind
 * "blank", even with one bit flipped.
 *
 * @module
 */

/** Kinds of heads. */
export const RecordKind = {
  /** About the log itself: the slot is one of {@linkcode LogSlot}. */
  log: 0,
  /** A record with its class and name, for a slot. */
  full: 1,
  /** A new value for a slot whose name is known. */
  value: 2,
  /** The slot is free. */
  delete: 3,
  /** The log goes on here, after a boot or a place that the part did not take; it ended where the payload says. */
  mark: 4,
  /** All secret records are gone, and old sectors are being erased. */
  clearSecrets: 5,
  /** Class and name of a slot whose value lies elsewhere or is lost. */
  name: 6,
  /** Erased flash. */
  blank: 7,
} as const;

/** What a person who looks at a region reads of each kind, in the order of their numbers; blank flash is no record. */
export const RECORD_KIND_NAMES: readonly string[] = [
  "log",
  "full",
  "value",
  "delete",
  "mark",
  "clear secrets",
  "name",
];

/** One of the kinds: each number that a head can hold is one. */
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** What a record of the kind `log` is about. */
export const LogSlot = {
  /** Which sectors are retired. */
  retired: 0,
  /** The last record of an earlier boot, written again: where that one lies, nothing counts any more. */
  again: 1,
} as const;

/** Slots are numbered from 0 up to this limit. */
export const SLOT_LIMIT = 1024;

/** The longest payload that a head can announce, in bytes. */
export const PAYLOAD_BYTES_LIMIT = 4095;

/** What a head says. */
export interface Head {
  /** What it is. */
  readonly kind: RecordKind;
  /** True for a copy that was made when its sector was opened. */
  readonly carried: boolean;
  /** The slot that the record is about. */
  readonly slot: number;
  /** Length of the payload that follows. */
  readonly payloadBytes: number;
}

const DATA_BITS = 26;
const ODD = 32;

/**
 * Label of each bit of the word, all different: data bits have the labels that
 * are no power of two and not 0, check bits the others. A word belongs to the
 * code if the labels of its ones cancel out and their number is even.
 */
const LABELS: readonly number[] = [
  ...Array.from({ length: 32 }, (_, label) => label).filter((label) => (label & (label - 1)) !== 0),
  ...[1, 2, 4, 8, 16, 0],
];

/** What each value of each byte of the word adds to the syndrome. */
const SYNDROMES = Uint8Array.from({ length: 4 * 256 }, (_, index) => {
  let syndrome = 0;
  for (let bit = 0; bit < 8; bit++) {
    if (index & (1 << bit)) syndrome ^= (LABELS[8 * (index >>> 8) + bit] as number) | ODD;
  }
  return syndrome;
});

/** The bit of the word with each label. */
const BIT_OF_LABEL = Uint8Array.from({ length: 32 }, (_, label) => LABELS.indexOf(label));

function syndromeOf(word: number): number {
  return (SYNDROMES[word & 0xff] as number) ^ (SYNDROMES[256 + ((word >>> 8) & 0xff)] as number) ^
    (SYNDROMES[512 + ((word >>> 16) & 0xff)] as number) ^ (SYNDROMES[768 + (word >>> 24)] as number);
}

/** The word of a head, as an unsigned 32-bit number. */
export function encodeHead({ kind, carried, slot, payloadBytes }: Head): number {
  let word = payloadBytes | (slot << 12) | ((carried ? 1 : 0) << 22) | (kind << 23);
  const syndrome = syndromeOf(word);
  for (let check = 0; check < 5; check++) {
    if (syndrome & (1 << check)) word |= 1 << (DATA_BITS + check);
  }
  if (syndromeOf(word) & ODD) word |= 1 << 31;
  return word >>> 0;
}

/**
 * The code word nearest to what was read.
 *
 * @param read What stands on flash.
 * @returns An unsigned 32-bit number, or `undefined` if more than one bit is wrong.
 */
export function correctHead(read: number): number | undefined {
  const syndrome = syndromeOf(read);
  if (syndrome === 0) return read >>> 0;
  if ((syndrome & ODD) === 0) return undefined;
  return (read ^ (1 << (BIT_OF_LABEL[syndrome & 31] as number))) >>> 0;
}

/** {@linkcode RecordKind} of a code word. */
export function headKind(word: number): RecordKind {
  return ((word >>> 23) & 7) as RecordKind;
}

/** Payload length of a code word, in bytes. */
export function headPayloadBytes(word: number): number {
  return word & 0xfff;
}

/** Slot of a code word. */
export function headSlot(word: number): number {
  return (word >>> 12) & 0x3ff;
}

/** Whether a code word is that of a carried copy. */
export function headCarried(word: number): boolean {
  return (word & (1 << 22)) !== 0;
}
