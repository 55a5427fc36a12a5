/**
 * A list of rows of one height, of which only those in sight are there.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSize } from "./use_size.ts";

/** What a list shows. */
export interface ListProps {
  readonly length: number;
  readonly rowHeight: number;
  readonly label: string;
  /** The row that is to be in sight; -1 for none. */
  readonly current: number;
  readonly row: (index: number) => ComponentChildren;
}

const OVERSCAN = 4;

/** A list in a box that scrolls. */
export function List({ length, rowHeight, label, current, row }: ListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const [scroll, setScroll] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || current < 0 || height === 0) return;
    const top = current * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + height) element.scrollTop = top + rowHeight - height;
    setScroll(element.scrollTop);
  }, [current, height]);
  const first = Math.max(0, Math.floor(scroll / rowHeight) - OVERSCAN);
  const last = Math.min(length - 1, Math.ceil((scroll + height) / rowHeight) + OVERSCAN);
  return (
    <div
      class="list"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={label}
      onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
    >
      <div class="list-sheet" style={{ height: `${length * rowHeight}px` }}>
        <div style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => row(first + index))}
        </div>
      </div>
    </div>
  );
}
