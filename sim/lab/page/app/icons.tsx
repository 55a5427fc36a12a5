/**
 * The few signs of the page, each beside a word that says the same.
 *
 * @module
 */

import type { JSX } from "preact";

const PATHS = {
  fail: "M2 2l8 8m0-8l-8 8",
  ok: "M1.5 6.5l3 3 6-7",
  power: "M1 4l2.5 -2 2 2 2 -2 3 2M1 10l2.5 -2 2 2 2 -2 3 2",
  torn: "M1 2h5l-2 4 2 4H1zM8 2h3v8H8L6 6z",
  reset: "M10 6a4 4 0 1 1-1.5-3.1M10 1v3H7",
  fault: "M6 1L11 10.5H1zM6 4.5v3",
  back: "M8 1L3 6l5 5",
  on: "M4 1l5 5-5 5",
  copy: "M4 4h7v7H4zM8 4V1H1v7h3",
  play: "M3 1.5l7 4.5-7 4.5z",
  stop: "M2.5 2.5h7v7h-7z",
} as const;

/** A sign's name. */
export type IconName = keyof typeof PATHS;

/** A sign of 12 by 12 pixels, in the colour of the text. */
export function Icon({ name, tone }: { readonly name: IconName; readonly tone?: string }): JSX.Element {
  return (
    <svg class={tone === undefined ? "icon" : `icon ${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
