/**
 * Accidents as steps: they happen now, and the next step finds the world at
 * rest.
 *
 * @module
 */

import type { Task } from "../../../kernel/task.ts";
import { boolean, converted, doc, type Fields, mapping, optional, type Shape } from "../../../shape/shape.ts";
import { indivisible } from "../../../shape/stand_in.ts";
import {
  type Accident,
  ACCIDENT_DOCS,
  accidentHappens,
  type AccidentKind,
  canBeVain,
  tellAccident,
  vainAccident,
} from "../../faults/accidents.ts";
import { LASTING_ACCIDENTS } from "../../faults/injector.ts";
import { impossibleAccident } from "../../faults/possible.ts";
import {
  ACCIDENT_FIELDS,
  accidentContradiction,
  accidentOf,
  accidentPath,
  endsOf,
  fieldsFor,
} from "../accident_shapes.ts";
import { refuseSilentWay } from "../silent_ways.ts";
import { step, type StepKind } from "../step.ts";
import type { StepContext } from "../step_context.ts";

/** An accident that happens now. */
type AccidentStep = Accident & {
  /** Whether it is all right that it changes nothing. */
  readonly mayMiss: boolean;
};

const MAY_MISS = doc(
  "Whether it is all right that it changes nothing, as the power of what is off; the run fails by default.",
  optional(boolean(), false),
);

/** A step for each kind of accident. */
export const ACCIDENT_STEPS = {
  powerCycle: accident("powerCycle"),
  powerOff: accident("powerOff"),
  powerOn: accident("powerOn"),
  reset: accident("reset"),
  unplug: accident("unplug"),
  startService: accident("startService"),
  stopService: accident("stopService"),
  killService: accident("killService"),
  rebootHost: accident("rebootHost"),
  cutLink: accident("cutLink"),
  damage: accident("damage"),
} satisfies { readonly [K in AccidentKind]: StepKind<AccidentStep> };

/** The fields of an accident, as they are read. */
type WrittenAccident = Readonly<Record<string, unknown>> & Partial<Pick<AccidentStep, "mayMiss">>;

/** Accidents after which nothing comes up: the step ends in its cycle. */
const QUIET: readonly AccidentKind[] = ["powerOff", "stopService", "killService", "damage"];

function accident(kind: AccidentKind): StepKind<AccidentStep> {
  const written: Fields = { ...ACCIDENT_FIELDS[kind], ...(canBeVain(kind) ? { mayMiss: MAY_MISS } : {}) };
  const shape = indivisible(mapping(written, (given) => accidentContradiction(kind, given)));
  const fields = shape as Shape as Shape<WrittenAccident>;
  return step({
    doc: ACCIDENT_DOCS[kind],
    shape: converted(fields, (given) => ({ ...accidentOf(kind, given), mayMiss: given.mayMiss === true })),
    check(accident, check) {
      const { mayMiss: _ofTheStep, ...alone } = accident;
      const impossible = impossibleAccident(alone as Accident, check.world);
      if (impossible !== undefined) {
        const place = check.part(...accidentPath(accident, impossible)).about(endsOf(accident), ...fieldsFor(accident));
        place.refuse(impossible.given, impossible.accepted);
      } else if (accident.kind === "cutLink") refuseSilentWay(accident.from, accident.to, check, "to");
    },
    *run(accident, context) {
      const happening = happens(accident, context);
      if (LASTING_ACCIDENTS.includes(kind)) return yield* goOn(kind, happening, context);
      yield* context.call(happening);
      if (!QUIET.includes(kind)) yield* context.settle();
    },
  });
}

/** Those of other applications in the same moment have acted when it begins: whether it is in vain is asked here. */
function* happens(accident: AccidentStep, context: StepContext): Task {
  const vain = vainAccident(accident, context.world);
  // One that changes something is no verdict: it was not to be judged.
  if (vain !== undefined && !accident.mayMiss) context.verdict(tellAccident(accident), `nothing: ${vain}`, false);
  yield* accidentHappens(accident, context.world);
}

/** Has something begin, which then goes on by itself. */
function* goOn(name: string, happening: Task, context: StepContext): Task {
  const { kernel } = context.world;
  kernel.spawn(name, happening, { daemon: true });
  yield* context.wait(0);
}
