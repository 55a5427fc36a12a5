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
    const begin = call === undefined || call === subject || !isGood(event) ? -1 : items.indexOf(call);
    if (begin < 0) items.push(event);
    else items.push({ within: items.splice(begin), answer: event });
  }
  const answer = endsBadly ? items.pop() : undefined;
  return [...told(graph, items, endsBadly), ...(answer === undefined ? [] : told(graph, [answer], false))];
}

/** @param endsBadly Whether the last thing that came back has brought bad news. */
function* told(graph: TraceGraph, items: readonly Item[], endsBadly: boolean): Generator<TraceEvent> {
  const last = endsBadly && !items.some(isBad) ? items.at(-1) : undefined;
  for (const [index, item] of items.entries()) {
    if (!("answer" in item)) yield item;
    else if (item === last || bringsNews(graph, items, index)) {
      yield* [...told(graph, item.within, true), item.answer];
    }
  }
}

/** Of what is done within a call the first bad news counts: what came back well after it has not brought it. */
function bringsNews(graph: TraceGraph, items: readonly Item[], index: number): boolean {
  const news = items[index + 1];
  if (news === undefined || !isBad(news)) return false;
  const call = graph.callOf(news);
  return !items.slice(items.findIndex((each) => each === call) + 1, index).some(isBad);
}

function isBad(item: Item): item is TraceEvent {
  return !("answer" in item) && isRefusal(item);
}
