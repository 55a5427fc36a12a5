/**
 * An instance of a module whose calls are tasks: C reads top to bottom, and simulated time passes in its imports.
 *
 * An import that may take time is a task, begun inside the import. If it ends at once, its answer is given at once.
 * If it waits, Asyncify unwinds the module's stack into its memory, the caller waits with the task, and then the stack
 * is rewound to where the import was called, which answers then (Binaryen, `src/passes/Asyncify.cpp`).
 *
 * All that an instance is lies in its memory, its exported variables and the import it waits in: it can be kept and
 * put back at any such moment.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";
import { SPEND, STORE_IMPORTS } from "./abi.ts";
import { functionsIn, stackOfModule, wayTo } from "./call_stack.ts";
import { CycleBudget } from "./cycle_budget.ts";
import type { CycleProfile } from "./cycle_profile.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import type { ForeignProgram } from "./foreign_program.ts";
import { PREEMPT, SETTLE } from "./meter.ts";
import { EDGE_BYTES, type ModuleBody, type ModuleOwner, NULL_PAGE_BYTES, PAGE_BYTES } from "./module_body.ts";
import { Silence } from "./silence.ts";
import { EndlessError, tooDeep, trapOf } from "./traps.ts";

/** A function that a module imports: those that may wait are tasks. */
export type ForeignFunction = (...parameters: number[]) => number | Task<number>;

/** What a module imports. */
export type ForeignImports = Readonly<Record<string, ForeignFunction>>;

/** What an instance was at one moment. */
export interface ForeignSnapshot {
  readonly memory: Uint8Array;
  readonly stackPointer: number;
  readonly budget: number;
  /** The call that waits, and the import it waits in. */
  readonly waiting: WaitingCall | undefined;
}

interface WaitingCall {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly importName: string;
  readonly importParameters: readonly number[];
  /** What the module had taken before it, which passes first. */
  readonly cycles: number;
}

/** A call that is under way. */
interface OpenCall {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly mayWait: boolean;
}

/** An instance. */
export class ForeignInstance {
  readonly #program: ForeignProgram;
  readonly #imports: ForeignImports;
  readonly #budget: CycleBudget;
  readonly #spend: (cycles: number) => Task;
  /** What runs, until it is stopped. */
  #running: ModuleBody | undefined;
  #silence = new Silence();
  #waiting: { call: WaitingCall; task: Task<number> } | undefined = undefined;
  #call: OpenCall | undefined = undefined;
  /** C has called an import, which runs: another call of its exports is one within that. */
  #isOutside = false;
  #isRewinding = false;
  #answer = 0;
  /** Its stack is wound up only to be looked at, and this is what was seen. */
  #seen: readonly string[] | undefined = undefined;
  /** Where it goes on without end, while the time of that passes. */
  #endless: readonly string[] | undefined = undefined;

  /**
   * A fresh instance: its memory is as the linker wrote it.
   *
   * @param program Its code.
   * @param imports What it calls.
   * @param spend Lets the cycles pass that it has taken.
   * @param profile Told what has taken them.
   * @throws {ForeignModuleError} It cannot be made.
   */
  constructor(
    program: ForeignProgram,
    imports: ForeignImports,
    spend: (cycles: number) => Task,
    profile?: CycleProfile,
  ) {
    this.#program = program;
    this.#imports = imports;
    this.#spend = spend;
    this.#running = program.take(this.#outside);
    this.#budget = new CycleBudget(this.#body.budget, program.name, profile);
  }

  /** Takes its power: its memory is zero, and it is of no use then. */
  stop(): void {
    if (this.#running !== undefined) this.#program.giveBack(this.#running);
    this.#running = undefined;
    this.#waiting = undefined;
    this.#endless = undefined;
  }

  /** What its call waits for, and in which functions of C; `undefined` if none waits. */
  get waitingFor(): string | undefined {
    if (this.#endless !== undefined) return `an end of what it does in ${wayTo(this.#endless)}`;
    if (this.#waiting === undefined || this.#isOutside) return undefined;
    const { importName } = this.#waiting.call;
    const where = wayTo(this.#look(this.#waiting.call));
    return importName === PREEMPT ? `an end of what it does in ${where}` : `hba.${importName} in ${where}`;
  }

  /** Whether the module has an export that it need not have. */
  has(name: string): boolean {
    return Object.hasOwn(this.#body.exports, name);
  }

  /** Its memory; it moves when the module lets it grow. */
  get memory(): Uint8Array<ArrayBuffer> {
    return this.#body.memory;
  }

  /** A part of its memory that C has named; a view, which holds until the module goes on. */
  part(address: number, lengthBytes: number, place: string): Uint8Array<ArrayBuffer> {
    const start = address >>> 0;
    const length = lengthBytes >>> 0;
    const { memory } = this;
    if (length > 0 && start < NULL_PAGE_BYTES) this.#refuse(place, "a null pointer", "an address of the module's");
    if (start + length > memory.length) {
      this.#refuse(place, `${length} bytes at ${start}`, `a range in its memory of ${memory.length} bytes`);
    }
    if (this.#body.touchesUnwound(start, length)) {
      this.#refuse(place, `${length} bytes at ${start}`, "a range outside the page that holds suspended calls");
    }
    return memory.subarray(start, start + length);
  }

  /** Calls an export; the task takes as long as the call. */
  *call(name: string, ...parameters: readonly number[]): Task<number> {
    this.#begin({ name, parameters, mayWait: true });
    return yield* this.#finish(() => this.#enter());
  }

  /**
   * Calls an export that must not wait: whoever asks is given its answer at once, and no time passes. Another call may
   * wait meanwhile, or be in an import: what C has on its stack in memory lies above.
   */
  callNow(name: string, ...parameters: readonly number[]): number {
    const outer = this.#waiting !== undefined || this.#isOutside ? this.#call : undefined;
    const [isOutside, silence] = [this.#isOutside, this.#silence];
    this.#silence = new Silence();
    if (outer !== undefined) this.#call = undefined;
    this.#isOutside = false;
    const result = this.#budget.ask(() => {
      this.#begin({ name, parameters, mayWait: false });
      const answer = this.#enter();
      this.#end();
      return answer;
    });
    this.#isOutside = isOutside;
    this.#silence = silence;
    this.#call = outer;
    return result;
  }

  /** Cycles that it has taken and that have not passed yet, for whoever is asked for the time. */
  get pendingCycles(): number {
    return this.#budget.pendingCycles;
  }

  /** What it is now: between calls, or in an import that waits. */
  snapshot(): ForeignSnapshot {
    return {
      memory: this.memory.slice(),
      stackPointer: this.#body.stackPointer.value,
      budget: this.#budget.value,
      waiting: this.#waiting?.call,
    };
  }

  /**
   * Makes it what an instance of the same program was.
   *
   * @returns The call that waited, to go on with: its import begins anew. `undefined` if none did.
   * @throws {RangeError} Its memory has grown beyond what that had, and cannot shrink.
   */
  restore({ memory: kept, stackPointer, budget, waiting }: ForeignSnapshot): Task<number> | undefined {
    const missing = kept.length - this.memory.length;
    if (missing < 0) throw new RangeError(`Cannot restore ${kept.length} bytes of memory into ${this.memory.length}`);
    if (missing > 0) this.#body.grow(missing / PAGE_BYTES);
    this.memory.set(kept);
    this.#body.stackPointer.value = stackPointer;
    this.#budget.value = budget;
    this.#silence.end();
    this.#waiting = undefined;
    this.#call = undefined;
    return waiting === undefined ? undefined : this.#goOn(waiting);
  }

  #begin(call: OpenCall): void {
    if (this.#call !== undefined) {
      throw new Error(`${this.#program.name}: ${call.name} while ${this.#call.name} is under way: one task has it`);
    }
    this.#call = call;
    this.#silence.end();
  }

  #end(): void {
    this.#checkWrites(PAGE_BYTES);
    this.#call = undefined;
  }

  #openCall(): OpenCall {
    if (this.#call === undefined) throw new Error(`${this.#program.name}: no call is under way`);
    return this.#call;
  }

  /** Runs the module until its call ends or its stack is unwound. */
  #enter(): number {
    const { name, parameters, mayWait } = this.#openCall();
    const unwindsIn = () => mayWait ? this.#waiting?.call.importName : undefined;
    try {
      const result = this.#body.call(name, parameters);
      const importName = unwindsIn();
      if (importName !== undefined && this.#body.unwoundRoomBytes < 0) this.#refuse(...tooDeep(name, importName));
      return result;
    } catch (error) {
      const told = trapOf(error, name, unwindsIn(), this.#body.unwoundRoomBytes);
      this.#waiting = undefined;
      if (told !== undefined) this.#refuse(...told);
      throw error;
    }
  }

  *#finish(enter: () => number): Task<number> {
    const { name } = this.#openCall();
    let result = yield* this.#passing(enter);
    while (this.#waiting !== undefined) {
      const { task } = this.#waiting;
      this.#body.stopUnwind();
      let step: IteratorResult<void, number>;
      do {
        yield;
        step = task.next();
      } while (step.done !== true);
      const { value } = step;
      result = yield* this.#passing(() => this.#rewind(value));
    }
    this.#budget.noteEnd(name);
    this.#end();
    yield* this.#spend(this.#budget.take());
    return result;
  }

  *#goOn({ name, parameters, importName, importParameters, cycles }: WaitingCall): Task<number> {
    this.#begin({ name, parameters, mayWait: true });
    const answer = yield* this.#work(importName, importParameters, cycles);
    return yield* this.#finish(() => this.#rewind(answer));
  }

  /** Runs the module; what it has taken without end passes before that is told, for meanwhile its power may go. */
  *#passing(enter: () => number): Task<number> {
    try {
      return enter();
    } catch (error) {
      if (!(error instanceof EndlessError)) throw error;
      this.#endless = error.functions;
      yield* this.#spend(error.cycles);
      throw error.reason;
    }
  }

  #rewind(answer: number): number {
    this.#answer = answer;
    this.#isRewinding = true;
    this.#body.startRewind();
    return this.#enter();
  }

  /** The functions of a call that waits: its stack is wound up to the import, and down again as it was. */
  #look({ name, parameters }: WaitingCall): readonly string[] {
    this.#seen = [];
    this.#budget.ask(() => {
      this.#body.startRewind();
      this.#body.call(name, parameters);
      this.#body.stopUnwind();
    });
    const seen = this.#seen;
    this.#seen = undefined;
    return seen;
  }

  get #body(): ModuleBody {
    if (this.#running === undefined) throw new Error(`${this.#program.name}: is called without power`);
    return this.#running;
  }

  /** What its imports do. */
  readonly #outside: ModuleOwner = {
    settle: () => this.#budget.look(SETTLE) ? 0 : this.#settle(),
    answer: (name, parameters) => {
      this.#isOutside = true;
      // A firmware may ask again and again: its world ends it.
      if (!Object.hasOwn(STORE_IMPORTS, name)) this.#silence.end();
      else this.#checkSilence(this.#silence.call(name));
      const result = this.#imports[name]?.(...parameters) as number;
      this.#isOutside = false;
      return result;
    },
    suspend: (name, parameters) => {
      if (this.#seen !== undefined) {
        this.#body.stopRewind();
        this.#seen = stackOfModule().toReversed();
        return this.#body.startUnwind();
      }
      if (this.#isRewinding) {
        this.#isRewinding = false;
        this.#waiting = undefined;
        this.#body.stopRewind();
        return this.#answer;
      }
      if (this.#budget.look(name)) return 0;
      // What the module spends by itself are no instructions.
      if (name === SPEND) this.#budget.note([`hba.${SPEND}`], (parameters[0] ?? 0) >>> 0);
      return this.#suspend(name, parameters);
    },
  };

  #suspend(importName: string, importParameters: readonly number[]): number {
    const { name, parameters, mayWait } = this.#openCall();
    if (mayWait && this.#waiting !== undefined) {
      const { importName: before } = this.#waiting.call;
      this.#refuse(
        functionsIn(new Error())[0] ?? name,
        `goes on to hba.${importName} where hba.${before} waits`,
        "all imports that `hbasim module --imports` prints in asyncify-imports",
      );
    }
    this.#checkWrites(EDGE_BYTES);
    const cycles = this.#budget.take();
    const [spent = 0] = importParameters;
    if (importName === PREEMPT) this.#checkSilence(this.#silence.pass(cycles));
    else if (importName === SPEND) this.#checkSilence(this.#silence.call(SPEND, cycles + (spent >>> 0)));
    // Whoever asks for it again is told the same: a write has ended when C goes on.
    else if (importName === "flash_status") this.#checkSilence(this.#silence.call(importName, cycles));
    else this.#silence.end();
    const task = this.#work(importName, importParameters, cycles);
    this.#isOutside = true;
    const { done, value } = task.next();
    this.#isOutside = false;
    if (done === true) return value;
    if (!mayWait) this.#refuse(name, `waits in hba.${importName}`, "an answer at once");
    this.#waiting = { call: { name, parameters, importName, importParameters, cycles }, task };
    return this.#body.startUnwind();
  }

  /** A function that cannot wait has used up its budget: the time passes when the outside is called, or the call ends. */
  #settle(): number {
    const cycles = this.#budget.settle();
    try {
      this.#checkSilence(this.#silence.pass(0, cycles));
    } catch (error) {
      throw this.#openCall().mayWait ? new EndlessError(cycles, stackOfModule().toReversed(), error) : error;
    }
    return 0;
  }

  #checkSilence(told: ReturnType<Silence["pass"]>): void {
    if (told !== undefined) this.#refuse(functionsIn(new Error())[0] ?? this.#openCall().name, ...told);
  }

  *#work(name: string, parameters: readonly number[], cycles: number): Task<number> {
    yield* this.#spend(cycles);
    const result = this.#imports[name]?.(...parameters) ?? 0;
    return typeof result === "number" ? result : yield* result;
  }

  #checkWrites(lookedAtBytes: number): void {
    const told = this.#body.strayWrite(this.#waiting === undefined ? lookedAtBytes : 0);
    if (told !== undefined) this.#refuse(functionsIn(new Error())[0] ?? this.#openCall().name, ...told);
  }

  #refuse(place: string, given: string, accepted: string): never {
    throw new ForeignModuleError(this.#program.name, place, given, accepted);
  }
}
