/**
 * How accidents are written in files: as steps, and as faults.
 *
 * @module
 */

import { FLASH_FAULT_KINDS, nameInFiles } from "../../parts/flash/faults.ts";
import { alternatives } from "../../shape/alternatives.ts";
import {
  boolean,
  type Contradiction,
  converted,
  doc,
  type Fields,
  integer,
  mapping,
  nameOf,
  oneOf,
  optional,
  type OptionalField,
  type Shape,
} from "../../shape/shape.ts";
import type { Accident, AccidentKind } from "../faults/accidents.ts";
import { type Damage, KEY_TABLE_ROW_BITS } from "../faults/damage.ts";
import type { Impossible } from "../faults/impossible.ts";
import { adapter } from "./steps/fields.ts";
import { DURATION } from "./values.ts";

const off = doc("How long power stays off; 100ms by default.", optional(DURATION, 100_000_000));

const KEY_TABLE_BIT = doc(
  "A bit of the key table in RAM turns over.",
  converted(
    mapping({
      row: doc("Which row: 0 is the group key, 1 the first key that was set.", integer(0, 4096)),
      bit: doc("Which bit of the row.", integer(0, KEY_TABLE_ROW_BITS - 1)),
    }),
    (fields): Damage => ({ kind: "key table bit", ...fields }),
  ),
);

/** What can be damaged, by what files call it. */
const DAMAGES: Readonly<Record<string, Shape<Damage>>> = { ...FLASH_FAULT_KINDS, keyTableBit: KEY_TABLE_BIT };

const DAMAGE_FIELDS = Object.fromEntries(
  Object.entries(DAMAGES).map(([name, shape]): [string, OptionalField<Damage>] => [name, optionalDamage(shape)]),
);

function optionalDamage(shape: Shape<Damage>): OptionalField<Damage> {
  return doc(shape.doc ?? "", optional(shape));
}

/** The fields of each kind of accident. */
export const ACCIDENT_FIELDS = {
  powerCycle: { adapter, off },
  powerOff: { adapter },
  powerOn: { adapter },
  reset: {
    adapter,
    by: doc("Who does it; its driver by default.", optional(oneOf("driver", "firmware", "bus"), "driver")),
  },
  unplug: { adapter, for: doc("After how long it is plugged in again; never by default.", optional(DURATION)) },
  startService: {},
  stopService: {},
  killService: {},
  rebootHost: {
    off,
    orderly: doc(
      "Whether service and adapters are stopped before the power goes; false by default.",
      optional(boolean(), false),
    ),
  },
  cutLink: {
    from: doc("One end: an adapter or target, by its name.", nameOf("adapter or target")),
    to: doc("The other end.", nameOf("adapter or target")),
    for: doc("After how long it is whole again; never by default.", optional(DURATION)),
    oneWay: doc(
      "Whether only what goes from the one to the other is lost; false by default.",
      optional(boolean(), false),
    ),
  },
  damage: { adapter, ...DAMAGE_FIELDS },
} as const satisfies Readonly<Record<AccidentKind, Fields>>;

/** The accident that some fields of its kind describe; what else stands among them is left alone. */
export function accidentOf(kind: AccidentKind, fields: Readonly<Record<string, unknown>>): Accident {
  const own = Object.entries(fields).filter(([name]) => Object.hasOwn(ACCIDENT_FIELDS[kind], name));
  if (kind !== "damage") return { kind, ...Object.fromEntries(own) } as Accident;
  // That there is exactly one, the shape has looked at.
  const [damage] = own.flatMap(([name, value]) => Object.hasOwn(DAMAGES, name) ? [value as Damage] : []);
  return { kind, adapter: String(fields["adapter"]), damage } as Accident;
}

/** What is wrong with fields of a kind of accident that are each accepted. */
export function accidentContradiction(kind: AccidentKind, fields: object): Contradiction | undefined {
  if (kind !== "damage") return undefined;
  const given = Object.keys(fields).filter((name) => Object.hasOwn(DAMAGES, name));
  if (given.length === 1) return undefined;
  const accepted = `one of ${alternatives(Object.keys(DAMAGES))}`;
  return { path: given[1] ?? "", given: given.join(" and ") || "no damage", accepted };
}

/** The adapters and targets that an accident, or the moment of a fault, names. */
export function endsOf(named: object): readonly string[] {
  return Object.entries(named).flatMap(([field, name]) => ["adapter", "from", "to"].includes(field) ? [name] : []);
}

/** The fields of its adapter on which it depends whether an accident can happen. */
export function fieldsFor(accident: Accident): readonly string[] {
  if (accident.kind !== "damage") return [];
  return accident.damage.kind === "key table bit" ? ["keyTableEntries"] : ["storage", "flash"];
}

/** Where in the fields of an accident something is wrong. */
export function accidentPath(accident: Accident, { field }: Impossible): readonly string[] {
  const path = field === "" ? [] : [field];
  return accident.kind === "damage" && field !== "adapter" ? [nameInFiles(accident.damage.kind), ...path] : path;
}
