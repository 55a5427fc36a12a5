/**
 * ISCSI_IP_Address (`iscsidef.h`), 548 bytes, and what of it a binary adapter uses.
 *
 * @module
 */

import { AddressType, type InternetAddress, networkAddress } from "../../firmware/manual/interface.ts";
import { bytes, countedString, paddedString, u32 } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";

/** Fields of the structure below, by the names of the header. */
export const IP_ADDRESS_FIELDS = {
  Type: u32(),
  IpV4Address: bytes(4, "ULONG"),
  IpV6Address: bytes(16),
  IpV6FlowInfo: u32(),
  IpV6ScopeId: u32(),
  TextAddress: countedString(256),
} as const;

/** ISCSI_IP_Address. The IPv4 address is a ULONG in network byte order, so its bytes stand as they are written. */
export const ISCSI_IP_ADDRESS: Structure<typeof IP_ADDRESS_FIELDS> = new Structure(
  "ISCSI_IP_Address",
  IP_ADDRESS_FIELDS,
);

/** ISCSI_IP_Address as a driver reports it: the text has its whole length. */
export const REPORTED_IP_ADDRESS: Structure<typeof IP_ADDRESS_FIELDS> = new Structure("ISCSI_IP_Address", {
  ...IP_ADDRESS_FIELDS,
  TextAddress: paddedString(256),
});

/** The value of an ISCSI_IP_Address. */
export type IpAddressValue = StructureValue<typeof IP_ADDRESS_FIELDS>;

/** The ISCSI_IP_Address of a binary address. */
export function ipAddressValue(address: InternetAddress): IpAddressValue {
  const { type } = address;
  return {
    Type: type,
    IpV4Address: type === AddressType.ipv4 ? networkAddress(address) : new Uint8Array(4),
    IpV6Address: type === AddressType.ipv6 ? networkAddress(address) : new Uint8Array(16),
    IpV6FlowInfo: 0,
    IpV6ScopeId: 0,
    TextAddress: "",
  };
}

/** The address that an adapter is given: fields that the type does not make valid are left out. */
export function addressOfValue(value: IpAddressValue): InternetAddress {
  const address = new Uint8Array(16);
  if (value.Type === AddressType.ipv4) address.set(value.IpV4Address);
  if (value.Type === AddressType.ipv6) address.set(value.IpV6Address);
  return { type: value.Type, bytes: address };
}
