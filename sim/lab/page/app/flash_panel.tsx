/**
 * The flash part: a map of its sectors and pages, and the records of one
 * sector. What a record is for is shown; its value stays sealed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RecordView, SectorView } from "../content/flash_records.ts";
import { type Ailment } from "../content/cells.ts";
import { type PartState, writerOf } from "./flash_state.ts";
import { cross } from "./ladder_marks.tsx";
import type { Run } from "./run.ts";

/** What the panel shows. */
export interface FlashProps {
  readonly run: Run;
  readonly event: number;
  /** `undefined` for an adapter without a part that can be looked into. */
  readonly state: PartState | undefined;
  readonly adapter: string;
  readonly onSelect: (event: number) => void;
}

/** The panel of a flash part. */
export function FlashPanel(props: FlashProps): JSX.Element {
  const { run, event, state, adapter } = props;
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  useEffect(() => setChosen(undefined), [event, adapter]);
  const operated = state === undefined || run.columns.component(event) !== `${adapter} flash`
    ? -1
    : Math.floor(run.columns.number(event, "address") / state.part.sectorBytes);
  const head = state?.sectors.findIndex(({ isHead }) => isHead) ?? -1;
  const current = chosen ?? (operated >= 0 ? operated : Math.max(0, head));
  const sector = state?.sectors[current];
  return (
    <section class="flash-panel" aria-label="Flash">
      <header class="head">
        <h2>Flash</h2>
        <span class="quiet">
          {state === undefined ? adapter : "rule: in log; thick: head; dashed: free; ✕: torn; heavy: just written"}
        </span>
      </header>
      {state === undefined || sector === undefined
        ? <p class="remark">{`${adapter} has no flash that can be looked into: the service keeps its keys.`}</p>
        : (
          <div class="flash-body">
            <SectorMap state={state} current={current} onChoose={setChosen} />
            <Records {...props} state={state} sector={sector} />
          </div>
        )}
    </section>
  );
}

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

function SectorMap({ state, current, onChoose }: {
  readonly state: PartState;
  readonly current: number;
  readonly onChoose: (sector: number) => void;
}) {
  const { sectors, part, wear } = state;
  const first = sectors.length <= MOST_ROWS
    ? 0
    : Math.max(0, Math.min(sectors.length - MOST_ROWS, current - MOST_ROWS / 2));
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

function sectorText({ sectors, wear }: PartState, index: number): string {
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
  const classes = ["sector", sector.inLog ? "in-log" : "", isCurrent ? "current" : ""].filter((each) => each !== "")
    .join(" ");
  return (
    <g class={classes}>
      <rect class="ground" x={0} y={y - 1} width={right + 42} height={ROW} />
      {state.sectors.length <= MOST_LABELLED || sector.index % 8 === 0 || isCurrent
        ? <text class="number" x={14} y={y + 9}>{sector.index}</text>
        : null}
      {sector.inLog
        ? <path class={sector.isHead ? "log head-sector" : "log"} d={`M${LEFT - 4.5} ${y}v${CELL + 0.5}`} />
        : null}
      {Array.from(
        { length: cells },
        (_, cell) => <PageCell key={cell} state={state} sector={sector} cell={cell} cells={cells} y={y} />,
      )}
      <rect class="wear" x={right} y={y + 3} width={erases === 0 ? 0 : Math.max(2, 18 * erases / most)} height={5} />
      <text x={right + 22} y={y + 9}>{erases}</text>
      <rect class="target" x={0} y={y - 1} width={right + 42} height={ROW} onClick={() => onChoose(sector.index)} />
    </g>
  );
}

/** A page fills from below with the share of its bytes that are written. */
function PageCell({ state, sector, cell, cells, y }: {
  readonly state: PartState;
  readonly sector: SectorView;
  readonly cell: number;
  readonly cells: number;
  readonly y: number;
}) {
  const { bytes, part: { sectorBytes, pageBytes, erasedValue }, changed, ailments } = state;
  const size = sectorBytes / cells;
  const begin = sector.index * sectorBytes + cell * size;
  let used = 0;
  for (let at = begin; at < begin + size; at++) if (bytes[at] !== erasedValue) used++;
  const x = LEFT + cell * STEP;
  const isChanged = Array.from({ length: size / pageBytes }, (_, page) => begin / pageBytes + page).some((page) =>
    changed.has(page)
  );
  const torn = sector.records.some(({ kind, offset }) => kind === "torn" && Math.floor(offset / size) === cell);
  const height = used === 0 ? 0 : Math.max(2, Math.round(used / size * 8));
  const ailing = ailments.filter(([, address]) => address >= begin && address < begin + size);
  return (
    <g class={isChanged ? "page changed" : "page"}>
      <rect class="frame" x={x + 0.5} y={y + 0.5} width={CELL - 1} height={CELL - 0.5} />
      {height === 0 ? null : <rect class="fill" x={x + 1} y={y + CELL - height} width={CELL - 2} height={height} />}
      {torn
        ? (
          <>
            <rect class="torn-ground" x={x + 1} y={y + 1} width={CELL - 2} height={CELL - 2} />
            <path class="torn" d={cross(x + CELL / 2, y + CELL / 2, 3)} />
          </>
        )
        : null}
      <AilmentMarks ailing={ailing} x={x} y={y} />
    </g>
  );
}

/** Weak bits: a dotted rule below; stuck ones: a small triangle. */
function AilmentMarks(
  { ailing, x, y }: { readonly ailing: readonly Ailment[]; readonly x: number; readonly y: number },
) {
  return (
    <>
      {ailing.some(([kind]) => kind === "weak")
        ? <path class="weak" d={`M${x + 1} ${y + CELL + 0.5}h${CELL - 2}`} />
        : null}
      {ailing.some(([kind]) => kind !== "weak") ? <path class="stuck" d={`M${x + CELL - 5} ${y + 1}h4v4z`} /> : null}
    </>
  );
}

const CLASS_NAMES: Readonly<Record<string, string>> = {
  "preshared-key": "key",
  "group-key": "group key",
  "tunnel-address": "tunnel",
  "generational-guid": "GUID",
  "persistent-logon": "saved login",
  "persistent-logon-part": "saved login, part",
};
const LETTERS: Readonly<Record<string, string>> = {
  "preshared-key": "K",
  "group-key": "G",
  "tunnel-address": "T",
  "generational-guid": "U",
  "persistent-logon": "L",
  "persistent-logon-part": "L",
  mark: "M",
  clear: "C",
  log: "R",
};

function nameOf({ kind, owner }: RecordView): string {
  if (owner === undefined) {
    return kind === "torn" ? "torn write" : kind === "clear" ? "clear secrets" : kind === "log" ? "retired" : kind;
  }
  if (owner.class !== "preshared-key") return CLASS_NAMES[owner.class] ?? owner.class;
  return owner.port === "all" ? owner.id : `${owner.id} port ${owner.port}`;
}

/** How many records of a sector are listed: the last ones. */
const MOST_RECORDS = 60;

function Records(
  { run, event, state, adapter, sector, onSelect }: FlashProps & {
    readonly state: PartState;
    readonly sector: SectorView;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  const { sectorBytes } = state.part;
  const begin = sector.index * sectorBytes;
  const written = run.columns.component(event) === `${adapter} flash`
    ? run.columns.number(event, "address") - begin
    : -1;
  const records = sector.records.slice(-MOST_RECORDS);
  useEffect(() => {
    const row = box.current?.querySelector("[aria-selected=true]");
    if (row instanceof HTMLElement && box.current !== null) scrollInto(box.current, row);
  }, [event, sector.index]);
  const ailing = state.ailments.filter(([, address]) => address >= begin && address < begin + sectorBytes);
  return (
    <div class="records" ref={box} tabIndex={0} role="group" aria-label={`Records of sector ${sector.index}`}>
      <RecordStrip sector={sector} />
      <table>
        <caption class="hidden">{`Records of sector ${sector.index}`}</caption>
        <thead>
          <tr>
            <th>at</th>
            <th>record</th>
            <th class="number">B</th>
            <th>state</th>
          </tr>
        </thead>
        <tbody>
          {sector.sequence === undefined ? null : (
            <tr>
              <td class="code">0</td>
              <td>{`header, no. ${sector.sequence}`}</td>
              <td class="number">{sector.headerBytes}</td>
              <td>{sector.isHead ? "head" : sector.inLog ? "in log" : "free"}</td>
            </tr>
          )}
          {records.map((record) => (
            <tr key={record.offset} aria-selected={written === record.offset}>
              <td class="code">
                <button
                  type="button"
                  class="go"
                  title="Go to the write"
                  onClick={() => goTo(writerOf(run, adapter, begin + record.offset, event), onSelect)}
                >
                  {record.offset}
                </button>
              </td>
              <td>
                {nameOf(record)}
                {record.kind === "value" || record.kind === "delete" || record.kind === "name"
                  ? <span class="quiet">{` ${record.kind}`}</span>
                  : null}
              </td>
              <td class="number">
                {record.kind === "torn" && record.wantedBytes !== record.lengthBytes
                  ? `${record.lengthBytes}/${record.wantedBytes}`
                  : record.lengthBytes}
              </td>
              <td>
                <StateTag state={record.state} />
              </td>
            </tr>
          ))}
          {sector.records.length > 0 || sector.sequence !== undefined ? null : (
            <tr>
              <td colSpan={4} class="quiet">no record of the log</td>
            </tr>
          )}
          {ailing.slice(0, 8).map(([kind, address, mask]) => (
            <tr key={`${kind}${address}`}>
              <td class="code">{address - begin}</td>
              <td>{`bits ${mask.toString(2)}`}</td>
              <td />
              <td class="bad">{kind}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function goTo(event: number, onSelect: (event: number) => void): void {
  if (event >= 0) onSelect(event);
}

function scrollInto(box: HTMLElement, row: HTMLElement): void {
  const beyond = row.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
  if (beyond > 0) box.scrollTop += beyond + 6;
}

function StateTag({ state }: { readonly state: RecordView["state"] }) {
  if (state === "torn") return <span class="tag bad">✕ torn</span>;
  if (state === "live") return <span class="tag">live</span>;
  return <span class="quiet">{state}</span>;
}

const STRIP = 224;

/** One box a record, its width by its length, its letter by its class. */
function RecordStrip({ sector }: { readonly sector: SectorView }) {
  const boxes = [
    ...(sector.sequence === undefined ? [] : [{ letter: "H", state: "", lengthBytes: sector.headerBytes }]),
    ...sector.records.slice(-MOST_RECORDS).map(({ kind, owner, state, lengthBytes }) => ({
      letter: kind === "torn" ? "✕" : LETTERS[owner?.class ?? kind] ?? "?",
      state,
      lengthBytes,
    })),
  ];
  if (boxes.length === 0) return null;
  const used = Math.max(256, boxes.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0));
  const scale = Math.max(0, Math.min(0.9, (STRIP - 14 * boxes.length) / used));
  let reached = 0;
  const placed = boxes.map((each) => {
    const x = reached;
    const width = 12 + each.lengthBytes * scale;
    reached += width;
    return { ...each, x, width };
  });
  return (
    <svg
      class="record-strip"
      width={STRIP}
      height={18}
      viewBox={`0 0 ${Math.max(STRIP, reached)} 18`}
      preserveAspectRatio="xMinYMid"
      aria-hidden="true"
    >
      {placed.map(({ letter, state, x, width }) => (
        <g key={x} class={state === "" ? "plain" : state}>
          <rect x={x + 0.5} y={0.5} width={width - 2} height={17} />
          <text x={x + width / 2 - 0.5} y={13}>{letter}</text>
        </g>
      ))}
    </svg>
  );
}
