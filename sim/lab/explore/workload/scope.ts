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
  /** The addresses of its ports. */
  readonly addresses: readonly string[];
  /** How many keys it has room for; more than a story sets by default. */
  readonly keyTableEntries?: number;
}

/** Whom a setting of a story names. */
export interface Whom {
  /** An identifier; of an adapter's own address, that address. */
  readonly id: "own" | "192.0.2.77" | "backup.example" | "spare.example";
  /** Of which port. */
  readonly port: "all" | 0 | 1;
}

/** What a story has, and has more of. */
export interface Given {
  /** How many keys; none by default. */
  readonly keys?: number;
  /** How many logins with a name; none by default. */
  readonly logins?: number;
  /** How many settings of a hundred are of the group key; 20 by default. */
  readonly groupShare?: number;
  /** How many settings of a hundred end with the run of the service; 33 by default. */
  readonly volatileShare?: number;
  /** What all ends propose and accept; {@linkcode PLAIN_POLICY} by default. */
  readonly policy?: Written;
}

/** The smallest Diffie-Hellman group: what it takes is real time, and no story is about it. */
const PLAIN_POLICY: Written = { suites: ["aes128-sha1-modp768"] };

/** What ends are like: in half of the stories plain, in the others each in some way of its own. */
const POLICIES: readonly Written[] = [
  ...Array.from({ length: 5 }, () => PLAIN_POLICY),
  { suites: ["aes256-sha256-modp768", "3des-md5-modp768"], padding: "random" },
  { ...PLAIN_POLICY, encryptConfirmation: false, initialContact: "informational", natTraversal: false },
  { ...PLAIN_POLICY, deadPeerDetection: { idle: "3s", retry: "1s", attempts: 2 }, initialContact: "message 5" },
  { ...PLAIN_POLICY, lifetime: "60s", rekeyMargin: "20s" },
  // An exchange that nobody answers is over soon, and there is time for another before the association ends.
  { ...PLAIN_POLICY, lifetime: "90s", rekeyMargin: "50s", retransmission: ["1s", "1s"], deadPeerDetection: "none" },
];

/** Whom a story may be about: some, so that a key that is always there does not bear witness for others. */
const USUAL_WHOM: readonly Whom[] = [
  { id: "own", port: "all" },
  { id: "own", port: 0 },
  { id: "192.0.2.77", port: "all" },
  { id: "backup.example", port: "all" },
];

/** Names alone: which of several the adapter presents itself by is a matter of its own, that its address settles otherwise. */
const NAMES: readonly Whom[] = [
  { id: "backup.example", port: "all" },
  { id: "backup.example", port: 0 },
  { id: "spare.example", port: "all" },
  { id: "spare.example", port: 0 },
];

/** What stories are about: in one of five names alone, in one of five all of these. */
const MATTERS: readonly (readonly Whom[])[] = [
  USUAL_WHOM,
  USUAL_WHOM,
  USUAL_WHOM,
  [...NAMES.slice(1, 3), ...USUAL_WHOM],
  NAMES,
];

/** How many settings of a hundred are of the group key: mostly some, in some stories half, or all. */
const GROUP_SHARES = [20, 20, 20, 20, 20, 50, 100] as const;

/**
 * How many settings of a hundred end with the run of the service: in two stories of five none. What such a setting has
 * touched is not vouched for, so that stories with some of them seldom come to what a name of a cache promises.
 */
const VOLATILE_SHARES = [0, 0, 33, 33, 33] as const;

/** The ports by how many there are. */
const PORTS = { 1: [0], 2: [0, 1] } as const;

/** More are no other stories, and each is asked for again and again. */
const MOST_WHOM = 4;

/** A key by its number. A longer one is followed by a shorter one, and that by one of another length: each has an end of its own. */
function keyText(number: number): string {
  return `key ${number} of the story${", and then some".repeat((number * 2) % 3)}`;
}

/** Draws what a story is about. */
export function drawScope(random: RandomStream): Scope {
  const { pick, some } = new Scope(random, new Map(), []);
  const storages = ["nvram", "nvram", "nvram", "ram", "ram", "none"] as const;
  const count = random.chance(1, 4) ? 2 : 1;
  const small = random.chance(1, 8) ? { keyTableEntries: 2 } : {};
  const ports = random.chance(1, 3) ? 2 : 1;
  const adapters = Array.from({ length: count }, (_, index): [string, WrittenAdapter] => {
    const addresses = Array.from({ length: ports }, (_, port) => `192.0.2.${10 + index + 100 * port}`);
    return [`hba${index}`, { storage: pick(storages), addresses, ...small }];
  });
  const whom = some(pick(MATTERS)).map((each): Whom => each.port === 0 ? { ...each, port: pick(PORTS[ports]) } : each);
  const shares = { groupShare: pick(GROUP_SHARES), volatileShare: pick(VOLATILE_SHARES), policy: pick(POLICIES) };
  return new Scope(random, new Map(adapters), whom.slice(0, MOST_WHOM), shares);
}

/** What a story is about, and chance. */
export class Scope {
  /** Chance. */
  readonly random: RandomStream;
  /** The adapters by name. */
  readonly adapters: ReadonlyMap<string, WrittenAdapter>;
  /** Whom keys are for. */
  readonly whom: readonly Whom[];
  /** How many settings of a hundred are of the group key. */
  readonly groupShare: number;
  /** How many settings of a hundred end with the run of the service. */
  readonly volatileShare: number;
  /** What all ends propose and accept. */
  readonly policy: Written;
  /** Whether a login was saved that its adapter is to make when its target is there again. */
  awaitsTarget = false;
  /** Whether the port driver gives logins up before the adapter does. */
  isImpatient = false;
  readonly #lastKeys = new Map<string, string>();
  #keys: number;
  #logins: number;

  /**
   * A scope.
   *
   * @param random Chance.
   * @param adapters The adapters by name.
   * @param whom Whom keys are for.
   * @param given What there is already, and what there is more of.
   */
  constructor(
    random: RandomStream,
    adapters: ReadonlyMap<string, WrittenAdapter>,
    whom: readonly Whom[],
    { keys = 0, logins = 0, groupShare = 20, volatileShare = 33, policy = PLAIN_POLICY }: Given = {},
  ) {
    this.random = random;
    this.adapters = adapters;
    this.whom = whom;
    this.groupShare = groupShare;
    this.volatileShare = volatileShare;
    this.policy = policy;
    this.#keys = keys;
    this.#logins = logins;
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

  /** The name of an adapter that keeps keys in flash; `undefined` if there is none. */
  flashAdapter(): string | undefined {
    return [...this.adapters].find(([, { storage }]) => storage === "nvram")?.[0];
  }

  /** The address of a port of an adapter, of the first one by default. */
  address(adapter: string, port: Whom["port"] = 0): string {
    return this.adapters.get(adapter)?.addresses[Number(port) || 0] ?? "";
  }

  /** A port of all adapters. */
  port(): 0 | 1 {
    const [{ addresses } = { addresses: [] }] = this.adapters.values();
    return addresses.length > 1 && this.random.chance(1, 2) ? 1 : 0;
  }

  /** A key that nobody has given before. */
  key(): string {
    return keyText(++this.#keys);
  }

  /** A key that nobody has given before, for somebody: an identifier. */
  keyFor(id: string): string {
    const key = this.key();
    this.#lastKeys.set(id, key);
    return key;
  }

  /** The key that was given for somebody last; `undefined` if there is none. */
  lastKeyFor(id: string): string | undefined {
    return this.#lastKeys.get(id);
  }

  /** The keys that were given so far. */
  get keys(): readonly string[] {
    return Array.from({ length: this.#keys }, (_, index) => keyText(index + 1));
  }

  /** A name for a cache that no other has. */
  nameOfCache(): string {
    return Array.from({ length: 16 }, () => this.random.below(256).toString(16).padStart(2, "0")).join("");
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

  /** A time within a call: between two of its messages, or between two of its commits. */
  moment(): string {
    return `${this.random.below(this.pick([20, 400, 12_000]))}us`;
  }
}
