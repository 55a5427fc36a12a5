/**
 * What a story is about, and how it is drawn: everything follows from the seed.
 *
 * @module
 */

import type { RandomStream } from "../../../kernel/random.ts";

/** A step or a fault as files have it: one verb with its fields, and what stands beside it. */
export type Written = Readonly<Record<string, unknown>>;

/** An adapter as files have it. */
export interface WrittenAdapter {
  /** Where it keeps keys. */
  readonly storage: "nvram" | "ram" | "none";
  /** Its address. */
  readonly address: string;
}

/** Whom a setting of a story names. */
export interface Whom {
  /** An identifier; of an adapter's own address, that address. */
  readonly id: "own" | "192.0.2.77" | "backup.example";
  /** Of which port. */
  readonly port: "all" | 0;
}

/** All names; a story is about some of them, so that a key that is always there does not bear witness for others. */
export const ALL_WHOM: readonly Whom[] = [
  { id: "own", port: "all" },
  { id: "own", port: 0 },
  { id: "192.0.2.77", port: "all" },
  { id: "backup.example", port: "all" },
];

/** What a story is about. */
export class Scope {
  /** Chance. */
  readonly random: RandomStream;
  /** The adapters by name. */
  readonly adapters: ReadonlyMap<string, WrittenAdapter>;
  /** Whom keys are for. */
  readonly whom: readonly Whom[];
  #keys = 0;
  #logins = 0;

  /**
   * A scope.
   *
   * @param random Chance; it decides on all the rest, too.
   */
  constructor(random: RandomStream) {
    this.random = random;
    const storages = ["nvram", "nvram", "nvram", "ram", "none"] as const;
    const count = random.chance(1, 3) ? 2 : 1;
    const drawn = Array.from({ length: count }, (_, index): [string, WrittenAdapter] => {
      return [`hba${index}`, { storage: this.pick(storages), address: `192.0.2.${10 + index}` }];
    });
    this.adapters = new Map(drawn);
    this.whom = this.some(ALL_WHOM);
  }

  /** One of several. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.random.below(choices.length)] as T;
  }

  /** Some of several, in their order: never none. */
  some<T>(choices: readonly T[]): readonly T[] {
    const chosen = choices.filter(() => this.random.chance(1, 2));
    return chosen.length > 0 ? chosen : [this.pick(choices)];
  }

  /** The name of an adapter. */
  adapter(): string {
    return this.pick([...this.adapters.keys()]);
  }

  /** The address of an adapter. */
  address(adapter: string): string {
    return this.adapters.get(adapter)?.address ?? "";
  }

  /** A key that nobody has given before. */
  key(): string {
    return `key ${++this.#keys} of the story`;
  }

  /** The keys that were given so far. */
  get keys(): readonly string[] {
    return Array.from({ length: this.#keys }, (_, index) => `key ${index + 1} of the story`);
  }

  /** The name of a login that nobody has had before. */
  login(): string {
    return `login ${++this.#logins}`;
  }

  /** A login that there was, by its name; the first one if there was none. */
  earlierLogin(): string | undefined {
    return this.#logins === 0 ? undefined : `login ${1 + this.random.below(this.#logins)}`;
  }

  /** A time: mostly within a call, sometimes longer than anything. */
  time(): string {
    const [unit, most] = this.pick([["us", 400], ["us", 4000], ["ms", 20], ["ms", 400], ["ms", 7000]] as const);
    return `${1 + this.random.below(most)}${unit}`;
  }
}
