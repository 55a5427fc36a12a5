/**
 * Accidents: what happens to an adapter, a link, the service or the host, at
 * once or as a fault at a moment that is foreseen.
 *
 * This is the one place of a kind of accident: its data, whether it can happen
 * in a world, how it is told, and what it does. None compiles without the
 * others.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";
import { durationText } from "../../kernel/duration_text.ts";
import { alternatives } from "../../shape/alternatives.ts";
import type { Touched } from "../world/disturbances.ts";
import type { AdapterUnit, World } from "../world/world.ts";
import { awayUntil, endIn, mayReturn, powerOf, type Takable, takeAway, wayOf } from "./away.ts";
import { type Damage, damageUnit, impossibleDamage, vainDamage } from "./damage.ts";
import type { Impossible } from "./impossible.ts";

/** Who resets an adapter. */
export type ResetBy =
  /** Its driver, by the register. */
  | "driver"
  /** Nobody: the reset line is pulled, and the driver finds out. */
  | "firmware"
  /** The port driver, on the bus: the requests of the adapter end, its firmware goes on. */
  | "bus";

/** An accident, with its figures; times in nanoseconds. */
export type Accident =
  | { readonly kind: "powerCycle"; readonly adapter: string; readonly off: number }
  | { readonly kind: "powerOff"; readonly adapter: string }
  | { readonly kind: "powerOn"; readonly adapter: string }
  | { readonly kind: "reset"; readonly adapter: string; readonly by: ResetBy }
  | { readonly kind: "unplug"; readonly adapter: string; readonly for?: number }
  | { readonly kind: "startService" }
  | { readonly kind: "stopService" }
  | { readonly kind: "killService" }
  | { readonly kind: "rebootHost"; readonly off: number; readonly orderly: boolean }
  | {
    readonly kind: "cutLink";
    readonly from: string;
    readonly to: string;
    readonly for?: number;
    readonly oneWay: boolean;
  }
  | { readonly kind: "damage"; readonly adapter: string; readonly damage: Damage };

/** The kinds of accidents. */
export type AccidentKind = Accident["kind"];

/** A kind of accident. */
interface AccidentRules<A> {
  /** What happens, as a sentence. */
  readonly doc: string;
  /** Why it cannot happen in a world, besides that it lacks the adapter; nothing can be wrong by default. */
  readonly impossible?: (accident: A, world: World) => Impossible | undefined;
  /** Why it would change nothing now, in words; it always changes something by default. */
  readonly vain?: (accident: A, world: World) => string | undefined;
  /** The same for a fault, which must strike something that goes on: a step may bring power back by what it is. */
  readonly vainAsFault?: (accident: A, world: World) => string | undefined;
  /** What happens, as the end of a sentence. */
  readonly told: (accident: A) => string;
  /** Has it happen now; ends when it is over. */
  readonly happen: (accident: A, world: World) => Task;
}

type Rules = { readonly [K in AccidentKind]: AccidentRules<Extract<Accident, { kind: K }>> };

/** What the host's power is called among what can be away: no adapter is called so, nor a way. */
const HOST = "";

/** What each kind of accident is. */
const RULES: Rules = {
  powerCycle: {
    doc: "The power of an adapter off and on again.",
    told: ({ adapter, off }) => `power of ${adapter} off for ${durationText(off)}`,
    impossible: ({ off }, world) => tooShort("off", off, world),
    // What is off for good it brings back.
    vain: ({ adapter, off }, world) =>
      awayUntil(adapterPower(adapter, world), world) === Infinity ? undefined : whyOff(adapter, off, world),
    vainAsFault: ({ adapter, off }, world) => whyOff(adapter, off, world),
    *happen({ adapter, off }, world) {
      const power = adapterPower(adapter, world);
      mayReturn(power, world);
      yield* takeAway([power], off, world);
    },
  },
  powerOff: {
    doc: "The power of an adapter goes.",
    told: ({ adapter }) => `power of ${adapter} off`,
    vain: ({ adapter }, world) => whyOff(adapter, undefined, world),
    happen: ({ adapter }, world) => takeAway([adapterPower(adapter, world)], undefined, world),
  },
  powerOn: {
    doc: "The power of an adapter comes.",
    told: ({ adapter }) => `power of ${adapter} on`,
    vain: ({ adapter }, world) => isOn(adapter, world) ? `${adapter} is on already` : undefined,
    *happen({ adapter }, world) {
      const power = adapterPower(adapter, world);
      world.outages.forget(power.name);
      power.bringBack();
    },
  },
  reset: {
    doc: "A reset of an adapter: by its driver, of its firmware alone, or of the bus.",
    told: ({ adapter, by }) => `${by} reset of ${adapter}`,
    vain({ adapter, by }, world) {
      if (by !== "firmware" && !world.host.powered) return "the host is off";
      if (!isOn(adapter, world)) return `${adapter} is off`;
      return by === "driver" ? deafDriver(world, adapter) : undefined;
    },
    *happen({ adapter, by }, world) {
      resetAdapter(world, adapter, by);
    },
  },
  unplug: {
    doc:
      "Surprise removal: from this cycle on all registers read ones, and nobody is told. The driver looks at them when a " +
      "command is due or its timer of a second runs: a call that waits for the network ends no sooner.",
    impossible: ({ for: away }, world) => tooShort("for", away, world),
    told: ({ adapter, for: away }) => `${adapter} unplugged${away === undefined ? "" : ` for ${durationText(away)}`}`,
    vain: ({ adapter, for: away }, world) => whyOff(adapter, away, world),
    happen: ({ adapter, for: away }, world) => takeAway([adapterPower(adapter, world)], away, world),
  },
  startService: {
    doc: "The initiator service starts, and then brings its keys to the adapters.",
    told: () => "the service starts",
    vain(_, { host }) {
      const { state } = host.service;
      if (!host.powered) return "the host is off";
      return state === "running" || state === "starting" ? `the service is ${state} already` : undefined;
    },
    happen: (_, { host }) => host.startService(),
  },
  stopService: {
    doc: "The initiator service stops in good order.",
    told: () => "the service stops",
    vain(_, { host }) {
      const { state } = host.service;
      return state === "stopped" || state === "stopping" ? `the service is ${state} already` : undefined;
    },
    happen: (_, { host }) => host.stopService(),
  },
  killService: {
    doc: "The initiator service ends in this cycle.",
    told: () => "the service is killed",
    vain: (_, { host }) => host.service.state === "stopped" ? "the service is stopped already" : undefined,
    *happen(_, { host }) {
      host.killService();
    },
  },
  rebootHost: {
    doc: "The power of the host off and on again: adapters lose theirs with it.",
    told: ({ off, orderly }) => `${orderly ? "orderly " : ""}reboot of the host, off for ${durationText(off)}`,
    impossible: ({ off }, world) => tooShort("off", off, world),
    vain: ({ off }, world) =>
      awayUntil(powerOf(HOST, world.host), world) < Infinity && isAllAway(off, world)
        ? "the host is off already"
        : undefined,
    vainAsFault: ({ off }, world) => isAllAway(off, world) ? "the host is off already" : undefined,
    *happen({ off, orderly }, world) {
      if (orderly) yield* world.host.shutDown();
      mayReturn(powerOf(HOST, world.host), world);
      yield* takeAway(allPower(world), off, world);
    },
  },
  cutLink: {
    doc:
      "The link between two ends loses all that is sent. As a fault it has missed if nothing is sent over it until it is " +
      "whole again, or the run has ended.",
    told: ({ from, to, for: away, oneWay }) =>
      `link ${from} ${oneWay ? ">" : "<>"} ${to} cut${away === undefined ? "" : ` for ${durationText(away)}`}`,
    impossible: ({ from, to, for: away }, world) => impossibleWay(from, to, world) ?? tooShort("for", away, world),
    vain: (accident, world) =>
      cutWays(accident, world).every((way) => isAway(way, accident.for, world)) ? "it is cut already" : undefined,
    happen: (accident, world) => takeAway(cutWays(accident, world), accident.for, world),
  },
  damage: {
    doc:
      "Something of an adapter is damaged: its flash part, or a bit of its key table. It has happened as soon as it is " +
      "there, but for `retention` and `readDisturb`, which must change a bit, and `keyTableBit`, which needs power. " +
      "Whether anybody ever reads, programs or erases what is damaged is not asked: what must come of it is for `expect`, " +
      "as `flash: { badSectors: 1 }` or `trace: { seen: { kind: flash, operation: program failed } }`.",
    told: ({ adapter, damage }) => `${damage.kind} in ${adapter}`,
    impossible: ({ adapter, damage }, world) => impossibleDamage(damage, unitOf(world, adapter)),
    vain: ({ adapter, damage }, world) => vainDamage(damage, unitOf(world, adapter)),
    *happen({ adapter, damage }, world) {
      damageUnit(damage, unitOf(world, adapter));
    },
  },
};

/** What each kind of accident is, as a sentence. */
export const ACCIDENT_DOCS: { readonly [K in AccidentKind]: string } = docsOf(RULES);

function docsOf(rules: Rules): { readonly [K in AccidentKind]: string } {
  return Object.fromEntries(Object.entries(rules).map(([kind, { doc }]) => [kind, doc])) as Record<
    AccidentKind,
    string
  >;
}

/** Why an accident whose figures are in order cannot happen in a world; `undefined` if it can. */
export function misplacedAccident(accident: Accident, world: World): Impossible | undefined {
  if ("adapter" in accident && !world.adapters.has(accident.adapter)) {
    return { field: "adapter", given: accident.adapter, accepted: alternatives(world.adapters.keys()) };
  }
  return rulesOf(accident).impossible?.(accident, world);
}

/** An accident in words: `power of hba0 off for 100ms`. */
export function tellAccident(accident: Accident): string {
  return rulesOf(accident).told(accident);
}

/**
 * Why an accident would change nothing if it happened now, in words; `undefined` if it would change something.
 *
 * @param as Whether it is a step, or a fault that happens beside one.
 */
export function vainAccident(accident: Accident, world: World, as: "step" | "fault" = "step"): string | undefined {
  const { vain, vainAsFault } = rulesOf(accident);
  return (as === "fault" ? vainAsFault ?? vain : vain)?.(accident, world);
}

/** Whether there are worlds in which a kind of accident would change nothing. */
export function canBeVain(kind: AccidentKind): boolean {
  return RULES[kind].vain !== undefined;
}

/**
 * Has an accident happen now; the task ends when it is over, as when power is back. The world is told of what it changes:
 * when it has begun, and when it is over.
 */
export function* accidentHappens(accident: Accident, world: World): Task {
  const happening = rulesOf(accident).happen(accident, world);
  const first = happening.next();
  const touched = touchedBy(accident);
  world.disturbances.note(tellAccident(accident), touched);
  if (first.done === true) return;
  let goesOn = false;
  try {
    yield first.value;
    goesOn = true;
  } finally {
    // Whoever is ended while it waits leaves nothing half done.
    if (!goesOn) happening.return();
  }
  yield* happening;
  world.disturbances.note(`the end of ${tellAccident(accident)}`, touched);
}

/** What of a world an accident touches. */
function touchedBy(accident: Accident): Touched {
  if ("adapter" in accident) return { where: "elsewhere", adapters: [accident.adapter] };
  switch (accident.kind) {
    case "startService":
    case "stopService":
    case "killService":
    case "rebootHost":
      return { where: "elsewhere", adapters: "all" };
    case "cutLink":
      return { where: "wire", adapters: [accident.from, accident.to] };
    default:
      return accident satisfies never;
  }
}

/** The rules of an accident's own kind. */
function rulesOf(accident: Accident): AccidentRules<Accident> {
  return RULES[accident.kind] as AccidentRules<Accident>;
}

function isOn(adapter: string, world: World): boolean {
  return unitOf(world, adapter).adapter.powered;
}

/** Why something cannot last so long; `undefined` if it can. */
export function tooShort(field: string, nanoseconds: number | undefined, world: World): Impossible | undefined {
  if (nanoseconds === undefined || world.cycles(nanoseconds) > 0) return undefined;
  return { field, given: durationText(nanoseconds), accepted: "a cycle at least" };
}

/** The ways that a cut blocks. */
export function cutWays(
  { from, to, oneWay }: Extract<Accident, { kind: "cutLink" }>,
  world: World,
): readonly Takable[] {
  return [...waysOf(from, to, world), ...(oneWay ? [] : waysOf(to, from, world))].map(([source, destination]) =>
    wayOf(source, destination, world)
  );
}

/** Whether something is away for so long at least; for good, if no time is given. */
function isAway(what: Takable, nanoseconds: number | undefined, world: World): boolean {
  return awayUntil(what, world) >= endIn(nanoseconds, world);
}

function adapterPower(name: string, world: World): Takable {
  return powerOf(name, unitOf(world, name).adapter);
}

/** Why taking the power of an adapter for so long would change nothing, in words. */
function whyOff(adapter: string, nanoseconds: number | undefined, world: World): string | undefined {
  return isAway(adapterPower(adapter, world), nanoseconds, world) ? `${adapter} is off already` : undefined;
}

/** The power of all adapters and of the host, in the order in which it comes. */
function allPower(world: World): readonly Takable[] {
  return [...[...world.adapters.keys()].map((name) => adapterPower(name, world)), powerOf(HOST, world.host)];
}

function isAllAway(nanoseconds: number, world: World): boolean {
  return allPower(world).every((each) => isAway(each, nanoseconds, world));
}

function unitOf(world: World, adapter: string): AdapterUnit {
  const unit = world.adapters.get(adapter);
  if (unit === undefined) {
    throw new RangeError(`No adapter ${adapter}: expected ${alternatives(world.adapters.keys())}`);
  }
  return unit;
}

function resetAdapter(world: World, adapter: string, by: ResetBy): void {
  switch (by) {
    case "driver":
      if (world.host.powered) world.host.resetAdapter(adapter);
      return;
    case "firmware":
      return unitOf(world, adapter).adapter.reset();
    case "bus":
      if (world.host.powered) world.host.resetBus(adapter);
      return;
    default:
      by satisfies never;
  }
}

/** Why the driver of an adapter would not do anything if it was asked for a reset now; `undefined` if it would. */
function deafDriver({ host }: World, adapter: string): string | undefined {
  const state = host.adapterState(adapter);
  switch (state) {
    case "ready":
      return host.isResetDue(adapter) ? `the driver is to reset ${adapter} already` : undefined;
    case "initializing":
      return `the driver brings ${adapter} up already`;
    case "failed":
      return `the driver has given ${adapter} up`;
    case "absent":
      return `the driver takes ${adapter} for absent`;
    default:
      return state satisfies never;
  }
}

/** The addresses of an end by its name: those of an adapter's ports, or that of a target. */
export function addressesOf(name: string, { adapters, targets }: World): readonly Uint8Array[] {
  const target = targets.get(name);
  return adapters.get(name)?.networkInterface.addresses ?? (target === undefined ? [] : [target.address]);
}

/** Why there is no way between two ends; `undefined` if there is one. */
export function impossibleWay(from: string, to: string, world: World): Impossible | undefined {
  const names = [...world.adapters.keys(), ...world.targets.keys()];
  const unknown = ([["from", from], ["to", to]] as const).find(([, name]) => addressesOf(name, world).length === 0);
  if (unknown !== undefined) return { field: unknown[0], given: unknown[1], accepted: `one of ${alternatives(names)}` };
  if (from === to) return { field: "to", given: to, accepted: `another end than ${from}` };
  return undefined;
}

/** The ways from the addresses of an end to those of another. */
export function waysOf(from: string, to: string, world: World): (readonly [Uint8Array, Uint8Array])[] {
  return addressesOf(from, world).flatMap((source) =>
    addressesOf(to, world).map((destination) => [source, destination] as const)
  );
}
