/**
 * The table of outer addresses in RAM: where tunnel mode sends the traffic for
 * a destination.
 *
 * @module
 */

import { ALL_PORTS, encodeTunnelName, type InternetAddress, type TunnelAddressRequest } from "../manual/interface.ts";
import type { NvramRecord } from "../nvram/store.ts";
import { readTunnelRecord } from "./security_records.ts";

/** Outer addresses by port and destination. */
export class TunnelTable {
  /** By the names of their records. */
  readonly #addresses = new Map<string, InternetAddress>();

  /** How many there are. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Whether there is one by this name of a record. */
  has(recordName: Uint8Array): boolean {
    return this.#addresses.has(keyOf(recordName));
  }

  /** Forgets all. */
  clear(): void {
    this.#addresses.clear();
  }

  /** Takes over what a record says. */
  load(record: NvramRecord): void {
    this.#addresses.set(keyOf(record.name), readTunnelRecord(record).outerAddress);
  }

  /** Sets one, copied: a request is a view of what came by DMA, which is wiped. */
  set(request: TunnelAddressRequest): void {
    const { outerAddress } = request;
    this.#addresses.set(keyOf(encodeTunnelName(request)), { ...outerAddress, bytes: outerAddress.bytes.slice() });
  }

  /** The one for traffic through a port to a destination: exact port, then all ports. */
  find(portNumber: number, destination: InternetAddress): InternetAddress | undefined {
    for (const port of [portNumber, ALL_PORTS]) {
      const found = this.#addresses.get(keyOf(encodeTunnelName({ portNumber: port, destination })));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const keyOf = (recordName: Uint8Array) => recordName.join(".");
