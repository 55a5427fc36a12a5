/**
 * What can be taken out of a story: steps, steps within steps, applications,
 * faults, and words beside them; adapters, targets, and whatever else a file
 * need not say; and values that can be smaller. What a call is given belongs to
 * the call, and stays with it.
 *
 * @module
 */

import { CHAOS, HEALING, isCalled } from "../oracle/healing.ts";
import type { Written } from "../workload/scope.ts";
import type { WrittenScenario } from "../workload/story.ts";

/** Where something stands: names of fields and ordinals in lists. */
export type Path = readonly (string | number)[];

/** Steps that a step is made of. */
const MADE_OF = ["sequence", "parallel"];
/** What stands beside a step's verb, and can go: when, how often. */
const WORDS = ["at", "after", "repeat"];
/** What makes nothing happen: it names, tells, or says how a run is judged. */
const SAID = ["name", "description", "tags", "seed", "allowNothing"];
/** What no adapter, target, repetition or module is without. */
const NEEDED = ["storage", "ports", "address", "times", "module"];

/** Fields of a file with rules of their own. */
const WITH_RULES = ["steps", "adapters", "targets", "faults"];

/** What can be taken out of a story, larger things first. */
export function elementsOf(story: WrittenScenario): readonly Path[] {
  const healing = story.steps.findIndex(({ name }) => isCalled(name, HEALING));
  const found = story.steps.flatMap((step, index) => {
    // What comes after it goes wrong on purpose: a world that was healed before must not be judged by it.
    const isNeeded = healing >= 0 && index > healing && isCalled(step["name"], CHAOS);
    return isNeeded ? [] : within(step, ["steps", index]);
  });
  const fields = Object.entries(story).filter(([name]) => !WITH_RULES.includes(name));
  return [
    ...found,
    ...("faults" in story ? [["faults"], ...faultsIn(story["faults"], ["faults"])] : []),
    ...optionalParts(Object.fromEntries(fields), []),
    ...partsOf(story, "adapters", 1),
    ...partsOf(story, "targets", 0),
  ].toSorted((a, b) => a.length - b.length);
}

/** Fields that need not be said, and what of their values need not; of a list each member, if it has several. */
function optionalParts(value: unknown, path: Path): readonly Path[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => [
      ...(value.length > 1 ? [[...path, index]] : []),
      ...optionalParts(each, [...path, index]),
    ]);
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).filter(([name]) => !SAID.includes(name)).flatMap(([name, each]) => [
    ...(NEEDED.includes(name) ? [] : [[...path, name]]),
    ...optionalParts(each, [...path, name]),
  ]);
}

function within(step: Written, path: Path): readonly Path[] {
  // A healing of several who do things at once is whole, or leaves broken what it broke itself.
  if (isCalled(step["name"], HEALING) && "parallel" in step) return [path];
  const inner = Object.entries(step).flatMap(([name, value]): readonly Path[] => {
    if (MADE_OF.includes(name)) return members(value, [...path, name]);
    if (name === "faults") return [[...path, name], ...faultsIn(value, [...path, name])];
    return WORDS.includes(name) ? [[...path, name], ...optionalParts(value, [...path, name])] : [];
  });
  return [path, ...inner];
}

/** Each of some faults; and how long after what it counts it strikes. */
function faultsIn(faults: unknown, path: Path): readonly Path[] {
  if (!Array.isArray(faults)) return [];
  return faults.flatMap((fault, index) => [
    [...path, index],
    ...Object.entries(Object(fault)).flatMap(([kind, fields]) =>
      "after" in Object(fields) ? [[...path, index, kind, "after"]] : []
    ),
  ]);
}

/** The members of a list of steps, or of a mapping of such lists. */
function members(value: unknown, path: Path): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => within(each, [...path, index]));
  return Object.entries(Object(value)).flatMap(([name, steps]) => [
    [...path, name],
    ...members(steps, [...path, name]),
  ]);
}

/** Adapters and targets, and what is said of them that need not be; at least one adapter stays. */
function partsOf(story: WrittenScenario, field: "adapters" | "targets", least: number): readonly Path[] {
  const parts = Object.entries(Object(story[field]) as Readonly<Record<string, Written>>);
  const whole: readonly Path[] = least === 0 && parts.length > 0 ? [[field]] : [];
  return [
    ...whole,
    ...parts.flatMap(([name, part]): readonly Path[] => [
      ...(parts.length > least ? [[field, name]] : []),
      ...optionalParts(part, [field, name]),
    ]),
  ];
}

/** What may be empty: lists of steps, what applications do, and keys of a target that knows none. */
const STAYING = ["steps", "parallel", "sequence", "keys"];

/** A story without some of its elements. */
export function without(story: WrittenScenario, paths: readonly Path[]): WrittenScenario {
  const gone = new Set(paths.map((path) => path.join("\0")));
  return pruned(story, [], gone) as WrittenScenario;
}

function pruned(value: unknown, path: Path, gone: ReadonlySet<string>): unknown {
  const isGone = (part: string | number) => gone.has([...path, part].join("\0"));
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => isGone(index) ? [] : [pruned(each, [...path, index], gone)]);
  }
  if (typeof value !== "object" || value === null) return value;
  const left = Object.entries(value).flatMap(([name, each]) => {
    const inner = isGone(name) ? undefined : pruned(each, [...path, name], gone);
    // A list of no faults is none that a file can have, and of what has nothing left nothing need be said.
    const isEmptied = sizeOf(each) > 0 && sizeOf(inner) === 0 && !STAYING.includes(name);
    return inner === undefined || isEmptied ? [] : [[name, inner]];
  });
  return Object.fromEntries(left);
}

/** How many members a list or mapping has; 0 for all else. */
function sizeOf(value: unknown): number {
  return typeof value === "object" ? Object.keys(Object(value)).length : 0;
}

/** Stories in which one step of a single application, with nothing beside it, is that application's steps. */
export function unwrapped(story: WrittenScenario): readonly WrittenScenario[] {
  return story.steps.flatMap((step, index) => {
    const [word, ...others] = Object.keys(step);
    const [steps, ...branches]: readonly unknown[] = Object.values(Object(step["parallel"]));
    if (word !== "parallel" || others.length > 0 || branches.length > 0 || !Array.isArray(steps)) return [];
    return [{ ...story, steps: story.steps.toSpliced(index, 1, ...steps) }];
  });
}

/** A value of a story that could be smaller. */
export interface SmallerValue {
  /** Where it stands. */
  readonly path: Path;
  /** What to put there, smallest first. */
  readonly choices: readonly (string | number)[];
}

const AMOUNT = /^(\d+)(ns|us|ms|s|bytes)$/;
/** Numbers that say which operation or how long: others are names. */
const ORDINALS = [
  "command",
  "doorbell",
  "interrupt",
  "dma",
  "datagram",
  "flashProgram",
  "flashErase",
  "boot",
  "commit",
];

/** The values that could be smaller: ordinals of faults, times, bytes. */
export function smallerValues(value: unknown, path: Path = []): readonly SmallerValue[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => smallerValues(each, [...path, index]));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, each]) => smallerValues(each, [...path, name]));
  }
  if (typeof value === "number" && ORDINALS.includes(String(path.at(-1)))) {
    return value > 1 ? [{ path, choices: halves(value, 1) }] : [];
  }
  const [, amount, unit] = typeof value === "string" ? AMOUNT.exec(value) ?? [] : [];
  // What heals a world takes its time.
  if (amount === undefined || Number(amount) === 0 || path.at(-1) === "wait") return [];
  return [{ path, choices: halves(Number(amount), 0).map((each) => `${each}${unit}`) }];
}

/** From the least on, ever nearer to a number. */
function halves(number: number, least: number): readonly number[] {
  const choices: number[] = [];
  for (let distance = number - least; distance > 0; distance = Math.floor(distance / 2)) {
    choices.push(number - distance);
  }
  return choices;
}

/** A story with another value in a place. */
export function withValue(story: WrittenScenario, path: Path, value: string | number): WrittenScenario {
  return replaced(story, path, value) as WrittenScenario;
}

function replaced(whole: unknown, [part, ...rest]: Path, value: string | number): unknown {
  if (part === undefined) return value;
  if (Array.isArray(whole)) return whole.map((each, index) => index === part ? replaced(each, rest, value) : each);
  const fields = Object(whole) as Written;
  return { ...fields, [part]: replaced(fields[part], rest, value) };
}
