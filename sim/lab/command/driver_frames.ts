/**
 * The mailbox and WMI of a trace as captures beside the wire, for Wireshark:
 * `sim/trace/wireshark/hbasim.lua` reads them.
 *
 * A frame has what a call or its answer says of itself, and none of the data
 * that went with it, which may be keys. All numbers are little-endian.
 *
 * | Offset | Size | Field |
 * |---|---|---|
 * | 0 | 1 | version, 1 |
 * | 1 | 1 | 0 a request, 1 an answer |
 * | 2 | 2 | mailbox command, or minor function of the IRP |
 * | 4 | 4 | mailbox status, or NTSTATUS; all ones if there is none |
 * | 8 | 4 | ISDSC status of the mailbox; all ones if there is none |
 * | 12 | 4 | length of the data in bytes |
 * | 16 | 4 | the call: sequence number of the request |
 * | 20 | 1, n | length and text of the adapter's name |
 * | 21 + n | 1, m | length and text: class and method; or why there is no status |
 *
 * @module
 */

import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import { IsdscStatus, isdscStatusName } from "../../../firmware/manual/isdsc_status.ts";
import { minorFunctionName } from "../../../host/wmi/names.ts";
import { MinorFunction } from "../../../host/wmi/wnode.ts";
import { AdapterComponents, Components } from "../../trace/components.ts";
import type { CapturedInterface } from "../../trace/pcapng.ts";
import type { TraceEvent } from "../../trace/recorder.ts";

/** LINKTYPE_USER0 and LINKTYPE_USER1 (https://www.tcpdump.org/linktypes.html). */
const LINK_TYPES = { mailbox: 147, wmi: 148 } as const;

const VERSION = 1;
const HEADER_BYTES = 20;
const MOST_TEXT_BYTES = 255;
const NONE = 0xffff_ffff;

const COMMAND_CODES: ReadonlyMap<string, number> = new Map(Object.entries(MailboxCommand));
const MINOR_FUNCTIONS: ReadonlyMap<string, number> = new Map(
  Object.values(MinorFunction).map((code) => [minorFunctionName(code), code]),
);
const ISDSC_CODES: ReadonlyMap<string, number> = new Map(
  Object.values(IsdscStatus).map((code) => [isdscStatusName(code), code]),
);

/** What a frame says. */
interface Frame {
  readonly isAnswer: boolean;
  readonly code: number;
  readonly status: number;
  readonly isdscStatus: number;
  readonly lengthBytes: number;
  readonly call: number;
  readonly device: string;
  readonly text: string;
}

/** The interfaces of a trace's events, in order: mailbox, WMI. */
export function driverInterfaces(events: readonly TraceEvent[]): readonly CapturedInterface[] {
  const links = new Links(events);
  const framesOf = (frameOf: (event: TraceEvent, links: Links) => Frame | undefined) =>
    events.flatMap((event) => {
      const frame = frameOf(event, links);
      return frame === undefined ? [] : [{ cycle: event.cycle, sequence: event.sequence, bytes: encode(frame) }];
    });
  return [
    { name: "mailbox", linkType: LINK_TYPES.mailbox, frames: framesOf(mailboxFrame) },
    { name: "wmi", linkType: LINK_TYPES.wmi, frames: framesOf(wmiFrame) },
  ];
}

/** From an event to those that it belongs with. */
class Links {
  readonly #bySequence: ReadonlyMap<number, TraceEvent>;
  /** For each event, the first call that it led to. */
  readonly #nextCalls: ReadonlyMap<number, TraceEvent>;
  readonly #answers: ReadonlyMap<number, TraceEvent>;

  constructor(events: readonly TraceEvent[]) {
    const last = <Key>(entries: readonly (readonly [Key, TraceEvent])[]) => new Map(entries.toReversed());
    this.#bySequence = new Map(events.map((event) => [event.sequence, event]));
    const calls = events.filter(({ kind }) => kind === "call");
    this.#nextCalls = last(calls.map((event) => [event.cause, event] as const));
    const answers = events.filter(({ kind }) => kind === "return");
    this.#answers = last(answers.map((event) => [Number(event.fields["call"]), event] as const));
  }

  /** The call that an event is, or answers. */
  callOf(event: TraceEvent): TraceEvent | undefined {
    return event.kind === "return" ? this.#bySequence.get(Number(event.fields["call"])) : event;
  }

  /** The answer to the call that a call led to at once. */
  innerAnswer(call: TraceEvent): TraceEvent | undefined {
    const inner = this.#nextCalls.get(call.sequence);
    return inner === undefined ? undefined : this.#answers.get(inner.sequence);
  }

  /** Whom the call went on to that a call led to at once. */
  innerCallee(call: TraceEvent): string {
    return String(this.#nextCalls.get(call.sequence)?.fields["to"] ?? "");
  }
}

function mailboxFrame(event: TraceEvent, links: Links): Frame | undefined {
  const call = links.callOf(event);
  const device = String(call?.fields["to"]);
  if (!isCallOrReturn(event) || call === undefined || call.component !== AdapterComponents.miniport(device)) {
    return undefined;
  }
  const detail = /0x([0-9a-f]+)/i.exec(String(call.fields["detail"]));
  const code = COMMAND_CODES.get(String(call.fields["operation"])) ?? parseInt(detail?.[1] ?? "0", 16);
  return { ...common(event, call, code), device, ...(event.kind === "return" ? mailboxEnd(event, call, links) : {}) };
}

/** How a command ended: what is in the registers, or why there is nothing. */
function mailboxEnd(event: TraceEvent, call: TraceEvent, links: Links): Partial<Frame> {
  const text = String(event.fields["status"]);
  const [, digits] = /^mailbox 0x([0-9a-f]+)$/i.exec(text) ?? [];
  if (digits === undefined) return { text };
  const [, name = ""] = / (\S+)$/.exec(String(links.innerAnswer(call)?.fields["status"])) ?? [];
  return { status: parseInt(digits, 16), isdscStatus: ISDSC_CODES.get(name) ?? NONE };
}

function wmiFrame(event: TraceEvent, links: Links): Frame | undefined {
  const call = links.callOf(event);
  const isWmi = call?.component === Components.wmi && call.fields["to"] === Components.portDriver;
  if (!isCallOrReturn(event) || call === undefined || !isWmi) return undefined;
  const code = MINOR_FUNCTIONS.get(String(call.fields["operation"])) ?? 0xffff;
  const [, digits] = /^NTSTATUS 0x([0-9a-f]+)$/i.exec(String(event.fields["status"])) ?? [];
  return {
    ...common(event, call, code),
    device: links.innerCallee(call).replace(/^miniport /, ""),
    text: String(call.fields["detail"]),
    ...(digits === undefined ? {} : { status: parseInt(digits, 16) }),
  };
}

function isCallOrReturn({ kind }: TraceEvent): boolean {
  return kind === "call" || kind === "return";
}

function common(event: TraceEvent, call: TraceEvent, code: number): Omit<Frame, "device"> {
  return {
    isAnswer: event.kind === "return",
    code,
    status: NONE,
    isdscStatus: NONE,
    lengthBytes: Number(event.fields["lengthBytes"]),
    call: call.sequence,
    text: "",
  };
}

function encode({ isAnswer, code, status, isdscStatus, lengthBytes, call, device, text }: Frame): Uint8Array {
  const texts = [device, text].map((each) => new TextEncoder().encode(each).subarray(0, MOST_TEXT_BYTES));
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint8(0, VERSION);
  header.setUint8(1, isAnswer ? 1 : 0);
  header.setUint16(2, code, true);
  header.setUint32(4, status, true);
  header.setUint32(8, isdscStatus, true);
  header.setUint32(12, lengthBytes, true);
  header.setUint32(16, call, true);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...texts.flatMap((each) => [each.length, ...each])]);
}
