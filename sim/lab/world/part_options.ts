/**
 * Readers of what the parts of a world take: costs, waiting times, flash parts,
 * the network, phase 1, and what an earlier world left behind.
 *
 * What a part checks by itself (ranges of a policy, of a link) is left to the
 * part's own check, which is run before anything is built.
 *
 * @module
 */

import { CIPHER_NAMES } from "../../../firmware/ike/ciphers.ts";
import { GROUP_NUMBERS } from "../../../firmware/ike/groups.ts";
import { HASH_NAMES } from "../../../firmware/ike/hash_functions.ts";
import {
  type DeadPeerDetectionPolicy,
  DEFAULT_POLICY,
  type IkePolicy,
  IkePolicyError,
  type Phase1Mode,
  type RetransmissionPolicy,
  type Suite,
  type Tolerances,
} from "../../../firmware/ike/mod.ts";
import { ATTEMPT_BOUNDS, checkPolicy, POLICY_BOUNDS, WAIT_BOUNDS } from "../../../firmware/ike/policy.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import type { HostCosts, HostTimeouts } from "../../../host/costs.ts";
import type { KeyStoreContent, StoreKind, StoreRow } from "../../../host/initiator_service/key_store.ts";
import { LONGEST_CYCLES } from "../../kernel/task.ts";
import { checkLinkBehaviour, DELAY_BOUNDS, LINK_BOUNDS, NTH_BOUNDS, PERFECT_LINK } from "../../network/link.ts";
import { type DatagramFault, type LinkBehaviour, NetworkError } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import type { CellMask } from "../../parts/flash/cells.ts";
import type { EraseCut } from "../../parts/flash/cut_effects.ts";
import type { FlashCounters, FlashState } from "../../parts/flash/flash_state.ts";
import { FAULT_FIELDS, type FlashFault, FlashFaultError } from "../../parts/flash/faults.ts";
import type { FlashDuration, FlashGeometry, FlashTiming } from "../../parts/flash/nor_flash.ts";
import type { FlashPreset } from "../../parts/flash/presets.ts";
import type { OptionalField, Shape } from "../../shape/shape.ts";
import {
  at,
  bytes,
  dictionary,
  either,
  figureRefusal,
  flag,
  list,
  number,
  oneOf,
  type Reader,
  record,
  refusal,
  show,
  text,
  whole,
  word,
} from "./option_readers.ts";
import type { WorldImage } from "./world_options.ts";
import { WorldOptionsError } from "./world_options_error.ts";

const cost = whole(0, LONGEST_CYCLES);
/** A wait of no cycles would be repeated within one cycle for ever. */
const wait = whole(1, LONGEST_CYCLES);
const retries = whole(0, 2 ** 32 - 1);
/** Times of a part; a second is ten times what the slowest sheet has. */
const nanoseconds = number(0, 1e11);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const anyNumber: Reader<number> = (value, path) => {
  if (typeof value === "number") return value;
  throw figureRefusal(path, value, "a whole number");
};

/** An IPv4 or IPv6 address. */
export const address: Reader<Uint8Array> = (value, path) => {
  if (value instanceof Uint8Array && (value.length === 4 || value.length === 16)) return value;
  throw refusal(path, value, "4 bytes (IPv4) or 16 bytes (IPv6) in a Uint8Array");
};

/** Costs of the adapters and targets, as far as they differ from the default ones. */
export const costTable: Reader<Partial<CostTable>> = record<Partial<CostTable>>({
  resetCycles: cost,
  verifySignatureCycles: cost,
  hashImageByteCycles: cost,
  dispatchCycles: cost,
  dmaSetupCycles: cost,
  dmaBytesPerCycle: number(0.001, 2 ** 32),
  keyTableCycles: cost,
  completionCycles: cost,
  packetCycles: cost,
  hashBlockCycles: cost,
  cipherBlockCycles: cost,
  exponentiationCycles: whole(0, 2 ** 32),
});

/** Costs of the host, as far as they differ from the default ones. */
export const hostCosts: Reader<Partial<HostCosts>> = record<Partial<HostCosts>>({
  rpcCycles: cost,
  serviceCycles: cost,
  storeCommitCycles: cost,
  wmiDispatchCycles: cost,
  portDriverCycles: cost,
  miniportCycles: cost,
  registerAccessCycles: cost,
  interruptCycles: cost,
});

/** Waiting times of the host, as far as they differ from the default ones. */
export const hostTimeouts: Reader<Partial<HostTimeouts>> = record<Partial<HostTimeouts>>({
  mailboxCycles: wait,
  requestCycles: wait,
  loginCycles: wait,
  busyRetryCycles: wait,
  busyRetries: retries,
  cancelledRequestCycles: wait,
  bootPollCycles: wait,
  bootCycles: wait,
  resetPollCycles: wait,
  softResetCycles: wait,
  resetRetries: retries,
  rpcCycles: wait,
  serviceStartCycles: wait,
  firmwareStopCycles: wait,
  serviceStopCycles: wait,
});

/** What the network does, as far as it differs from a perfect link. */
export const linkBehaviour: Reader<Partial<LinkBehaviour>> = alsoBy(
  record<Partial<LinkBehaviour>>({
    latencyCycles: whole(...LINK_BOUNDS.latencyCycles),
    jitterCycles: whole(...LINK_BOUNDS.jitterCycles),
    lossPerMille: whole(...LINK_BOUNDS.lossPerMille),
    duplicatesPerMille: whole(...LINK_BOUNDS.duplicatesPerMille),
    corruptionPerMille: whole(...LINK_BOUNDS.corruptionPerMille),
    reordersPerMille: whole(...LINK_BOUNDS.reordersPerMille),
    reorderCycles: whole(...LINK_BOUNDS.reorderCycles),
  }),
  (behaviour) => checkLinkBehaviour({ ...PERFECT_LINK, ...behaviour }),
);

const delayed = record<{ readonly delayCycles: number }>({ delayCycles: { required: whole(...DELAY_BOUNDS) } });
const effect = word({ lose: true, duplicate: true, corrupt: true });

/** A fault at one datagram. */
export const datagramFault: Reader<DatagramFault> = record<DatagramFault>({
  from: { required: address },
  to: { required: address },
  nth: { required: whole(...NTH_BOUNDS) },
  effect: { required: either(effect, delayed, "an object with delayCycles") },
});

const suite = record<Suite>({
  cipher: { required: oneOf(CIPHER_NAMES) },
  hash: { required: oneOf(HASH_NAMES) },
  group: { required: oneOf(GROUP_NUMBERS) },
});

/** What an end proposes and accepts in phase 1, as far as it differs from {@linkcode DEFAULT_POLICY}. */
export const ikePolicy: Reader<Partial<IkePolicy>> = alsoBy(
  record<Partial<IkePolicy>>({
    suites: list(suite, 1, 64),
    modes: list(word<Phase1Mode>({ main: true, aggressive: true }), 0, 2),
    lifetimeSeconds: whole(...POLICY_BOUNDS.lifetimeSeconds),
    rekeyMarginSeconds: whole(...POLICY_BOUNDS.rekeyMarginSeconds),
    retransmission: record<RetransmissionPolicy>({
      name: { required: text },
      delaysMilliseconds: { required: list(whole(...WAIT_BOUNDS), 1, 1000) },
    }),
    halfOpenLimit: whole(...POLICY_BOUNDS.halfOpenLimit),
    halfOpenPerAddress: whole(...POLICY_BOUNDS.halfOpenPerAddress),
    halfOpenMilliseconds: whole(...POLICY_BOUNDS.halfOpenMilliseconds),
    deadPeerDetection: {
      orUndefined: record<DeadPeerDetectionPolicy>({
        idleMilliseconds: { required: whole(...WAIT_BOUNDS) },
        retryMilliseconds: { required: whole(...WAIT_BOUNDS) },
        attempts: { required: whole(...ATTEMPT_BOUNDS) },
      }),
    },
    natTraversal: flag,
    fragmentation: flag,
    initialContact: flag,
    encryptConfirmation: flag,
    padding: word({ least: true, "at least one": true }),
    vendorIds: list(bytes(1, 1024), 0, 64),
    tolerances: record<Tolerances>({
      identificationPortZero: { required: flag },
      nameInMainMode: { required: flag },
      reservedBytes: flag,
    }),
  }),
  (policy) => checkPolicy({ ...DEFAULT_POLICY, ...policy }),
);

const duration = record<FlashDuration>({
  typicalNanoseconds: { required: nanoseconds },
  maximumNanoseconds: { required: nanoseconds },
});

/** The most that a simulated part holds: 256 MiB. */
const MOST_FLASH_BYTES = 2 ** 28;

const geometry = record<FlashGeometry>({
  sectorBytes: { required: whole(1, 2 ** 24) },
  sectorCount: { required: whole(1, 2 ** 24) },
  pageBytes: { required: whole(1, 2 ** 16) },
  programBytes: oneOf(PROGRAM_UNITS),
  blockSectors: whole(1, 2 ** 24),
});

/** How a flash part is divided. */
export const flashGeometry: Reader<FlashGeometry> = (value, path) => {
  const read = geometry(value, path);
  const { sectorBytes, sectorCount, pageBytes, programBytes = 1 } = read;
  if (sectorBytes % pageBytes !== 0) {
    throw new WorldOptionsError(`${path}.sectorBytes`, `${sectorBytes}`, `a multiple of pageBytes, ${pageBytes}`);
  }
  if (pageBytes % programBytes !== 0) {
    throw new WorldOptionsError(`${path}.pageBytes`, `${pageBytes}`, `a multiple of programBytes, ${programBytes}`);
  }
  if (sectorBytes * sectorCount > MOST_FLASH_BYTES) {
    throw new WorldOptionsError(path, `${sectorBytes * sectorCount} bytes`, `at most ${MOST_FLASH_BYTES}`);
  }
  return read;
};

/** A flash part. */
export const flashPreset: Reader<FlashPreset> = record<FlashPreset>({
  name: { required: text },
  geometry: { required: flashGeometry },
  timing: {
    required: record<FlashTiming>({
      readByteNanoseconds: { required: nanoseconds },
      readSetupNanoseconds: { required: nanoseconds },
      programFirstByte: { required: duration },
      programNextByte: { required: duration },
      programPage: { required: duration },
      eraseSector: { required: duration },
      eraseBlock: { required: duration },
    }),
  },
  enduranceCycles: { required: whole(1, Number.MAX_SAFE_INTEGER) },
});

/** How an erase is left. Which phase has zeroed bytes, the part knows. */
const eraseCut = record<{ readonly phase: EraseCut["phase"]; readonly zeroBytes?: number }>({
  phase: {
    required: word<EraseCut["phase"]>({
      "not begun": true,
      "zeroed from the end": true,
      "half erased": true,
      "weak": true,
      "done": true,
    }),
  },
  zeroBytes: anyNumber,
}) as Reader<EraseCut>;

/** Reads a field of a fault by the shape that it has in files; what hangs on the part, the part knows. */
function faultField(field: Shape | OptionalField): Reader<unknown> | { readonly required: Reader<unknown> } {
  if (!("optional" in field)) return { required: faultValue(field) };
  const { optional, fallback } = field;
  const reader = faultValue(optional);
  // A fallback stands for what is left out of a file: in code it is said.
  return fallback === undefined
    ? reader
    : { required: (value, path) => value === fallback ? value : reader(value, path) };
}

function faultValue(shape: Shape): Reader<unknown> {
  // How an erase is left is the only value with parts.
  if (shape.kind !== "scalar") return eraseCut;
  // Between what it lies hangs on the part.
  if (shape.bounds !== undefined) return anyNumber;
  if (shape.words === undefined) return text;
  const values = shape.words.map((word) => shape.parse(word));
  return (value, path) => {
    if (values.includes(value)) return value;
    throw new WorldOptionsError(path, show(value), values.map(show).join(" or "));
  };
}

const FAULTS: ReadonlyMap<string, Reader<object>> = new Map(
  Array.from(FAULT_FIELDS, ([kind, fields]) => {
    const readers = Object.entries(fields).map(([name, field]) => [name, faultField(field)] as const);
    return [kind, record<object>({ kind: { required: oneOf([kind]) }, ...Object.fromEntries(readers) })];
  }),
);

const faultKind = oneOf([...FAULT_FIELDS.keys()]);

/** A fault of a flash part, as far as it does not hang on the part. */
export const flashFault: Reader<FlashFault> = (value, path) => {
  const { kind } = dictionary((option) => option)(value, path);
  const reader = FAULTS.get(faultKind(kind, `${path}.kind`)) as Reader<FlashFault>;
  return reader(value, path);
};

const cellMasks = (lengthBytes: number) =>
  list(record<CellMask>({ address: { required: whole(0, lengthBytes - 1) }, mask: { required: whole(1, 255) } }), 0);

const counters: Reader<FlashCounters> = record<FlashCounters>({
  reads: { required: count },
  readBytes: { required: count },
  programs: { required: count },
  programmedBytes: { required: count },
  erases: { required: count },
  blockErases: { required: count },
  cuts: { required: count },
  failures: { required: count },
  impossibleBits: { required: count },
});

/** What a flash part was left with. Between what addresses lie, the length of the image says. */
export const flashState: Reader<FlashState> = (value, path) => {
  const { image } = dictionary((option) => option)(value, path);
  const masks = cellMasks(image instanceof Uint8Array ? image.length : MOST_FLASH_BYTES);
  return record<FlashState>({
    image: { required: bytes(1, MOST_FLASH_BYTES) },
    weakBits: { required: masks },
    stuckAtZero: { required: masks },
    stuckAtOne: { required: masks },
    sectorErases: { required: list(whole(0, 2 ** 32 - 1), 0) },
    pagePrograms: { required: list(whole(0, 2 ** 32 - 1), 0) },
    counters: { required: counters },
  })(value, path);
};

const storeRow = record<StoreRow>({
  adapter: { required: text },
  kind: {
    required: word<StoreKind>({
      "preshared-key": true,
      "group-key": true,
      "tunnel-address": true,
      "generational-guid": true,
      "generation-series": true,
    }),
  },
  name: { required: bytes(0, Infinity) },
  value: { required: bytes(0, Infinity) },
  ordinal: { required: count },
});

/** What an earlier world left behind, as far as it does not hang on the adapters. */
export const worldImage: Reader<WorldImage> = record<WorldImage>({
  flash: { required: dictionary(flashState) },
  serviceStore: {
    required: record<KeyStoreContent>({
      version: { required: oneOf<1>([1]) },
      rows: { required: list(storeRow, 0) },
    }),
  },
  worlds: count,
});

/**
 * Runs a part's own check, and says of what it refuses where it was given.
 *
 * @throws {WorldOptionsError} The check refuses.
 */
export function checkBy(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof NetworkError || error instanceof IkePolicyError || error instanceof FlashFaultError) {
      const given = typeof error.given === "string" ? error.given : show(error.given);
      throw new WorldOptionsError(error.field.split(".").reduce(at, path), given, error.accepted);
    }
    throw error;
  }
}

/** A reader that runs a part's own check as well. */
function alsoBy<T>(reader: Reader<T>, check: (read: T) => void): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    checkBy(path, () => check(read));
    return read;
  };
}
