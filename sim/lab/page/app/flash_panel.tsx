/**
 * The flash part: a map of its sectors and pages, and the records of one
 * sector. What a record is for is shown; its value stays sealed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RecordView, SectorView } from "../content/flash_records.ts";
import { type PartState, writerOf } from "./flash_state.ts";
import { SectorMap } from "./flash_map.tsx";
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
          {state === undefined
            ? adapter
            : state.part.isReadable
            ? "rule: in log; thick: head; dashed: free; ✕: torn; heavy: just written"
            : "pages with bytes; heavy: just written"}
        </span>
      </header>
      {state === undefined || sector === undefined
        ? <p class="remark">{`${adapter} has no flash that can be looked into: the service keeps its keys.`}</p>
        : (
          <div class="flash-body">
            <SectorMap state={state} current={current} onChoose={setChosen} />
            {state.part.isReadable ? <Records {...props} state={state} sector={sector} /> : (
              <p class="remark">
                {`A module keeps the keys of ${adapter}: its records cannot be read here.`}
              </p>
            )}
          </div>
        )}
    </section>
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
    return kind === "torn" ? "torn write" : kind === "log" ? "retired" : kind;
  }
  if (owner.class !== "preshared-key") return CLASS_NAMES[owner.class] ?? owner.class;
  return owner.port === "all" ? owner.id : `${owner.id} port ${owner.port}`;
}

/** How many records of a sector are listed: the last ones. */
const MOST_RECORDS = 60;
const MOST_AILMENTS = 8;

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
          <HeaderRow sector={sector} />
          {sector.records.slice(-MOST_RECORDS).map((record) => (
            <RecordRow
              key={record.offset}
              record={record}
              isWritten={written === record.offset}
              onGo={() => goTo(writerOf(run, adapter, begin + record.offset, event), onSelect)}
            />
          ))}
          {ailing.slice(0, MOST_AILMENTS).map(([kind, address, mask]) => (
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

function HeaderRow({ sector }: { readonly sector: SectorView }) {
  const { sequence, headerBytes, isHead, inLog, records } = sector;
  if (sequence === undefined) {
    return records.length > 0 ? null : (
      <tr>
        <td colSpan={4} class="quiet">no record of the log</td>
      </tr>
    );
  }
  return (
    <tr>
      <td class="code">0</td>
      <td>{`header, no. ${sequence}`}</td>
      <td class="number">{headerBytes}</td>
      <td>{isHead ? "head" : inLog ? "in log" : "free"}</td>
    </tr>
  );
}

function RecordRow({ record, isWritten, onGo }: {
  readonly record: RecordView;
  readonly isWritten: boolean;
  readonly onGo: () => void;
}) {
  const { kind, offset, lengthBytes, wantedBytes, state } = record;
  return (
    <tr aria-selected={isWritten}>
      <td class="code">
        <button type="button" class="go" title="Go to the write" onClick={onGo}>{offset}</button>
      </td>
      <td>
        {nameOf(record)}
        {["value", "delete", "name"].includes(kind) ? <span class="quiet">{` ${kind}`}</span> : null}
      </td>
      <td class="number">{wantedBytes === lengthBytes ? lengthBytes : `${lengthBytes}/${wantedBytes}`}</td>
      <td>
        <StateTag state={state} />
      </td>
    </tr>
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
