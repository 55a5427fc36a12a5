/**
 * Checks of what a request says: whether the adapter takes an identifier, a
 * key, an address. Their order is the cache's.
 *
 * @module
 */

import {
  AddressType,
  IdentificationType,
  type InternetAddress,
  IsdscStatus,
  MAX_ID_BYTES,
  MAX_KEY_BYTES,
} from "../manual/interface.ts";

/** Whether the adapter takes an identifier: ISDSC status, 0 if it does. */
export function idStatus(idType: number, idBytes: number): number {
  switch (idType) {
    case IdentificationType.ID_IPV4_ADDR:
      return idBytes === 4 ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    case IdentificationType.ID_IPV6_ADDR:
      return idBytes === 16 ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    case IdentificationType.ID_FQDN:
    case IdentificationType.ID_USER_FQDN:
      return idBytes > 0 && idBytes <= MAX_ID_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    default:
      return IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED;
  }
}

/** Whether the adapter takes a key of a length: ISDSC status, 0 if it does. */
export function keySizeStatus(keyBytes: number): number {
  return keyBytes > 0 && keyBytes <= MAX_KEY_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.INVALID_PARAMETER;
}

/** Whether the adapter takes an address, which must not be empty: ISDSC status, 0 if it does. */
export function addressStatus(address: InternetAddress): number {
  switch (address.type) {
    case AddressType.ipv4:
    case AddressType.ipv6:
      return IsdscStatus.SUCCESS;
    case AddressType.empty:
      return IsdscStatus.INVALID_PARAMETER;
    default:
      return IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED;
  }
}
