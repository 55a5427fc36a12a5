/**
 * What the worlds of one campaign share: the results of public-key operations
 * and of sealing, which are pure functions of what they are given.
 *
 * Runs of one seed that differ in a fault or in a step ask the same questions up
 * to where they part. An answer is given again only to exactly the same
 * question. It holds keys, as any world does, for as long as it lives.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Sealer } from "../../../firmware/nvram/sealer.ts";
import type { ResultMemory } from "../../kernel/result_memory.ts";
import { deviceRootKey } from "./factory.ts";
import { QuickBox } from "./quick_box.ts";
import { QuickSealer } from "./quick_sealer.ts";
import { RememberingSealer } from "./remembering_sealer.ts";

interface Answer {
  readonly question: readonly Uint8Array[];
  readonly result: Uint8Array;
}

/** Per function; some 20 MB at the most. */
const ANSWERS_LIMIT = 50_000;

/** What a memory means for the worlds that share it. */
export interface CampaignMemoryOptions {
  /** Whether they keep their traces, and have digests, all the same; false by default. */
  readonly keepsTraces?: boolean;
}

/** The memory of a campaign; worlds take it as their option `campaign`, and keep no trace then, unless it says so. */
export class CampaignMemory implements ResultMemory {
  /** Whether worlds that share it keep their traces. */
  readonly keepsTraces: boolean;
  /** By function, and by a digest of the question of 32 bits: the question itself is compared. */
  readonly #answers = new Map<string, Map<number, Answer>>();
  readonly #sealers = new Map<string, Sealer>();
  readonly #boxes = new QuickBox();
  #recalled = 0;

  /**
   * A memory of nothing.
   *
   * @param options What it means for worlds.
   */
  constructor({ keepsTraces = false }: CampaignMemoryOptions = {}) {
    this.keepsTraces = keepsTraces;
  }

  /** How many results were given again. */
  get recalled(): number {
    return this.#recalled;
  }

  /** The result for a question, as {@linkcode ResultMemory} says. */
  recall(what: string, question: readonly Uint8Array[], compute: () => Uint8Array): Uint8Array {
    const answers = this.#answersOf(what);
    const place = digestOf(question);
    const known = answers.get(place);
    if (known !== undefined && isSame(known.question, question)) {
      this.#recalled++;
      return known.result.slice();
    }
    const result = compute();
    if (answers.size >= ANSWERS_LIMIT) answers.clear();
    answers.set(place, { question: question.map((part) => part.slice()), result: result.slice() });
    return result;
  }

  /** Seals and opens the flash of the adapters of a name. */
  sealer(adapterName: string): Sealer {
    let sealer = this.#sealers.get(adapterName);
    if (sealer === undefined) {
      sealer = new RememberingSealer(new QuickSealer(deviceRootKey(adapterName), this.#boxes));
      this.#sealers.set(adapterName, sealer);
    }
    return sealer;
  }

  #answersOf(what: string): Map<number, Answer> {
    let answers = this.#answers.get(what);
    if (answers === undefined) this.#answers.set(what, answers = new Map());
    return answers;
  }
}

function isSame(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return left.length === right.length && left.every((part, index) => equalBytes(part, right[index] as Uint8Array));
}

/** FNV-1a over lengths and bytes. */
function digestOf(question: readonly Uint8Array[]): number {
  let digest = 0x811c_9dc5;
  for (const part of question) {
    digest = Math.imul(digest ^ part.length, 0x0100_0193);
    for (let index = 0; index < part.length; index++) {
      digest = Math.imul(digest ^ (part[index] as number), 0x0100_0193);
    }
  }
  return digest;
}
