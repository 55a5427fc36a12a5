/**
 * The keyboard: what each key does, and the list of them.
 *
 * @module
 */

import type { Reading } from "./reading.ts";
import { isFlashWrite } from "./flash_state.ts";

/** What keys do besides reading. */
export interface KeyActions {
  readonly reading: Reading;
  focusSearch(): void;
  copy(): void;
  theme(): void;
  help(): void;
  play(): void;
  mark(): void;
  toMark(): void;
  say(text: string): void;
}

/** A key: how it is shown, which it is, and what it does. */
interface Key {
  readonly shown: string;
  readonly about: string;
  readonly keys: Readonly<Record<string, (actions: KeyActions) => void>>;
}

/** Says so where there is nothing to go to. */
function orSay(isThere: boolean, { say }: KeyActions, text: string): void {
  if (!isThere) say(text);
}

function step({ reading }: KeyActions, direction: 1 | -1): void {
  const { run, moment } = reading;
  const next = run.steps[run.stepOf(moment.event) + direction];
  if (next !== undefined) reading.select(next.first);
}

function nextFailure({ reading, say }: KeyActions): void {
  const { run, moment: { event } } = reading;
  const places = run.summary.failed.map(({ sequence }) => sequence).toSorted((a, b) => a - b);
  const next = places.find((place) => place > event) ?? places[0];
  if (next === undefined) say("all hold");
  else reading.select(next);
}

/** All keys, in the order in which they are listed. */
export const KEYS: readonly Key[] = [
  {
    shown: "↑ ↓",
    about: "step back, step forward",
    keys: { ArrowUp: ({ reading }) => reading.move(-1), ArrowDown: ({ reading }) => reading.move(1) },
  },
  {
    shown: "← →",
    about: "to the cause, to the first effect",
    keys: {
      ArrowLeft: (actions) => {
        const cause = actions.reading.run.columns.cause(actions.reading.moment.event);
        orSay(cause >= 0, actions, "it has no cause");
        if (cause >= 0) actions.reading.select(cause, "nearest");
      },
      ArrowRight: (actions) => {
        const effect = actions.reading.run.effect[actions.reading.moment.event] ?? -1;
        orSay(effect >= 0, actions, "it led to nothing");
        if (effect >= 0) actions.reading.select(effect, "nearest");
      },
    },
  },
  {
    shown: "[ ]",
    about: "previous step, next step of the scenario",
    keys: { "[": (actions) => step(actions, -1), "]": (actions) => step(actions, 1) },
  },
  {
    shown: "Home End",
    about: "first event, last event",
    keys: { Home: ({ reading }) => reading.select(0), End: ({ reading }) => reading.select(reading.run.length - 1) },
  },
  {
    shown: "PgUp PgDn",
    about: "a screen back, a screen on",
    keys: { PageUp: ({ reading }) => reading.page(-1), PageDown: ({ reading }) => reading.page(1) },
  },
  {
    shown: "/",
    about: "search all events; Enter, Shift+Enter: next, previous hit",
    keys: { "/": (actions) => actions.focusSearch() },
  },
  {
    shown: "n N",
    about: "next hit, previous hit",
    keys: { n: ({ reading }) => reading.hop(1), N: ({ reading }) => reading.hop(-1) },
  },
  { shown: "f", about: "next verdict that does not hold", keys: { f: nextFailure } },
  {
    shown: "p",
    about: "next packet",
    keys: {
      p: (actions) =>
        orSay(
          actions.reading.next((event) => actions.reading.run.packetOf(event)?.sent === event),
          actions,
          "no packet comes after this",
        ),
    },
  },
  {
    shown: "w",
    about: "next flash write",
    keys: {
      w: (actions) =>
        orSay(
          actions.reading.next((event) => isFlashWrite(actions.reading.run, event)),
          actions,
          "no flash write comes after this",
        ),
    },
  },
  {
    shown: "b",
    about: "last write of what is selected",
    keys: { b: (actions) => orSay(actions.reading.lastWrite(), actions, "nothing that was written is selected") },
  },
  {
    shown: "1 2 3",
    about: "calls, messages, all",
    keys: {
      1: ({ reading }) => reading.setLevel(0),
      2: ({ reading }) => reading.setLevel(1),
      3: ({ reading }) => reading.setLevel(2),
    },
  },
  {
    shown: "z",
    about: "timeline: whole run or this step",
    keys: { z: ({ reading }) => reading.setStep(!reading.isStep) },
  },
  { shown: "space", about: "play, stop", keys: { " ": (actions) => actions.play() } },
  {
    shown: "m '",
    about: "mark this moment, back to the mark",
    keys: { m: (actions) => actions.mark(), "'": (actions) => actions.toMark() },
  },
  { shown: "c", about: "copy this moment", keys: { c: (actions) => actions.copy() } },
  { shown: "d", about: "dark or light", keys: { d: (actions) => actions.theme() } },
  { shown: "?", about: "this list", keys: { "?": (actions) => actions.help() } },
];

const ACTIONS: Readonly<Record<string, (actions: KeyActions) => void>> = Object.assign(
  {},
  ...KEYS.map(({ keys }) => keys),
);

/** Where a key is for what has the focus. */
const OWN_KEYS = "input, textarea, select, dialog";
/** Where space and Enter press something. */
const PRESSED = "button, a, [role=slider]";

/** Does what a key says; false if it says nothing here. */
export function pressKey(event: KeyboardEvent, actions: KeyActions, hasLetters: boolean): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target, key } = event;
  if (target instanceof Element && target.closest(OWN_KEYS) !== null) return false;
  if (key === " " && target instanceof Element && target.closest(PRESSED) !== null) return false;
  // WCAG 2.1.4: single characters can be switched off.
  if (key.length === 1 && key !== "?" && !hasLetters) return false;
  const action = Object.hasOwn(ACTIONS, key) ? ACTIONS[key] : undefined;
  action?.(actions);
  return action !== undefined;
}
