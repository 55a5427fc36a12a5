/**
 * WMI in the kernel: which driver serves which class, and how a caller's
 * request becomes an IRP.
 *
 * A method call is a query for the instance first and the method after it, so
 * a class whose query fails is never called. When the answer is a
 * WNODE_TOO_SMALL the request is sent again with the room that it asks for,
 * once: a driver must not ask twice.
 *
 * @module
 */

import { labelledStatus } from "../../firmware/manual/isdsc_status.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Lock } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { Components } from "../../sim/trace/components.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import type { HostCosts } from "../costs.ts";
import type { PortDriver } from "../port_driver.ts";
import { RequestOwner } from "../request_owner.ts";
import { NtStatus } from "../status.ts";
import { EventConsumers, isSameName, type WmiSubscription } from "./event_consumers.ts";
import { className, methodName, minorFunctionName } from "./names.ts";
import type { GuidMap } from "./guid.ts";
import { SystemBuffers } from "./system_buffers.ts";
import { checkWnode, readClasses, type RegisteredClass } from "./wnode_check.ts";
import {
  INSTANCE_DATA_OFFSET,
  type InstanceLayout,
  METHOD_DATA_OFFSET,
  type MethodCall,
  MinorFunction,
  readAllData,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
  WNODE_TOO_SMALL,
  WnodeFlag,
  writeAllDataQuery,
  writeEventControl,
  writeInstanceQuery,
  writeMethodCall,
} from "./wnode.ts";

/** The answer to a request as a driver gave it. */
export interface WnodeAnswer {
  /** NTSTATUS. */
  readonly ntStatus: number;
  /** The WNODE of the answer, empty when there is none. */
  readonly wnode: Uint8Array;
  /** SRB_STATUS of the driver, 0 when no driver was asked. */
  readonly srbStatus: number;
}

/** The answer to a query or a method call. */
export interface WmiAnswer {
  /** NTSTATUS. */
  readonly ntStatus: number;
  /** The data: an instance, or an OUT structure. Empty unless the status is success. */
  readonly data: Uint8Array;
  /** SRB_STATUS of the driver, 0 when no driver was asked. */
  readonly srbStatus: number;
}

/** What kernel WMI is made of. */
export interface KernelWmiOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** What things cost. */
  readonly costs: HostCosts;
}

interface Registration {
  readonly device: PortDriver;
  readonly classes: GuidMap<RegisteredClass>;
}

/** A WNODE that a system buffer is to hold. */
interface WnodeRequest {
  readonly lengthBytes: number;
  /** Writes it into a buffer of zeros. */
  readonly write: (buffer: Uint8Array) => void;
  /** Whose request it is; the calling process by default. */
  readonly owner: RequestOwner | undefined;
}

/** How much room the first attempt has for the answer to a registration query. */
const FIRST_REGISTRATION_BYTES = 64;

/** Kernel WMI. */
export class KernelWmi {
  /** Where the WNODEs lie while drivers work on them. */
  readonly buffers: SystemBuffers = new SystemBuffers();
  readonly #options: KernelWmiOptions;
  readonly #component: Component;
  readonly #registrations = new Map<string, Registration>();
  readonly #consumers = new EventConsumers();
  /** Lets one consumer come or go at a time: a driver is never told the same twice in a row. */
  readonly #enabling: Lock;

  /**
   * WMI without any driver.
   *
   * @param options What it is made of.
   */
  constructor(options: KernelWmiOptions) {
    this.#options = options;
    this.#enabling = new Lock(options.kernel, "events to be enabled");
    this.#component = options.recorder.component(Components.wmi);
  }

  /** The names of the registered devices, in order of registration. */
  get devices(): readonly string[] {
    return [...this.#registrations.keys()];
  }

  /** IoWMIRegistrationControl: asks a driver for its classes. A driver that registers again replaces its list. */
  *register(device: PortDriver): Task {
    let lengthBytes = FIRST_REGISTRATION_BYTES;
    for (let attempt = 0; attempt < 2; attempt++) {
      const buffer = this.buffers.allocate(lengthBytes);
      const answer = yield* this.#send(device, MinorFunction.registrationInformationEx, NO_GUID, buffer);
      if (answer.ntStatus === NtStatus.success) {
        this.#registrations.set(device.name, { device, classes: readClasses(answer.wnode) });
        device.deliverEvents(({ guid, wnode }) => this.#consumers.deliver(device.name, guid, wnode));
        yield* this.#enableAgain(device.name);
        return;
      }
      if (answer.ntStatus !== NtStatus.bufferTooSmall || answer.wnode.length < 4) return;
      lengthBytes = new DataView(answer.wnode.buffer).getUint32(0, true);
    }
  }

  /**
   * Sends a WNODE as it is: the way of a driver test.
   *
   * @param minorFunction A code of {@linkcode MinorFunction}.
   * @param buffer The WNODE, and room for the answer behind it. Not changed.
   * @param owner Whose request it is; the calling process by default.
   */
  *send(deviceName: string, minorFunction: number, buffer: Uint8Array, owner?: RequestOwner): Task<WnodeAnswer> {
    const write = (system: Uint8Array) => system.set(buffer);
    return yield* this.#dispatch(deviceName, minorFunction, { lengthBytes: buffer.length, write, owner });
  }

  /**
   * Reads the one instance of a class.
   *
   * @param capacityBytes Room for the data at the first attempt.
   * @param owner Whose request it is; the calling process by default.
   */
  *queryInstance(
    deviceName: string,
    guid: Uint8Array,
    capacityBytes: number,
    owner?: RequestOwner,
  ): Task<WmiAnswer> {
    const answer = yield* this.#sendWithRoom(deviceName, MinorFunction.querySingleInstance, {
      lengthBytes: INSTANCE_DATA_OFFSET + capacityBytes,
      write: (buffer) => writeInstanceQuery(guid, 0, buffer),
      owner,
    });
    return readData(answer, WNODE_SINGLE_INSTANCE);
  }

  /**
   * Reads all instances of a class.
   *
   * @param capacityBytes Room for the data at the first attempt.
   * @param owner Whose request it is; the calling process by default.
   * @returns The data of each instance; none unless the status is success.
   */
  *queryAllData(
    deviceName: string,
    guid: Uint8Array,
    capacityBytes: number,
    owner?: RequestOwner,
  ): Task<{ readonly ntStatus: number; readonly instances: readonly Uint8Array[] }> {
    const { ntStatus, wnode } = yield* this.#sendWithRoom(deviceName, MinorFunction.queryAllData, {
      lengthBytes: INSTANCE_DATA_OFFSET + capacityBytes,
      write: (buffer) => writeAllDataQuery(guid, buffer),
      owner,
    });
    return { ntStatus, instances: ntStatus === NtStatus.success ? readAllData(wnode) : [] };
  }

  /**
   * Calls a method: queries the instance, then executes.
   *
   * @param capacityBytes Room for OUT at the first attempt.
   * @param owner Whose request it is; the calling process by default.
   */
  *executeMethod(
    deviceName: string,
    call: MethodCall,
    capacityBytes: number,
    owner?: RequestOwner,
  ): Task<WmiAnswer> {
    const queried = yield* this.queryInstance(deviceName, call.guid, 8, owner);
    if (queried.ntStatus !== NtStatus.success) return queried;
    const answer = yield* this.#sendWithRoom(deviceName, MinorFunction.executeMethod, {
      lengthBytes: METHOD_DATA_OFFSET + Math.max(call.input.length, capacityBytes),
      write: (buffer) => writeMethodCall(call, buffer),
      owner,
    });
    return readData(answer, WNODE_METHOD_ITEM);
  }

  /**
   * Has somebody told of the events of a class. The driver hears of the first consumer only.
   *
   * @param owner Whose request it is; the calling process by default.
   * @returns NTSTATUS; without success nobody is told of anything.
   */
  *subscribe(subscription: WmiSubscription, owner?: RequestOwner): Task<number> {
    yield* this.#enabling.acquire();
    try {
      const isOther = this.#consumers.count(subscription) > 0 && !this.#isAway(subscription);
      const ntStatus = isOther
        ? NtStatus.success
        : yield* this.#control(MinorFunction.enableEvents, subscription, owner);
      if (ntStatus === NtStatus.success) this.#consumers.add(subscription);
      return ntStatus;
    } finally {
      this.#enabling.release();
    }
  }

  /**
   * Ends what {@linkcode KernelWmi.subscribe} began. The driver hears of the last consumer only.
   *
   * @param owner Whose request it is; the calling process by default.
   * @returns NTSTATUS; whatever it is, the consumer is told no more. Success if the device is away: nobody is to be told.
   */
  *unsubscribe(subscription: WmiSubscription, owner?: RequestOwner): Task<number> {
    yield* this.#enabling.acquire();
    try {
      const isLast = this.#consumers.delete(subscription) && this.#consumers.count(subscription) === 0;
      if (!isLast || this.#isAway(subscription)) return NtStatus.success;
      return yield* this.#control(MinorFunction.disableEvents, subscription, owner);
    } finally {
      this.#enabling.release();
    }
  }

  /** IoWMIRegistrationControl with WMIREG_ACTION_DEREGISTER: the device is gone. Its consumers wait for its return. */
  withdraw(deviceName: string): void {
    this.#registrations.delete(deviceName);
  }

  /** The host lost power: no driver is registered any more. */
  clear(): void {
    this.#registrations.clear();
    this.#consumers.clear();
    this.buffers.clear();
  }

  /** A driver that is there again does not know what consumers of before it want. */
  *#enableAgain(deviceName: string): Task {
    yield* this.#enabling.acquire();
    try {
      for (const subscription of this.#consumers.firstOfEachClass(deviceName)) {
        const ntStatus = yield* this.#control(MinorFunction.enableEvents, subscription);
        if (ntStatus === NtStatus.success) continue;
        this.#options.recorder.record(this.#component, noteEvent, {
          text: `${className(subscription.guid)} of ${deviceName} not enabled: ${labelledStatus("NTSTATUS", ntStatus)}`,
        });
      }
    } finally {
      this.#enabling.release();
    }
  }

  #isAway({ deviceName }: WmiSubscription): boolean {
    return this.#registrationOf(deviceName) === undefined;
  }

  #registrationOf(deviceName: string): Registration | undefined {
    const registration = this.#registrations.get(deviceName);
    if (registration !== undefined) return registration;
    return [...this.#registrations].find(([name]) => isSameName(name, deviceName))?.[1];
  }

  *#control(minorFunction: number, { deviceName, guid }: WmiSubscription, owner?: RequestOwner): Task<number> {
    const buffer = new Uint8Array(WNODE_HEADER.sizeof);
    writeEventControl(guid, buffer);
    return (yield* this.send(deviceName, minorFunction, buffer, owner)).ntStatus;
  }

  /** Sends, and sends again with more room if the answer asks for it. */
  *#sendWithRoom(deviceName: string, minorFunction: number, request: WnodeRequest): Task<WnodeAnswer> {
    const first = yield* this.#dispatch(deviceName, minorFunction, request);
    const needed = sizeNeeded(first.wnode);
    if (needed === undefined) return first;
    const lengthBytes = Math.max(request.lengthBytes, needed);
    const second = yield* this.#dispatch(deviceName, minorFunction, { ...request, lengthBytes });
    return sizeNeeded(second.wnode) === undefined ? second : refused(NtStatus.bufferTooSmall);
  }

  /** Writes a request where drivers work on it, which is the only copy, checks it there and has it carried out. */
  *#dispatch(deviceName: string, minorFunction: number, request: WnodeRequest): Task<WnodeAnswer> {
    const { kernel, costs } = this.#options;
    yield* kernel.sleep(costs.wmiDispatchCycles);
    const registration = this.#registrationOf(deviceName);
    if (registration === undefined) return refused(NtStatus.wmiInstanceNotFound);
    const buffer = this.buffers.allocate(request.lengthBytes);
    request.write(buffer);
    const checked = checkWnode(minorFunction, buffer, deviceName, registration.classes);
    if (typeof checked === "number") {
      this.buffers.release(buffer);
      return refused(checked);
    }
    const caller = request.owner ?? RequestOwner.ofCurrentProcess(kernel);
    return yield* this.#send(registration.device, minorFunction, checked, buffer, caller);
  }

  /** One IRP with a system buffer, which is given back when the IRP is over, even if nobody waits for it any more. */
  *#send(
    device: PortDriver,
    minorFunction: number,
    guid: Uint8Array,
    buffer: Uint8Array,
    owner?: RequestOwner,
  ): Task<WnodeAnswer> {
    const { recorder } = this.#options;
    const operation = minorFunctionName(minorFunction);
    const call = new TracedCall(recorder, this.#component, {
      to: Components.portDriver,
      operation,
      lengthBytes: buffer.length,
      detail: describe(minorFunction, guid, buffer),
    });
    let wnode = NOTHING;
    const status = yield* device.systemControl({
      minorFunction,
      dataPath: guid,
      buffer,
      owner,
      onEnd: ({ informationBytes }) => {
        wnode = buffer.slice(0, informationBytes);
        this.buffers.release(buffer);
      },
    });
    call.answer(labelledStatus("NTSTATUS", status.ntStatus), wnode.length);
    return { ntStatus: status.ntStatus, wnode, srbStatus: status.srbStatus };
  }
}

const NO_GUID = new Uint8Array(16);
const NOTHING: Uint8Array = new Uint8Array(0);

function sizeNeeded(wnode: Uint8Array): number | undefined {
  if (wnode.length !== WNODE_TOO_SMALL.sizeof) return undefined;
  const isTooSmall = (WNODE_TOO_SMALL.read(wnode, "Flags") & WnodeFlag.tooSmall) !== 0;
  return isTooSmall ? WNODE_TOO_SMALL.read(wnode, "SizeNeeded") : undefined;
}

function readData(
  answer: WnodeAnswer,
  layout: InstanceLayout,
): WmiAnswer {
  const { ntStatus, wnode, srbStatus } = answer;
  if (ntStatus !== NtStatus.success) return { ntStatus, data: NOTHING, srbStatus };
  const start = layout.read(wnode, "DataBlockOffset");
  return { ntStatus, data: wnode.subarray(start, start + layout.read(wnode, "SizeDataBlock")), srbStatus };
}

function refused(ntStatus: number): WnodeAnswer {
  return { ntStatus, wnode: NOTHING, srbStatus: 0 };
}

function describe(minorFunction: number, guid: Uint8Array, buffer: Uint8Array): string {
  if (minorFunction === MinorFunction.registrationInformationEx) return "WMIREGISTER";
  if (minorFunction !== MinorFunction.executeMethod || buffer.length < WNODE_METHOD_ITEM.fixedBytes) {
    return className(guid);
  }
  return `${className(guid)}.${methodName(guid, WNODE_METHOD_ITEM.read(buffer, "MethodId"))}`;
}
