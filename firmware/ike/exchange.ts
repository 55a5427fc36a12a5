/**
 * All that one exchange, and the association it leads to, knows. Plain data,
 * of bounded size; the actions change it.
 *
 * @module
 */

import { NO_BYTES } from "./bytes.ts";
import type { Cipher } from "./ciphers.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";
import type { HashFunction } from "./hash_functions.ts";
import type { Endpoint, ExchangeId, FailureReason, Identification, JobId, Role, TimerPurpose } from "./interface.ts";
import type { Phase1Mode } from "./policy.ts";
import type { ExchangeSecrets } from "./secrets.ts";
import type { Suite } from "./suite.ts";
import type { ExchangeState } from "./transitions.ts";

/** A suite that both ends agreed on, and its means. */
export interface Agreement {
  /** The suite. */
  readonly suite: Suite;
  /** Its group. */
  readonly group: DiffieHellmanGroup;
  /** Its hash. */
  readonly hash: HashFunction;
  /** Its cipher. */
  readonly cipher: Cipher;
}

/** A message that was sent, to be sent again byte for byte. */
export interface SentMessage {
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** What it is, for a trace. */
  readonly description: string;
}

/** Something that does not end an exchange, because anybody could have caused it, but explains its end. */
export interface Problem {
  /** The reason, should the exchange fail. */
  readonly reason: FailureReason;
  /** What it was. */
  readonly text: string;
}

/** What is known of an exchange from its beginning. */
export type ExchangeStart = Pick<
  Exchange,
  | "id"
  | "mode"
  | "role"
  | "local"
  | "peer"
  | "initiatorCookie"
  | "responderCookie"
  | "ownIdentification"
  | "expectedPeer"
  | "replaces"
  | "secrets"
  | "lifetimeSeconds"
>;

/** How many message ids of informational messages are remembered. */
const REMEMBERED_MESSAGE_IDS = 32;

/** An exchange. */
export class Exchange {
  /** Identifies it within its engine. */
  readonly id: ExchangeId;
  /** The mode. */
  readonly mode: Phase1Mode;
  /** This end's role. */
  readonly role: Role;
  /** This end's address and port. */
  local: Endpoint;
  /** The other end's address and port. */
  peer: Endpoint;
  /** Where it stands. */
  state: ExchangeState = "idle";
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R; zeros until it is known. */
  responderCookie: Uint8Array;
  /** As whom this end appears. */
  readonly ownIdentification: Identification;
  /** Whom the peer must turn out to be, if that is fixed. */
  readonly expectedPeer: Identification | undefined;
  /** The association that this one re-keys. */
  readonly replaces: ExchangeId | undefined;
  /** The secrets. */
  readonly secrets: ExchangeSecrets;
  /** As whom the other end appeared; `undefined` until it has. */
  peerIdentification: Identification | undefined = undefined;
  /** What was agreed. */
  agreement: Agreement | undefined = undefined;
  /** Lifetime in seconds. */
  lifetimeSeconds: number;
  /** Whether the initiator offered a longer lifetime than this responder keeps to. */
  lifetimeShortened = false;
  /** SAi_b: the initiator's offer as sent. */
  offer: Uint8Array = NO_BYTES;
  /** The answer to the offer, as sent. */
  choice: Uint8Array = NO_BYTES;
  /** IDii_b or IDir_b of the other end, as received. */
  peerIdentificationBody: Uint8Array = NO_BYTES;
  /** HASH_R of aggressive mode, until it can be verified. */
  peerHash: Uint8Array = NO_BYTES;
  /** This end's public value. */
  ownPublic: Uint8Array = NO_BYTES;
  /** The other end's public value. */
  peerPublic: Uint8Array = NO_BYTES;
  /** This end's nonce. */
  ownNonce: Uint8Array = NO_BYTES;
  /** The other end's nonce. */
  peerNonce: Uint8Array = NO_BYTES;
  /** The last block of the last message that was accepted or sent. */
  vector: Uint8Array = NO_BYTES;
  /** The last message sent. */
  lastSent: SentMessage | undefined = undefined;
  /** The last message accepted: the same again gets the same reply. */
  lastReceived: Uint8Array | undefined = undefined;
  /** How often the last message was sent. */
  sendings = 0;
  /** In how many waits of this state the peer's last message came again: it still waits for this end's. */
  waitsWithRepetition = 0;
  /** The last of them. */
  lastWaitWithRepetition = -1;
  /** Bytes that came and went, and whether the peer has proved that it gets what is sent to it: it knows CKY-R. */
  readonly traffic: { receivedBytes: number; sentBytes: number; proved: boolean } = {
    receivedBytes: 0,
    sentBytes: 0,
    proved: false,
  };
  /** How many waits have passed in this state. */
  waits = 0;
  /** The timers that run. */
  readonly timers = new Set<TimerPurpose>();
  /** The computation that is under way. */
  job: JobId | undefined = undefined;
  /** What was last wrong with the peer's messages, or what it last complained about: the reason, if it falls silent. */
  problem: Problem | undefined = undefined;
  /** How often the peer was told, unprotected, that a message of its was refused. */
  refusalsSent = 0;
  /** Names of the vendor ids that the peer announced. */
  readonly peerVendorIds = new Set<string>();
  /** Whether the peer announced NAT traversal, and where translators were found (RFC 3947 §3.2). */
  readonly natTraversal: {
    announced: boolean;
    own: boolean;
    peer: boolean;
    /** What had been sent when the keepalive timer was started. */
    sentBytesBefore: number;
  } = { announced: false, own: false, peer: false, sentBytesBefore: 0 };
  /** Whether the peer announced dead peer detection, and how that stands (RFC 3706). */
  readonly deadPeerDetection: {
    announced: boolean;
    /** Sequence number of the last R-U-THERE that was sent. */
    sequence: number;
    /** How many were sent since the peer was last heard of. */
    unanswered: number;
    /** The highest sequence number that the peer has asked with. */
    highestAsked: number;
    /** How often that was acknowledged again. */
    acknowledgedAgain: number;
    /** Whether the message in hand proves that the peer lives. */
    heard: boolean;
  } = { announced: false, sequence: 0, unanswered: 0, highestAsked: -1, acknowledgedAgain: 0, heard: false };
  /** The id of the newest exchange of the engine when this one was established. */
  newestWhenEstablished: ExchangeId | undefined = undefined;
  /** Whether INITIAL-CONTACT has come: it counts once. */
  initialContactSeen = false;
  readonly #messageIds = new Set<number>();

  /**
   * An exchange that has not begun.
   *
   * @param start What is known from the beginning.
   */
  constructor(start: ExchangeStart) {
    this.id = start.id;
    this.mode = start.mode;
    this.role = start.role;
    this.local = start.local;
    this.peer = start.peer;
    this.initiatorCookie = start.initiatorCookie;
    this.responderCookie = start.responderCookie;
    this.ownIdentification = start.ownIdentification;
    this.expectedPeer = start.expectedPeer;
    this.replaces = start.replaces;
    this.secrets = start.secrets;
    this.lifetimeSeconds = start.lifetimeSeconds;
  }

  /** What was agreed. @throws {Error} Nothing was: a defect of the engine. */
  get agreed(): Agreement {
    if (this.agreement === undefined) throw new Error(`Nothing is agreed in the state "${this.state}"`);
    return this.agreement;
  }

  /** Ni_b. */
  get initiatorNonce(): Uint8Array {
    return this.role === "initiator" ? this.ownNonce : this.peerNonce;
  }

  /** Nr_b. */
  get responderNonce(): Uint8Array {
    return this.role === "initiator" ? this.peerNonce : this.ownNonce;
  }

  /** g^xi. */
  get initiatorPublic(): Uint8Array {
    return this.role === "initiator" ? this.ownPublic : this.peerPublic;
  }

  /** g^xr. */
  get responderPublic(): Uint8Array {
    return this.role === "initiator" ? this.peerPublic : this.ownPublic;
  }

  /** Both cookies: the SPI of the association (RFC 2408 §3.14). */
  get spi(): Uint8Array {
    const spi = new Uint8Array(16);
    spi.set(this.initiatorCookie);
    spi.set(this.responderCookie, 8);
    return spi;
  }

  /**
   * Takes note of the message id of an informational message.
   *
   * @returns False if it was used before.
   */
  rememberMessageId(messageId: number): boolean {
    if (this.#messageIds.has(messageId)) return false;
    this.#messageIds.add(messageId);
    if (this.#messageIds.size > REMEMBERED_MESSAGE_IDS) {
      for (const oldest of this.#messageIds) {
        this.#messageIds.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** Phase 1 is complete: drops what only the negotiation needed, and fills its secrets with zeros. */
  forgetNegotiation(): void {
    this.secrets.establish();
    this.offer = NO_BYTES;
    this.choice = NO_BYTES;
    this.peerIdentificationBody = NO_BYTES;
    this.peerHash = NO_BYTES;
    this.ownPublic = NO_BYTES;
    this.peerPublic = NO_BYTES;
    this.ownNonce = NO_BYTES;
    this.peerNonce = NO_BYTES;
  }
}
