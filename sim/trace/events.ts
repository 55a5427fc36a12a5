/**
 * The kinds of events that every layer shares. Calls and returns make the
 * ladder: who called whom, with how many bytes, and what came of it.
 *
 * @module
 */

import { defineEvent, type EventKind } from "./recorder.ts";

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

/** A layer answers the one that asked. */
export const returnEvent: EventKind<{
  readonly to: "text";
  readonly operation: "text";
  readonly lengthBytes: "number";
  readonly status: "text";
}> = defineEvent("return", {
  to: "text",
  operation: "text",
  lengthBytes: "number",
  status: "text",
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

/** A flash part did something. Never data. */
export const flashEvent: EventKind<{
  readonly operation: "text";
  readonly address: "number";
  readonly lengthBytes: "number";
}> = defineEvent("flash", { operation: "text", address: "number", lengthBytes: "number" });
