/**
 * Draws of named streams: the stream's own, but for what a tape or a strategy
 * says.
 *
 * @module
 */

import type { DrawDecision } from "../../../kernel/random.ts";
import type { DrawDeviation } from "./tape.ts";

/** Decides draws by a tape, and where that says nothing by a strategy. */
export class Draws {
  /** What was not the stream's own, in order. */
  readonly taken: DrawDeviation[] = [];
  readonly #tape: ReadonlyMap<string, DrawDeviation>;
  readonly #strategy: DrawDecision | undefined;
  readonly #counts = new Map<string, number>();
  readonly #met = new Set<DrawDeviation>();

  /**
   * Made with:
   *
   * @param tape Which draws give what; of two of one draw the last counts.
   * @param strategy Is asked of each other draw.
   */
  constructor(tape: readonly DrawDeviation[], strategy?: DrawDecision) {
    this.#tape = new Map(tape.map((each) => [keyOf(each.stream, each.ordinal), each]));
    this.#strategy = strategy;
  }

  /** What a draw gives. */
  readonly decide: DrawDecision = (stream, drawn, limit) => {
    const ordinal = (this.#counts.get(stream) ?? 0) + 1;
    this.#counts.set(stream, ordinal);
    const deviation = this.#tape.get(keyOf(stream, ordinal));
    if (deviation !== undefined) {
      this.#met.add(deviation);
      this.taken.push(deviation);
      return deviation.value % limit;
    }
    const value = this.#strategy?.(stream, drawn, limit) ?? drawn;
    if (!(Number.isSafeInteger(value) && value >= 0 && value < limit)) {
      throw new RangeError(`No draw of ${stream} gives ${value}: expected a whole number from 0 to ${limit - 1}`);
    }
    if (value !== drawn) this.taken.push({ decision: "draw", stream, ordinal, value });
    return value;
  };

  /** How often a stream has been drawn from. */
  countOf(stream: string): number {
    return this.#counts.get(stream) ?? 0;
  }

  /** Whether a draw of the tape has been made. */
  isMet(deviation: DrawDeviation): boolean {
    return this.#met.has(deviation);
  }
}

function keyOf(stream: string, ordinal: number): string {
  return `${stream}\0${ordinal}`;
}
