/**
 * Splitters beside and below the ladder, where a page has room for them: by
 * pointer and by arrow keys, put back by a double click or Enter.
 *
 * @module
 */

import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { useSize } from "./use_size.ts";

/** What has been chosen, in CSS pixels; `undefined` where the style has its own. Kept as long as the page is open. */
export interface PanelSizes {
  /** The width of the panels at the right. */
  readonly side: number | undefined;
  /** The height of the panels at the bottom. */
  readonly foot: number | undefined;
}

/** As the style has it. */
export const OWN_SIZES: PanelSizes = { side: undefined, foot: undefined };

/** The least that panels are good for; what they may have in any case; and what else the others keep. */
const LEAST = { side: 280, foot: 120 } as const;
const GRANTED = { side: 384, foot: 244 } as const;
const OTHERS = { side: 878, foot: 340 } as const;
/** How far an arrow key goes. */
const STEP = 16;

/** What the style is told of sizes. What was chosen in a larger window is less in a smaller one. */
export function styleOf(sizes: PanelSizes): Readonly<Record<string, string | undefined>> {
  const told = (name: keyof PanelSizes) => {
    const size = sizes[name];
    return size === undefined ? undefined : `min(${size}px, max(${GRANTED[name]}px, 100% - ${OTHERS[name]}px))`;
  };
  return { "--side": told("side"), "--foot": told("foot") };
}

/** What splitters need. */
export interface SplittersProps {
  /** The box of all panels. */
  readonly box: RefObject<HTMLElement | null>;
  readonly sizes: PanelSizes;
  readonly onSizes: (sizes: PanelSizes) => void;
}

/** Both splitters, within the box of all panels. */
export function Splitters({ box, sizes, onSizes }: SplittersProps): JSX.Element {
  const { width, height } = useSize(box);
  const now = useShown(box, [width, height, sizes]);
  const splitter = (name: keyof PanelSizes, label: string, room: number) => (
    <Splitter
      name={name}
      label={label}
      now={now[name]}
      most={Math.max(GRANTED[name], room - OTHERS[name])}
      onSize={(size) => onSizes({ ...sizes, [name]: size })}
    />
  );
  return (
    <>
      {splitter("side", "Width of event and packets", width)}
      {splitter("foot", "Height of flash, keys and packets", height)}
    </>
  );
}

/** The sizes that panels have, whoever chose them. */
function useShown(box: RefObject<HTMLElement | null>, changes: readonly unknown[]) {
  const [shown, setShown] = useState({ side: 0, foot: 0 });
  useLayoutEffect(() => {
    const side = box.current?.querySelector<HTMLElement>(".event")?.offsetWidth ?? 0;
    const foot = box.current?.querySelector<HTMLElement>(".packets")?.offsetHeight ?? 0;
    setShown((before) => before.side === side && before.foot === foot ? before : { side, foot });
  }, changes);
  return shown;
}

interface SplitterProps {
  readonly name: keyof PanelSizes;
  readonly label: string;
  readonly now: number;
  readonly most: number;
  readonly onSize: (size: number | undefined) => void;
}

function Splitter({ name, label, now, most, onSize }: SplitterProps) {
  const isSide = name === "side";
  const least = LEAST[name];
  const take = (size: number) => onSize(Math.round(Math.max(least, Math.min(most, size))));
  const drag = (pointer: PointerEvent) => {
    const { currentTarget: target } = pointer;
    const panels = target instanceof Element ? target.parentElement?.getBoundingClientRect() : undefined;
    if (pointer.buttons !== 1 || panels === undefined) return;
    take(isSide ? panels.right - pointer.clientX : panels.bottom - pointer.clientY);
  };
  const press = (key: KeyboardEvent) => {
    const [larger, smaller] = isSide ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (key.key === larger) take(now + STEP);
    else if (key.key === smaller) take(now - STEP);
    else if (key.key === "Home") take(least);
    else if (key.key === "End") take(most);
    else if (key.key === "Enter") onSize(undefined);
    else return;
    // Nobody steps to another event meanwhile.
    key.preventDefault();
    key.stopPropagation();
  };
  return (
    <div
      class={`splitter ${name}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={isSide ? "vertical" : "horizontal"}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={now}
      title={`${label}: drag, or arrow keys; double click or Enter puts it back`}
      onPointerDown={(pointer) => pointer.currentTarget.setPointerCapture(pointer.pointerId)}
      onPointerMove={drag}
      onDblClick={() => onSize(undefined)}
      onKeyDown={press}
    />
  );
}
