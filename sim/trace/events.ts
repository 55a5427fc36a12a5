/**
 * The kinds of events that every layer shares. Calls and returns make the
 * ladder: who called whom, with how many bytes, and what came of it.
 *
 * @module
 */

import { defineEvent, type EventKind } from "./event_kind.ts";

/** One layer asks the next to do something. */
export const callEvent: EventKind<{
  readonly to: "text";
  readonly operation: "text";
  readonly lengthBytes: "number";
  readonly detail: "text";
}> = defineEvent("call", {
  to: "text",
  operation: "text",
  lengthBytes: "number",
  detail: "text",
});

/** A layer answers the one that asked; `call` is the sequence number of what it asked. */
export const returnEvent: EventKind<{
  readonly to: "text";
  readonly operation: "text";
  readonly lengthBytes: "number";
  readonly status: "text";
  readonly call: "number";
}> = defineEvent("return", {
  to: "text",
  operation: "text",
  lengthBytes: "number",
  status: "text",
  call: "number",
});

/** A packet leaves for, or arrives over, the network. */
export const packetEvent: EventKind<{
  readonly direction: "text";
  readonly peer: "text";
  readonly lengthBytes: "number";
  readonly detail: "text";
}> = defineEvent("packet", {
  direction: "text",
  peer: "text",
  lengthBytes: "number",
  detail: "text",
});

/** A component's state changed. */
export const stateEvent: EventKind<
  { readonly state: "text"; readonly detail: "text" }
> = defineEvent("state", {
  state: "text",
  detail: "text",
});

/** Something worth knowing that changes no state. */
export const noteEvent: EventKind<{ readonly text: "text" }> = defineEvent(
  "note",
  { text: "text" },
);

/**
 * A place where a key could have come from, of those among which one was chosen: rank 1 counts first. The key is a
 * fingerprint, empty where the place has none.
 */
export const candidateEvent: EventKind<{
  readonly rank: "number";
  readonly source: "text";
  readonly identity: "text";
  readonly fingerprint: "text";
  readonly outcome: "text";
}> = defineEvent("candidate", {
  rank: "number",
  source: "text",
  identity: "text",
  fingerprint: "text",
  outcome: "text",
});

/** A flash part did something. Never data. */
export const flashEvent: EventKind<{
  readonly operation: "text";
  readonly address: "number";
  readonly lengthBytes: "number";
}> = defineEvent("flash", { operation: "text", address: "number", lengthBytes: "number" });
