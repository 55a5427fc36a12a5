/**
 * A reset in the very moment in which the driver learns that the adapter has
 * accepted a login: the completion stands in the mailbox, the driver copies it
 * and resets the adapter next. Nothing tells of that session any more, so that
 * nobody may wait for it; the port driver submits the request again.
 */

import { assert, assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, MAIN, OTHER_PORT, PORT, TARGET, targetWithKey, text } from "./world_support.ts";

const KEY = "the key of the target";
const PORTAL = { targetPortal: { address: TARGET.join(".") }, securityFlags: MAIN, key: text(KEY) } as const;

/** A reset takes a second and a half, and the port driver tries again each second. */
const LIMIT_SECONDS = 5;

/** Copying the mailbox takes the driver 6 µs, 2 µs after the completion stands there. */
const MICROSECONDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function boot(): World {
  return bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
}

function loginThrough(world: World, initiatorInstance: string) {
  return world.host.api.loginIScsiTarget({ ...PORTAL, targetName: "iqn.2026-01.example:disk", initiatorInstance });
}

/** Lets time pass until the firmware has carried a command out: the completion stands in the mailbox. */
function untilCarriedOut(world: World, command: string): void {
  const first = world.recorder.length;
  const limit = world.now + world.cycles(1e6);
  const isDone = () => {
    for (let sequence = first; sequence < world.recorder.length; sequence++) {
      const { component, kind, fields } = world.recorder.at(sequence);
      if (component === `${ADAPTER} firmware` && kind === "return" && fields["operation"] === command) return true;
    }
    return false;
  };
  while (!isDone()) {
    assert(world.now < limit, `${command} is not carried out`);
    world.advance(25);
  }
}

interface Opening {
  /** The command that the adapter accepts. */
  readonly command: string;
  /** The call, once what it needs is there. */
  readonly call: (world: World) => Task<{ readonly status: number }>;
  /** How many sessions the adapter has if the call ends with a status; `undefined` for one that it must not end with. */
  readonly sessions: (status: number) => number | undefined;
}

/** A connection is of a session that the reset has ended. */
const OPENINGS: Readonly<Record<string, Opening>> = {
  "a login": {
    command: "openSession",
    call: (world) => loginThrough(world, ADAPTER),
    sessions: (status) => ({ 0: 1, [IsdscStatus.CONNECTION_FAILED]: 0 })[status],
  },
  "a further connection": {
    command: "addConnection",
    call(world) {
      const { session } = world.run(loginThrough(world, ADAPTER));
      assert(session !== undefined);
      return world.host.api.addIScsiConnection({ ...PORTAL, uniqueSessionId: session });
    },
    sessions: (status) => ({ [IsdscStatus.INVALID_SESSION_ID]: 0, [IsdscStatus.CONNECTION_FAILED]: 0 })[status],
  },
};

for (const [what, { command, call, sessions }] of Object.entries(OPENINGS)) {
  Deno.test(`A reset while the driver learns that ${what} is accepted: nobody waits, and what is answered is so`, () => {
    for (const microseconds of MICROSECONDS) {
      const world = boot();
      const at = `${what}, ${microseconds} µs`;
      const opening = world.kernel.spawn(what, call(world));
      untilCarriedOut(world, command);
      world.advance(world.cycles(1000 * microseconds));
      world.host.resetAdapter(ADAPTER);
      world.advance(world.cycles(1000));
      const other = world.kernel.spawn("login elsewhere", loginThrough(world, "hba1"));
      world.advance(world.cycles(LIMIT_SECONDS * 1e9));
      assert(opening.over, `${at}: it is still waited for`);
      assert(other.over, `${at}: the login elsewhere still waits`);
      const { status } = opening.result;
      const list = world.run(world.host.api.getIScsiSessionList()).sessions;
      const own = list.filter(({ sessionId }) => sessionId.adapterUnique === 1n).length;
      assertEquals([own, list.length - own], [sessions(status), other.result.status === 0 ? 1 : 0], `${at}: ${status}`);
      assert([0, IsdscStatus.TARGET_ALREADY_LOGGED_IN].includes(other.result.status), at);
    }
  });
}
