/**
 * The API of management applications (`iscsidsc.h`), as far as it concerns
 * keys, logins and sessions. Functions are tasks; they return what the real
 * ones return: 0, an ISDSC status, or a Win32 error.
 *
 * As the real library, this one looks at its arguments and makes one call to
 * the service. Parameters are the header's, in its order, with `undefined` for
 * NULL. What does not come over as it is:
 *
 * | The header | Here |
 * |---|---|
 * | A and W variants | one, with strings |
 * | a buffer and its length | a `Uint8Array` |
 * | more than five parameters | an object with their names |
 * | what is put where a pointer points to | a field of the result |
 * | a buffer for a list, and its size | the size alone, no size for one that is large enough; the list comes with the result |
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import { Components } from "../../sim/trace/components.ts";
import { fingerprint } from "../../sim/trace/fingerprint.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import { SERVICE_HANGS_STATUS, SERVICE_STARTING_STATUS } from "../design_choices.ts";
import type { InitiatorService, RpcResult } from "../initiator_service/initiator_service.ts";
import type { AnswerOf, ProcedureName, RequestOf } from "../initiator_service/procedures.ts";
import { describeStatus, Win32Error } from "../status.ts";
import type { ApiAnswer, ApiCall, ApiTap } from "./api_tap.ts";
import {
  isAddedConnection,
  isAddressText,
  isBoolean,
  isBufferSize,
  isBytes,
  isIkeInformation,
  isInitiatorName,
  isInitiatorText,
  isLogin,
  isPort,
  isPortal,
  isTargetName,
  isUniqueId,
} from "./argument_checks.ts";
import { initiatorListCharacters, persistentLoginsBytes, sessionListBytes } from "./buffer_sizes.ts";
import type {
  AddConnectionParameters,
  ConnectionResult,
  IkeAuthenticationInformation,
  IkeInformation,
  InitiatorList,
  Listing,
  LoginParameters,
  LoginResult,
  PersistentLoginList,
  SessionList,
  TargetPortal,
  UniqueConnectionId,
  UniqueSessionId,
} from "./structures.ts";

/** What the API is made of. */
export interface IscsidscOptions {
  /** The trace. */
  readonly recorder: Recorder;
  /** The service that does the work. */
  readonly service: InitiatorService;
  /** Who hears all that applications ask and are told; nobody by default. */
  readonly taps?: ReadonlySet<ApiTap>;
}

/** A call of the library: what its trace tells, whether its arguments are any, and what goes to the service. */
interface Call<Name extends ProcedureName> {
  readonly name: Name;
  /** Bytes of what is given; 0 by default. */
  readonly lengthBytes?: number;
  /** Of which as many go to the service. */
  readonly sentBytes?: number;
  readonly detail?: string;
  readonly isGood: boolean;
  readonly request: RequestOf<Name>;
}

/** A procedure that answers a list. */
type ListName = "ReportIScsiInitiatorList" | "GetIScsiSessionList" | "ReportIScsiPersistentLogins";

type ListOf<Name extends ListName> = NonNullable<AnswerOf<Name>["value"]>;

/** What is told of a structure that is not there. */
const NOTHING = { authMethod: 0, idType: 0, securityFlags: 0n, id: new Uint8Array(0), key: new Uint8Array(0) } as const;

/** The API. */
export class Iscsidsc {
  readonly #service: InitiatorService;
  readonly #recorder: Recorder;
  readonly #application: Component;
  readonly #taps: ReadonlySet<ApiTap>;

  /**
   * The API of a host.
   *
   * @param options What it is made of.
   */
  constructor(options: IscsidscOptions) {
    this.#service = options.service;
    this.#recorder = options.recorder;
    this.#taps = options.taps ?? new Set();
    this.#application = options.recorder.component(Components.application);
  }

  /**
   * SetIScsiIKEInfo.
   *
   * @param initiatorName The adapter; `undefined` for all.
   * @param initiatorPortNumber Port from 0, or `ALL_INITIATOR_PORTS`.
   * @param authInfo The identifier and its key.
   * @param persist The service stores it, so that it survives restarts whatever the adapter is.
   * @returns The status.
   */
  *setIScsiIKEInfo(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    authInfo: IkeAuthenticationInformation,
    persist: boolean,
  ): Task<number> {
    const isInformation = isIkeInformation(authInfo);
    const { id, key } = isInformation ? authInfo : NOTHING;
    return (yield* this.#call({
      name: "SetIScsiIKEInfo",
      lengthBytes: id.length + key.length,
      sentBytes: key.length,
      detail: `key ${fingerprint(key)}, ${persistence(persist)}`,
      isGood: isInitiatorName(initiatorName) && isPort(initiatorPortNumber) && isInformation && isBoolean(persist),
      request: { initiatorName, initiatorPortNumber, authInfo, persist },
    })).status;
  }

  /**
   * GetIScsiIKEInfo: the flags of an identifier's key.
   *
   * @param initiatorName The adapter; `undefined` for the first that has the key.
   * @param initiatorPortNumber Port from 0, or `ALL_INITIATOR_PORTS`.
   * @param reserved Nothing.
   * @param authInfo Method, identification type and identifier.
   */
  *getIScsiIKEInfo(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    reserved: undefined,
    authInfo: Pick<IkeAuthenticationInformation, "authMethod" | "idType" | "id">,
  ): Task<IkeInformation> {
    const { authMethod, idType, id } = authInfo ?? NOTHING;
    const nothing = { ...NOTHING, authMethod, idType, id };
    const isInformation = isIkeInformation(nothing);
    const { status, value = 0n } = yield* this.#call({
      name: "GetIScsiIKEInfo",
      lengthBytes: isInformation ? nothing.id.length : 0,
      isGood: isInitiatorName(initiatorName) && isPort(initiatorPortNumber) && reserved === undefined && isInformation,
      request: { initiatorName, initiatorPortNumber, authInfo },
    });
    return { status, authInfo: { ...nothing, securityFlags: value } };
  }

  /**
   * SetIScsiGroupPresharedKey: for every adapter of the machine.
   *
   * @param key The key.
   * @param persist The service stores it.
   * @returns The status.
   */
  *setIScsiGroupPresharedKey(key: Uint8Array, persist: boolean): Task<number> {
    const isKey = isBytes(key);
    const given = isKey ? key : NOTHING.key;
    return (yield* this.#call({
      name: "SetIScsiGroupPresharedKey",
      lengthBytes: given.length,
      detail: `key ${fingerprint(given)}, ${persistence(persist)}`,
      isGood: isKey && isBoolean(persist),
      request: { key, persist },
    })).status;
  }

  /**
   * SetIScsiTunnelModeOuterAddress.
   *
   * @param initiatorName The adapter; `undefined` for all.
   * @param initiatorPortNumber Port from 0, or `ALL_INITIATOR_PORTS`.
   * @param destinationAddress Whom the traffic is for, an address as text.
   * @param outerModeAddress The security gateway, an address as text.
   * @param persist The service stores it.
   * @returns The status.
   */
  *setIScsiTunnelModeOuterAddress(
    initiatorName: string | undefined,
    initiatorPortNumber: number,
    destinationAddress: string,
    outerModeAddress: string,
    persist: boolean,
  ): Task<number> {
    return (yield* this.#call({
      name: "SetIScsiTunnelModeOuterAddress",
      detail: persistence(persist),
      isGood: isInitiatorName(initiatorName) && isPort(initiatorPortNumber) && isAddressText(destinationAddress) &&
        isAddressText(outerModeAddress) && isBoolean(persist),
      request: { initiatorName, initiatorPortNumber, destinationAddress, outerModeAddress, persist },
    })).status;
  }

  /**
   * LoginIScsiTarget, as far as phase 1. One that is persistent is saved by the
   * adapter, which logs in at each start from the next one on.
   */
  *loginIScsiTarget(parameters: LoginParameters): Task<LoginResult> {
    const isGood = isLogin(parameters);
    const { status, value } = yield* this.#call({
      name: "LoginIScsiTarget",
      lengthBytes: isGood ? parameters.key?.length ?? 0 : 0,
      detail: isGood ? parameters.targetName : "",
      isGood,
      request: parameters,
    });
    return { status, ...value };
  }

  /**
   * LogoutIScsiTarget.
   *
   * @returns The status.
   */
  *logoutIScsiTarget(uniqueSessionId: UniqueSessionId): Task<number> {
    const isGood = isUniqueId(uniqueSessionId);
    return (yield* this.#call({
      name: "LogoutIScsiTarget",
      detail: isGood ? `session ${uniqueSessionId.adapterSpecific}` : "",
      isGood,
      request: uniqueSessionId,
    })).status;
  }

  /** AddIScsiConnection: one more connection of a session. */
  *addIScsiConnection(parameters: AddConnectionParameters): Task<ConnectionResult> {
    const isGood = isAddedConnection(parameters);
    const { status, value } = yield* this.#call({
      name: "AddIScsiConnection",
      lengthBytes: isGood ? parameters.key?.length ?? 0 : 0,
      detail: isGood ? `session ${parameters.uniqueSessionId.adapterSpecific}` : "",
      isGood,
      request: parameters,
    });
    return value === undefined ? { status } : { status, connection: value };
  }

  /**
   * RemoveIScsiConnection. The last connection of a session goes with the session only.
   *
   * @returns The status.
   */
  *removeIScsiConnection(uniqueSessionId: UniqueSessionId, connectionId: UniqueConnectionId): Task<number> {
    const isGood = isUniqueId(uniqueSessionId) && isUniqueId(connectionId);
    return (yield* this.#call({
      name: "RemoveIScsiConnection",
      detail: isGood ? `session ${uniqueSessionId.adapterSpecific}, connection ${connectionId.adapterSpecific}` : "",
      isGood,
      request: { uniqueSessionId, connectionId },
    })).status;
  }

  /**
   * ReportIScsiInitiatorList: the names of the adapters that the service knows, in order of arrival.
   *
   * @param bufferSize Of the caller's buffer, in characters; large enough by default.
   */
  *reportIScsiInitiatorList(bufferSize?: number): Task<InitiatorList> {
    const { value, ...listing } = yield* this.#list("ReportIScsiInitiatorList", bufferSize, initiatorListCharacters);
    return { ...listing, initiators: value };
  }

  /**
   * GetIScsiSessionList: the sessions of all adapters.
   *
   * @param bufferSize Of the caller's buffer, in bytes; large enough by default.
   */
  *getIScsiSessionList(bufferSize?: number): Task<SessionList> {
    const { value, ...listing } = yield* this.#list("GetIScsiSessionList", bufferSize, sessionListBytes);
    return { ...listing, sessions: value };
  }

  /**
   * ReportIScsiPersistentLogins: the logins that adapters have saved.
   *
   * @param bufferSize Of the caller's buffer, in bytes; large enough by default.
   */
  *reportIScsiPersistentLogins(bufferSize?: number): Task<PersistentLoginList> {
    const { value, ...listing } = yield* this.#list("ReportIScsiPersistentLogins", bufferSize, persistentLoginsBytes);
    return { ...listing, persistentLogins: value };
  }

  /**
   * RemoveIScsiPersistentTarget: no adapter's start logs in there any more. Sessions stay.
   *
   * @param initiatorInstance The adapter that has saved the login.
   * @param initiatorPortNumber Port from 0, or `ALL_INITIATOR_PORTS` for the logins of every port.
   * @param targetName The target.
   * @param portal Its portal; `undefined`, or one with an empty address, for all of them.
   * @returns The status.
   */
  *removeIScsiPersistentTarget(
    initiatorInstance: string,
    initiatorPortNumber: number,
    targetName: string,
    portal: TargetPortal | undefined,
  ): Task<number> {
    return (yield* this.#call({
      name: "RemoveIScsiPersistentTarget",
      detail: isTargetName(targetName) ? targetName : "",
      isGood: isInitiatorText(initiatorInstance) && isPort(initiatorPortNumber) && isTargetName(targetName) &&
        (portal === undefined || isPortal(portal)),
      request: { initiatorInstance, initiatorPortNumber, targetName, portal },
    })).status;
  }

  *#call<Name extends ProcedureName>(call: Call<Name>): Task<AnswerOf<Name>> {
    const traced = this.#called(call);
    const listeners = this.#heard(call);
    const answer = yield* this.#ask(call);
    traced.answer(describeStatus(answer.status));
    for (const hear of listeners) hear(answer);
    return answer;
  }

  /** A list as the caller's buffer takes it: all of it, or only its size. */
  *#list<Name extends ListName>(
    name: Name,
    bufferSize: number | undefined,
    sizeOf: (list: ListOf<Name>) => number,
  ): Task<Listing & { readonly value: ListOf<Name> | readonly [] }> {
    const call = { name, isGood: isBufferSize(bufferSize), request: undefined };
    const traced = this.#called(call);
    const listeners = this.#heard(call);
    const { status, value } = yield* this.#ask(call);
    const size = value === undefined ? 0 : sizeOf(value);
    const isTooSmall = value !== undefined && bufferSize !== undefined && bufferSize < size;
    const returned = isTooSmall ? Win32Error.insufficientBuffer : status;
    traced.answer(describeStatus(returned));
    for (const hear of listeners) hear({ status: returned, value: isTooSmall ? [] : value ?? [] });
    return { status: returned, bufferSize: size, value: isTooSmall ? [] : value ?? [] };
  }

  /** The one call to the service. */
  *#ask<Name extends ProcedureName>(call: Call<Name>): Task<AnswerOf<Name>> {
    if (!call.isGood) return { status: Win32Error.invalidParameter };
    const { name, lengthBytes = 0, sentBytes = lengthBytes, request } = call;
    return answerOf(yield* this.#service.call(name, sentBytes, request));
  }

  #heard({ name, request }: Call<ProcedureName>): readonly ((answer: ApiAnswer) => void)[] {
    // A name goes with its own request: the type of a call says so.
    return [...this.#taps].map((tap) => tap({ name, request } as ApiCall));
  }

  #called({ name, lengthBytes = 0, detail = "" }: Call<ProcedureName>): TracedCall {
    const fields = { to: Components.iscsidsc, operation: name, lengthBytes, detail };
    return new TracedCall(this.#recorder, this.#application, fields);
  }
}

/** What the trace tells of a setting; anything may stand where the truth value belongs. */
function persistence(persist: boolean): string {
  return isBoolean(persist) ? `persist ${persist}` : "";
}

function answerOf<Name extends ProcedureName>(result: RpcResult<AnswerOf<Name>>): AnswerOf<Name> {
  switch (result.type) {
    case "answered":
      return result.value;
    case "notRunning":
      return { status: SERVICE_STARTING_STATUS };
    case "noAnswer":
      return { status: SERVICE_HANGS_STATUS };
    case "ended":
      return { status: Win32Error.rpcCallFailed };
    default:
      return result satisfies never;
  }
}
