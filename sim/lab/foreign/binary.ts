/**
 * Bytes of WebAssembly's binary format (core specification 2.0, section 5.2): LEB128 numbers, names, vectors.
 *
 * @module
 */

/** The bytes end or mean nothing where something was expected. */
export class MalformedBinaryError extends Error {
  /**
   * Says where.
   *
   * @param offset The byte at which it was expected, from the module's beginning.
   * @param what What was expected.
   */
  constructor(offset: number, what: string) {
    super(`no ${what} at byte ${offset}`);
    this.name = "MalformedBinaryError";
  }
}

/** Reads forward through a module. */
export class BinaryReader {
  /** All of the module. */
  readonly bytes: Uint8Array;
  /** The next byte. */
  offset: number;
  /** Nothing is read from here on. */
  readonly end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  byte(what: string): number {
    if (this.offset >= this.end) throw new MalformedBinaryError(this.offset, what);
    return this.bytes[this.offset++] as number;
  }

  /** An unsigned number of up to 32 bits. */
  u32(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(what);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value < 2 ** 32) return value;
        break;
      }
    }
    throw new MalformedBinaryError(start, what);
  }

  /** A signed number of up to 32 bits. */
  s32(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(what);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    throw new MalformedBinaryError(start, what);
  }

  /** Passes over a number of any size. */
  skipNumber(what: string): void {
    const start = this.offset;
    for (let count = 0; count < 10; count++) {
      if (this.byte(what) < 0x80) return;
    }
    throw new MalformedBinaryError(start, what);
  }

  /** Passes over bytes. */
  skip(lengthBytes: number, what: string): void {
    if (lengthBytes > this.end - this.offset) throw new MalformedBinaryError(this.offset, what);
    this.offset += lengthBytes;
  }

  /** A part of the bytes, with its length before it; this reader goes on behind it. */
  part(what: string): BinaryReader {
    const lengthBytes = this.u32(`length of ${what}`);
    const start = this.offset;
    this.skip(lengthBytes, what);
    return new BinaryReader(this.bytes, start, this.offset);
  }

  /** A text in UTF-8. */
  name(what: string): string {
    const { offset, end } = this.part(what);
    return new TextDecoder().decode(this.bytes.subarray(offset, end));
  }

  /** Several of a kind, with their number before them. */
  vector<T>(what: string, read: (index: number) => T): T[] {
    const count = this.u32(`number of ${what}s`);
    if (count > this.end - this.offset) throw new MalformedBinaryError(this.offset, `room for ${count} ${what}s`);
    return Array.from({ length: count }, (_, index) => read(index));
  }

  /** What is left. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.offset, this.end);
  }
}

/** Writes a module or a part of one. */
export class BinaryWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(...bytes: readonly number[]): this {
    return this.append(Uint8Array.from(bytes));
  }

  u32(value: number): this {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.byte(rest % 128 | 0x80);
    return this.byte(rest);
  }

  /** A signed number. */
  s32(value: number): this {
    let rest = value;
    for (; rest < -64 || rest > 63; rest >>= 7) this.byte(rest & 0x7f | 0x80);
    return this.byte(rest & 0x7f);
  }

  name(text: string): this {
    return this.part(new TextEncoder().encode(text));
  }

  /** Bytes with their length before them. */
  part(bytes: Uint8Array): this {
    return this.u32(bytes.length).append(bytes);
  }

  append(bytes: Uint8Array): this {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
    return this;
  }

  /** All that was written. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
