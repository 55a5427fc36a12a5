/**
 * What makes a step: its shape in the file, and what it does.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";
import { doc, type OptionalField, type Shape, type ValueOf, variant, type VariantOf } from "../../shape/shape.ts";
import type { StepCheck } from "./step_check.ts";
import type { StepContext } from "./step_context.ts";
import { NO_ANSWER } from "./steps/expectations.ts";
import { WRONG } from "./salvage.ts";
import { STEP_WORDS } from "./step_words.ts";

/**
 * A kind of step. One without a shape, or one that does nothing, does not compile.
 *
 * @typeParam T What it reads from the file.
 * @typeParam E What may be expected of it.
 */
export interface StepKind<T = unknown, E = unknown> {
  /** What it does, for people who write scenarios. */
  readonly doc: string;
  /** How it is written. */
  readonly shape: Shape<T>;
  /** What `expect` beside it may say of its answer; a kind without it answers nothing. */
  readonly expect?: OptionalField<E, E>;
  /** Whether it is made of other steps, which may look since its beginning. */
  readonly isBlock?: true;
  /** What a run calls it, if that is more than its name. */
  readonly label?: (value: NoInfer<T>) => string;
  /** Looks, before anything runs, whether it can be taken in the world that was built. */
  readonly check?: (value: NoInfer<T>, check: StepCheck, expected: NoInfer<E>) => void | undefined;
  /** Takes it, in simulated time. A function that is no generator does not compile: it could not wait. */
  readonly run: (value: NoInfer<T>, context: StepContext, expected: NoInfer<E>) => Task;
}

/** Steps by name, each with what it reads: whoever takes one gives it what its own shape has read. */
export type StepGroup = {
  readonly [name: string]: Omit<StepKind<never, never>, "shape" | "expect"> & Pick<StepKind, "shape" | "expect">;
};

/** A step of a group as it is read: its name, what it reads, its line. */
export type StepOf<G extends StepGroup> = VariantOf<{ readonly [Name in keyof G]: Shape<ValueOf<G[Name]["shape"]>> }>;

/** Types a kind of step: what it does gets what its shape reads. */
export function step<T, E = undefined>(kind: StepKind<T, E>): StepKind<T, E> {
  return kind;
}

/** Groups, in which what takes the place of one says which of its steps a group before it has, too. */
type Distinct<Groups extends readonly StepGroup[], Before = unknown> = Groups extends
  readonly [infer First, ...infer Rest extends readonly StepGroup[]] ? [
    [keyof First & keyof Before] extends [never] ? First
      : { readonly "two groups have the step": keyof First & keyof Before },
    ...Distinct<Rest, Before & First>,
  ]
  : [];

/** The groups as one. */
type Merged<Groups extends readonly StepGroup[]> = Groups extends
  readonly [infer First, ...infer Rest extends readonly StepGroup[]] ? First & Merged<Rest> : unknown;

/** Makes one group of several; a name that two of them have does not compile. */
export function mergeGroups<const Groups extends readonly StepGroup[]>(
  ...groups: Groups & Distinct<Groups>
): Merged<Groups> {
  return Object.assign({}, ...groups) as Merged<Groups>;
}

/** How the steps of a group are written: `name: fields`, and beside it what concerns the step. */
export function shapeOf<G extends StepGroup>(group: G): Shape<StepOf<G>> {
  const kinds = Object.entries(group);
  const shapes = kinds.map(([name, kind]) => [name, doc(kind.doc, kind.shape)] as const);
  const beside = kinds.map(([name, { expect }]) => {
    return [name, { ...STEP_WORDS, expect: expect ?? NO_ANSWER }] as const;
  });
  return variant("step", Object.fromEntries(shapes), Object.fromEntries(beside)) as Shape as Shape<StepOf<G>>;
}

/** A step as it is read: whichever it is, of whichever group. */
export interface AnyStep {
  readonly type: string;
  readonly value: unknown;
  readonly beside: Readonly<Record<string, unknown>>;
  readonly line: number;
  readonly path: string;
}

/** Where a step stands, for people: a line of its file, or its path in a story of a program. */
export function placeOf({ line, path }: AnyStep): string {
  return line === 0 ? path : `line ${line}`;
}

/** The kind of a step, whose value was read by the shape of that kind, so that it can take it. */
export function kindOf(group: StepGroup, { type }: AnyStep): StepKind {
  return group[type] as StepKind;
}

/** Whether it is known what a step does: of a file with mistakes only what stands beside that may have been read. */
export function isRead(group: StepGroup, { type, value }: AnyStep): boolean {
  return Object.hasOwn(group, type) && value !== WRONG;
}

/** What a run calls a step. */
export function labelOf(group: StepGroup, step: AnyStep): string {
  return kindOf(group, step).label?.(step.value) ?? step.type;
}
