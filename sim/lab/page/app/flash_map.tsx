/**
 * The map of a flash part: sectors as rows, pages as columns, and how worn
 * each sector is. A row is a few paths, however many pages it has.
 *
 * @module
 */

import type { JSX } from "preact";
import type { SectorView } from "../content/flash_records.ts";
import type { PartState } from "./flash_state.ts";
import { cross } from "./ladder_marks.tsx";

const CELL = 10;
const STEP = 11;
const ROW = 12;
const LEFT = 22;
const TOP = 13;
/** More pages of a sector share a cell. */
const MOST_CELLS = 16;
/** Rows of more sectors are not labelled. */
const MOST_LABELLED = 32;
/** More rows than these are shown around the one that is looked at. */
const MOST_ROWS = 64;

/** The map; a slider over its sectors, for the keyboard. */
export function SectorMap({ state, current, onChoose }: {
  readonly state: PartState;
  readonly current: number;
  readonly onChoose: (sector: number) => void;
}): JSX.Element {
  const { sectors, part, wear } = state;
  const last = sectors.length - MOST_ROWS;
  const first = last <= 0 ? 0 : Math.max(0, Math.min(last, current - MOST_ROWS / 2));
  const shown = sectors.slice(first, first + MOST_ROWS);
  const cells = Math.min(MOST_CELLS, part.sectorBytes / part.pageBytes);
  const right = LEFT + cells * STEP + 4;
  const most = Math.max(1, ...wear);
  const move = (key: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key.key];
    if (by === undefined) return;
    key.preventDefault();
    key.stopPropagation();
    onChoose(Math.max(0, Math.min(sectors.length - 1, current + by)));
  };
  return (
    <div
      class="map"
      role="slider"
      tabIndex={0}
      aria-label="Sector"
      aria-valuemin={0}
      aria-valuemax={sectors.length - 1}
      aria-valuenow={current}
      aria-valuetext={sectorText(state, current)}
      onKeyDown={move}
    >
      <svg width={right + 42} height={TOP + shown.length * ROW + 2} aria-hidden="true">
        {[0, 4, 8, 12].filter((page) => page < cells).map((page) => (
          <text key={page} x={LEFT + page * STEP} y={9}>{page}</text>
        ))}
        <text x={right} y={9}>erases</text>
        {shown.map((sector, index) => (
          <SectorRow
            key={sector.index}
            state={state}
            sector={sector}
            y={TOP + index * ROW}
            cells={cells}
            isCurrent={sector.index === current}
            most={most}
            onChoose={onChoose}
          />
        ))}
      </svg>
    </div>
  );
}

function sectorText({ sectors, wear, part: { isReadable } }: PartState, index: number): string {
  if (!isReadable) return `sector ${index}, erased ${wear[index] ?? 0} times`;
  const sector = sectors[index];
  const place = sector?.isHead === true ? "head of the log" : sector?.inLog === true ? "in the log" : "free";
  return `sector ${index}, ${place}, ${sector?.records.length ?? 0} records, erased ${wear[index] ?? 0} times`;
}

function SectorRow({ state, sector, y, cells, isCurrent, most, onChoose }: {
  readonly state: PartState;
  readonly sector: SectorView;
  readonly y: number;
  readonly cells: number;
  readonly isCurrent: boolean;
  readonly most: number;
  readonly onChoose: (sector: number) => void;
}) {
  const right = LEFT + cells * STEP + 4;
  const erases = state.wear[sector.index] ?? 0;
  // Which sectors another store uses nobody here knows: none is drawn as free.
  const isUsed = sector.inLog || !state.part.isReadable;
  const classes = ["sector", isUsed ? "in-log" : "", isCurrent ? "current" : ""].filter((each) => each !== "");
  const { frame, fill, changed, ground, torn, weak, stuck } = cellPaths(state, sector, cells, y);
  return (
    <g class={classes.join(" ")}>
      <rect class="ground" x={0} y={y - 1} width={right + 42} height={ROW} />
      {state.sectors.length <= MOST_LABELLED || sector.index % 8 === 0 || isCurrent
        ? <text class="number" x={14} y={y + 9}>{sector.index}</text>
        : null}
      {sector.inLog
        ? <path class={sector.isHead ? "log head-sector" : "log"} d={`M${LEFT - 4.5} ${y}v${CELL + 0.5}`} />
        : null}
      <path class="frame" d={frame} />
      {fill === "" ? null : <path class="fill" d={fill} />}
      {ground === "" ? null : <path class="torn-ground" d={ground} />}
      {torn === "" ? null : <path class="torn" d={torn} />}
      {changed === "" ? null : <path class="changed" d={changed} />}
      {weak === "" ? null : <path class="weak" d={weak} />}
      {stuck === "" ? null : <path class="stuck" d={stuck} />}
      <rect class="wear" x={right} y={y + 3} width={erases === 0 ? 0 : Math.max(2, 18 * erases / most)} height={5} />
      <text x={right + 22} y={y + 9}>{erases}</text>
      <rect class="target" x={0} y={y - 1} width={right + 42} height={ROW} onClick={() => onChoose(sector.index)} />
    </g>
  );
}

/** The paths of a row's cells, by what they say. */
interface CellPaths {
  frame: string;
  /** A page fills from below with the share of its bytes that are written. */
  fill: string;
  /** Pages that the selected event has changed. */
  changed: string;
  ground: string;
  torn: string;
  /** Weak bits: a dotted rule below; stuck ones: a small triangle. */
  weak: string;
  stuck: string;
}

function cellPaths(state: PartState, sector: SectorView, cells: number, y: number): CellPaths {
  const { bytes, part: { sectorBytes, pageBytes, erasedValue }, changed, ailments } = state;
  const size = sectorBytes / cells;
  const paths: CellPaths = { frame: "", fill: "", changed: "", ground: "", torn: "", weak: "", stuck: "" };
  const own = ailments.filter(([, address]) => Math.floor(address / sectorBytes) === sector.index);
  for (let cell = 0; cell < cells; cell++) {
    const begin = sector.index * sectorBytes + cell * size;
    const x = LEFT + cell * STEP;
    const box = `M${x + 0.5} ${y + 0.5}h${CELL - 1}v${CELL - 0.5}h${1 - CELL}z`;
    paths.frame += box;
    let used = 0;
    for (let at = begin; at < begin + size; at++) if (bytes[at] !== erasedValue) used++;
    const height = Math.max(2, Math.round(used / size * 8));
    if (used > 0) paths.fill += `M${x + 1} ${y + CELL}v${-height}h${CELL - 2}v${height}z`;
    for (let page = begin / pageBytes; page < (begin + size) / pageBytes; page++) {
      if (changed.has(page)) paths.changed += box;
    }
    if (sector.records.some(({ kind, offset }) => kind === "torn" && Math.floor(offset / size) === cell)) {
      paths.ground += `M${x + 1} ${y + 1}h${CELL - 2}v${CELL - 2}h${2 - CELL}z`;
      paths.torn += cross(x + CELL / 2, y + CELL / 2, 3);
    }
    for (const [kind, address] of own) {
      if (address < begin || address >= begin + size) continue;
      if (kind === "weak") paths.weak += `M${x + 1} ${y + CELL + 0.5}h${CELL - 2}`;
      else paths.stuck += `M${x + CELL - 5} ${y + 1}h4v4z`;
    }
  }
  return paths;
}
