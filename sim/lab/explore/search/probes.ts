/**
 * Probes: what should be so sometimes. A rule that never breaks is worth as much
 * as the states in which it was looked at, so a campaign says which of the
 * interesting ones it has reached. Those of the product are in one table.
 *
 * @module
 */

import { AdapterStatus } from "../../../../firmware/manual/interface.ts";
import type { Recorder } from "../../../trace/recorder.ts";
import type { World } from "../../world/world.ts";
import type { OracleView } from "../oracle/oracle_view.ts";
import { tellOther, tellThrown } from "../oracle/own_answer.ts";
import type { Broken } from "../oracle/world_oracle.ts";

/** How it is seen that a probe is reached. */
type Probe =
  /** The trace has a text that begins so. */
  | { readonly text: RegExp }
  /** It is so when a call begins or ends, or after a step. */
  | { readonly look: (view: OracleView) => boolean };

/** The user's own probes, by names. */
export type UserProbes = Readonly<Record<string, (world: World) => boolean>>;

/** The probes of the product, by what they say. */
const PROBES = {
  "a driver finds its adapter gone": { text: /^surprise removal/ },
  "a driver resets an adapter that does not answer": { text: /^mailbox timeout/ },
  "a driver notices that its adapter was reset": { text: /^the adapter was reset/ },
  "the bus is reset under requests": { text: /^bus reset: outstanding requests given up/ },
  "a request is not completed in time": { text: /^\S+ did not complete IRP_MN_/ },
  "a busy adapter is given a request again": { text: /^\S+ is busy, request submitted again later/ },
  "a command is given up": { text: /^aborted$/ },
  "a command waits in vain": { text: /^timedOut$/ },
  "a cache is what the service expects": { text: /^generational GUID matches/ },
  "a cache is filled anew": { text: /^records replayed$/ },
  "a cache without name is filled": { text: /^records replayed to a cache without name/ },
  "a foreign cache is kept": { text: /^policy: keep/ },
  "a foreign cache hides what was volatile": { text: /^over volatile settings of an earlier run/ },
  "an adapter cannot be synchronised": { text: /^\S+ not synchronised/ },
  "a program of flash is cut off": { text: /^program cut off/ },
  "a program of flash fails": { text: /^program failed/ },
  "an erase of flash fails": { text: /^erase failed/ },
  "an adapter works degraded": {
    look: ({ adapters }) => adapters.some(({ adapter }) => adapter.cache?.status === AdapterStatus.degraded),
  },
  "an adapter works beside one that does not": {
    look: ({ world: { host }, adapters }) => {
      const states = host.powered ? adapters.map(({ adapter }) => host.adapterState(adapter.name)) : [];
      return states.includes("ready") && states.some((state) => state !== "ready");
    },
  },
  "two settings are under way at once": {
    look: ({ pending }) => pending.filter(({ call: { name } }) => name.startsWith("SetIScsi")).length > 1,
  },
  "a call waits for the synchronisation": {
    look: ({ world: { host: { service } }, pending }) =>
      pending.length > 0 && service.state === "running" && !service.settled,
  },
  "a call ends with the service": { text: /^ended$/ },
  "a stopped service is asked": { text: /^not running: stopped/ },
  "a setting comes about at some adapters only": { text: /^ISDSC_OPERATION_NOT_ALL_SUCCESS/ },
  "an adapter has no memory for keys": { text: /^ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED/ },
  "a login cannot be saved": { text: /^ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA/ },
  "a session uses the key of its port": { text: /^session \d+ uses the explicit key/ },
  "a session uses a key of all ports": { text: /^session \d+ uses the all ports key/ },
  "a session uses the group key": { text: /^session \d+ uses the group key/ },
  "a session uses a key that its login brings": { text: /^session \d+ uses the login key/ },
  "a session has no key": { text: /^session refused: no key/ },
  "phase 1 comes about in main mode": { text: /^main mode, initiator/ },
  "phase 1 comes about in aggressive mode": { text: /^aggressive mode, initiator/ },
  "phase 1 meets another key": { text: /^authentication: HASH_R is wrong/ },
  "phase 1 has no answer": { text: /^no answer: the peer did not answer/ },
  "a message of phase 1 is sent again": { text: /^(main|aggressive) mode .*\(again\)$/ },
  "a message of phase 1 is dropped": { text: /^phase 1: dropped: / },
  "an association is deleted": { text: /^closed$/ },
} as const satisfies Readonly<Record<string, Probe>>;

/** The names of all probes of a campaign: those of the table, then the user's. Results tell them by their places. */
export function probeNames(probes: UserProbes = {}): readonly string[] {
  return [...Object.keys(PROBES), ...Object.keys(probes)];
}

/** Which probes a campaign has reached, and which not, by their names. */
export interface ReachedProbes {
  /** Those that were reached. */
  readonly reached: readonly string[];
  /** Those that were not. */
  readonly unreached: readonly string[];
}

/** What runs have reached between them. */
export function probesOf(runs: readonly { readonly probes: readonly number[] }[], probes?: UserProbes): ReachedProbes {
  const places = new Set(runs.flatMap((run) => run.probes));
  const names = probeNames(probes);
  return {
    reached: names.filter((_, place) => places.has(place)),
    unreached: names.filter((_, place) => !places.has(place)),
  };
}

const ALL: readonly Probe[] = Object.values(PROBES);
const TEXTS = ALL.flatMap((probe, place) => "text" in probe ? [{ place, text: probe.text }] : []);
const LOOKS = ALL.flatMap((probe, place) => "look" in probe ? [{ place, look: probe.look }] : []);
/** Most texts are no probe's: they are all asked at once. */
const ANY_TEXT = new RegExp(TEXTS.map(({ text }) => text.source).join("|"));

/** Sees which probes a run reaches. */
export class ProbeWatch {
  readonly #probes: UserProbes;
  readonly #reached = new Set<number>();
  /** Those of the user's that say neither yes nor no: each is told once, and not asked again. */
  readonly #broken = new Set<string>();

  /** @param probes The user's own. */
  constructor(probes: UserProbes = {}) {
    this.#probes = probes;
  }

  /**
   * A call begins or ends, or a step has ended.
   *
   * @param tell Is told of a probe of the user's that throws, or says neither yes nor no: it is asked in the middle of
   * what the product does, and what it throws would be told as a failure of that.
   */
  look(view: OracleView, tell: (broken: Broken) => void): void {
    for (const { place, look } of LOOKS) if (!this.#reached.has(place) && look(view)) this.#reached.add(place);
    Object.entries(this.#probes).forEach(([name, holds], index) => {
      const place = ALL.length + index;
      if (this.#reached.has(place) || this.#broken.has(name)) return;
      const answer = answerOf(holds, view.world);
      if (answer === true) this.#reached.add(place);
      if (typeof answer === "boolean") return;
      this.#broken.add(name);
      tell({ rule: name, detail: answer });
    });
  }

  /** The places of the probes that were reached, in order. For after the run. */
  reached(recorder: Recorder): readonly number[] {
    for (const text of recorder.textsFrom(0)) {
      if (!ANY_TEXT.test(text)) continue;
      for (const { place, text: wanted } of TEXTS) if (wanted.test(text)) this.#reached.add(place);
    }
    return [...this.#reached].sort((a, b) => a - b);
  }
}

/** Whether a probe is reached; in words, what is wrong with one that does not say. */
function answerOf(holds: (world: World) => boolean, world: World): boolean | string {
  try {
    const answer: unknown = holds(world);
    return typeof answer === "boolean" ? answer : tellOther(answer, "true or false");
  } catch (error) {
    return tellThrown(error);
  }
}
