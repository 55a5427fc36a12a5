/**
 * The IN structure of a method of MSiSCSI_SecurityConfigOperations, field by
 * field as `iscsiop.h` calls them.
 *
 * @module
 */

import { internetAddress } from "../../../../firmware/manual/internet_address.ts";
import { type IpAddressValue, ipAddressValue } from "../../../../host/wmi/ip_address.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  SecurityMethod,
  SET_GENERATIONAL_GUID_IN,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
} from "../../../../host/wmi/security_config_operations.ts";
import { ALL_PORTS, IdentificationType } from "../../../../firmware/manual/interface.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { type Contradiction, doc, integer, mapping, optional, type ValueOf } from "../../../shape/shape.ts";
import { HEX_BYTES, INTERNET_ADDRESS, PORT, SECURITY_FLAGS } from "../values.ts";

const SIZE = integer(0, 0xffff_ffff);

/** All fields of all methods. */
export const WMI_INPUT = mapping({
  PortNumber: doc("The port; all by default.", optional(PORT)),
  SecurityFlags: doc("The flags; none by default.", optional(SECURITY_FLAGS)),
  IdType: doc(
    "The identification type of RFC 2407 §4.6.2.1; 1, an IPv4 address, by default.",
    optional(integer(0, 255)),
  ),
  IdSize: doc("What is said to be the length of Id; its length by default.", optional(SIZE)),
  KeySize: doc("What is said to be the length of Key; its length by default.", optional(SIZE)),
  Id: doc("The bytes of the identifier; none by default.", optional(HEX_BYTES)),
  Key: doc("The bytes of the key; none by default.", optional(HEX_BYTES)),
  DestinationAddress: doc("Whom the traffic is for.", optional(INTERNET_ADDRESS)),
  TunnelModeOuterAddress: doc("The security gateway.", optional(INTERNET_ADDRESS)),
  GenerationalGuid: doc("16 bytes.", optional(HEX_BYTES)),
});

type Input = ValueOf<typeof WMI_INPUT>;

/** A method: which fields its IN has, and how they are laid out. */
interface Method {
  readonly fields: readonly (keyof Input)[];
  encode(input: Input): Uint8Array;
}

const NO_ADDRESS = { type: 0, bytes: new Uint8Array(16) };

const NOTHING = new Uint8Array(0);

const METHODS: Readonly<Record<keyof typeof SecurityMethod, Method>> = {
  setPresharedKeyForId: {
    fields: ["PortNumber", "SecurityFlags", "IdType", "IdSize", "KeySize", "Id", "Key"],
    encode(input) {
      const { PortNumber = ALL_PORTS, SecurityFlags = 0n, Id = NOTHING, Key = NOTHING } = input;
      const { IdType = IdentificationType.ID_IPV4_ADDR } = input;
      const bytes = SET_PRESHARED_KEY_FOR_ID_IN.encode({ PortNumber, SecurityFlags, IdType, Id, Key });
      claim(bytes, SET_PRESHARED_KEY_FOR_ID_IN.offsetOf("IdSize"), input.IdSize);
      return claim(bytes, SET_PRESHARED_KEY_FOR_ID_IN.offsetOf("KeySize"), input.KeySize);
    },
  },
  getPresharedKeyForId: {
    fields: ["PortNumber", "IdType", "IdSize", "Id"],
    encode({ PortNumber = ALL_PORTS, IdType = IdentificationType.ID_IPV4_ADDR, Id = NOTHING, IdSize }) {
      const bytes = GET_PRESHARED_KEY_FOR_ID_IN.encode({ PortNumber, IdType, Id });
      return claim(bytes, GET_PRESHARED_KEY_FOR_ID_IN.offsetOf("IdSize"), IdSize);
    },
  },
  setGroupPresharedKey: {
    fields: ["KeySize", "Key"],
    encode: ({ Key = NOTHING, KeySize }) =>
      claim(SET_GROUP_PRESHARED_KEY_IN.encode({ Key }), SET_GROUP_PRESHARED_KEY_IN.offsetOf("KeySize"), KeySize),
  },
  setTunnelModeOuterAddress: {
    fields: ["PortNumber", "DestinationAddress", "TunnelModeOuterAddress"],
    encode: ({ PortNumber = ALL_PORTS, DestinationAddress, TunnelModeOuterAddress }) =>
      SET_TUNNEL_MODE_OUTER_ADDRESS_IN.encode({
        PortNumber,
        DestinationAddress: addressValue(DestinationAddress),
        TunnelModeOuterAddress: addressValue(TunnelModeOuterAddress),
      }),
  },
  clearCache: { fields: [], encode: () => NOTHING },
  setGenerationalGuid: {
    fields: ["GenerationalGuid"],
    encode({ GenerationalGuid = NOTHING }) {
      const bytes = new Uint8Array(SET_GENERATIONAL_GUID_IN.sizeof);
      bytes.set(GenerationalGuid.subarray(0, bytes.length));
      return bytes;
    },
  },
};

const BY_NUMBER: ReadonlyMap<number, Method> = new Map(
  (Object.keys(METHODS) as (keyof typeof METHODS)[]).map((name) => [SecurityMethod[name], METHODS[name]]),
);

/** Says another length than the true one. */
function claim(bytes: Uint8Array, offset: number, size: number | undefined): Uint8Array {
  if (size !== undefined) new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, size, true);
  return bytes;
}

function addressValue(address: Uint8Array = new Uint8Array(4)): IpAddressValue {
  // The reader takes addresses of 4 and 16 bytes only.
  return ipAddressValue(internetAddress(address) ?? NO_ADDRESS);
}

/** What is wrong with fields for a method; `path` begins in them. */
export function foreignInput(method: number, input: Input): Contradiction | undefined {
  const known = BY_NUMBER.get(method);
  if (known === undefined) return { path: "", given: "fields of a method that is not known", accepted: "hex" };
  const foreign = Object.keys(input).find((name) => !(known.fields as readonly string[]).includes(name));
  if (foreign !== undefined) {
    const accepted = known.fields.length === 0
      ? "no fields: the method has no IN"
      : `one of ${alternatives(known.fields)}`;
    return { path: foreign, given: `the field ${foreign}`, accepted };
  }
  const { GenerationalGuid } = input;
  if (GenerationalGuid === undefined || GenerationalGuid.length === 16) return undefined;
  return { path: "GenerationalGuid", given: `${GenerationalGuid.length} bytes`, accepted: "16" };
}

/** The IN structure that some fields make. */
export function encodeInput(method: number, input: Input): Uint8Array {
  return BY_NUMBER.get(method)?.encode(input) ?? NOTHING;
}
