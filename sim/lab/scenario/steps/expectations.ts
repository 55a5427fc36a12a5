/**
 * What may be expected of a step: its status, or fields of its answer by name.
 *
 * @module
 */

import { IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import {
  type Contradiction,
  converted,
  convertedScalar,
  distinct,
  doc,
  type Fields,
  filled,
  list,
  mapping,
  type MappingOf,
  nameOf,
  optional,
  type OptionalField,
  scalarListOrMapping,
  type ScalarShape,
  type Shape,
} from "../../../shape/shape.ts";
import { LOOK_FIELDS } from "../looks/table.ts";
import { DURATION_RANGE } from "../ranges.ts";
import { ANY_STATUS_WORD, CALL_STATUS, type Outcome, OUTCOME_WORD, SETTING_OUTCOME_WORD, STATUS } from "../statuses.ts";

/** Success, which is expected where nothing is said. */
const SUCCESS: Outcome = { type: "status", statuses: [IsdscStatus.SUCCESS] };

const STATUSES = filled(distinct(list(CALL_STATUS)));

/** From when on packets and trace are looked at. */
export const since: OptionalField<string, undefined> = doc(
  "From which step on packets and trace are looked at, by its name.",
  optional(nameOf("step")),
);

/** What may be expected of every step, besides what it answers. */
export const COMMON_EXPECTATIONS = {
  within: doc("How long it may take: at most, or a range.", optional(DURATION_RANGE)),
  since,
  ...LOOK_FIELDS,
} as const;

/** What was expected of a step, besides what it has answered. */
export type CommonExpectations = MappingOf<typeof COMMON_EXPECTATIONS>;

/** `expect` of a step that answers nothing. */
export const NO_ANSWER: OptionalField<CommonExpectations, undefined> = doc(
  "What must be found when it has ended.",
  optional(expected({}) as Shape<CommonExpectations>),
);

/** Fields of an answer with all else that may be expected of a step: one of them at least. */
function expected(fields: Fields): Shape<object> {
  const all: Fields = { ...fields, ...COMMON_EXPECTATIONS };
  return mapping(all, (given) => noneOf(given, all));
}

/** What is wrong with a mapping of which each field may be left out, if all are: it would judge nothing. */
export function noneOf(given: object, fields: Fields): Contradiction | undefined {
  // A window is none.
  if (Object.keys(given).some((name) => name !== "since")) return undefined;
  const accepted = alternatives(Object.keys(fields).filter((name) => name !== "since"));
  return { path: "", given: "nothing that could fail", accepted: `one of ${accepted}` };
}

/** What a call answers: its status, and fields of its own. */
type Answers<F extends Fields> = { readonly status: Outcome } & MappingOf<F>;

/**
 * `expect` of a call: a status, several, `any`, or a mapping of these and of fields of its answer.
 *
 * @param fields The fields of its answer besides the status; each may be left out.
 */
export function answers<const F extends { readonly [name: string]: OptionalField }>(
  fields: F,
): OptionalField<Answers<F>, Answers<F>> {
  return expectation(OUTCOME_WORD, fields);
}

/** `expect` of a setting, which may be interrupted: `old or new`, too. */
export const settingAnswer: OptionalField<Answers<Record<never, never>>, Answers<Record<never, never>>> = expectation(
  SETTING_OUTCOME_WORD,
  {},
);

function expectation<const F extends { readonly [name: string]: OptionalField }>(
  word: ScalarShape<Outcome>,
  fields: F,
): OptionalField<Answers<F>, Answers<F>> {
  const several = converted(STATUSES, (statuses) => ({ status: { type: "status", statuses } }) as Answers<F>);
  const status = doc("Its status, or several; success by default.", optional(statusOrStatuses(word)));
  const shape = scalarListOrMapping<Answers<F>, Answers<F>, Answers<F>>(
    convertedScalar(word, (status) => ({ status }) as Answers<F>),
    several,
    converted(expected({ status, ...fields }), (given) => ({ status: SUCCESS, ...given }) as Answers<F>),
  );
  return doc("What its answer must be; success by default.", optional(shape, { status: SUCCESS } as Answers<F>));
}

function statusOrStatuses(word: ScalarShape<Outcome>) {
  const several = converted(STATUSES, (statuses): Outcome => ({ type: "status", statuses }));
  return { kind: "either", accepts: `${word.accepts}, or a list of them`, scalar: word, other: several } as const;
}

/** `expect` of an answer that has no status of this kind: a mapping of its fields. */
export function fieldsOfAnswer<const F extends { readonly [name: string]: OptionalField }>(
  fields: F,
): OptionalField<MappingOf<F>, MappingOf<F>> {
  return doc("What its answer must be.", optional(expected(fields) as Shape<MappingOf<F>>, {} as MappingOf<F>));
}

/** One status of a kind, or several of which one must come. */
export function oneOrSeveral(status: Shape<number>): Shape<readonly number[]> {
  const several = filled(distinct(list(status)));
  if (status.kind !== "scalar") return several;
  const one: ScalarShape<readonly number[]> = convertedScalar(status, (code): readonly number[] => [code]);
  return { kind: "either", accepts: `${status.accepts}, or a list of them`, scalar: one, other: several };
}

/** In the place of a mapping that may hold bytes with a key: what is no status may be these. */
const RAW_STATUSES = filled(distinct(list<number>({ ...STATUS, isSecret: true } as Shape<number>)));

/** `expect` of a call past the API: a status, several, `any`, or a mapping of them and of what else came back. */
export function rawAnswer<const F extends { readonly [name: string]: OptionalField }>(
  fields: F,
): OptionalField<RawAnswer<F>, RawAnswer<F>> {
  const status = doc(
    "The ISDSC status, or several; SUCCESS unless something else is told.",
    optional(oneOrSeveral(STATUS)),
  );
  const shape = scalarListOrMapping<RawAnswer<F>, RawAnswer<F>, RawAnswer<F>>(
    convertedScalar(ANY_STATUS_WORD, (status) => ({ status: status === "any" ? status : [status] }) as RawAnswer<F>),
    converted(RAW_STATUSES, (status) => ({ status }) as RawAnswer<F>),
    expected({ status, ...fields }) as Shape<RawAnswer<F>>,
  );
  return doc("What must come back; success by default.", optional(shape, {} as RawAnswer<F>));
}

/** What comes back of a call past the API. */
type RawAnswer<F extends Fields> = { readonly status?: readonly number[] | "any" } & MappingOf<F>;
