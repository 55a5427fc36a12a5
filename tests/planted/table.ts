/**
 * The table of what the explorer finds of the planted bugs.
 *
 * @module
 */

import type { Size, Sought } from "./seek.ts";
import type { SetBug } from "./planted_bugs.ts";

/** How one bug was sought. */
export interface Judged {
  /** By the explorer's portfolio; the failure made small. */
  readonly portfolio: Sought;
  /** By stories of chance alone. */
  readonly random: Sought;
  /** Of the project in which it was planted. */
  readonly commit: string;
}

/** The table as Markdown: totals first, then each bug. */
export function plantedTable(
  results: Readonly<Record<string, Judged>>,
  bugs: readonly SetBug[],
  mostSeeds: number,
): string {
  const rows = bugs.map((bug) => ({ bug, judged: results[`${bug.set}: ${bug.name}`] }));
  return [
    "# Planted bugs, and how soon the explorer finds them",
    "",
    `Made by \`deno run -A tests/planted/run.ts\`: each bug was planted in a copy of the project, and sought with the seeds`,
    `1 to ${mostSeeds} of the portfolio and, beside it, of stories by chance alone; what the portfolio has found first was`,
    "made small. Held out of sets A and B was what was not run before stories and rules were written with the others in",
    "view; when it was run first, 8 of 20 were found. Then stories and rules were widened with all of these in view. Set C",
    "was written by a third person and not run before that was done: 7 of 20 were found at first. Set D, by a fourth, was",
    "not run before stories and rules had been widened with set C in view.",
    "",
    ...totals("Sets A and B, but the held out", rows.filter(({ bug }) => isFirst(bug) && !bug.isHeldOut)),
    ...totals("Held out of A and B", rows.filter(({ bug }) => isFirst(bug) && bug.isHeldOut)),
    ...totals("Set C", rows.filter(({ bug }) => bug.set === "C")),
    ...totals("Set D", rows.filter(({ bug }) => bug.set === "D")),
    "",
    "| bug | family | needs | portfolio | random | made small | executions for that | at commit |",
    "| --- | --- | --- | ---: | ---: | --- | ---: | --- |",
    ...rows.map(({ bug, judged }) => row(bug, judged)),
    "",
  ].join("\n");
}

/** Whether it is of the sets of which a third is held out. */
function isFirst({ set }: SetBug): boolean {
  return set === "A" || set === "B";
}

function totals(name: string, rows: readonly { readonly judged: Judged | undefined }[]): readonly string[] {
  const judged = rows.flatMap((each) => each.judged ?? []);
  if (judged.length === 0) return [`- ${name}: not run.`];
  const found = judged.filter(({ portfolio }) => portfolio.seed !== undefined);
  const small = found.flatMap(({ portfolio }) => portfolio.small ?? []);
  const of = (value: (size: Size) => number) => `${median(small.map(value))}`;
  const executions = [
    median(judged.map((each) => each.portfolio.executions)),
    median(judged.map((each) => each.random.executions)),
  ];
  return [
    `- ${name}: ${found.length} of ${judged.length} found (by chance alone ` +
    `${judged.filter(({ random }) => random.seed !== undefined).length}), of ${rows.length}; median of executions ` +
    `${executions.join(", by chance alone ")}; median of what was made small: ${of(({ steps }) => steps)} steps, ` +
    `${of(({ faults }) => faults)} faults, ${of(({ ties }) => ties)} ties, in ${
      of(({ reexecutions }) => reexecutions)
    } executions.`,
  ];
}

function row(bug: SetBug, judged: Judged | undefined): string {
  const { set, name, family, needs, isHeldOut } = bug;
  const need = [
    ...(needs.faults === 0 ? [] : [`${needs.faults} faults`]),
    ...(needs.ties === 0 ? [] : [`${needs.ties} tie`]),
  ];
  const head = `| ${set}: ${name}${isHeldOut && isFirst(bug) ? " (held out)" : ""} | ${family} | ${need.join(", ")} |`;
  if (judged === undefined) return `${head} not run | | | | |`;
  const { portfolio, random, commit } = judged;
  const { small } = portfolio;
  const size = small === undefined
    ? ""
    : `${small.steps} steps, ${small.faults} faults, ${small.ties} ties, ${small.others} others`;
  return `${head} ${told(portfolio)} | ${told(random)} | ${size} | ${small?.reexecutions ?? ""} | ${commit} |`;
}

function told({ seed, executions }: Sought): string {
  return seed === undefined ? `none in ${executions}` : `${seed}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
