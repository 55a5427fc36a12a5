/**
 * What every page of a run has around its panels: the keyboard, playing,
 * copying and saving, and a short word that goes away.
 *
 * @module
 */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { pressKey } from "./keyboard.ts";
import type { Reading } from "./reading.ts";
import { useTheme } from "./theme.ts";

/** What the keyboard and the bar do. */
export interface Controls {
  readonly search: RefObject<HTMLInputElement | null>;
  readonly isHelp: boolean;
  setHelp(isHelp: boolean): void;
  readonly hasLetters: boolean;
  setLetters(hasLetters: boolean): void;
  /** A short word that goes away; empty if there is none. */
  readonly toast: string;
  readonly theme: string;
  readonly isDark: boolean;
  toggleTheme(): void;
  readonly isPlaying: boolean;
  play(): void;
  copy(text: string, what: string): void;
}

/**
 * What the keyboard and the bar do, besides reading.
 *
 * @param isOn Whether there is a run that can be read.
 */
export function useControls(reading: Reading, isOn = true): Controls {
  const { run, moment: { event } } = reading;
  const search = useRef<HTMLInputElement>(null);
  const [isHelp, setHelp] = useState(false);
  const [hasLetters, setLetters] = useState(true);
  const [toast, say] = useToast();
  const { theme, isDark, toggle } = useTheme();
  const { isPlaying, toggle: play } = usePlay(reading);
  const mark = useRef(event);
  const copy = (text: string, what: string) => {
    navigator.clipboard?.writeText(text).then(
      () => say(`${what} copied`),
      () => say(`the browser lets nothing be copied: ${text}`),
    );
  };
  useKeys(reading, isOn, hasLetters, {
    focusSearch: () => search.current?.select(),
    copy: () => copy(run.coordinate(event), run.coordinate(event)),
    theme: toggle,
    help: () => setHelp(true),
    play,
    mark: () => {
      mark.current = event;
      say(`${run.coordinate(event)} marked`);
    },
    toMark: () => reading.select(mark.current),
    say,
  });
  return {
    search,
    isHelp,
    setHelp,
    hasLetters,
    setLetters,
    toast,
    theme,
    isDark,
    toggleTheme: toggle,
    isPlaying,
    play,
    copy,
  };
}

/** A short word that goes away. */
function useToast(): readonly [text: string, say: (text: string) => void] {
  const [text, setText] = useState("");
  useEffect(() => {
    if (text === "") return undefined;
    const timer = setTimeout(() => setText(""), 1600);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

/** How long a step stands while the run is played, in milliseconds. */
const STEP_MILLISECONDS = 400;

/** Steps on by itself until somebody stops it, or nothing comes. */
function usePlay(reading: Reading): { readonly isPlaying: boolean; readonly toggle: () => void } {
  const [isPlaying, setPlaying] = useState(false);
  const { event } = reading.moment;
  const last = useRef(-1);
  useEffect(() => {
    if (!isPlaying) {
      last.current = -1;
      return undefined;
    }
    const timer = setTimeout(() => {
      if (last.current === event) setPlaying(false);
      last.current = event;
      reading.move(1);
    }, STEP_MILLISECONDS);
    return () => clearTimeout(timer);
  });
  return { isPlaying, toggle: () => setPlaying(!isPlaying) };
}

/**
 * Listens to the keyboard. The listener is changed with what is shown, not
 * after it was painted: a key that comes between would step from the moment
 * before, and would be lost.
 */
function useKeys(
  reading: Reading,
  isOn: boolean,
  hasLetters: boolean,
  actions: Omit<Parameters<typeof pressKey>[1], "reading">,
): void {
  useLayoutEffect(() => {
    if (!isOn) return undefined;
    const hear = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && pressKey(event, { reading, ...actions }, hasLetters)) event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
}

/** Gives the keyboard to the ladder. */
export function focusLadder(): void {
  document.querySelector<HTMLElement>(".ladder .rows")?.focus();
}

/** Hands a file to the user. */
export function save(name: string, bytes: Uint8Array): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
