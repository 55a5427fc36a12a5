/**
 * Lineage: what the good outcomes of a run rest on (Alvaro et al., "Lineage-driven
 * fault injection", SIGMOD 2015). From each call that came to success one goes back,
 * by what led to each event and by who wrote what it has read; of the operations on
 * that way those are found at which something can go wrong. Whether the outcome
 * survives that is worth a run; what no outcome rests on is not.
 *
 * @module
 */

import { AdapterComponents, Components } from "../../../trace/components.ts";
import { callEvent } from "../../../trace/events.ts";
import type { World } from "../../world/world.ts";

/** Operations that are counted of an adapter. */
const OF_ADAPTER = ["flashProgram", "command", "doorbell", "interrupt", "dma"] as const;

/** What can be counted. */
export type OperationKind = typeof OF_ADAPTER[number] | "datagram" | "commit";

/** An operation at which something can go wrong. */
export interface Operation {
  /** The step of the story in which it was, from 0. */
  readonly step: number;
  /** What is counted. */
  readonly kind: OperationKind;
  /** Whose it is: an adapter, or who sent a datagram; nobody's of a commit. */
  readonly of: string;
  /** Whom a datagram is for; empty of others. */
  readonly to: string;
  /** Which one in its step, from 1. */
  readonly ordinal: number;
  /** How many bytes a program of flash has; 0 of others. */
  readonly lengthBytes: number;
}

/** An operation as it was begun. */
interface Begun extends Pick<Operation, "kind" | "of" | "to" | "lengthBytes"> {
  /** How many events there had been. */
  readonly at: number;
  /** The event that led to it. */
  readonly cause: number;
}

/** Who makes calls of its own accord. */
const PROGRAMS: readonly string[] = [Components.application, Components.wmiTool];

/** So many outcomes are kept, the last ones: they rest on those before. */
const MOST_OUTCOMES = 12;

/** Listens to a run, and says afterwards what its good outcomes rest on. */
export class Lineage {
  readonly #world: World;
  readonly #begun: Begun[] = [];
  /** The last events before good answers. */
  readonly #outcomes: number[] = [];

  /** @param world Without power. */
  constructor(world: World) {
    this.#world = world;
    const { adapters, network, host, kernel } = world;
    for (const [name, { adapter: { registers, dma }, flashTaps }] of adapters) {
      flashTaps.add(({ kind, lengthBytes }) => {
        if (kind === "program") this.#note("flashProgram", { of: name, lengthBytes });
      });
      registers.doorbellTaps.add(() => {
        this.#note("doorbell", { of: name });
        return false;
      });
      registers.interruptTaps.add(() => this.#note("interrupt", { of: name }));
      dma.taps.add(() => this.#note("dma", { of: name }));
    }
    const names = namesByAddress(world);
    network.taps.add(({ source, destination }) => {
      const [of = "", to = ""] = [source, destination].map(({ address }) => names.get(`${address}`));
      this.#note("datagram", { of, to });
      return [];
    });
    host.apiTaps.add(() => ({ status }) => {
      if (status === 0) this.#outcomes.push(kernel.cause);
    });
  }

  /**
   * What each good outcome rests on, those left out that rest on nothing or on what another does. For after the run.
   *
   * @param steps Only operations of these steps count, from 0.
   */
  supports(steps: ReadonlySet<number>): readonly (readonly Operation[])[] {
    const operations = this.#counted().filter(({ step }) => steps.has(step));
    const found = new Map<string, readonly Operation[]>();
    for (const outcome of this.#outcomes.slice(-MOST_OUTCOMES)) {
      const chain = this.#chainOf(outcome);
      const support = operations.filter((each) => chain.has(each.cause)).map(({ cause: _, ...each }) => each);
      if (support.length > 0) found.set(JSON.stringify(support), support);
    }
    return [...found.values()];
  }

  #note(
    kind: OperationKind,
    { of, to = "", lengthBytes = 0 }: { readonly of: string; readonly to?: string; readonly lengthBytes?: number },
  ): undefined {
    const { kernel, recorder } = this.#world;
    this.#begun.push({ kind, of, to, lengthBytes, at: recorder.length, cause: kernel.cause });
  }

  /** All operations of steps, each with its ordinal: faults of a step count from its beginning. */
  #counted(): readonly (Operation & { readonly cause: number })[] {
    const [, ...marks] = this.#world.recorder.marks;
    const counts = new Map<string, number>();
    return [...this.#begun, ...this.#called()].flatMap(({ kind, of, to, lengthBytes, at, cause }) => {
      const step = marks.findLastIndex(({ first }) => first <= at);
      if (step < 0) return [];
      const key = `${step} ${kind} ${of} ${to}`;
      const ordinal = (counts.get(key) ?? 0) + 1;
      counts.set(key, ordinal);
      return [{ step, kind, of, to, ordinal, lengthBytes, cause }];
    });
  }

  /**
   * An event and all that it rests on. That a program makes its calls one after the other is no reason why one of them
   * comes to success: from a call of a program the way goes on only by what it has read.
   */
  #chainOf(event: number): ReadonlySet<number> {
    const { components, component, cause, because } = this.#world.recorder.columns();
    const chain = new Set<number>();
    const open = [event];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (each < 0 || chain.has(each)) continue;
      chain.add(each);
      const isOfProgram = PROGRAMS.includes(components[component[each] as number] ?? "");
      open.push(isOfProgram ? -1 : cause[each] ?? -1, because?.[each] ?? -1);
    }
    return chain;
  }

  /** Commands and commits: they are calls in the trace. */
  #called(): readonly Begun[] {
    const { kinds, kind, components, component, values, texts } = this.#world.recorder.columns();
    const fields = kinds.map(({ fields }) => Object.keys(fields).length);
    const call = kinds.findIndex(({ name }) => name === callEvent.name);
    const callees = new Map([...this.#world.adapters.keys()].map((name) => [AdapterComponents.firmware(name), name]));
    const found: Begun[] = [];
    for (let event = 0, offset = 0; event < kind.length; event++) {
      const to = kind[event] === call ? texts[values[offset] as number] ?? "" : "";
      offset += fields[kind[event] as number] as number;
      const caller = components[component[event] as number];
      const name = callees.get(to);
      const others = { at: event, cause: event, to: "", lengthBytes: 0 };
      if (name !== undefined && caller === name) found.push({ kind: "command", of: name, ...others });
      else if (to === Components.keyStore && caller === Components.initiatorService) {
        found.push({ kind: "commit", of: "", ...others });
      }
    }
    return found;
  }
}

function namesByAddress({ adapters, targets }: World): ReadonlyMap<string, string> {
  const ends = [...adapters].flatMap(([name, { networkInterface }]) =>
    networkInterface.addresses.map((address): [string, string] => [`${address}`, name])
  );
  return new Map([...ends, ...[...targets].map(([name, { address }]): [string, string] => [`${address}`, name])]);
}
