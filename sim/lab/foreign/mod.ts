/**
 * Firmware that was compiled elsewhere: a key store in C, C++ or Rust as a WebAssembly module, metered and suspendable,
 * in the place of the adapter's own. How modules are built: the folder's README.
 *
 * @example A world whose adapter keeps its keys by a store in C
 * ```ts
 * import { World } from "@hba/sim";
 * import { storeProgram } from "@hba/sim/foreign";
 *
 * // The bytes are those of scenarios/foreign/store.hba.wasm, however they are read.
 * function worldOf(bytes: Uint8Array): World {
 *   const module = storeProgram({ name: "store.hba.wasm", bytes });
 *   return new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], store: { module } }] });
 * }
 * ```
 *
 * @module
 */

export { CycleProfile, type StackCycles } from "./cycle_profile.ts";
export { ForeignModuleError } from "./foreign_module_error.ts";
export { type CompiledModule, type ForeignModuleSource, ForeignProgram } from "./foreign_program.ts";
export { type FirmwareParts, firmwareProgram, ForeignFirmware } from "./foreign_firmware.ts";
export { ForeignStore, storeProgram } from "./foreign_store.ts";
export { prepareModule, SUSPENDING_IMPORTS } from "./prepare.ts";
export type { ExportedFunction, ImportedFunction, ModuleInterface } from "./abi.ts";
export type { StoreMeans } from "./store_imports.ts";
