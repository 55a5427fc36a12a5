/**
 * What a page holds of a run: its trace, the cells of its world over time, its
 * packets, its verdicts and why they came out so. No key is in it.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { Fate } from "../../../network/network.ts";
import { nanosecondsAt } from "../../../trace/time.ts";
import type { TraceMark } from "../../../trace/recorder.ts";
import { type Outcome, outcomeOf } from "../../explore/execute.ts";
import { Execution } from "../../explore/execution.ts";
import { tellDeviation, tellSplit } from "../../explore/tape/sentence.ts";
import { openSource, type Subject } from "../../explore/tape/subject.ts";
import { addressesOf } from "../../faults/accidents.ts";
import type { FaultSummary, Verdict } from "../../scenario/report.ts";
import { VERSION } from "../../world/version.ts";
import type { World } from "../../world/world.ts";
import { type Failed, failedOf } from "./failed.ts";
import type { HistoryData } from "./history.ts";
import { type PackedTrace, packTrace } from "./packed_trace.ts";
import { type PacketField, packetFields } from "./packet_fields.ts";
import { Watch } from "./watch.ts";

/** An adapter, as far as it stays the same. */
export interface AdapterSummary {
  /** Its name. */
  readonly name: string;
  /** The addresses of its ports. */
  readonly ports: readonly string[];
  /** Its flash part, if it has one that can be looked into. */
  readonly flash?: {
    readonly sectorBytes: number;
    readonly sectorCount: number;
    readonly pageBytes: number;
    readonly programBytes: number;
    readonly erasedValue: number;
    /** Whether its records can be read: they are those of the product's own store. */
    readonly isReadable: boolean;
  };
}

/** What came of a run, in few words: small enough to be read before all else. */
export interface RunSummary {
  /** The version that made it. */
  readonly product: string;
  /** The scenario's name. */
  readonly name: string;
  /** Its file, and which case of it; empty if it has one only. */
  readonly file: string;
  readonly case: string;
  /** The seed. */
  readonly seed: string;
  /** The digest of the trace, 64 hex digits. */
  readonly digest: string;
  /** Cycles per second. */
  readonly frequencyHz: number;
  /** How many events the trace has. */
  readonly events: number;
  /** The cycle in which it ended, and the nanoseconds until then. */
  readonly endCycle: number;
  readonly endNanoseconds: string;
  /** Whether all expectations hold. */
  readonly holds: boolean;
  /** The expectations, in order. */
  readonly verdicts: readonly Verdict[];
  /** Those that do not hold, by their lines, and why. */
  readonly failed: readonly Failed[];
  /** Where the steps begin. */
  readonly marks: readonly TraceMark[];
  /** The faults of the file. */
  readonly faults: readonly FaultSummary[];
  /** Where the run deviates from its scenario, in sentences. */
  readonly deviations: readonly string[];
  /** The adapters, in order. */
  readonly adapters: readonly AdapterSummary[];
  /** The targets, in order, each with its addresses. */
  readonly targets: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

/** A datagram on the wire. */
export interface PacketRow {
  /** The event that tells of it. */
  readonly sequence: number;
  /** `192.0.2.10:500` */
  readonly source: string;
  readonly destination: string;
  /** What became of it. */
  readonly fate: Fate;
  /** Its payload in hex. */
  readonly payload: string;
  /** What it says. */
  readonly fields: readonly PacketField[];
}

/** All that a page shows of a run. */
export interface RunContent {
  readonly summary: RunSummary;
  readonly trace: PackedTrace;
  readonly history: HistoryData;
  readonly packets: readonly PacketRow[];
}

/** A run's content, and the run. */
export interface Watched {
  readonly content: RunContent;
  readonly outcome: Outcome;
}

/**
 * Executes a subject and writes down what a page shows of it.
 *
 * @param onProgress Told now and then which cycle has come.
 * @throws {InputError} The scenario is not understood, or a part of the world is refused.
 * @throws {FaultError} A fault of the tape cannot happen in the world.
 */
export function watchRun(subject: Subject, onProgress: (cycle: number) => void = () => {}): Watched {
  const execution = new Execution(subject);
  const watch = new Watch(execution.world, onProgress);
  execution.goOn();
  const history = watch.end();
  const outcome = outcomeOf(execution);
  const { world } = outcome;
  return {
    outcome,
    content: {
      summary: summaryOf(subject, outcome, execution.report?.faults ?? []),
      trace: packTrace(world.recorder.columns()),
      history,
      packets: packetsOf(world),
    },
  };
}

function summaryOf(subject: Subject, outcome: Outcome, faults: readonly FaultSummary[]): RunSummary {
  const { scenario: { file, case: name = "" }, tape = [], recipe = [] } = subject;
  const { world, verdicts, digest, events, holds } = outcome;
  const { frequencyHz } = world.kernel;
  return {
    product: VERSION,
    name: openSource(subject.scenario).scenario.name,
    file,
    case: name,
    seed: world.seed,
    digest,
    frequencyHz,
    events,
    endCycle: world.now,
    endNanoseconds: String(nanosecondsAt(world.now, frequencyHz)),
    holds,
    verdicts,
    failed: failedOf(world, verdicts),
    marks: world.recorder.marks,
    faults,
    deviations: [...tape.map(tellDeviation), ...recipe.map(tellSplit)],
    adapters: adaptersOf(world),
    targets: [...world.targets.keys()].map((target) => ({ name: target, addresses: addressTexts(world, target) })),
  };
}

function adaptersOf(world: World): readonly AdapterSummary[] {
  return [...world.adapters].map(([name, { flash, hasOwnStore: isReadable }]) => {
    const ports = addressTexts(world, name);
    if (flash === undefined) return { name, ports };
    const { sectorBytes, sectorCount, pageBytes, programBytes = 1, erasedValue = 0xff } = flash.geometry;
    return { name, ports, flash: { sectorBytes, sectorCount, pageBytes, programBytes, erasedValue, isReadable } };
  });
}

function addressTexts(world: World, end: string): readonly string[] {
  return addressesOf(end, world).map((address) => formatInternetAddress(address));
}

function packetsOf({ network }: World): readonly PacketRow[] {
  return network.captures.map(({ sequence, datagram: { source, destination, payload }, fate }) => ({
    sequence,
    source: `${formatInternetAddress(source.address)}:${source.port}`,
    destination: `${formatInternetAddress(destination.address)}:${destination.port}`,
    fate,
    payload: bytesToHex(payload),
    fields: packetFields(payload),
  }));
}
