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
} from "../../firmware/manual/interface.ts";
import { StructureError } from "../../sim/layout/structure.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { MALFORMED_INPUT_STATUS, METHOD_ONLY_QUERY_BYTES } from "../design_choices.ts";
import type { HostTimeouts } from "../costs.ts";
import type { GuidRegistration, RequestContext, WmiLibraryContext, WmiTarget } from "../scsiwmi.ts";
import { SrbStatus } from "../status.ts";
import { ADAPTER_OPERATIONS_GUID, OperationsMethod } from "../wmi/adapter_operations.ts";
import {
  HBA_INFORMATION,
  HBA_INFORMATION_GUID,
  type HbaInformation,
  SECURITY_CAPABILITIES_GUID,
} from "../wmi/adapter_information.ts";
import { PERSISTENT_LOGINS_GUID } from "../wmi/persistent_logins.ts";
import { PORTAL_INFO_GUID } from "../wmi/portal_info.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../wmi/security_config_operations.ts";
import { INITIATOR_SESSION_INFO_GUID } from "../wmi/session_info.ts";
import { LOGIN_STATISTICS_GUID, MAIN_MODE_STATISTICS_GUID } from "../wmi/statistics.ts";
import type { AdapterAccess } from "./adapter_access.ts";
import { type AdapterQuery, adapterQuery } from "./adapter_queries.ts";
import { judgeConnection, judgeLogin, type LoginJudgement } from "./login_judgement.ts";
import { type LoginKind, LoginRequests } from "./login_requests.ts";
import { type MethodDescription, OPERATIONS, SECURITY_METHODS } from "./method_table.ts";
import { EVENT_CLASSES, type ProviderEvents } from "./provider_events.ts";
import type { SessionIds } from "./session_ids.ts";
import type { Sessions } from "./sessions.ts";
import { answer, complete, completeQuery, finish, isActive, type SrbContext } from "./wmi_request.ts";

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
  /** The way to the adapter. */
  readonly access: AdapterAccess;
  /** The sessions of the adapter. */
  readonly sessions: Sessions;
  /** Their identifiers. */
  readonly sessionIds: SessionIds;
  /** The events that it fires. */
  readonly events: ProviderEvents;
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
  PERSISTENT_LOGINS_GUID,
  PORTAL_INFO_GUID,
  INITIATOR_SESSION_INFO_GUID,
  LOGIN_STATISTICS_GUID,
  MAIN_MODE_STATISTICS_GUID,
];

/** The classes of one miniport. */
export class WmiProvider implements WmiLibraryContext {
  /** The registered classes, each with one instance. */
  readonly guidList: readonly GuidRegistration[];
  readonly #options: WmiProviderOptions;
  readonly #logins: LoginRequests;
  /** Of the firmware that was last seen running: what is said of it when it does not answer. */
  #firmwareVersion = 0;

  /**
   * A provider.
   *
   * @param options What it is made of.
   */
  constructor(options: WmiProviderOptions) {
    this.#options = options;
    this.#logins = new LoginRequests(options);
    const withData = options.provider === "absent"
      ? CLASSES.filter((guid) => guid !== SECURITY_CONFIG_OPERATIONS_GUID)
      : CLASSES;
    this.guidList = [
      ...withData.map((guid) => ({ guid, instanceCount: 1 })),
      ...EVENT_CLASSES.map((guid) => ({ guid, instanceCount: 1, isEventOnly: true })),
    ];
  }

  /** QueryWmiDataBlock. */
  queryDataBlock(request: RequestContext, { guidIndex }: WmiTarget, buffer: Uint8Array): number {
    const context = request as SrbContext;
    const guid = this.guidList[guidIndex]?.guid;
    if (guid === HBA_INFORMATION_GUID) return this.#queryInformation(context, buffer);
    const query = guid === undefined ? undefined : adapterQuery(guid);
    // A class of methods alone: the query before the method must still succeed.
    if (query === undefined) return answer(context, buffer, METHOD_ONLY_ANSWER);
    return this.#start("query", this.#answerQuery(context, query(this.#options, isActive(context))));
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
      if (guid === ADAPTER_OPERATIONS_GUID) return this.#operate(context, methodId, input, buffer.length);
      const method = guid === SECURITY_CONFIG_OPERATIONS_GUID ? this.#securityMethod(methodId) : undefined;
      if (method === undefined) return finish(context, SrbStatus.invalidRequest, 0);
      if (buffer.length < method.outputBytes) return finish(context, SrbStatus.dataOverrun, method.outputBytes);
      const command = method.marshal(input, this.#options.sessionIds);
      return this.#start("method", this.#execute(context, method, command, () => {}));
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      return finish(context, MALFORMED_INPUT_STATUS, 0);
    }
  }

  /** WmiFunctionControl. */
  functionControl(request: RequestContext, guidIndex: number, isEnabled: boolean): number {
    const registration = this.guidList[guidIndex];
    if (registration?.isEventOnly === true) this.#options.events.enable(registration.guid, isEnabled);
    return finish(request as SrbContext, SrbStatus.success, 0);
  }

  /** A method of MSiSCSI_Operations. */
  #operate(context: SrbContext, methodId: number, input: Uint8Array, capacityBytes: number): number {
    switch (methodId) {
      case OperationsMethod.loginToTarget:
        return this.#judged(context, "login", judgeLogin(input, capacityBytes));
      case OperationsMethod.addConnectionToSession:
        return this.#judged(context, "connection", judgeConnection(input, capacityBytes, this.#options));
      default: {
        const method = OPERATIONS.get(methodId);
        if (method === undefined || input.length < method.inputBytes) {
          return finish(context, SrbStatus.invalidRequest, 0);
        }
        if (capacityBytes < method.outputBytes) return finish(context, SrbStatus.dataOverrun, method.outputBytes);
        const { sessions, sessionIds } = this.#options;
        const copy = input.slice();
        const command = method.marshal(input, sessionIds);
        return this.#start("method", this.#execute(context, method, command, () => method.done(sessions, copy)));
      }
    }
  }

  #judged(context: SrbContext, kind: LoginKind, judgement: LoginJudgement): number {
    if (judgement.type === "refused") return finish(context, judgement.srbStatus, judgement.bytes);
    return this.#start(kind, this.#logins.carryOut(context, kind, judgement));
  }

  #securityMethod(methodId: number): MethodDescription | undefined {
    if (this.#options.provider === "sample" && !SAMPLE_METHODS.includes(methodId)) return undefined;
    return SECURITY_METHODS.get(methodId);
  }

  *#execute(
    context: SrbContext,
    method: MethodDescription,
    command: ReturnType<MethodDescription["marshal"]>,
    done: () => void,
  ): Task {
    const result = yield* this.#options.access.execute(command, isActive(context));
    if (result.type === "failed") {
      complete(context, result.srbStatus, 0);
      return;
    }
    if (result.accepted) done();
    complete(context, SrbStatus.success, method.outputBytes, (data) => {
      method.unmarshal(result.status, result.response, data.subarray(0, method.outputBytes));
    });
  }

  *#answerQuery(context: SrbContext, query: ReturnType<AdapterQuery>): Task {
    const result = yield* query;
    if (result.type === "failed") complete(context, result.srbStatus, 0);
    else completeQuery(context, result.data);
  }

  #queryInformation(context: SrbContext, buffer: Uint8Array): number {
    if (buffer.length < HBA_INFORMATION.sizeof) return finish(context, SrbStatus.dataOverrun, HBA_INFORMATION.sizeof);
    if (this.#options.isGivenUp()) {
      return answer(context, buffer, HBA_INFORMATION.encode(this.#information(undefined)));
    }
    return this.#start("query", this.#answerInformation(context));
  }

  *#answerInformation(context: SrbContext): Task {
    const result = yield* this.#options.access.execute(INFORMATION_COMMAND, isActive(context));
    if (result.type === "failed") {
      complete(context, result.srbStatus, 0);
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

  #start(what: string, task: Task): number {
    this.#options.group.spawn(`${this.#options.name} ${what}`, task);
    return SrbStatus.pending;
  }
}

/** Never written to. */
const METHOD_ONLY_ANSWER = new Uint8Array(METHOD_ONLY_QUERY_BYTES);

const INFORMATION_COMMAND = {
  command: MailboxCommand.getAdapterInformation,
  request: new Uint8Array(0),
  responseBytes: ADAPTER_INFORMATION.sizeof,
};

function versionText(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`;
}
