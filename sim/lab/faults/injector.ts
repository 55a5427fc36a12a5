/**
 * Has faults happen in a world: counts operations, and does at the moment that
 * was foreseen what was planned.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Process } from "../../kernel/process.ts";
import type { Cycles, Task } from "../../kernel/task.ts";
import type { Datagram } from "../../network/datagram.ts";
import type { DatagramEffect, Decision } from "../../network/network.ts";
import type { BegunOperation } from "../../parts/flash/flash_part.ts";
import { AdapterComponents, Components } from "../../trace/components.ts";
import { callEvent, packetEvent, stateEvent } from "../../trace/events.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import type { AdapterUnit, World } from "../world/world.ts";
import { type Accident, accidentHappens, type AccidentKind, addressesOf, vainAccident } from "./accidents.ts";
import { touchedAt, vainDoorbell, vainInterrupt, vainLateness, vainTransfer, watchForLoss } from "./bus_harm.ts";
import { watchCut } from "./cut_watch.ts";
import { changedBy, effectOn, touchedOnWay, vainAfterAll, vainHarm } from "./datagram_harm.ts";
import { eventFits } from "./event_pattern.ts";
import {
  type AdapterOperation,
  type Anchor,
  type BusHarm,
  type DatagramHarm,
  type Fault,
  isAccident,
  isBusHarm,
  isDatagramHarm,
  isOfAdapter,
} from "./fault.ts";
import { refuseImpossible } from "./fault_error.ts";
import { isMessage } from "./message.ts";
import { isIn } from "./range.ts";
import { tellAnchor, tellFault } from "./sentence.ts";

/** What came of a fault. */
export interface FaultOutcome {
  /** The fault. */
  readonly fault: Fault;
  /** The fault in words. */
  readonly sentence: string;
  /** How often it has happened, and changed something. */
  readonly fired: number;
  /** Why it never happened, or not at each of the ordinals that were named, in words; `undefined` if it has. */
  readonly missed?: string;
  /** Whether it goes on and has hit nothing yet: {@linkcode PlannedFaults.end} can be asked again. */
  readonly isUnseen?: true;
}

/** Accidents that go on for a while, and of which nobody waits for the end. */
export const LASTING_ACCIDENTS: readonly AccidentKind[] = ["unplug", "cutLink"];

/** Faults that were planned together. */
export class PlannedFaults {
  readonly #planned: readonly PlannedFault[];
  readonly #kernel: Kernel;

  /**
   * Plans faults from now on.
   *
   * @throws {FaultError} One of them cannot happen in the world.
   */
  constructor(faults: readonly Fault[], world: World) {
    refuseImpossible(faults, world);
    this.#kernel = world.kernel;
    this.#planned = faults.map((fault) => new PlannedFault(fault, world));
  }

  /**
   * What has not happened does not happen any more.
   *
   * @returns What has come of each, in order.
   */
  end(): FaultOutcome[] {
    return this.#planned.map((each) => each.end());
  }

  /**
   * Waits until all accidents are over that have happened since the last time, as when power is back; not for those that
   * last, of which it is only awaited whether they change anything.
   *
   * @returns Whether there were any.
   */
  *healed(): Task<boolean> {
    const happening = this.#planned.flatMap((each) => each.happening.splice(0));
    for (const process of happening) yield* this.#kernel.join(process);
    while (this.#planned.some((each) => each.beginning > 0)) yield* this.#kernel.sleep(0);
    return happening.length > 0;
  }
}

/** One fault that waits for its moment. */
class PlannedFault {
  /** The accidents that it has led to, and whose end is waited for. */
  readonly happening: Process[] = [];
  /** How many accidents it has led to that have not asked yet whether they would change anything. */
  beginning = 0;
  readonly #fault: Fault;
  readonly #world: World;
  readonly #unplan: (() => void)[] = [];
  #seen = 0;
  #fired = 0;
  /** Moments of it that have come, and after which it is still to happen. */
  #pending = 0;
  /** Links that it has cut, that are not whole again, and over which nothing was sent since. */
  #unseen = 0;
  /** What is known in the end alone of what it has done: whether that was in vain. */
  readonly #doubts: (() => void)[] = [];
  /** Why it did not happen although its moment came. */
  #obstacle = "";

  constructor(fault: Fault, world: World) {
    this.#fault = fault;
    this.#world = world;
    this.#hook(fault.anchor);
  }

  end(): FaultOutcome {
    for (const doubt of this.#doubts.splice(0)) doubt();
    for (const unplan of this.#unplan.splice(0)) unplan();
    const outcome = { fault: this.#fault, sentence: tellFault(this.#fault), fired: this.#fired };
    const wanted = timesOf(this.#fault.anchor);
    if (this.#fired - this.#unseen >= wanted) return outcome;
    if (this.#fired >= wanted) return { ...outcome, isUnseen: true };
    const share = this.#fired === 0 ? "" : `${this.#fired} of ${wanted} happened: `;
    return { ...outcome, missed: share + this.#whyNot() };
  }

  #whyNot(): string {
    const { anchor } = this.#fault;
    if (this.#obstacle !== "") return this.#obstacle;
    if (this.#pending > 0) return "all was over before that moment";
    if (!("ordinals" in anchor)) return `${tellAnchor(anchor)} never came`;
    const { least, most } = anchor.ordinals;
    const rest = { ...anchor, ordinals: { least: Math.max(least, this.#seen + 1), most } };
    return `${tellAnchor(rest)} never came (there were ${this.#seen})`;
  }

  /** Hears of what it counts. */
  #hook(anchor: Anchor): void {
    const { network, kernel, adapters } = this.#world;
    if (isOfAdapter(anchor)) {
      const unit = adapters.get(anchor.adapter);
      return unit === undefined ? undefined : this.#hookAdapter(anchor.at, unit);
    }
    switch (anchor.at) {
      case "datagram":
        return this.#tap(
          network.taps,
          (datagram, effects) => this.#isOnWay(datagram, anchor) ? this.#sent(datagram, effects) : [],
        );
      case "message":
        return this.#hookMessage(anchor);
      case "commit":
        return this.#watch(({ component, kind, fields: { to } }) =>
          component === Components.initiatorService && kind === callEvent.name && to === Components.keyStore
        );
      case "event":
        return this.#watch(eventFits(anchor.event));
      case "time": {
        const delay = this.#world.cycles(anchor.time) - kernel.now;
        if (delay < 0) this.#obstacle = `${tellAnchor(anchor)} had passed`;
        else this.#later(delay);
        return;
      }
      case "begin":
        return this.#strike();
      default:
        anchor satisfies never;
    }
  }

  #hookAdapter(operation: AdapterOperation, { adapter, flashTaps }: AdapterUnit): void {
    const { registers, dma } = adapter;
    const flash = (wanted: BegunOperation["kind"]) =>
      this.#tap(flashTaps, (begun) => {
        if (begun.kind === wanted && this.#counts()) this.#strike(begun);
      });
    switch (operation) {
      case "flashProgram":
        return flash("program");
      case "flashErase":
        return flash("erase");
      case "flashRead":
        return flash("read");
      case "command":
        return this.#watch(({ component, kind, fields: { to } }) =>
          component === adapter.name && kind === callEvent.name && to === AdapterComponents.firmware(adapter.name)
        );
      case "boot":
        return this.#watch(({ component, kind, fields: { state } }) =>
          component === adapter.name && kind === stateEvent.name && state === "reset"
        );
      case "doorbell":
        return this.#tap(
          registers.doorbellTaps,
          (isLost) => this.#counts() && this.#onBus(() => vainDoorbell(isLost), adapter.name) !== undefined,
        );
      case "interrupt":
        return this.#tap(registers.interruptTaps, (earlier) => {
          const vain = (harm: BusHarm) =>
            vainInterrupt(harm, earlier, (nanoseconds) => this.#world.cycles(nanoseconds));
          const vainAfterAll = (harm: BusHarm) =>
            vainLateness(harm, earlier, (nanoseconds) => this.#world.cycles(nanoseconds));
          const harm = this.#counts() ? this.#onBus(vain, adapter.name, vainAfterAll) : undefined;
          return harm?.kind === "lateInterrupt" ? this.#world.cycles(harm.by) : harm === undefined ? undefined : "lost";
        });
      case "dma":
        return this.#tap(dma.taps, (transfer, earlier) => {
          const harm = this.#counts() ? this.#onBus((harm) => vainTransfer(harm, transfer, earlier)) : undefined;
          return harm?.kind === "corruptDma" ? { bit: harm.bit } : harm === undefined ? undefined : "refuse";
        });
      default:
        operation satisfies never;
    }
  }

  /** A sender describes a message just before it is on the wire. */
  #hookMessage(anchor: Extract<Anchor, { at: "message" }>): void {
    let isNext = false;
    const { recorder, network } = this.#world;
    this.#unplan.push(recorder.watch((sequence) => {
      const { component, kind, fields: { direction, detail } } = recorder.at(sequence);
      if (component !== anchor.from || kind !== packetEvent.name || direction !== "sends") return;
      isNext = isMessage(String(detail), anchor.message);
    }));
    this.#tap(network.taps, (datagram, effects) => {
      if (!isNext || this.#fired > 0 || !this.#isOnWay(datagram, anchor)) return [];
      isNext = false;
      return this.#sent(datagram, effects);
    });
  }

  #isOnWay({ source, destination }: Datagram, { from, to }: { readonly from: string; readonly to: string }): boolean {
    const isOne = (address: Uint8Array, end: string) =>
      addressesOf(end, this.#world).some((each) => equalBytes(each, address));
    return isOne(source.address, from) && isOne(destination.address, to);
  }

  /**
   * A datagram of the way was sent.
   *
   * @param effects What others have done to it.
   */
  #sent(datagram: Datagram, effects: readonly DatagramEffect[]): readonly DatagramEffect[] {
    const { harm } = this.#fault;
    if (!this.#counts()) return [];
    if (!isDatagramHarm(harm)) {
      this.#strike();
      return [];
    }
    const changed = changedBy(effects, datagram);
    const effect = effectOn(harm, changed, (nanoseconds) => this.#world.cycles(nanoseconds));
    const vain = vainHarm(harm, datagram, effects, changed, effect);
    if (vain === undefined) this.#awaitDecision(datagram, harm);
    else this.#obstacle = `${this.#tellMoment()}: ${vain}`;
    return vain === undefined ? [effect] : [];
  }

  /** It has happened if chance or a cut link has not made it vain: that is decided behind all taps. */
  #awaitDecision(datagram: Datagram, harm: DatagramHarm): void {
    const { decisions } = this.#world.network;
    this.#fired++;
    const moment = this.#tellMoment();
    const told = (of: Datagram, decision: Decision) => {
      if (of !== datagram) return;
      decisions.delete(told);
      const vain = vainAfterAll(harm, decision);
      if (vain !== undefined) return this.#missed(`${moment}: ${vain}`);
      this.#world.disturbances.note(tellFault(this.#fault), touchedOnWay(this.#fault.anchor));
    };
    decisions.add(told);
  }

  /** The moment that has just come, in words. */
  #tellMoment(): string {
    const { anchor } = this.#fault;
    const now = { least: this.#seen, most: this.#seen };
    return tellAnchor("ordinals" in anchor ? { ...anchor, ordinals: now } : anchor);
  }

  /**
   * An operation of the bus has come: what is done to it, if it is no accident that happens.
   *
   * @param vainly Why it would change nothing of it, in words.
   * @param heardBy The adapter without which nobody hears of the operation.
   * @param vainAfterAll Why it has changed nothing, as it is known in the end.
   */
  #onBus(
    vainly: (harm: BusHarm) => string | undefined,
    heardBy?: string,
    vainAfterAll: (harm: BusHarm) => string | undefined = () => undefined,
  ): BusHarm | undefined {
    const { harm, anchor } = this.#fault;
    if (!isBusHarm(harm)) {
      this.#strike();
      return undefined;
    }
    const vain = vainly(harm);
    if (vain !== undefined) {
      this.#obstacle = `${this.#tellMoment()}: ${vain}`;
      return undefined;
    }
    this.#fired++;
    this.#world.disturbances.note(tellFault(this.#fault), touchedAt(anchor));
    const isLost = heardBy === undefined ? () => undefined : watchForLoss(harm, heardBy, this.#world);
    const moment = this.#tellMoment();
    this.#doubts.push(() => {
      const why = vainAfterAll(harm) ?? isLost();
      if (why !== undefined) this.#missed(`${moment}: ${why}`);
    });
    return harm;
  }

  #tap<T>(taps: Set<T>, tap: T): void {
    taps.add(tap);
    this.#unplan.push(() => taps.delete(tap));
  }

  #watch(isMeant: (event: TraceEvent) => boolean): void {
    const { recorder } = this.#world;
    this.#unplan.push(recorder.watch((sequence) => {
      if (isMeant(recorder.at(sequence)) && this.#counts()) this.#strike();
    }));
  }

  /** Whether one more is among those that are meant; of a moment that comes once, the first. */
  #counts(): boolean {
    const { anchor } = this.#fault;
    this.#seen++;
    return "ordinals" in anchor ? isIn(anchor.ordinals, this.#seen) : this.#seen === 1;
  }

  /** Its moment has come, but for what comes after it. */
  #strike(begun?: BegunOperation): void {
    const { after } = this.#fault;
    if (after === undefined) return this.#later(0);
    if ("nanoseconds" in after) return this.#later(this.#world.cycles(after.nanoseconds));
    const { lengthBytes, cycles } = begun ?? { lengthBytes: 0, cycles: 0 };
    if (after.bytes <= lengthBytes) return this.#later(Math.ceil((after.bytes * cycles) / lengthBytes));
    this.#obstacle = `${tellAnchor(this.#fault.anchor)} had ${lengthBytes} bytes only`;
  }

  #later(delay: Cycles): void {
    const { kernel } = this.#world;
    this.#pending++;
    const timer = kernel.schedule(delay, () => this.#happen(), `fault ${this.#fault.harm.kind}`);
    this.#unplan.push(() => kernel.cancel(timer));
  }

  /** In an entry of the queue: what goes wrong does not do so in the middle of what somebody else does. */
  #happen(): void {
    const { harm } = this.#fault;
    this.#pending--;
    if (!isAccident(harm)) return;
    this.#fired++;
    this.beginning++;
    const process = this.#world.kernel.spawn(`fault ${harm.kind}`, this.#happens(harm), { daemon: true });
    if (!LASTING_ACCIDENTS.includes(harm.kind)) this.happening.push(process as Process);
  }

  /** Those of the same moment that came before have acted when an accident begins: whether it is in vain is asked here. */
  *#happens(accident: Accident): Task {
    this.beginning--;
    const vain = vainAccident(accident, this.#world, "fault");
    if (vain !== undefined) return this.#missed(vain);
    yield* accident.kind === "cutLink" ? this.#cutHappens(accident) : accidentHappens(accident, this.#world);
  }

  /** It seemed to happen, and did not. */
  #missed(why: string): void {
    this.#fired--;
    this.#obstacle = why;
  }

  /** A link that is whole again, and over which nothing was sent meanwhile, was cut in vain. */
  *#cutHappens(cut: Extract<Accident, { kind: "cutLink" }>): Task {
    let isSeen = false;
    const unwatch = watchCut(cut, this.#world, () => {
      isSeen = true;
      this.#unseen--;
    });
    this.#unseen++;
    yield* accidentHappens(cut, this.#world);
    if (cut.for === undefined || isSeen) return;
    unwatch();
    this.#unseen--;
    this.#missed("nothing was sent over the link until it was whole again");
  }
}

/** How often a fault must happen: at each of the ordinals that are named; of a range without an end once at least. */
function timesOf(anchor: Anchor): number {
  if (!("ordinals" in anchor) || anchor.ordinals.most === Infinity) return 1;
  return anchor.ordinals.most - anchor.ordinals.least + 1;
}
