/**
 * A module that was checked and compiled, from which each boot takes a fresh instance.
 *
 * @module
 */

import { HBA, type ModuleInterface } from "./abi.ts";
import { checkModule } from "./check_module.ts";
import type { CycleProfile } from "./cycle_profile.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";

/** What a foreign part is given as. */
export interface ForeignModuleSource {
  /** What errors call it; a file's name. */
  readonly name: string;
  /** The module, as `wasm-opt --asyncify` wrote it. */
  readonly bytes: Uint8Array;
  /** The same, compiled, where the runtime compiles nothing itself, as Cloudflare's workerd. */
  readonly compiled?: WebAssembly.Module;
}

/** A module that can run. */
export class ForeignProgram {
  /** What errors call it. */
  readonly name: string;
  /** What it is. */
  readonly roles: ModuleInterface;
  /** The names of what it exports. */
  readonly exports: ReadonlySet<string>;
  /** Told what takes the cycles of its instances that are an adapter's, if anybody wants to know. */
  profile: CycleProfile | undefined = undefined;
  readonly #compiled: WebAssembly.Module;

  /**
   * Checks a module and compiles it.
   *
   * @param source The module.
   * @param roles What it must be.
   * @throws {ForeignModuleError} It is something else.
   */
  constructor({ name, bytes, compiled }: ForeignModuleSource, roles: ModuleInterface) {
    this.name = name;
    this.roles = roles;
    const { exports } = checkModule(name, bytes, roles, "prepared");
    this.exports = new Set(exports.map((each) => each.name));
    this.#compiled = compiled ?? compile(name, bytes);
  }

  /**
   * A fresh instance: what it exports.
   *
   * @throws {ForeignModuleError} Its data has no room, or its tables.
   */
  instantiate(imports: WebAssembly.ModuleImports): WebAssembly.Exports {
    try {
      return new WebAssembly.Instance(this.#compiled, { [HBA]: imports }).exports;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof WebAssembly.LinkError)) throw error;
      throw new ForeignModuleError(this.name, "instance", error.message, "data and tables within their bounds");
    }
  }
}

function compile(name: string, bytes: Uint8Array): WebAssembly.Module {
  try {
    // A copy: the types of the standard want bytes that nobody shares.
    return new WebAssembly.Module(bytes.slice());
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new ForeignModuleError(name, "module", error.message, "a valid WebAssembly module");
  }
}
