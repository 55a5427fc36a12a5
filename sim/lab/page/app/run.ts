/**
 * A run as the page reads it: its events, what belongs to what among them, and
 * its world over time. Made once; all panels look into it.
 *
 * @module
 */

import { formatCoordinate } from "../../../trace/coordinate.ts";
import type { TraceMark } from "../../../trace/recorder.ts";
import { AdapterComponents, Components } from "../../../trace/components.ts";
import type { AdapterSummary, PacketRow, RunContent, RunSummary } from "../content/run_content.ts";
import { History } from "../content/history.ts";
import { unpackTrace } from "../content/packed_trace.ts";
import { Columns } from "./columns.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { isBad, isFailedOperation, levelOf } from "./level.ts";

/** A call that runs, on the lane of who was called. */
export interface Bar {
  readonly lane: number;
  readonly first: number;
  readonly last: number;
  /** How it ended: answered, cut off with the power, or not at all. */
  readonly end: "answered" | "cut" | "open";
}

/** A time without power. */
export interface Outage {
  readonly adapter: string;
  readonly off: number;
  /** The event when it came back; the number of events if it did not. */
  readonly on: number;
}

/** A datagram: its row, and its events. */
export interface Packet extends PacketRow {
  readonly index: number;
  /** The event of its sending, or that of the network if nobody here sent it. */
  readonly sent: number;
  /** The events of its arrival. */
  readonly received: readonly number[];
}

/** A step of the scenario. */
export interface Step extends TraceMark {
  /** The number of the first event behind it. */
  readonly beyond: number;
  /** What it is about, besides its name. */
  readonly about: string;
}

/** One run. */
export class Run {
  readonly summary: RunSummary;
  readonly columns: Columns;
  readonly history: History;
  readonly lanes: Lanes;
  readonly packets: readonly Packet[];
  readonly steps: readonly Step[];
  readonly outages: readonly Outage[];
  /** In the order of their first events. */
  readonly bars: readonly Bar[];
  /** For each event the lanes that it goes from and to. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** For each event its level, and whether it says that something went wrong. */
  readonly level: Uint8Array;
  readonly bad: Uint8Array;
  /** For each event what the timeline draws of it: one of {@linkcode TimelineMark}. */
  readonly mark: Uint8Array;
  /** For each call the event that answers it, or -1. */
  readonly answer: Int32Array;
  /** For each event the first that it led to, or -1. */
  readonly effect: Int32Array;
  readonly #packets: ReadonlyMap<number, Packet>;
  readonly #flash: ReadonlyMap<string, AdapterSummary["flash"]>;

  /** Of what the file holds. */
  constructor({ summary, trace, history, packets }: RunContent) {
    this.summary = summary;
    this.columns = new Columns(unpackTrace(trace));
    this.history = new History(history);
    this.lanes = lanesOf(summary);
    const { length } = this.columns;
    this.from = new Uint8Array(length);
    this.to = new Uint8Array(length);
    this.level = new Uint8Array(length);
    this.bad = new Uint8Array(length);
    this.mark = new Uint8Array(length);
    this.answer = new Int32Array(length).fill(-1);
    this.effect = new Int32Array(length).fill(-1);
    this.#flash = new Map(summary.adapters.map(({ name, flash }) => [AdapterComponents.flash(name), flash]));
    this.#pair();
    this.outages = this.#findOutages();
    this.steps = this.#findSteps();
    this.bars = this.#findBars();
    this.packets = this.#findPackets(packets);
    this.#packets = new Map(
      this.packets.flatMap((packet) =>
        [packet.sequence, packet.sent, ...packet.received].map((event) => [event, packet])
      ),
    );
  }

  /** How many events there are. */
  get length(): number {
    return this.columns.length;
  }

  /** The name of an event. */
  coordinate(sequence: number): string {
    return formatCoordinate({ cycle: this.columns.cycle(sequence), sequence });
  }

  /** The datagram that an event is about. */
  packetOf(event: number): Packet | undefined {
    return this.#packets.get(event);
  }

  /** The flash part that an event is about. */
  flashOf(event: number): AdapterSummary["flash"] {
    return this.#flash.get(this.columns.component(event));
  }

  /** The place of the step in which an event happened. */
  stepOf(event: number): number {
    return lastNotAbove(this.steps.length, (index) => this.steps[index]?.first ?? 0, event);
  }

  /** Whether an adapter has power at an event. */
  isPowered(adapter: string, event: number): boolean {
    return this.history.at(`power/${adapter}`, event) === "on";
  }

  /** What led to an event, itself first. */
  causes(event: number): readonly number[] {
    const chain: number[] = [];
    for (let each = event; each >= 0; each = this.columns.cause(each)) chain.push(each);
    return chain;
  }

  /** What an event led to at once, at the most so many. */
  effects(event: number, most: number): readonly number[] {
    const found: number[] = [];
    const first = this.effect[event] ?? -1;
    if (first < 0) return found;
    for (let each = first; each < this.length && found.length < most; each++) {
      if (this.columns.cause(each) === event) found.push(each);
    }
    return found;
  }

  /** Lanes, levels, and which event answers which call. */
  #pair(): void {
    const { columns } = this;
    const laneOf = (component: string) => this.lanes.of.get(component) ?? 0;
    const own = Uint8Array.from(columns.components, laneOf);
    for (let event = 0; event < columns.length; event++) {
      const kind = columns.kind(event);
      const lane = own[columns.componentPlace(event)] ?? 0;
      this.from[event] = lane;
      this.to[event] = kind === "call" || kind === "return" ? laneOf(columns.text(event, "to")) : lane;
      this.level[event] = levelOf(columns, event);
      this.bad[event] = isBad(columns, event) ? 1 : 0;
      if (kind === "flash" || kind === "packet") this.mark[event] = markOf(columns, event, lane > this.lanes.network);
      const cause = columns.cause(event);
      if (cause >= 0 && this.effect[cause] === -1) this.effect[cause] = event;
      if (kind !== "return") continue;
      const call = columns.number(event, "call");
      if (call >= 0 && this.answer[call] === -1) this.answer[call] = event;
    }
  }

  #findOutages(): readonly Outage[] {
    const { columns } = this;
    const found: Outage[] = [];
    const off = new Map<string, number>();
    for (let event = 0; event < columns.length; event++) {
      if (columns.kind(event) !== "state") continue;
      const [name, state] = [columns.component(event), columns.text(event, "state")];
      const since = off.get(name);
      if (state === "power off" && since === undefined) off.set(name, event);
      if (state !== "power on" || since === undefined) continue;
      found.push({ adapter: name, off: since, on: event });
      off.delete(name);
    }
    for (const [adapter, since] of off) found.push({ adapter, off: since, on: columns.length });
    const names = new Set(this.summary.adapters.map(({ name }) => name));
    return found.filter(({ adapter }) => names.has(adapter)).sort((a, b) => a.off - b.off);
  }

  #findSteps(): readonly Step[] {
    const { marks } = this.summary;
    return marks.map((mark, index) => {
      const beyond = Math.max(mark.first, marks[index + 1]?.first ?? this.length);
      return { ...mark, beyond, about: this.#aboutOf(mark.first, beyond) };
    }).filter(({ first, beyond }) => beyond > first);
  }

  /** What the first call of an application says of itself, if it says so in few words. */
  #aboutOf(first: number, beyond: number): string {
    for (let event = first; event < Math.min(beyond, first + 40); event++) {
      if (this.columns.kind(event) !== "call" || this.columns.component(event) !== Components.application) continue;
      const detail = this.columns.text(event, "detail").split(", ")[0] ?? "";
      // Of the name of a target, what tells it from others (RFC 3721: behind the colon).
      const about = detail.replace(/^iqn\.[^:]*:/, "");
      return about.length > 40 || about.startsWith("key ") ? "" : about;
    }
    return "";
  }

  #findBars(): readonly Bar[] {
    const bars: Bar[] = [];
    for (let first = 0; first < this.length; first++) {
      const lane = this.to[first] ?? 0;
      if (this.columns.kind(first) !== "call" || lane === this.from[first]) continue;
      const adapter = this.lanes.lanes[lane]?.adapter;
      const answer = this.answer[first] ?? -1;
      const end = answer < 0 ? this.#endOfStep(first) : answer;
      const cut = this.outages.find((outage) => outage.adapter === adapter && outage.off > first && outage.off < end);
      if (cut !== undefined) bars.push({ lane, first, last: cut.off, end: "cut" });
      else bars.push({ lane, first, last: end, end: answer < 0 ? "open" : "answered" });
    }
    return bars;
  }

  #endOfStep(event: number): number {
    return (this.steps[this.stepOf(event)]?.beyond ?? this.length) - 1;
  }

  #findPackets(rows: readonly PacketRow[]): readonly Packet[] {
    const { columns } = this;
    const received = new Map<number, number[]>();
    for (let event = 0; event < columns.length; event++) {
      if (columns.kind(event) !== "packet" || columns.text(event, "direction") !== "receives") continue;
      const cause = columns.cause(event);
      const known = received.get(cause);
      if (known === undefined) received.set(cause, [event]);
      else known.push(event);
    }
    return rows.map((row, index) => {
      const cause = columns.cause(row.sequence);
      const isSent = cause >= 0 && columns.text(cause, "direction") === "sends";
      return { ...row, index, sent: isSent ? cause : row.sequence, received: received.get(row.sequence) ?? [] };
    });
  }
}

/** What the timeline draws of an event; of several on a pixel the one with the highest number. */
export const TimelineMark = { none: 0, packetOut: 1, packetIn: 2, erase: 3, program: 4, failed: 5 } as const;

function markOf(columns: Columns, event: number, isTarget: boolean): number {
  if (columns.kind(event) === "packet") {
    if (columns.text(event, "direction") !== "sends") return TimelineMark.none;
    return isTarget ? TimelineMark.packetIn : TimelineMark.packetOut;
  }
  const operation = columns.text(event, "operation");
  if (operation === "read") return TimelineMark.none;
  if (isFailedOperation(operation)) return TimelineMark.failed;
  return operation.includes("erase") ? TimelineMark.erase : TimelineMark.program;
}

/** The place of the last of some rising numbers that is not above another; -1 if all are. */
export function lastNotAbove(length: number, at: (index: number) => number, limit: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
