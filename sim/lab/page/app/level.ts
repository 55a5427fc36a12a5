/**
 * How much of a run the ladder shows: which events belong to which level, and
 * which of them say that something went wrong.
 *
 * @module
 */

import { Components } from "../../../trace/components.ts";
import { isGoodStatus } from "../../../trace/explain/status.ts";
import type { Columns } from "./columns.ts";

/** Calls; messages, too; all. */
export type Level = 0 | 1 | 2;

/** What the levels are called. */
export const LEVEL_NAMES: readonly string[] = ["Calls", "Messages", "All"];

/** What a datagram can come to that is not its delivery. */
const LOST: ReadonlySet<string> = new Set(["lost", "blocked", "corrupted", "nobody there", "no route", "drops"]);

/** WMI's questions for what there is: on the way to every call, and never news. */
const INQUIRY = /QUERY_SINGLE|QUERY_ALL|REGINFO/;

/** Whether an event says that something went wrong. */
export function isBad(columns: Columns, event: number): boolean {
  switch (columns.kind(event)) {
    case "return":
      return !isGoodStatus(columns.text(event, "status"));
    case "flash":
      return isFailedOperation(columns.text(event, "operation"));
    case "packet":
      return LOST.has(columns.text(event, "direction")) ||
        /MALFORMED|INVALID|FAILED|NO-PROPOSAL/.test(columns.text(event, "detail"));
    case "state":
      return /failed/.test(columns.text(event, "state"));
    case "note":
      return /\b(dropped|refused|damaged|failed)\b/.test(columns.text(event, "text"));
    default:
      return false;
  }
}

/** Whether a flash part did not do what it was asked to. */
export function isFailedOperation(operation: string): boolean {
  return /cut|fail/.test(operation);
}

/** The level from which on an event is shown. */
export function levelOf(columns: Columns, event: number): Level {
  if (isBad(columns, event)) return 0;
  switch (columns.kind(event)) {
    case "call":
      return levelOfCall(columns, event);
    case "return":
      return levelOfReturn(columns, event);
    case "flash":
      return columns.text(event, "operation") === "read" ? 2 : 1;
    case "packet":
      return columns.component(event) === Components.network
        ? (columns.text(event, "direction") === "sent" ? 2 : 0)
        : 0;
    case "state":
      return /^(reset|initializing|starting)/.test(columns.text(event, "state")) ? 1 : 0;
    case "note":
      return /\b(key|phase|busy|fault|power)\b/.test(columns.text(event, "text")) ? 0 : 1;
    case "candidate":
      return columns.text(event, "outcome") === "used" ? 1 : 2;
    default:
      return 1;
  }
}

function levelOfCall(columns: Columns, event: number): Level {
  const [from, to] = [columns.component(event), columns.text(event, "to")];
  const operation = columns.text(event, "operation");
  if (INQUIRY.test(operation) || isOfAdapter(from)) return 2;
  switch (from) {
    case Components.application:
    case Components.portDriver:
      return 2;
    case Components.iscsidsc:
      return 0;
    case Components.initiatorService:
      return to === Components.wmi && !/HBAInformation/.test(operation) ? 0 : 1;
    default:
      return 1;
  }
}

function levelOfReturn(columns: Columns, event: number): Level {
  const [from, to] = [columns.component(event), columns.text(event, "to")];
  const operation = columns.text(event, "operation");
  if (INQUIRY.test(operation)) return 2;
  switch (to) {
    case Components.iscsidsc:
      return 0;
    case Components.initiatorService:
      return from === Components.wmi && !/HBAInformation/.test(operation) ? 0 : 1;
    case Components.portDriver:
      return 1;
    default:
      return to.startsWith("miniport ") ? 1 : 2;
  }
}

/** Whether a component calls within an adapter: the mailbox and the firmware behind it. */
function isOfAdapter(component: string): boolean {
  return !(Object.values(Components) as readonly string[]).includes(component) && !component.startsWith("miniport ");
}
