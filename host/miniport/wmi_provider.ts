/**
 * The miniport as a WMI provider: its classes, what it answers to queries, and
 * how methods are carried out by the adapter.
 *
 * Everything that the adapter has to be asked for is pending; what the driver
 * knows by itself is answered at once.
 *
 * @module
 */

import {
  ADAPTER_INFORMATION,
  type AdapterInformation,
  AdapterStatus,
  MailboxCommand,
  MailboxStatus,
  SessionState,
} from "../../firmware/manual/interface.ts";
import { StructureError } from "../../sim/layout/structure.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { LOGIN_INTERRUPTED_STATUS, MALFORMED_INPUT_STATUS, METHOD_ONLY_QUERY_BYTES } from "../design_choices.ts";
import type { HostTimeouts } from "../costs.ts";
import {
  type GuidRegistration,
  postProcess,
  type RequestContext,
  type WmiLibraryContext,
  type WmiTarget,
} from "../scsiwmi.ts";
import type { WmiSrb } from "../srb.ts";
import { SrbStatus } from "../status.ts";
import { ADAPTER_OPERATIONS_GUID, LOGIN_TO_TARGET_OUT, OperationsMethod } from "../wmi/adapter_operations.ts";
import {
  EncryptionType,
  HBA_INFORMATION,
  HBA_INFORMATION_GUID,
  type HbaInformation,
  SECURITY_CAPABILITIES,
  SECURITY_CAPABILITIES_GUID,
} from "../wmi/adapter_information.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../wmi/security_config_operations.ts";
import { judgeLogin } from "./login_judgement.ts";
import type { Mailbox, MailboxResult } from "./mailbox.ts";
import { LOGOUT_FROM_TARGET, type MethodDescription, SECURITY_METHODS } from "./method_table.ts";
import type { Sessions } from "./sessions.ts";

/** Which methods of MSiSCSI_SecurityConfigOperations a driver implements. */
export type SecurityProvider =
  /** All six. */
  | "complete"
  /** Methods 1, 3 and 4, as Microsoft's published sample does. */
  | "sample"
  /** The class is not registered at all. */
  | "absent";

/** What a provider is made of. */
export interface WmiProviderOptions {
  /** The name of the adapter. */
  readonly name: string;
  /** The adapter's mailbox. */
  readonly mailbox: Mailbox;
  /** The sessions of the adapter. */
  readonly sessions: Sessions;
  /** True while the adapter has failed or is absent: the driver answers for it, and nothing is tried again. */
  readonly isGivenUp: () => boolean;
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The processes of the drivers. */
  readonly group: TaskGroup;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly uniqueAdapterId: bigint;
  /** Which methods are implemented. */
  readonly provider: SecurityProvider;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
}

type SrbContext = RequestContext<WmiSrb>;

/** What Microsoft's published sample implements. */
const SAMPLE_METHODS: readonly number[] = [
  SecurityMethod.setPresharedKeyForId,
  SecurityMethod.setGroupPresharedKey,
  SecurityMethod.setTunnelModeOuterAddress,
];

const CLASSES: readonly Uint8Array[] = [
  ADAPTER_OPERATIONS_GUID,
  HBA_INFORMATION_GUID,
  SECURITY_CAPABILITIES_GUID,
  SECURITY_CONFIG_OPERATIONS_GUID,
];

/** The classes of one miniport. */
export class WmiProvider implements WmiLibraryContext {
  /** The registered classes, each with one instance. */
  readonly guidList: readonly GuidRegistration[];
  readonly #options: WmiProviderOptions;
  /** Of the firmware that was last seen running: what is said of it when it does not answer. */
  #firmwareVersion = 0;

  /**
   * A provider.
   *
   * @param options What it is made of.
   */
  constructor(options: WmiProviderOptions) {
    this.#options = options;
    const registered = options.provider === "absent"
      ? CLASSES.filter((guid) => guid !== SECURITY_CONFIG_OPERATIONS_GUID)
      : CLASSES;
    this.guidList = registered.map((guid) => ({ guid, instanceCount: 1 }));
  }

  /** QueryWmiDataBlock. */
  queryDataBlock(request: RequestContext, { guidIndex }: WmiTarget, buffer: Uint8Array): number {
    const context = request as SrbContext;
    switch (this.guidList[guidIndex]?.guid) {
      case HBA_INFORMATION_GUID:
        return this.#queryInformation(context, buffer);
      case SECURITY_CAPABILITIES_GUID:
        return answer(context, buffer, SECURITY_CAPABILITIES.encode(SECURITY_CAPABILITIES_VALUE));
      default:
        // A class of methods alone: the query before the method must still succeed.
        return answer(context, buffer, new Uint8Array(METHOD_ONLY_QUERY_BYTES));
    }
  }

  /** ExecuteWmiMethod. */
  executeMethod(
    request: RequestContext,
    { guidIndex }: WmiTarget,
    methodId: number,
    inputBytes: number,
    buffer: Uint8Array,
  ): number {
    const context = request as SrbContext;
    const guid = this.guidList[guidIndex]?.guid;
    const input = buffer.subarray(0, inputBytes);
    try {
      if (guid === ADAPTER_OPERATIONS_GUID && methodId === OperationsMethod.loginToTarget) {
        return this.#login(context, input, buffer.length);
      }
      const method = this.#method(guid, methodId);
      if (method === undefined) return finish(context, SrbStatus.invalidRequest, 0);
      if (buffer.length < method.outputBytes) return finish(context, SrbStatus.dataOverrun, method.outputBytes);
      const command = method.marshal(input);
      return this.#start("method", this.#execute(context, method, command));
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      return finish(context, MALFORMED_INPUT_STATUS, 0);
    }
  }

  #method(guid: Uint8Array | undefined, methodId: number): MethodDescription | undefined {
    if (guid === ADAPTER_OPERATIONS_GUID) {
      return methodId === OperationsMethod.logoutFromTarget ? LOGOUT_FROM_TARGET : undefined;
    }
    if (guid !== SECURITY_CONFIG_OPERATIONS_GUID) return undefined;
    if (this.#options.provider === "sample" && !SAMPLE_METHODS.includes(methodId)) return undefined;
    return SECURITY_METHODS.get(methodId);
  }

  *#execute(
    context: SrbContext,
    method: MethodDescription,
    command: ReturnType<MethodDescription["marshal"]>,
  ): Task {
    const result = yield* this.#options.mailbox.execute(command, isActive(context));
    const srbStatus = this.#srbStatus(result);
    if (result.type !== "completed" || srbStatus !== SrbStatus.success) {
      complete(context, srbStatus, 0);
      return;
    }
    const status = result.registers[1] ?? 0;
    complete(context, SrbStatus.success, method.outputBytes, (data) => {
      method.unmarshal(status, result.response, data.subarray(0, method.outputBytes));
    });
  }

  #queryInformation(context: SrbContext, buffer: Uint8Array): number {
    if (buffer.length < HBA_INFORMATION.sizeof) return finish(context, SrbStatus.dataOverrun, HBA_INFORMATION.sizeof);
    if (this.#options.isGivenUp()) {
      return answer(context, buffer, HBA_INFORMATION.encode(this.#information(undefined)));
    }
    return this.#start("query", this.#answerInformation(context));
  }

  *#answerInformation(context: SrbContext): Task {
    const result = yield* this.#options.mailbox.execute(INFORMATION_COMMAND, isActive(context));
    const srbStatus = this.#srbStatus(result);
    if (result.type !== "completed" || srbStatus !== SrbStatus.success) {
      complete(context, srbStatus, 0);
      return;
    }
    const information = ADAPTER_INFORMATION.decode(result.response);
    this.#firmwareVersion = information.firmwareVersion;
    complete(context, SrbStatus.success, HBA_INFORMATION.sizeof, (data) => {
      HBA_INFORMATION.encodeInto(this.#information(information), data);
    });
  }

  /** What the adapter says; of one that does not work the driver says so itself. */
  #information(information: AdapterInformation | undefined): HbaInformation {
    const { name, uniqueAdapterId } = this.#options;
    return {
      UniqueAdapterId: uniqueAdapterId,
      IntegratedTCPIP: false,
      RequiresBinaryIpAddresses: true,
      VersionMin: 0,
      VersionMax: 0,
      MultifunctionDevice: false,
      CacheValid: information?.cacheValid ?? false,
      NumberOfPorts: information?.numberOfPorts ?? 0,
      Status: information?.status ?? AdapterStatus.failed,
      FunctionalitySupported: information?.functionality ?? 0,
      GenerationalGuid: information?.generationalGuid ?? new Uint8Array(16),
      MaxCDBLength: 16,
      BiDiScsiCommands: false,
      VendorID: "hbasim",
      VendorModel: name,
      VendorVersion: "1",
      FirmwareVersion: versionText(information?.firmwareVersion ?? this.#firmwareVersion),
      AsicVersion: "1",
      OptionRomVersion: "1",
      SerialNumber: `${uniqueAdapterId}`,
      DriverName: "hbasim.sys",
    };
  }

  #login(context: SrbContext, input: Uint8Array, capacityBytes: number): number {
    const judgement = judgeLogin(input, capacityBytes);
    switch (judgement.type) {
      case "refused":
        return finish(context, judgement.srbStatus, judgement.bytes);
      case "answered":
        return this.#start("login", this.#completeLogin(context, { ...NO_SESSION, Status: judgement.status }));
      case "open":
        return this.#start("login", this.#openSession(context, judgement.request));
      default:
        return judgement satisfies never;
    }
  }

  *#openSession(context: SrbContext, request: Uint8Array): Task {
    const { mailbox, sessions, timeouts, recorder, component } = this.#options;
    const command = { command: MailboxCommand.openSession, request, responseBytes: 0 };
    const opened = yield* mailbox.execute(command, isActive(context));
    const srbStatus = this.#srbStatus(opened);
    if (opened.type !== "completed" || srbStatus !== SrbStatus.success) {
      complete(context, srbStatus, 0);
      return;
    }
    // The adapter has the key now; phase 1 may take minutes, and the buffer needs no key for the answer.
    if (context.userContext.active) context.buffer.fill(0, context.dataBlockOffset);
    const [mailboxStatus = 0, status = 0, session = 0] = opened.registers;
    if (mailboxStatus !== MailboxStatus.commandComplete) {
      yield* this.#completeLogin(context, { ...NO_SESSION, Status: status });
      return;
    }
    const event = yield* sessions.outcome(session, timeouts.loginCycles);
    const established = event?.state === SessionState.active;
    // Nobody waits for it, or nobody knows how it stands: it must not stay open.
    const givenUp = !context.userContext.active;
    if (givenUp) recorder.record(component, noteEvent, { text: `the login of session ${session} was given up` });
    if (event === undefined || (established && givenUp)) yield* this.#closeSession(session);
    yield* this.#completeLogin(context, {
      Status: event?.status ?? LOGIN_INTERRUPTED_STATUS,
      UniqueSessionId: established ? BigInt(session) : 0n,
      UniqueConnectionId: established ? BigInt(session) : 0n,
    });
  }

  *#closeSession(session: number): Task {
    yield* this.#options.mailbox.execute({
      command: MailboxCommand.closeSession,
      request: new Uint8Array(0),
      responseBytes: 0,
      parameter: session,
    });
  }

  *#completeLogin(context: SrbContext, value: Parameters<typeof LOGIN_TO_TARGET_OUT.encode>[0]): Task {
    complete(context, SrbStatus.success, LOGIN_TO_TARGET_OUT.sizeof, (data) => {
      LOGIN_TO_TARGET_OUT.encodeInto(value, data);
    });
  }

  /** A request that the adapter did not carry out: busy while it is being reset, so that the port driver tries again. */
  #srbStatus(result: MailboxResult): number {
    switch (result.type) {
      case "completed":
        return SRB_STATUS_OF_MAILBOX[result.registers[0] ?? 0] ?? SrbStatus.error;
      case "timedOut":
        return SrbStatus.timeout;
      case "absent":
        return SrbStatus.noHba;
      case "aborted":
        return this.#options.isGivenUp() ? SrbStatus.noHba : SrbStatus.busy;
      default:
        return result satisfies never;
    }
  }

  #start(what: string, task: Task): number {
    this.#options.group.spawn(`${this.#options.name} ${what}`, task);
    return SrbStatus.pending;
  }
}

const NO_SESSION = { UniqueSessionId: 0n, UniqueConnectionId: 0n };

const INFORMATION_COMMAND = {
  command: MailboxCommand.getAdapterInformation,
  request: new Uint8Array(0),
  responseBytes: ADAPTER_INFORMATION.sizeof,
};

const SECURITY_CAPABILITIES_VALUE = {
  ProtectiScsiTraffic: true,
  ProtectiSNSTraffic: false,
  CertificatesSupported: false,
  EncryptionAvailable: [EncryptionType.none, EncryptionType.tripleDesHmacSha1],
};

/** Whether the port driver still waits for a request. */
function isActive({ userContext }: SrbContext): () => boolean {
  return () => userContext.active;
}

function answer(context: SrbContext, buffer: Uint8Array, data: Uint8Array): number {
  if (buffer.length < data.length) return finish(context, SrbStatus.dataOverrun, data.length);
  buffer.set(data);
  return finish(context, SrbStatus.success, data.length);
}

/** The contract: what the callback answers is what it has handed to `postProcess`. */
function finish(context: SrbContext, srbStatus: number, bytes: number): number {
  postProcess(context, srbStatus, bytes);
  return srbStatus;
}

/**
 * Completes a request that was pending, unless the port driver has given it up.
 *
 * @param output Puts the OUT data into the buffer; called only while the request is active.
 * @param outputBytes Bytes of output; with `dataOverrun` bytes that are needed.
 */
function complete(
  context: SrbContext,
  srbStatus: number,
  outputBytes: number,
  output: (data: Uint8Array) => void = () => {},
): void {
  const srb = context.userContext;
  if (!srb.active) return;
  output(context.buffer.subarray(context.dataBlockOffset));
  postProcess(context, srbStatus, outputBytes);
  srb.complete(context.returnStatus, context.returnSize);
}

/** What mailbox 0 means for the request when a command has ended; another number is an error. */
const SRB_STATUS_OF_MAILBOX: Readonly<Record<number, number>> = {
  [MailboxStatus.booting]: SrbStatus.error,
  [MailboxStatus.busy]: SrbStatus.busy,
  [MailboxStatus.commandComplete]: SrbStatus.success,
  [MailboxStatus.invalidCommand]: SrbStatus.error,
  [MailboxStatus.hostInterfaceError]: SrbStatus.error,
  [MailboxStatus.commandError]: SrbStatus.success,
  [MailboxStatus.parameterError]: SrbStatus.error,
  [MailboxStatus.initializationError]: SrbStatus.error,
} satisfies Record<(typeof MailboxStatus)[keyof typeof MailboxStatus], number>;

function versionText(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`;
}
