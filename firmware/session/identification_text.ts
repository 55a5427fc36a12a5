/**
 * Identifications in words, for traces and reports.
 *
 * @module
 */

import { quoted } from "../../sim/kernel/given.ts";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import { IdentificationType } from "../ike/identification_types.ts";

const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [IdentificationType.ID_IPV4_ADDR, 4],
  [IdentificationType.ID_IPV6_ADDR, 16],
]);

/** An address as such, a name in quotes, anything else in hexadecimal: also what only claims to be an address. */
export function formatIdentification(idType: number, data: Uint8Array): string {
  if (ADDRESS_BYTES.get(idType) === data.length) return formatInternetAddress(data);
  const isName = idType === IdentificationType.ID_FQDN || idType === IdentificationType.ID_USER_FQDN;
  return isName
    ? quoted(new TextDecoder().decode(data))
    : Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
