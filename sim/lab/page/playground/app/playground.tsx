/**
 * The playground: an editor, and beside it the page of a report.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTheme } from "../../app/theme.ts";
import { type Address, addressOf, readAddress } from "./address.ts";
import { EditorBox } from "./editor_box.tsx";
import type { GalleryEntry, Library } from "./gallery.ts";
import { GalleryDialog, GalleryList, type GalleryProps } from "./gallery_list.tsx";
import { Lead } from "./lead.tsx";
import { Problems } from "./problems.tsx";
import { type Playground, usePlayground } from "./state.ts";
import { TOUR, TOUR_SCENARIO } from "./tour.ts";
import { TourStrip } from "./tour_strip.tsx";
import { type Habits, Workbench } from "./workbench.tsx";

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
  const { draft, checked, shown } = playground;
  const theme = useTheme();
  const [isGallery, setGallery] = useState(false);
  const [tab, setTab] = useState<"edit" | "run">("edit");
  const [tour, setTour] = useState(-1);
  const [event, setEvent] = useState(0);
  const [line, setLine] = useState(0);
  const [habits, setHabits] = useState<Habits>({ level: undefined, query: "" });
  const share = useAddress(playground, address, event);
  useEffect(() => {
    if (shown !== undefined) setTab("run");
  }, [shown]);
  const goTour = (step: number) => {
    setTour(step);
    if (step === 0) playground.load(TOUR_SCENARIO);
    else if (TOUR[step]?.isFresh === true) playground.load(TOUR_SCENARIO, { first: true });
  };
  const choices: GalleryProps = {
    gallery,
    file: draft.file,
    onChoose: (entry) => {
      setGallery(false);
      setTour(-1);
      setTab("edit");
      playground.load(sharedOf(entry));
    },
    onTour: () => {
      setGallery(false);
      setTab("edit");
      goTour(0);
    },
  };
  const writing = (verdicts: JSX.Element | null) => (
    <section class="writing" aria-label="Scenario">
      <Head playground={playground} />
      <EditorBox playground={playground} onLine={setLine} />
      {checked.problems.length > 0
        ? (
          <Problems
            problems={checked.problems}
            onGo={(problem) => playground.editor?.goTo(problem.line, problem.column)}
          />
        )
        : verdicts}
    </section>
  );
  const lead = (
    <Lead
      playground={playground}
      title={titleOf(draft.source)}
      onRun={() => playground.run(tour === 0 ? { first: true } : undefined)}
      onGallery={() => setGallery(true)}
      onShare={share}
    />
  );
  const strips = (
    <>
      {playground.problem === "" ? null : (
        <p class="problem" role="alert">
          <span>{playground.problem}</span>
          <button type="button" class="button small" onClick={() => playground.report("")}>Close</button>
        </p>
      )}
      {tour < 0 ? null : (
        <TourStrip
          step={tour}
          deeds={{ run: shown?.run, source: draft.source, event }}
          onStep={goTour}
          onEnd={() => setTour(-1)}
        />
      )}
      <Tabs tab={tab} onTab={setTab} />
    </>
  );
  return (
    <div class="app playground" data-tab={tab}>
      <h1 class="hidden">hbasim playground</h1>
      {shown === undefined
        ? (
          <>
            <header class="bar">
              {lead}
              <span class="space" />
              <button type="button" class="button" onClick={theme.toggle}>{theme.isDark ? "Light" : "Dark"}</button>
            </header>
            {strips}
            <main class="split">
              {writing(null)}
              <div class="workbench">
                <section class="choices" aria-label="Scenarios">
                  <p class="remark">
                    Nothing has run yet. Run (Ctrl+Enter) runs what is in the editor, in this page; or choose another
                    scenario.
                  </p>
                  <GalleryList {...choices} />
                </section>
              </div>
            </main>
          </>
        )
        : (
          <Workbench
            key={shown.number}
            playground={playground}
            shown={shown}
            theme={theme}
            lead={lead}
            habits={habits}
            onHabits={setHabits}
            onEvent={setEvent}
            line={line}
            writing={writing}
          >
            {strips}
          </Workbench>
        )}
      <GalleryDialog {...choices} isOpen={isGallery} onClose={() => setGallery(false)} />
    </div>
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
  const { draft, checked } = playground;
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
        <button type="button" class="button small" onClick={() => playground.editor?.undo()}>Undo</button>
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

function Tabs({ tab, onTab }: { readonly tab: "edit" | "run"; readonly onTab: (tab: "edit" | "run") => void }) {
  return (
    <nav class="tabs" aria-label="Edit or run">
      <button type="button" class="button" aria-pressed={tab === "edit"} onClick={() => onTab("edit")}>Edit</button>
      <button type="button" class="button" aria-pressed={tab === "run"} onClick={() => onTab("run")}>Run</button>
    </nav>
  );
}

/** How often the address is changed at the most: browsers refuse more than some in half a minute. */
const ADDRESS_MILLISECONDS = 500;

/** Keeps all in the address, and goes where somebody writes another; gives what shares it. */
function useAddress(playground: Playground, first: Address, event: number): () => Promise<string> {
  const { draft, shown } = playground;
  const own = useRef("");
  const isTouched = useRef(first.type === "shared");
  const at = shown === undefined || event >= shown.run.length ? "" : shown.run.coordinate(event);
  const write = async () => {
    const fragment = await addressOf(draft, at);
    own.current = fragment;
    history.replaceState(null, "", fragment);
    return location.href;
  };
  useEffect(() => {
    if (first.type === "problem") playground.report(first.problem);
    if (first.type === "shared") playground.load(first.shared, { moment: first.moment });
  }, []);
  const { source, case: name, tape, recipe } = draft;
  const begun = useRef(source);
  useEffect(() => {
    // What nobody has touched needs no address of its own; and one that does not decode stays to be looked at.
    isTouched.current ||= source !== begun.current || shown !== undefined;
    if (!isTouched.current) return undefined;
    const timer = setTimeout(() => void write(), ADDRESS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [source, name, tape, recipe, at]);
  useEffect(() => {
    const hear = async () => {
      if (location.hash === own.current || location.hash === "") return;
      const address = await readAddress(location.hash);
      if (address.type === "problem") playground.report(address.problem);
      if (address.type === "shared") playground.load(address.shared, { moment: address.moment });
    };
    const listen = () => void hear();
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  });
  return write;
}
