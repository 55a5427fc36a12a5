/**
 * What goes into an IKE engine and what comes out: plain data.
 *
 * Into it go calls: `initiate`, `receive`, `timerExpired`, `cryptoDone`,
 * `close`, `shutDown`. Each gives back a list of actions, to be carried out in
 * their order by whoever runs the engine; it never calls out but for the
 * functions in its options.
 *
 * @module
 */

import type { Datagram, Endpoint } from "../../sim/network/datagram.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";
import type { IkePolicy, Phase1Mode } from "./policy.ts";
import type { SecretMemory } from "./secrets.ts";
import type { Suite } from "./suite.ts";

export type { Datagram, Endpoint } from "../../sim/network/datagram.ts";

/** Which end of an exchange. */
export type Role = "initiator" | "responder";

/** An identification as the payload carries it (RFC 2407 §4.6.2). */
export interface Identification {
  /** {@linkcode IdentificationType}: an address, an FQDN or a user FQDN. */
  readonly idType: number;
  /** The address, or the name without a terminator. */
  readonly data: Uint8Array;
}

/** Whose key a responder needs. In main mode only the address is known when it is needed (RFC 2409 §5.4). */
export type KeyQuery =
  | {
    /** Main mode. */
    readonly type: "address";
    /** The peer's, 4 or 16 bytes. */
    readonly address: Uint8Array;
  }
  | {
    /** Aggressive mode. */
    readonly type: "identification";
    /** The initiator's, not authenticated yet. */
    readonly identification: Identification;
  };

/** A peer that has proved to have the key, and asks to be accepted. */
export interface PeerQuestion {
  /** The mode. */
  readonly mode: Phase1Mode;
  /** This end's role. */
  readonly role: Role;
  /** The peer's address and port. */
  readonly peer: Endpoint;
  /** The identification it gave. */
  readonly identification: Identification;
}

/** The means of an engine. */
export interface IkeEngineOptions {
  /** The only source of chance: cookies, nonces, exponents, message ids. The engine may overwrite what it got. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** What is proposed and accepted. */
  readonly policy: IkePolicy;
  /** Whether peers that begin an exchange are answered, in the modes of the policy; true by default. */
  readonly answers?: boolean;
  /** The identification with which this end answers at a local address. */
  readonly identityFor: (localAddress: Uint8Array) => Identification;
  /**
   * Finds the preshared key for a peer that calls: asked once in an exchange, at its beginning. Returns a copy, which
   * the engine fills with zeros, or `undefined` if there is none.
   */
  readonly selectKey: (query: KeyQuery) => Uint8Array | undefined;
  /**
   * Says whether an authenticated peer is acceptable. By default all are, but for one that calls from an address, with no
   * translator in between, and says that it is another one.
   */
  readonly acceptPeer?: (question: PeerQuestion) => boolean;
  /** Where secrets are kept; the heap by default. */
  readonly secretMemory?: SecretMemory;
  /**
   * Where the secrets of an association are kept once phase 1 is complete: SKEYID_a and the cipher's key. If missing,
   * they stay in `secretMemory`. An adapter gives key slots of its crypto engine, so that no SKEYID stays in its RAM.
   */
  readonly associationMemory?: SecretMemory;
  /** Gives `key-log` actions out; false by default. */
  readonly keyLog?: boolean;
}

/** Identifies an exchange, and the association it leads to, within its engine. Never used twice. */
export type ExchangeId = number & { readonly exchange: unique symbol };

/** Identifies a timer within its engine. */
export type TimerId = number & { readonly timer: unique symbol };

/** Identifies a computation within its engine. Never used twice. */
export type JobId = number & { readonly job: unique symbol };

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
  /** The preshared key as it stands now; the engine copies it and leaves it alone. */
  readonly key: Uint8Array;
  /** Whom the peer must turn out to be; anybody with the key by default, but an address must be its own. */
  readonly expectedPeer?: Identification;
  /** The association that is re-keyed; it is closed when this exchange has succeeded. */
  readonly replaces?: ExchangeId;
}

/** A modular exponentiation, or a scalar multiplication on a curve. Both arrays stay the engine's: to be read when the job runs, and not kept. */
export type Computation =
  | {
    /** This end's public value: the generator to the power of the exponent, or times it. */
    readonly kind: "public";
    /** The group. */
    readonly group: DiffieHellmanGroup;
    /** The secret exponent. */
    readonly exponent: Uint8Array;
  }
  | {
    /** The shared secret: the peer's public value to the power of the exponent, or times it. */
    readonly kind: "shared";
    /** The group. */
    readonly group: DiffieHellmanGroup;
    /** The secret exponent. */
    readonly exponent: Uint8Array;
    /** The peer's public value, of the group's length. */
    readonly peerValue: Uint8Array;
  };

/** Why an exchange failed. */
export type FailureReason =
  /** The request cannot be carried out: no suite, no key, two kinds of address. */
  | "invalid request"
  /** A responder has no preshared key for the peer. */
  | "no key"
  /** A hash is wrong, messages do not decrypt, or the peer said that of ours. */
  | "authentication"
  /** The peer's identification is not acceptable, or ours not to the peer. */
  | "identification"
  /** The two policies have nothing in common. */
  | "no proposal"
  /** The peer does not keep to the protocol. */
  | "protocol"
  /** The peer did not answer, or not to the end. */
  | "no answer"
  /** There is no memory for the secrets of another exchange. */
  | "no memory"
  /** A half-open exchange that gave way to newer ones. */
  | "crowded out"
  /** Ended by this end. */
  | "aborted";

/** Why an association ended. */
export type DeletionCause =
  /** `close` or `shutDown`. */
  | "closed"
  /** The peer sent a delete. */
  | "deleted by peer"
  /** Dead peer detection had no answer. */
  | "peer dead"
  /** Its time was over. */
  | "lifetime over"
  /** It was re-keyed. */
  | "replaced"
  /** The peer has lost its state and begun anew: INITIAL-CONTACT. */
  | "peer began anew";

/** What is known of an exchange that is not established. */
export interface NegotiationSummary {
  /** Its number. */
  readonly exchange: ExchangeId;
  /** The mode that its first message has. */
  readonly mode: Phase1Mode;
  /** The suite that the responder has chosen; absent until this end knows it. */
  readonly suite?: Suite;
  /** The other end's address and port; nobody has proved to be there. */
  readonly peer: Endpoint;
}

/** What is known of an established association. Never a key. */
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
  /** This end's address and port; port 4500 behind an address translator. */
  readonly local: Endpoint;
  /** The other end's address and port. */
  readonly peer: Endpoint;
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R. */
  readonly responderCookie: Uint8Array;
  /** What the peer announced: names of known vendor ids, hexadecimal of others. */
  readonly peerVendorIds: readonly string[];
  /** Whether an address translator is before this end, or the other (RFC 3947 §3.2). */
  readonly translators: { readonly own: boolean; readonly peer: boolean };
}

/** What a timer is for. */
export type TimerPurpose =
  | "retransmission"
  | "re-key"
  | "lifetime"
  | "dead peer detection"
  | "keepalive"
  | "reassembly";

/** What an engine wants done. */
export type IkeAction =
  /** Send a datagram. */
  | {
    readonly type: "send";
    /** The exchange it belongs to; `undefined` for a notification about none. */
    readonly exchange: ExchangeId | undefined;
    /** What to send; its payload must not be changed. */
    readonly datagram: Datagram;
    /** What it is, for a trace: `main mode: KE, NONCE`. */
    readonly description: string;
  }
  /** Start a timer, in place of one with the same id that runs; `timerExpired` when it is over. */
  | {
    readonly type: "start-timer";
    readonly timer: TimerId;
    /** Whose; `undefined` for the engine's own. */
    readonly exchange: ExchangeId | undefined;
    readonly purpose: TimerPurpose | "refusals to strangers";
    readonly delayMilliseconds: number;
  }
  /** Stop a timer, if it runs. */
  | { readonly type: "cancel-timer"; readonly timer: TimerId }
  /** Compute, and come back by `cryptoDone` with the result, of the group's length for it: `compute` does. */
  | {
    readonly type: "compute";
    readonly job: JobId;
    readonly exchange: ExchangeId;
    readonly computation: Computation;
  }
  /** The exchange is over: its computation is not needed any more. */
  | { readonly type: "cancel-compute"; readonly job: JobId }
  /** Symmetric work that was done since the last action of this type: to be charged. */
  | {
    readonly type: "work";
    /** In units of 64 bytes through the hash's compression function. */
    readonly hashBlocks: number;
    /** Blocks of the cipher, of 8 or 16 bytes. */
    readonly cipherBlocks: number;
  }
  /** Phase 1 has succeeded. */
  | { readonly type: "established"; readonly exchange: ExchangeId; readonly summary: AssociationSummary }
  /** Phase 1 has failed; the exchange is gone. */
  | {
    readonly type: "failed";
    readonly exchange: ExchangeId;
    readonly reason: FailureReason;
    /** The reason in words. */
    readonly text: string;
  }
  /** The association should be re-keyed: `initiate` with `replaces`. */
  | { readonly type: "re-key-due"; readonly exchange: ExchangeId }
  /** An established association is gone. */
  | { readonly type: "deleted"; readonly exchange: ExchangeId; readonly cause: DeletionCause }
  /** Something was ignored, refused or noticed; for the trace. */
  | {
    readonly type: "note";
    readonly exchange: ExchangeId | undefined;
    readonly text: string;
    /** The exchange gives it as its reason, should it fail for want of a better message. */
    readonly isProblem?: true;
  }
  /** The cipher's key, for Wireshark's decryption table; only if the options ask for it. */
  | { readonly type: "key-log"; readonly initiatorCookie: Uint8Array; readonly cipherKey: Uint8Array };
