/**
 * Events in words: short beside the ladder, whole in the event panel. And
 * times, which are text as well.
 *
 * @module
 */

import type { Run } from "./run.ts";

/** Thin space between groups of three digits. */
const THIN = "\u202f";

/** A whole number with its digits in groups. */
export function grouped(value: number | string): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** A cycle as milliseconds with some digits. */
export function milliseconds(cycle: number, frequencyHz: number, digits = 3): string {
  const nanoseconds = Math.floor(cycle / frequencyHz * 1e9 + 1e-6);
  const whole = Math.floor(nanoseconds / 1e6);
  return `${grouped(whole)}.${String(nanoseconds % 1e6).padStart(6, "0").slice(0, digits)}`;
}

/** A number of cycles as a duration with the unit that gives one to four digits. */
export function duration(cycles: number, frequencyHz: number): string {
  const micros = cycles / frequencyHz * 1e6;
  if (cycles === 0) return "same cycle";
  if (micros < 1) return `${Math.round(micros * 1000)} ns`;
  if (micros < 1000) return `${rounded(micros, micros < 10 ? 2 : 1)} µs`;
  if (micros < 1e6) return `${rounded(micros / 1000, micros < 1e5 ? 2 : 1)} ms`;
  return `${rounded(micros / 1e6, 2)} s`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** What happened: the word that counts, and what goes with it. */
export interface Words {
  readonly strong: string;
  readonly soft: string;
}

/** A message of IKE, short: `MM 5 enc: ID, HASH`. */
export function shortMessage(detail: string): string {
  const isAgain = detail.includes("(again)");
  const short = detail.replace(/(VID|NAT-D)(, \1)+/g, (all, name: string) => `${name} ×${all.split(", ").length}`)
    .replace("main mode ", "MM ").replace("aggressive mode ", "AM ").replace("informational", "INFO")
    .replace(" encrypted", " enc").replace(" (again)", "");
  return isAgain ? `${short} again` : short;
}

/** An event in the words of the ladder. */
export function wordsOf(run: Run, event: number): Words {
  const { columns } = run;
  const text = (field: string) => columns.text(event, field);
  const bytes = columns.number(event, "lengthBytes");
  const size = bytes > 0 ? `${bytes} B` : "";
  switch (columns.kind(event)) {
    case "call": {
      const detail = text("detail").replace("mailbox command ", "").replace(/^MSiSCSI_\w+\./, "");
      return { strong: text("operation"), soft: [size, detail].filter((each) => each !== "").join(" · ") };
    }
    case "return":
      return { strong: text("status"), soft: text("operation") };
    case "packet":
      return packetWords(run, event, size);
    case "flash":
      return {
        strong: text("operation"),
        soft: [placeText(run, event), size].filter((each) => each !== "").join(" · "),
      };
    case "state":
      return { strong: text("state"), soft: text("detail") };
    case "note":
      return { strong: text("text").replace(/^phase 1: /, ""), soft: "" };
    case "candidate":
      return {
        strong: `${columns.number(event, "rank")}. ${text("source")} key ${text("outcome")}`,
        soft: [text("fingerprint"), `for ${text("identity")}`].filter((each) => each !== "").join(" "),
      };
    default:
      return { strong: columns.kind(event), soft: Object.values(columns.event(event).fields).join(" ") };
  }
}

function packetWords(run: Run, event: number, size: string): Words {
  const { columns } = run;
  const direction = columns.text(event, "direction");
  const detail = columns.text(event, "detail");
  if (direction === "receives") {
    const packet = run.packetOf(event);
    const sent = packet === undefined ? "" : shortMessage(columns.text(packet.sent, "detail"));
    return { strong: "received", soft: [sent, size].filter((each) => each !== "").join(" · ") };
  }
  if (direction === "sends") return { strong: shortMessage(detail), soft: size };
  return {
    strong: direction === "sent" ? "on the wire" : direction,
    soft: [columns.text(event, "peer"), size].join(" · "),
  };
}

/** Where on its flash part an event happened: `0:281`. */
export function placeText(run: Run, event: number): string {
  const address = run.columns.number(event, "address");
  const sectorBytes = run.flashOf(event)?.sectorBytes;
  return address < 0
    ? ""
    : sectorBytes === undefined
    ? String(address)
    : `${Math.floor(address / sectorBytes)}:${address % sectorBytes}`;
}

/** An event as a sentence. */
export function sentenceOf(run: Run, event: number): string {
  const { columns } = run;
  const who = columns.component(event);
  const text = (field: string) => columns.text(event, field);
  const bytes = columns.number(event, "lengthBytes");
  switch (columns.kind(event)) {
    case "call":
      return `${who} asks ${text("to")}: ${text("operation")}`;
    case "return":
      return `${who} answers ${text("to")}: ${text("operation")} = ${text("status")}`;
    case "packet":
      return packetSentence(run, event);
    case "flash":
      return `${who}: ${text("operation")} at ${columns.number(event, "address")}, ${bytes} bytes`;
    case "state":
      return `${who}: ${text("state")}${text("detail") === "" ? "" : ` (${text("detail")})`}`;
    case "note":
      return `${who}: ${text("text")}`;
    case "candidate": {
      const key = text("fingerprint") === "" ? "no key" : `key ${text("fingerprint")}`;
      return `${who}: place ${columns.number(event, "rank")}, ${text("source")}: ${key} for ${text("identity")}, ${
        text("outcome")
      }`;
    }
    default:
      return `${who}: ${columns.kind(event)}`;
  }
}

function packetSentence(run: Run, event: number): string {
  const { columns } = run;
  const [who, direction, peer] = [
    columns.component(event),
    columns.text(event, "direction"),
    columns.text(event, "peer"),
  ];
  const packet = run.packetOf(event);
  const detail = direction === "receives" && packet !== undefined
    ? columns.text(packet.sent, "detail")
    : columns.text(event, "detail");
  const where = direction === "sends" ? `to ${peer}` : direction === "receives" ? `from ${peer}` : peer;
  return `${who} ${direction} ${where}${detail === "" ? "" : `: ${detail}`}`;
}

/** A component in the width of a column. */
export function shortComponent(component: string): string {
  return component.replace("initiator service", "service");
}
