/**
 * `deno task bench growth`: time and memory of worlds with more and more adapters, as a table that is a plot.
 *
 * @module
 */

import { OURS } from "./checkout.ts";
import { type Crowd, crowd, LOGIN_KEYS } from "./crowd_process.ts";
import { isMissing } from "./row.ts";
import { figure } from "./table.ts";

/** How many adapters there are, unless others are asked for. */
export const GROWTH: readonly number[] = [300, 1000, 3000, 10_000];

/** One world. */
export interface Point {
  /** How many adapters it has. */
  readonly adapters: number;
  /** What it took. */
  readonly crowd: Crowd;
}

/** The longest bar. */
const BAR = 24;

const HEADINGS = ["adapters", "CPU time", "of each", "", "largest memory", "of each", ""];

/**
 * Lines of Markdown. The bars show what each adapter takes: where growth is linear they are of one length.
 *
 * @param points In order of their adapters.
 */
export function growthTable(points: readonly Point[]): string[] {
  const milliseconds = points.map(({ adapters, crowd }) => crowd.milliseconds / adapters);
  const kibibytes = points.map(({ adapters, crowd }) => crowd.peakKiB / adapters);
  const bar = (values: readonly number[], index: number) =>
    "█".repeat(Math.round((BAR * (values[index] ?? 0)) / Math.max(...values)));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(HEADINGS),
    line(HEADINGS.map(() => "---")),
    ...points.map(({ adapters, crowd }, index) =>
      line([
        adapters.toLocaleString("en"),
        `${figure(crowd.milliseconds / 1000)} s`,
        `${figure(milliseconds[index] ?? NaN)} ms`,
        bar(milliseconds, index),
        `${figure(crowd.peakKiB / 2 ** 20)} GiB`,
        `${figure(kibibytes[index] ?? NaN)} KiB`,
        bar(kibibytes, index),
      ])
    ),
  ];
}

/**
 * Measures worlds, each in a process of its own, with {@linkcode LOGIN_KEYS} keys and a login of each adapter.
 *
 * @returns The points, and why there are no more.
 */
export function measureGrowth(counts: readonly number[]): { readonly points: readonly Point[]; readonly end?: string } {
  const points: Point[] = [];
  for (const adapters of counts) {
    console.error(`${adapters} adapters ...`);
    const result = crowd(OURS, adapters, LOGIN_KEYS);
    if (isMissing(result)) return { points, end: `${adapters} adapters not measured: ${result.notMeasured}` };
    points.push({ adapters, crowd: result });
  }
  return { points };
}
