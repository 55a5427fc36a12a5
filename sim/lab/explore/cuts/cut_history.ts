/**
 * A history of operations on a store, and of each operation all that a
 * campaign needs to stop it anywhere: the image before it, what it did to the
 * flash, and what the store should hold before and after.
 *
 * @module
 */

import { concatBytes } from "@noble/hashes/utils.js";
import { RingStore } from "../../../../firmware/nvram/ring_store.ts";
import type { MountRule } from "../../../../firmware/nvram/mount_rules.ts";
import type { Sealer } from "../../../../firmware/nvram/sealer.ts";
import {
  isSealed,
  type NvramRecord,
  type NvramStore,
  type RecordClass,
  type RecordIdentity,
} from "../../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import type { CellRange } from "../../../parts/flash/cells.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { NorFlash } from "../../../parts/flash/nor_flash.ts";
import { type FlashPreset, W25Q_REGION } from "../../../parts/flash/presets.ts";
import { callOperations, MeteredFlash } from "./metered_flash.ts";
import { NotingSealer } from "./noting_sealer.ts";
import { type FlashAction, RecordingFlash } from "./recording_flash.ts";
import { QuickBox } from "../../world/quick_box.ts";
import { QuickSealer } from "../../world/quick_sealer.ts";
import { RememberingSealer } from "../../world/remembering_sealer.ts";
import { SecretSearch } from "./secret_search.ts";
import type { RingRule } from "./ring_rules.ts";
import { applyToModel, applyToStore, modelKey, type StoreModel, type StoreOperation } from "./store_model.ts";

/** What a store under test is made from. */
export interface StoreParts {
  /** The part. */
  readonly flash: NorFlash;
  /** Seals secret values. */
  readonly sealer: Sealer;
  /** The adapter's random number generator. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** The longest name, in bytes. */
  readonly maxNameBytes: number;
  /** The longest value, in bytes. */
  readonly maxValueBytes: number;
  /** Memory as long as the region, for the mount; its content means nothing. */
  readonly workspace: Uint8Array;
}

/** Makes a store that is not mounted yet, as each boot does. */
export type StoreFactory = (parts: StoreParts) => NvramStore;

/** What a campaign is about. */
export interface CutConfiguration {
  /** All randomness, and beyond {@linkcode RANDOM_GEOMETRY_SEED} the geometry, too. */
  readonly seed: number;
  /** The part. */
  readonly preset: FlashPreset;
  /** How many different keys there are. */
  readonly keys: number;
  /** Operations until the store is as full as it gets. */
  readonly fillingOperations: number;
  /** Whether it boots now and then, or only at its beginning. */
  readonly boots: boolean;
  /** The longest name, in bytes. */
  readonly maxNameBytes: number;
  /** The longest value, in bytes. */
  readonly maxValueBytes: number;
  /** The store under test. */
  readonly makeStore: StoreFactory;
  /** Rules that it is let off. */
  readonly waives: readonly RingRule[];
  /** Indices of operations that are left out of the history; none by default. */
  readonly leftOut?: readonly number[];
}

/** A store that fails although nothing else does. */
export class HistoryFailure extends Error {
  /** The operation's number in the history. */
  readonly operation: number;

  /**
   * Says what went wrong.
   *
   * @param operation The operation's number in the history.
   * @param detail What the store did.
   */
  constructor(operation: number, detail: string) {
    super(detail);
    this.name = "HistoryFailure";
    this.operation = operation;
  }
}

/** An operation, and what a campaign needs to stop it anywhere. */
export interface HistoryStep {
  /** Its number in the history. */
  readonly index: number;
  /** What is done. */
  readonly operation: StoreOperation;
  /** The cells before it. */
  readonly image: Uint8Array;
  /** The words of them that were programmed since their erase. */
  readonly programmed: readonly CellRange[];
  /** Erases of each sector before it. */
  readonly sectorErases: Uint32Array;
  /** What it did to the flash. */
  readonly actions: readonly FlashAction[];
  /** What the store held before it. */
  readonly before: StoreModel;
  /** What the store holds after it. */
  readonly after: StoreModel;
  /** Every secret value that was sealed up to its end, as it was written, if it clears secrets; else none. */
  readonly boxes: readonly Uint8Array[];
  /** Writes that follow a recovery. */
  readonly followUps: readonly NvramRecord[];
}

/** Seeds from here on stand for small sectors, and for words of 1, 2, 4, 8, 16 and 32 bytes in turn. */
export const SMALL_SECTORS_SEED = 5000;

/** Seeds from here on stand for the same, with more records than fit. */
export const FULL_SECTORS_SEED = 6000;

/** Seeds from here on are as the first ones, with no boot but the first: what a store keeps in memory grows old. */
export const ONE_BOOT_SEED = 7000;

/** Lengths of words, in bytes: all that the format knows. */
export const WORD_BYTES: readonly number[] = [1, 2, 4, 8, 16, 32];

/** Seeds from here on draw sector count, sector size and record sizes, too. */
export const RANDOM_GEOMETRY_SEED = 1000;

/** Writes that follow a recovery and must all be there at the end. */
const FOLLOW_UP_WRITES = 12;

const SMALLEST_VALUE_BYTES = 8;

/** As many records as fit on 7 sectors of 1 KiB, and then some: the rest is refused. */
const FILLING_OPERATIONS = 60;

/** The store that hbasim recommends, as the store under test. */
export function ringStoreFactory(omittedRules: readonly MountRule[] = []): StoreFactory {
  return (parts) => new RingStore({ ...parts, omittedRules });
}

/** What a seed stands for: 4 sectors of 4 KiB and 20 keys, or something random. */
export function configurationOf(
  seed: number,
  makeStore: StoreFactory,
  waives: readonly RingRule[] = [],
): CutConfiguration {
  const geometry = W25Q_REGION.geometry;
  if (seed < RANDOM_GEOMETRY_SEED || seed >= ONE_BOOT_SEED) {
    const preset = { ...W25Q_REGION, geometry: { ...geometry, sectorCount: 4 } };
    const records = { keys: 20, fillingOperations: 0, maxNameBytes: 24, maxValueBytes: 48 };
    return { seed, preset, ...records, boots: seed < ONE_BOOT_SEED, makeStore, waives };
  }
  if (seed >= SMALL_SECTORS_SEED) return smallSectors(seed, makeStore, waives);
  const random = new RandomStreams(seed).stream("cuts/configuration");
  const sectorCount = 3 + random.below(30);
  const sectorBytes = (sectorCount > 8 ? [1024, 2048] : [1024, 2048, 4096])[random.below(sectorCount > 8 ? 2 : 3)] ??
    1024;
  const preset = { ...W25Q_REGION, geometry: { ...geometry, sectorCount, sectorBytes } };
  const maxNameBytes = 1 + random.below(128);
  const maxValueBytes = SMALLEST_VALUE_BYTES + 1 + random.below(380);
  const largest = maxNameBytes + maxValueBytes + 35;
  const roomBytes = Math.floor((sectorCount - 2) * (sectorBytes - largest) * 0.6);
  return {
    seed,
    preset,
    keys: Math.max(2, Math.min(24, Math.floor(roomBytes / largest))),
    fillingOperations: 0,
    boots: true,
    maxNameBytes,
    maxValueBytes,
    makeStore,
    waives,
  };
}

/** 5 to 7 sectors of 1 KiB with pages of 64 bytes: rings turn quickly, and mounts read little. */
function smallSectors(seed: number, makeStore: StoreFactory, waives: readonly RingRule[]): CutConfiguration {
  const programBytes = WORD_BYTES[seed % WORD_BYTES.length] ?? 1;
  const sectorCount = 5 + (Math.floor(seed / WORD_BYTES.length) % 3);
  const preset = { ...W25Q_REGION, geometry: { sectorBytes: 1024, sectorCount, pageBytes: 64, programBytes } };
  const common = { seed, preset, boots: true, maxNameBytes: 8, makeStore, waives };
  if (seed < FULL_SECTORS_SEED) return { ...common, keys: 9, fillingOperations: 0, maxValueBytes: 24 };
  return { ...common, keys: 64, fillingOperations: FILLING_OPERATIONS, maxValueBytes: 120 };
}

/** A sealer for a campaign: real boxes, each sealed once. */
export function campaignSealer(seed: number): Sealer {
  const rootKey = new RandomStreams(seed).stream("cuts/root key").bytes(32);
  return new RememberingSealer(new QuickSealer(rootKey, new QuickBox()));
}

/** A history that is made as it is asked for. */
export class CutHistory {
  readonly #configuration: CutConfiguration;
  readonly #sealer: NotingSealer;
  readonly #random: RandomStream;
  readonly #storeRandom: RandomStream;
  readonly #identities: readonly RecordIdentity[];
  readonly #workspace: Uint8Array;
  readonly #part: FlashPart;
  readonly #recorder: RecordingFlash;
  readonly #flash: MeteredFlash;
  /** Values that lie sealed, as they were given. */
  readonly #plain = new SecretSearch([]);
  #store: NvramStore;
  #model: StoreModel = new Map();
  #index = 0;
  #bootsNext = true;

  /**
   * A history at its beginning: a blank part.
   *
   * @param configuration What the campaign is about.
   * @param sealer Seals secret values.
   */
  constructor(configuration: CutConfiguration, sealer: Sealer) {
    const streams = new RandomStreams(configuration.seed);
    this.#configuration = configuration;
    this.#sealer = new NotingSealer(sealer);
    this.#random = streams.stream("cuts/history");
    this.#storeRandom = streams.stream("cuts/store");
    const clock = new UntimedClock();
    this.#part = new FlashPart({ preset: configuration.preset, clock, random: streams.stream("cuts/flash") });
    this.#workspace = this.#part.image();
    this.#recorder = new RecordingFlash(this.#part);
    this.#flash = new MeteredFlash(this.#recorder, clock);
    this.#store = this.#makeStore();
    this.#identities = Array.from({ length: configuration.keys }, (_, index) => this.#identity(index));
  }

  /** The names of all records that there may be. */
  get identities(): readonly RecordIdentity[] {
    return this.#identities;
  }

  /** Every secret value that was sealed so far, as it was written. */
  get boxes(): readonly Uint8Array[] {
    return this.#sealer.secretBoxes;
  }

  /**
   * The next operation, done.
   *
   * @throws {HistoryFailure} The store failed without any cut or fault.
   */
  next(): HistoryStep {
    let operation = this.#draw();
    for (; this.#configuration.leftOut?.includes(this.#index) === true; this.#index++) operation = this.#draw();
    const image = this.#part.image();
    const programmed = this.#part.cells.programmedRanges();
    const sectorErases = this.#part.sectorErases.slice();
    const before = this.#model;
    if (operation.kind === "put" && isSealed(operation.record.class)) this.#plain.add(operation.record.value);
    const status = this.#perform(operation);
    if (status !== "full") this.#model = applyToModel(before, operation);
    const actions = this.#recorder.take();
    if (this.#plain.isIn(programmedBytes(actions))) {
      throw new HistoryFailure(this.#index, `${operation.kind}: a value that is to lie sealed was written as it is`);
    }
    const index = this.#index++;
    return {
      index,
      operation,
      image,
      programmed,
      sectorErases,
      actions,
      before,
      after: this.#model,
      boxes: operation.kind === "clear secrets" ? [...this.boxes] : [],
      followUps: this.#followUps(operation),
    };
  }

  #perform(operation: StoreOperation): string {
    let status: string;
    try {
      if (operation.kind === "boot") this.#store = this.#makeStore();
      this.#flash.allow(callOperations(this.#flash.geometry));
      status = runToEnd(applyToStore(this.#store, operation));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new HistoryFailure(this.#index, `${operation.kind}: ${error.message}`);
    }
    if (status !== "failed" && status !== "corrupted") return status;
    throw new HistoryFailure(this.#index, `${operation.kind}: the store answered "${status}"`);
  }

  #makeStore(): NvramStore {
    const { maxNameBytes, maxValueBytes, makeStore } = this.#configuration;
    const random = (lengthBytes: number) => this.#storeRandom.bytes(lengthBytes);
    const workspace = this.#workspace;
    return makeStore({ flash: this.#flash, sealer: this.#sealer, random, maxNameBytes, maxValueBytes, workspace });
  }

  #draw(): StoreOperation {
    const random = this.#random;
    // The first is a boot; later a boot before one operation in five.
    const boots = this.#bootsNext;
    this.#bootsNext = this.#configuration.boots && !boots && random.below(5) === 0;
    if (boots) return { kind: "boot" };
    const isFilling = this.#index < this.#configuration.fillingOperations;
    const choice = isFilling ? Infinity : random.below(120);
    const identity = this.#identities[random.below(this.#identities.length)] as RecordIdentity;
    if (choice === 0 && this.#index > 40) return { kind: "clear secrets" };
    if (choice < 12) return { kind: "delete", identity };
    return { kind: "put", record: { ...identity, value: this.#value(random) } };
  }

  #followUps(operation: StoreOperation): readonly NvramRecord[] {
    const random = new RandomStreams(this.#configuration.seed).stream(`cuts/follow-up ${this.#index}`);
    const inFlight = operation.kind === "put"
      ? operation.record
      : operation.kind === "delete"
      ? operation.identity
      : undefined;
    return Array.from({ length: FOLLOW_UP_WRITES }, (_, count) => {
      const drawn = this.#identities[random.below(this.#identities.length)] as RecordIdentity;
      const { class: recordClass, name } = count === 3 && inFlight !== undefined ? inFlight : drawn;
      return { class: recordClass, name, value: this.#value(random) };
    });
  }

  #identity(index: number): RecordIdentity {
    const classes: readonly RecordClass[] = [
      "tunnel-address",
      "preshared-key",
      "persistent-logon",
      "preshared-key",
      "persistent-logon-part",
    ];
    if (index === 0) return { class: "generational-guid", name: new Uint8Array(0) };
    if (index === 1) return { class: "group-key", name: new Uint8Array(0) };
    const { maxNameBytes } = this.#configuration;
    const name = this.#random.bytes(1 + this.#random.below(maxNameBytes));
    // The first byte tells the names apart.
    name[0] = index;
    return { class: classes[index % classes.length] as RecordClass, name };
  }

  #value(random: RandomStream): Uint8Array {
    const { maxValueBytes } = this.#configuration;
    return random.bytes(SMALLEST_VALUE_BYTES + random.below(maxValueBytes - SMALLEST_VALUE_BYTES + 1));
  }
}

/** Whether a step stores a record that was not there, one that was, or neither. */
export function putKind({ operation, before }: HistoryStep): "insert" | "update" | undefined {
  if (operation.kind !== "put") return undefined;
  return before.has(modelKey(operation.record)) ? "update" : "insert";
}

/** What was programmed, one after the other: a value that is written in parts is whole there. */
function programmedBytes(actions: readonly FlashAction[]): Uint8Array {
  return concatBytes(...actions.flatMap((action) => action.kind === "program" ? [action.bytes] : []));
}
