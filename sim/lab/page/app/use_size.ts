/**
 * The size of an element, as it is now.
 *
 * @module
 */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** A size in CSS pixels; 0 before it is known. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The inner size of an element, told again when it changes. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const look = () => {
      const { clientWidth: width, clientHeight: height } = current;
      setSize((last) => last.width === width && last.height === height ? last : { width, height });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return size;
}
