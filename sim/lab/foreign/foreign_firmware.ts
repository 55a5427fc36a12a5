/**
 * A firmware that is a module: the main loop of `hba_firmware.h` on the parts of an adapter.
 *
 * @module
 */

import type { FirmwareMeans, OtherFirmware } from "../../../firmware/other_firmware.ts";
import type { Task } from "../../kernel/task.ts";
import { FIRMWARE_INTERFACE, STORE_EXPORTS } from "./abi.ts";
import { FirmwareImports } from "./firmware_imports.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { type ForeignModuleSource, ForeignProgram } from "./foreign_program.ts";
import { construct, ForeignStore, greet, greeted } from "./foreign_store.ts";
import { StoreImports, type StoreMeans } from "./store_imports.ts";
import { ForeignInstance } from "./suspendable.ts";

/** What a firmware works with beside what each boot gives: what a store does, but the core. */
export type FirmwareParts = Omit<StoreMeans, "spend">;

/**
 * A module that can be a firmware: checked, compiled, and asked once for its version.
 *
 * @throws {ForeignModuleError} It cannot.
 */
export function firmwareProgram(source: ForeignModuleSource): ForeignProgram {
  return greeted(new ForeignProgram(source, FIRMWARE_INTERFACE), "hba_main");
}

/** Whether a firmware has a store that can be looked at by itself. */
export function hasStore(program: ForeignProgram): boolean {
  return Object.entries(STORE_EXPORTS).every(([name, { isOptional }]) => isOptional || program.exports.has(name));
}

/** A firmware in C, C++ or Rust, from one boot to the next. */
export class ForeignFirmware implements OtherFirmware {
  /** As the module tells of them while it runs. */
  readonly records: ForeignStore;
  readonly #program: ForeignProgram;
  readonly #parts: FirmwareParts;
  #instance: ForeignInstance | undefined = undefined;

  /**
   * A firmware that does not run.
   *
   * @param program As {@linkcode firmwareProgram} gives it.
   * @param parts What it works with.
   */
  constructor(program: ForeignProgram, parts: FirmwareParts) {
    this.#program = program;
    this.#parts = parts;
    this.records = new ForeignStore(program, { ...parts, *spend() {} }, () => this.#instance);
  }

  /** Runs `hba_main` in a fresh instance. */
  *run(means: FirmwareMeans): Task {
    const { flash } = this.#parts;
    // A module knows of no time: its driver waits for a part that was just powered up (tPUW).
    if (flash.untilWritable !== undefined) yield* flash.untilWritable();
    const spend = (cycles: number) => means.core.spend(cycles);
    const ofStore = new StoreImports({ ...this.#parts, spend }, this.#refuse);
    const own = new FirmwareImports(means, this.#refuse);
    const instance = new ForeignInstance(
      this.#program,
      { ...ofStore.functions, ...own.functions },
      spend,
      this.#parts.profile,
    );
    ofStore.memory = instance;
    own.instance = instance;
    this.#instance = instance;
    yield* construct(instance);
    greet(this.#program, instance);
    const result = yield* instance.call("hba_main", means.version);
    this.#refuse("hba_main", `returned ${result}`, "a main loop without an end");
  }

  /** Fills its memory with zeros, as the loss of power does. */
  stop(): void {
    this.records.forget();
    this.#instance?.stop();
    this.#instance = undefined;
  }

  /** What it waits for, and in which functions; `undefined` if it does not run. */
  get waitingFor(): string | undefined {
    return this.#instance?.waitingFor;
  }

  readonly #refuse = (place: string, given: string, accepted: string): never => {
    throw new ForeignModuleError(this.#program.name, place, given, accepted);
  };
}
