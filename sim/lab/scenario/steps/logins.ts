/**
 * Steps that log in at targets.
 *
 * @module
 */

import { LoginFlag } from "../../../../host/iscsidsc/structures.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { doc, mapping, oneOf, optional, text } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { KEY, PORT } from "../values.ts";
import { adapter, expect, flags } from "./fields.ts";

/** Steps about logins. */
export const LOGIN_STEPS = {
  login: step({
    doc: "LoginIScsiTarget, as far as phase 1, with MULTIPATH_ENABLED: a target may have many sessions.",
    shape: mapping({
      adapter,
      port: doc("The initiator's port; the service chooses by default.", optional(PORT)),
      target: doc("The target, by its name.", text()),
      flags,
      key: doc("A key for this login alone.", optional(KEY)),
      expectMode: doc("The mode that phase 1 must have used.", optional(oneOf("main", "aggressive"))),
      expect,
    }),
    run({ adapter: name, port, target: targetName, flags, key, expect, expectMode }, context) {
      const { adapter } = context.unit(name);
      const target = context.target(targetName);
      const before = new Set(adapter.sessions?.sessions().map(({ number }) => number));
      const { status } = context.world.run(context.world.host.api.loginIScsiTarget({
        targetName: `iqn.2026-01.example:${targetName}`,
        initiatorInstance: name,
        targetPortal: { address: formatInternetAddress(target.address) },
        loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
        ...(port === undefined ? {} : { initiatorPortNumber: port }),
        ...(flags === undefined ? {} : { securityFlags: flags }),
        ...(key === undefined ? {} : { key }),
      }));
      context.judgeStatus(status, expect);
      const session = adapter.sessions?.sessions().find(({ number }) => !before.has(number));
      if (session?.association !== undefined) {
        const { mode } = session.association;
        context.noteSession({ adapter: name, session: session.number, mode, ...session.phase2 });
      }
      if (expectMode !== undefined) {
        context.judge(`${expectMode} mode`, `${session?.association?.mode ?? "no"} mode`);
      }
    },
  }),
};
