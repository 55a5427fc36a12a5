/**
 * What one can say to the debugger, a line each.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { nearestWord } from "../../../shape/nearest_word.ts";
import { type AspectName, ASPECTS, contrasts } from "../../explore/session/inspection.ts";
import { verdictText } from "../../scenario/report_words.ts";
import { tellSubject } from "../bundle_file.ts";
import { countOf } from "../count_option.ts";
import { MOMENT_WORDS } from "../moment_text.ts";
import type { Debugger } from "./debugger.ts";
import { keyWrites } from "./key_writes.ts";

/** Something that can be said. */
interface DebugCommand {
  /** How it is written behind its name. */
  readonly operands: string;
  /** What it does. */
  readonly about: string;
  /** Does it; gives the lines that are its answer. */
  readonly run: (place: Debugger, words: string) => Iterable<string>;
}

const WRITE_OF_KEY = /^(?:last )?write of key (\S.*)$/;

/** All that can be said, in the order of the help. */
const COMMANDS: Readonly<Record<string, DebugCommand>> = {
  help: { operands: "", about: "this list", run: help },
  where: { operands: "", about: "the place: event, cycle, step of the scenario", run: (place) => where(place) },
  step: {
    operands: "[N]",
    about: "on by an event, or by N",
    run: (place, words) => walk(place, countIn("step", words)),
  },
  back: {
    operands: "[N]",
    about: "back by an event, or by N; and back until …",
    run(place, words) {
      const [, text] = /^until(?!\S)\s*(.*)$/.exec(words) ?? [];
      return text === undefined ? walk(place, -countIn("back", words)) : backUntil(place, text);
    },
  },
  next: { operands: "", about: "on to the first event of the next step of the scenario", run: nextStep },
  to: {
    operands: "MOMENT",
    about: MOMENT_WORDS,
    run(place, words) {
      place.goToMoment(words);
      return here(place);
    },
  },
  until: {
    operands: "TEXT",
    about: "on to the next event in whose line the text stands, or: until write of key 192.0.2.10",
    run: (place, words) => until(place, words),
  },
  "back until": {
    operands: "TEXT",
    about: "back to the last such event, or: back until last write of key 192.0.2.10",
    run: (place, words) => backUntil(place, words),
  },
  list: { operands: "[N]", about: "the events around, 5 on each side or N", run: list },
  inspect: { operands: "[WHAT]", about: `what the world looks like: ${Object.keys(ASPECTS).join(", ")}`, run: inspect },
  why: { operands: "", about: "the events that have led to this one", run: why },
  tape: { operands: "", about: "what is run, and what deviates", run: (place) => tellSubject(place.session.subject) },
  verdicts: { operands: "", about: "what comes of it in the end", run: verdicts },
  fork: { operands: "SALT", about: "into another future: from here on all chance is another one", run: fork },
  leave: { operands: "", about: "out of the fork, back to where it was made", run: leave },
  quit: { operands: "", about: "the end; exit and the end of the input are it, too", run: () => [] },
};

/** Whether a line says that it is enough. */
export function isQuit(line: string): boolean {
  return /^\s*(quit|exit)\s*$/.test(line);
}

/**
 * Does what a line says; an empty one says nothing.
 *
 * @throws {InputError} It is not understood, or cannot be done here; the place is the same as before.
 */
export function runDebugLine(place: Debugger, line: string): Iterable<string> {
  const [, name = "", words = ""] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
  if (name === "") return [];
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(COMMANDS);
    const nearest = nearestWord(name, names);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new InputError(`there is no ${quoted(name)}${hint} (${alternatives(names)})`);
  }
  if (command.operands === "" && words !== "") throw new InputError(`${name} stands alone: expected nothing behind it`);
  // What it answers is known when it has been done, or it was not.
  return [...command.run(place, words)];
}

function countIn(name: string, words: string): number {
  return words === "" ? 1 : countOf(name, words, 1);
}

function* help(): Generator<string> {
  const rows = Object.entries(COMMANDS).map(([name, { operands, about }]) => [`${name} ${operands}`.trim(), about]);
  const width = Math.max(...rows.map(([usage = ""]) => usage.length));
  for (const [usage = "", about = ""] of rows) yield `  ${usage.padEnd(width)}  ${about}`;
}

function* here(place: Debugger): Generator<string> {
  yield place.last < 0 ? "before the first event" : place.line(place.last);
}

function* where(place: Debugger): Generator<string> {
  yield* here(place);
  const fork = place.depth === 0 ? "" : `, in ${place.depth === 1 ? "a fork" : `${place.depth} forks`}`;
  yield `event ${place.last} of ${place.session.outcome.events}, cycle ${place.world.now}, ${place.step}${fork}`;
}

/** Most events that a walk shows. */
const MOST_SHOWN = 20;

function* walk(place: Debugger, count: number): Generator<string> {
  const from = place.last;
  const { events } = place.session.outcome;
  // Beyond an end one does not get; whoever stands there is told.
  const to = Math.max(-1, Math.min(events - 1, from + count));
  place.goTo(to === from ? from + Math.sign(count) : to);
  if (to < from) return yield* here(place);
  const first = Math.max(from + 1, to - MOST_SHOWN + 1);
  if (first > from + 1) yield `(${first - from - 1} events more)`;
  for (let sequence = first; sequence <= to; sequence++) yield place.line(sequence);
}

function nextStep(place: Debugger): Iterable<string> {
  const { marks } = place.session.outcome.world.recorder;
  const mark = marks.find(({ first }) => first > place.last && first > 0);
  if (mark === undefined) throw new InputError("this is the last step of the scenario");
  place.goTo(Math.min(mark.first, place.session.outcome.events - 1));
  return where(place);
}

function until(place: Debugger, words: string): Iterable<string> {
  const id = identifierIn("until", words);
  const found = id === undefined
    ? place.nextEvent((sequence) => place.line(sequence).includes(words))
    : place.eventsAt(keyWrites(id)).find((sequence) => sequence > place.last);
  return arrive(place, found, words, "after");
}

function backUntil(place: Debugger, words: string): Iterable<string> {
  const id = identifierIn("back until", words);
  const found = id === undefined
    ? place.lastEvent((sequence) => place.line(sequence).includes(words))
    : place.eventsAt(keyWrites(id)).findLast((sequence) => sequence < place.last);
  return arrive(place, found, words, "before");
}

/** The identifier whose key is meant, in words or in quotes; `undefined` if the words are a text to look for. */
function identifierIn(name: string, words: string): string | undefined {
  if (words === "") throw new InputError(`${name} wants a text, or: ${name} write of key 192.0.2.10`);
  return WRITE_OF_KEY.exec(words.replace(/^"(.*)"$/, "$1"))?.[1];
}

function arrive(place: Debugger, found: number | undefined, words: string, side: string): Iterable<string> {
  if (found === undefined) throw new InputError(`there is no ${quoted(words)} ${side} this`);
  place.goTo(found);
  return here(place);
}

const LINES_AROUND = 5;

function* list(place: Debugger, words: string): Generator<string> {
  const around = words === "" ? LINES_AROUND : countOf("list", words, 1);
  const last = Math.min(place.session.outcome.events - 1, place.last + around);
  for (let sequence = Math.max(0, place.last - around); sequence <= last; sequence++) {
    yield `${sequence === place.last ? "> " : "  "}${place.line(sequence)}`;
  }
}

function* inspect(place: Debugger, words: string): Generator<string> {
  const names = Object.keys(ASPECTS) as AspectName[];
  const name = names.find((each) => each === words);
  if (words !== "" && name === undefined) {
    throw new InputError(`there is no ${quoted(words)} to inspect: expected one of ${alternatives(names)}`);
  }
  const { world } = place;
  if (name !== undefined) return yield* ASPECTS[name].look(world);
  for (const each of names) {
    yield `${each}:`;
    for (const line of ASPECTS[each].look(world)) yield `  ${line}`;
  }
}

function* why(place: Debugger): Generator<string> {
  if (place.last < 0) throw new InputError("nothing has happened yet");
  const chain: number[] = [];
  for (let sequence = place.last; sequence >= 0; sequence = place.session.event(sequence).cause) {
    chain.unshift(sequence);
  }
  const hidden = Math.max(0, chain.length - MOST_SHOWN);
  if (hidden > 0) yield `(${hidden} events before)`;
  for (const sequence of chain.slice(hidden)) yield place.line(sequence);
}

function* verdicts({ session: { outcome } }: Debugger): Generator<string> {
  for (const verdict of outcome.verdicts) {
    yield `${verdict.holds ? "ok  " : "FAIL"}  line ${verdict.line}  ${verdictText(verdict)}`;
  }
  for (const { why } of outcome.misfits) yield `FAIL  the tape does not fit: ${why}`;
}

function* fork(place: Debugger, words: string): Generator<string> {
  if (words === "") throw new InputError("fork wants a salt: any text; another one, another future");
  place.fork(words);
  const { origin, session } = place;
  const parted = origin?.diff(session);
  if (parted === undefined) return yield "the same future: nothing is drawn any more";
  yield `the futures part in event ${parted.sequence}`;
  yield `< ${origin !== undefined && parted.first !== undefined ? describe(origin, parted.sequence) : "(the end)"}`;
  yield `> ${place.line(parted.sequence)}`;
  const { holds, signature = "" } = session.outcome;
  yield holds ? "all expectations hold" : `it fails: ${signature}`;
  for (const { aspect } of contrasts(...parted.worlds)) yield `  ${aspect} differs then`;
}

function describe(session: Debugger["session"], sequence: number): string {
  const { cycle, component, kind } = session.event(sequence);
  return `c${cycle}.s${sequence} ${component}: ${kind}`;
}

function leave(place: Debugger): Iterable<string> {
  place.leave();
  return where(place);
}
