/**
 * A report: one run, read and run.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bar } from "./bar.tsx";
import { CompareBar, type CompareProps, TwoLadders } from "./compare.tsx";
import { useExperiments } from "./experiments.ts";
import { save, useKeys, usePlay, useToast } from "./controls.ts";
import { Help } from "./help.tsx";
import { LabPanel } from "./lab_panel.tsx";
import { momentOfAddress } from "./moment.ts";
import { Panels } from "./panels.tsx";
import { type Reading, useReading } from "./reading.ts";
import type { LoadedReport } from "./report_source.ts";
import { Run } from "./run.ts";
import { useTheme } from "./theme.ts";

/** The report of one file. */
export function App({ report, run }: { readonly report: LoadedReport; readonly run: Run }): JSX.Element {
  const start = useMemo(() => startOf(run), [run]);
  const [shown, setShown] = useState<CompareProps["shown"]>("recorded");
  const experiments = useExperiments(report, run);
  const { other } = experiments;
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
  const { event } = reading.moment;
  const lab = (
    <LabPanel
      run={run}
      event={Math.min(event, run.length - 1)}
      experiments={experiments}
      missing={report.head.missing}
    />
  );
  return (
    <Frame
      report={report}
      reading={reading}
      problems={problems}
      onProblems={setProblems}
      lab={lab}
      compare={compare}
      isRecorded={current === run}
    />
  );
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
}

/** The bar, the panels, and what lies over them. */
function Frame({ report, reading, problems, onProblems, lab, compare, isRecorded }: FrameProps) {
  const { run, moment: { event } } = reading;
  const search = useRef<HTMLInputElement>(null);
  const [isHelp, setHelp] = useState(false);
  const [hasLetters, setLetters] = useState(true);
  const [toast, say] = useToast();
  const { theme, isDark, toggle } = useTheme();
  const play = usePlay(reading);
  const mark = useRef(event);
  useAddress(reading, isRecorded, onProblems);
  const copy = (text: string, what: string) => {
    navigator.clipboard?.writeText(text).then(
      () => say(`${what} copied`),
      () => say(`the browser lets nothing be copied: ${text}`),
    );
  };
  const coordinate = run.coordinate(event);
  const focusLadder = () => document.querySelector<HTMLElement>(".ladder .rows")?.focus();
  useKeys(reading, hasLetters, {
    focusSearch: () => search.current?.select(),
    copy: () => copy(coordinate, coordinate),
    theme: toggle,
    help: () => setHelp(true),
    play: play.toggle,
    mark: () => {
      mark.current = event;
      say(`${coordinate} marked`);
    },
    toMark: () => reading.select(mark.current),
    say,
  });
  return (
    <div class="app">
      <a
        class="skip"
        href="#ladder"
        onClick={(click) => {
          click.preventDefault();
          focusLadder();
        }}
      >
        Go to the ladder
      </a>
      <Bar
        reading={reading}
        isDark={isDark}
        isPlaying={play.isPlaying}
        isSecret={report.head.missing === "nothing"}
        search={search}
        onPlay={play.toggle}
        onTheme={toggle}
        onHelp={() => setHelp(true)}
        onCopy={copy}
        onLeaveSearch={focusLadder}
      />
      <main>
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
        {compare === undefined ? null : <CompareBar {...compare} />}
        <Panels
          reading={reading}
          theme={theme}
          command={report.head.command.replace("MOMENT", coordinate)}
          onCopy={copy}
          lab={lab}
          compare={compare?.shown === "both" ? <TwoLadders {...compare} /> : undefined}
        />
      </main>
      <nav class="dock" aria-label="Step">
        <button type="button" class="button" aria-label="Step back, below" onClick={() => reading.move(-1)}>↑</button>
        <span class="code">{coordinate}</span>
        <button type="button" class="button" aria-label="Step forward, below" onClick={() => reading.move(1)}>↓</button>
      </nav>
      <div class={toast === "" ? "toast" : "toast on"} role="status">{toast}</div>
      <Help isOpen={isHelp} hasLetters={hasLetters} onLetters={setLetters} onClose={() => setHelp(false)} />
    </div>
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
