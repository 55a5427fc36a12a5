/**
 * The events that the miniport fires, each only while somebody has enabled its
 * class.
 *
 * @module
 */

import { type InternetAddress, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { fireAdapterEvent, type WmiEventNotification } from "../scsiwmi.ts";
import {
  ADAPTER_EVENT,
  ADAPTER_EVENT_GUID,
  INSTANCE_FAILURE_EVENT,
  INSTANCE_FAILURE_EVENT_GUID,
  InstanceFailure,
  NODE_FAILURE_EVENT,
  NODE_FAILURE_EVENT_GUID,
  NodeFailure,
  TARGETS_CHANGED,
} from "../wmi/adapter_events.ts";
import { formatGuid } from "../wmi/guid.ts";
import { ipAddressValue } from "../wmi/ip_address.ts";
import { INSTANCE_DATA_OFFSET } from "../wmi/wnode.ts";

/** What the events come from. */
export interface ProviderEventOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly uniqueAdapterId: bigint;
  /** Takes them to the port driver. */
  readonly notify: (event: WmiEventNotification) => void;
}

/**
 * The type of failure that a login's status stands for: what a wrong hash of the peer's comes to is credentials that
 * do not match, all else another failure.
 */
export function failureOf(status: number): number {
  return status === IsdscStatus.AUTHENTICATION_FAILURE ? NodeFailure.credentials : NodeFailure.login;
}

/** The classes of events. */
export const EVENT_CLASSES: readonly Uint8Array[] = [
  ADAPTER_EVENT_GUID,
  INSTANCE_FAILURE_EVENT_GUID,
  NODE_FAILURE_EVENT_GUID,
];

/** The events of one miniport. */
export class ProviderEvents {
  readonly #options: ProviderEventOptions;
  readonly #enabled = new Set<string>();

  /**
   * Nothing is enabled.
   *
   * @param options What the events come from.
   */
  constructor(options: ProviderEventOptions) {
    this.#options = options;
  }

  /** Somebody wants the events of a class, or nobody does any more. */
  enable(guid: Uint8Array, isWanted: boolean): void {
    if (isWanted) this.#enabled.add(formatGuid(guid));
    else this.#enabled.delete(formatGuid(guid));
  }

  /** The device is gone, and with it whoever wanted its events. */
  disableAll(): void {
    this.#enabled.clear();
  }

  /** Whether somebody wants the events of a class. */
  isEnabled(guid: Uint8Array): boolean {
    return this.#enabled.has(formatGuid(guid));
  }

  /** The adapter has another list of targets that it is logged in to. */
  targetsChanged(): void {
    const { uniqueAdapterId } = this.#options;
    const data = ADAPTER_EVENT.encode({ UniqueAdapterId: uniqueAdapterId, EventCode: TARGETS_CHANGED });
    // `MSiSCSI_AdapterEvent_SIZE`: the padding at the end of the C structure is not fired.
    this.#fire(ADAPTER_EVENT_GUID, data.subarray(0, ADAPTER_EVENT.fixedBytes));
  }

  /**
   * A login has failed.
   *
   * @param failure A value of `NodeFailure`.
   */
  loginFailed(failure: number, targetName: string, target: InternetAddress): void {
    this.#fire(
      NODE_FAILURE_EVENT_GUID,
      NODE_FAILURE_EVENT.encode({
        FailureTime: this.#systemTime(),
        FailureType: failure,
        TargetFailureName: targetName,
        TargetFailureAddr: ipAddressValue(target),
      }),
    );
  }

  /** The connection of an established session was lost. */
  connectionLost(targetName: string): void {
    const value = { FailureType: InstanceFailure.connectionTimeout, RemoteNodeName: targetName };
    this.#fire(INSTANCE_FAILURE_EVENT_GUID, INSTANCE_FAILURE_EVENT.encode(value));
  }

  #fire(guid: Uint8Array, data: Uint8Array): void {
    if (!this.isEnabled(guid)) return;
    const buffer = new Uint8Array(INSTANCE_DATA_OFFSET + data.length);
    buffer.set(data, INSTANCE_DATA_OFFSET);
    fireAdapterEvent(this.#options.notify, guid, this.#systemTime(), buffer, data.length);
  }

  /** Simulated time in units of 100 ns; the world begins in 1601, as system time does. */
  #systemTime(): bigint {
    const { now, frequencyHz } = this.#options.kernel;
    return (BigInt(now) * 10_000_000n) / BigInt(frequencyHz);
  }
}
