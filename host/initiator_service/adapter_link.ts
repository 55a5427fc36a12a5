/**
 * The service's end of one adapter: its WMI methods as calls, and what the
 * service knows of it.
 *
 * @module
 */

import { Functionality, IsdscStatus } from "../../firmware/manual/interface.ts";
import { labelledStatus } from "../../firmware/manual/isdsc_status.ts";
import { StructureError } from "../../sim/layout/structure.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Lock } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { copyBytes } from "../../sim/layout/slab.ts";
import { Components } from "../../sim/trace/components.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import { Condition } from "../condition.ts";
import type { HostCosts } from "../costs.ts";
import { describeStatus, NtStatus } from "../status.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID, type HbaInformation } from "../wmi/adapter_information.ts";
import type { AdapterClient } from "../wmi/adapter_client.ts";
import { ipAddressValue } from "../wmi/ip_address.ts";
import type { KernelWmi, WmiAnswer } from "../wmi/kernel_wmi.ts";
import { methodName } from "../wmi/names.ts";
import type { RequestOwner } from "../request_owner.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_GENERATIONAL_GUID_IN,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
  STATUS_OUT,
} from "../wmi/security_config_operations.ts";
import { Refills } from "./refills.ts";
import { type CallOutcome, GONE, isLost, type RequestOutcome, statusOf } from "./request_outcome.ts";
import type { SecurityRecord } from "./security_record.ts";

/** What an adapter's cache is known to be: what the service held. */
export interface Synchrony {
  /** {@linkcode HeldRecords.revision} at that time. */
  readonly revision: number;
  /** The generational GUID that the cache bears; `undefined` for a cache whose generations have no name. */
  readonly generation: Uint8Array | undefined;
}

/** What a link is made of. */
export interface AdapterLinkOptions {
  /** The name of the adapter. */
  readonly name: string;
  /** The addresses of its ports, as the service has configured them; none if they are not known. */
  readonly portAddresses: readonly Uint8Array[];
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
  /** The way to the adapter. */
  readonly wmi: KernelWmi;
  /** The run of the service, as the owner of its requests. */
  readonly requests: RequestOwner;
  /** Rows that it has refused in earlier runs: others have a claim to room before them. */
  readonly waiting: ReadonlySet<string>;
  /** What things cost. */
  readonly costs: HostCosts;
  /** An attempt to synchronise is over. */
  readonly onSettle: () => void;
}

/** The service's end of one adapter. */
export class AdapterLink {
  /** The name of the adapter. */
  readonly name: string;
  /** The addresses of its ports; none if they are not known. */
  readonly portAddresses: readonly Uint8Array[];
  /** Lets one operation at a time change the adapter's cache. */
  readonly lock: Lock;
  /** Rows that the adapter does not keep: the service hands their keys over with each login. */
  readonly notKept: Set<string> = new Set();
  /** Those of them that were lost on the way when they were given to it last: it has not refused them. */
  readonly lost: Set<string> = new Set();
  /** Rows that it has refused, in this run or an earlier one: others have a claim to room before them. */
  waiting: ReadonlySet<string>;
  /** Rows that have a claim to room, and found none when they were given to it last: what is not the service's has it. */
  displaced: ReadonlySet<string> = new Set();
  /** Rows that have a claim to room, and had none in the last fill of a cleared cache. */
  lackedRoom: ReadonlySet<string> = new Set();
  /** When its cache may be filled again. */
  readonly refills: Refills;
  /** The driver has no ClearCache and no SetGenerationalGuid. */
  isPartial = false;
  /** All that is held was offered to it since its cache was emptied last, as far as that is known. */
  isOffered = false;
  /** What the adapter last said of itself. */
  information: HbaInformation | undefined = undefined;
  /** It gave no answer when it was asked that last. */
  isSilent = false;
  readonly #options: AdapterLinkOptions;
  readonly #settledSignal: Condition;
  #departures = 0;
  #synchronizations = 0;
  #settled = false;
  #present = false;
  #removed = false;
  #synchrony: Synchrony | undefined = undefined;

  /**
   * A link to an adapter that is not synchronised.
   *
   * @param options What it is made of.
   */
  constructor(options: AdapterLinkOptions) {
    this.#options = options;
    this.name = options.name;
    this.portAddresses = options.portAddresses;
    this.waiting = options.waiting;
    this.lock = new Lock(options.kernel, `service's lock of ${options.name}`);
    this.refills = new Refills(options.kernel);
    this.#settledSignal = new Condition(options.kernel, `synchronisation of ${options.name}`);
  }

  /** True when the adapter's cache is known to be what the service held at a revision. */
  inSynchrony(revision: number): boolean {
    return this.#present && this.#synchrony?.revision === revision;
  }

  /** The generation under which the cache is what the service held at a revision; `undefined` if it is not, or has no name. */
  generation(revision: number): Uint8Array | undefined {
    return this.#synchrony?.revision === revision ? this.#synchrony.generation : undefined;
  }

  /** True when nothing is known of a departure since the last synchronisation. */
  get present(): boolean {
    return this.#present;
  }

  /** True when all that could be done for synchrony has been done since the adapter arrived. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Counts the departures: what was begun before one says nothing about the adapter after it. */
  get departures(): number {
    return this.#departures;
  }

  /** Counts the synchronisations that have begun: during one, keys may be missing that are there before and after. */
  get synchronizations(): number {
    return this.#synchronizations;
  }

  /** A synchronisation has begun to change the cache: it is nothing that has a name, until it ends. */
  beginSynchronization(): void {
    this.#synchronizations++;
    this.#synchrony = undefined;
    this.isOffered = false;
    this.displaced = new Set();
  }

  /**
   * A synchronisation is over, as far as it goes.
   *
   * @param synchrony What was reached; `undefined` if the cache is not what the service holds.
   */
  settle(synchrony: Synchrony | undefined): void {
    this.#settled = true;
    this.#present = true;
    this.#synchrony = synchrony;
    if (synchrony !== undefined) this.refills.succeeded();
    this.#settledSignal.fire();
    this.#options.onSettle();
  }

  /** The cache has followed a change of what the service holds. */
  follow(synchrony: Synchrony): void {
    this.#synchrony = synchrony;
  }

  /** What the service holds has changed, and the cache with it. */
  keepUp(before: number, revision: number): void {
    if (this.#synchrony?.revision === before) this.#synchrony = { ...this.#synchrony, revision };
  }

  /** The adapter's cache may not be what the service holds any more. */
  loseSynchrony(): void {
    this.#synchrony = undefined;
  }

  /**
   * The adapter is away, or being reset. What its cache was still counts if it
   * comes back with the same generation.
   */
  depart(): void {
    this.#departures++;
    this.refills.forget();
    this.#settled = false;
    this.#present = false;
    this.isOffered = false;
  }

  /** The adapter is gone: nobody waits for it. */
  remove(): void {
    this.depart();
    this.#removed = true;
    this.#settledSignal.fire();
  }

  /** The adapter is there, or there again. Its departure may have gone unnoticed: what was begun after it counts. */
  arrive(): void {
    this.#removed = false;
    if (this.#present) this.depart();
  }

  /** True from the adapter's removal until it is there again. */
  get removed(): boolean {
    return this.#removed;
  }

  /** True when the adapter has a cache that outlives power. */
  get isNonvolatile(): boolean {
    return ((this.information?.FunctionalitySupported ?? 0) & Functionality.presharedKeyCache) !== 0;
  }

  /**
   * Waits until synchronisation has been attempted.
   *
   * @returns False if it was not within the limit, or the adapter is removed.
   */
  *waitUntilSettled(limitCycles: Cycles): Task<boolean> {
    yield* this.#settledSignal.until(() => this.#settled || this.#removed, limitCycles);
    return this.#settled;
  }

  /** Asks the adapter about itself; `undefined` if it does not answer. */
  *queryInformation(): Task<HbaInformation | undefined> {
    const { recorder, component, wmi, requests } = this.#options;
    const asked = { operation: "MSiSCSI_HBAInformation", lengthBytes: 0, detail: this.name };
    const call = new TracedCall(recorder, component, { to: Components.wmi, ...asked });
    const capacityBytes = this.information === undefined ? FIRST_QUERY_BYTES : HBA_INFORMATION.sizeof;
    const guid = HBA_INFORMATION_GUID;
    const { ntStatus, value } = yield* wmi.readInstance(this.name, guid, capacityBytes, readInformation, requests);
    call.answer(labelledStatus("NTSTATUS", ntStatus), value?.lengthBytes ?? 0);
    this.information = value?.information ?? this.information;
    this.isSilent = value === undefined && isLost({ type: "failed", ntStatus });
    return value?.information;
  }

  /**
   * Gives a record to the adapter.
   *
   * @param because The event that wrote it, if it comes out of what the service holds.
   */
  set(record: SecurityRecord, because?: number): Task<CallOutcome> {
    switch (record.kind) {
      case "preshared-key":
        return this.#call(
          SecurityMethod.setPresharedKeyForId,
          SET_PRESHARED_KEY_FOR_ID_IN.encode({
            PortNumber: record.portNumber,
            SecurityFlags: record.securityFlags,
            IdType: record.idType,
            Id: record.id,
            Key: record.key,
          }),
          { because },
        );
      case "group-key":
        return this.#call(
          SecurityMethod.setGroupPresharedKey,
          SET_GROUP_PRESHARED_KEY_IN.encode({ Key: record.key }),
          { because },
        );
      case "tunnel-address":
        return this.#call(
          SecurityMethod.setTunnelModeOuterAddress,
          SET_TUNNEL_MODE_OUTER_ADDRESS_IN.encode({
            PortNumber: record.portNumber,
            DestinationAddress: ipAddressValue(record.destination),
            TunnelModeOuterAddress: ipAddressValue(record.outerAddress),
          }),
          { because },
        );
      default:
        return record satisfies never;
    }
  }

  /** Asks for the flags of an identifier's key. */
  getFlags(portNumber: number, idType: number, id: Uint8Array): Task<CallOutcome> {
    return this.#call(
      SecurityMethod.getPresharedKeyForId,
      GET_PRESHARED_KEY_FOR_ID_IN.encode({ PortNumber: portNumber, IdType: idType, Id: id }),
      { outputBytes: GET_PRESHARED_KEY_FOR_ID_OUT.sizeof },
    );
  }

  /** Drops all keys of the adapter. */
  clearCache(): Task<CallOutcome> {
    return this.#call(SecurityMethod.clearCache, new Uint8Array(0));
  }

  /** Stores the name of the present generation in the adapter. */
  setGenerationalGuid(guid: Uint8Array): Task<CallOutcome> {
    return this.#call(
      SecurityMethod.setGenerationalGuid,
      SET_GENERATIONAL_GUID_IN.encode({ GenerationalGuid: guid }),
    );
  }

  *#call(
    methodId: number,
    input: Uint8Array,
    { outputBytes = STATUS_OUT.sizeof, because }: {
      readonly outputBytes?: number;
      readonly because?: number | undefined;
    } = {},
  ): Task<CallOutcome> {
    const { kernel, requests, wmi, costs } = this.#options;
    const guid = SECURITY_CONFIG_OPERATIONS_GUID;
    yield* kernel.sleep(costs.serviceCycles);
    const call = this.#traced(methodName(guid, methodId), input.length, because);
    const answer = yield* wmi.executeMethod(this.name, { guid, methodId, input }, outputBytes, requests);
    input.fill(0);
    const outcome = this.#ended(readOutcome(answer, outputBytes));
    answerTraced(call, outcome, outputBytes);
    return outcome;
  }

  /**
   * A request to the adapter, with the service's own work for it and its place in the trace.
   *
   * @param operation What is asked for.
   * @param inputBytes Of the request.
   * @param outputBytes Of an answer.
   * @param send Sends the request, as one of the service's.
   * @param because The event that wrote what is handed over, if it comes out of what the service holds.
   */
  *request<Outcome extends RequestOutcome>(
    operation: string,
    inputBytes: number,
    outputBytes: number,
    send: (client: AdapterClient) => Task<Outcome>,
    because?: number,
  ): Task<Outcome | typeof GONE> {
    const { kernel, wmi, requests, costs } = this.#options;
    yield* kernel.sleep(costs.serviceCycles);
    const call = this.#traced(operation, inputBytes, because);
    const outcome = this.#ended(yield* send({ wmi, deviceName: this.name, owner: requests }));
    answerTraced(call, outcome, outputBytes);
    return outcome;
  }

  /** What fails while the adapter is gone fails because of that, whatever the driver stack says. */
  #ended<Outcome extends RequestOutcome>(outcome: Outcome): Outcome | typeof GONE {
    return outcome.type === "failed" && this.removed ? GONE : outcome;
  }

  #traced(operation: string, lengthBytes: number, because: number | undefined): TracedCall {
    const { recorder, component } = this.#options;
    return new TracedCall(
      recorder,
      component,
      { to: Components.wmi, operation, lengthBytes, detail: this.name },
      because,
    );
  }
}

function answerTraced(call: TracedCall, outcome: RequestOutcome, outputBytes: number): void {
  call.answer(describeStatus(statusOf(outcome)), outcome.type === "answered" ? outputBytes : 0);
}

/** What an adapter says of itself; `undefined` if that cannot be read. */
function readInformation(
  data: Uint8Array,
): { readonly lengthBytes: number; readonly information: HbaInformation | undefined } {
  const lengthBytes = data.length;
  try {
    const value = HBA_INFORMATION.decode(data);
    // A copy: the decoded GUID is a view into the answer.
    return { lengthBytes, information: { ...value, GenerationalGuid: copyBytes(value.GenerationalGuid) } };
  } catch (error) {
    if (error instanceof StructureError) return { lengthBytes, information: undefined };
    throw error;
  }
}

/** Less than any adapter's answer: a client that does not know the length yet learns it from the WNODE_TOO_SMALL. */
const FIRST_QUERY_BYTES = 64;

function readOutcome({ ntStatus, data }: WmiAnswer, outputBytes: number): CallOutcome {
  if (ntStatus !== NtStatus.success) return { type: "failed", ntStatus };
  if (data.length < outputBytes) return { type: "answered", status: IsdscStatus.DRIVER_BUG, data };
  return { type: "answered", status: STATUS_OUT.decode(data).Status, data };
}
