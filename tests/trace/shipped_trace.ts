/** The trace of a shipped scenario, for tests of what can be made of traces. */

import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import type { TraceFile } from "../../sim/trace/trace_file.ts";
import { readShipped } from "../support/shipped_scenarios.ts";

/** Runs a scenario. */
export function shippedTrace(name: string): TraceFile {
  const { recorder, kernel } = runScenarioText(readShipped(name), name).world;
  return { events: [...recorder.events()], frequencyHz: kernel.frequencyHz, marks: recorder.marks };
}
