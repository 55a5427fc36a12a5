/**
 * The verbs of `iscsicli` about keys and tunnel mode.
 *
 * @module
 */

import { addressIdentificationType, IdentificationType } from "../../../../firmware/manual/interface.ts";
import { IkeAuthenticationMethod } from "../../../../host/iscsidsc/structures.ts";
import { InternetAddressError, parseInternetAddress } from "../../../network/internet_address.ts";
import { bytesOf, initiatorPort, key, number, securityFlags, text, textOrDefault, truth } from "./arguments.ts";
import { securityFlagLines } from "./output.ts";
import { IscsicliError, type Outcome, type Verb, verb } from "./verb.ts";

const INITIATOR = textOrDefault("InitiatorName", "the name of an adapter, as ListInitiators shows it; * for all");
const PORT = initiatorPort("InitiatorPort");
const ID_TYPE = number("IdType", "1 (IPv4 address), 2 (FQDN), 3 (user FQDN) or 5 (IPv6 address)");
const PERSIST = truth("Persist", "it outlives restarts", "it ends with the service");

/** PSKey. */
export const PSKey: Verb = verb({
  doc: "Sets the preshared key for an identifier by which an initiator names itself in phase 1 of IKE.",
  required: {
    initiator: INITIATOR,
    port: PORT,
    flags: securityFlags("SecurityFlags"),
    idType: ID_TYPE,
    id: text("Id", "an address, or a name, as IdType says"),
    key: key("Key"),
    persist: PERSIST,
  },
  prepare({ initiator, port, flags, idType, id: word, key, persist }) {
    const id = identifierOf(idType, word, "PSKey, argument 5, Id");
    if (id === undefined) return unknownIdType();
    const authMethod = IkeAuthenticationMethod.presharedKey;
    const information = { authMethod, securityFlags: flags, idType, id, key };
    return (world) => ({ status: world.run(world.host.api.setIScsiIKEInfo(initiator, port, information, persist)) });
  },
});

/** GetPSKey. */
export const GetPSKey: Verb = verb({
  doc: "Shows the security flags of the key for an identifier. No key can be read back.",
  required: {
    initiator: INITIATOR,
    port: PORT,
    idType: ID_TYPE,
    id: text("Id", "an address, or a name, as IdType says"),
  },
  prepare({ initiator, port, idType, id: word }) {
    const id = identifierOf(idType, word, "GetPSKey, argument 4, Id");
    if (id === undefined) return unknownIdType();
    const query = { authMethod: IkeAuthenticationMethod.presharedKey, idType, id };
    return (world) => {
      const { status, authInfo } = world.run(world.host.api.getIScsiIKEInfo(initiator, port, undefined, query));
      if (status !== 0) return { status };
      const { securityFlags } = authInfo;
      return { status, lines: securityFlagLines("", securityFlags), data: { securityFlags } };
    };
  },
});

/** GroupKey. */
export const GroupKey: Verb = verb({
  doc: "Sets the key that all adapters of the machine use where none is set for an identifier.",
  required: { key: key("Key"), persist: PERSIST },
  prepare: ({ key, persist }) => (world) => ({
    status: world.run(world.host.api.setIScsiGroupPresharedKey(key, persist)),
  }),
});

/** TunnelAddr. */
export const TunnelAddr: Verb = verb({
  doc: "Sets the security gateway through which traffic to a destination goes in tunnel mode.",
  required: {
    initiator: INITIATOR,
    port: PORT,
    destination: textOrDefault("DestinationAddress", "an IPv4 or IPv6 address; * for none"),
    outer: textOrDefault("TunnelAddress", "an IPv4 or IPv6 address; * for none"),
    persist: PERSIST,
  },
  prepare: ({ initiator, port, destination = "", outer = "", persist }) => (world) => ({
    status: world.run(
      world.host.api.setIScsiTunnelModeOuterAddress(initiator, port, destination, outer, persist),
    ),
  }),
});

const { ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV6_ADDR } = IdentificationType;

/** An identifier as bytes: of an address its 4 or 16, of a name its text; `undefined` for a type that the verbs do not take. */
function identifierOf(idType: number, word: string, place: string): Uint8Array | undefined {
  switch (idType) {
    case ID_IPV4_ADDR:
    case ID_IPV6_ADDR: {
      const address = addressOf(word);
      if (address !== undefined && addressIdentificationType(address) === idType) return address;
      throw refusedIdentifier(place, word, idType === ID_IPV4_ADDR ? "an IPv4 address" : "an IPv6 address");
    }
    case ID_FQDN:
    case ID_USER_FQDN: {
      const bytes = bytesOf(word);
      if (bytes !== undefined) return bytes;
      throw refusedIdentifier(place, word, "a name of whole characters");
    }
    default:
      return undefined;
  }
}

/** The word may be a key that has come into the wrong place. */
function refusedIdentifier(place: string, word: string, accepted: string): IscsicliError {
  return new IscsicliError(place, `${word.length} characters, not shown`, accepted);
}

function addressOf(word: string): Uint8Array | undefined {
  try {
    return parseInternetAddress(word);
  } catch (error) {
    if (error instanceof InternetAddressError) return undefined;
    throw error;
  }
}

/** As the real command does: a message, and no error. */
function unknownIdType(): Outcome {
  return { status: 0, lines: [`Error: IdType must be ${ID_TYPE.accepted}`] };
}
