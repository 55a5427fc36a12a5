/**
 * Steps one after the other: each at its moment, as often as it says.
 *
 * @module
 */

import { quoted, shortened } from "../../kernel/given.ts";
import { durationText } from "../../kernel/duration_text.ts";
import type { Cycle, Cycles, Task } from "../../kernel/task.ts";
import { checkFaults } from "./fault_shape.ts";
import { StepFaults } from "./step_faults.ts";
import { checkLooks, findAll, hasLooks } from "./looks/table.ts";
import type { Window } from "./looks/look.ts";
import { isIn } from "../faults/range.ts";
import { type AnyStep, isRead, kindOf, labelOf, type StepGroup } from "./step.ts";
import type { StepCheck } from "./step_check.ts";
import { type ScenarioRun, StepContext } from "./step_context.ts";
import type { CommonExpectations } from "./steps/expectations.ts";
import type { StepWords } from "./step_words.ts";
import { beginTaking } from "./taken.ts";

/** Looks whether steps can be taken in the world that was built. */
export function checkSteps(group: StepGroup, steps: readonly AnyStep[], check: StepCheck): void {
  check.lose(false);
  steps.forEach((step, index) => checkStep(group, step, check.part(index)));
}

function checkStep(group: StepGroup, step: AnyStep, check: StepCheck): void {
  const { type, value, beside } = step;
  const { name, at, after, faults = [] } = beside as StepWords;
  check.part("at").requireWithinLimit(at ?? 0);
  check.part("after").requireWithinLimit(after ?? 0);
  if (at !== undefined && after !== undefined) check.part("after").refuse("after beside at", "one of them");
  checkFaults(faults, check.part("faults"));
  const expected: CommonExpectations = beside["expect"] ?? {};
  if (expected.within !== undefined) check.part("expect", "within").requireCanBeLonger(expected.within);
  if (expected.since !== undefined) check.part("expect", "since").requireEarlier(expected.since);
  const isKnown = isRead(group, step);
  const enter = () => name === undefined ? undefined : check.part("name").enterStep(name, isKnown ? type : undefined);
  if (!isKnown) {
    check.lose(true);
    enter();
  } else {
    const kind = kindOf(group, step);
    // Since its own beginning a step that looks would see nothing.
    if (kind.isBlock === true) enter();
    kind.check?.(value, check.part(type), beside["expect"]);
    if (kind.isBlock !== true) enter();
  }
  checkLooks(expected, check.part("expect"));
}

/** Takes steps in order, in a time of their own: what they say of `after` counts from here. */
export function* takeSteps(group: StepGroup, steps: readonly AnyStep[], run: ScenarioRun): Task {
  const begin = run.world.now;
  for (const step of steps) yield* takeStep(group, step, run, begin);
}

/**
 * Takes a step.
 *
 * @param begin When the steps around it began.
 */
export function* takeStep(group: StepGroup, step: AnyStep, run: ScenarioRun, begin: Cycle): Task {
  const { name, at, after, repeat = { times: 1 }, faults = [] } = step.beside as StepWords;
  const { world, application } = run;
  const who = application === undefined ? "" : `${shortened(application)}: `;
  const called = name === undefined ? "" : ` ${quoted(name)}`;
  const path = step.line === 0 ? `${step.path} ` : "";
  const place = {
    type: `${path}${who}${step.type}${called}`,
    line: step.line,
    ...(name === undefined ? {} : { name }),
  };
  if (at !== undefined) yield* waitUntil(world.cycles(at), `at ${durationText(at)}`, new StepContext(run, place));
  if (after !== undefined) {
    yield* waitUntil(begin + world.cycles(after), `after ${durationText(after)}`, new StepContext(run, place));
  }
  const first = world.now;
  const planned = new StepFaults(faults, run);
  if (name !== undefined) run.windows.set(name, { firstEvent: world.recorder.length, begin: first });
  for (let count = 0; count < repeat.times; count++) {
    const occurrence = repeat.times === 1 ? {} : { occurrence: `, ${count + 1} of ${repeat.times}` };
    const taking = (run.takings.get(step) ?? 0) + 1;
    run.takings.set(step, taking);
    const timing = new StepContext(run, { ...place, ...occurrence, taking });
    if (repeat.every !== undefined) {
      yield* waitUntil(first + count * world.cycles(repeat.every), "the moment of its repetition", timing);
    }
    const noted = notedTaking(group, step, run, taking);
    const context = new StepContext(noted?.run ?? run, { ...place, ...occurrence, taking });
    takeTurn(run);
    yield* takeOnce(group, step, context, planned, count + 1 === repeat.times);
    takeTurn(run);
    noted?.end();
  }
  planned.end(place);
}

/** Others that look in this moment wait for what one of several applications does in it. */
function takeTurn({ turns }: ScenarioRun): void {
  if (turns !== undefined) turns.count++;
}

/** The run within a step, where somebody hears of that. */
function notedTaking(group: StepGroup, step: AnyStep, run: ScenarioRun, taking: number) {
  if (run.onTaken === undefined) return undefined;
  const text = labelOf(group, step);
  const { taken, end } = beginTaking({ step, text, line: step.line, taking, within: run.within }, run.world);
  run.onTaken(taken);
  return { run: { ...run, within: taken }, end };
}

/** Waits for a moment; that it has passed is a verdict. */
function* waitUntil(cycle: Cycle, moment: string, context: StepContext): Task {
  const { world } = context;
  if (cycle < world.now) context.verdict(moment, `that it is ${world.now - cycle} cycles later already`, false);
  else if (cycle > world.now) yield* context.wait(cycle - world.now);
}

function* takeOnce(
  group: StepGroup,
  step: AnyStep,
  context: StepContext,
  faults: StepFaults,
  isLast: boolean,
): Task {
  const { kernel, recorder } = context.world;
  const window = { firstEvent: recorder.length, begin: kernel.now };
  yield* kindOf(group, step).run(step.value, context, step.beside["expect"]);
  const length = kernel.now - window.begin;
  if (isLast) faults.close();
  // What a fault has taken is back when the next step begins: power, or the service.
  if (yield* faults.healed()) yield* context.settle();
  if (hasLooks(step.value) || hasLooks(step.beside["expect"])) yield* context.othersHaveActed();
  yield* context.end();
  judge(step.beside["expect"] ?? {}, context, window, length);
}

/** Judges what is expected of a step besides its answer. */
function judge(
  { within, since, ...looks }: CommonExpectations,
  context: StepContext,
  own: Window,
  length: Cycles,
): void {
  const { world, run } = context;
  if (within !== undefined) {
    const nanoseconds = Math.round((length * 1e9) / world.kernel.frequencyHz);
    context.verdict(`${within.text} for the step`, durationText(nanoseconds), isIn(within, nanoseconds));
  }
  const window = since === undefined ? own : run.windows.get(since);
  if (window === undefined) {
    return context.verdict(`the time since ${quoted(since ?? "")}`, "a step that was not taken yet", false);
  }
  for (const finding of findAll(looks, world, window)) context.found(finding);
}
