/**
 * What a run has to tell, of a step that is taken a hundred thousand times,
 * too: what is like what was told before is counted, so that memory does not
 * grow with a run's length.
 *
 * @module
 */

/** What may stand for others. */
export interface Counted {
  /** How many of its kind it stands for, itself the last of them; one if absent. */
  readonly standsFor?: number;
}

/** How many of a kind are told each for itself. */
const MOST_IN_FULL = 100;

/** What has been told of one kind. */
interface Kind {
  count: number;
  /** The place in the list of what stands for all of the kind that are not told in full. */
  place: number;
}

/** A list in which the first hundred of each kind stand in full, and then the last one for all others. */
export class Tally<T extends Counted> {
  readonly #list: T[] = [];
  readonly #kinds = new Map<string, Kind>();

  /** What was told, in order of the first that each stands for. */
  get list(): readonly T[] {
    return this.#list;
  }

  /**
   * Tells something.
   *
   * @param kind What it has in common with what is like it.
   */
  add(kind: string, told: T): void {
    const known = this.#kinds.get(kind);
    const count = (known?.count ?? 0) + 1;
    if (known === undefined || count <= MOST_IN_FULL + 1) {
      this.#kinds.set(kind, { count, place: this.#list.length });
      this.#list.push(told);
      return;
    }
    known.count = count;
    this.#list[known.place] = { ...told, standsFor: count - MOST_IN_FULL };
  }
}

/** How many there are, those counted that others stand for. */
export function countOf(list: readonly Counted[]): number {
  return list.reduce((sum, { standsFor = 1 }) => sum + standsFor, 0);
}

/** What a line says of those that it stands for besides: ` (as 170 before it)`. */
export function othersText({ standsFor = 1 }: Counted): string {
  return standsFor === 1 ? "" : ` (as ${standsFor - 1} before it)`;
}
