/**
 * Children of stories: changed a little; told otherwise from a step on; or with
 * something that goes wrong at an operation on which a good outcome rests.
 *
 * @module
 */

import type { RandomStream } from "../../../kernel/random.ts";
import { CHAOS, HEALING, isCalled } from "../oracle/healing.ts";
import type { Operation } from "../strategy/lineage.ts";
import { drawChaos, drawFault } from "./draw_story.ts";
import { harmAt, mayMiss } from "./fault_kinds.ts";
import { drawSetting } from "./calls.ts";
import { Scope, type Whom, type Written, type WrittenAdapter } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

type Steps = readonly Written[];

/** One change of the steps before the healing; a place is the index of a step, there is at least one. */
type Change = (steps: Steps, place: number, scope: Scope, other: Steps) => Steps;

const CHANGES: readonly Change[] = [
  /** Something goes wrong in a step. */
  (steps, place, scope) => replaced(steps, place, (step) => ({ ...step, faults: [drawFault(scope)] })),
  /** A step comes twice. */
  (steps, place) => steps.toSpliced(place, 0, ...steps.slice(place, place + 1).filter(isAlone)),
  /** A step is left out. */
  (steps, place) => steps.toSpliced(place, isAlone(steps[place]) ? 1 : 0),
  /** A stretch of another story comes in between. */
  (steps, place, scope, other) => {
    const begin = scope.random.below(other.length + 1);
    const stretch = other.slice(begin, begin + 3).filter((each) => isAlone(each) && fits(each, scope));
    return steps.toSpliced(place, 0, ...stretch.map(withoutFaults));
  },
  /** One more setting, and something goes wrong in it. */
  (steps, place, scope) => steps.toSpliced(place, 0, { ...drawSetting(scope), faults: [drawFault(scope)] }),
];

/** A child of a story: with one to three changes, some of them from another story. */
export function mutate(
  story: WrittenScenario,
  other: WrittenScenario,
  random: RandomStream,
  seed: number,
): WrittenScenario {
  const scope = scopeOf(story, random);
  let steps = chaosOf(story);
  const stretch = chaosOf(other);
  for (let count = 1 + random.below(3); count > 0 && steps.length > 0; count--) {
    steps = scope.pick(CHANGES)(steps, random.below(steps.length), scope, stretch);
  }
  return child(story, seed, steps);
}

/**
 * A story that is the same up to the end of one of its steps; then other things happen, before it is healed as the first
 * one is.
 *
 * @param step Which step, from 0: one before the healing.
 */
export function continued(story: WrittenScenario, step: number, random: RandomStream, seed: number): WrittenScenario {
  const kept = chaosOf(story).slice(0, step + 1);
  const scope = scopeOf(story, random, kept);
  return child(story, seed, [...kept, ...drawChaos(scope, 2 + random.below(4))]);
}

/** A story in which something goes wrong at some operations: in most of its steps at one, or at two. */
export function struck(
  story: WrittenScenario,
  operations: readonly Operation[],
  random: RandomStream,
  seed: number,
): WrittenScenario {
  const scope = scopeOf(story, random);
  const { step: sure } = scope.pick(operations);
  const steps = story.steps.map((step, index) => {
    const within = operations.filter((each) => each.step === index);
    if (within.length === 0 || (index !== sure && random.chance(1, 4))) return step;
    const count = random.chance(1, 3) ? 2 : 1;
    const faults = Array.from({ length: count }, () => mayMiss(harmAt(scope.pick(within), scope)));
    return { ...step, faults: [...faultsOf(step), ...faults] };
  });
  return { ...story, name: childName(story, seed), steps };
}

function child(story: WrittenScenario, seed: number, chaos: Steps): WrittenScenario {
  const rest = story.steps.slice(chaosOf(story).length);
  return { ...story, name: childName(story, seed), steps: [...chaos, ...rest] };
}

function childName(story: WrittenScenario, seed: number): string {
  const [name] = String(story["name"]).split(", of ").slice(-1);
  return `story ${seed}, of ${name}`;
}

function faultsOf({ faults }: Written): readonly unknown[] {
  return Array.isArray(faults) ? faults : [];
}

/**
 * What a story is about, as its questions and keys say, so that what comes new is of it, and asked for.
 *
 * @param kept The steps whose logins what comes new may speak of.
 */
function scopeOf(story: WrittenScenario, random: RandomStream, kept: Steps = chaosOf(story)): Scope {
  const text = JSON.stringify(story);
  const adapters = adaptersOf(story);
  const asked = new Map(namedIn(text, "getKey", adapters).map((each) => [keyOf(each), each]));
  const most = (where: string, expression: RegExp) => {
    return Math.max(0, ...[...where.matchAll(expression)].map(([, number]) => Number(number)));
  };
  const given = {
    keys: most(text, /key (\d+) of the story/g),
    logins: most(JSON.stringify(kept), /"login (\d+)"/g),
    volatileShare: text.includes('"persist":false') ? 33 : 0,
  };
  return new Scope(random, adapters, asked.size > 0 ? [...asked.values()] : [{ id: "own", port: "all" }], given);
}

/** Whom steps of a kind name. */
function namedIn(text: string, kind: string, adapters: ReadonlyMap<string, WrittenAdapter>): readonly Whom[] {
  const own = new Set([...adapters.values()].flatMap(({ addresses }) => addresses));
  return [...text.matchAll(new RegExp(`"${kind}":(\\{[^}]*\\})`, "g"))].map(([, fields = "{}"]): Whom => {
    const { id, port } = JSON.parse(fields);
    return { id: own.has(id) ? "own" : id, port: port === 0 || port === 1 ? port : "all" };
  });
}

function keyOf({ id, port }: Whom): string {
  return `${id} ${port}`;
}

/** How many steps a story has before its healing, the first if there are several; all of one without. */
export function chaosLength(story: WrittenScenario): number {
  return chaosOf(story).length;
}

/** Whether a story is healed no more than once. */
export function isOfOneRound({ steps }: WrittenScenario): boolean {
  return steps.filter(({ name }) => isCalled(name, HEALING)).length <= 1;
}

/** The steps of a story in which things may go wrong: those before each healing, not those that look what it has come to. */
export function chaosSteps({ steps }: WrittenScenario): ReadonlySet<number> {
  const found = new Set<number>();
  let isHealed = false;
  steps.forEach(({ name }, index) => {
    if (isCalled(name, HEALING)) isHealed = true;
    if (!isHealed) found.add(index);
    if (isCalled(name, CHAOS)) isHealed = false;
  });
  return found;
}

/** The steps before the healing; all of a story without one. */
function chaosOf({ steps }: WrittenScenario): Steps {
  const healing = steps.findIndex(({ name }) => isCalled(name, HEALING));
  return healing < 0 ? steps : steps.slice(0, healing);
}

/** Whether a step can come twice, or go, without another that names it. */
function isAlone(step: Written | undefined): boolean {
  return step !== undefined && !("name" in step) && !JSON.stringify(step).includes('"session":');
}

/** Whether a step of another story is about adapters that this one has, and keys that it asks for. */
function fits(step: Written, { adapters, whom }: Scope): boolean {
  const text = JSON.stringify(step);
  const asked = new Set(whom.map(keyOf));
  const lacksFlash = [...adapters].some(([name, { storage }]) => storage !== "nvram" && text.includes(`"${name}"`));
  if (lacksFlash && text.includes('"damage"')) return false;
  return (adapters.has("hba1") || !text.includes("hba1")) &&
    namedIn(text, "setKey", adapters).every((each) => asked.has(keyOf(each)));
}

/** What goes wrong in a step may need an adapter of another kind. */
function withoutFaults(step: Written): Written {
  return Object.fromEntries(Object.entries(step).filter(([word]) => word !== "faults"));
}

function replaced(steps: Steps, place: number, change: (step: Written) => Written): Steps {
  return steps.map((step, index) => index === place ? change(step) : step);
}

function adaptersOf({ adapters }: WrittenScenario): ReadonlyMap<string, WrittenAdapter> {
  const written = Object.entries(Object(adapters) as Readonly<Record<string, { storage: "nvram"; ports: [string] }>>);
  return new Map(written.map(([name, { storage, ports }]) => [name, { storage, addresses: ports }]));
}
