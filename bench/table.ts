/**
 * The table that the benchmark prints.
 *
 * @module
 */

import type { Row, Target } from "./row.ts";

/** What a row came to. */
export type Outcome =
  | {
    readonly name: string;
    readonly about: string;
    readonly unit: Row["unit"];
    readonly ours: number;
    readonly peer?: { readonly name: string; readonly value: number };
    readonly ratio?: number;
    readonly target?: Target;
  }
  | { readonly name: string; readonly about: string; readonly notMeasured: string };

/** True when the ratio is what it should be; `undefined` when nothing is asked. */
export function isMet({ ratio, target }: { readonly ratio?: number; readonly target?: Target }): boolean | undefined {
  if (ratio === undefined || target === undefined) return undefined;
  return "most" in target ? ratio <= target.most : ratio >= target.least;
}

/** A figure with three significant digits, without exponents. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(places, 6));
}

function targetText(target: Target): string {
  return "most" in target ? `<= ${target.most}` : `>= ${target.least}`;
}

/** What stands in the columns of a row. */
function cellsOf(outcome: Outcome): readonly string[] {
  if ("notMeasured" in outcome) return [outcome.name, outcome.about, `not measured: ${outcome.notMeasured}`];
  const { name, about, unit, ours, peer, ratio, target } = outcome;
  const met = isMet(outcome);
  return [
    name,
    about,
    `${figure(ours)} ${unit}`,
    peer === undefined ? "" : `${figure(peer.value)} ${peer.name}`,
    ratio === undefined ? "" : figure(ratio),
    target === undefined ? "" : targetText(target),
    met === undefined ? "" : met ? "met" : "MISSED",
  ];
}

/** Headings of the columns. */
const HEADINGS: readonly string[] = ["row", "what", "ours", "base or peer", "ratio", "target", ""];

/** Lines of Markdown, as they stand in the README. */
export function markdown(outcomes: readonly Outcome[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(HEADINGS), line(HEADINGS.map(() => "---")), ...outcomes.map((outcome) => line(cellsOf(outcome)))];
}
