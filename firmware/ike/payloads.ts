/**
 * The typed shapes of ISAKMP payloads (RFC 2408 §3).
 *
 * @module
 */

import { PayloadType } from "./constants.ts";
import type { Attribute } from "./attributes.ts";

/** One transform of a proposal. */
export interface Transform {
  /** Decoded. */
  readonly type: "transform";
  /** Its number. */
  readonly number: number;
  /** What it is: KEY_IKE (RFC 2407 §4.4.2), or something that is not known here. */
  readonly id: number;
  /** Its attributes in the order in which they came; none of a transform that is not known here. */
  readonly attributes: readonly Attribute[];
  /** The transform's payload as received, generic header included. */
  readonly bytes: Uint8Array;
}

/** One proposal of a security association payload. */
export interface Proposal {
  /** Decoded. */
  readonly type: "proposal";
  /** Its number. */
  readonly number: number;
  /** What it is for: ISAKMP (RFC 2407 §4.4.1), or something that phase 1 does not negotiate. */
  readonly protocol: number;
  /** Its SPI; usually empty in phase 1, and of no meaning (RFC 2408 §3.5). */
  readonly spi: Uint8Array;
  /** Its transforms. */
  readonly transforms: readonly Transform[];
}

/** A payload as received. `body` is what follows the generic header. */
export type Payload =
  | { readonly type: "security-association"; readonly proposals: readonly Proposal[]; readonly body: Uint8Array }
  | { readonly type: "key-exchange"; readonly body: Uint8Array }
  | { readonly type: "nonce"; readonly body: Uint8Array }
  | { readonly type: "hash"; readonly body: Uint8Array }
  | {
    readonly type: "identification";
    readonly idType: number;
    readonly protocol: number;
    readonly port: number;
    readonly data: Uint8Array;
    readonly body: Uint8Array;
  }
  | {
    readonly type: "notification";
    readonly notifyType: number;
    readonly protocol: number;
    readonly spi: Uint8Array;
    readonly data: Uint8Array;
    readonly body: Uint8Array;
  }
  | {
    readonly type: "delete";
    readonly protocol: number;
    readonly spis: readonly Uint8Array[];
    readonly body: Uint8Array;
  }
  | { readonly type: "vendor-id"; readonly body: Uint8Array }
  | { readonly type: "nat-discovery"; readonly body: Uint8Array }
  /** Certificates, signatures and private payload types: not used with preshared keys. */
  | { readonly type: "other"; readonly number: number; readonly body: Uint8Array };

/** A payload to be sent: its type and the body behind the generic header. */
export interface OutgoingPayload {
  /** Number of {@linkcode PayloadType}. */
  readonly type: number;
  /** The body. */
  readonly body: Uint8Array;
}

/** The first payload of a type, or `undefined`. Of the types that matter there is never a second. */
export function findPayload<T extends Payload["type"]>(
  payloads: readonly Payload[],
  type: T,
): Extract<Payload, { readonly type: T }> | undefined {
  return payloads.find((payload): payload is Extract<Payload, { readonly type: T }> => payload.type === type);
}

const PAYLOAD_NAMES: ReadonlyMap<number, string> = new Map([
  [PayloadType.securityAssociation, "SA"],
  [PayloadType.keyExchange, "KE"],
  [PayloadType.identification, "ID"],
  [PayloadType.hash, "HASH"],
  [PayloadType.nonce, "NONCE"],
  [PayloadType.notification, "N"],
  [PayloadType.delete, "D"],
  [PayloadType.vendorId, "VID"],
  [PayloadType.natDiscovery, "NAT-D"],
]);

/** The RFC's short name of a payload type: `SA`, `KE`. */
export function payloadName(type: number): string {
  return PAYLOAD_NAMES.get(type) ?? String(type);
}
