/**
 * What goes into an IKE engine and what comes out: plain data.
 *
 * @module
 */

import type { Datagram, Endpoint } from "../../sim/network/datagram.ts";
import type { ModpGroup } from "./groups.ts";
import type { Suite } from "./suite.ts";

/** The two exchanges of phase 1 (RFC 2409 §5). */
export type Phase1Mode = "main" | "aggressive";

/** Which end of an exchange. */
export type Role = "initiator" | "responder";

/** An identification as the payload carries it (RFC 2407 §4.6.2). */
export interface Identification {
  /** ID type. */
  readonly idType: number;
  /** Its data. */
  readonly data: Uint8Array;
}

/** How long to wait for an answer before sending again, in milliseconds; the last wait ends the exchange. */
export interface RetransmissionPolicy {
  /** A name for reports. */
  readonly name: string;
  /** The waits. */
  readonly delaysMilliseconds: readonly number[];
}

/** strongSwan's default: 4 s x 1.8^n, five repetitions, 165 s in all. */
export const STRONGSWAN_RETRANSMISSION: RetransmissionPolicy = {
  name: "strongSwan",
  delaysMilliseconds: [4000, 7200, 12960, 23328, 41990, 75583],
};

/** 1, 2, 4, 8 s: three repetitions, 15 s in all. */
export const DOUBLING_RETRANSMISSION: RetransmissionPolicy = {
  name: "doubling",
  delaysMilliseconds: [1000, 2000, 4000, 8000],
};

/** What an end proposes and accepts. */
export interface IkePolicy {
  /** Suites in order of preference. */
  readonly suites: readonly Suite[];
  /** Modes that are answered as responder. */
  readonly modes: readonly Phase1Mode[];
  /** Lifetime that is proposed, in seconds. */
  readonly lifetimeSeconds: number;
  /** When to send again. */
  readonly retransmission: RetransmissionPolicy;
  /** How many exchanges may be half open as responder; the oldest gives way. */
  readonly halfOpenLimit: number;
}

/** Whose key a responder needs (RFC 2409 §5.4: in main mode only the address is known). */
export type KeyQuery =
  | { readonly type: "address"; readonly address: Uint8Array }
  | { readonly type: "identification"; readonly identification: Identification };

/** The means of an engine. */
export interface IkeEngineOptions {
  /** The only source of chance. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** What is proposed and accepted. */
  readonly policy: IkePolicy;
  /** The identification with which this end answers at a local address. */
  readonly identityFor: (localAddress: Uint8Array) => Identification;
  /** Finds a preshared key for a peer that calls; a copy, which the engine fills with zeros when done. */
  readonly selectKey: (query: KeyQuery) => Uint8Array | undefined;
}

/** Identifies an exchange within its engine. */
export type ExchangeId = number & { readonly exchange: unique symbol };

/** What an initiator is asked to do. */
export interface InitiateRequest {
  /** The mode. */
  readonly mode: Phase1Mode;
  /** From where. */
  readonly local: Endpoint;
  /** To whom. */
  readonly peer: Endpoint;
  /** As whom. */
  readonly identity: Identification;
  /** The preshared key; the engine keeps a copy as long as it needs it. */
  readonly key: Uint8Array;
}

/** A computation for the public-key engine. */
export type Computation =
  /** g^exponent. */
  | { readonly kind: "public"; readonly group: ModpGroup; readonly exponent: Uint8Array }
  /** peerValue^exponent. */
  | {
    readonly kind: "shared";
    readonly group: ModpGroup;
    readonly exponent: Uint8Array;
    readonly peerValue: Uint8Array;
  };

/** Why an exchange failed. */
export type FailureReason =
  /** No preshared key for the peer. */
  | "no key"
  /** The hash is wrong, or the peer refused ours. */
  | "authentication"
  /** The two policies have nothing in common. */
  | "no proposal"
  /** The peer's identification is not what policy asks for. */
  | "identification"
  /** The peer does not keep to the protocol. */
  | "protocol"
  /** The peer did not answer. */
  | "no answer"
  /** Ended by this end. */
  | "aborted";

/** What is known of an established security association. Never a key. */
export interface AssociationSummary {
  /** The mode it was negotiated in. */
  readonly mode: Phase1Mode;
  /** This end's role. */
  readonly role: Role;
  /** The suite. */
  readonly suite: Suite;
  /** Lifetime in seconds. */
  readonly lifetimeSeconds: number;
  /** This end's identification. */
  readonly ownIdentification: Identification;
  /** The other end's identification. */
  readonly peerIdentification: Identification;
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R. */
  readonly responderCookie: Uint8Array;
}

/** What an engine wants done. */
export type IkeAction =
  | { readonly type: "send"; readonly exchange: ExchangeId | undefined; readonly datagram: Datagram }
  /** Start the exchange's timer, in place of one that runs. */
  | { readonly type: "start-timer"; readonly exchange: ExchangeId; readonly delayMilliseconds: number }
  | { readonly type: "cancel-timer"; readonly exchange: ExchangeId }
  /** Compute and come back with the result, as long as the group's prime. */
  | { readonly type: "compute"; readonly exchange: ExchangeId; readonly computation: Computation }
  /** Symmetric work that was done and is to be charged. */
  | { readonly type: "work"; readonly hashBlocks: number; readonly cipherBlocks: number }
  | { readonly type: "established"; readonly exchange: ExchangeId; readonly summary: AssociationSummary }
  | {
    readonly type: "failed";
    readonly exchange: ExchangeId;
    readonly reason: FailureReason;
    readonly text: string;
  }
  /** An established association is gone. */
  | { readonly type: "deleted"; readonly exchange: ExchangeId; readonly byPeer: boolean }
  /** Something was ignored or counted; for the trace. */
  | { readonly type: "note"; readonly text: string }
  /** The cipher's key, for a key log that the user asks for. */
  | { readonly type: "key-log"; readonly initiatorCookie: Uint8Array; readonly cipherKey: Uint8Array };
