/**
 * Texts that stand for addresses. Adapters here take binary addresses only
 * (RequiresBinaryIpAddresses of MSiSCSI_HBAInformation), so the service has to
 * resolve what an application calls a portal. There is no name server: a text
 * that is no address has none.
 *
 * @module
 */

import { type InternetAddress, internetAddress } from "../../firmware/manual/interface.ts";
import { InternetAddressError, parseInternetAddress } from "../../sim/network/internet_address.ts";

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
