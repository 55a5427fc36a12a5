/**
 * What of a request's values the adapter takes.
 *
 * @module
 */

import { AddressType, type InternetAddress, IsdscStatus, MAX_ID_BYTES, MAX_KEY_BYTES } from "../manual/interface.ts";

/** Identification types of RFC 2407 §4.6.2.1 that the adapter takes. */
const IdentificationType = {
  /** ID_IPV4_ADDR: 4 bytes. */
  ipv4Address: 1,
  /** ID_FQDN: text without terminator. */
  fqdn: 2,
  /** ID_USER_FQDN: `user@domain` without terminator. */
  userFqdn: 3,
  /** ID_IPV6_ADDR: 16 bytes. */
  ipv6Address: 5,
} as const;

/** Whether the adapter takes an identifier: ISDSC status, 0 if it does. */
export function idStatus(idType: number, idBytes: number): number {
  switch (idType) {
    case IdentificationType.ipv4Address:
      return idBytes === 4 ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    case IdentificationType.ipv6Address:
      return idBytes === 16 ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    case IdentificationType.fqdn:
    case IdentificationType.userFqdn:
      return idBytes > 0 && idBytes <= MAX_ID_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
    default:
      return IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED;
  }
}

/** Whether the adapter takes a key of a length: ISDSC status, 0 if it does. */
export function keySizeStatus(keyBytes: number): number {
  return keyBytes > 0 && keyBytes <= MAX_KEY_BYTES ? IsdscStatus.SUCCESS : IsdscStatus.INVALID_PARAMETER;
}

/** Whether the adapter takes an address: ISDSC status, 0 if it does. */
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
