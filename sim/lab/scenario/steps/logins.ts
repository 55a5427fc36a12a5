/**
 * Steps that log in at targets, and out.
 *
 * @module
 */

import { LoginFlag } from "../../../../host/iscsidsc/structures.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { doc, mapping, nameOf, oneOf, optional } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { KEY, PORT } from "../values.ts";
import { answers } from "./expectations.ts";
import { adapter, flags } from "./fields.ts";

/** Steps about logins. */
export const LOGIN_STEPS = {
  login: step({
    doc: "LoginIScsiTarget, as far as phase 1, with MULTIPATH_ENABLED: a target may have many sessions.",
    shape: mapping({
      adapter,
      port: doc("The initiator's port; the service chooses by default.", optional(PORT)),
      target: doc("The target, by its name.", nameOf("target")),
      flags,
      key: doc("A key for this login alone.", optional(KEY)),
    }),
    expect: answers({ mode: doc("The mode that phase 1 must have used.", optional(oneOf("main", "aggressive"))) }),
    run({ adapter: name, port, target: targetName, flags, key }, context, expected) {
      const { adapter } = context.unit(name);
      const target = context.target(targetName);
      const before = new Set(adapter.sessions?.sessions().map(({ number }) => number));
      const { status, session: id } = context.world.run(context.world.host.api.loginIScsiTarget({
        targetName: `iqn.2026-01.example:${targetName}`,
        initiatorInstance: name,
        targetPortal: { address: formatInternetAddress(target.address) },
        loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
        ...(port === undefined ? {} : { initiatorPortNumber: port }),
        ...(flags === undefined ? {} : { securityFlags: flags }),
        ...(key === undefined ? {} : { key }),
      }));
      context.judgeStatus(status, expected.status);
      if (id !== undefined) context.noteLogin({ adapter: name, target: targetName, session: id });
      const session = adapter.sessions?.sessions().find(({ number }) => !before.has(number));
      if (session?.association !== undefined) {
        const { mode } = session.association;
        context.noteSession({ adapter: name, session: session.number, mode, ...session.phase2 });
      }
      if (expected.mode !== undefined) {
        context.judge(`${expected.mode} mode`, `${session?.association?.mode ?? "no"} mode`);
      }
    },
  }),
  logout: step({
    doc: "LogoutIScsiTarget: ends the newest session of a login before it.",
    shape: mapping({
      adapter,
      target: doc("The target that was logged in at, by its name.", nameOf("target")),
    }),
    expect: answers({}),
    run({ adapter, target }, context, { status }) {
      context.unit(adapter);
      context.target(target);
      const login = context.takeLogin(adapter, target);
      // A login before it that has failed is an outcome of the run, no mistake of the file.
      if (login === undefined) return context.judge(`${adapter} logged in at ${target}`, "no session");
      context.judgeStatus(context.world.run(context.world.host.api.logoutIScsiTarget(login.session)), status);
    },
  }),
};
