/**
 * How the reader looks at the run that is shown: the moment, the keyboard,
 * what is copied. The next run is looked at in the same way.
 *
 * @module
 */

import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Controls, useControls } from "../../app/controls.ts";
import { type Reading, useReading } from "../../app/reading.ts";
import { Run } from "../../app/run.ts";
import type { RunContent } from "../../content/run_content.ts";
import { isOld, type Playground } from "./state.ts";

/** What a reader has in his hands. */
export interface Bench {
  readonly reading: Reading;
  readonly controls: Controls;
}

/** A run of which nothing has happened yet. */
const NOTHING: RunContent = {
  summary: {
    product: "",
    name: "",
    file: "",
    case: "",
    seed: "",
    digest: "",
    frequencyHz: 1,
    events: 0,
    endCycle: 0,
    endNanoseconds: "0",
    holds: true,
    verdicts: [],
    failed: [],
    marks: [],
    faults: [],
    deviations: [],
    adapters: [],
    targets: [],
  },
  trace: { head: { length: 0, values: 0, components: [], kinds: [], texts: [] }, bytes: new Uint8Array(0) },
  history: { cells: [], values: [], changes: [] },
  packets: [],
};

/** What a reader has in his hands. */
export function useBench({ state: { shown } }: Playground): Bench {
  const nothing = useMemo(() => new Run(NOTHING), []);
  const reading = useReadingOfNow(shown?.run ?? nothing, shown?.start ?? 0);
  return { reading, controls: useControls(reading, shown !== undefined) };
}

/** A reading that begins anew with each run, and never shows a moment of another. */
function useReadingOfNow(run: Run, start: number): Reading {
  const reading = useReading(run, start);
  const seen = useRef(run);
  const isNew = seen.current !== run;
  useLayoutEffect(() => {
    if (seen.current === run) return;
    seen.current = run;
    reading.select(start);
    reading.setSight(start, start);
  }, [run]);
  return isNew ? { ...reading, moment: { event: start, how: "center" }, sight: [start, start] } : reading;
}

/** Editor and run go together: the line of the step that is selected, and the step of the line. */
export function useTogether({ state, editor }: Playground, reading: Reading, line: number): void {
  const { run, moment: { event } } = reading;
  const { shown } = state;
  const isSame = !isOld(state);
  const step = shown === undefined ? undefined : run.steps[run.stepOf(event)];
  useEffect(() => editor?.showStep(isSame ? step?.line ?? 0 : 0), [step, isSame, editor]);
  useEffect(() => {
    if (line === 0 || !isSame) return;
    const meant = run.steps.findLast((each) => each.line > 0 && each.line <= line);
    if (meant !== undefined && meant !== step) reading.select(meant.first);
  }, [line]);
}
