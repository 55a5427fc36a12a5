/** All orders of simultaneous events: as many as an enumeration that knows nothing of reduction tells apart. */

import { assert, assertEquals } from "@std/assert";
import { TieFootprint } from "../../../../sim/lab/explore/certify/tie_footprint.ts";
import { tieOrders } from "../../../../sim/lab/explore/certify/tie_orders.ts";
import { execute } from "../../../../sim/lab/explore/execute.ts";
import { TieOrdering } from "../../../../sim/lab/explore/tape/tie_order.ts";
import { CampaignMemory } from "../../../../sim/lab/world/campaign_memory.ts";
import { PLANTED_TIE_BUGS, TIE_WORLD } from "./planted_ties.ts";

const HEAD = `name: ties
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
`;
const TWO = `name: ties of two
adapters:
  hba0: { storage: ram, ports: [192.0.2.10] }
  hba1: { storage: ram, ports: [192.0.2.11] }
`;
const GET = (adapter: string, last: number) => `{ getKey: { adapter: ${adapter}, id: 192.0.2.${last} }, expect: any }`;

const SCENARIOS: readonly (readonly [what: string, source: string])[] = [
  ["a question", `${HEAD}steps: [${GET("hba0", 10)}]\n`],
  ["two questions", `${HEAD}steps: [${GET("hba0", 10)}, ${GET("hba0", 10)}]\n`],
  ["a group key", `${HEAD}steps: [{ setGroupKey: { key: a key } }]\n`],
  [
    "a question of one of two adapters beside an application that waits",
    `${TWO}steps:\n  - parallel: { a: [${GET("hba0", 10)}], b: [wait: 1ms] }\n`,
  ],
  ["applications that wait", `${HEAD}steps:\n  - parallel: { a: [wait: 1ms], b: [wait: 1ms], c: [wait: 1ms] }\n`],
];

/** Executes every order there is, and tells those apart that differ in the order of two dependent events. */
function enumerate(source: string): { readonly classes: number; readonly runs: number } {
  const memory = new CampaignMemory({ keepsTraces: true });
  const classes = new Set<string>();
  const open: (readonly number[])[] = [[]];
  let runs = 0;
  for (let choices = open.pop(); choices !== undefined; choices = open.pop()) {
    runs++;
    assert(runs < 5000, "too many orders for a test");
    const given = choices;
    const made: number[] = [];
    const steps: { name: string; cycle: number; touched: ReadonlySet<string> }[] = [];
    const counts = new Map<string, number>();
    let footprint: TieFootprint | undefined;
    let who: string | undefined;
    const settle = () => {
      const touched = who === undefined ? undefined : footprint?.take(who);
      const last = steps.at(-1);
      if (touched !== undefined && last !== undefined && who !== undefined) last.touched = touched;
    };
    execute({ scenario: { file: "ties.yaml", source } }, {
      adapt: (options) => ({ ...options, campaign: memory }),
      onWorld(world) {
        footprint = new TieFootprint(world);
        world.kernel.order = new TieOrdering({
          next(pending, cycle) {
            if (world.recorder.marks.length < 2) return 0;
            if (steps.length === 0) footprint?.take("");
            else settle();
            let index = 0;
            if (pending.length > 1) {
              index = given[made.length] ?? 0;
              if (made.length >= given.length) {
                for (let other = 1; other < pending.length; other++) open.push([...made, other]);
              }
              made.push(index);
            }
            who = pending[index]?.who ?? "";
            const kind = `${who} ${pending[index]?.what}`;
            counts.set(kind, (counts.get(kind) ?? 0) + 1);
            steps.push({ name: `${kind} ${counts.get(kind)}`, cycle, touched: new Set() });
            return index;
          },
        });
      },
    });
    settle();
    const ordered = steps.flatMap((a, place) =>
      steps.slice(place + 1).filter((b) => b.cycle === a.cycle && [...a.touched].some((part) => b.touched.has(part)))
        .map((b) => `${a.name} < ${b.name}`)
    );
    classes.add(ordered.toSorted().join("\n"));
  }
  return { classes: classes.size, runs };
}

for (const [what, source] of SCENARIOS) {
  Deno.test(`${what}: each order that can matter is executed once`, () => {
    const { classes, runs } = enumerate(source);
    const { orders, left, dependentTies, failure } = tieOrders({ scenario: { file: "ties.yaml", source } }, {
      most: 5000,
    });
    assertEquals([orders, left, failure], [classes, 0, undefined]);
    assert(dependentTies <= 12 && orders <= runs, `${dependentTies} ties, ${orders} of ${runs}`);
  });
}

Deno.test("where there are more orders than runs are allowed, it is told how many are left", () => {
  const { executions, left } = tieOrders({ scenario: { file: "ties.yaml", source: SCENARIOS[4]?.[1] ?? "" } }, {
    most: 2,
  });
  assertEquals(executions, 2);
  assert(left > 0);
});

Deno.test("planted bugs that need a tie are found, in 50 runs at the median, and their tapes show them", () => {
  const runs = PLANTED_TIE_BUGS.map(({ what, onWorld, failureOf }) => {
    const { failure, executions } = tieOrders({ scenario: TIE_WORLD }, { most: 500, onWorld, failureOf });
    assert(failure !== undefined, what);
    const again = execute({ scenario: TIE_WORLD, tape: failure.tape }, { onWorld });
    assertEquals(failureOf(again), failure.signature, what);
    assertEquals(failureOf(execute({ scenario: TIE_WORLD }, { onWorld })), undefined, what);
    return executions;
  }).toSorted((a, b) => a - b);
  assertEquals(runs.length, 6);
  assert((runs[2] ?? 0) + (runs[3] ?? 0) <= 100, runs.join(", "));
});
