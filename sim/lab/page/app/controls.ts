/**
 * What every page of a run has around its panels: the keyboard, playing, and
 * a short word that goes away.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { pressKey } from "./keyboard.ts";
import type { Reading } from "./reading.ts";

/** A short word that goes away. */
export function useToast(): readonly [text: string, say: (text: string) => void] {
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
export function usePlay(reading: Reading): { readonly isPlaying: boolean; readonly toggle: () => void } {
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

/** Listens to the keyboard. */
export function useKeys(
  reading: Reading,
  hasLetters: boolean,
  actions: Omit<Parameters<typeof pressKey>[1], "reading">,
): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && pressKey(event, { reading, ...actions }, hasLetters)) event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });
}

/** Hands a file to the user. */
export function save(name: string, bytes: Uint8Array): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
