/**
 * The typed shapes of ISAKMP payloads (RFC 2408 §3).
 *
 * @module
 */

import { NotifyType, PayloadType } from "./constants.ts";
import type { Proposal } from "./security_association.ts";

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

/** Why bytes are no message. */
export interface Refusal {
  /** Not decoded. */
  readonly type: "refused";
  /** The notification that the RFC names for it. */
  readonly notifyType: number;
  /** What is wrong, in words. */
  readonly reason: string;
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

/** A refusal with a notification type. */
export function refuse(notifyType: number, reason: string): Refusal {
  return { type: "refused", notifyType, reason };
}

/** A refusal with PAYLOAD-MALFORMED. */
export function malformed(reason: string): Refusal {
  return refuse(NotifyType.payloadMalformed, reason);
}

/** A refusal with BAD-PROPOSAL-SYNTAX. */
export function badProposal(reason: string): Refusal {
  return refuse(NotifyType.badProposalSyntax, reason);
}
