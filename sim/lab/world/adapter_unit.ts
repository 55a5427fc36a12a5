/**
 * One adapter with its flash and its network interface, plugged into the wire.
 *
 * @module
 */

import { Adapter } from "../../../firmware/adapter.ts";
import type { AdapterOptions } from "../../../firmware/adapter_options.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { RandomStreams } from "../../kernel/random.ts";
import type { Standstill } from "../../kernel/run_outcome.ts";
import { formatEndpoint, type Network } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import type { DmaMemory } from "../../parts/dma_memory.ts";
import { type BegunOperation, FlashPart, type FlashPartOptions } from "../../parts/flash/flash_part.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../parts/flash/presets.ts";
import { NetworkInterface } from "../../parts/network_interface.ts";
import { AdapterComponents } from "../../trace/components.ts";
import { flashEvent, noteEvent, packetEvent } from "../../trace/events.ts";
import type { KeyLog } from "../../trace/key_log.ts";
import type { Recorder } from "../../trace/recorder.ts";
import type { CampaignMemory } from "./campaign_memory.ts";
import type { QuickBox } from "./quick_box.ts";
import { QuickSealer } from "./quick_sealer.ts";
import { TappedSealer } from "./tapped_sealer.ts";
import { completeOptions } from "./complete_options.ts";
import { CompiledParts } from "./compiled_parts.ts";
import { type FlashContents, flashContents } from "./flash_contents.ts";
import { deviceRootKey, FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY, tamperedImage } from "./factory.ts";
import { madeFlash, madeSessions, madeStore } from "./made_parts.ts";
import { phase1Policy } from "./phase1_options.ts";
import type { AdapterDescription, AdapterFlash } from "./world_options.ts";

/** An adapter, its flash and its network interface. */
export interface AdapterUnit {
  /** The adapter. */
  readonly adapter: Adapter;
  /** Its flash part, if it is a {@linkcode FlashPart}: with faults, wear and counters. */
  readonly flash: FlashPart | undefined;
  /** Whether the records on {@linkcode AdapterUnit.flash} are those of FORMAT.md: no other store has been put in. */
  readonly hasOwnStore: boolean;
  /** What it keeps its keys on: {@linkcode AdapterUnit.flash}, or a part of the user's own, or nothing. */
  readonly nvram: AdapterFlash | undefined;
  /** Its network interface. */
  readonly networkInterface: NetworkInterface;
  /** Told of each operation of its flash part when it begins. */
  readonly flashTaps: Set<(operation: BegunOperation) => void>;
  /** Hear of each value that its firmware seals for flash. */
  readonly sealTaps: Set<(identity: RecordIdentity, box: Uint8Array) => void>;
  /** What a module of it waits for, as the kernel cannot tell. */
  standstill(): readonly Standstill[];
  /**
   * What its firmware would find on its flash part if the power went now: its store, mounted on a copy. `undefined`
   * if it has no {@linkcode FlashPart}, or a store of `createStore` or of a firmware that does not show it. For inspection: the caller fills keys with zeros.
   */
  contents(): FlashContents | undefined;
}

/** The world around an adapter. */
interface AdapterSurroundings {
  /** Where its description stands in the options, for errors. */
  readonly path: string;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly streams: RandomStreams;
  readonly network: Network;
  readonly dmaMemory: DmaMemory;
  readonly costs: CostTable;
  readonly keyLog: KeyLog;
  readonly campaign: CampaignMemory | undefined;
  /** Makes and opens what is sealed for flash. */
  readonly boxes: QuickBox;
  /** What its flash part was left with. */
  readonly flashState: FlashState | undefined;
}

/** Builds an adapter, without power. */
export function createAdapterUnit(description: AdapterDescription, surroundings: AdapterSurroundings): AdapterUnit {
  const { name, keyStorage = "nvram", createStore, createSessions, eventCapacity } = description;
  const { path, kernel, recorder, streams, keyLog, campaign, boxes } = surroundings;
  const sealTaps: AdapterUnit["sealTaps"] = new Set();
  const sealer = new TappedSealer(campaign?.sealer(name) ?? new QuickSealer(deviceRootKey(name), boxes), sealTaps);
  const random = streams.stream(`${name}/random number generator`);
  const draw = (lengthBytes: number) => random.bytes(lengthBytes);
  const flashTaps: AdapterUnit["flashTaps"] = new Set();
  const nvram = keyStorage === "nvram" ? createFlash(description, surroundings, flashTaps) : undefined;
  const networkInterface = new NetworkInterface(kernel, description.ports, description.receiveRingLength);
  const compiled = new CompiledParts(description);
  const component = recorder.component(name);
  const onLog = (text: string) => recorder.record(component, noteEvent, { text: `logs: ${text}` });
  const options = completeOptions<AdapterOptions>({
    name,
    kernel,
    recorder,
    random,
    dmaMemory: surroundings.dmaMemory,
    network: networkInterface,
    costs: surroundings.costs,
    keyStorage,
    flash: nvram,
    createStore: nvram === undefined
      ? undefined
      : (core) =>
        createStore === undefined
          ? compiled.bootStore({ flash: nvram, random: draw, sealer, spend: (cycles) => core.spend(cycles) }, onLog)
          : madeStore(createStore(nvram, draw, core), `${path}.createStore`),
    keyTableEntries: description.keyTableEntries ?? 128,
    sessionCapacity: description.sessionCapacity ?? 64,
    tunnelMode: description.tunnelMode ?? true,
    ...imageOf(description),
    phase1: phase1Policy(description.phase1),
    onKey: (cookie, key) => keyLog.add(cookie, key),
    createSessions: createSessions === undefined
      ? undefined
      : (means) => madeSessions(createSessions(means), `${path}.createSessions`),
    createFirmware: nvram === undefined
      ? undefined
      : compiled.firmwareMaker({ flash: nvram, random: draw, sealer }, onLog),
    eventCapacity,
    results: campaign,
  });
  const adapter = new Adapter(options);
  const flash = nvram instanceof FlashPart ? nvram : undefined;
  connect(description, surroundings, networkInterface);
  return {
    adapter,
    flash,
    hasOwnStore: createStore === undefined && !compiled.hasModule,
    nvram,
    networkInterface,
    flashTaps,
    sealTaps,
    standstill: () => adapter.powered ? compiled.standstill(name) : [],
    contents: () => contentsOf(description, flash, compiled.viewer),
  };
}

/** The image of its firmware, and the key with which the boot ROM verifies it. */
function imageOf({ firmwareImage = FIRMWARE_IMAGE, imagePublicKey = IMAGE_PUBLIC_KEY, ...others }: AdapterDescription) {
  return { image: others.tamperedImage === true ? tamperedImage(firmwareImage) : firmwareImage, imagePublicKey };
}

/** @param viewer Makes a store that may be looked into, if there is one. */
function contentsOf(
  { name, createStore }: AdapterDescription,
  flash: FlashPart | undefined,
  viewer: CompiledParts["viewer"],
): FlashContents | undefined {
  if (flash === undefined || viewer === undefined || createStore !== undefined) return undefined;
  return flashContents({ adapter: name, flash, makeStore: viewer });
}

/** Connects an interface to the network: what it cannot take is an event. */
function connect(
  { name, ports }: AdapterDescription,
  { network, recorder }: AdapterSurroundings,
  networkInterface: NetworkInterface,
): void {
  networkInterface.connect((datagram) => network.send(datagram));
  const component = recorder.component(name);
  for (const address of ports) {
    network.attach(address, (datagram) => {
      const delivery = networkInterface.deliver(datagram);
      if (delivery === "taken") return;
      recorder.record(component, packetEvent, {
        direction: "drops",
        peer: formatEndpoint(datagram.source),
        lengthBytes: datagram.payload.length,
        detail: delivery,
      });
    });
  }
}

function createFlash(
  description: AdapterDescription,
  surroundings: AdapterSurroundings,
  taps: AdapterUnit["flashTaps"],
): AdapterFlash {
  const { name, flash: preset = W25Q_REGION, flashTiming, flashMisuse, flashFaults, createFlash } = description;
  const { path, kernel, recorder, streams, flashState } = surroundings;
  const component = recorder.component(AdapterComponents.flash(name));
  const options: FlashPartOptions = {
    preset,
    clock: kernel,
    random: streams.stream(`${name}/flash`),
    ...(flashState === undefined ? {} : { state: flashState }),
    ...(flashTiming === undefined ? {} : { timing: flashTiming }),
    ...(flashMisuse === undefined ? {} : { misuse: flashMisuse }),
    ...(flashFaults === undefined ? {} : { faults: flashFaults }),
    onBegin(operation) {
      for (const tap of taps) tap(operation);
    },
    onOperation: ({ kind, address, lengthBytes }) =>
      recorder.record(component, flashEvent, { operation: kind, address, lengthBytes }),
  };
  return createFlash === undefined ? new FlashPart(options) : madeFlash(createFlash(options), `${path}.createFlash`);
}
