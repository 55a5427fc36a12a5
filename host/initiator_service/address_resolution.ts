/**
 * Texts that stand for addresses, and the texts of addresses. Adapters here take binary addresses only
 * (RequiresBinaryIpAddresses of MSiSCSI_HBAInformation), so the service has to
 * resolve what an application calls a portal. There is no name server: a text
 * that is no address has none.
 *
 * @module
 */

import { AddressType, type InternetAddress, internetAddress, networkAddress } from "../../firmware/manual/interface.ts";
import {
  formatInternetAddress,
  InternetAddressError,
  parseInternetAddress,
} from "../../sim/network/internet_address.ts";
import { addressOfValue, type IpAddressValue } from "../wmi/ip_address.ts";

/** The address that a text stands for, the empty one for an empty text; `undefined` for a name. */
export function resolveAddress(text: string): InternetAddress | undefined {
  if (text === "") return internetAddress(new Uint8Array(0));
  try {
    return internetAddress(parseInternetAddress(text));
  } catch (error) {
    if (error instanceof InternetAddressError) return undefined;
    throw error;
  }
}

/** The text of an address that an adapter reports; empty for none. */
export function addressText(value: IpAddressValue): string {
  if (value.Type === AddressType.text) return value.TextAddress;
  const address = networkAddress(addressOfValue(value));
  return address.length === 0 ? "" : formatInternetAddress(address);
}
