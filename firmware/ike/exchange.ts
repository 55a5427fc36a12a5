/**
 * All that one phase 1 exchange knows. Plain data; `actions.ts` changes it.
 *
 * @module
 */

import type { Endpoint } from "../../sim/network/datagram.ts";
import type { ExchangeId, Identification, Phase1Mode, Role } from "./interface.ts";
import type { Phase1Keys } from "./key_derivation.ts";
import type { Suite } from "./suite.ts";
import type { ExchangeState } from "./transitions.ts";

const NONE = new Uint8Array(0);

/** An exchange. */
export class Exchange {
  /** Identifies it within its engine. */
  readonly id: ExchangeId;
  /** The mode. */
  readonly mode: Phase1Mode;
  /** This end's role. */
  readonly role: Role;
  /** This end's address and port. */
  readonly local: Endpoint;
  /** The other end's address and port. */
  readonly peer: Endpoint;
  /** Where it stands. */
  state: ExchangeState = "idle";
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R; zeros until it is known. */
  responderCookie: Uint8Array = new Uint8Array(8);
  /** As whom this end appears. */
  readonly ownIdentification: Identification;
  /** As whom the other end appeared; `undefined` until it has. */
  peerIdentification: Identification | undefined = undefined;
  /** What was agreed. */
  suite: Suite | undefined = undefined;
  /** Lifetime in seconds. */
  lifetimeSeconds: number;
  /** SAi_b: the initiator's offer as sent. */
  offer: Uint8Array = NONE;
  /** The answer to the offer, as sent. */
  choice: Uint8Array = NONE;
  /** IDii_b or IDir_b of the other end, as received. */
  peerIdentificationBody: Uint8Array = NONE;
  /** HASH_R of aggressive mode, until it can be verified. */
  peerHash: Uint8Array = NONE;
  /** The preshared key as it stood when the exchange began. */
  key: Uint8Array;
  /** The secret exponent. */
  exponent: Uint8Array = NONE;
  /** This end's public value. */
  ownPublic: Uint8Array = NONE;
  /** The other end's public value. */
  peerPublic: Uint8Array = NONE;
  /** This end's nonce. */
  ownNonce: Uint8Array = NONE;
  /** The other end's nonce. */
  peerNonce: Uint8Array = NONE;
  /** SKEYID and what follows from it. */
  keys: Phase1Keys | undefined = undefined;
  /** The cipher's key. */
  cipherKey: Uint8Array = NONE;
  /** The last block of the last message that was accepted or sent. */
  vector: Uint8Array = NONE;
  /** The last message sent, to be sent again byte for byte. */
  lastSent: Uint8Array | undefined = undefined;
  /** The last message accepted: the same again gets the same reply. */
  lastReceived: Uint8Array | undefined = undefined;
  /** The last message that was refused, so that its repetition is not answered again. */
  lastRefused: Uint8Array | undefined = undefined;
  /** How many waits have passed in this state. */
  waits = 0;
  /** Error notifications that came without authentication: counted, never obeyed. */
  readonly unauthenticatedNotifies: number[] = [];
  /** Messages that did not decrypt to anything sensible. */
  undecipherable = 0;

  /**
   * An exchange that has not begun.
   *
   * @param start What is known from the beginning.
   */
  constructor(
    start:
      & Pick<Exchange, "id" | "mode" | "role" | "local" | "peer" | "initiatorCookie" | "ownIdentification" | "key">
      & {
        readonly lifetimeSeconds: number;
      },
  ) {
    this.id = start.id;
    this.mode = start.mode;
    this.role = start.role;
    this.local = start.local;
    this.peer = start.peer;
    this.initiatorCookie = start.initiatorCookie;
    this.ownIdentification = start.ownIdentification;
    this.key = start.key;
    this.lifetimeSeconds = start.lifetimeSeconds;
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

  /** Fills what only the negotiation needs with zeros: the preshared key, the exponent, SKEYID. */
  forgetNegotiation(): void {
    this.key.fill(0);
    this.exponent.fill(0);
    this.keys?.skeyid.fill(0);
  }

  /** Fills every secret with zeros. */
  forgetAll(): void {
    this.forgetNegotiation();
    this.keys?.skeyidA.fill(0);
    this.keys?.skeyidD.fill(0);
    this.keys?.skeyidE.fill(0);
    this.cipherKey.fill(0);
    this.vector.fill(0);
  }
}
