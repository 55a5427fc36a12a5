/**
 * IKEv1 phase 1 with preshared keys: all that the adapter and a target need.
 *
 * @module
 */

export { sameIdentification } from "./authentication.ts";
export { IkeEngine } from "./engine.ts";
export { ComputationLengthError } from "./key_exchange.ts";
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
  IkePolicyError,
  type Phase1Mode,
  type RetransmissionPolicy,
  STRONGSWAN_RETRANSMISSION,
  type Tolerances,
} from "./policy.ts";
export { HEAP_SECRETS, type SecretMemory, SecretRegion } from "./secrets.ts";
export { formatSuite, parseSuite, type Suite, SuiteError } from "./suite.ts";
export { ISAKMP_PORT, NAT_TRAVERSAL_PORT } from "./constants.ts";
export { type CipherName, CIPHERS } from "./ciphers.ts";
export type { HashName } from "./hash_functions.ts";
export type { ModpGroup } from "./groups.ts";
