/**
 * An event in words, as the ladder and files for viewers show it.
 *
 * @module
 */

import { callEvent, candidateEvent, flashEvent, noteEvent, packetEvent, returnEvent, stateEvent } from "./events.ts";
import type { TraceEvent } from "./recorder.ts";

/** What happened, in one line that may hold control characters; `undefined` of what the ladder does not show. */
export function describeEvent(event: TraceEvent): string | undefined {
  return isFlashRead(event) ? undefined : describeWhole(event);
}

/** Whether an event is a read of a flash part: there are so many that the ladder shows them only to who asks for all. */
export function isFlashRead({ kind, fields }: TraceEvent): boolean {
  return kind === flashEvent.name && fields["operation"] === "read";
}

/** The same of every event; `undefined` of a kind that is not known. */
export function describeWhole({ kind, fields }: TraceEvent): string | undefined {
  const length = Number(fields["lengthBytes"] ?? 0) > 0 ? `, ${fields["lengthBytes"]} bytes` : "";
  const detail = fields["detail"] === undefined || fields["detail"] === "" ? "" : ` (${fields["detail"]})`;
  switch (kind) {
    case callEvent.name:
      return `-> ${fields["to"]}: ${fields["operation"]}${length}${detail}`;
    case returnEvent.name:
      return `<- ${fields["to"]}: ${fields["operation"]} = ${fields["status"]}${length}`;
    case packetEvent.name:
      return `.. ${fields["direction"]} ${fields["peer"]}${length}${detail}`;
    case stateEvent.name:
      return `== ${fields["state"]}${fields["detail"] === "" ? "" : `: ${fields["detail"]}`}`;
    case noteEvent.name:
      return `-- ${fields["text"]}`;
    case candidateEvent.name: {
      const key = fields["fingerprint"] === "" ? "" : ` ${fields["fingerprint"]}`;
      return `?${fields["rank"]} ${fields["source"]} key for ${fields["identity"]}:${key} ${fields["outcome"]}`;
    }
    case flashEvent.name:
      return `## ${fields["operation"]} at ${fields["address"]}${length}`;
    default:
      return undefined;
  }
}
