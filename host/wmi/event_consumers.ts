/**
 * Who wants which events: kernel WMI counts the consumers of each class of
 * each device, and tells the driver of the first and of the last one only
 * (WDK, IRP_MN_ENABLE_EVENTS).
 *
 * @module
 */

import { formatGuid } from "./guid.ts";
import { isSameName } from "./instance_name.ts";
import { WNODE_SINGLE_INSTANCE } from "./wnode.ts";

/** An event as a consumer gets it. */
export interface WmiEvent {
  /** The device that fired it. */
  readonly deviceName: string;
  /** The class, 16 bytes. */
  readonly guid: Uint8Array;
  /** The data of the instance, a copy. */
  readonly data: Uint8Array;
}

/** One consumer of one class of one device. */
export interface WmiSubscription {
  /** The device. */
  readonly deviceName: string;
  /** The class, 16 bytes. */
  readonly guid: Uint8Array;
  /** Called with each event, in the cycle in which it comes. */
  readonly onEvent: (event: WmiEvent) => void;
}

/** The consumers of all devices. */
export class EventConsumers {
  readonly #subscriptions = new Set<WmiSubscription>();

  /** How many consumers a class of a device has. */
  count({ deviceName, guid }: Pick<WmiSubscription, "deviceName" | "guid">): number {
    return this.#of(deviceName, guid).length;
  }

  /** There is one more. */
  add(subscription: WmiSubscription): void {
    this.#subscriptions.add(subscription);
  }

  /** There is one less; false if it was none. */
  delete(subscription: WmiSubscription): boolean {
    return this.#subscriptions.delete(subscription);
  }

  /** All are gone: the host has lost its power. */
  clear(): void {
    this.#subscriptions.clear();
  }

  /** The first consumer of each class of a device that has any, in the order in which they came. */
  firstOfEachClass(deviceName: string): readonly WmiSubscription[] {
    const first = new Map<string, WmiSubscription>();
    for (const subscription of this.#subscriptions) {
      const guid = formatGuid(subscription.guid);
      if (isSameName(subscription.deviceName, deviceName) && !first.has(guid)) first.set(guid, subscription);
    }
    return [...first.values()];
  }

  /** Takes an event of a device to those who want it. */
  deliver(deviceName: string, guid: Uint8Array, wnode: Uint8Array): void {
    const { DataBlockOffset, SizeDataBlock } = WNODE_SINGLE_INSTANCE.decode(wnode);
    for (const { onEvent } of this.#of(deviceName, guid)) {
      onEvent({ deviceName, guid, data: wnode.slice(DataBlockOffset, DataBlockOffset + SizeDataBlock) });
    }
  }

  #of(deviceName: string, guid: Uint8Array): readonly WmiSubscription[] {
    const wanted = formatGuid(guid);
    return [...this.#subscriptions].filter((each) =>
      isSameName(each.deviceName, deviceName) && formatGuid(each.guid) === wanted
    );
  }
}
