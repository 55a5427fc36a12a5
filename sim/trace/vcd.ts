/**
 * A trace as waveforms: a Value Change Dump (IEEE 1364-2005, clause 18), and a
 * save file that lets GTKWave show all of it.
 *
 * A component is a scope. Its variables are texts, `$var string`, as GTKWave
 * and its converters have them beyond the standard; blanks, controls and bytes
 * beyond ASCII are octal escapes.
 *
 * @module
 */

import { grouped } from "../kernel/grouped.ts";
import { answersOf } from "./calls.ts";
import { formatCoordinate } from "./coordinate.ts";
import { describeEvent } from "./describe_event.ts";
import { stateEvent } from "./events.ts";
import type { TraceEvent } from "./recorder.ts";
import { nanosecondsAt } from "./time.ts";

/** What a component has, in the order in which it is shown. */
const VARIABLES = {
  /** What happened last; what happened in the same nanosecond, one after the other. */
  event: "string 1",
  /** The coordinates of that. */
  at: "string 1",
  /** The state that it was last said to be in. */
  state: "string 1",
  /** How many of its calls are open, of those that are answered. */
  calls: "integer 32",
} as const;

type Variable = keyof typeof VARIABLES;

/**
 * Writes events as a Value Change Dump, time in nanoseconds.
 *
 * @param events All of a trace, or some, in order.
 * @param frequencyHz Cycles per second.
 * @param onTaken Told how many events are in what was given out, and a few more.
 */
export function* renderVcd(
  events: readonly TraceEvent[],
  frequencyHz: number,
  onTaken: (events: number) => void = () => {},
): Generator<string> {
  const scopes = scopesOf(events);
  const identifiers = new Map<string, string>();
  yield "$version hbasim $end";
  yield "$timescale 1 ns $end";
  for (const [component, { scope, variables }] of scopes) {
    yield `$scope module ${scope} $end`;
    for (const name of variables) {
      const identifier = identifierOf(identifiers.size);
      identifiers.set(`${name} ${component}`, identifier);
      yield `$var ${VARIABLES[name]} ${identifier} ${name} $end`;
    }
    yield "$upscope $end";
  }
  yield "$enddefinitions $end";
  yield "$dumpvars";
  for (const [variable, identifier] of identifiers) yield change(variable.startsWith("calls ") ? 0 : "", identifier);
  yield "$end";
  for (const [nanoseconds, changes] of changesOf(events, frequencyHz, onTaken)) {
    yield `#${nanoseconds}`;
    for (const [component, values] of changes) {
      for (const [name, value] of Object.entries(values)) {
        yield change(value, identifiers.get(`${name} ${component}`) ?? "");
      }
    }
  }
}

/**
 * A save file for GTKWave that shows every variable of {@linkcode renderVcd}, by components: `gtkwave run.vcd run.gtkw`.
 *
 * @param events Those that the dump was made of.
 */
export function* renderGtkwaveSave(events: readonly TraceEvent[]): Generator<string> {
  // Flags of GTKWave's analyzer.h: 0x200 a headline, 0x820 texts, 0x24 decimal numbers.
  for (const { scope, variables } of scopesOf(events).values()) {
    yield "@200";
    yield `-${scope}`;
    for (const name of variables) {
      yield name === "calls" ? "@24" : "@820";
      yield `${scope}.${name}`;
    }
  }
}

/** What changes in one nanosecond, by components. */
type Changes = Map<string, { readonly [Name in Variable]?: string | number }>;

function* changesOf(
  events: readonly TraceEvent[],
  frequencyHz: number,
  onTaken: (events: number) => void,
): Generator<readonly [bigint, Changes]> {
  const answers = answersOf(events);
  const callers = new Map([...answers].map(([call, answer]) => [answer, call]));
  const bySequence = new Map(events.map((event) => [event.sequence, event]));
  const open = new Map<string, number>();
  let now: bigint | undefined;
  let changes: Changes = new Map();
  const put = (component: string, values: { readonly [Name in Variable]?: string | number }) => {
    changes.set(component, { ...changes.get(component), ...values });
  };
  const count = (component: string, by: number) => {
    open.set(component, (open.get(component) ?? 0) + by);
    put(component, { calls: open.get(component) ?? 0 });
  };
  for (const [index, event] of events.entries()) {
    onTaken(index);
    const { component, sequence, kind, fields } = event;
    const nanoseconds = nanosecondsAt(event.cycle, frequencyHz);
    if (now !== undefined && nanoseconds !== now) {
      yield [now, changes];
      changes = new Map();
    }
    now = nanoseconds;
    const before = changes.get(component);
    put(component, {
      event: joined(before?.event, describeEvent(event) ?? kind),
      at: joined(before?.at, formatCoordinate(event)),
      ...(kind === stateEvent.name ? { state: String(fields["state"]) } : {}),
    });
    if (answers.has(sequence)) count(component, 1);
    const call = bySequence.get(callers.get(sequence) ?? -1);
    if (call !== undefined) count(call.component, -1);
  }
  if (now !== undefined) yield [now, changes];
}

function joined(before: string | number | undefined, text: string): string {
  return before === undefined ? text : `${before}; ${text}`;
}

/** A component in the dump. */
interface Scope {
  /** Its name as one: letters, digits and `_`, no two alike. */
  readonly scope: string;
  /** Those that it has something for. */
  readonly variables: readonly Variable[];
}

function scopesOf(events: readonly TraceEvent[]): ReadonlyMap<string, Scope> {
  const answers = answersOf(events);
  const scopes = new Map<string, Scope>();
  const taken = new Set<string>();
  for (const [component, own] of grouped(events, (event) => event.component)) {
    let scope = component.replace(/[^A-Za-z0-9]/gu, "_");
    while (taken.has(scope)) scope += "_";
    taken.add(scope);
    const variables: Variable[] = ["event", "at"];
    if (own.some(({ kind }) => kind === stateEvent.name)) variables.push("state");
    if (own.some(({ sequence }) => answers.has(sequence))) variables.push("calls");
    scopes.set(component, { scope, variables });
  }
  return scopes;
}

/** The short name of a variable: characters from `!` to `~`. */
function identifierOf(index: number): string {
  const last = String.fromCharCode(0x21 + index % 94);
  return index < 94 ? last : identifierOf(Math.floor(index / 94) - 1) + last;
}

function change(value: string | number, identifier: string): string {
  if (typeof value === "number") return `b${value.toString(2)} ${identifier}`;
  const bytes = [...new TextEncoder().encode(value)];
  const text = bytes.map((byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`
  ).join("");
  return `s${text} ${identifier}`;
}
