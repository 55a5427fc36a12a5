/**
 * How many executions it takes to find planted bugs: by certificate, and by
 * faults drawn as the explorer draws them. Prints a table:
 * `deno run -A planted_faults_table.ts`.
 *
 * @module
 */

import { certify } from "../../../../sim/lab/explore/certify/certify.ts";
import { BUDGET_KINDS } from "../../../../sim/lab/explore/certify/fault_hypotheses.ts";
import type { Fault, FaultKind, Harm } from "../../../../sim/lab/faults/fault.ts";
import { drawing } from "../explored.ts";
import { FaultRuns } from "./brute_force.ts";
import { LOGIN_LINE, PLANTED_FAULT_BUGS, type PlantedFaultBug, TWO_APPLICATIONS } from "./planted_faults.ts";

/** After so many draws chance has not found it. */
const MOST_DRAWS = 2000;
/** Campaigns by chance, of which the mean counts. */
const CAMPAIGNS = 5;

const HARMS: Partial<Record<FaultKind, Harm>> = {
  lose: { kind: "lose" },
  duplicate: { kind: "duplicate" },
  delay: { kind: "delay", by: 900_000 },
  lateInterrupt: { kind: "lateInterrupt", by: 900_000 },
};

/** One or two faults of the budget, at operations that are drawn as those of stories are: mostly early ones. */
function drawFaults(random: () => number): readonly Fault[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const ordinal = (most: number) => 1 + below([3, most][below(2)] ?? most);
  const either = <T>(one: T, other: T) => below(2) === 0 ? one : other;
  return Array.from({ length: 1 + below(2) }, (): Fault => {
    const kind = BUDGET_KINDS[below(BUDGET_KINDS.length)] ?? "lose";
    const harm = HARMS[kind] ?? { kind: "lose" };
    const [adapter, target] = [either("hba0", "hba1"), either("disk", "tape")];
    const ends = either({ from: adapter, to: target }, { from: target, to: adapter });
    const nth = ordinal(kind === "lateInterrupt" ? 24 : 8);
    const ordinals = { least: nth, most: nth };
    const anchor = kind === "lateInterrupt"
      ? { at: "interrupt", adapter, ordinals } as const
      : { at: "datagram", ...ends, ordinals } as const;
    return { harm, anchor, mayMiss: true };
  });
}

/** Executions until a bug is found by chance: the mean of some campaigns. What was drawn before counts, and is not run again. */
function executionsByChance({ world }: PlantedFaultBug, campaigns = CAMPAIGNS): number {
  const runs = new FaultRuns(TWO_APPLICATIONS, { world: world(), lines: [LOGIN_LINE] });
  let sum = 0;
  for (let campaign = 1; campaign <= campaigns; campaign++) {
    const random = drawing(campaign);
    let draws = 1;
    while (draws < MOST_DRAWS && !runs.breaks(drawFaults(random))) draws++;
    sum += draws;
  }
  return sum / campaigns;
}

/** Executions until a bug is found by its certificate, and with how many faults. */
function executionsByCertificate({ world }: PlantedFaultBug) {
  const { executions, counterexample } = certify({ scenario: TWO_APPLICATIONS }, {
    world: world(),
    lines: [LOGIN_LINE],
  });
  return { executions, degree: counterexample?.faults.length };
}

if (import.meta.main) {
  const rows = PLANTED_FAULT_BUGS.map((bug) => {
    const { executions, degree } = executionsByCertificate(bug);
    const chance = executionsByChance(bug);
    console.log(
      `| ${bug.what} | ${degree ?? "not found"} | ${executions} | ${chance.toFixed(0)} | ${
        (executions / chance).toFixed(2)
      } |`,
    );
    return { executions, chance };
  });
  const [certificate, chance] = [rows.map((row) => row.executions), rows.map((row) => row.chance)].map((counts) =>
    counts.reduce((sum, each) => sum + each, 0)
  );
  console.log(
    `| all | | ${certificate} | ${chance?.toFixed(0)} | ${((certificate ?? 0) / (chance ?? 1)).toFixed(2)} |`,
  );
}
