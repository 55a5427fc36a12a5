/**
 * Accidents as steps: they happen now, and the next step finds the world at
 * rest.
 *
 * @module
 */

import type { Task } from "../../../kernel/task.ts";
import { converted, mapping, type Shape } from "../../../shape/shape.ts";
import {
  type Accident,
  ACCIDENT_DOCS,
  accidentHappens,
  type AccidentKind,
  impossibleAccident,
} from "../../faults/accidents.ts";
import { LASTING_ACCIDENTS } from "../../faults/injector.ts";
import { ACCIDENT_FIELDS, accidentContradiction, accidentOf, accidentPath } from "../accident_shapes.ts";
import { step, type StepKind } from "../step.ts";
import type { StepContext } from "../step_context.ts";

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
} satisfies { readonly [K in AccidentKind]: StepKind<Accident> };

/** Accidents after which nothing comes up: the step ends in its cycle. */
const QUIET: readonly AccidentKind[] = ["powerOff", "stopService", "killService", "damage"];

function accident(kind: AccidentKind): StepKind<Accident> {
  const fields = mapping(ACCIDENT_FIELDS[kind], (given) => accidentContradiction(kind, given));
  return step({
    doc: ACCIDENT_DOCS[kind],
    shape: converted(fields as Shape<object>, (given) => accidentOf(kind, { ...given })),
    check(accident, check) {
      const impossible = impossibleAccident(accident, check.world);
      if (impossible === undefined) return;
      check.part(...accidentPath(accident, impossible)).refuse(impossible.given, impossible.accepted);
    },
    *run(accident, context) {
      const happening = accidentHappens(accident, context.world);
      if (LASTING_ACCIDENTS.includes(kind)) return yield* goOn(kind, happening, context);
      yield* context.call(happening);
      if (!QUIET.includes(kind)) yield* context.settle();
    },
  });
}

/** Has something begin, which then goes on by itself. */
function* goOn(name: string, happening: Task, context: StepContext): Task {
  const { kernel } = context.world;
  kernel.spawn(name, happening, { daemon: true });
  yield* context.wait(0);
}
