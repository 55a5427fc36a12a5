/**
 * What runs of a module: its memory, its variables, its functions. Making one takes longer than many a call, so one that
 * has lost its power is made as it was at first, and runs again as somebody else's.
 *
 * @module
 */

import { HBA, type ModuleInterface } from "./abi.ts";
import { STACK_POINTER } from "./check_module.ts";
import { BUDGET, SETTLE } from "./meter.ts";

/** Whoever runs it: is called by it. */
export interface ModuleOwner {
  /** A function that cannot wait has used up its budget. */
  settle(): number;
  /** An import that is answered at once. */
  answer(importName: string, parameters: readonly number[]): number;
  /** An import that may wait. */
  suspend(importName: string, parameters: readonly number[]): number;
}

/** What an instance exports. */
type Exports = Readonly<Record<string, unknown>>;

/**
 * A `WebAssembly.Global`. By this name whoever compiles against the package needs no types of the DOM, where TypeScript has
 * those of WebAssembly.
 */
export interface ModuleVariable<T extends number | bigint> {
  /** What it holds: i32 as a number, i64 as a bigint. */
  value: T;
}

/** What a body was before anything of it ran. */
export interface FirstState {
  readonly memory: Uint8Array;
  readonly stackPointer: number;
  readonly budget: bigint;
}

/** What memory comes in. */
export const PAGE_BYTES = 65_536;
/** How much of the page that a stack goes to is looked at whenever one may: what runs over an end begins there. */
export const EDGE_BYTES = 64;
/** The first two words of an unwound stack: where it ends, and where its room does. */
const HEAD_BYTES = 8;
/** No address of C is below it: what is read or written there was reached through a null pointer. */
export const NULL_PAGE_BYTES = 16;
/** How much of a stack can be unwound. */
export const UNWOUND_BYTES: number = PAGE_BYTES - HEAD_BYTES;

/** One of them. */
export class ModuleBody {
  /** By their names. */
  readonly exports: Exports;
  /** How many cycles it may take until it is looked at. */
  readonly budget: ModuleVariable<bigint>;
  /** Where the stack of C ends. */
  readonly stackPointer: ModuleVariable<number>;
  /** Whose it is; nobody's until it runs. */
  owner: ModuleOwner | undefined = undefined;
  readonly #memory: WebAssembly.Memory;
  /** Where the stack goes that is unwound: a page behind those of the module. */
  readonly #unwound: number;
  /** Where the stack ends that is wound up again. */
  #unwoundEnd = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  /**
   * A new one: its memory is as the linker wrote it.
   *
   * @param roles What it imports.
   * @param instantiate Makes an instance of the module that calls these functions.
   */
  constructor({ imports }: ModuleInterface, instantiate: (imports: Readonly<Record<string, unknown>>) => Exports) {
    const names = Object.keys(imports);
    this.exports = instantiate(Object.fromEntries(names.map((name) => [name, this.#import(name, imports)])));
    this.#memory = this.exports["memory"] as WebAssembly.Memory;
    this.budget = this.exports[BUDGET] as ModuleVariable<bigint>;
    this.stackPointer = this.exports[STACK_POINTER] as ModuleVariable<number>;
    this.#unwound = this.grow(1) * PAGE_BYTES;
    this.#bytes = new Uint8Array(this.#memory.buffer as ArrayBuffer);
  }

  /** Its memory; it moves when the module lets it grow. */
  get memory(): Uint8Array<ArrayBuffer> {
    // No byte is left of what has moved.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer as ArrayBuffer);
    return this.#bytes;
  }

  /** Adds pages to its memory; how many there were. */
  grow(pages: number): number {
    return this.#memory.grow(pages);
  }

  /** Whether bytes of a range are where the stack goes that is unwound. */
  touchesUnwound(start: number, lengthBytes: number): boolean {
    return lengthBytes > 0 && start < this.#unwound + PAGE_BYTES && start + lengthBytes > this.#unwound;
  }

  /** Calls a function of it. */
  call(name: string, parameters: readonly number[]): number {
    return (this.exports[name] as (...parameters: readonly number[]) => number)(...parameters);
  }

  /** Begins to unwind its stack. What an import answers whose caller is to return at once. */
  startUnwind(): number {
    const head = new Uint32Array(this.memory.buffer, this.#unwound, HEAD_BYTES / 4);
    head.set([this.#unwound + HEAD_BYTES, this.#unwound + PAGE_BYTES]);
    this.call("asyncify_start_unwind", [this.#unwound]);
    return 0;
  }

  /** What is left of the room for its stack; negative: it was unwound beyond that, into what is the module's. */
  get unwoundRoomBytes(): number {
    const [end = 0, limit = 0] = new Uint32Array(this.memory.buffer, this.#unwound, HEAD_BYTES / 4);
    return limit - end;
  }

  /** Its stack is unwound. */
  stopUnwind(): void {
    this.call("asyncify_stop_unwind", []);
  }

  /** The next call of the same function winds its stack up again. */
  startRewind(): void {
    this.#unwoundEnd = this.#unwound + PAGE_BYTES - this.unwoundRoomBytes;
    this.call("asyncify_start_rewind", [this.#unwound]);
  }

  /** Its stack is as it was: the import that is called now goes on, and nothing of the stack is left where it was kept. */
  stopRewind(): void {
    this.call("asyncify_stop_rewind", []);
    this.memory.fill(0, this.#unwound, this.#unwoundEnd);
  }

  /**
   * What was written where nothing is the module's: through a null pointer, or behind its memory.
   *
   * @param lookedAtBytes How much of the page is looked at that a stack was in, or will be: none of it, if one is.
   */
  strayWrite(lookedAtBytes: number): readonly [given: string, accepted: string] | undefined {
    if (isWritten(this.memory, 0, NULL_PAGE_BYTES)) {
      return [
        `bytes 0 to ${NULL_PAGE_BYTES - 1} of its memory were written`,
        "no write through a null pointer, and a stack that does not use its last bytes",
      ];
    }
    if (!isWritten(this.memory, this.#unwound, lookedAtBytes)) return undefined;
    return [`wrote behind its memory, which ends at ${this.#unwound}`, "no write into the page of suspended calls"];
  }

  /** What it is. */
  state(): FirstState {
    return { memory: this.memory.slice(), stackPointer: this.stackPointer.value, budget: this.budget.value };
  }

  /** Takes its power: its memory is zero, and it runs for nobody. */
  stop(): void {
    this.owner = undefined;
    this.memory.fill(0);
  }

  /**
   * Whether it can be made what it was: memory that has grown cannot shrink, and that a stack was being unwound or
   * rewound is noted where nobody can reach it.
   */
  canBecome({ memory }: FirstState): boolean {
    const unwinding = this.exports["asyncify_get_state"];
    return this.memory.length === memory.length && typeof unwinding === "function" && unwinding() === 0;
  }

  /** Makes it what it was. */
  become({ memory, stackPointer, budget }: FirstState): void {
    this.memory.set(memory);
    this.stackPointer.value = stackPointer;
    this.budget.value = budget;
  }

  #import(name: string, imports: ModuleInterface["imports"]): (...parameters: number[]) => number {
    if (name === SETTLE) return () => this.#running.settle();
    if (imports[name]?.suspends === true) return (...parameters) => this.#running.suspend(name, parameters);
    return (...parameters) => this.#running.answer(name, parameters);
  }

  get #running(): ModuleOwner {
    if (this.owner === undefined) throw new Error(`${HBA}: a module calls that runs for nobody`);
    return this.owner;
  }
}

function isWritten({ buffer }: Uint8Array<ArrayBuffer>, start: number, lengthBytes: number): boolean {
  const words = new Int32Array(buffer, start, lengthBytes / 4);
  let written = 0;
  for (let index = 0; index < words.length; index++) written |= words[index] as number;
  return written !== 0;
}
