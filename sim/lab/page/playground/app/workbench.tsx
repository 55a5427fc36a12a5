/**
 * The run beside the editor: the bar, and the panels of a report.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bar } from "../../app/bar.tsx";
import { useKeys, usePlay, useToast } from "../../app/controls.ts";
import { Help } from "../../app/help.tsx";
import { Panels } from "../../app/panels.tsx";
import { type Reading, useReading } from "../../app/reading.ts";
import type { Theme } from "../../app/theme.ts";
import { Verdicts } from "../../app/verdicts.tsx";
import { ByHand } from "./by_hand.tsx";
import type { Playground, Shown } from "./state.ts";

/** How the reader looks at a run: kept for the next one. */
export interface Habits {
  readonly level: Reading["level"] | undefined;
  readonly query: string;
}

/** What it shows. */
export interface WorkbenchProps {
  readonly playground: Playground;
  readonly shown: Shown;
  readonly theme: Theme;
  readonly lead: ComponentChildren;
  readonly habits: Habits;
  readonly onHabits: (habits: Habits) => void;
  /** Told of the selected event. */
  readonly onEvent: (event: number) => void;
  /** The line on which the reader is in the editor; 0 if he is at none. */
  readonly line: number;
  /** What lies between the bar and the panels. */
  readonly children: ComponentChildren;
  /** The editor, which has its verdicts below it. */
  readonly writing: (verdicts: JSX.Element) => JSX.Element;
}

/** One run; another run is another one. */
export function Workbench(props: WorkbenchProps): JSX.Element {
  const { playground, shown, theme, lead, children, writing } = props;
  const { run, start } = shown;
  const reading = useReading(run, start);
  const { event } = reading.moment;
  const search = useRef<HTMLInputElement>(null);
  const [isHelp, setHelp] = useState(false);
  const [hasLetters, setLetters] = useState(true);
  const [toast, say] = useToast();
  const play = usePlay(reading);
  const mark = useRef(event);
  useTogether(props, reading);
  const copy = (text: string, what: string) =>
    void navigator.clipboard?.writeText(text).then(
      () => say(`${what} copied`),
      () => say(`the browser lets nothing be copied: ${text}`),
    );
  const coordinate = run.coordinate(event);
  const focusLadder = () => document.querySelector<HTMLElement>(".ladder .rows")?.focus();
  useKeys(reading, hasLetters, {
    focusSearch: () => search.current?.select(),
    copy: () => copy(coordinate, coordinate),
    theme: theme.toggle,
    help: () => setHelp(true),
    play: play.toggle,
    mark: () => {
      mark.current = event;
      say(`${coordinate} marked`);
    },
    toMark: () => reading.select(mark.current),
    say,
  });
  const { draft, busy } = playground;
  const lab = useMemo(
    () => <ByHand playground={playground} shown={shown} event={Math.min(event, run.length - 1)} />,
    [shown, event, draft, busy],
  );
  const verdicts = <Verdicts run={run} event={event} onSelect={(to) => reading.select(to)} />;
  return (
    <>
      <Bar
        lead={lead}
        reading={reading}
        isDark={theme.isDark}
        isPlaying={play.isPlaying}
        isSecret={false}
        search={search}
        onPlay={play.toggle}
        onTheme={theme.toggle}
        onHelp={() => setHelp(true)}
        onCopy={copy}
        onLeaveSearch={focusLadder}
      />
      {children}
      <main class={draft.source === shown.draft.source ? "split" : "split is-old"}>
        {writing(verdicts)}
        <div class="workbench">
          <Panels
            reading={reading}
            theme={theme.theme}
            command={commandOf(shown, coordinate)}
            onCopy={copy}
            lab={lab}
            hasVerdicts={false}
          />
        </div>
      </main>
      <nav class="dock" aria-label="Step">
        <button type="button" class="button" aria-label="Step back, below" onClick={() => reading.move(-1)}>↑</button>
        <span class="code">{coordinate}</span>
        <button type="button" class="button" aria-label="Step forward, below" onClick={() => reading.move(1)}>↓</button>
      </nav>
      <div class={toast === "" ? "toast" : "toast on"} role="status">{toast}</div>
      <Help isOpen={isHelp} hasLetters={hasLetters} onLetters={setLetters} onClose={() => setHelp(false)} />
    </>
  );
}

/** Editor and run go together: the line of the step that is selected, and the step of the line. */
function useTogether(props: WorkbenchProps, reading: Reading): void {
  const { playground: { draft, editor }, shown, habits, onHabits, onEvent, line } = props;
  const { run } = shown;
  const { moment: { event }, level, query } = reading;
  const isSame = draft.source === shown.draft.source;
  useEffect(() => {
    if (habits.level !== undefined) reading.setLevel(habits.level);
    reading.setQuery(habits.query);
  }, []);
  useEffect(() => onHabits({ level, query }), [level, query]);
  useEffect(() => onEvent(event), [event]);
  const step = run.steps[run.stepOf(event)];
  useEffect(() => editor?.showStep(isSame ? step?.line ?? 0 : 0), [step, isSame, editor]);
  useEffect(() => {
    if (line === 0 || !isSame) return;
    const meant = run.steps.findLast((each) => each.line > 0 && each.line <= line);
    if (meant !== undefined && meant !== step) reading.select(meant.first);
  }, [line]);
}

/** The line that comes to a moment, when the bundle of the run is saved. */
function commandOf({ made: { bundleName } }: Shown, coordinate: string): string {
  return `hbasim replay --quiet --to ${coordinate} ${bundleName}`;
}
