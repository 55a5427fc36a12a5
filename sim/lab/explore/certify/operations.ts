/**
 * The operations of a run at which faults can strike: what a fault's anchor
 * counts, noted as it happens, each with the event of the trace that led to it.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Datagram } from "../../../network/datagram.ts";
import { AdapterComponents, Components } from "../../../trace/components.ts";
import { callEvent, stateEvent } from "../../../trace/events.ts";
import { addressesOf } from "../../faults/accidents.ts";
import type { AdapterOperation, Anchor } from "../../faults/fault.ts";
import type { AdapterUnit, World } from "../../world/world.ts";

/** An anchor that counts. */
export type CountingAnchor = Extract<Anchor, { readonly ordinals: unknown }>;

/** An operation that has happened. */
export interface Operation {
  /** What is counted, and which of them it was. */
  readonly anchor: CountingAnchor;
  /** The sequence number of the event that led to it, or was it; -1 if nothing did. */
  readonly event: number;
}

/** A name by which an operation is known in other runs of the same scenario. */
export function operationKey({ anchor }: Pick<Operation, "anchor">): string {
  const nth = anchor.ordinals.least;
  if ("adapter" in anchor) return `${nth} ${anchor.at} ${anchor.adapter}`;
  return anchor.at === "datagram" ? `${nth} datagram ${anchor.from} > ${anchor.to}` : `${nth} ${anchor.at}`;
}

/**
 * Notes operations from now on.
 *
 * @param world A world without power: faults count from the same moment.
 * @returns Is filled as the run goes on, in order.
 */
export function noteOperations(world: World): readonly Operation[] {
  return new OperationLog(world).operations;
}

class OperationLog {
  readonly operations: Operation[] = [];
  readonly #world: World;
  readonly #counts = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    world.network.taps.add((datagram) => {
      this.#noteDatagram(datagram);
      return [];
    });
    for (const unit of world.adapters.values()) this.#hook(unit);
    world.recorder.watch((sequence) => this.#noteEvent(sequence));
  }

  #hook({ adapter, flashTaps }: AdapterUnit): void {
    const { name, registers, dma } = adapter;
    const note = (at: AdapterOperation) => this.#note(`${at} ${name}`, { at, adapter: name });
    registers.interruptTaps.add(() => {
      note("interrupt");
      return undefined;
    });
    registers.doorbellTaps.add(() => {
      note("doorbell");
      return false;
    });
    dma.taps.add(() => {
      note("dma");
      return undefined;
    });
    flashTaps.add(({ kind }) => {
      if (kind !== "read") note(kind === "program" ? "flashProgram" : "flashErase");
    });
  }

  #noteDatagram({ source, destination }: Datagram): void {
    const [from, to] = [this.#endOf(source.address), this.#endOf(destination.address)];
    if (from === undefined || to === undefined || from === to) return;
    this.#note(`datagram ${from} ${to}`, { at: "datagram", from, to });
  }

  #endOf(address: Uint8Array): string | undefined {
    const names = [...this.#world.adapters.keys(), ...this.#world.targets.keys()];
    return names.find((name) => addressesOf(name, this.#world).some((each) => equalBytes(each, address)));
  }

  /** Operations that are events themselves. */
  #noteEvent(sequence: number): void {
    const { component, kind, fields: { to, state } } = this.#world.recorder.at(sequence);
    if (component === Components.initiatorService && kind === callEvent.name && to === Components.keyStore) {
      return this.#note("commit", { at: "commit" }, sequence);
    }
    if (!this.#world.adapters.has(component)) return;
    if (kind === callEvent.name && to === AdapterComponents.firmware(component)) {
      this.#note(`command ${component}`, { at: "command", adapter: component }, sequence);
    } else if (kind === stateEvent.name && state === "reset") {
      this.#note(`boot ${component}`, { at: "boot", adapter: component }, sequence);
    }
  }

  #note(counted: string, anchor: Uncounted<CountingAnchor>, event = this.#world.kernel.cause): void {
    const ordinal = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, ordinal);
    this.operations.push({ anchor: { ...anchor, ordinals: { least: ordinal, most: ordinal } }, event });
  }
}

type Uncounted<A> = A extends unknown ? Omit<A, "ordinals"> : never;
