/**
 * A module that was checked and compiled, from which each boot takes a fresh instance.
 *
 * @module
 */

import { given } from "../../kernel/given.ts";
import { HBA, type ModuleInterface } from "./abi.ts";
import { checkModule } from "./check_module.ts";
import type { CycleProfile } from "./cycle_profile.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { type FirstState, ModuleBody, type ModuleOwner } from "./module_body.ts";

/**
 * A `WebAssembly.Module`. By this name whoever compiles against the package needs no types of the DOM, where TypeScript
 * has those of WebAssembly.
 */
export type CompiledModule = object;

/** What a foreign part is given as. */
export interface ForeignModuleSource {
  /** What errors call it; a file's name. */
  readonly name: string;
  /** The module, as `wasm-opt --asyncify` wrote it. */
  readonly bytes: Uint8Array;
  /** The same, compiled, where the runtime compiles nothing itself, as Cloudflare's workerd. */
  readonly compiled?: CompiledModule;
}

const KNOWN_VARIABLES = 4;

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
  /** All that it can change can be put back: beside its memory the stack pointer, the budget, and Asyncify's two. */
  readonly #isResettable: boolean;
  #first: FirstState | undefined = undefined;
  /** Without power, to be made as new. */
  readonly #spare: ModuleBody[] = [];

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
    const { exports, globals } = checkModule(name, bytes, roles, "prepared");
    this.#isResettable = globals.filter(({ isMutable }) => isMutable).length <= KNOWN_VARIABLES;
    this.exports = new Set(exports.map((each) => each.name));
    if (compiled !== undefined && !(compiled instanceof WebAssembly.Module)) {
      throw new ForeignModuleError(name, "compiled", given(compiled), "a WebAssembly.Module");
    }
    this.#compiled = compiled ?? compile(name, bytes);
  }

  /**
   * Something to run: new, or as new.
   *
   * @internal
   */
  take(owner: ModuleOwner): ModuleBody {
    const spare = this.#spare.pop();
    const body = spare ?? new ModuleBody(this.roles, (imports) => this.instantiate(imports));
    this.#first ??= body.state();
    if (spare !== undefined) body.become(this.#first);
    body.owner = owner;
    return body;
  }

  /**
   * What has run has lost its power.
   *
   * @internal
   */
  giveBack(body: ModuleBody): void {
    body.stop();
    if (this.#isResettable && this.#first !== undefined && body.canBecome(this.#first)) this.#spare.push(body);
  }

  /**
   * A fresh instance: what it exports.
   *
   * @param imports Functions by their names, as the role of the module has them.
   * @throws {ForeignModuleError} Its data has no room, or its tables.
   */
  instantiate(imports: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    try {
      return new WebAssembly.Instance(this.#compiled, { [HBA]: imports as WebAssembly.ModuleImports }).exports;
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
