/**
 * The budget of cycles that metered code takes its own off (`meter.ts`), as the outside sees it.
 *
 * It is a slice of a millisecond, which is looked at when it is used up; for a profile in small parts, which change
 * nothing: where the code gives way is where the slice ends.
 *
 * @module
 */

import { SLICE_CYCLES } from "./abi.ts";
import { stackOfModule } from "./call_stack.ts";
import { type CycleProfile, SAMPLE_CYCLES } from "./cycle_profile.ts";
import { PREEMPT, SETTLE } from "./meter.ts";

/** The budget of one instance. */
export class CycleBudget {
  readonly #exported: WebAssembly.Global;
  readonly #name: string;
  readonly #profile: CycleProfile | undefined;
  /** What it was when it was given. */
  #granted = 0;
  /** Cycles of this slice that were taken before. */
  #sliceCycles = 0;
  /** Cycles that were taken off it and have yet to pass. */
  #owedCycles = 0;
  #isAsked = false;

  /**
   * A whole slice.
   *
   * @param exported The module's variable.
   * @param name What the profile calls the module.
   */
  constructor(exported: WebAssembly.Global, name: string, profile: CycleProfile | undefined) {
    this.#exported = exported;
    this.#name = name;
    this.#profile = profile;
    this.#grant();
  }

  /** Cycles that the module has taken and that have not passed yet. */
  get pendingCycles(): number {
    return this.#granted - this.#exported.value + this.#owedCycles;
  }

  /** What is left of it, for a snapshot. */
  get value(): number {
    return SLICE_CYCLES - this.pendingCycles;
  }

  /** As a snapshot has it. */
  set value(value: number) {
    this.#sliceCycles = 0;
    this.#owedCycles = 0;
    this.#granted = SLICE_CYCLES;
    this.#exported.value = value;
  }

  /** The cycles that are to pass now; a slice begins. */
  take(): number {
    const cycles = this.pendingCycles;
    this.#owedCycles = 0;
    this.#sliceCycles = 0;
    this.#grant();
    return cycles;
  }

  /** The cycles that are to pass later; a slice begins. */
  settle(): number {
    const cycles = this.take();
    this.#owedCycles = cycles;
    return cycles;
  }

  /** An import is called. Whether that is only because it was to be looked at: the slice goes on then. */
  look(importName: string): boolean {
    if (this.#profile === undefined || this.#isAsked) return false;
    const cycles = this.#granted - this.#exported.value;
    this.note([], cycles);
    this.#owedCycles += cycles;
    this.#sliceCycles += cycles;
    const goesOn = (importName === PREEMPT || importName === SETTLE) && this.#sliceCycles <= SLICE_CYCLES;
    if (!goesOn) this.#sliceCycles = 0;
    this.#grant();
    return goesOn;
  }

  /** Tells the profile of cycles of the code that runs now, and of an import within it. */
  note(innermost: readonly string[], cycles: number): void {
    if (this.#profile === undefined || this.#isAsked) return;
    this.#profile.add([this.#name, ...stackOfModule(), ...innermost], cycles);
  }

  /** Tells the profile of the last cycles of a call. */
  noteEnd(exportName: string): void {
    this.#profile?.add([this.#name, exportName], this.#granted - this.#exported.value);
  }

  /** Answers a question with a slice that is nobody's. */
  ask<T>(question: () => T): T {
    const [value, granted, slice, owed] = [
      this.#exported.value,
      this.#granted,
      this.#sliceCycles,
      this.#owedCycles,
    ];
    this.#isAsked = true;
    this.#exported.value = SLICE_CYCLES;
    const answer = question();
    this.#isAsked = false;
    [this.#granted, this.#sliceCycles, this.#owedCycles] = [granted, slice, owed];
    this.#exported.value = value;
    return answer;
  }

  #grant(): void {
    const left = SLICE_CYCLES - this.#sliceCycles;
    this.#granted = this.#profile === undefined ? left : Math.min(SAMPLE_CYCLES, left);
    this.#exported.value = this.#granted;
  }
}
