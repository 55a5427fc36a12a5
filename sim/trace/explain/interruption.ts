/**
 * What ends all that was under way, whosever it was.
 *
 * @module
 */

import { Components } from "../components.ts";
import { noteEvent, stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";

/** Whether an event ends what was under way: power or a reset, a driver that its adapter leaves, a service that is ended. */
export function isInterruption({ kind, component, fields: { state, detail, text } }: TraceEvent): boolean {
  if (kind === noteEvent.name) return String(text).startsWith("bus reset");
  if (kind !== stateEvent.name) return false;
  const isDriver = component.startsWith("miniport ");
  return /^(power off|reset|failed)$/.test(String(state)) ||
    component === Components.initiatorService && /^stopp(ing|ed)$/.test(String(state)) ||
    isDriver && (state === "absent" || state === "initializing" && detail !== "driver load");
}
