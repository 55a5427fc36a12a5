/**
 * Whom a key is for, in words.
 *
 * @module
 */

import { IdentificationType, isAddressIdentification } from "../../../../firmware/manual/interface.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";

/** An address as people write it, or a name. */
export function idText({ type, bytes }: { readonly type: number; readonly bytes: Uint8Array }): string {
  const isAddress = isAddressIdentification(type) &&
    bytes.length === (type === IdentificationType.ID_IPV4_ADDR ? 4 : 16);
  return isAddress ? formatInternetAddress(bytes) : new TextDecoder().decode(bytes);
}
