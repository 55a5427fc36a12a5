/**
 * Bugs that only show when something goes wrong, put into a world by its
 * options: policies, what stands between the session manager and the network,
 * the host's patience, a store. Each is broken by faults of the budget.
 *
 * @module
 */

import { SessionManager } from "../../../../firmware/session/session_manager.ts";
import type { SessionManagerOptions } from "../../../../firmware/session/sessions.ts";
import { RingStore } from "../../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../../firmware/nvram/sealer.ts";
import type { NvramRecord, StoreStatus } from "../../../../firmware/nvram/store.ts";
import type { ScenarioSource } from "../../../../sim/lab/explore/tape/subject.ts";
import { deviceRootKey } from "../../../../sim/lab/world/factory.ts";
import type { AdapterDescription, WorldOptions } from "../../../../sim/lab/world/world_options.ts";
import type { Kernel } from "../../../../sim/kernel/kernel.ts";
import type { Task } from "../../../../sim/kernel/task.ts";
import type { Datagram } from "../../../../sim/network/datagram.ts";
import type { NetworkInterface } from "../../../../sim/parts/network_interface.ts";

type Adapt = (options: WorldOptions) => WorldOptions;

/** A bug. */
export interface PlantedFaultBug {
  /** What is wrong. */
  readonly what: string;
  /** Made anew for each campaign: bugs have a memory. */
  readonly world: () => Adapt;
}

const END = "policy: { suites: [aes128-sha1-modp768] }";

/** A key is set, and used. */
export const SET_AND_LOGIN: ScenarioSource = {
  file: "login.yaml",
  source: `
name: a key is set and used
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], ${END} } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the key of a test }, ${END} } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key of a test, flags: [ike, main, transport] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`,
};

/** The same beside another application, which uses another adapter; one login is the outcome. */
export const TWO_APPLICATIONS: ScenarioSource = {
  file: "applications.yaml",
  source: `
name: two applications
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], ${END} }
  hba1: { storage: nvram, ports: [192.0.2.11], ${END} }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: the key of a test }, ${END} }
  tape: { address: 192.0.2.21, keys: { 192.0.2.11: another key of a test }, ${END} }
steps:
  - parallel:
      one:
        - setKey: { adapter: hba0, id: 192.0.2.10, key: the key of a test, flags: [ike, main, transport] }
        - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
      two:
        - setKey: { adapter: hba1, id: 192.0.2.11, key: another key of a test, flags: [ike, main, transport] }
        - { login: { adapter: hba1, target: tape }, expect: any }
`,
};

/** The line of the login that counts. */
export const LOGIN_LINE = 13;

function withAdapter(parts: (adapter: AdapterDescription) => Partial<AdapterDescription>): Adapt {
  return (options) => ({
    ...options,
    adapters: options.adapters.map((adapter) => adapter.name === "hba0" ? { ...adapter, ...parts(adapter) } : adapter),
  });
}

function waits(...delaysMilliseconds: number[]): () => Adapt {
  return () =>
    withAdapter(({ phase1 }) => ({ phase1: { ...phase1, retransmission: { name: "short", delaysMilliseconds } } }));
}

/** Stands between the session manager and the network, from one boot to the next. */
interface Filter {
  /** Whether a datagram that came in is served. */
  takes?(datagram: Datagram, kernel: Kernel): boolean;
  /** What goes out in the place of a datagram. */
  sends?(datagram: Datagram): Datagram | undefined;
}

function behind(filterOf: () => Filter): () => Adapt {
  return () =>
    withAdapter(() => ({
      createSessions: (means) => new SessionManager({ ...means, network: filtered(means, filterOf()) }),
    }));
}

function filtered({ network, kernel }: SessionManagerOptions, filter: Filter): NetworkInterface {
  const take = () => {
    for (let datagram = network.take(); datagram !== undefined; datagram = network.take()) {
      if (filter.takes?.(datagram, kernel) ?? true) return datagram;
    }
    return undefined;
  };
  const send = (datagram: Datagram) => {
    const sent = filter.sends === undefined ? datagram : filter.sends(datagram);
    if (sent !== undefined) network.send(sent);
  };
  const own: Readonly<Record<string | symbol, unknown>> = { take, send };
  return new Proxy(network, {
    get(_, name) {
      const value: unknown = own[name] ?? Reflect.get(network, name);
      return typeof value === "function" && own[name] === undefined ? value.bind(network) : value;
    },
  });
}

const textOf = ({ payload }: Datagram) => payload.join(" ");

/** Tells repetitions from what is new. */
function repetitions(): (datagram: Datagram) => number {
  const seen = new Map<string, number>();
  return (datagram) => {
    const count = seen.get(textOf(datagram)) ?? 0;
    seen.set(textOf(datagram), count + 1);
    return count;
  };
}

/** What was received is served until something has happened so many times; then nothing is any more. */
function deafAfter(times: number, happens: () => (datagram: Datagram, kernel: Kernel) => boolean): () => Adapt {
  return behind(() => {
    const hasHappened = happens();
    let count = 0;
    return { takes: (datagram, kernel) => (count += Number(hasHappened(datagram, kernel))) < times };
  });
}

/** The time from what was sent last to its answer, if that is longer than any on this wire. */
function lateAnswers(): () => Adapt {
  return behind(() => {
    let [sent, isDeaf] = [0, false];
    let clock: Kernel | undefined;
    return {
      takes(_, kernel) {
        clock = kernel;
        const delay = kernel.now - sent;
        isDeaf ||= sent > 0 && delay > 200_000 && delay < 400_000;
        return !isDeaf;
      },
      sends(datagram) {
        sent = clock?.now ?? 0;
        return datagram;
      },
    };
  });
}

/** 0.5 ms after the write before, what is written is late; what comes much later belongs to something else. */
class ImpatientStore extends RingStore {
  #last = 0;
  readonly #now: () => number;
  readonly #onLate: (store: ImpatientStore) => Task<unknown>;

  constructor(
    options: ConstructorParameters<typeof RingStore>[0],
    now: () => number,
    onLate: (store: ImpatientStore) => Task<unknown>,
  ) {
    super(options);
    this.#now = now;
    this.#onLate = onLate;
  }

  override *put(record: NvramRecord): Task<StoreStatus> {
    const gap = this.#now() - this.#last;
    this.#last = this.#now();
    const isGeneration = record.class === "generational-guid";
    if (isGeneration && gap > 125_000 && gap < 600_000) yield* this.#onLate(this);
    return yield* super.put(record);
  }
}

/** An adapter in whose store a generation that comes late leaves something behind. */
function impatient(
  onLate: (store: ImpatientStore) => Task<unknown>,
  networkOf: (means: SessionManagerOptions) => NetworkInterface = ({ network }) => network,
): Adapt {
  let clock: Kernel | undefined;
  return withAdapter(({ name }) => ({
    createSessions(means) {
      clock = means.kernel;
      return new SessionManager({ ...means, network: networkOf(means) });
    },
    createStore(flash, random) {
      const sealer = new SecretboxSealer(deviceRootKey(name));
      return new ImpatientStore({ flash, random, sealer }, () => clock?.now ?? 0, onLate);
    },
  }));
}

/** Answers that took longer than they do: something was repeated. */
function repeats(): (datagram: Datagram) => boolean {
  const repeated = repetitions();
  return (datagram) => repeated(datagram) > 0;
}

/** The bugs. */
export const PLANTED_FAULT_BUGS: readonly PlantedFaultBug[] = [
  { what: "phase 1 gives up at the first silence", world: waits(1000) },
  { what: "phase 1 repeats once only", world: waits(1000, 2000) },
  {
    what: "a login is given 2.5 s",
    world: () => (options) => ({
      ...options,
      host: { ...options.host, timeouts: { ...options.host?.timeouts, loginCycles: 625_000_000 } },
    }),
  },
  {
    what: "repetitions of message 5 have a wrong bit",
    world: behind(() => {
      const repeated = repetitions();
      const sent = new Set<string>();
      return {
        sends(datagram) {
          sent.add(textOf(datagram));
          if (repeated(datagram) === 0 || sent.size !== 3) return datagram;
          const payload = datagram.payload.slice();
          payload[40] = (payload[40] ?? 0) ^ 1;
          return { ...datagram, payload };
        },
      };
    }),
  },
  {
    what: "a repetition that was received deafens",
    world: deafAfter(1, repeats),
  },
  {
    what: "the second repetition that was received deafens",
    world: deafAfter(2, repeats),
  },
  { what: "a late answer deafens", world: lateAnswers() },
  {
    what: "after a repetition was received, none is sent",
    world: behind(() => {
      const [received, sent] = [repetitions(), repetitions()];
      let hasRepeated = false;
      return {
        takes(datagram) {
          hasRepeated ||= received(datagram) > 0;
          return true;
        },
        sends: (datagram) => sent(datagram) > 0 && hasRepeated ? undefined : datagram,
      };
    }),
  },
  {
    what: "what was repeated once is never repeated again",
    world: behind(() => {
      const repeated = repetitions();
      return { sends: (datagram) => repeated(datagram) > 1 ? undefined : datagram };
    }),
  },
  {
    what: "after a repetition was sent, one that is received deafens",
    world: behind(() => {
      const [received, sent] = [repetitions(), repetitions()];
      let [hasRepeated, isDeaf] = [false, false];
      return {
        takes(datagram) {
          isDeaf ||= received(datagram) > 0 && hasRepeated;
          return !isDeaf;
        },
        sends(datagram) {
          hasRepeated ||= sent(datagram) > 0;
          return datagram;
        },
      };
    }),
  },
  { what: "a write that comes late mutes the next session", world: () => lateWrite(() => () => 1) },
  {
    what: "a write that comes late spoils the session that repeats",
    world: lateWriteThenRepetition,
  },
];

/** A late write leaves a mark in RAM; a session that has to repeat finds it. */
export function lateWriteThenRepetition(): Adapt {
  return lateWrite(repetitions);
}

/** After a late write datagrams are not sent of which something is true. */
function lateWrite(filterOf: () => (datagram: Datagram) => number): Adapt {
  let isMarked = false;
  const mark = function* (): Task {
    isMarked = true;
  };
  const adapt = impatient(mark, (means) => {
    const repeated = filterOf();
    const sends = (datagram: Datagram) => repeated(datagram) > 0 && isMarked ? undefined : datagram;
    return filtered(means, { sends });
  });
  return (options) => {
    isMarked = false;
    return adapt(options);
  };
}
