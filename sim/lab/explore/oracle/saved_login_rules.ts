/**
 * The rules about what comes of the logins that adapters have saved.
 *
 * @module
 */

import { ALL_PORTS, ConnectionState, networkAddress } from "../../../../firmware/manual/interface.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { AdapterUnit } from "../../world/world.ts";
import type { ExpectedLogin, OracleView } from "./oracle_view.ts";
import type { Rule } from "./rule.ts";
import type { KnownLogin } from "./saved_logins.ts";

/** From one attempt to the next: two exchanges that nobody answers, in main mode and in aggressive mode, and a pause. */
const LONGEST_PAUSE_SECONDS = 40;

/** The rules by their names. */
export const SAVED_LOGIN_RULES = {
  "a saved login is tried again": {
    // After healing one whose session is not open, and that has a key, was begun again not long ago.
    when: "rest",
    *find(view) {
      const { adapters, savedLogins, wire, calmSince, world } = view;
      const longest = world.cycles(LONGEST_PAUSE_SECONDS * 1e9);
      if (world.now - calmSince < longest) return;
      for (const unit of adapters) {
        const waiting = unit.adapter.connections.filter(({ state }) => state === ConnectionState.waiting);
        for (const { persistentLogin } of waiting) {
          const saved = savedLogins.of(unit).find(({ number }) => number === persistentLogin);
          const login = saved === undefined ? undefined : expected(view, unit, saved);
          if (saved === undefined || login === undefined) continue;
          const begun = wire.lastBegun(login.from, login.target.address) ?? 0;
          if (world.now - begun > longest) yield `the login to ${saved.name} of ${unit.adapter.name} waits`;
        }
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** What can be said of a saved login that is made; `undefined` of one that may not come to its first message. */
function expected(view: OracleView, { adapter }: AdapterUnit, saved: KnownLogin): ExpectedLogin | undefined {
  if (saved.content === undefined) return undefined;
  const login = view.loginOf({
    ...saved.given,
    targetName: saved.name,
    initiatorInstance: adapter.name,
    initiatorPortNumber: saved.portNumber === ALL_PORTS ? 0 : saved.portNumber,
    targetPortal: { address: formatInternetAddress(networkAddress(saved.target)) },
  });
  return login === undefined || login.possible.has(undefined) || login.mayLackGateway ? undefined : login;
}
