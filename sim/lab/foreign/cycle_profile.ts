/**
 * Where the cycles of modules go: by functions, with those that have called them.
 *
 * A module is looked at each time that it has taken some cycles, and whenever it calls an import that may wait. So the
 * sum is exact, and each function is right to within so many cycles for each time that it was left.
 *
 * @module
 */

/** Cycles between two looks. */
export const SAMPLE_CYCLES = 1000;

/** The functions of a stack, the outermost first, with what they have taken. */
export interface StackCycles {
  /** Names of functions, the outermost first. */
  readonly stack: readonly string[];
  /** Cycles of the core that were spent there, without those of what it called. */
  readonly cycles: number;
}

/** What modules have taken. */
export class CycleProfile {
  readonly #stacks = new Map<string, { readonly stack: readonly string[]; cycles: number }>();

  /** Notes cycles of a stack. */
  add(stack: readonly string[], cycles: number): void {
    if (cycles === 0) return;
    const name = stack.join(";");
    const known = this.#stacks.get(name);
    if (known === undefined) this.#stacks.set(name, { stack, cycles });
    else known.cycles += cycles;
  }

  /** Stacks in the order of their names. */
  get stacks(): readonly StackCycles[] {
    return [...this.#stacks].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, each]) => ({ ...each }));
  }

  /** What each function has taken by itself, the most first. */
  get functions(): readonly { readonly name: string; readonly cycles: number }[] {
    const sums = new Map<string, number>();
    for (const { stack, cycles } of this.stacks) {
      const name = stack.at(-1) ?? "";
      sums.set(name, (sums.get(name) ?? 0) + cycles);
    }
    return [...sums].map(([name, cycles]) => ({ name, cycles })).toSorted((a, b) => b.cycles - a.cycles);
  }

  /** As `flamegraph.pl` reads it: a line for each stack. */
  folded(): string {
    return this.stacks.map(({ stack, cycles }) => `${stack.join(";")} ${cycles}\n`).join("");
  }

  /** As speedscope reads it (its file format: a profile of the kind "sampled", without a unit). */
  speedscope(name: string): string {
    const { stacks } = this;
    const names = [...new Set(stacks.flatMap(({ stack }) => stack))];
    const weights = stacks.map(({ cycles }) => cycles);
    return JSON.stringify({
      $schema: "https://www.speedscope.app/file-format-schema.json",
      name,
      exporter: "hbasim",
      shared: { frames: names.map((each) => ({ name: each })) },
      profiles: [{
        ...{ type: "sampled", name: "cycles", unit: "none" },
        startValue: 0,
        endValue: weights.reduce((sum, each) => sum + each, 0),
        samples: stacks.map(({ stack }) => stack.map((each) => names.indexOf(each))),
        weights,
      }],
    });
  }
}
