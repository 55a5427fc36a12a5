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

/** How many keys and logins a story has. */
export interface Given {
  /** Keys. */
  readonly keys: number;
  /** Logins with a name. */
  readonly logins: number;
}

/** All names; a story is about some of them, so that a key that is always there does not bear witness for others. */
const ALL_WHOM: readonly Whom[] = [
  { id: "own", port: "all" },
  { id: "own", port: 0 },
  { id: "192.0.2.77", port: "all" },
  { id: "backup.example", port: "all" },
];

/** Draws what a story is about. */
export function drawScope(random: RandomStream): Scope {
  const { pick, some } = new Scope(random, new Map(), []);
  const storages = ["nvram", "nvram", "nvram", "ram", "none"] as const;
  const count = random.chance(1, 3) ? 2 : 1;
  const adapters = Array.from({ length: count }, (_, index): [string, WrittenAdapter] => {
    return [`hba${index}`, { storage: pick(storages), address: `192.0.2.${10 + index}` }];
  });
  return new Scope(random, new Map(adapters), some(ALL_WHOM));
}

/** What a story is about, and chance. */
export class Scope {
  /** Chance. */
  readonly random: RandomStream;
  /** The adapters by name. */
  readonly adapters: ReadonlyMap<string, WrittenAdapter>;
  /** Whom keys are for. */
  readonly whom: readonly Whom[];
  #keys: number;
  #logins: number;

  /**
   * A scope.
   *
   * @param random Chance.
   * @param adapters The adapters by name.
   * @param whom Whom keys are for.
   * @param given How many keys and logins there are already.
   */
  constructor(
    random: RandomStream,
    adapters: ReadonlyMap<string, WrittenAdapter>,
    whom: readonly Whom[],
    given: Given = { keys: 0, logins: 0 },
  ) {
    this.random = random;
    this.adapters = adapters;
    this.whom = whom;
    this.#keys = given.keys;
    this.#logins = given.logins;
  }

  /** One of several. */
  readonly pick = <T>(choices: readonly T[]): T => choices[this.random.below(choices.length)] as T;

  /** Some of several, in their order: never none. */
  readonly some = <T>(choices: readonly T[]): readonly T[] => {
    const chosen = choices.filter(() => this.random.chance(1, 2));
    return chosen.length > 0 ? chosen : [this.pick(choices)];
  };

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
