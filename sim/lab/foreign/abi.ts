/**
 * What modules and adapters call one another by: `hba_store.h` as a table, which checks, adapters and the command share.
 *
 * All parameters and results are 32 bits wide: numbers, and addresses in the module's memory.
 *
 * @module
 */

import type { RecordClass } from "../../../firmware/nvram/store.ts";

/** The module that functions are imported from. */
export const HBA = "hba";

/** A function that a module imports. */
export interface ImportedFunction {
  /** How many numbers of 32 bits it takes. */
  readonly parameters: number;
  /** How many it gives. */
  readonly results: 0 | 1;
  /** Simulated time may pass in it, and power may go. */
  readonly suspends: boolean;
}

/** A function that it exports. */
export interface ExportedFunction {
  /** How many numbers of 32 bits it takes. */
  readonly parameters: number;
  /** How many it gives. */
  readonly results: 0 | 1;
  /** A module without it is accepted. */
  readonly isOptional: boolean;
}

const suspending = (parameters: number, results: 0 | 1): ImportedFunction => ({ parameters, results, suspends: true });
const immediate = (parameters: number, results: 0 | 1): ImportedFunction => ({ parameters, results, suspends: false });
const required = (parameters: number): ExportedFunction => ({ parameters, results: 1, isOptional: false });
const optional = (parameters: number): ExportedFunction => ({ parameters, results: 1, isOptional: true });

/** The version of the interface, which `hba_abi` answers. */
export const ABI_VERSION = 1;

/** What a key store may import. */
export const STORE_IMPORTS = {
  flash_read: suspending(3, 1),
  flash_write_enable: suspending(0, 1),
  flash_program: suspending(3, 1),
  flash_erase: suspending(1, 1),
  flash_status: suspending(0, 1),
  core_spend: suspending(1, 0),
  preempt: suspending(0, 0),
  settle: immediate(0, 0),
  flash_geometry: immediate(1, 1),
  random: immediate(2, 0),
  seal: immediate(7, 1),
  open: immediate(7, 1),
  log: immediate(2, 0),
} as const satisfies Readonly<Record<string, ImportedFunction>>;

/** What a whole firmware may import beside what a key store may. */
export const FIRMWARE_IMPORTS = {
  ...STORE_IMPORTS,
  wait: suspending(2, 1),
  ready: immediate(1, 1),
  clock: immediate(0, 1),
  mailbox_take: immediate(1, 1),
  post: suspending(1, 0),
  boot_status: immediate(1, 0),
  dma_read: suspending(4, 1),
  dma_write: suspending(4, 1),
  link: immediate(1, 0),
  ports: immediate(0, 1),
  port_address: immediate(2, 1),
  ike_open: suspending(2, 1),
  ike_close: suspending(1, 1),
  ike_event: immediate(1, 1),
  ike_statistics: immediate(1, 0),
  ike_ciphers: immediate(0, 1),
} as const satisfies Readonly<Record<string, ImportedFunction>>;

/** What a key store exports. */
export const STORE_EXPORTS = {
  hba_abi: required(0),
  hba_scratch: required(0),
  store_mount: required(0),
  store_put: required(5),
  store_remove: required(3),
  store_clear_secrets: required(0),
  store_forget_losses: optional(0),
  store_get: required(5),
  store_entry: required(2),
  store_capacity: required(2),
  store_health: required(1),
} as const satisfies Readonly<Record<string, ExportedFunction>>;

/** What a whole firmware exports. */
export const FIRMWARE_EXPORTS = {
  hba_abi: required(0),
  hba_scratch: required(0),
  hba_main: required(1),
  store_mount: optional(0),
  store_put: optional(5),
  store_remove: optional(3),
  store_clear_secrets: optional(0),
  store_forget_losses: optional(0),
  store_get: optional(5),
  store_entry: optional(2),
  store_capacity: optional(2),
  store_health: optional(1),
} as const satisfies Readonly<Record<keyof typeof STORE_EXPORTS | "hba_main", ExportedFunction>>;

/** What runs the constructors of C++, once and before all else: wasm-ld makes it. */
export const CONSTRUCTORS = "__wasm_call_ctors";
const OF_CPP: ModuleInterface["exports"] = { [CONSTRUCTORS]: { parameters: 0, results: 0, isOptional: true } };

/** The numbers of record classes in C (`hba_store.h`): they stay, whatever those of a format on flash become. */
const CLASS_NUMBERS = {
  "preshared-key": 0,
  "group-key": 1,
  "tunnel-address": 2,
  "generational-guid": 3,
  "persistent-logon": 4,
  "persistent-logon-part": 5,
} as const satisfies Readonly<Record<RecordClass, number>>;

/** In the order of their numbers in C. */
export const RECORD_CLASSES: readonly RecordClass[] = (Object.keys(CLASS_NUMBERS) as RecordClass[])
  .toSorted((a, b) => CLASS_NUMBERS[a] - CLASS_NUMBERS[b]);

/** What a kind of module imports and exports. */
export interface ModuleInterface {
  /** What it may import from `hba`, by name. */
  readonly imports: Readonly<Record<string, ImportedFunction>>;
  /** What it exports, by name. */
  readonly exports: Readonly<Record<string, ExportedFunction>>;
}

/** The interface of a key store. */
export const STORE_INTERFACE: ModuleInterface = { imports: STORE_IMPORTS, exports: { ...STORE_EXPORTS, ...OF_CPP } };

/** The interface of a whole firmware. */
export const FIRMWARE_INTERFACE: ModuleInterface = {
  imports: FIRMWARE_IMPORTS,
  exports: { ...FIRMWARE_EXPORTS, ...OF_CPP },
};

/** Bounds of what is kept, in bytes; beyond them `struct hba_entry` has no room. */
export const LONGEST_NAME_BYTES = 272;
export const LONGEST_VALUE_BYTES = 512;
/** More records than these are an enumeration that does not end. */
export const MOST_ENTRIES = 4096;
/** `struct hba_entry`: three numbers, a name, a value. */
export const ENTRY_BYTES: number = 12 + LONGEST_NAME_BYTES + LONGEST_VALUE_BYTES;
/** What `value_bytes` of an entry is whose value was damaged. */
export const DAMAGED_VALUE = 0xffff_ffff;

/** Pages of 64 KiB that a module may have. */
export const MOST_PAGES = 64;
/** Cycles after which code that runs on gives way: 1 ms at 250 MHz. */
export const SLICE_CYCLES = 250_000;
/**
 * Cycles without an import that may tell of something: one that may wait, but for time alone, or one of a firmware
 * alone. The call hangs, for all that can be known.
 */
export const MOST_SILENT_CYCLES = 1_000_000_000;
/** Calls of other imports between two such: so many take the machine about as long. */
export const MOST_SILENT_CALLS = 1_000_000;
/** The import in which time passes, and nothing else. */
export const SPEND = "core_spend";
