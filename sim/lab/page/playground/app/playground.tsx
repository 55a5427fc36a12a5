/**
 * The playground: an editor, and beside it the page of a report.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Bar } from "../../app/bar.tsx";
import { focusLadder } from "../../app/controls.ts";
import { Over } from "../../app/over.tsx";
import { Panels } from "../../app/panels.tsx";
import type { Reading } from "../../app/reading.ts";
import { Verdicts } from "../../app/verdicts.tsx";
import type { Address } from "./address.ts";
import { type Bench, useBench, useTogether } from "./bench.ts";
import { ByHand } from "./by_hand.tsx";
import { EditorBox } from "./editor_box.tsx";
import type { GalleryEntry } from "../gallery_entry.ts";
import type { Library } from "./gallery.ts";
import { GalleryDialog, GalleryList, type GalleryProps } from "./gallery_list.tsx";
import { Lead } from "./lead.tsx";
import { Problems } from "./problems.tsx";
import { isOld, type Playground, type Shown, usePlayground } from "./state.ts";
import { type Tour, TourStrip, useTour } from "./tour_strip.tsx";
import { useAddress } from "./use_address.ts";

/** What it begins with. */
export interface PlaygroundProps {
  readonly library: Library;
  readonly gallery: readonly GalleryEntry[];
  readonly address: Address;
}

const EMPTY = { file: "scenario.yaml", source: "", case: "", tape: [], recipe: [] } as const;

/** The whole page. */
export function PlaygroundPage({ library, gallery, address }: PlaygroundProps): JSX.Element {
  const [first] = gallery;
  const begin = address.type === "shared" ? address.shared : first === undefined ? EMPTY : sharedOf(first);
  const playground = usePlayground(library, begin);
  const { draft, shown } = playground.state;
  const bench = useBench(playground);
  const { reading, controls } = bench;
  const [tab, setTab] = useState<Tab>("editor");
  const [line, setLine] = useState(0);
  const tour = useTour(playground);
  useTogether(playground, reading, line);
  useRunKey(tour.run);
  const share = useAddress(playground, address, reading.moment.event);
  useEffect(() => setTab(shown === undefined ? "editor" : "result"), [shown]);
  const choices = useGallery(gallery, playground, tour);
  const lead = (
    <Lead
      playground={playground}
      title={titleOf(draft.source)}
      onRun={tour.run}
      onGallery={choices.open}
      onShare={share}
    />
  );
  return (
    <div class="app playground" data-tab={tab}>
      <Top bench={bench} lead={lead} hasRun={shown !== undefined} />
      <div class="strips">
        <Said playground={playground} />
        {tour.step < 0 ? null : <TourStrip tour={tour} playground={playground} event={reading.moment.event} />}
        <Tabs tab={tab} hasRun={shown !== undefined} onTab={setTab} />
      </div>
      <main class={isOld(playground.state) ? "split is-old" : "split"}>
        <section class="writing" aria-label="Scenario">
          <Head playground={playground} />
          <EditorBox playground={playground} onLine={setLine} onRun={tour.run} />
          <Below playground={playground} reading={reading} />
        </section>
        <div class="workbench">
          {shown === undefined
            ? <Choices {...choices} />
            : <Result playground={playground} shown={shown} bench={bench} />}
        </div>
      </main>
      {shown === undefined ? null : <Dock reading={reading} />}
      <Over controls={controls} />
      <GalleryDialog {...choices} />
    </div>
  );
}

/** Ctrl+Enter runs, wherever the focus is; in the editor it is the editor's. */
function useRunKey(onRun: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const isMeant = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!isMeant || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      onRun();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
}

/** The gallery, and whether its dialog is open. */
function useGallery(gallery: readonly GalleryEntry[], playground: Playground, tour: Tour) {
  const [isOpen, setOpen] = useState(false);
  return {
    gallery,
    file: playground.state.draft.file,
    isOpen,
    open: () => setOpen(true),
    onClose: () => setOpen(false),
    onChoose: (entry: GalleryEntry) => {
      setOpen(false);
      tour.end();
      playground.load(sharedOf(entry));
    },
    onTour: () => {
      setOpen(false);
      tour.go(0);
    },
  };
}

/** What went wrong, until somebody closes it. */
function Said({ playground }: { readonly playground: Playground }) {
  const { problem } = playground.state;
  if (problem === "") return null;
  return (
    <p class="problem" role="alert">
      <span>{problem}</span>
      <button type="button" class="button small" onClick={() => playground.report("")}>Close</button>
    </p>
  );
}

/** The bar: that of a report, as soon as there is a run. */
function Top({ bench: { reading, controls }, lead, hasRun }: {
  readonly bench: Bench;
  readonly lead: JSX.Element;
  readonly hasRun: boolean;
}) {
  if (hasRun) {
    return (
      <Bar
        lead={lead}
        reading={reading}
        isDark={controls.isDark}
        isPlaying={controls.isPlaying}
        isSecret={false}
        search={controls.search}
        onPlay={controls.play}
        onTheme={controls.toggleTheme}
        onHelp={() => controls.setHelp(true)}
        onCopy={controls.copy}
        onLeaveSearch={focusLadder}
      />
    );
  }
  return (
    <header class="bar">
      {lead}
      <span class="space" />
      <button type="button" class="button" onClick={controls.toggleTheme}>{controls.isDark ? "Light" : "Dark"}</button>
    </header>
  );
}

/** Below the editor: first be valid, then be right. */
function Below({ playground, reading }: { readonly playground: Playground; readonly reading: Reading }) {
  const { state: { checked: { problems }, draft: { source }, shown }, editor } = playground;
  if (problems.length > 0) {
    return (
      <Problems
        problems={problems}
        onGo={(problem) => editor?.goTo(problem.line, problem.column)}
        onMend={(replacement) => editor?.apply(replacement)}
        source={source}
      />
    );
  }
  if (shown === undefined) return null;
  return <Verdicts run={shown.run} event={reading.moment.event} onSelect={(to) => reading.select(to)} />;
}

/** The run: what can be done from here, and the panels of a report. */
function Result({ playground, shown, bench: { reading, controls } }: {
  readonly playground: Playground;
  readonly shown: Shown;
  readonly bench: Bench;
}) {
  const { event } = reading.moment;
  return (
    <>
      <ByHand playground={playground} shown={shown} event={event} />
      <Panels
        reading={reading}
        theme={controls.theme}
        command={`hbasim replay --quiet --to ${shown.run.coordinate(event)} ${shown.made.bundleName}`}
        onCopy={controls.copy}
        hasVerdicts={false}
      />
    </>
  );
}

/** What there is as long as nothing has run. */
function Choices(choices: GalleryProps) {
  return (
    <section class="choices" aria-label="Scenarios">
      <p class="remark">
        Nothing has run yet. Run (Ctrl+Enter) runs what is in the editor, in this page; or choose another scenario.
      </p>
      <GalleryList {...choices} />
    </section>
  );
}

function Dock({ reading }: { readonly reading: Reading }) {
  return (
    <nav class="dock" aria-label="Step">
      <button type="button" class="button" aria-label="Step back, below" onClick={() => reading.move(-1)}>↑</button>
      <span class="code">{reading.run.coordinate(reading.moment.event)}</span>
      <button type="button" class="button" aria-label="Step forward, below" onClick={() => reading.move(1)}>↓</button>
    </nav>
  );
}

function sharedOf({ file, source }: GalleryEntry) {
  return { file, source, case: "", tape: [], recipe: [] };
}

/** What a text calls itself, as far as it can be seen in it without reading it. */
function titleOf(source: string): string {
  const [, name = ""] = /^name: *(.*)$/m.exec(source) ?? [];
  return name.replace(/^(["'])(.*)\1$/, "$2");
}

/** The file, its cases, and where its run deviates. */
function Head({ playground }: { readonly playground: Playground }) {
  const { draft, checked } = playground.state;
  return (
    <>
      <header class="head">
        <h2>Scenario</h2>
        <span class="quiet code">{draft.file}</span>
        {checked.cases.length < 2 ? null : (
          <select
            aria-label="Case"
            value={checked.cases.includes(draft.case) ? draft.case : checked.cases[0]}
            onChange={(change) => playground.choose(change.currentTarget.value)}
          >
            {checked.cases.slice(0, MOST_CASES).map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        )}
        <button type="button" class="button small" onClick={() => playground.undo()}>Undo</button>
      </header>
      {draft.told.map((sentence, place) => (
        <p key={place} class="deviation">
          <span>{`but ${sentence}`}</span>
          <button type="button" class="button small" onClick={() => playground.straighten(place)}>Leave out</button>
        </p>
      ))}
    </>
  );
}

/** More cases than these nobody chooses from. */
const MOST_CASES = 500;

/** What is seen where there is no room for both. */
type Tab = "editor" | "result";

function Tabs({ tab, hasRun, onTab }: {
  readonly tab: Tab;
  readonly hasRun: boolean;
  readonly onTab: (tab: Tab) => void;
}) {
  return (
    <nav class="tabs" aria-label="What is shown">
      <button type="button" class="button" aria-pressed={tab === "editor"} onClick={() => onTab("editor")}>
        Editor
      </button>
      <button type="button" class="button" aria-pressed={tab === "result"} onClick={() => onTab("result")}>
        {hasRun ? "Result" : "Scenarios"}
      </button>
    </nav>
  );
}
