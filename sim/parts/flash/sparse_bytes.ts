/**
 * Bytes of which most are what they were at first: only blocks that were
 * written take memory. Whoever asks for all of them in one piece makes them one.
 *
 * @module
 */

/** What is given memory at once. */
const BLOCK_BITS = 10;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const OFFSET_MASK = BLOCK_BYTES - 1;
/** So few bytes are sooner copied or filled one by one. */
const SHORT_BYTES = 64;
/** A sector that is erased, and written again, is some blocks. */
const SPARES_LIMIT = 4;

/** A row of bytes. */
export class SparseBytes {
  /** How many there are. */
  readonly length: number;
  readonly #initial: number;
  /** The blocks that were written; once all bytes are in one piece, the parts of it. */
  readonly #blocks: (Uint8Array | undefined)[];
  #whole: Uint8Array | undefined = undefined;
  /** Blocks that were given back, for the next that are written. */
  readonly #spares: Uint8Array[] = [];

  /**
   * Bytes that were not written yet.
   *
   * @param length How many.
   * @param initial What they all are.
   */
  constructor(length: number, initial: number) {
    this.length = length;
    this.#initial = initial;
    this.#blocks = new Array<Uint8Array | undefined>(Math.ceil(length / BLOCK_BYTES)).fill(undefined);
  }

  /** One byte. */
  at(address: number): number {
    const block = this.#blocks[address >>> BLOCK_BITS];
    return block === undefined ? this.#initial : block[address & OFFSET_MASK] as number;
  }

  /** The first address from one on of which more is known than that it is as at first; {@linkcode length} if none is. */
  nextWritten(address: number): number {
    let block = address >>> BLOCK_BITS;
    if (this.#blocks[block] !== undefined) return address;
    while (block < this.#blocks.length && this.#blocks[block] === undefined) block++;
    return Math.min(this.length, block << BLOCK_BITS);
  }

  /** Writes one byte. */
  set(address: number, value: number): void {
    this.#writable(address >>> BLOCK_BITS)[address & OFFSET_MASK] = value;
  }

  /** Copies bytes out. */
  read(address: number, target: Uint8Array): void {
    const end = address + target.length;
    if (this.#whole !== undefined) {
      if (target.length > SHORT_BYTES) target.set(this.#whole.subarray(address, end));
      else for (let from = address; from < end; from++) target[from - address] = this.#whole[from] as number;
      return;
    }
    for (let from = address; from < end;) {
      const to = Math.min(end, nextBlock(from));
      const block = this.#blocks[from >>> BLOCK_BITS];
      if (block === undefined) target.fill(this.#initial, from - address, to - address);
      else target.set(block.subarray(from & OFFSET_MASK, (from & OFFSET_MASK) + to - from), from - address);
      from = to;
    }
  }

  /** Copies bytes in. */
  write(address: number, source: Uint8Array): void {
    if (this.#whole !== undefined) return this.#whole.set(source, address);
    const end = address + source.length;
    for (let from = address; from < end;) {
      const to = Math.min(end, nextBlock(from));
      this.#writable(from >>> BLOCK_BITS).set(source.subarray(from - address, to - address), from & OFFSET_MASK);
      from = to;
    }
  }

  /** Sets bytes to one value. A block that becomes what it was at first gives its memory back. */
  fill(value: number, start: number, end: number): void {
    if (this.#whole !== undefined) {
      this.#whole.fill(value, start, end);
      return;
    }
    for (let from = start; from < end;) {
      const to = Math.min(end, nextBlock(from));
      const block = from >>> BLOCK_BITS;
      const isInitial = value === this.#initial;
      if (isInitial && to - from === BLOCK_BYTES) this.#giveBack(block);
      else if (!isInitial || this.#blocks[block] !== undefined) {
        fillBytes(this.#writable(block), value, from & OFFSET_MASK, (from & OFFSET_MASK) + to - from);
      }
      from = to;
    }
  }

  /** Sets all bytes to what they were at first. Blocks keep their memory, for those who write them again and again. */
  reset(): void {
    for (const block of this.#blocks) block?.fill(this.#initial);
  }

  /**
   * Clears the bits of some bytes that are 0 in as many values.
   *
   * @param address The first byte.
   * @param values The values, from `start` to before `end`.
   * @returns How many bits are 1 in the values and were 0.
   */
  clearBits(address: number, values: Uint8Array, start: number, end: number): number {
    let impossibleBits = 0;
    for (let from = start; from < end;) {
      const first = address + from - start;
      const to = Math.min(end, from + nextBlock(first) - first);
      const block = this.#writable(first >>> BLOCK_BITS);
      for (let at = first & OFFSET_MASK; from < to; at++, from++) {
        const value = values[from] as number;
        const before = block[at] as number;
        block[at] = before & value;
        for (let rest = value & ~before; rest !== 0; rest &= rest - 1) impossibleBits++;
      }
    }
    return impossibleBits;
  }

  /** All of them in one piece: not a copy, it shows what is written later. */
  get whole(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole;
    const whole = new Uint8Array(this.length);
    this.read(0, whole);
    for (let block = 0; block < this.#blocks.length; block++) {
      this.#blocks[block] = whole.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    }
    return this.#whole = whole;
  }

  /** Takes over all of others that were as many and the same at first, into bytes that were not written yet. */
  copyFrom(other: SparseBytes): void {
    other.#blocks.forEach((bytes, block) => {
      if (bytes !== undefined) this.#blocks[block] = bytes.slice();
    });
  }

  /** A copy of all of them. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    this.read(0, bytes);
    return bytes;
  }

  #writable(block: number): Uint8Array {
    const lengthBytes = Math.min(BLOCK_BYTES, this.length - block * BLOCK_BYTES);
    const spare = () => lengthBytes === BLOCK_BYTES ? this.#spares.pop() : undefined;
    return this.#blocks[block] ??= (spare() ?? new Uint8Array(lengthBytes)).fill(this.#initial);
  }

  #giveBack(block: number): void {
    const bytes = this.#blocks[block];
    this.#blocks[block] = undefined;
    if (bytes !== undefined && this.#spares.length < SPARES_LIMIT) this.#spares.push(bytes);
  }
}

function fillBytes(bytes: Uint8Array, value: number, start: number, end: number): void {
  if (end - start > SHORT_BYTES) bytes.fill(value, start, end);
  else for (let at = start; at < end; at++) bytes[at] = value;
}

function nextBlock(address: number): number {
  return (address | OFFSET_MASK) + 1;
}
