/**
 * The keys of an adapter at a moment, a row a key, in its three places: the
 * table in RAM, the flash, the service's store. Each place is a link to the
 * event that wrote it. Below them the sessions.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import type { KeyRow, SessionRow, StoreRow } from "../content/cells.ts";
import type { RecordView } from "../content/flash_records.ts";
import { type PartState, writerOf } from "./flash_state.ts";
import type { Run } from "./run.ts";
import { milliseconds } from "./words.ts";

/** What the panel shows. */
export interface KeysProps {
  readonly run: Run;
  readonly event: number;
  readonly adapter: string;
  readonly state: PartState | undefined;
  /** The adapters to choose from. */
  readonly adapters: readonly string[];
  readonly onAdapter: (adapter: string) => void;
  readonly onSelect: (event: number) => void;
}

/** A row: whom a key is for. */
interface Owner {
  readonly class: string;
  readonly id: string;
  readonly port: string;
}

/** The panel of keys. */
export function KeysPanel(props: KeysProps): JSX.Element {
  const { run, event, adapter, adapters, onAdapter } = props;
  const rows = ownersOf(props);
  return (
    <section class="keys" aria-label="Keys">
      <header class="head">
        <h2>Keys</h2>
        <span class="quiet">
          {`at ${milliseconds(run.columns.cycle(event), run.summary.frequencyHz)} ms · fingerprints, never keys`}
        </span>
        {adapters.length < 2
          ? null
          : (
            <select aria-label="Adapter" value={adapter} onChange={(change) => onAdapter(change.currentTarget.value)}>
              {adapters.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          )}
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Keys at the selected moment">
        <table class="key-table">
          <caption class="hidden">Each key in its three places</caption>
          <thead>
            <tr>
              <th>for</th>
              <th>key table (RAM)</th>
              <th>flags</th>
              <th>flash</th>
              <th>service store</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((owner) => (
              <KeyRowView key={`${owner.class} ${owner.id} ${owner.port}`} {...props} owner={owner} />
            ))}
            {rows.length === 0
              ? (
                <tr>
                  <td colSpan={5} class="quiet">no key in any of the three places yet</td>
                </tr>
              )
              : null}
          </tbody>
        </table>
        {props.state?.part.isReadable === false
          ? (
            <p class="remark">
              {`On flash: a module keeps the keys of ${adapter}, in records that cannot be read here.`}
            </p>
          )
          : null}
        <Sessions {...props} />
      </div>
    </section>
  );
}

function listAt<T>(run: Run, cell: string, event: number): readonly T[] {
  return listOf(run.history.at(cell, event));
}

function listOf<T>(text: string | undefined): readonly T[] {
  return text === undefined || text === "" ? [] : JSON.parse(text);
}

/** Whoever has a key in one of the places: the group key first, then by identifier, what is no key last. */
function ownersOf({ run, event, adapter, state }: KeysProps): readonly Owner[] {
  const table = listAt<KeyRow>(run, `keys/${adapter}`, event).map(({ id, port }) => ({ class: classOf(id), id, port }));
  const stored = storeAt(run, event, adapter).map(({ kind, id, port }) => ({ class: kind, id, port }));
  const flash = recordsOf(state).flatMap(({ record: { owner } }) => owner === undefined ? [] : [owner]);
  const all = [...table, ...stored, ...flash].filter(({ class: kind }) => RANKS.includes(kind));
  const unique = new Map(all.map((owner) => [`${owner.class} ${owner.id} ${owner.port}`, owner]));
  return [...unique.values()].sort((a, b) =>
    RANKS.indexOf(a.class) - RANKS.indexOf(b.class) || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.port < b.port ? -1 : 1)
  );
}

const RANKS: readonly string[] = ["group-key", "preshared-key", "tunnel-address", "generational-guid"];

function classOf(id: string): string {
  return id === "any" ? "group-key" : "preshared-key";
}

function storeAt(run: Run, event: number, adapter: string): readonly StoreRow[] {
  return listAt<StoreRow>(run, "store", event).filter((row) => row.adapter === adapter || row.adapter === "");
}

interface PlacedRecord {
  readonly sector: number;
  readonly record: RecordView;
}

function recordsOf(state: PartState | undefined): readonly PlacedRecord[] {
  return (state?.sectors ?? []).filter(({ inLog }) => inLog).flatMap(({ index, records }) =>
    records.map((record) => ({ sector: index, record }))
  );
}

function isOwnedBy({ record: { owner } }: PlacedRecord, { class: kind, id, port }: Owner): boolean {
  return owner?.class === kind && owner.id === id && owner.port === port;
}

function titleOf({ class: kind, id, port }: Owner): string {
  if (kind === "group-key") return "any (group key)";
  if (kind === "generational-guid") return "GUID";
  if (kind === "tunnel-address") return "tunnel addresses";
  return port === "all" ? id : `${id} port ${port}`;
}

function KeyRowView(props: KeysProps & { readonly owner: Owner }) {
  const { run, event, adapter, owner, onSelect } = props;
  const isKey = owner.class.endsWith("-key");
  const read = (text: string | undefined) => {
    const row = listOf<KeyRow>(text).find(({ id, port }) => id === owner.id && port === owner.port);
    return row === undefined ? "" : `${row.key} ${row.flags}`;
  };
  const cell = `keys/${adapter}`;
  const row = listAt<KeyRow>(run, cell, event).find(({ id, port }) => id === owner.id && port === owner.port);
  const since = row === undefined ? -1 : run.history.since(cell, event, read);
  const isPowered = run.isPowered(adapter, event);
  return (
    <tr>
      <td class="key-name">{titleOf(owner)}</td>
      <td data-label="key table (RAM)">
        {!isKey
          ? <span class="quiet">not a key</span>
          : !isPowered
          ? <span class="dark">no power</span>
          : row === undefined
          ? <span class="quiet">none</span>
          : (
            <>
              <Go event={since} onSelect={onSelect}>
                <span class="code">{row.key}</span>
              </Go>
              {since === event ? <span class="tag">new</span> : null}
            </>
          )}
      </td>
      <td data-label="flags" class="quiet">{row?.flags ?? ""}</td>
      <td data-label="flash">
        <FlashPlace {...props} />
      </td>
      <td data-label="service store">
        <StorePlace {...props} />
      </td>
    </tr>
  );
}

/** A link to the event that wrote something; plain where it is not known. */
function Go({ event, onSelect, children, tone }: {
  readonly event: number;
  readonly onSelect: (event: number) => void;
  readonly children: ComponentChildren;
  readonly tone?: string;
}) {
  if (event < 0) return <>{children}</>;
  return (
    <button
      type="button"
      class={tone ?? "go"}
      title="Go to the event that wrote it"
      onClick={() => onSelect(event)}
    >
      {children}
    </button>
  );
}

/** Where the key lies on flash, and what a write that was cut off has left. */
function FlashPlace({ run, event, adapter, state, owner, onSelect }: KeysProps & { readonly owner: Owner }) {
  if (state === undefined) return <span class="quiet">no flash</span>;
  if (!state.part.isReadable) return <span class="quiet">not readable</span>;
  const own = recordsOf(state).filter((each) => isOwnedBy(each, owner));
  const torn = own.find(({ record }) => record.state === "torn");
  const live = own.find(({ record }) => record.state === "live");
  if (torn === undefined && live === undefined) return <span class="quiet">none</span>;
  const { sectorBytes } = state.part;
  const writer = ({ sector, record: { offset } }: PlacedRecord) =>
    writerOf(run, adapter, sector * sectorBytes + offset, event);
  return (
    <>
      {torn === undefined ? null : (
        <Go event={writer(torn)} onSelect={onSelect} tone="tag bad">
          {`✕ torn, ${torn.record.lengthBytes} of ${torn.record.wantedBytes} B`}
        </Go>
      )}
      {live === undefined ? null : (
        <>
          {torn === undefined ? null : " "}
          <Go event={writer(live)} onSelect={onSelect}>
            <span class="code">{`${live.sector}:${live.record.offset}`}</span>
          </Go>
          {torn === undefined ? null : <span class="quiet old">old</span>}
        </>
      )}
    </>
  );
}

function StorePlace({ run, event, adapter, owner, onSelect }: KeysProps & { readonly owner: Owner }) {
  const isOwn = ({ kind, id, port }: StoreRow) => kind === owner.class && id === owner.id && port === owner.port;
  const row = storeAt(run, event, adapter).find(isOwn);
  if (row === undefined) return <span class="quiet">none</span>;
  const read = (text: string | undefined) => {
    const found = listOf<StoreRow>(text).find((each) =>
      (each.adapter === adapter || each.adapter === "") && isOwn(each)
    );
    return found === undefined ? "" : `${found.key} ${found.lengthBytes}`;
  };
  const isSealed = owner.class.endsWith("-key");
  return (
    <Go event={run.history.since("store", event, read)} onSelect={onSelect}>
      {isSealed
        ? (
          <>
            <span class="code">{row.key}</span>
            {" sealed"}
          </>
        )
        : `plain, ${row.lengthBytes} B`}
    </Go>
  );
}

function Sessions({ run, event, adapter }: KeysProps) {
  const isPowered = run.isPowered(adapter, event);
  const sessions = isPowered ? listAt<SessionRow>(run, `sessions/${adapter}`, event) : [];
  return (
    <table class="sessions">
      <caption class="hidden">Sessions</caption>
      <thead>
        <tr>
          <th>session</th>
          <th>state</th>
          <th>association</th>
          <th>PFS</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ number, state, mode, suite, pfs }) => (
          <tr key={number}>
            <td>{number}</td>
            <td>{state}</td>
            <td>
              {state !== "active"
                ? <span class="quiet">none</span>
                : [mode === "" ? "" : `${mode} mode`, suite].filter((each) => each !== "").join(", ")}
            </td>
            <td>{pfs ? "on" : "off"}</td>
          </tr>
        ))}
        {sessions.length > 0 ? null : (
          <tr>
            <td colSpan={4} class="quiet">{isPowered ? "none yet" : `none: ${adapter} has no power`}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
