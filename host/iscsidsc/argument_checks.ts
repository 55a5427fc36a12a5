/**
 * What `iscsidsc.dll` can see without the service: whether an argument is
 * anything that its structure can carry, and a value that the header names.
 * Whether there is such an adapter, port or session is for the service to
 * judge, and what a value means to an adapter for the adapter.
 *
 * Callers without types may give NULL, or anything, where a structure, a text
 * or bytes belong: that is looked at first.
 *
 * @module
 */

import {
  type AddConnectionParameters,
  ALL_INITIATOR_PORTS,
  type IkeAuthenticationInformation,
  IkeAuthenticationMethod,
  LoginFlag,
  type LoginOptions,
  LoginOptionsSpecified,
  type LoginParameters,
  type TargetMapping,
  type TargetPortal,
  type UniqueSessionId,
} from "./structures.ts";

/** MAX_ISCSI_NAME_LEN: characters of an iSCSI name (RFC 7143 §4.2.7.1). */
const MAX_ISCSI_NAME_CHARACTERS = 223;

/** MAX_ISCSI_HBANAME_LEN less the NUL. */
const MAX_ISCSI_HBANAME_CHARACTERS = 255;

/** MAX_ISCSI_PORTAL_ADDRESS_LEN and MAX_ISCSI_PORTAL_NAME_LEN less the NUL. */
const MAX_ISCSI_PORTAL_CHARACTERS = 255;

/** Whether it is a port, or all of them. */
export function isPort(value: number): boolean {
  return isUlong(value);
}

/** Whether it can be the name of an adapter, or none. */
export function isInitiatorName(name: string | undefined): boolean {
  return name === undefined || isInitiatorText(name);
}

/** Whether it can be the name of an adapter. */
export function isInitiatorText(name: string): boolean {
  return isText(name, MAX_ISCSI_HBANAME_CHARACTERS);
}

/** Whether it is TRUE or FALSE. */
export function isBoolean(value: boolean): boolean {
  return typeof value === "boolean";
}

/** Whether it can be the name of a target. */
export function isTargetName(name: string): boolean {
  return isText(name, MAX_ISCSI_NAME_CHARACTERS) && name.length > 0;
}

/** Whether it can be the text of an address; empty for none. */
export function isAddressText(text: string): boolean {
  return isText(text, MAX_ISCSI_PORTAL_CHARACTERS);
}

/** Whether it is of the only method, and has a type and flags, an identifier and a key. */
export function isIkeInformation(information: IkeAuthenticationInformation): boolean {
  if (!isStructure(information)) return false;
  const { authMethod, idType, securityFlags, id, key } = information;
  return isBytes(id) && isBytes(key) && authMethod === IkeAuthenticationMethod.presharedKey && isUchar(idType) &&
    isUlonglong(securityFlags);
}

/** Whether both halves are 64 bits. */
export function isUniqueId(id: UniqueSessionId): boolean {
  return isStructure(id) && isUlonglong(id.adapterUnique) && isUlonglong(id.adapterSpecific);
}

/** Whether it can be the size of a buffer; none is one that is large enough. */
export function isBufferSize(size: number | undefined): boolean {
  return size === undefined || isUlong(size);
}

/** Whether it can be a portal. */
export function isPortal(portal: TargetPortal): boolean {
  if (!isStructure(portal)) return false;
  const { symbolicName = "", address, socket } = portal;
  return isText(symbolicName, MAX_ISCSI_PORTAL_CHARACTERS) && isAddressText(address) &&
    (socket === undefined || isUshort(socket));
}

/** Whether it can be a login. */
export function isLogin(login: LoginParameters): boolean {
  if (!isStructure(login)) return false;
  const { initiatorInstance, initiatorPortNumber = ALL_INITIATOR_PORTS, targetPortal, mappings } = login;
  // "If InitiatorName is null, InitiatorPortNumber must be ISCSI_ANY_INITIATOR_PORT."
  const isPortOfNobody = initiatorInstance === undefined && initiatorPortNumber !== ALL_INITIATOR_PORTS;
  return isTargetName(login.targetName) && isInitiatorName(initiatorInstance) && isPort(initiatorPortNumber) &&
    !isPortOfNobody && (targetPortal === undefined || isPlace(targetPortal)) &&
    areSecurityFlags(login.securityFlags) && isOption(login.isInformationalSession) && isOption(login.isPersistent) &&
    (mappings === undefined || isMapping(mappings)) &&
    areLoginOptions(login.loginOptions) && (login.key === undefined || isBytes(login.key));
}

/** Whether it can be a connection. */
export function isAddedConnection(connection: AddConnectionParameters): boolean {
  if (!isStructure(connection)) return false;
  const { uniqueSessionId, initiatorPortNumber = ALL_INITIATOR_PORTS, targetPortal } = connection;
  return isUniqueId(uniqueSessionId) && isPort(initiatorPortNumber) && isPlace(targetPortal) &&
    areSecurityFlags(connection.securityFlags) && areLoginOptions(connection.loginOptions) &&
    (connection.key === undefined || isBytes(connection.key));
}

/** FALSE unless it is said. */
function isOption(value: boolean | undefined): boolean {
  return value === undefined || isBoolean(value);
}

function areSecurityFlags(flags: bigint | undefined): boolean {
  return flags === undefined || isUlonglong(flags);
}

/** A portal to which one can go. */
function isPlace(portal: TargetPortal): boolean {
  return isPortal(portal) && portal.address !== "";
}

function isMapping(mapping: TargetMapping): boolean {
  if (!isStructure(mapping)) return false;
  const { osBusNumber, osTargetNumber, lunList } = mapping;
  return isUlong(osBusNumber) && isUlong(osTargetNumber) && Array.isArray(lunList) &&
    // Holes are no elements, but no units either.
    Array.from(lunList).every((lun) => isStructure(lun) && isUlong(lun.osLun) && isUlonglong(lun.targetLun));
}

const SPECIFIED_BITS = bitsOf(LoginOptionsSpecified);
const LOGIN_FLAG_BITS = bitsOf(LoginFlag) & ~LoginFlag.reserved1;

/**
 * "Version" must be 0. Every field must be something that the structure can
 * carry; what is specified must be a value of its field, too, and of what is not
 * the value is not looked at.
 */
function areLoginOptions(options: LoginOptions | undefined): boolean {
  if (options === undefined) return true;
  if (!isStructure(options)) return false;
  const { informationSpecified = 0, loginFlags = 0 } = options;
  const { headerDigest, dataDigest, maximumConnections, defaultTime2Wait, defaultTime2Retain, authType } = options;
  const numbers = [headerDigest, dataDigest, maximumConnections, defaultTime2Wait, defaultTime2Retain, authType];
  const isGood = (bit: number, isOfField: boolean) => (informationSpecified & bit) === 0 || isOfField;
  return options.version === 0 && isSubset(informationSpecified, SPECIFIED_BITS) &&
    isSubset(loginFlags, LOGIN_FLAG_BITS) &&
    numbers.every((value) => value === undefined || isUlong(value)) &&
    isBytesOrNull(options.username) && isBytesOrNull(options.password) &&
    isGood(LoginOptionsSpecified.headerDigest, isDigest(headerDigest)) &&
    isGood(LoginOptionsSpecified.dataDigest, isDigest(dataDigest)) &&
    isGood(LoginOptionsSpecified.maximumConnections, isConnectionCount(maximumConnections)) &&
    isGood(LoginOptionsSpecified.defaultTime2Wait, isUlong(defaultTime2Wait)) &&
    isGood(LoginOptionsSpecified.defaultTime2Retain, isUlong(defaultTime2Retain)) &&
    isGood(LoginOptionsSpecified.authType, isUlong(authType));
}

/** ISCSI_DIGEST_TYPE: none, CRC32C. */
function isDigest(value: number | undefined): boolean {
  return value === 0 || value === 1;
}

function isConnectionCount(value: number | undefined): boolean {
  return isUshort(value) && value !== 0;
}

function isSubset(value: number, bits: number): boolean {
  return isUlong(value) && (value & ~bits) === 0;
}

function bitsOf(names: Readonly<Record<string, number>>): number {
  return Object.values(names).reduce((bits, bit) => bits | bit, 0);
}

/** A pointer that is not NULL. */
function isStructure(value: object): boolean {
  return typeof value === "object" && value !== null;
}

/** Whether it is a buffer, and there: its memory may have been given away, or have shrunk under it. */
export function isBytes(value: Uint8Array): boolean {
  if (!(value instanceof Uint8Array)) return false;
  try {
    // Looks at nothing, but throws unless all of it is there.
    Uint8Array.prototype.keys.call(value);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function isBytesOrNull(value: Uint8Array | undefined): boolean {
  return value === undefined || isBytes(value);
}

/** A NUL would end it before its end. */
function isText(text: string, maximumCharacters: number): boolean {
  return typeof text === "string" && text.length <= maximumCharacters && !text.includes("\0");
}

function isUchar(value: number | undefined): boolean {
  return isUnsigned(value, 0xff);
}

function isUshort(value: number | undefined): boolean {
  return isUnsigned(value, 0xffff);
}

function isUlong(value: number | undefined): boolean {
  return isUnsigned(value, 0xffff_ffff);
}

function isUnsigned(value: number | undefined, maximum: number): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= maximum;
}

function isUlonglong(value: bigint): boolean {
  return typeof value === "bigint" && value >= 0n && value < 1n << 64n;
}
