/**
 * The table of the host's sessions over a script in place of phase 1: what
 * happens while a session is being opened, and what becomes of the keys of
 * persistent logins.
 */

import { assert, assertEquals } from "@std/assert";
import { CacheDamage } from "../../../firmware/cache/cache_damage.ts";
import { PersistentLogins } from "../../../firmware/cache/persistent_logins.ts";
import { RecordWriters } from "../../../firmware/cache/record_writers.ts";
import {
  AsynchronousEvent,
  IsdscStatus,
  type SessionRequest,
  SessionState,
} from "../../../firmware/manual/interface.ts";
import { HostSessions } from "../../../firmware/session/host_sessions.ts";
import type { AdapterSessions } from "../../../firmware/session/sessions.ts";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { NO_PHASE1_STATISTICS } from "../../support/no_statistics.ts";
import { Bench, text } from "../nvram/bench.ts";

const OPENING_CYCLES = 1000;
const RETRY_SECONDS = 5;
/** The session of the first persistent login. */
const PERSISTENT_SESSION = 0x8000_0001;
const TARGET = { type: 1, bytes: Uint8Array.of(192, 0, 2, 20, ...new Uint8Array(12)) };
const NAME = { portNumber: 0, target: TARGET, socket: 3260, targetName: text("iqn.2026-11.example:disk") };
const KEY = text("the key of a persistent login");
const PASSWORD = text("its password for CHAP");

/** Sessions take a while to open, and then stand as the test says. */
class Script implements AdapterSessions {
  readonly exchangeCount = 0;
  readonly opened: SessionRequest[] = [];
  /** Key and password as they were given. */
  readonly secrets: string[] = [];
  readonly closed: number[] = [];
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  *open(request: SessionRequest): ReturnType<AdapterSessions["open"]> {
    this.opened.push(request);
    this.secrets.push(new TextDecoder().decode(request.key));
    yield* this.#kernel.sleep(OPENING_CYCLES);
    return { type: "accepted", session: this.opened.length };
  }

  *close(number: number): Task<number> {
    this.closed.push(number);
    return IsdscStatus.SUCCESS;
  }

  sessions = () => [];
  statistics = () => NO_PHASE1_STATISTICS;
  closeAll = () => {};
  stop = () => {};
  *run() {}
  *receive() {}
}

function table() {
  const kernel = new Kernel();
  const bench = new Bench(3, 4);
  bench.boot();
  const persistentLogins = new PersistentLogins({
    store: bench.store,
    damage: new CacheDamage(bench.store),
    leavesRoom: () => true,
    writers: new RecordWriters({ cause: -1 }),
  });
  const request = { ...NAME, reserved: 0, securityFlags: 0x27n, key: KEY, password: PASSWORD, description: text("") };
  assertEquals(runToEnd(persistentLogins.save(request)), IsdscStatus.SUCCESS);
  const script = new Script(kernel);
  const events: (readonly number[])[] = [];
  let report = (..._values: number[]): void => {};
  const sessions = new HostSessions({
    kernel,
    output: { event: (...values) => void events.push(values), eventsLost: 0 },
    portAddresses: [Uint8Array.of(192, 0, 2, 10)],
    persistentLogins,
    create: (output) => {
      report = (...values) => output.event(AsynchronousEvent.sessionStateChanged, ...values);
      return script;
    },
  });
  kernel.spawn("persistent logins", sessions.run(), { daemon: true });
  const forget = () => {
    assertEquals(runToEnd(persistentLogins.remove(NAME)), IsdscStatus.SUCCESS);
    sessions.persistentLoginsChanged();
  };
  const pass = (cycles: number) => kernel.run(kernel.now + cycles);
  const run = <T>(task: Task<T>): T => {
    const process = kernel.spawn("test", task);
    kernel.runUntil(process, kernel.now + 10 * OPENING_CYCLES);
    return process.result;
  };
  return { kernel, script, sessions, events, report: (...values: number[]) => report(...values), forget, pass, run };
}

Deno.test("Key and password of a persistent login are wiped once its session is opened, or could not be", () => {
  const { script, sessions, pass } = table();
  const copies: { readonly key: Uint8Array; readonly password: Uint8Array }[] = [];
  const open = script.open.bind(script);
  script.open = (request) => {
    assert("password" in request && request.password instanceof Uint8Array);
    copies.push({ key: request.key, password: request.password });
    return open(request);
  };
  sessions.driverLoaded();
  pass(2 * OPENING_CYCLES);
  assertEquals(script.secrets, [new TextDecoder().decode(KEY)], "it was opened with its key");
  assertEquals(copies, [{ key: new Uint8Array(KEY.length), password: new Uint8Array(PASSWORD.length) }]);
});

Deno.test("A persistent login that is logged out while it is being opened is closed as soon as it is open", () => {
  const { script, sessions, events, pass, run } = table();
  sessions.driverLoaded();
  pass(OPENING_CYCLES / 2);
  assertEquals([script.opened.length, run(sessions.close(PERSISTENT_SESSION))], [1, IsdscStatus.SUCCESS]);
  pass(2 * OPENING_CYCLES);
  assertEquals(script.closed, [1]);
  assertEquals([sessions.nextConnection(0), events], [undefined, []]);
});

Deno.test("A further connection that is being opened when its session ends is closed, and is none of the session's", () => {
  for (const isPersistent of [false, true]) {
    const { kernel, script, sessions, events, report, pass, run } = table();
    const request = { portNumber: 0, target: TARGET, securityFlags: 0x27n, key: KEY };
    if (isPersistent) {
      sessions.driverLoaded();
      pass(2 * OPENING_CYCLES);
    } else {
      run(sessions.open({ ...request, idType: 0, id: new Uint8Array(0), reserved: 0 }));
    }
    const session = isPersistent ? PERSISTENT_SESSION : 1;
    report(1, SessionState.active, IsdscStatus.SUCCESS, 1);
    const told = events.length;
    const added = kernel.spawn("connection", sessions.addConnection({ ...request, session }));
    pass(OPENING_CYCLES / 2);
    // It is reported before its opening returns, too.
    report(2, SessionState.active, IsdscStatus.SUCCESS, 1);
    run(sessions.close(session));
    pass(2 * OPENING_CYCLES);
    assertEquals(added.result, { type: "refused", status: IsdscStatus.INVALID_SESSION_ID });
    assertEquals([script.closed, events.length, sessions.nextConnection(0)], [[1, 2], told, undefined]);
  }
});

Deno.test("A persistent login that was removed is not made again, whether its session is lost later or was never made", () => {
  for (const state of [SessionState.active, SessionState.failed]) {
    const { kernel, script, sessions, events, report, forget, pass } = table();
    sessions.driverLoaded();
    pass(2 * OPENING_CYCLES);
    report(1, state, IsdscStatus.SUCCESS, 1);
    forget();
    if (state === SessionState.active) {
      assertEquals(sessions.nextConnection(0)?.connection, PERSISTENT_SESSION, "the session stays");
      report(1, SessionState.closed, IsdscStatus.CONNECTION_FAILED, 1);
    }
    const told = events.length;
    pass(3 * RETRY_SECONDS * kernel.frequencyHz);
    assertEquals([script.opened.length, events.length], [1, told], `session ${state}`);
    assertEquals([sessions.nextConnection(0), sessions.sessionOf(1)], [undefined, 0], `session ${state}`);
  }
});

Deno.test("A session that is not open yet, or not any more, takes no further connection: ISDSC_SESSION_BUSY", () => {
  const { script, sessions, report, run } = table();
  const nothing = new Uint8Array(0);
  const request = { portNumber: 0, target: TARGET, securityFlags: 0x27n, key: KEY };
  const choice = { idType: 0, id: nothing, reserved: 0 };
  assertEquals(run(sessions.open({ ...request, ...choice })), { type: "accepted", session: 1 });
  const add = () => run(sessions.addConnection({ ...request, session: 1 }));
  assertEquals(add(), { type: "refused", status: IsdscStatus.SESSION_BUSY });
  assertEquals(script.opened.length, 1, "nobody was asked");
  report(1, SessionState.active, IsdscStatus.SUCCESS, 1);
  assertEquals(add(), { type: "accepted", session: 2 });
  // The first one goes, and the second one is still negotiating.
  report(1, SessionState.closed, IsdscStatus.SUCCESS, 1);
  assertEquals(add(), { type: "refused", status: IsdscStatus.SESSION_BUSY });
});
