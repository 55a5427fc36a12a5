/**
 * The part of a chain of causes that tells something: what came back well on
 * the way is left out, unless the bad news that follows came with it.
 *
 * @module
 */

import type { TraceEvent } from "../recorder.ts";
import { isRefusal } from "./refusals.ts";
import { isGood } from "./status.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** A call that was answered well, with what happened in between. */
interface Answered {
  readonly within: readonly Item[];
  readonly answer: TraceEvent;
}

type Item = TraceEvent | Answered;

/**
 * A chain without calls that came back well. One that comes back well and yet brings bad news, as a transport does, is
 * followed by an answer that is not good: it stays.
 *
 * @param chain The first cause first.
 * @param subject The call that is explained, which stays.
 * @param endsBadly Whether its answer brings bad news, though it came back well.
 */
export function decisiveChain(
  graph: TraceGraph,
  chain: readonly TraceEvent[],
  subject: TraceEvent,
  endsBadly: boolean,
): readonly TraceEvent[] {
  const items: Item[] = [];
  for (const event of chain) {
    const call = graph.callOf(event);
    const begin = items.findIndex((each) => each === call);
    if (begin >= 0 && call !== subject && isGood(event)) {
      items.push({ within: items.splice(begin), answer: event });
      continue;
    }
    if (isRefusal(event) || endsBadly && event === chain.at(-1)) openLast(items, begin + 1);
    items.push(event);
  }
  return items.flatMap((item) => "answer" in item ? [] : [item]);
}

/** Shows what was left out last, which has brought the bad news that follows, unless there was some before in the same call. */
function openLast(items: Item[], from: number): void {
  const last = items.at(-1);
  if (last === undefined || !("answer" in last)) return;
  if (items.slice(from).some((item) => !("answer" in item) && isRefusal(item))) return;
  const within = [...last.within];
  openLast(within, 0);
  items.splice(-1, 1, ...within, last.answer);
}
