/**
 * Bytes as a dump of sixteen a line.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";

/** Some bytes of more. */
export interface HexRange {
  readonly begin: number;
  readonly lengthBytes: number;
}

/** What a dump shows. */
export interface HexProps {
  readonly bytes: Uint8Array;
  /** Which of them, whole lines. */
  readonly shown: HexRange;
  /** Those that are meant. */
  readonly marked?: HexRange | undefined;
  /** Those that a write left behind when it was cut off. */
  readonly torn?: HexRange | undefined;
  readonly label: string;
}

const LINE = 16;

/** A dump. */
export function Hex({ bytes, shown, marked, torn, label }: HexProps): JSX.Element {
  const first = shown.begin - shown.begin % LINE;
  const end = Math.min(bytes.length, shown.begin + shown.lengthBytes);
  const lines: ComponentChildren[] = [];
  for (let at = first; at < end; at += LINE) {
    lines.push(<Line key={at} bytes={bytes} at={at} end={end} marked={marked} torn={torn} />);
  }
  return <div class="hex" tabIndex={0} role="group" aria-label={label}>{lines}</div>;
}

function Line({ bytes, at, end, marked, torn }: {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly marked: HexRange | undefined;
  readonly torn: HexRange | undefined;
}) {
  const parts: ComponentChildren[] = [];
  let text = "";
  let tone = "";
  const flush = () => {
    if (text !== "") parts.push(tone === "" ? text : <span key={parts.length} class={tone}>{text}</span>);
    text = "";
  };
  for (let index = at; index < Math.min(at + LINE, end); index++) {
    const next = [isIn(index, marked) ? "marked" : "", isIn(index, torn) ? "torn" : ""].filter((each) => each !== "")
      .join(" ");
    const separator = index === at ? "" : index === at + LINE / 2 ? "  " : " ";
    if (next === tone) text += separator;
    else {
      flush();
      parts.push(separator);
      tone = next;
    }
    text += (bytes[index] ?? 0).toString(16).padStart(2, "0");
  }
  flush();
  return (
    <div>
      <span class="address">{`${at.toString(16).padStart(4, "0")}  `}</span>
      {parts}
    </div>
  );
}

function isIn(index: number, range: HexRange | undefined): boolean {
  return range !== undefined && index >= range.begin && index < range.begin + range.lengthBytes;
}
