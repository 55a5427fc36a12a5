/**
 * The bar: what was run and what came of it, the search, the moment.
 *
 * @module
 */

import type { ComponentChildren, JSX, RefObject } from "preact";
import { Icon } from "./icons.tsx";
import type { Reading } from "./reading.ts";
import { grouped } from "./words.ts";

/** What the bar shows. */
export interface BarProps {
  /** In place of the scenario's name: a playground has its own controls there. */
  readonly lead?: ComponentChildren;
  readonly reading: Reading;
  readonly isDark: boolean;
  readonly isPlaying: boolean;
  /** Whether the file holds keys. */
  readonly isSecret: boolean;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onPlay: () => void;
  readonly onTheme: () => void;
  readonly onHelp: () => void;
  readonly onCopy: (text: string, what: string) => void;
  /** Where the reader goes on after the search. */
  readonly onLeaveSearch: () => void;
}

/** The bar of a report. */
export function Bar(props: BarProps): JSX.Element {
  const { lead, reading, isDark, isPlaying, isSecret, onPlay, onTheme, onHelp, onCopy } = props;
  const { run, moment: { event } } = reading;
  const coordinate = run.coordinate(event);
  return (
    <header class="bar">
      {lead ?? (
        <>
          <span class="brand">hbasim</span>
          <h1>{run.summary.name}</h1>
        </>
      )}
      <Result reading={reading} />
      {isSecret
        ? (
          <span class="tag bad" title="Written with --reveal-keys: as secret as the keys in it">
            holds the scenario and its keys
          </span>
        )
        : null}
      <span class="space" />
      <SearchBox {...props} />
      <StepButtons reading={reading} isPlaying={isPlaying} onPlay={onPlay} />
      <button
        type="button"
        class="button coordinate"
        title="Copy this moment (c)"
        onClick={() => onCopy(coordinate, coordinate)}
      >
        <span>{coordinate}</span>
        <Icon name="copy" />
      </button>
      <button type="button" class="button" onClick={onTheme}>{isDark ? "Light" : "Dark"}</button>
      <button type="button" class="button" aria-label="Keyboard and help" onClick={onHelp}>?</button>
    </header>
  );
}

function StepButtons({ reading, isPlaying, onPlay }: Pick<BarProps, "reading" | "isPlaying" | "onPlay">) {
  return (
    <div class="joined" role="group" aria-label="Step">
      <button
        type="button"
        class="button"
        aria-label="Step back"
        title="Step back (↑)"
        onClick={() => reading.move(-1)}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="button"
        aria-label={isPlaying ? "Stop playing" : "Play"}
        title="Play (space)"
        aria-pressed={isPlaying}
        onClick={onPlay}
      >
        <Icon name={isPlaying ? "stop" : "play"} />
      </button>
      <button
        type="button"
        class="button"
        aria-label="Step forward"
        title="Step forward (↓)"
        onClick={() => reading.move(1)}
      >
        <Icon name="on" />
      </button>
    </div>
  );
}

function Result({ reading: { run: { summary: { verdicts, holds } } } }: { readonly reading: Reading }) {
  const bad = verdicts.filter((verdict) => !verdict.holds).length;
  if (holds) {
    return (
      <span class="result ok">
        <Icon name="ok" />
        {`all ${verdicts.length} hold`}
      </span>
    );
  }
  return (
    <span class="result bad">
      <Icon name="fail" />
      {bad === 0 ? "nothing was judged" : `${bad} of ${verdicts.length} fail`}
    </span>
  );
}

/** The search: as one types, what is found is marked; Enter goes to the next. */
function SearchBox({ reading, search, onLeaveSearch }: BarProps) {
  const { query, found, run } = reading;
  const onKey = (key: KeyboardEvent) => {
    if (key.key === "Enter") reading.hop(key.shiftKey ? -1 : 1);
    else if (key.key === "Escape") {
      reading.setQuery("");
      onLeaveSearch();
    } else return;
    key.preventDefault();
  };
  const isProblem = found.problem.startsWith("the filter");
  return (
    <div class="search" role="search">
      <svg class="icon" viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="5" cy="5" r="3.5" />
        <path d="M8 8l3 3" />
      </svg>
      <input
        ref={search}
        type="search"
        aria-label="Search all events, drawn or not"
        placeholder="Search: packet not again"
        autocomplete="off"
        spellcheck={false}
        value={query}
        aria-describedby="found"
        onInput={(event) => reading.setQuery(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <output id="found">
        {query === ""
          ? <kbd>/</kbd>
          : isProblem
          ? "?"
          : found.problem !== ""
          ? found.problem
          : `${grouped(found.count)} of ${grouped(run.length)}`}
      </output>
      {isProblem ? <p class="search-problem" role="status">{found.problem}</p> : null}
    </div>
  );
}
