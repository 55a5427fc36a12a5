/**
 * Steps that log in at targets, and out.
 *
 * @module
 */

import { formatSuite } from "../../../../firmware/ike/mod.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import { LoginFlag } from "../../../../host/iscsidsc/structures.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { boolean, doc, mapping, nameOf, oneOf, optional, type ValueOf } from "../../../shape/shape.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import { noteEvent, stateEvent } from "../../../trace/events.ts";
import type { EventTest } from "../looks/look.ts";
import { step } from "../step.ts";
import type { OpenLogin, StepContext } from "../step_context.ts";
import { KEY, PORT, SUITE } from "../values.ts";
import { answers } from "./expectations.ts";
import { flags, port } from "./fields.ts";
import { iscsiName } from "./target_names.ts";

const target = doc("The target, by its name.", nameOf("target"));
const session = doc("The login, by the name that stands beside it.", nameOf("step"));
const loginAnswer = answers({
  mode: doc("The mode that phase 1 must have used.", optional(oneOf("main", "aggressive"))),
  suite: doc("The suite that both ends must have agreed on.", optional(SUITE)),
  key: doc("The key that phase 1 must have used.", optional(KEY)),
  session: doc("Whether there must be a session: a persistent login only saves.", optional(boolean())),
});

/** Steps about logins. */
export const LOGIN_STEPS = {
  login: step({
    doc: "LoginIScsiTarget, as far as phase 1, with MULTIPATH_ENABLED: a target may have many sessions.",
    shape: mapping({
      adapter: doc("The adapter, by its name; the service chooses by default.", optional(nameOf("adapter"))),
      port: doc("The initiator's port; the service chooses by default.", optional(PORT)),
      target,
      flags,
      key: doc("A key for this login alone.", optional(KEY)),
      persistent: doc(
        "Whether the adapter saves it, to log in at each start from the next one on; false by default.",
        optional(boolean(), false),
      ),
    }),
    expect: loginAnswer,
    *run({ adapter, port, target, flags, key, persistent }, context, expected) {
      const { recorder, host } = context.world;
      const { address } = context.target(target);
      const first = recorder.length;
      const { status, session: id } = yield* context.call(host.api.loginIScsiTarget({
        targetName: iscsiName(target),
        ...(adapter === undefined ? {} : { initiatorInstance: adapter }),
        targetPortal: { address: formatInternetAddress(address) },
        loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
        ...(port === undefined ? {} : { initiatorPortNumber: port }),
        ...(flags === undefined ? {} : { securityFlags: flags }),
        ...(key === undefined ? {} : { key }),
        ...(persistent ? { isPersistent: true } : {}),
      }));
      context.judgeStatus(status, expected.status);
      const login = id === undefined ? undefined : openLogin(context, target, id);
      if (login !== undefined) context.noteLogin(login);
      judgeLogin(context, expected, login, first);
    },
  }),
  addConnection: step({
    doc: "AddIScsiConnection: one more connection of a session, through the same portal.",
    shape: mapping({ session, flags, key: doc("A key for the portal's address.", optional(KEY)) }),
    expect: answers({}),
    check: ({ session }, check) => check.part("session").requireEarlier(session, "login"),
    *run({ session, flags, key }, context, { status }) {
      const login = context.login(session, status);
      if (login === undefined) return;
      const answer = yield* context.call(context.world.host.api.addIScsiConnection({
        uniqueSessionId: login.id,
        targetPortal: { address: formatInternetAddress(context.target(login.target).address) },
        ...(flags === undefined ? {} : { securityFlags: flags }),
        ...(key === undefined ? {} : { key }),
      }));
      context.judgeStatus(answer.status, status);
    },
  }),
  logout: step({
    doc: "LogoutIScsiTarget: ends a session.",
    shape: mapping({ session }),
    expect: answers({}),
    check: ({ session }, check) => check.part("session").requireEarlier(session, "login"),
    *run({ session }, context, { status }) {
      const login = context.login(session, status);
      if (login === undefined) return;
      context.judgeStatus(yield* context.call(context.world.host.api.logoutIScsiTarget(login.id)), status);
    },
  }),
  removePersistentLogin: step({
    doc: "RemoveIScsiPersistentTarget: no start logs in there any more. Sessions stay.",
    shape: mapping({ adapter: doc("The adapter that has saved it, by its name.", nameOf("adapter")), port, target }),
    expect: answers({}),
    *run({ adapter, port, target }, context, { status }) {
      const { api } = context.world.host;
      const removal = api.removeIScsiPersistentTarget(adapter, port, iscsiName(target), undefined);
      context.judgeStatus(yield* context.call(removal), status);
    },
  }),
};

/** The login that has led to a session: the service has numbered the adapters in their order. */
function openLogin(context: StepContext, target: string, id: OpenLogin["id"]): OpenLogin {
  const adapter = [...context.world.adapters.keys()][Number(id.adapterUnique) - 1] ?? "";
  return { adapter, target, id, session: sessionNumber(id.adapterSpecific) };
}

/** Judges what a login has led to, and notes its session. */
function judgeLogin(
  context: StepContext,
  expected: ValueOf<typeof loginAnswer>,
  login: OpenLogin | undefined,
  firstEvent: number,
): void {
  const { mode, suite, key } = expected;
  const sessions = login === undefined ? undefined : context.unit(login.adapter).adapter.sessions?.sessions();
  const session = sessions?.find(({ number }) => number === login?.session);
  const association = session?.association;
  if (login !== undefined && session !== undefined && association !== undefined) {
    const { mode } = association;
    context.noteSession({ adapter: login.adapter, session: session.number, mode, ...session.phase2 });
  }
  const shown = phase1Of(login?.adapter, firstEvent);
  if (mode !== undefined) context.answered(`${mode} mode`, `${association?.mode ?? "no"} mode`, shown);
  if (suite !== undefined) {
    const found = association === undefined ? "no suite" : formatSuite(association.suite);
    context.answered(formatSuite(suite), found, shown);
  }
  if (key !== undefined) context.answered(`key ${fingerprint(key)}`, usedKey(context, login, firstEvent), shown);
  if (expected.session !== undefined) {
    context.judge(expected.session ? "a session" : "no session", login === undefined ? "no session" : "a session");
  }
}

/** What an adapter has told of phase 1 from some event on: with which key and modes it began, and how that ended. */
function phase1Of(adapter: string | undefined, firstEvent: number): EventTest {
  return ({ sequence, component, kind, fields }) =>
    sequence >= firstEvent && (adapter === undefined || component === adapter) &&
    ((kind === stateEvent.name && String(fields["state"]).startsWith("phase 1 ")) ||
      (kind === noteEvent.name && String(fields["text"]).startsWith("session ")));
}

/** The fingerprint of the key with which an adapter has opened a session, as its trace says. */
function usedKey(context: StepContext, login: OpenLogin | undefined, firstEvent: number): string {
  const { recorder } = context.world;
  for (let sequence = firstEvent; login !== undefined && sequence < recorder.length; sequence++) {
    const { component, kind, fields } = recorder.at(sequence);
    if (component !== login.adapter || kind !== noteEvent.name) continue;
    const [, used] = new RegExp(`^session ${login.session} uses .*key ([0-9a-f]{8})`).exec(String(fields["text"])) ??
      [];
    if (used !== undefined) return `key ${used}`;
  }
  return "no key";
}
