/**
 * Which adapters something has to do with.
 *
 * @module
 */

import { AdapterComponents } from "../components.ts";
import type { TraceEvent } from "../recorder.ts";

const DRIVER = AdapterComponents.miniport("");

/** The adapters to whose drivers events have gone; none if they went to no adapter. */
export function adaptersOf(events: readonly TraceEvent[]): ReadonlySet<string> {
  const ends = events.flatMap(({ component, fields }) => [component, String(fields["to"] ?? "")]);
  return new Set(ends.flatMap((each) => each.startsWith(DRIVER) ? [each.slice(DRIVER.length)] : []));
}

/** Whether a component is an adapter or one of its parts. */
export function isOfAdapter(component: string, adapter: string): boolean {
  return component === adapter || Object.values(AdapterComponents).some((call) => component === call(adapter));
}
