/**
 * The API of management applications (`iscsidsc.h`), as far as it concerns
 * keys and phase 1. Functions are tasks; they return what the real ones
 * return: 0, an ISDSC status, or a Win32 error.
 *
 * @module
 */

import { ALL_PORTS, internetAddress, IsdscStatus } from "../firmware/manual/interface.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { Task } from "../sim/kernel/task.ts";
import { Components } from "../sim/trace/components.ts";
import { callEvent, returnEvent } from "../sim/trace/events.ts";
import { fingerprint } from "../sim/trace/fingerprint.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { SERVICE_HANGS_STATUS, SERVICE_STARTING_STATUS, STATUSES_OF_ABSENCE } from "./design_choices.ts";
import { ALL_ADAPTERS } from "./initiator_service/held_records.ts";
import type { InitiatorService, RpcResult, ServiceRun } from "./initiator_service/initiator_service.ts";
import { login, type LoginOutcome, logout } from "./initiator_service/login_operations.ts";
import { applySetting, queryFlags, type SettingScope } from "./initiator_service/security_operations.ts";
import type { SecurityRecord } from "./initiator_service/security_record.ts";
import { describeStatus, Win32Error } from "./status.ts";

/** IKE_AUTHENTICATION_METHOD. */
export const IkeAuthenticationMethod = {
  /** The only one there is. */
  presharedKey: 1,
} as const;

/** IKE_AUTHENTICATION_INFORMATION with its IKE_AUTHENTICATION_PRESHARED_KEY. */
export interface IkeAuthenticationInformation {
  /** A value of {@linkcode IkeAuthenticationMethod}. */
  readonly authMethod: number;
  /** SecurityFlags. */
  readonly securityFlags: bigint;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** The identifier: address in network byte order, or text without terminator. */
  readonly id: Uint8Array;
  /** The key. */
  readonly key: Uint8Array;
}

/** ISCSI_UNIQUE_SESSION_ID: the adapter in the upper half, its session in the lower. */
export interface UniqueSessionId {
  /** UniqueAdapterId. */
  readonly adapterUnique: bigint;
  /** UniqueSessionId of LoginToTarget. */
  readonly adapterSpecific: bigint;
}

/** What LoginIScsiTarget is given. */
export interface LoginParameters {
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** No LUNs are shown to the operating system; false by default. */
  readonly isInformationalSession?: boolean;
  /** The adapter; any by default. */
  readonly initiatorInstance?: string;
  /** The port; any by default. */
  readonly initiatorPortNumber?: number;
  /** Where the target is; there is no discovery, so it must be given. */
  readonly targetPortal?: { readonly address: Uint8Array; readonly socket?: number };
  /** SecurityFlags; without VALID those of the key's entry apply. */
  readonly securityFlags?: bigint;
  /** A key for this login. */
  readonly key?: Uint8Array;
  /** The adapter shall log in by itself from now on; false by default. */
  readonly isPersistent?: boolean;
}

/** What LoginIScsiTarget gives. */
export interface LoginResult {
  /** The status. */
  readonly status: number;
  /** The session; absent unless the status is success. */
  readonly session?: UniqueSessionId;
  /** Its first connection (ISCSI_UNIQUE_CONNECTION_ID); absent unless the status is success. */
  readonly connection?: UniqueSessionId;
}

/** What ReportIScsiInitiatorList gives. */
export interface InitiatorList {
  /** The status. */
  readonly status: number;
  /** The names of the adapters. */
  readonly initiators: readonly string[];
}

/** What GetIScsiIKEInfo gives. */
export interface IkeInformation {
  /** The status. */
  readonly status: number;
  /** SecurityFlags as they were set; 0 unless the status is success. The key cannot be read back. */
  readonly securityFlags: bigint;
}

/** What the API is made of. */
export interface IscsidscOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The service that does the work. */
  readonly service: InitiatorService;
}

const ISCSI_SOCKET = 3260;

/** The API. */
export class Iscsidsc {
  readonly #service: InitiatorService;
  readonly #recorder: Recorder;
  readonly #application: Component;
  readonly #component: Component;

  /**
   * The API of a host.
   *
   * @param options What it is made of.
   */
  constructor(options: IscsidscOptions) {
    this.#service = options.service;
    this.#recorder = options.recorder;
    this.#application = options.recorder.component(Components.application);
    this.#component = options.recorder.component(Components.iscsidsc);
  }

  /**
   * SetIScsiIKEInfo.
   *
   * @param initiatorName The adapter; `undefined` for all.
   * @param initiatorPortNumber Port from 0, or `ALL_PORTS`.
   * @param information The identifier and its key.
   * @param persist The service stores it, so that it survives restarts whatever the adapter is.
   * @returns The status.
   */
  *setIScsiIKEInfo(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    information: IkeAuthenticationInformation,
    persist: boolean,
  ): Task<number> {
    const operation = "SetIScsiIKEInfo";
    const { id, key, idType, securityFlags } = information;
    this.#called(operation, id.length + key.length, `key ${fingerprint(key)}, persist ${persist}`);
    if (!isIkeInformation(information) || !isPort(initiatorPortNumber)) {
      return this.#returned(operation, Win32Error.invalidParameter);
    }
    const record: SecurityRecord = {
      kind: "preshared-key",
      portNumber: initiatorPortNumber,
      idType,
      id,
      securityFlags,
      key,
    };
    return yield* this.#set(operation, initiatorName, initiatorPortNumber, record, persist);
  }

  /**
   * GetIScsiIKEInfo: the flags of an identifier's key.
   *
   * @param initiatorName The adapter; `undefined` for the first that has the key.
   * @param initiatorPortNumber Port from 0, or `ALL_PORTS`.
   */
  *getIScsiIKEInfo(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    query: Pick<IkeAuthenticationInformation, "idType" | "id">,
  ): Task<IkeInformation> {
    const operation = "GetIScsiIKEInfo";
    this.#called(operation, query.id.length, "");
    if (!isPort(initiatorPortNumber) || !isByte(query.idType)) {
      return { status: this.#returned(operation, Win32Error.invalidParameter), securityFlags: 0n };
    }
    const result = yield* this.#service.call(operation, query.id.length, function* (run) {
      const scope = findScope(run, initiatorName, initiatorPortNumber);
      if (typeof scope === "number") return { status: scope, securityFlags: 0n };
      let answer: IkeInformation = { status: IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND, securityFlags: 0n };
      for (const link of scope.links) {
        answer = yield* queryFlags(run.context, link, { ...query, portNumber: initiatorPortNumber });
        if (answer.status === IsdscStatus.SUCCESS) break;
      }
      return answer;
    }, (answer) => answer.status);
    const answer = valueOf(result, (status): IkeInformation => ({ status, securityFlags: 0n }));
    this.#returned(operation, answer.status);
    return answer;
  }

  /**
   * SetIScsiGroupPresharedKey: for every adapter of the machine.
   *
   * @param key The key.
   * @param persist The service stores it.
   * @returns The status.
   */
  *setIScsiGroupPresharedKey(key: Uint8Array, persist: boolean): Task<number> {
    const operation = "SetIScsiGroupPresharedKey";
    this.#called(operation, key.length, `key ${fingerprint(key)}, persist ${persist}`);
    return yield* this.#set(operation, undefined, ALL_PORTS, { kind: "group-key", key }, persist);
  }

  /**
   * SetIScsiTunnelModeOuterAddress.
   *
   * @param initiatorName The adapter; `undefined` for all.
   * @param initiatorPortNumber Port from 0, or `ALL_PORTS`.
   * @param destination Whom the traffic is for, 4 or 16 bytes.
   * @param outerAddress The security gateway, 4 or 16 bytes; empty for none.
   * @param persist The service stores it.
   * @returns The status.
   */
  *setIScsiTunnelModeOuterAddress(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    destination: Uint8Array,
    outerAddress: Uint8Array,
    persist: boolean,
  ): Task<number> {
    const operation = "SetIScsiTunnelModeOuterAddress";
    this.#called(operation, destination.length + outerAddress.length, `persist ${persist}`);
    const from = internetAddress(destination);
    const to = internetAddress(outerAddress);
    if (from === undefined || to === undefined || !isPort(initiatorPortNumber)) {
      return this.#returned(operation, Win32Error.invalidParameter);
    }
    const record: SecurityRecord = {
      kind: "tunnel-address",
      portNumber: initiatorPortNumber,
      destination: from,
      outerAddress: to,
    };
    return yield* this.#set(operation, initiatorName, initiatorPortNumber, record, persist);
  }

  /** LoginIScsiTarget, as far as phase 1. */
  *loginIScsiTarget(parameters: LoginParameters): Task<LoginResult> {
    const operation = "LoginIScsiTarget";
    const { targetName, initiatorInstance, initiatorPortNumber = ALL_PORTS, targetPortal } = parameters;
    const key = parameters.key ?? new Uint8Array(0);
    this.#called(operation, key.length, targetName);
    const target = targetPortal === undefined ? undefined : internetAddress(targetPortal.address);
    // There is no discovery, so no portal through which any target is known to be reachable.
    if (targetPortal === undefined) return { status: this.#returned(operation, IsdscStatus.TARGET_NOT_FOUND) };
    // "If InitiatorName is null, InitiatorPortNumber must be ISCSI_ANY_INITIATOR_PORT."
    const portOfNobody = initiatorInstance === undefined && initiatorPortNumber !== ALL_PORTS;
    const acceptable = isPort(initiatorPortNumber) && !portOfNobody && targetName.length <= MAX_NAME_CHARACTERS;
    if (target === undefined || !acceptable) {
      return { status: this.#returned(operation, Win32Error.invalidParameter) };
    }
    const request = {
      portNumber: initiatorPortNumber,
      target,
      socket: targetPortal.socket ?? ISCSI_SOCKET,
      targetName,
      securityFlags: parameters.securityFlags ?? 0n,
      key,
      informational: parameters.isInformationalSession ?? false,
      persistent: parameters.isPersistent ?? false,
    };
    const result = yield* this.#service.call(operation, key.length, function* (run): Task<LoginResult> {
      const scope = findScope(run, initiatorInstance, initiatorPortNumber);
      if (typeof scope === "number") return { status: scope };
      let answer: LoginResult = { status: IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND };
      for (const link of scope.links) {
        const attempt = { request, portAddresses: run.portAddresses(link.name), limitCycles: run.settleLimitCycles };
        const outcome = yield* login(run.context, link, attempt);
        answer = loginResult(outcome, link.information?.UniqueAdapterId ?? 0n);
        if (!STATUSES_OF_ABSENCE.includes(answer.status)) break;
      }
      return answer;
    }, (answer) => answer.status);
    const answer = valueOf(result, (status): LoginResult => ({ status }));
    this.#returned(operation, answer.status);
    return answer;
  }

  /**
   * LogoutIScsiTarget.
   *
   * @returns The status.
   */
  *logoutIScsiTarget(session: UniqueSessionId): Task<number> {
    const operation = "LogoutIScsiTarget";
    this.#called(operation, 0, `session ${session.adapterSpecific}`);
    const result = yield* this.#service.call(operation, 0, function* (run): Task<number> {
      const link = run.links.find((each) => each.information?.UniqueAdapterId === session.adapterUnique);
      if (link === undefined) return IsdscStatus.INVALID_SESSION_ID;
      return yield* logout(link, session.adapterSpecific);
    }, (status) => status);
    return this.#returned(operation, valueOf(result, (status) => status));
  }

  /** ReportIScsiInitiatorList: the names of the adapters that the service knows, in order of arrival. */
  *reportIScsiInitiatorList(): Task<InitiatorList> {
    const operation = "ReportIScsiInitiatorList";
    this.#called(operation, 0, "");
    const result = yield* this.#service.call(operation, 0, function* (run): Task<InitiatorList> {
      return { status: IsdscStatus.SUCCESS, initiators: run.links.map(({ name }) => name) };
    }, (answer) => answer.status);
    const answer = valueOf(result, (status): InitiatorList => ({ status, initiators: [] }));
    this.#returned(operation, answer.status);
    return answer;
  }

  *#set(
    operation: string,
    initiatorName: string | undefined,
    portNumber: number,
    record: SecurityRecord,
    persist: boolean,
  ): Task<number> {
    const lengthBytes = record.kind === "tunnel-address" ? 0 : record.key.length;
    const result = yield* this.#service.call(operation, lengthBytes, function* (run): Task<number> {
      const scope = findScope(run, initiatorName, portNumber);
      return typeof scope === "number" ? scope : yield* applySetting(run.context, scope, { record, persist });
    }, (status) => status);
    return this.#returned(operation, valueOf(result, (status) => status));
  }

  #called(operation: string, lengthBytes: number, detail: string): void {
    this.#recorder.record(this.#application, callEvent, { to: "iscsidsc", operation, lengthBytes, detail });
  }

  #returned(operation: string, status: number): number {
    this.#recorder.record(this.#component, returnEvent, {
      to: "application",
      operation,
      lengthBytes: 0,
      status: describeStatus(status),
    });
    return status;
  }
}

/** An iSCSI name has up to 223 bytes (RFC 3720 §3.2.6.1). */
const MAX_NAME_CHARACTERS = 223;

/** The adapters that a name stands for, or the status that says why none. */
function findScope(run: ServiceRun, name: string | undefined, portNumber: number): SettingScope | number {
  if (name === undefined) return { links: run.links, adapter: ALL_ADAPTERS };
  const link = run.link(name);
  if (link === undefined) return IsdscStatus.INITIATOR_NOT_FOUND;
  const ports = link.information?.NumberOfPorts;
  // What is not known here, the adapter judges.
  if (portNumber !== ALL_PORTS && ports !== undefined && ports > 0 && portNumber >= ports) {
    return IsdscStatus.INVALID_PORT_NUMBER;
  }
  return { links: [link], adapter: name };
}

function valueOf<T>(result: RpcResult<T>, failed: (status: number) => T): T {
  switch (result.type) {
    case "answered":
      return result.value;
    case "notRunning":
      return failed(SERVICE_STARTING_STATUS);
    case "noAnswer":
      return failed(SERVICE_HANGS_STATUS);
    case "ended":
      return failed(Win32Error.rpcCallFailed);
    default:
      return result satisfies never;
  }
}

function loginResult(outcome: LoginOutcome, adapterUnique: bigint): LoginResult {
  if (outcome.type === "failed") return { status: outcome.status };
  const { sessionId, connectionId } = outcome.session;
  return {
    status: IsdscStatus.SUCCESS,
    session: { adapterUnique, adapterSpecific: sessionId },
    connection: { adapterUnique, adapterSpecific: connectionId },
  };
}

/** What a structure can carry at all; what it means is for the adapter to judge. */
function isIkeInformation({ authMethod, idType, securityFlags }: IkeAuthenticationInformation): boolean {
  return authMethod === IkeAuthenticationMethod.presharedKey && isByte(idType) &&
    securityFlags >= 0n && securityFlags < 1n << 64n;
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xff;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= ALL_PORTS;
}
