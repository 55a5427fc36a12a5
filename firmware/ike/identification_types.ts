/**
 * Identification types: what an identification payload holds, and so whom a
 * preshared key is for. Adapter, driver and peer speak of them by these numbers.
 *
 * @module
 */

/** Identification types by the names of RFC 2407 §4.6.2.1. */
export const IdentificationType = {
  /** 4 bytes. */
  ID_IPV4_ADDR: 1,
  /** A domain name, without terminator. */
  ID_FQDN: 2,
  /** `user@domain`, without terminator. */
  ID_USER_FQDN: 3,
  /** Address and mask, 8 bytes. */
  ID_IPV4_ADDR_SUBNET: 4,
  /** 16 bytes. */
  ID_IPV6_ADDR: 5,
  /** Address and mask, 32 bytes. */
  ID_IPV6_ADDR_SUBNET: 6,
  /** First and last address, 8 bytes. */
  ID_IPV4_ADDR_RANGE: 7,
  /** First and last address, 32 bytes. */
  ID_IPV6_ADDR_RANGE: 8,
  /** An X.500 distinguished name. */
  ID_DER_ASN1_DN: 9,
  /** An X.500 general name. */
  ID_DER_ASN1_GN: 10,
  /** Opaque bytes of a vendor. */
  ID_KEY_ID: 11,
} as const;

/**
 * The type by which an address identifies its owner.
 *
 * @param address 4 or 16 bytes.
 */
export function addressIdentificationType(address: Uint8Array): number {
  return address.length === 4 ? IdentificationType.ID_IPV4_ADDR : IdentificationType.ID_IPV6_ADDR;
}

/** True for a single address: what main mode with a preshared key needs (RFC 2409 §5.4). */
export function isAddressIdentification(idType: number): boolean {
  return idType === IdentificationType.ID_IPV4_ADDR || idType === IdentificationType.ID_IPV6_ADDR;
}
