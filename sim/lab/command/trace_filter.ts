/**
 * Which events of a trace somebody wants to see.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import { eventAt, parseCoordinate } from "../../trace/coordinate.ts";
import { describeEvent } from "../../trace/describe_event.ts";
import { filteredEvents, filterLanguage, filterText, filterWords, readFilter } from "../../trace/event_filter.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import type { TraceFile } from "../../trace/trace_file.ts";
import type { Given, Options } from "./command.ts";
import { countOf } from "./count_option.ts";

/** Options that choose events. */
export const FILTER_OPTIONS = {
  component: { value: "NAME", about: "events of one component" },
  kind: { value: "NAME", about: "events of one kind: call, return, candidate, packet, state, note, flash" },
  from: { value: "AT", about: "from this cycle or event on: 130247966, or c130247966.s256" },
  to: { value: "AT", about: "to this cycle or event, itself included" },
  cause: { value: "AT", about: "the events that led to this one, and itself" },
  filter: {
    value: "FILTER",
    about: "events with these words, kinds or components, and what comes before or after what: " +
      "packet not again; kind:flash; setKey not before flash; packet and no packet within 1s",
  },
  trigger: { value: "TEXT", about: "what lies around each event in whose line, or whose component, this text stands" },
  before: { value: "N", about: "how many events before a trigger; 20 by default", needs: ["trigger"] },
  after: { value: "N", about: "how many events behind a trigger; 20 by default", needs: ["trigger"] },
} as const satisfies Options;

/**
 * The events that are chosen, in order.
 *
 * @throws {InputError} A name or coordinate is none of the trace.
 */
export function chosenEvents(trace: TraceFile, given: Given<typeof FILTER_OPTIONS>): readonly TraceEvent[] {
  const { component, kind, from, to, cause } = given;
  const { events } = trace;
  if (component !== undefined) requireKnown("component", component, new Set(events.map((event) => event.component)));
  if (kind !== undefined) requireKnown("kind", kind, new Set(events.map((event) => event.kind)));
  const first = from === undefined ? 0 : placeOf(events, "from", from, ({ cycle }, at) => cycle >= at);
  const beyond = to === undefined ? events.length : placeOf(events, "to", to, ({ cycle }, at) => cycle > at, 1);
  if (from !== undefined && to !== undefined && (first > beyond || cycleOf(from) > cycleOf(to))) {
    throw new InputError(`--from ${quoted(from)} --to ${quoted(to)} ends before it begins; expected the earlier first`);
  }
  const chain = cause === undefined ? undefined : chainTo(events, eventOf(events, "cause", cause));
  const meant = filterOf(trace, given.filter);
  const around = windows(events, given);
  return events.slice(first, beyond).filter((event, index) =>
    (meant === undefined || meant[first + index] === 1) &&
    (around === undefined || around.has(event.sequence)) &&
    (component === undefined || event.component === component) &&
    (kind === undefined || event.kind === kind) &&
    (chain === undefined || chain.has(event.sequence))
  );
}

/** The cycle that is meant by its number, or by the name of an event. */
function cycleOf(text: string): number {
  return parseCoordinate(text)?.cycle ?? Number(text);
}

/** Why no event is chosen, in words: a word of the filter that nothing in the trace has is more likely mistyped. */
export function whyNothing(
  { events, frequencyHz, marks }: TraceFile,
  { filter }: Given<typeof FILTER_OPTIONS>,
): string {
  if (filter === undefined) return "no event of the trace is among those that are meant";
  const all = filteredEvents(events, frequencyHz, marks);
  const texts = new Set(events.flatMap((event) => filterText(event).split(/[^a-z0-9]+/)));
  const reasons = filterWords(filter).flatMap((word) => {
    const meant = mistyped(word.toLowerCase());
    const hint = meant === undefined ? "" : `did you mean ${meant}?`;
    if (!readFilter(word)(all).includes(1)) return [`; nothing in it has ${quoted(word)}${hint && `, ${hint}`}`];
    // "nto" is in LoginToTarget, and yet more likely mistyped.
    return hint === "" || texts.has(word.toLowerCase()) ? [] : [`; ${quoted(word)}: ${hint}`];
  });
  return `--filter ${quoted(filter)}: no event of the trace is meant${reasons.join("")}`;
}

/** The word of the language of filters that was meant: one with its letters in another order, or the nearest. */
function mistyped(word: string): string | undefined {
  const letters = (text: string) => [...text].sort().join("");
  const language = filterLanguage();
  return language.find((each) => letters(each) === letters(word)) ?? nearestWord(word, language);
}

/** Which events a filter means; `undefined` without one. */
function filterOf({ events, frequencyHz, marks }: TraceFile, filter: string | undefined): Uint8Array | undefined {
  return filter === undefined ? undefined : readFilter(filter)(filteredEvents(events, frequencyHz, marks));
}

/** How many events around a trigger are shown. */
const EVENTS_AROUND = "20";

/** The sequence numbers of what lies around triggers; `undefined` if there is none to look for. */
function windows(
  events: readonly TraceEvent[],
  { trigger, before, after }: Given<typeof FILTER_OPTIONS>,
): ReadonlySet<number> | undefined {
  if (trigger === undefined) return undefined;
  const [back, on] = [
    countOf("--before", before ?? EVENTS_AROUND, 0),
    countOf("--after", after ?? EVENTS_AROUND, 0),
  ];
  const around = new Set<number>();
  for (const [index, event] of events.entries()) {
    if (!`${event.component} ${describeEvent(event) ?? event.kind}`.includes(trigger)) continue;
    for (const each of events.slice(Math.max(0, index - back), index + on + 1)) around.add(each.sequence);
  }
  if (around.size === 0) throw new InputError(`--trigger ${quoted(trigger)}: no event of the trace has it`);
  return around;
}

/** The sequence numbers of an event and of all that led to it. */
function chainTo(events: readonly TraceEvent[], last: TraceEvent): ReadonlySet<number> {
  const first = events[0]?.sequence ?? 0;
  const chain = new Set<number>();
  for (let event: TraceEvent | undefined = last; event !== undefined; event = events[event.cause - first]) {
    chain.add(event.sequence);
  }
  return chain;
}

/** Where events begin that lie behind a cycle; or the event itself, and as many behind it as `after` says. */
function placeOf(
  events: readonly TraceEvent[],
  option: string,
  text: string,
  isBehind: (event: TraceEvent, cycle: number) => boolean,
  after = 0,
): number {
  if (!/^\d{1,16}$/.test(text)) return eventOf(events, option, text).sequence - (events[0]?.sequence ?? 0) + after;
  const place = events.findIndex((event) => isBehind(event, Number(text)));
  return place < 0 ? events.length : place;
}

/** The event that an option names. */
function eventOf(events: readonly TraceEvent[], option: string, text: string): TraceEvent {
  const coordinate = parseCoordinate(text);
  if (coordinate === undefined) {
    throw new InputError(`--${option} ${quoted(text)}: expected an event such as c130247966.s256`);
  }
  const event = eventAt(events, coordinate);
  if (event === undefined) throw new InputError(`--${option} ${quoted(text)}: the trace has no such event`);
  return event;
}

function requireKnown(what: string, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  const nearest = nearestWord(name, [...known]);
  const hint = nearest === undefined ? "" : `; did you mean ${quoted(nearest)}?`;
  throw new InputError(`--${what} ${quoted(name)}: the trace has none of it${hint} (${alternatives(known)})`);
}
