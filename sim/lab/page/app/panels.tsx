/**
 * All panels of one run in their places. Whoever shows a run - a report, a
 * playground beside its editor - puts this into a box.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { EventPanel } from "./event_panel.tsx";
import { FlashPanel } from "./flash_panel.tsx";
import { partAt } from "./flash_state.ts";
import { KeysPanel } from "./keys_panel.tsx";
import { Ladder } from "./ladder.tsx";
import { PacketsPanel } from "./packets_panel.tsx";
import { adapterOf, type Reading } from "./reading.ts";
import { OWN_SIZES, Splitters, styleOf } from "./splitters.tsx";
import { Timeline } from "./timeline.tsx";
import { Verdicts } from "./verdicts.tsx";

/** What the panels show. */
export interface PanelsProps {
  readonly reading: Reading;
  /** Changes with the colours, which the timeline's canvas takes from the style. */
  readonly theme: string;
  /** The line that comes to the moment on the command line. */
  readonly command: string;
  readonly onCopy: (text: string, what: string) => void;
  /** In place of the ladder: two of them. */
  readonly compare?: ComponentChildren;
  /** Above the command of the event panel: what can be run from here. */
  readonly lab?: ComponentChildren;
  /** Whether verdicts have their column; a playground has them beside its editor. */
  readonly hasVerdicts?: boolean;
}

/** The panels. */
export function Panels(props: PanelsProps): JSX.Element {
  const { reading, theme, compare, hasVerdicts = true } = props;
  const { run, moment: { event }, level, found, isStep, sight } = reading;
  const select = (to: number) => reading.select(to);
  const verdicts = useMemo(() => <Verdicts run={run} event={event} onSelect={select} />, [run, event]);
  const packets = useMemo(() => <PacketsPanel run={run} event={event} onSelect={select} />, [run, event]);
  const box = useRef<HTMLDivElement>(null);
  const [sizes, setSizes] = useState(OWN_SIZES);
  return (
    <div class={hasVerdicts ? "panels" : "panels without-verdicts"} ref={box} style={styleOf(sizes)}>
      {hasVerdicts ? verdicts : null}
      <Timeline
        run={run}
        event={event}
        hits={found.hits}
        sight={sight}
        isStep={isStep}
        theme={theme}
        onStep={reading.setStep}
        onSelect={select}
      />
      {compare ?? (
        <Ladder
          run={run}
          moment={reading.moment}
          level={level}
          hits={found.hits}
          title="Ladder"
          id="ladder"
          onSelect={(to) => reading.select(to, "nearest")}
          onLevel={reading.setLevel}
          onSight={reading.setSight}
          onRows={reading.setRows}
        />
      )}
      <StatePanels {...props} />
      {packets}
      <Splitters box={box} sizes={sizes} onSizes={setSizes} />
    </div>
  );
}

/** The event, and the state of its adapter. What has not changed is the same element, at which nobody looks again. */
function StatePanels({ reading: { run, moment: { event }, select: go }, command, onCopy, lab }: PanelsProps) {
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const adapters = run.summary.adapters.map(({ name }) => name);
  const adapter = chosen !== undefined && adapters.includes(chosen) ? chosen : adapterOf(run, event);
  const state = useMemo(() => partAt(run, adapter, event), [run, adapter, event]);
  const select = (to: number) => go(to);
  const detail = useMemo(
    () => <EventPanel run={run} event={event} onSelect={select} command={command} onCopy={onCopy} lab={lab} />,
    [run, event, command, lab],
  );
  const flash = useMemo(
    () => <FlashPanel run={run} event={event} state={state} adapter={adapter} onSelect={select} />,
    [run, event, state],
  );
  const keys = useMemo(() => {
    const props = { run, event, adapter, state, adapters, onAdapter: setChosen, onSelect: select };
    return <KeysPanel {...props} />;
  }, [run, event, state, adapter]);
  return <>{detail}{flash}{keys}</>;
}
