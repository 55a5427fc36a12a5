/**
 * What an event of the queue touches: the parts of the world whose order of
 * events can matter to it. Two events of one cycle depend on each other if they
 * touch the same part.
 *
 * A part is an adapter, a target, or the host with all that runs on it. An event
 * touches the part that its process is named after, those of the components
 * for which it records something, and those that it reaches over bus and wire.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { addressesOf } from "../../faults/accidents.ts";
import { AdapterComponents, Components } from "../../../trace/components.ts";
import type { World } from "../../world/world.ts";

const HOST = "host";
/** Processes with names that could be those of an adapter called `service` or `fault`. */
const OF_HOST_ALONE = [`${HOST}/service control manager`, "fault reset"];
/** What the service does for an adapter at its own pace. */
const SYNCHRONISATION = `${Components.initiatorService}/synchronisation of`;

/** Notes what is touched. */
export class TieFootprint {
  readonly #parts: readonly string[];
  readonly #adapters: readonly string[];
  /** The parts that components belong to; all others are the host's. */
  readonly #owners = new Map<string, readonly string[]>();
  #touched = new Set<string>();

  /** Listens from now on. */
  constructor(world: World) {
    const { recorder, network, adapters, targets } = world;
    this.#adapters = [...adapters.keys()];
    this.#parts = [...this.#adapters, ...targets.keys()];
    for (const part of this.#parts) this.#owners.set(part, [part]);
    for (const adapter of this.#adapters) {
      this.#owners.set(AdapterComponents.firmware(adapter), [adapter]);
      this.#owners.set(AdapterComponents.flash(adapter), [adapter]);
      this.#owners.set(AdapterComponents.miniport(adapter), [adapter, HOST]);
    }
    recorder.watch((sequence) => this.#touch(this.#owners.get(recorder.at(sequence).component) ?? [HOST]));
    network.taps.add(({ source, destination }) => {
      for (const { address } of [source, destination]) {
        const end = this.#parts.find((part) => addressesOf(part, world).some((each) => equalBytes(each, address)));
        if (end !== undefined) this.#touched.add(end);
      }
      return [];
    });
    for (const { adapter: { name, registers, dma } } of adapters.values()) {
      registers.doorbellTaps.add(() => this.#bus(name, false));
      registers.interruptTaps.add(() => this.#bus(name, undefined));
      dma.taps.add(() => this.#bus(name, undefined));
    }
  }

  /**
   * What was touched since the last time.
   *
   * @param who The process or callback that ran.
   */
  take(who: string): ReadonlySet<string> {
    this.#touch(this.#ownersOf(who));
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  #bus<T>(adapter: string, answer: T): T {
    this.#touched.add(adapter).add(HOST);
    return answer;
  }

  #touch(parts: readonly string[]): void {
    for (const part of parts) this.#touched.add(part);
  }

  /** The parts that a process belongs to, by where their names stand in its own: `hba0/boot`, `host/hba0 timer`. */
  #ownersOf(who: string): readonly string[] {
    if (OF_HOST_ALONE.includes(who)) return [HOST];
    const isOwn = (part: string) => who.startsWith(`${part}/`) || who === `${part} core` || who === `${part} reset`;
    const own = longest(this.#parts.filter(isOwn));
    if (own !== undefined) return [own];
    const isServed = (part: string) => who.startsWith(`${HOST}/${part} `) || who === `${SYNCHRONISATION} ${part}`;
    const served = longest(this.#adapters.filter(isServed));
    return served === undefined ? [HOST] : [served, HOST];
  }
}

/** With a name that begins another one both seem to stand there. */
function longest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => b.length - a.length)[0];
}

/** Whether the order of two events matters. */
export function dependent(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((part) => b.has(part));
}
