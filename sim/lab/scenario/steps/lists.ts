/**
 * Steps that ask the service for its lists.
 *
 * @module
 */

import { IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { describeStatus } from "../../../../host/status.ts";
import { doc, list, mapping, optional, type OptionalField, text } from "../../../shape/shape.ts";
import { isIn, type Range } from "../../faults/range.ts";
import { Components } from "../../../trace/components.ts";
import { callEvent, stateEvent } from "../../../trace/events.ts";
import type { EventTest } from "../looks/look.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { step } from "../step.ts";
import type { StepContext } from "../step_context.ts";
import type { Outcome } from "../statuses.ts";
import { answers } from "./expectations.ts";
import { targetOf } from "./target_names.ts";

const count = doc("How many there are.", optional(COUNT_RANGE));

function named(of: string): OptionalField<readonly string[]> {
  return doc(`The names of ${of}, in order.`, optional(list(text())));
}

/** What is expected of a list. */
interface Expected {
  readonly status: Outcome;
  readonly count?: Range;
  readonly names?: readonly string[];
}

/** Steps about lists. */
export const LIST_STEPS = {
  listInitiators: step({
    doc: "ReportIScsiInitiatorList: the adapters that the service knows, in order of arrival.",
    shape: mapping({}),
    expect: answers({ count, names: named("the adapters") }),
    *run(_, context, expected) {
      const { status, initiators } = yield* context.call(context.world.host.api.reportIScsiInitiatorList());
      judgeList(context, expected, { status, found: initiators, shown: DRIVERS });
    },
  }),
  listSessions: step({
    doc: "GetIScsiSessionList: the sessions of all adapters.",
    shape: mapping({}),
    expect: answers({ count, names: named("their targets") }),
    *run(_, context, expected) {
      const { status, sessions } = yield* context.call(context.world.host.api.getIScsiSessionList());
      const found = sessions.map(({ targetName }) => targetOf(targetName));
      judgeList(context, expected, { status, found, shown: LOGINS });
    },
  }),
  listPersistentLogins: step({
    doc: "ReportIScsiPersistentLogins: the logins that adapters have saved.",
    shape: mapping({}),
    expect: answers({ count, names: named("their targets") }),
    *run(_, context, expected) {
      const { status, persistentLogins } = yield* context.call(context.world.host.api.reportIScsiPersistentLogins());
      const found = persistentLogins.map(({ targetName }) => targetOf(targetName));
      judgeList(context, expected, { status, found, shown: LOGINS });
    },
  }),
};

/** What drivers have come to: an adapter is in the list while its driver is there. */
const DRIVERS: EventTest = ({ component, kind }) => component.startsWith("miniport ") && kind === stateEvent.name;

/** Logins, and what ends or forgets one. */
const LOGINS: EventTest = ({ component, kind, fields }) =>
  component === Components.application && kind === callEvent.name &&
  /^(Login|Logout|Remove)IScsi.*Target$/.test(String(fields["operation"]));

/** What the service has come to: without it there is no list. */
const SERVICE: EventTest = ({ component, kind, fields }) =>
  component === Components.initiatorService && kind === stateEvent.name &&
  /^(starting|running|stopping|stopped)$/.test(String(fields["state"]));

/** A list, as it came back. */
interface Listed {
  readonly status: number;
  readonly found: readonly string[];
  /** Which events show best why these are in it. */
  readonly shown: EventTest;
}

function judgeList(context: StepContext, expected: Expected, { status, found, shown: entries }: Listed): void {
  context.judgeStatus(status, expected.status);
  const { count, names } = expected;
  const shown = status === IsdscStatus.SUCCESS ? entries : SERVICE;
  // A list that never came is no empty one.
  const missing = status === IsdscStatus.SUCCESS ? undefined : `no list (${describeStatus(status)})`;
  if (count !== undefined) {
    const isRight = missing === undefined && isIn(count, found.length);
    context.answered(`${count.text} in the list`, missing ?? String(found.length), shown, isRight);
  }
  if (names !== undefined) context.answered(names.join(", ") || "none", missing ?? (found.join(", ") || "none"), shown);
}
