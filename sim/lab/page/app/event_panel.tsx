/**
 * The selected event: what it says in a sentence, when, in which step; the
 * packet or the flash bytes that it is about; what led to it, and to what it
 * led; how the command line comes to it.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AdapterComponents } from "../../../trace/components.ts";
import { bytesOfHex, isFlashWrite, partAt } from "./flash_state.ts";
import { Hex } from "./hex.tsx";
import { titleOfStep } from "./ladder_rows.tsx";
import type { Packet, Run } from "./run.ts";
import { duration, grouped, milliseconds, sentenceOf, shortComponent, wordsOf } from "./words.ts";

/** What the panel shows. */
export interface EventProps {
  readonly run: Run;
  readonly event: number;
  readonly onSelect: (event: number) => void;
  /** The line that comes to the event on the command line. */
  readonly command: string;
  readonly onCopy: (text: string, what: string) => void;
  /** What can be run from here. */
  readonly lab?: ComponentChildren;
}

/** How much of a long chain is listed at its end and at its beginning, and how many effects. */
const CHAIN_END = 10;
const CHAIN_BEGIN = 3;
const MOST_EFFECTS = 6;

/** The panel of the selected event. */
export function EventPanel(props: EventProps): JSX.Element {
  const { run, event, command, onCopy, lab } = props;
  const { columns } = run;
  const isBad = run.bad[event] === 1;
  const packet = run.packetOf(event);
  return (
    <section class="event" aria-label="Event">
      <header class="head">
        <h2>Event</h2>
        <span class="quiet code">{`${columns.component(event)} · ${columns.kind(event)}`}</span>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Selected event">
        <p class={isBad ? "sentence bad" : "sentence"}>{`${isBad ? "✕ " : ""}${sentenceOf(run, event)}`}</p>
        <Particulars {...props} />
        {packet === undefined ? null : <PacketDetail key={packet.index} packet={packet} />}
        {isFlashWrite(run, event) ? <FlashBytes run={run} event={event} /> : null}
        <Chain {...props} />
        {lab}
      </div>
      <footer class="command">
        <code title="Comes to this moment on the command line">{command}</code>
        <button type="button" class="button small" onClick={() => onCopy(command, "command")}>Copy</button>
      </footer>
    </section>
  );
}

/** Names and values. */
function Particulars(props: EventProps) {
  return (
    <dl class="particulars">
      {[...particularsOf(props)].map(([term, value]) => (
        <>
          <dt key={term}>{term}</dt>
          <dd class={term === "time" || term === "cycle" ? "code" : undefined}>{value}</dd>
        </>
      ))}
    </dl>
  );
}

function* particularsOf(
  { run, event, onSelect }: EventProps,
): Generator<readonly [term: string, value: ComponentChildren]> {
  const { columns, summary: { frequencyHz } } = run;
  const later = (from: number, to: number) => duration(columns.cycle(to) - columns.cycle(from), frequencyHz);
  const link = (to: number, text: string) => <Link onSelect={() => onSelect(to)} text={text} />;
  const kind = columns.kind(event);
  yield ["time", `${milliseconds(columns.cycle(event), frequencyHz, 6)} ms`];
  yield ["cycle", grouped(columns.cycle(event))];
  const step = run.steps[run.stepOf(event)];
  if (step !== undefined) yield ["step", step.line === 0 ? step.text : `line ${step.line}, ${titleOfStep(step)}`];
  const [address, part] = [columns.number(event, "address"), run.flashOf(event)];
  if (address >= 0 && part !== undefined) {
    const offset = address % part.sectorBytes;
    const sector = Math.floor(address / part.sectorBytes);
    yield ["sector", `${sector}, page ${Math.floor(offset / part.pageBytes)}, offset ${offset}`];
  }
  const bytes = columns.number(event, "lengthBytes");
  if (bytes > 0) yield ["bytes", grouped(bytes)];
  if (kind === "call") {
    const [detail, answer] = [columns.text(event, "detail"), run.answer[event] ?? -1];
    if (detail !== "") yield ["detail", detail];
    const told = () => link(answer, `${columns.text(answer, "status")}, ${later(event, answer)} later`);
    yield ["answer", answer < 0 ? "none in this run" : told()];
  }
  const call = kind === "return" ? columns.number(event, "call") : -1;
  if (call >= 0) yield ["asked", link(call, `${later(call, event)} earlier`)];
  const because = columns.because(event);
  if (because >= 0) yield ["read from", link(because, sentenceOf(run, because))];
}

function Link({ text, onSelect }: { readonly text: string; readonly onSelect: () => void }) {
  return <button type="button" class="link" onClick={onSelect}>{text}</button>;
}

/** The fields of a datagram; the bytes of the one that is chosen are marked. */
function PacketDetail({ packet }: { readonly packet: Packet }) {
  const [chosen, setChosen] = useState(-1);
  useEffect(() => setChosen(-1), [packet]);
  const bytes = bytesOfHex(packet.payload);
  const field = packet.fields[chosen];
  return (
    <>
      <header class="head inner">
        <h2>{`Packet ${packet.index + 1}`}</h2>
        <span class="quiet">{`${packet.source} → ${packet.destination}, ${bytes.length} bytes, ${packet.fate}`}</span>
      </header>
      <div class="fields">
        {packet.fields.map(([offset, , depth, text], index) => (
          <button
            type="button"
            key={index}
            class="field"
            aria-current={index === chosen}
            onClick={() => setChosen(index === chosen ? -1 : index)}
          >
            <span class="code">{offset}</span>
            <span style={{ "padding-left": `${depth * 12}px` }}>{text}</span>
          </button>
        ))}
      </div>
      <Hex
        bytes={bytes}
        shown={{ begin: 0, lengthBytes: bytes.length }}
        marked={field === undefined ? undefined : { begin: field[0], lengthBytes: field[1] }}
        label="Bytes of the packet"
      />
    </>
  );
}

const LINES_BEFORE = 32;
const SHOWN_BYTES = 112;

/** What is on the part around an operation. */
function FlashBytes({ run, event }: { readonly run: Run; readonly event: number }) {
  const { columns } = run;
  const adapter = run.summary.adapters.find(({ name }) => AdapterComponents.flash(name) === columns.component(event))
    ?.name;
  const state = adapter === undefined ? undefined : partAt(run, adapter, event);
  if (state === undefined || /erase/.test(columns.text(event, "operation"))) return null;
  const { sectorBytes } = state.part;
  const address = columns.number(event, "address");
  const sector = Math.floor(address / sectorBytes);
  const offset = address % sectorBytes;
  const begin = Math.max(0, offset - offset % 16 - LINES_BEFORE);
  const torn = state.sectors[sector]?.records.find(({ kind }) => kind === "torn");
  return (
    <>
      <header class="head inner">
        <h2>Bytes</h2>
        <span class="quiet">{`sector ${sector}, offset ${begin} on`}</span>
      </header>
      <Hex
        bytes={state.bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes)}
        shown={{ begin, lengthBytes: SHOWN_BYTES }}
        marked={{ begin: offset, lengthBytes: columns.number(event, "lengthBytes") }}
        torn={torn === undefined ? undefined : { begin: torn.offset, lengthBytes: torn.lengthBytes }}
        label="Bytes of the flash"
      />
    </>
  );
}

/** What led to the event, and to what it led. */
function Chain(props: EventProps) {
  const { run, event } = props;
  const { columns } = run;
  const chain = run.causes(event);
  // The wire says again what the sender has said.
  const shown = chain.filter((each) => each === event || columns.component(each) !== "network");
  const left = shown.length - CHAIN_END - CHAIN_BEGIN;
  const first = chain.at(-1) ?? event;
  const effects = run.effects(event, MOST_EFFECTS);
  return (
    <>
      <header class="head inner">
        <h2>Cause chain</h2>
        <span class="quiet">
          {first === event ? "it has no cause" : `${chain.length - 1} back to ${columns.component(first)}`}
        </span>
      </header>
      <div class="chain">
        {(left > 1 ? shown.slice(0, CHAIN_END) : shown).map((each) => (
          <ChainLink key={each} {...props} link={each} sign={each === event ? "•" : "↑"} />
        ))}
        {left > 1 ? <p class="remark indented">{`${left} more`}</p> : null}
        {left > 1
          ? shown.slice(-CHAIN_BEGIN).map((each) => <ChainLink key={each} {...props} link={each} sign="↑" />)
          : null}
        {effects.length === 0 ? null : <h3 class="sub">Led to</h3>}
        {effects.map((each) => <ChainLink key={each} {...props} link={each} sign="↓" />)}
      </div>
    </>
  );
}

function ChainLink(
  { run, event, onSelect, link, sign }: EventProps & { readonly link: number; readonly sign: string },
) {
  const { columns, summary: { frequencyHz } } = run;
  const { strong, soft } = wordsOf(run, link);
  const cause = columns.cause(link);
  // The time of the wire counts with what it brings.
  const before = cause >= 0 && columns.component(cause) === "network" && columns.cause(cause) >= 0
    ? columns.cause(cause)
    : cause;
  const gap = before < 0
    ? ""
    : `+${duration(columns.cycle(link) - columns.cycle(before), frequencyHz)}`.replace("same cycle", "0");
  return (
    <button type="button" class="chain-link" aria-current={link === event} onClick={() => onSelect(link)}>
      <span class="quiet">{sign}</span>
      <span class="who">{shortComponent(columns.component(link))}</span>
      <span class={run.bad[link] === 1 ? "what bad" : "what"}>
        {strong}
        <span class="quiet">{soft === "" ? "" : ` ${soft}`}</span>
      </span>
      <span class="code quiet">{gap}</span>
    </button>
  );
}
