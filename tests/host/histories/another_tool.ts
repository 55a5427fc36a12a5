/**
 * What another tool does to the adapters of a host, and undoes before a look:
 * it says nothing to the service.
 *
 * @module
 */

import { fail } from "@std/assert";
import {
  internetAddress,
  MailboxCommand,
  PERSISTENT_LOGIN_NAME,
  PERSISTENT_LOGIN_REQUEST,
  PRESHARED_KEY_REQUEST,
} from "../../../firmware/manual/interface.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { FLAGS, type TestHost } from "../test_host.ts";
import { adapterName } from "./named.ts";

const ALL = 0xffff_ffff;
const NO_DATA = new Uint8Array(0);

const LOGIN_NAME = {
  portNumber: ALL,
  target: internetAddress(Uint8Array.of(198, 51, 100, 7)) ?? fail("no address"),
  socket: 3260,
  targetName: new TextEncoder().encode("iqn.2026-01.com.example:tool"),
};

/** Whose key it sets: nobody else's. */
const KEY_OWNER = { portNumber: ALL, idType: 2, id: new TextEncoder().encode("tool.example") };

/** What it asks an adapter for. */
const TOOL_REQUESTS = {
  "foreign clear": { command: MailboxCommand.clearCache, request: () => NO_DATA },
  "foreign name": { command: MailboxCommand.setGenerationalGuid, request: () => new Uint8Array(16).fill(9) },
  "foreign save": {
    command: MailboxCommand.savePersistentLogin,
    request: () =>
      PERSISTENT_LOGIN_REQUEST.encode({
        ...LOGIN_NAME,
        securityFlags: FLAGS,
        reserved: 0,
        key: new Uint8Array(16).fill(0x77),
        password: NO_DATA,
        description: NO_DATA,
      }),
  },
  "foreign forget": {
    command: MailboxCommand.removePersistentLogin,
    request: () => PERSISTENT_LOGIN_NAME.encode(LOGIN_NAME),
  },
  "foreign key": {
    command: MailboxCommand.setPresharedKeyForId,
    request: () =>
      PRESHARED_KEY_REQUEST.encode({ ...KEY_OWNER, securityFlags: FLAGS, key: new Uint8Array(16).fill(0x77) }),
  },
} as const;

/** What another tool may do. */
type ToolRequest = keyof typeof TOOL_REQUESTS;

/** Another tool of a host. */
export class AnotherTool {
  readonly #world: TestHost;
  readonly #loggedIn = new Set<number>();
  readonly #keyed = new Set<number>();

  /** It has done nothing. */
  constructor(world: TestHost) {
    this.#world = world;
  }

  /** It asks an adapter for something. */
  ask(adapter: number, what: ToolRequest): Task<unknown> {
    if (what === "foreign save") this.#loggedIn.add(adapter);
    if (what === "foreign key") this.#keyed.add(adapter);
    const { command, request } = TOOL_REQUESTS[what];
    return this.#world.host.mailbox(adapterName(adapter), { command, request: request(), responseBytes: 0 });
  }

  /** It takes away what may be there of its own: of keys by a ClearCache, as no method removes one. */
  leave(): void {
    for (const adapter of this.#loggedIn) this.#world.run(this.ask(adapter, "foreign forget"));
    for (const adapter of this.#keyed) this.#world.run(this.ask(adapter, "foreign clear"));
    this.#loggedIn.clear();
    this.#keyed.clear();
  }
}
