/**
 * A world's options with every option given, for tests that go over them all:
 * one that is forgotten here does not compile.
 *
 * @module
 */

import { type CostTable, DEFAULT_COSTS } from "../../../sim/parts/cost_table.ts";
import { DmaMemory } from "../../../sim/parts/dma_memory.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { PERFECT_LINK } from "../../../sim/network/network.ts";
import { UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { DEFAULT_POLICY, VENDOR_IDS } from "../../../firmware/ike/mod.ts";
import { SessionManager } from "../../../firmware/session/session_manager.ts";
import { DEFAULT_HOST_COSTS, defaultHostTimeouts } from "../../../host/costs.ts";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { CampaignMemory } from "../../../sim/lab/world/campaign_memory.ts";
import { FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY } from "../../../sim/lab/world/factory.ts";
import type { Phase1Options } from "../../../sim/lab/world/world_options.ts";
import type {
  AdapterDescription,
  HostDescription,
  TargetDescription,
  WorldImage,
  WorldOptions,
} from "../../../sim/lab/world/world_options.ts";

const { "dead peer detection": detection, "RFC 3947": translators } = VENDOR_IDS;

const PHASE1: Required<Phase1Options> = {
  ...DEFAULT_POLICY,
  preset: "racoon",
  vendorIds: [Uint8Array.of(1, 2, 3), detection, translators],
  answeredVendorIds: [translators, [detection, Uint8Array.of(4)]],
};
const COSTS: CostTable = DEFAULT_COSTS;

/** `store` stands in the place of `createStore`, and `firmware` of that and others. */
const ADAPTER: Required<Omit<AdapterDescription, "store" | "firmware">> = {
  name: "hba0",
  keyStorage: "nvram",
  ports: [Uint8Array.of(192, 0, 2, 10), Uint8Array.of(192, 0, 2, 11)],
  securityProvider: "complete",
  eventLimitBytes: 2048,
  sessionCapacity: 4,
  tunnelMode: true,
  keyTableEntries: 8,
  eventCapacity: 16,
  receiveRingLength: 16,
  flash: W25Q_REGION,
  flashTiming: "maximum",
  flashMisuse: "error",
  flashFaults: [
    { kind: "flip", address: 0, mask: 1 },
    { kind: "endurance", eraseCycles: 1000, failure: "reported" },
    { kind: "erase cut", cut: { phase: "weak" } },
  ],
  createFlash: (options) => new FlashPart(options),
  createStore: (flash, random) => new RingStore({ flash, random, sealer: new SecretboxSealer(new Uint8Array(32)) }),
  createSessions: (means) => new SessionManager(means),
  firmwareImage: FIRMWARE_IMAGE,
  imagePublicKey: IMAGE_PUBLIC_KEY,
  tamperedImage: false,
  phase1: PHASE1,
};

const HOST: Required<HostDescription> = {
  costs: DEFAULT_HOST_COSTS,
  timeouts: defaultHostTimeouts(250_000_000),
  serviceStartsAutomatically: true,
  foreignCaches: "keep",
  defaultSecurityFlags: 0x27n,
  sealingKey: new Uint8Array(32).fill(5),
  dmaMemory: new DmaMemory(),
};

const TARGET: Required<TargetDescription> = {
  name: "disk",
  address: Uint8Array.of(192, 0, 2, 20),
  id: { type: 2, bytes: new TextEncoder().encode("disk.example") },
  keys: [
    { id: { type: 1, bytes: Uint8Array.of(192, 0, 2, 10) }, key: Uint8Array.of(1, 2, 3) },
    { id: "any", key: Uint8Array.of(4, 5, 6) },
  ],
  phase1: PHASE1,
};

const IMAGE: WorldImage = {
  flash: {
    hba0: {
      ...new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random: new RandomStreams(1).stream("part") })
        .state(),
      weakBits: [{ address: 5, mask: 1 }],
      sectorErases: new Array(16).fill(0),
      pagePrograms: new Array(256).fill(0),
    },
  },
  serviceStore: {
    version: 1,
    rows: [{ adapter: "hba0", kind: "group-key", name: Uint8Array.of(), value: Uint8Array.of(9), ordinal: 1 }],
  },
  worlds: 3,
};

/** Every option, each with a value that is accepted. */
export function fullOptions(): Required<WorldOptions> {
  return {
    seed: 7,
    frequencyHz: 250_000_000,
    keepEvents: 100_000,
    campaign: new CampaignMemory(),
    adapters: [ADAPTER],
    host: HOST,
    targets: [TARGET],
    network: PERFECT_LINK,
    datagramFaults: [
      { from: Uint8Array.of(192, 0, 2, 10), to: Uint8Array.of(192, 0, 2, 20), nth: 1, effect: { delayCycles: 5 } },
      { from: Uint8Array.of(192, 0, 2, 10), to: Uint8Array.of(192, 0, 2, 20), nth: 2, effect: "lose" },
    ],
    costs: COSTS,
    keyStore: new MemoryKeyStore(),
    image: IMAGE,
  };
}
