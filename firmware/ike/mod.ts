/**
 * IKEv1 phase 1 with preshared keys: all that the adapter and a target need.
 *
 * The engine is plain: datagrams and what its caller did for it go in, actions
 * come out. It has no clock, no socket and no chance of its own.
 *
 * @example The first message of main mode
 * ```ts
 * import { DEFAULT_POLICY, IkeEngine } from "@hba/sim/ike";
 *
 * const local = { address: Uint8Array.of(192, 0, 2, 10), port: 500 };
 * const engine = new IkeEngine({
 *   random: (lengthBytes) => new Uint8Array(lengthBytes).fill(1),
 *   policy: DEFAULT_POLICY,
 *   identityFor: (address) => ({ idType: 1, data: address }),
 *   selectKey: () => undefined,
 * });
 * const { actions } = engine.initiate({
 *   mode: "main",
 *   local,
 *   peer: { address: Uint8Array.of(192, 0, 2, 20), port: 500 },
 *   identity: { idType: 1, data: local.address },
 *   key: new TextEncoder().encode("a key"),
 * });
 * const sent = actions.find((action) => action.type === "send");
 * if (sent?.datagram.payload[18] !== 2) throw new Error("no identity protection exchange (RFC 2408, section 3.1)");
 * ```
 *
 * @module
 */

export { sameIdentification } from "./authentication.ts";
export { IkeEngine } from "./engine.ts";
export { ComputationLengthError, compute } from "./key_exchange.ts";
export type {
  AssociationSummary,
  Computation,
  Datagram,
  DeletionCause,
  Endpoint,
  ExchangeId,
  FailureReason,
  Identification,
  IkeAction,
  IkeEngineOptions,
  InitiateRequest,
  JobId,
  KeyQuery,
  NegotiationSummary,
  PeerQuestion,
  Role,
  TimerId,
  TimerPurpose,
} from "./interface.ts";
export {
  type DeadPeerDetectionPolicy,
  DEFAULT_POLICY,
  DOUBLING_RETRANSMISSION,
  type IkePolicy,
  type OfferAttribute,
  type OfferNumbering,
  type Phase1Mode,
  type RetransmissionPolicy,
  RETRANSMISSIONS,
  STRONGSWAN_RETRANSMISSION,
  type Tolerances,
} from "./policy.ts";
export { IkePolicyError } from "./policy_check.ts";
export { IKE_PRESETS, type IkePreset, type IkePresetName } from "./presets.ts";
export { VENDOR_IDS, type VendorIdName } from "./vendor_ids.ts";
export { HEAP_SECRETS, type ReservedMemory, type SecretMemory, SecretRegion } from "./secrets.ts";
export { formatSuite, parseSuite, type Suite, SuiteError } from "./suite.ts";
export { ISAKMP_PORT, NAT_TRAVERSAL_PORT } from "./constants.ts";
export { type CipherName, CIPHERS } from "./ciphers.ts";
export type { HashName } from "./hash_functions.ts";
export type { DiffieHellmanGroup, GroupOperation } from "./diffie_hellman.ts";
