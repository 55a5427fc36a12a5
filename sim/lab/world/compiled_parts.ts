/**
 * What of an adapter may have been compiled elsewhere: its key store, or its whole firmware.
 *
 * @module
 */

import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { NvramStore } from "../../../firmware/nvram/store.ts";
import type { Standstill } from "../../kernel/run_outcome.ts";
import type { OtherFirmware } from "../../../firmware/other_firmware.ts";
import { firmwareProgram, ForeignFirmware, hasStore } from "../foreign/foreign_firmware.ts";
import { type ForeignModuleSource, ForeignProgram } from "../foreign/foreign_program.ts";
import { ForeignStore, storeProgram } from "../foreign/foreign_store.ts";
import type { StoreParts } from "./flash_contents.ts";
import type { AdapterDescription } from "./world_options.ts";

/** Takes lines of a module's log. */
type OnLog = (text: string) => void;

/** The store and the firmware of one adapter. */
export class CompiledParts {
  readonly #store: ForeignProgram | undefined;
  readonly #firmware: ForeignProgram | undefined;
  /** The store of the last boot. */
  #running: ForeignStore | undefined = undefined;
  /** The firmware of the last boot. */
  #loop: ForeignFirmware | undefined = undefined;

  /** Of modules that are described, if any. */
  constructor({ store, firmware }: AdapterDescription) {
    this.#store = store === undefined ? undefined : programOf(store.module, storeProgram);
    this.#firmware = firmware === undefined ? undefined : programOf(firmware.module, firmwareProgram);
  }

  /** Whether a module keeps what the adapter keeps. */
  get hasModule(): boolean {
    return (this.#store ?? this.#firmware) !== undefined;
  }

  /** Makes the store of a boot: the adapter's own, or that of a module. */
  bootStore(parts: StoreParts, onLog: OnLog): NvramStore {
    if (this.#store === undefined) return new RingStore(parts);
    this.#running?.forget();
    return this.#running = new ForeignStore(this.#store, { ...parts, onLog, profile: this.#store.profile });
  }

  /** Makes the firmware of each boot; `undefined` if it is the adapter's own. */
  firmwareMaker(parts: Omit<StoreParts, "spend">, onLog: OnLog): (() => OtherFirmware) | undefined {
    const program = this.#firmware;
    if (program === undefined) return undefined;
    return () => this.#loop = new ForeignFirmware(program, { ...parts, onLog, profile: program.profile });
  }

  /** What its modules wait for, and in which of their functions: for who looks why nothing goes on. */
  standstill(adapter: string): readonly Standstill[] {
    const part = this.#running ?? this.#loop;
    const { name = "" } = this.#store ?? this.#firmware ?? {};
    return part?.waitingFor === undefined ? [] : [{ process: `${name} of ${adapter}`, waitingFor: part.waitingFor }];
  }

  /** Makes a store to look into: what was kept by it is what its instance has told. `undefined` if the firmware has none. */
  get viewer(): ((parts: StoreParts) => NvramStore) | undefined {
    const program = this.#store ?? this.#firmware;
    if (program === undefined) return (parts) => new RingStore(parts);
    return program === this.#firmware && !hasStore(program) ? undefined : (parts) => new ForeignStore(program, parts);
  }
}

function programOf(
  module: Uint8Array | ForeignProgram,
  make: (source: ForeignModuleSource) => ForeignProgram,
): ForeignProgram {
  return module instanceof ForeignProgram ? module : make({ name: "module", bytes: module });
}
