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
import type { World } from "../../world/world.ts";

const HOST = "host";

/** Notes what is touched. */
export class TieFootprint {
  readonly #parts: readonly string[];
  #touched = new Set<string>();

  /** Listens from now on. */
  constructor(world: World) {
    const { recorder, network, adapters, targets } = world;
    this.#parts = [...adapters.keys(), ...targets.keys()];
    recorder.watch((sequence) => this.#touch(recorder.at(sequence).component));
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
    this.#touch(who);
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  #bus<T>(adapter: string, answer: T): T {
    this.#touched.add(adapter).add(HOST);
    return answer;
  }

  /** Names of components and processes have the name of the part as a word: `hba0 firmware`, `host/hba0 interrupt line`. */
  #touch(name: string): void {
    const words = name.split(/[ /]/);
    const parts = this.#parts.filter((part) => words.includes(part));
    const isOfHost = parts.length === 0 || words[0] === HOST || words[0] === "miniport";
    for (const part of parts) this.#touched.add(part);
    if (isOfHost) this.#touched.add(HOST);
  }
}

/** Whether the order of two events matters. */
export function dependent(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((part) => b.has(part));
}
