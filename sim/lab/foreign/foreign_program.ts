/**
 * A module that was checked and compiled, from which each boot takes a fresh instance.
 *
 * @module
 */

import type { ModuleInterface } from "./abi.ts";
import { checkPrepared } from "./check_module.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";

/** Compiled code; the standard's `WebAssembly.Module`. */
export type CompiledModule = WebAssembly.Module;

/** What a foreign part is given as. */
export interface ForeignModuleSource {
  /** What errors call it; a file's name. */
  readonly name: string;
  /** The module, as `wasm-opt --asyncify` wrote it. */
  readonly bytes: Uint8Array;
  /** The same, compiled, where the runtime compiles nothing itself (Cloudflare's workerd). */
  readonly compiled?: WebAssembly.Module;
}

/** A module that can run. */
export class ForeignProgram {
  /** What errors call it. */
  readonly name: string;
  /** Its code. */
  readonly compiled: WebAssembly.Module;
  readonly #roles: ModuleInterface;

  /**
   * Checks a module and compiles it.
   *
   * @param source The module.
   * @param roles What it must be.
   * @throws {ForeignModuleError} It is something else.
   */
  constructor(source: ForeignModuleSource, roles: ModuleInterface) {
    this.name = source.name;
    this.#roles = roles;
    checkPrepared(source.name, source.bytes, roles);
    this.compiled = source.compiled ?? compile(source);
  }

  /** Which of its imports may suspend. */
  suspends(name: string): boolean {
    return this.#roles.imports[name]?.suspends ?? false;
  }

  /** The names of its imports. */
  get importNames(): readonly string[] {
    return Object.keys(this.#roles.imports);
  }
}

function compile({ name, bytes }: ForeignModuleSource): WebAssembly.Module {
  try {
    // A copy: the types of the standard want bytes that nobody shares.
    return new WebAssembly.Module(bytes.slice());
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new ForeignModuleError(name, "module", error.message, "a valid WebAssembly module");
  }
}
