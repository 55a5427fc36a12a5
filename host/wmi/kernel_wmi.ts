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
import { readUint32 } from "../../sim/layout/integers.ts";
import { Components } from "../../sim/trace/components.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import type { HostCosts } from "../costs.ts";
import type { IoStatus, PortDriver } from "../port_driver.ts";
import { RequestOwner } from "../request_owner.ts";
import { NtStatus } from "../status.ts";
import { EventConsumers, type WmiSubscription } from "./event_consumers.ts";
import { isSameName } from "./instance_name.ts";
import { className, minorFunctionName, qualifiedMethodName } from "./names.ts";
import type { GuidMap } from "./guid.ts";
import {
  copyOf,
  dataOf,
  type IrpAnswer,
  nothing,
  ofSuccess,
  readAnswer,
  refused,
  type WnodeRequest,
} from "./irp_answer.ts";
import { SystemBuffers } from "./system_buffers.ts";
import { checkWnode, readClasses, type RegisteredClass } from "./wnode_check.ts";
import {
  INSTANCE_DATA_OFFSET,
  METHOD_DATA_OFFSET,
  type MethodCall,
  MinorFunction,
  readAllData,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
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

interface Registration {
  readonly device: PortDriver;
  readonly classes: GuidMap<RegisteredClass>;
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
      const answer = yield* this.#send(device, MinorFunction.registrationInformationEx, NO_GUID, buffer, copyOf);
      const { ntStatus, value: wnode = NOTHING } = answer;
      if (ntStatus === NtStatus.success) {
        this.#registrations.set(device.name, { device, classes: readClasses(wnode) });
        device.deliverEvents(({ guid, wnode }) => this.#consumers.deliver(device.name, guid, wnode));
        yield* this.#enableAgain(device.name);
        return;
      }
      if (ntStatus !== NtStatus.bufferTooSmall || wnode.length < 4) return;
      lengthBytes = readUint32(wnode, 0);
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
    const request = {
      lengthBytes: buffer.length,
      write: (system: Uint8Array) => system.set(buffer),
      read: copyOf,
      owner,
    };
    const { ntStatus, srbStatus, value: wnode = NOTHING } = yield* this.#dispatch(deviceName, minorFunction, request);
    return { ntStatus, wnode, srbStatus };
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
    const answer = yield* this.readInstance(deviceName, guid, capacityBytes, copyOf, owner);
    return { ntStatus: answer.ntStatus, data: answer.value ?? NOTHING, srbStatus: answer.srbStatus };
  }

  /**
   * Reads the one instance of a class where its data lie, for whoever wants no copy of them.
   *
   * @typeParam T What is read.
   * @param capacityBytes Room for the data at the first attempt.
   * @param read Given a view of the data; what it returns shares no memory with them.
   * @param owner Whose request it is; the calling process by default.
   * @returns What was read, `undefined` unless the status is success. What `read` throws is thrown to the caller.
   */
  readInstance<T>(
    deviceName: string,
    guid: Uint8Array,
    capacityBytes: number,
    read: (data: Uint8Array) => T,
    owner?: RequestOwner,
  ): Task<{ readonly ntStatus: number; readonly srbStatus: number; readonly value: T | undefined }> {
    return this.#sendWithRoom(deviceName, MinorFunction.querySingleInstance, {
      lengthBytes: INSTANCE_DATA_OFFSET + capacityBytes,
      write: (buffer) => writeInstanceQuery(guid, 0, buffer),
      read: ofSuccess((wnode) => read(dataOf(wnode, WNODE_SINGLE_INSTANCE))),
      owner,
    });
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
    const { ntStatus, value: instances = [] } = yield* this.#sendWithRoom(deviceName, MinorFunction.queryAllData, {
      lengthBytes: INSTANCE_DATA_OFFSET + capacityBytes,
      write: (buffer) => writeAllDataQuery(guid, buffer),
      read: ofSuccess(readAllData),
      owner,
    });
    return { ntStatus, instances };
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
    const { ntStatus, srbStatus } = yield* this.readInstance(deviceName, call.guid, 8, () => undefined, owner);
    if (ntStatus !== NtStatus.success) return { ntStatus, data: NOTHING, srbStatus };
    const answer = yield* this.#sendWithRoom(deviceName, MinorFunction.executeMethod, {
      lengthBytes: METHOD_DATA_OFFSET + Math.max(call.input.length, capacityBytes),
      write: (buffer) => writeMethodCall(call, buffer),
      read: ofSuccess((wnode) => copyOf(dataOf(wnode, WNODE_METHOD_ITEM))),
      owner,
    });
    return { ntStatus: answer.ntStatus, data: answer.value ?? NOTHING, srbStatus: answer.srbStatus };
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
  *#sendWithRoom<T>(deviceName: string, minorFunction: number, request: WnodeRequest<T>): Task<IrpAnswer<T>> {
    const first = yield* this.#dispatch(deviceName, minorFunction, request);
    if (first.neededBytes === undefined) return first;
    const lengthBytes = Math.max(request.lengthBytes, first.neededBytes);
    const second = yield* this.#dispatch(deviceName, minorFunction, { ...request, lengthBytes });
    return second.neededBytes === undefined ? second : refused(NtStatus.bufferTooSmall);
  }

  /** Writes a request where drivers work on it, which is the only copy, checks it there and has it carried out. */
  *#dispatch<T>(deviceName: string, minorFunction: number, request: WnodeRequest<T>): Task<IrpAnswer<T>> {
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
    return yield* this.#send(registration.device, minorFunction, checked, buffer, request.read, caller);
  }

  /** One IRP with a system buffer, which is given back when the IRP is over, even if nobody waits for it any more. */
  *#send<T>(
    device: PortDriver,
    minorFunction: number,
    guid: Uint8Array,
    buffer: Uint8Array,
    read: WnodeRequest<T>["read"],
    owner?: RequestOwner,
  ): Task<IrpAnswer<T>> {
    const call = new TracedCall(this.#options.recorder, this.#component, {
      to: Components.portDriver,
      operation: minorFunctionName(minorFunction),
      lengthBytes: buffer.length,
      detail: describe(minorFunction, guid, buffer),
    });
    let take = nothing<T>;
    const onEnd = (status: IoStatus) => {
      take = readAnswer(buffer.subarray(0, status.informationBytes), status.ntStatus, read);
      this.buffers.release(buffer);
    };
    const { ntStatus, srbStatus, informationBytes } = yield* device.systemControl({
      minorFunction,
      dataPath: guid,
      buffer,
      owner,
      onEnd,
    });
    call.answer(labelledStatus("NTSTATUS", ntStatus), informationBytes);
    return { ntStatus, srbStatus, ...take() };
  }
}

const NO_GUID = new Uint8Array(16);
const NOTHING: Uint8Array = new Uint8Array(0);

function describe(minorFunction: number, guid: Uint8Array, buffer: Uint8Array): string {
  if (minorFunction === MinorFunction.registrationInformationEx) return "WMIREGISTER";
  if (minorFunction !== MinorFunction.executeMethod || buffer.length < WNODE_METHOD_ITEM.fixedBytes) {
    return className(guid);
  }
  return qualifiedMethodName(guid, WNODE_METHOD_ITEM.read(buffer, "MethodId"));
}
