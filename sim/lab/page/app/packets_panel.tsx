/**
 * The datagrams of the run, in their order.
 *
 * @module
 */

import type { JSX } from "preact";
import { List } from "./list.tsx";
import type { Packet, Run } from "./run.ts";
import { milliseconds, shortMessage } from "./words.ts";

/** What the panel shows. */
export interface PacketsProps {
  readonly run: Run;
  readonly event: number;
  readonly onSelect: (event: number) => void;
}

const ROW = 24;

/** The panel of packets. */
export function PacketsPanel({ run, event, onSelect }: PacketsProps): JSX.Element {
  const { packets } = run;
  const current = run.packetOf(event)?.index ?? -1;
  const lost = packets.filter(({ fate }) => fate !== "delivered").length;
  return (
    <section class="packets" aria-label="Packets">
      <header class="head">
        <h2>Packets</h2>
        <span class="quiet">
          {packets.length === 0
            ? "none"
            : `${packets.length}, ${lost === 0 ? "all delivered" : `${lost} not as they were sent`}`}
        </span>
      </header>
      {packets.length === 0 ? <p class="remark">No datagram was sent in this run.</p> : (
        <>
          <div class="packet-head" aria-hidden="true">
            <span>no.</span>
            <span>time, ms</span>
            <span>from</span>
            <span>B</span>
            <span>message</span>
          </div>
          <List
            length={packets.length}
            rowHeight={ROW}
            label="Packets"
            current={current}
            row={(index) => {
              const packet = packets[index];
              return packet === undefined ? null : (
                <PacketRowView
                  key={index}
                  run={run}
                  packet={packet}
                  isCurrent={index === current}
                  onSelect={onSelect}
                />
              );
            }}
          />
        </>
      )}
    </section>
  );
}

function PacketRowView({ run, packet, isCurrent, onSelect }: {
  readonly run: Run;
  readonly packet: Packet;
  readonly isCurrent: boolean;
  readonly onSelect: (event: number) => void;
}) {
  const { columns, summary: { frequencyHz } } = run;
  const detail = columns.text(packet.sent, "detail");
  const message = shortMessage(detail);
  const isAgain = message.endsWith(" again");
  const isBad = run.bad[packet.sent] === 1;
  return (
    <button type="button" class="packet-row" aria-current={isCurrent} onClick={() => onSelect(packet.sent)}>
      <span>{packet.index + 1}</span>
      <span class="code">{milliseconds(columns.cycle(packet.sequence), frequencyHz)}</span>
      <span>{senderOf(run, packet)}</span>
      <span>{packet.payload.length / 2}</span>
      <span>
        {isBad ? <span class="bad">✕</span> : null}
        {message === "" ? packet.source : isAgain ? message.replace(/ again$/, "") : message}
        {isAgain ? <span class="tag">again</span> : null}
        {packet.fate === "delivered" ? null : <span class="tag bad">{packet.fate}</span>}
      </span>
    </button>
  );
}

/** The end that sent a datagram, and of an adapter with several ports which of them. */
function senderOf(run: Run, { source }: Packet): string {
  const address = source.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  for (const { name, ports } of run.summary.adapters) {
    const port = ports.indexOf(address);
    if (port >= 0) return ports.length === 1 ? name : `${name} p${port}`;
  }
  return run.summary.targets.find(({ addresses }) => addresses.includes(address))?.name ?? address;
}
