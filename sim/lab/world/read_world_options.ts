/**
 * Reads the options of a world: everything is refused here, before anything is
 * built.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { comparedBytes } from "../../../firmware/ike/authentication.ts";
import { IdentificationType } from "../../../firmware/ike/identification_types.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { KeyStorage } from "../../../firmware/cache/security_cache.ts";
import type { KeyStore } from "../../../host/initiator_service/key_store.ts";
import type { SecurityProvider } from "../../../host/miniport/miniport.ts";
import { comparedName } from "../../../host/wmi/instance_name.ts";
import { RandomStreams } from "../../kernel/random.ts";
import { UntimedClock } from "../../kernel/untimed_clock.ts";
import { formatInternetAddress } from "../../network/internet_address.ts";
import { DmaMemory } from "../../parts/dma_memory.ts";
import { type FlashMisuse, FlashPart, type TimingColumn } from "../../parts/flash/flash_part.ts";
import type { FlashState } from "../../parts/flash/flash_state.ts";
import { type FlashPreset, W25Q_REGION } from "../../parts/flash/presets.ts";
import { AdapterComponents, Components } from "../../trace/components.ts";
import { ForeignModuleError } from "../foreign/foreign_module_error.ts";
import { firmwareProgram } from "../foreign/foreign_firmware.ts";
import { type ForeignModuleSource, ForeignProgram } from "../foreign/foreign_program.ts";
import { storeProgram } from "../foreign/foreign_store.ts";
import { flashFault, flashPreset } from "./flash_options.ts";
import {
  at,
  bytes,
  callable,
  either,
  figureRefusal,
  flag,
  instance,
  list,
  type Reader,
  record,
  refusal,
  show,
  unsigned64,
  whole,
  withMethods,
  word,
} from "./option_readers.ts";
import {
  address,
  costTable,
  datagramFault,
  hostCosts,
  hostTimeouts,
  linkBehaviour,
  worldImage,
} from "./part_options.ts";
import { CampaignMemory } from "./campaign_memory.ts";
import { checkBy } from "./own_check.ts";
import { initiatorPhase1, responderPhase1 } from "./phase1_options.ts";
import { QuickBox } from "./quick_box.ts";
import { QuickSealer } from "./quick_sealer.ts";
import type { TargetKey } from "./target.ts";
import type {
  AdapterDescription,
  HostDescription,
  ModuleDescription,
  TargetDescription,
  WorldImage,
  WorldOptions,
} from "./world_options.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/** Costs are cycles and waits are seconds: with the default ones no exchange ends in time below some 400 kHz. */
const LEAST_FREQUENCY_HZ = 1_000_000;

/** MAX_ISCSI_HBANAME_LEN of `iscsidsc.h` is 256, with the terminating zero. */
const MOST_NAME_CHARACTERS = 255;

/** A name of an adapter or target; `*` means "any adapter" to `iscsicli`. */
const name: Reader<string> = (value, path) => {
  const accepted = `a name of 1 to ${MOST_NAME_CHARACTERS} characters, none of them a control or format character, ` +
    'not all of them blank, and not "*"';
  if (typeof value !== "string" || value.length > MOST_NAME_CHARACTERS) throw refusal(path, value, accepted);
  // Two names that look the same are as good as one; a name that cannot be seen is as good as none.
  if (/\S/.test(value) && value !== "*" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value) && value.isWellFormed()) {
    return value;
  }
  throw new WorldOptionsError(path, show(value), accepted);
};

/** A seed. */
export const seed: Reader<string | number> = (value, path) => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw figureRefusal(path, value, "a text that is not empty, or a whole number from 0 to 2^53 - 1");
};

/** The key that unseals the flash or the store; and an Ed25519 public key. */
const key32 = bytes(32, 32);

/** A module, checked and compiled. */
const foreignModule =
  (programOf: (source: ForeignModuleSource) => ForeignProgram, what: string, role: string): Reader<ForeignProgram> =>
  (value, path) => {
    if (value instanceof ForeignProgram) {
      if (value.exports.has(role)) return value;
      throw new WorldOptionsError(path, `${show(value.name)} without ${role}()`, what);
    }
    try {
      return programOf({ name: "module", bytes: bytes(0, Infinity)(value, path) });
    } catch (error) {
      if (!(error instanceof ForeignModuleError)) throw error;
      throw new WorldOptionsError(path, `${error.place}: ${error.given}`, error.accepted);
    }
  };

const adapter = record<AdapterDescription>({
  name: { required: name },
  keyStorage: word<KeyStorage>({ nvram: true, ram: true, none: true }),
  ports: { required: list(address, 1, 256) },
  securityProvider: word<SecurityProvider>({ complete: true, sample: true, absent: true }),
  eventLimitBytes: whole(64, 65_536),
  sessionCapacity: whole(1, 16_384),
  tunnelMode: flag,
  keyTableEntries: whole(1, 65_536),
  eventCapacity: whole(1, 65_536),
  receiveRingLength: whole(1, 65_536),
  flash: flashPreset,
  flashTiming: word<TimingColumn>({ typical: true, maximum: true, drawn: true }),
  flashMisuse: word<FlashMisuse>({ error: true, ignored: true }),
  flashFaults: list(flashFault, 0),
  createFlash: callable("that makes a flash part"),
  createStore: callable("that makes a key store"),
  store: record<ModuleDescription>({
    module: { required: foreignModule(storeProgram, "a module that is a key store", "store_mount") },
  }),
  firmware: record<ModuleDescription>({
    module: { required: foreignModule(firmwareProgram, "a module that is a firmware", "hba_main") },
  }),
  createSessions: callable("that makes what opens sessions"),
  firmwareImage: bytes(1, 2 ** 24),
  imagePublicKey: key32,
  tamperedImage: flag,
  phase1: initiatorPhase1,
});

interface Identification {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const ADDRESS_BYTES: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [IdentificationType.ID_IPV4_ADDR, 4],
  [IdentificationType.ID_IPV6_ADDR, 16],
]);

/** Type and bytes of an identification (RFC 2407 §4.6.2.1); addresses have their length. */
const identification: Reader<Identification> = (value, path) => {
  const accepted = "an object with type, bytes";
  if (typeof value !== "object" || value === null) throw refusal(path, value, accepted);
  const type = "type" in value ? value.type : undefined;
  const lengthBytes = ADDRESS_BYTES.get(type);
  const content = lengthBytes === undefined ? bytes(1, 65_535) : bytes(lengthBytes, lengthBytes);
  return record<Identification>({ type: { required: whole(1, 255) }, bytes: { required: content } })(value, path);
};

/** An identifier given by mistake may be the key: it is not shown. */
const anyIdentifier: Reader<"any"> = (value, path) => {
  if (value === "any") return value;
  throw refusal(path, value, '"any"');
};

const targetKey = record<TargetKey>({
  id: { required: either(anyIdentifier, identification, "an object with type, bytes") },
  key: { required: bytes(1, 1024) },
});

const target = record<TargetDescription>({
  name: { required: name },
  address: { required: address },
  id: identification,
  keys: { required: list(targetKey, 0) },
  phase1: responderPhase1,
});

const host = record<HostDescription>({
  costs: hostCosts,
  timeouts: hostTimeouts,
  serviceStartsAutomatically: flag,
  foreignCaches: word({ keep: true, clear: true }),
  defaultSecurityFlags: unsigned64,
  sealingKey: key32,
  dmaMemory: instance(DmaMemory),
});

/** How many events are kept. */
export const keepEvents = whole(4, 1e8);

const world = record<WorldOptions>({
  seed,
  frequencyHz: whole(LEAST_FREQUENCY_HZ, 1e10),
  keepEvents,
  adapters: { required: list(adapter, 1) },
  host,
  targets: list(target, 0),
  network: linkBehaviour,
  datagramFaults: list(datagramFault, 0),
  costs: costTable,
  keyStore: withMethods<KeyStore>({ rows: true, commit: true }),
  image: worldImage,
  campaign: instance(CampaignMemory),
});

/**
 * Reads the options of a world.
 *
 * @param options What a caller gives, who need not have had a type checker.
 * @returns A copy of all that is plain data but bytes; nothing in it is `undefined` that has no meaning as such.
 * @throws {WorldOptionsError} They are not accepted.
 */
export function readWorldOptions(options: unknown): WorldOptions {
  const read = world(options, "");
  const { adapters, targets = [], image } = read;
  checkNames(adapters, targets);
  checkAddresses(adapters, targets);
  targets.forEach(({ keys }, index) => checkKeys(keys, `targets[${index}].keys`));
  adapters.forEach((each, index) => checkStorage(each, `adapters[${index}]`));
  adapters.forEach((each, index) => checkFlash(each, `adapters[${index}]`));
  if (image !== undefined) checkImage(image, adapters);
  return read;
}

/**
 * Names are components of the trace, which has others too, and those of adapters are instance names of WMI, which compare
 * without case.
 */
function checkNames(adapters: readonly AdapterDescription[], targets: readonly TargetDescription[]): void {
  const ofAdapters = adapters.map((each, index) => [each.name, `adapters[${index}].name`, show(each.name)] as const);
  const ofTargets = targets.map((each, index) => [each.name, `targets[${index}].name`, show(each.name)] as const);
  const all = [...ofAdapters, ...ofTargets];
  unique(all, "a name of its own");
  const upper = all.map(([each, path, shown]) => [comparedName(each), path, shown] as const);
  unique(upper, "a name that differs by more than case");
  const parts = Object.values(AdapterComponents).flatMap((nameOf) => adapters.map((each) => nameOf(each.name)));
  const reserved = new Set([...Object.values(Components), ...parts].map(comparedName));
  for (const [each, path, shown] of upper) {
    if (!reserved.has(each)) continue;
    throw new WorldOptionsError(path, `${shown}, which the trace calls a part of the world`, "a name of its own");
  }
}

function checkAddresses(adapters: readonly AdapterDescription[], targets: readonly TargetDescription[]): void {
  const entry = (value: Uint8Array, path: string) => {
    const shown = formatInternetAddress(value);
    // An IPv4 address and its form in IPv6 (RFC 4291 §2.5.5.2) are one.
    return [shown.replace(/^::ffff:(?=.*\.)/, ""), path, shown] as const;
  };
  unique([
    ...adapters.flatMap(({ ports }, index) =>
      ports.map((each, port) => entry(each, `adapters[${index}].ports[${port}]`))
    ),
    ...targets.map((each, index) => entry(each.address, `targets[${index}].address`)),
  ], "an address of its own");
}

/** A key that another one of the same identifier stands before is never used. */
function checkKeys(keys: readonly TargetKey[], path: string): void {
  const entries = keys.map(({ id }, index) => {
    if (id === "any") return [id, `${path}[${index}].id`, show(id)] as const;
    const compared = bytesToHex(comparedBytes({ idType: id.type, data: id.bytes }));
    return [`${id.type} ${compared}`, `${path}[${index}].id`, `an identifier of type ${id.type}`] as const;
  });
  unique(entries, "an identifier of its own");
}

const FLASH_OPTIONS = [
  "flash",
  "flashTiming",
  "flashMisuse",
  "flashFaults",
  "createFlash",
  "createStore",
  "store",
  "firmware",
] as const;

/** What a firmware that is a module decides by itself. */
const OWN_OPTIONS = ["createStore", "store", "keyTableEntries", "tunnelMode"] as const;

/** Only an adapter that keeps its keys in flash has a flash part, and one store on it. */
function checkStorage(description: AdapterDescription, path: string): void {
  const { keyStorage = "nvram", createStore, store, firmware } = description;
  const own = firmware === undefined ? undefined : OWN_OPTIONS.find((option) => description[option] !== undefined);
  if (own !== undefined) {
    throw refusal(`${path}.${own}`, description[own], "nothing, as the firmware is a module, which decides that");
  }
  if (createStore !== undefined && store !== undefined) {
    throw refusal(`${path}.store`, store, "nothing, as createStore makes the key store");
  }
  if (keyStorage === "nvram") return;
  const given = FLASH_OPTIONS.find((option) => description[option] !== undefined);
  if (given === undefined) return;
  const accepted = `nothing, as keyStorage is "${keyStorage}": only "nvram" has a flash part`;
  throw refusal(`${path}.${given}`, description[given], accepted);
}

/** Refuses the second of two options that must differ. Each is given as what must differ, its path, and how it is shown. */
function unique(options: readonly (readonly [string, string, string])[], accepted: string): void {
  const paths = new Map<string, string>();
  for (const [value, path, shown] of options) {
    const first = paths.get(value);
    if (first !== undefined) throw new WorldOptionsError(path, `${shown} occurs twice`, `${accepted}: ${first} has it`);
    paths.set(value, path);
  }
}

/** Whether faults fit the part that is described, and the part the key store: tried on a part that is not used. */
function checkFlash(description: AdapterDescription, path: string): void {
  const { flash: preset, flashFaults = [], createFlash, createStore, store, firmware } = description;
  if (preset === undefined && flashFaults.length === 0) return;
  const random = new RandomStreams(0).stream("check");
  const flash = new FlashPart({ preset: preset ?? W25Q_REGION, clock: new UntimedClock(), random });
  flashFaults.forEach((fault, index) => checkBy(`${path}.flashFaults[${index}]`, () => flash.inject(fault)));
  // A part or a store of the caller's own knows by itself.
  if (preset === undefined || createFlash !== undefined || (createStore ?? store ?? firmware) !== undefined) return;
  try {
    new RingStore({
      flash,
      random: (length) => random.bytes(length),
      sealer: new QuickSealer(new Uint8Array(32), new QuickBox()),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WorldOptionsError(`${path}.flash`, show(preset.name), `a part for the key store (${error.message})`);
  }
}

function checkImage(image: WorldImage, adapters: readonly AdapterDescription[]): void {
  const withFlash = adapters.filter(({ keyStorage = "nvram" }) => keyStorage === "nvram");
  for (const [owner, state] of Object.entries(image.flash)) {
    const path = at("image.flash", owner);
    const description = withFlash.find((each) => each.name === owner);
    if (description === undefined) {
      const accepted = withFlash.map((each) => show(each.name)).join(" or ") || "no flash: no adapter keeps keys in it";
      throw new WorldOptionsError(path, `the flash of ${show(owner)}`, accepted);
    }
    if (description.createFlash === undefined) checkState(state, description.flash ?? W25Q_REGION, path);
  }
}

function checkState(state: FlashState, { geometry, name: part }: FlashPreset, path: string): void {
  const { sectorBytes, sectorCount, pageBytes } = geometry;
  const lengthBytes = sectorBytes * sectorCount;
  const { ages, programmed = [] } = state;
  const ofAges = Object.entries(ages ?? {}).flatMap(([name, figures]) => {
    // Nobody may have asked for the luck of sectors yet.
    return name === "luck" && figures.length === 0 ? [] : [[`ages.${name}`, [figures.length, sectorCount]] as const];
  });
  const counts = {
    image: [state.image.length, lengthBytes],
    sectorErases: [state.sectorErases.length, sectorCount],
    pagePrograms: [state.pagePrograms.length, lengthBytes / pageBytes],
    ...Object.fromEntries(ofAges),
  } as const;
  for (const [field, [given, expected]] of Object.entries(counts)) {
    if (given === expected) continue;
    throw new WorldOptionsError(`${path}.${field}`, `${given} values`, `${expected}, for a part ${show(part)}`);
  }
  programmed.forEach((range, index) => {
    const most = lengthBytes - range.address;
    if (range.lengthBytes <= most) return;
    throw new WorldOptionsError(`${path}.programmed[${index}].lengthBytes`, `${range.lengthBytes}`, `1 to ${most}`);
  });
}
