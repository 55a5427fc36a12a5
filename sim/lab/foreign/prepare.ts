/**
 * From what a linker wrote to what wasm-opt makes suspendable.
 *
 * @module
 */

import { FIRMWARE_IMPORTS, FIRMWARE_INTERFACE, HBA, STORE_INTERFACE } from "./abi.ts";
import { checkModule } from "./check_module.ts";
import { meterModule } from "./meter.ts";
import type { WasmModule } from "./wasm_module.ts";

/** The imports in which a module may be suspended, as `--pass-arg=asyncify-imports@` takes them. */
export const SUSPENDING_IMPORTS: string = Object.entries(FIRMWARE_IMPORTS).filter(([, { suspends }]) => suspends)
  .map(([name]) => `${HBA}.${name}`).join();

/**
 * Checks and meters a module that was linked, for `wasm-opt --asyncify`: a firmware if it exports `hba_main`, else a
 * key store.
 *
 * @param file What errors call it.
 * @param bytes What wasm-ld wrote.
 * @throws {ForeignModuleError} Something of it cannot be used: place, given, accepted.
 */
export function prepareModule(file: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const rolesOf = ({ exports }: WasmModule) => {
    return exports.some(({ name }) => name === "hba_main") ? FIRMWARE_INTERFACE : STORE_INTERFACE;
  };
  return meterModule(checkModule(file, bytes, rolesOf, "linked"));
}
