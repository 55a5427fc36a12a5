/**
 * A filter for events as a line of text: words, kinds, components, and what
 * comes before or after what.
 *
 * ```text
 * packet not again                  events with "packet" and without "again"
 * kind:flash component:"hba0 flash" of one kind, of one component
 * step:setKey                       in a step of that name
 * setKey not before flash           steps setKey behind which no flash event comes
 * packet and no packet within 1s    packets behind which a second passes without another
 * "phase 1" or (state and failed)   texts with spaces; either; in brackets
 * ```
 *
 * A word is looked for in component, kind and description of an event, upper
 * and lower case alike; the first event of a step has the words of the step,
 * too. Words that follow one another must all be there.
 *
 * @module
 */

import { quoted } from "../kernel/given.ts";
import { InputError } from "../kernel/input_error.ts";
import { parseCoordinate } from "./coordinate.ts";
import { describeEvent } from "./describe_event.ts";
import type { TraceEvent, TraceMark } from "./recorder.ts";

/** The events of a trace as a filter sees them, counted from 0. */
export interface FilteredEvents {
  /** How many there are. */
  readonly length: number;
  /** Cycles per second. */
  readonly frequencyHz: number;
  /** When an event happened. */
  cycle(index: number): number;
  /** The name of its component. */
  component(index: number): string;
  /** The name of its kind. */
  kind(index: number): string;
  /** {@linkcode filterText}, in lower case. */
  text(index: number): string;
  /** The sequence number of the first. */
  readonly first: number;
  /** Where the steps begin, in order. */
  readonly marks: readonly TraceMark[];
}

/** A filter: tells for each event whether it is meant, by 1. */
export type EventFilter = (events: FilteredEvents) => Uint8Array;

/** The text of an event in which words are looked for. */
export function filterText(event: TraceEvent): string {
  const { component, kind, fields } = event;
  const what = describeEvent(event) ?? Object.values(fields).join(" ");
  return `${component} ${kind} ${what}`.toLowerCase();
}

/** The events of a list as filters see them. */
export function filteredEvents(
  events: readonly TraceEvent[],
  frequencyHz: number,
  marks: readonly TraceMark[],
): FilteredEvents {
  const of = <T>(read: (event: TraceEvent) => T, other: T) => (index: number) => {
    const event = events[index];
    return event === undefined ? other : read(event);
  };
  return {
    length: events.length,
    frequencyHz,
    cycle: of(({ cycle }) => cycle, 0),
    component: of(({ component }) => component, ""),
    kind: of(({ kind }) => kind, ""),
    text: of(filterText, ""),
    first: events[0]?.sequence ?? 0,
    marks,
  };
}

/**
 * Reads a filter.
 *
 * @throws {InputError} It is none: the message says where it ends to be understood, and what may stand there.
 */
export function readFilter(text: string): EventFilter {
  return new FilterReader(text).read();
}

/** The words and names that a filter looks for, in order, without those of the language itself. */
export function filterWords(text: string): readonly string[] {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token);
  return tokens.filter((token, index) =>
    !/^[(),]$/.test(token) && !WORDS.has(token.toLowerCase()) && tokens[index - 1]?.toLowerCase() !== "within"
  );
}

/** The words that mean something in a filter. */
export function filterLanguage(): readonly string[] {
  return [...WORDS];
}

/** What of a filter belongs together: a bracket, a quoted text, a word. */
const TOKEN = /[()]|,|(?:[a-z]+:)?"[^"]*"?|[^\s(),"]+/gi;

/** Words that mean something; in quotes they are words as any other. */
const WORDS: ReadonlySet<string> = new Set(["and", "or", "not", "no", "before", "after", "within"]);

/** Nanoseconds of a unit. */
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9 };

/** Reads by descent: or, and, order, term. */
class FilterReader {
  readonly #text: string;
  readonly #tokens: readonly { readonly text: string; readonly at: number }[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = [...text.matchAll(TOKEN)].map((match) => ({ text: match[0], at: match.index }));
  }

  read(): EventFilter {
    if (this.#tokens.length === 0) throw this.#problem("a word, a kind such as kind:packet, or a bracket");
    const filter = this.#either();
    if (this.#peek() !== undefined) throw this.#problem("a word, and, or, before, after, or the end");
    return filter;
  }

  #either(): EventFilter {
    let filter = this.#all();
    while (this.#takes("or") || this.#takes(",")) filter = joined(filter, this.#all(), (a, b) => a | b);
    return filter;
  }

  #all(): EventFilter {
    let filter = this.#ordered();
    for (;;) {
      const isTold = this.#takes("and");
      if (!isTold && !this.#beginsTerm()) return filter;
      filter = joined(filter, this.#ordered(), (a, b) => a & b);
    }
  }

  #ordered(): EventFilter {
    let filter = this.#term();
    for (;;) {
      const negated = this.#peek() === "not" && ["before", "after"].includes(this.#peek(1) ?? "");
      const word = this.#peek(negated ? 1 : 0);
      if (word !== "before" && word !== "after") return filter;
      this.#next += negated ? 2 : 1;
      const there = near(this.#term(), word === "before" ? 1 : -1, this.#within());
      filter = joined(filter, there, negated ? (a, b) => a & (1 - b) : (a, b) => a & b);
    }
  }

  #term(): EventFilter {
    if (this.#takes("not")) return opposite(this.#term());
    if (this.#takes("no")) return opposite(near(this.#term(), 1, this.#within()));
    if (this.#takes("(")) {
      const filter = this.#either();
      if (!this.#takes(")")) throw this.#problem('")"');
      return filter;
    }
    const token = this.#peek();
    if (token === undefined || token === ")" || token === "," || WORDS.has(token)) {
      throw this.#problem("a word, not, no, or a bracket");
    }
    this.#next++;
    return wordFilter(token);
  }

  /** `within 1s`, in nanoseconds; without it there is no limit. */
  #within(): number {
    if (!this.#takes("within")) return Infinity;
    const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/.exec(this.#peek() ?? "") ?? [];
    const scale = UNITS[unit];
    if (number === undefined || scale === undefined) throw this.#problem("a time such as 1s, 20ms, 5us or 80ns");
    this.#next++;
    return Number(number) * scale;
  }

  #beginsTerm(): boolean {
    const token = this.#peek();
    if (token === undefined || token === ")" || token === ",") return false;
    return token === "not" || token === "no" || !WORDS.has(token);
  }

  /** The token that comes next, words of the language in lower case. */
  #peek(ahead = 0): string | undefined {
    const token = this.#tokens[this.#next + ahead]?.text;
    const lower = token?.toLowerCase();
    return lower !== undefined && WORDS.has(lower) ? lower : token;
  }

  #takes(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#next++;
    return true;
  }

  #problem(accepted: string): InputError {
    const token = this.#tokens[this.#next];
    const place = token === undefined ? "ends" : `has ${quoted(token.text)} at its ${token.at + 1}. character`;
    return new InputError(`the filter ${quoted(this.#text)} ${place}; expected ${accepted}`);
  }
}

/** A word, `kind:`, `component:` or `step:` with one, or the name of an event. */
function wordFilter(token: string): EventFilter {
  const [, key = "", value = ""] = /^([a-z]+:)?"?([^"]*)"?$/i.exec(token) ?? [];
  const word = value.toLowerCase();
  switch (key.toLowerCase()) {
    case "kind:":
      return each((events, index) => events.kind(index).toLowerCase() === word);
    case "component:":
      return each((events, index) => events.component(index).toLowerCase() === word);
    case "step:":
      return (events) => steps(events, (mark) => hasWord(mark, word), false);
    default:
      return textFilter(token, key === "" ? word : `${key.toLowerCase()}${word}`);
  }
}

function textFilter(token: string, word: string): EventFilter {
  const coordinate = parseCoordinate(token);
  if (coordinate !== undefined) {
    const { sequence, cycle } = coordinate;
    return each((events, index) => events.first + index === sequence && events.cycle(index) === cycle);
  }
  const inText = each((events, index) => events.text(index).includes(word));
  return joined(inText, (events) => steps(events, (mark) => hasWord(mark, word), true), (a, b) => a | b);
}

function hasWord({ text }: TraceMark, word: string): boolean {
  return text.toLowerCase().includes(word);
}

/** The events of steps, or only the first of each. */
function steps(events: FilteredEvents, isMeant: (mark: TraceMark) => boolean, onlyFirst: boolean): Uint8Array {
  const { marks, first, length } = events;
  const found = new Uint8Array(length);
  marks.forEach((mark, index) => {
    if (!isMeant(mark)) return;
    const [begin, beyond] = [mark.first - first, (marks[index + 1]?.first ?? Infinity) - first];
    found.fill(1, Math.max(0, begin), Math.max(0, Math.min(length, onlyFirst ? Math.min(begin + 1, beyond) : beyond)));
  });
  return found;
}

function each(isMeant: (events: FilteredEvents, index: number) => boolean): EventFilter {
  return (events) => {
    const found = new Uint8Array(events.length);
    for (let index = 0; index < found.length; index++) if (isMeant(events, index)) found[index] = 1;
    return found;
  };
}

function joined(a: EventFilter, b: EventFilter, join: (a: number, b: number) => number): EventFilter {
  return (events) => {
    const [first, second] = [a(events), b(events)];
    for (let index = 0; index < first.length; index++) first[index] = join(first[index] ?? 0, second[index] ?? 0);
    return first;
  };
}

function opposite(filter: EventFilter): EventFilter {
  return (events) => filter(events).map((value) => 1 - value);
}

/** Events behind which (1), or before which (-1), another one comes that is meant, in so many nanoseconds at the most. */
function near(filter: EventFilter, direction: 1 | -1, within: number): EventFilter {
  return (events) => {
    const { length, frequencyHz } = events;
    const meant = filter(events);
    const found = new Uint8Array(length);
    const most = within * frequencyHz / 1e9;
    let nearest = -1;
    for (let count = 0; count < length; count++) {
      const index = direction === 1 ? length - 1 - count : count;
      if (nearest >= 0 && Math.abs(events.cycle(nearest) - events.cycle(index)) <= most) found[index] = 1;
      if (meant[index] === 1) nearest = index;
    }
    return found;
  };
}
