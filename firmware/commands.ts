/**
 * The command loop: takes mailbox commands, moves their requests and responses
 * by DMA, and has the security cache and the session manager carry them out.
 *
 * One command at a time; each is complete, in flash and in RAM, before the
 * host hears of it.
 *
 * @module
 */

import type { Core } from "../sim/kernel/core.ts";
import type { Task } from "../sim/kernel/task.ts";
import { complete, NO_MORE, openedReply, refuse, type Reply, responseReply, statusReply } from "./command_reply.ts";
import type { CommandTap } from "./command_tap.ts";
import { StructureError } from "../sim/layout/structure.ts";
import { type CostTable, dmaCycles } from "../sim/parts/cost_table.ts";
import type { DmaEngine, DmaWindow } from "../sim/parts/dma_engine.ts";
import type { RegisterFile } from "../sim/parts/register_file.ts";
import { noteEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import {
  ADAPTER_INFORMATION,
  CONNECTION_INFORMATION,
  CONNECTION_NAME,
  CONNECTION_REQUEST,
  FirmwareState,
  GENERATIONAL_GUID_REQUEST,
  GROUP_KEY_REQUEST,
  INTERNET_ADDRESS,
  internetAddress,
  IsdscStatus,
  type MailboxCommand,
  MailboxStatus,
  MAX_TRANSFER_BYTES,
  PERSISTENT_LOGIN_INFORMATION,
  PERSISTENT_LOGIN_NAME,
  PERSISTENT_LOGIN_REQUEST,
  PHASE1_STATISTICS,
  PRESHARED_KEY_FLAGS,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  SESSION_REQUEST,
  TUNNEL_ADDRESS_REQUEST,
} from "./manual/interface.ts";
import type { MailboxOutput } from "./mailbox_output.ts";
import { isFoundByTrying } from "./cache/key_strength.ts";
import type { SecurityCache } from "./cache/security_cache.ts";
import { GENERATIONAL_GUID_IDENTITY } from "./cache/security_records.ts";
import type { HostSessions } from "./session/host_sessions.ts";
import { TracedCommand } from "./traced_command.ts";

/** What the command loop works with. */
export interface CommandLoopOptions {
  /** The firmware's core. */
  readonly core: Core;
  /** What things cost. */
  readonly costs: CostTable;
  /** Where commands come from. */
  readonly registers: RegisterFile;
  /** Where completions go. */
  readonly output: MailboxOutput;
  /** The way to the host's memory. */
  readonly dma: DmaEngine;
  /** Keys, tunnel addresses, generational GUID. */
  readonly cache: SecurityCache;
  /** Sessions, their connections, and the persistent logins. */
  readonly sessions: HostSessions;
  /** Hear each command when it is begun, and how it ended. */
  readonly taps: ReadonlySet<CommandTap>;
  /** The address of each network port. */
  readonly portAddresses: readonly Uint8Array[];
  /** Which ciphers phase 1 may use: bits of {@linkcode CipherCapability}. */
  readonly cipherCapabilities: number;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
  /** Told when a command was taken, and when it is complete. */
  readonly onWork: (isWorking: boolean) => void;
}

type Handler = (
  options: CommandLoopOptions,
  mailbox: Uint32Array,
  request: Uint8Array,
) => Task<Reply>;

interface Command {
  /** Bytes of response; 0 when there is none. */
  readonly responseBytes: number;
  readonly handler: Handler;
}

/** What is done for each command of the manual. */
const COMMANDS: Readonly<Record<keyof typeof MailboxCommand, Command>> = {
  aboutFirmware: {
    responseBytes: 0,
    *handler({ cache }) {
      const version = cache.information().firmwareVersion;
      return complete(version >>> 16, (version >>> 8) & 0xff, version & 0xff);
    },
  },
  stopFirmware: {
    responseBytes: 0,
    *handler({ sessions }) {
      sessions.closeAll();
      return complete(IsdscStatus.SUCCESS);
    },
  },
  getFirmwareState: {
    responseBytes: 0,
    *handler({ sessions }) {
      sessions.driverLoaded();
      return complete(FirmwareState.ready);
    },
  },
  setPresharedKeyForId: {
    responseBytes: 0,
    handler(options, _mailbox, request) {
      const decoded = PRESHARED_KEY_REQUEST.decode(request);
      return setKey(options, decoded.key, options.cache.setKey(decoded));
    },
  },
  getPresharedKeyForId: {
    responseBytes: PRESHARED_KEY_FLAGS.sizeof,
    *handler({ cache }, _mailbox, request) {
      const { status, securityFlags, because } = yield* cache.getFlags(PRESHARED_KEY_QUERY.decode(request));
      const reply = status === IsdscStatus.SUCCESS
        ? responseReply(PRESHARED_KEY_FLAGS.encode({ securityFlags }))
        : statusReply(status);
      return { ...reply, because };
    },
  },
  setGroupPresharedKey: {
    responseBytes: 0,
    handler(options, _mailbox, request) {
      const { key } = GROUP_KEY_REQUEST.decode(request);
      return setKey(options, key, options.cache.setGroupKey(key));
    },
  },
  setTunnelModeOuterAddress: {
    responseBytes: 0,
    *handler({ cache }, _mailbox, request) {
      return statusReply(yield* cache.setTunnelAddress(TUNNEL_ADDRESS_REQUEST.decode(request)));
    },
  },
  clearCache: {
    responseBytes: 0,
    *handler({ cache }) {
      return statusReply(yield* cache.clear());
    },
  },
  setGenerationalGuid: {
    responseBytes: 0,
    *handler({ cache }, _mailbox, request) {
      const { generationalGuid } = GENERATIONAL_GUID_REQUEST.decode(request);
      return statusReply(yield* cache.setGenerationalGuid(generationalGuid));
    },
  },
  getAdapterInformation: {
    responseBytes: ADAPTER_INFORMATION.sizeof,
    *handler({ cache }) {
      const because = cache.writers.of(GENERATIONAL_GUID_IDENTITY);
      return { ...responseReply(ADAPTER_INFORMATION.encode(cache.information())), because };
    },
  },
  openSession: {
    responseBytes: 0,
    *handler({ sessions }, _mailbox, request) {
      return openedReply(yield* sessions.open(SESSION_REQUEST.decode(request)));
    },
  },
  closeSession: {
    responseBytes: 0,
    *handler({ sessions }, mailbox) {
      return statusReply(yield* sessions.close(mailbox[1] ?? 0));
    },
  },
  savePersistentLogin: {
    responseBytes: 0,
    *handler({ cache, sessions }, _mailbox, request) {
      const login = PERSISTENT_LOGIN_REQUEST.decode(request);
      const status = sessions.reaches(login)
        ? yield* cache.savePersistentLogin(login)
        : IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED;
      sessions.persistentLoginsChanged();
      return statusReply(status);
    },
  },
  removePersistentLogin: {
    responseBytes: 0,
    *handler({ cache, sessions }, _mailbox, request) {
      const status = yield* cache.persistentLogins.remove(PERSISTENT_LOGIN_NAME.decode(request));
      sessions.persistentLoginsChanged();
      return statusReply(status);
    },
  },
  getPersistentLogin: {
    responseBytes: MAX_TRANSFER_BYTES,
    *handler({ cache, sessions }, mailbox) {
      const after = mailbox[1] ?? 0;
      for (const { number } of cache.persistentLogins.logins()) {
        const saved = number > after ? cache.persistentLogins.open(number) : undefined;
        // One that is damaged is not told of: nobody knows what it was.
        if (saved === undefined) continue;
        saved.key.fill(0);
        saved.password.fill(0);
        const reply = PERSISTENT_LOGIN_INFORMATION.encode({ ...saved, number, session: sessions.sessionOf(number) });
        return { ...responseReply(reply), because: cache.persistentLogins.writerOf(number) };
      }
      return NO_MORE;
    },
  },
  addConnection: {
    responseBytes: 0,
    *handler({ sessions }, _mailbox, request) {
      return openedReply(yield* sessions.addConnection(CONNECTION_REQUEST.decode(request)));
    },
  },
  removeConnection: {
    responseBytes: 0,
    *handler({ sessions }, _mailbox, request) {
      const { session, connection } = CONNECTION_NAME.decode(request);
      return statusReply(yield* sessions.removeConnection(session, connection));
    },
  },
  getConnection: {
    responseBytes: CONNECTION_INFORMATION.sizeof,
    *handler({ sessions }, mailbox) {
      const next = sessions.nextConnection(mailbox[1] ?? 0);
      return next === undefined ? NO_MORE : responseReply(CONNECTION_INFORMATION.encode(next));
    },
  },
  getPortAddress: {
    responseBytes: INTERNET_ADDRESS.sizeof,
    *handler({ portAddresses }, mailbox) {
      const address = portAddresses[mailbox[1] ?? 0];
      const typed = address === undefined ? undefined : internetAddress(address);
      return typed === undefined
        ? statusReply(IsdscStatus.INVALID_PORT_NUMBER)
        : responseReply(INTERNET_ADDRESS.encode(typed));
    },
  },
  getPhase1Statistics: {
    responseBytes: PHASE1_STATISTICS.sizeof,
    *handler({ sessions }) {
      return responseReply(PHASE1_STATISTICS.encode(sessions.statistics()));
    },
  },
  getSessionLogin: {
    responseBytes: MAX_TRANSFER_BYTES,
    *handler({ sessions }, mailbox) {
      const login = sessions.loginOf(mailbox[1] ?? 0);
      return login === undefined ? NO_MORE : responseReply(PERSISTENT_LOGIN_INFORMATION.encode(login));
    },
  },
  getSecurityCapabilities: {
    responseBytes: 0,
    *handler({ cipherCapabilities }) {
      return complete(IsdscStatus.SUCCESS, cipherCapabilities);
    },
  },
};

/** Sets a key; one that trying finds is hinted at, since phase 1 lets it be tried offline. */
function* setKey({ recorder, component }: CommandLoopOptions, key: Uint8Array, work: Task<number>): Task<Reply> {
  const isWeak = isFoundByTrying(key);
  const status = yield* work;
  if (isWeak && status === IsdscStatus.SUCCESS) {
    recorder.record(component, noteEvent, {
      text: "the key is weak: message 2 of aggressive mode and message 5 of main mode let it be tried offline",
    });
  }
  return statusReply(status);
}

/** Serves mailbox commands for ever. */
export function* commandLoop(options: CommandLoopOptions): Task {
  const { registers, core, costs, output, recorder, component, onWork } = options;
  for (;;) {
    while (!registers.doorbellRung) yield* registers.doorbell.wait();
    const mailbox = registers.takeCommand();
    onWork(true);
    yield* core.spend(costs.dispatchCycles);
    const command = new TracedCommand(recorder, component, mailbox, options.taps);
    const reply = command.name === undefined
      ? refuse(MailboxStatus.invalidCommand)
      : yield* execute(options, COMMANDS[command.name], mailbox);
    const { mailboxStatus, registers: [status = 0, lengthBytes = 0], response, because } = reply;
    command.complete(mailboxStatus, status, response === undefined ? 0 : lengthBytes, because);
    output.complete(reply.mailboxStatus, ...reply.registers);
    onWork(false);
  }
}

function* execute(options: CommandLoopOptions, command: Command, mailbox: Uint32Array): Task<Reply> {
  const { core, costs, dma } = options;
  const requestBytes = mailbox[3] ?? 0;
  const request = requestBytes === 0 ? NOTHING : dmaWindow(dma, "in", mailbox[1], mailbox[2], requestBytes);
  const target = command.responseBytes === 0 ? NOTHING : dmaWindow(
    dma,
    "out",
    mailbox[4],
    mailbox[5],
    Math.min(mailbox[6] ?? 0, MAX_TRANSFER_BYTES),
  );
  if (request === undefined || target === undefined) {
    return refuse(MailboxStatus.hostInterfaceError);
  }
  if (target.bytes.length < command.responseBytes) {
    return refuse(MailboxStatus.parameterError);
  }
  if (requestBytes > 0) yield* core.spend(dmaCycles(costs, requestBytes));
  // The request moves into the adapter before it is looked at, so the host cannot change it under the checks.
  const local = dma.fetch(request);
  try {
    const reply = yield* command.handler(options, mailbox, local);
    if (reply.response !== undefined) {
      yield* core.spend(dmaCycles(costs, reply.response.length));
      dma.store(target, reply.response);
    }
    return reply;
  } catch (error) {
    if (error instanceof StructureError) {
      return refuse(MailboxStatus.parameterError);
    }
    throw error;
  } finally {
    local.fill(0);
  }
}

const NOTHING: DmaWindow = { bytes: new Uint8Array(0), bit: undefined };

/** The adapter's DMA engine reaches 32 bits of bus address; a high half is out of its range. */
function dmaWindow(
  dma: DmaEngine,
  direction: "in" | "out",
  low: number | undefined,
  high: number | undefined,
  lengthBytes: number,
): DmaWindow | undefined {
  if (high !== 0 || lengthBytes > MAX_TRANSFER_BYTES || lengthBytes === 0) {
    return undefined;
  }
  return dma.open({ direction, busAddress: low ?? 0, lengthBytes });
}
