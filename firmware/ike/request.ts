/**
 * Whether a request to initiate can be carried out.
 *
 * @module
 */

import { PayloadType } from "./constants.ts";
import { decodePayloads } from "./decode.ts";
import { encodePayloads, identificationBody } from "./encode.ts";
import type { InitiateRequest } from "./interface.ts";
import type { IkePolicy } from "./policy.ts";

/** Why a request cannot be carried out, or `undefined` if it can. */
export function requestProblem(
  { mode, local, peer, key, identity }: InitiateRequest,
  { modes }: IkePolicy,
): string | undefined {
  if (!modes.includes(mode)) return `the policy has no ${mode} mode`;
  if (key.length === 0) return "the preshared key is empty";
  if (local.address.length !== peer.address.length) return "the two addresses are of different kinds";
  const type = PayloadType.identification;
  const body = identificationBody(identity.idType, identity.data);
  // What the decoder would refuse of others is not sent.
  const decoded = decodePayloads(type, encodePayloads([{ type, body }]), false);
  return decoded.type === "refused" ? `the identification cannot be sent: ${decoded.reason}` : undefined;
}
