/**
 * A report: one run, read and run.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Bar } from "./bar.tsx";
import { CompareBar, type CompareProps, TwoLadders } from "./compare.tsx";
import { focusLadder, save, useControls } from "./controls.ts";
import { useExperiments } from "./experiments.ts";
import { LabPanel } from "./lab_panel.tsx";
import { momentOfAddress } from "./moment.ts";
import { Over } from "./over.tsx";
import { Panels } from "./panels.tsx";
import { type Reading, useReading } from "./reading.ts";
import type { LoadedReport } from "./report_source.ts";
import type { Run } from "./run.ts";

/** The report of one file. */
export function App({ report, run }: { readonly report: LoadedReport; readonly run: Run }): JSX.Element {
  const start = useMemo(() => startOf(run), [run]);
  const [shown, setShown] = useState<CompareProps["shown"]>("recorded");
  const [experiments, state] = useExperiments(report, run);
  const { other } = state;
  const [problems, setProblems] = useState<readonly string[]>([...report.problems, ...start.problems]);
  const current = shown === "other" && other !== undefined ? other.run : run;
  const reading = useReading(current, start.event);
  useEffect(() => {
    if (other !== undefined) setShown("both");
    if (other?.parting !== undefined) reading.select(other.parting.event);
  }, [other]);
  const compare: CompareProps | undefined = other === undefined ? undefined : {
    reading,
    recorded: run,
    other,
    shown,
    onShow: setShown,
    onClose: () => {
      setShown("recorded");
      experiments.forget();
    },
    onSave: () => save(other.made.bundleName, other.made.bundle),
  };
  const { missing, command } = report.head;
  const isRecorded = current === run;
  const at = Math.min(reading.moment.event, run.length - 1);
  const lab = useMemo(() => {
    const props = { run, event: at, experiments, state, missing, isRecorded };
    return <LabPanel {...props} onRecorded={() => setShown("recorded")} />;
  }, [run, at, state, isRecorded]);
  return (
    <Frame
      report={report}
      reading={reading}
      problems={problems}
      onProblems={setProblems}
      lab={lab}
      compare={compare}
      isRecorded={isRecorded}
      command={isRecorded || other === undefined ? command : replayOf(other.made.bundleName)}
    />
  );
}

/** How the command line comes to a moment of a bundle, which the reader can save. */
function replayOf(bundleName: string): string {
  return `hbasim replay --quiet --to MOMENT ${bundleName}`;
}

/** Where a reader begins: where the address says, at the first failure, or at the end. */
function startOf(run: Run): { readonly event: number; readonly problems: readonly string[] } {
  const address = momentOfAddress(location.hash, run);
  const own = run.summary.failed[0]?.sequence ?? run.length - 1;
  if (address.type === "event") return { event: address.event, problems: [] };
  return { event: Math.max(0, own), problems: address.type === "problem" ? [address.problem] : [] };
}

interface FrameProps {
  readonly report: LoadedReport;
  readonly reading: Reading;
  readonly problems: readonly string[];
  readonly onProblems: (problems: readonly string[]) => void;
  readonly lab: JSX.Element;
  readonly compare: CompareProps | undefined;
  readonly isRecorded: boolean;
  /** Comes to a moment of the run that is shown, which stands in the place of `MOMENT`. */
  readonly command: string;
}

/** The bar, the panels, and what lies over them. */
function Frame(props: FrameProps) {
  const { report, reading, problems, onProblems, lab, compare, isRecorded, command } = props;
  const coordinate = reading.run.coordinate(reading.moment.event);
  const controls = useControls(reading);
  useAddress(reading, isRecorded, onProblems);
  return (
    <div class="app">
      <SkipLink />
      <Bar
        reading={reading}
        isDark={controls.isDark}
        isPlaying={controls.isPlaying}
        isSecret={report.head.missing === "nothing"}
        search={controls.search}
        onPlay={controls.play}
        onTheme={controls.toggleTheme}
        onHelp={() => controls.setHelp(true)}
        onCopy={controls.copy}
        onLeaveSearch={focusLadder}
      />
      <main>
        <Problems problems={problems} onProblems={onProblems} />
        {compare === undefined ? null : <CompareBar {...compare} />}
        <Panels
          reading={reading}
          theme={controls.theme}
          command={command.replace("MOMENT", coordinate)}
          onCopy={controls.copy}
          lab={lab}
          compare={compare?.shown === "both" ? <TwoLadders {...compare} /> : undefined}
        />
      </main>
      <nav class="dock" aria-label="Step">
        <button type="button" class="button" aria-label="Step back, below" onClick={() => reading.move(-1)}>↑</button>
        <span class="code">{coordinate}</span>
        <button type="button" class="button" aria-label="Step forward, below" onClick={() => reading.move(1)}>↓</button>
      </nav>
      <Over controls={controls} />
    </div>
  );
}

function SkipLink() {
  const go = (click: MouseEvent) => {
    click.preventDefault();
    focusLadder();
  };
  return <a class="skip" href="#ladder" onClick={go}>Go to the ladder</a>;
}

function Problems({ problems, onProblems }: Pick<FrameProps, "problems" | "onProblems">) {
  return (
    <>
      {problems.map((problem) => (
        <p key={problem} class="problem" role="alert">
          <span>{problem}</span>
          <button
            type="button"
            class="button small"
            onClick={() => onProblems(problems.filter((each) => each !== problem))}
          >
            Close
          </button>
        </p>
      ))}
    </>
  );
}

/** How often the address is changed at the most: browsers refuse more than some in half a minute. */
const ADDRESS_MILLISECONDS = 500;

/** Keeps the moment in the address, and goes where somebody writes another. */
function useAddress(
  { run, moment: { event }, select }: Reading,
  isRecorded: boolean,
  onProblems: FrameProps["onProblems"],
): void {
  useEffect(() => {
    if (!isRecorded) return undefined;
    const timer = setTimeout(() => history.replaceState(null, "", `#${run.coordinate(event)}`), ADDRESS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [run, event, isRecorded]);
  useEffect(() => {
    const hear = () => {
      const address = momentOfAddress(location.hash, run);
      if (address.type === "event") select(address.event);
      onProblems(address.type === "problem" ? [address.problem] : []);
    };
    addEventListener("hashchange", hear);
    return () => removeEventListener("hashchange", hear);
  }, [run]);
}
