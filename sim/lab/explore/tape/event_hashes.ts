/**
 * Short hashes of a trace, each of all that has happened so far: two runs'
 * first difference is found by halving, and a run that is done again can check
 * itself on the way.
 *
 * @module
 */

import type { Recorder } from "../../../trace/recorder.ts";

/** A hash of 32 bits is kept for each so many events. */
export const BLOCK_EVENTS = 64;

/** Hashes of a trace. */
export interface EventHashes {
  /** After each 64 events the hash of all so far. */
  readonly blocks: readonly number[];
  /** After each event the upper 8 bits of that hash: one in 256 differences is seen an event too late. */
  readonly bytes: Uint8Array;
}

/** Hashes a trace as it grows. The hash depends on the events alone, as the digest does. */
export class EventHasher {
  readonly #recorder: Recorder;
  readonly #blocks: number[] = [];
  #bytes = new Uint8Array(1024);
  #count = 0;
  #values = 0;
  #hash = 0;
  readonly #texts: number[] = [];
  #names = new Map<string, number>();

  /** @param recorder Must keep all events. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** The hash of all events so far, 32 bits. */
  hash(): number {
    this.#catchUp();
    return this.#hash >>> 0;
  }

  /** The hashes of all events so far. */
  hashes(): EventHashes {
    this.#catchUp();
    return { blocks: [...this.#blocks], bytes: this.#bytes.slice(0, this.#count) };
  }

  /** Whether all events so far are those of other hashes: as far as both go. */
  agreesWith({ blocks, bytes }: EventHashes): boolean {
    this.#catchUp();
    const whole = Math.floor(this.#count / BLOCK_EVENTS);
    return this.#count <= bytes.length && (whole === 0 || blocks[whole - 1] === this.#blocks[whole - 1]) &&
      bytes[this.#count - 1] === (this.#count === 0 ? undefined : this.#bytes[this.#count - 1]);
  }

  #catchUp(): void {
    const { components, kinds, texts, cycle, component, kind, cause, values } = this.#recorder.columns();
    const componentHashes = components.map((name) => this.#nameHash(name));
    const kindHashes = kinds.map(({ name }) => this.#nameHash(name));
    const types = kinds.map(({ fields }) => Object.values(fields));
    for (let index = this.#texts.length; index < texts.length; index++) {
      this.#texts.push(hashOfText(texts[index] as string));
    }
    while (this.#bytes.length < cycle.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    for (; this.#count < cycle.length; this.#count++) {
      const index = this.#count;
      this.#number(cycle[index] as number);
      this.#word(componentHashes[component[index] as number] as number);
      this.#word(kindHashes[kind[index] as number] as number);
      this.#word(cause[index] as number);
      for (const type of types[kind[index] as number] as readonly string[]) {
        const value = values[this.#values++] as number;
        if (type === "text") this.#word(this.#texts[value] as number);
        else this.#number(value);
      }
      this.#bytes[index] = this.#hash >>> 24;
      if ((index + 1) % BLOCK_EVENTS === 0) this.#blocks.push(this.#hash >>> 0);
    }
  }

  #nameHash(name: string): number {
    let hash = this.#names.get(name);
    if (hash === undefined) {
      hash = hashOfText(name);
      this.#names.set(name, hash);
    }
    return hash;
  }

  #number(value: number): void {
    this.#word(value | 0);
    this.#word(Math.floor(value / 2 ** 32) | 0);
  }

  #word(word: number): void {
    this.#hash = mixed(this.#hash, word);
  }
}

/** The number of the first event in which two traces differ, by their hashes; `undefined` if they do not. */
export function firstDifference(a: EventHashes, b: EventHashes): number | undefined {
  const common = Math.min(a.bytes.length, b.bytes.length);
  // Hashes are of all so far: once they differ they go on to differ.
  let [same, differs] = [0, Math.min(a.blocks.length, b.blocks.length) + 1];
  while (same + 1 < differs) {
    const middle = (same + differs) >> 1;
    if (a.blocks[middle - 1] === b.blocks[middle - 1]) same = middle;
    else differs = middle;
  }
  for (let event = same * BLOCK_EVENTS; event < common; event++) {
    if (a.bytes[event] !== b.bytes[event]) return event;
  }
  return a.bytes.length === b.bytes.length ? undefined : common;
}

/** The block function of MurmurHash3 (x86, 32 bits) by Austin Appleby. */
function mixed(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function hashOfText(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) hash = mixed(hash, text.charCodeAt(index));
  return hash;
}
