/**
 * Numbers of ISAKMP and IKE, as the RFCs assign them.
 *
 * @module
 */

/** Payload types (RFC 2408 §3.1; NAT-D and NAT-OA: RFC 3947 §6). */
export const PayloadType = {
  none: 0,
  securityAssociation: 1,
  proposal: 2,
  transform: 3,
  keyExchange: 4,
  identification: 5,
  certificate: 6,
  certificateRequest: 7,
  hash: 8,
  signature: 9,
  nonce: 10,
  notification: 11,
  delete: 12,
  vendorId: 13,
  natDiscovery: 20,
  natOriginalAddress: 21,
  /** MS-IKEE §2.2.3.1: of the private range. */
  fragment: 132,
} as const;

/** Exchange types (RFC 2408 §3.1, RFC 2409 appendix A). */
export const ExchangeType = {
  identityProtection: 2,
  aggressive: 4,
  informational: 5,
  quick: 32,
  newGroup: 33,
} as const;

/** Header flags (RFC 2408 §3.1). */
export const HeaderFlag = { encryption: 0x01, commit: 0x02, authenticationOnly: 0x04 } as const;

/** The ISAKMP version: 1.0. */
export const ISAKMP_VERSION = 0x10;

/** Attribute types of a phase 1 transform (RFC 2409 appendix A). */
export const AttributeType = {
  encryption: 1,
  hash: 2,
  authentication: 3,
  group: 4,
  groupType: 5,
  lifeType: 11,
  lifeDuration: 12,
  keyLength: 14,
} as const;

/** Attribute value: authentication by preshared key (RFC 2409 appendix A). */
export const AUTHENTICATION_PRESHARED_KEY = 1;

/** Attribute value: a group of exponentiation modulo a prime (RFC 2409 appendix A). */
export const GROUP_TYPE_MODP = 1;

/** Attribute value: a group of points on an elliptic curve over a prime field (RFC 2409 appendix A). */
export const GROUP_TYPE_ECP = 2;

/** Attribute value: lifetime in seconds (RFC 2409 appendix A). */
export const LIFE_TYPE_SECONDS = 1;

/** Attribute value: lifetime in kilobytes (RFC 2409 appendix A). */
export const LIFE_TYPE_KILOBYTES = 2;

/** The IPsec domain of interpretation (RFC 2407 §4.2). */
export const IPSEC_DOI = 1;

/** SIT_IDENTITY_ONLY (RFC 2407 §4.2.1). */
export const SITUATION_IDENTITY_ONLY = 1;

/** PROTO_ISAKMP (RFC 2407 §4.4.1). */
export const PROTOCOL_ISAKMP = 1;

/** KEY_IKE (RFC 2407 §4.4.2). */
export const TRANSFORM_KEY_IKE = 1;

/** The UDP port of ISAKMP (RFC 2408 §2.5.1). */
export const ISAKMP_PORT = 500;

/** The UDP port behind an address translator (RFC 3947 §4). */
export const NAT_TRAVERSAL_PORT = 4500;

/** Notification types (RFC 2408 §3.14.1; status types: RFC 2407 §4.6.3; dead peer detection: RFC 3706 §5.2). */
export const NotifyType = {
  invalidPayloadType: 1,
  doiNotSupported: 2,
  situationNotSupported: 3,
  invalidCookie: 4,
  invalidMajorVersion: 5,
  invalidMinorVersion: 6,
  invalidExchangeType: 7,
  invalidFlags: 8,
  invalidMessageId: 9,
  invalidProtocolId: 10,
  invalidSpi: 11,
  invalidTransformId: 12,
  attributesNotSupported: 13,
  noProposalChosen: 14,
  badProposalSyntax: 15,
  payloadMalformed: 16,
  invalidKeyInformation: 17,
  invalidIdInformation: 18,
  invalidHashInformation: 23,
  authenticationFailed: 24,
  addressNotification: 26,
  notifySaLifetime: 27,
  unsupportedExchangeType: 29,
  unequalPayloadLengths: 30,
  responderLifetime: 24576,
  replayStatus: 24577,
  initialContact: 24578,
  rUThere: 36136,
  rUThereAck: 36137,
} as const;

/** The last error type; above are status types (RFC 2408 §3.14.1). */
export const LAST_ERROR_NOTIFY_TYPE = 16383;

const NOTIFY_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(NotifyType).map(([name, number]) => [
    number,
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase(),
  ]),
);

/** The RFC's name of a notification type: `NO-PROPOSAL-CHOSEN`. */
export function notifyName(type: number): string {
  return NOTIFY_NAMES.get(type) ?? `notification ${type}`;
}
