/**
 * From what a linker wrote to what wasm-opt makes suspendable.
 *
 * @module
 */

import { HBA, STORE_IMPORTS, STORE_INTERFACE } from "./abi.ts";
import { checkModule } from "./check_module.ts";
import { meterModule } from "./meter.ts";

/** The imports in which a key store may be suspended, as `--pass-arg=asyncify-imports@` takes them. */
export const SUSPENDING_IMPORTS: string = Object.entries(STORE_IMPORTS).filter(([, { suspends }]) => suspends)
  .map(([name]) => `${HBA}.${name}`).join();

/**
 * Checks and meters a key store that was linked, for `wasm-opt --asyncify`.
 *
 * @param file What errors call it.
 * @param bytes What wasm-ld wrote.
 * @throws {ForeignModuleError} Something of it cannot be used: place, given, accepted.
 */
export function prepareStore(file: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return meterModule(checkModule(file, bytes, STORE_INTERFACE, "linked"));
}
