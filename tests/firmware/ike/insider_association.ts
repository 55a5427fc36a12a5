/** An association of main mode, and informational messages as a peer that has its keys would send them. */

import { concatBytes } from "@noble/hashes/utils.js";
import { assert } from "@std/assert";
import { uint32 } from "../../../firmware/ike/bytes.ts";
import { cipher } from "../../../firmware/ike/ciphers.ts";
import { NotifyType, PayloadType } from "../../../firmware/ike/constants.ts";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import { encodePayloads, notificationBody } from "../../../firmware/ike/encode.ts";
import { diffieHellmanGroup } from "../../../firmware/ike/groups.ts";
import { hashFunction } from "../../../firmware/ike/hash_functions.ts";
import { decodePacket, encodePacket } from "../../../firmware/ike/header.ts";
import {
  deriveCipherKey,
  deriveKeys,
  deriveSkeyid,
  informationalHash,
  informationalVector,
} from "../../../firmware/ike/key_derivation.ts";
import type { IkeAction } from "../../../firmware/ike/mod.ts";
import { findPayload, type OutgoingPayload, type Payload } from "../../../firmware/ike/payloads.ts";
import { type End, INITIATOR, KEY, otherEnd, policy, RESPONDER, text, TwoEngines } from "./two_engines.ts";

const HASH = hashFunction("sha1");
const CIPHER = cipher("aes128");
const SUITE = "aes128-sha1-modp1024";
const GROUP = 2;
const INFORMATIONAL = 5;

/** An association whose keys the test has. */
export class InsiderAssociation {
  readonly pair: TwoEngines;
  /** Both cookies. */
  readonly spi: Uint8Array;
  readonly #skeyidA: Uint8Array;
  readonly #cipherKey: Uint8Array;
  readonly #lastBlock: Uint8Array;

  constructor() {
    const exponents = new Map<End, Uint8Array>();
    this.pair = new TwoEngines({
      policy: policy(SUITE, { deadPeerDetection: { idleMilliseconds: 1e9, retryMilliseconds: 1000, attempts: 3 } }),
      observe: (end, action) => {
        if (action.type !== "compute" || action.computation.kind !== "public") return;
        exponents.set(end, action.computation.exponent.slice());
      },
    });
    this.pair.initiate("main");
    this.pair.settle(1000);
    const messages = this.pair.sent.map(({ datagram }) => datagram.payload);
    const [, second, third, fourth, , sixth] = messages;
    const exponent = exponents.get("initiator");
    const group = diffieHellmanGroup(GROUP);
    assert(second && third && fourth && sixth && exponent && group);
    const shared = group.sharedSecret(exponent, bodyOf(fourth, "key-exchange"));
    const skeyid = deriveSkeyid(HASH, text(KEY), bodyOf(third, "nonce"), bodyOf(fourth, "nonce"));
    const keys = deriveKeys(HASH, skeyid, shared, second.slice(0, 8), second.slice(8, 16));
    this.spi = second.slice(0, 16);
    this.#skeyidA = keys.skeyidA;
    this.#cipherKey = deriveCipherKey(HASH, keys.skeyidE, CIPHER);
    this.#lastBlock = sixth.slice(-CIPHER.blockBytes);
  }

  /** Delivers a protected informational message to an end, as from the other. */
  inform(to: End, messageId: number, ...payloads: readonly OutgoingPayload[]): readonly IkeAction[] {
    const hash = informationalHash(HASH, this.#skeyidA, messageId, encodePayloads(payloads));
    const chain = encodePayloads([{ type: PayloadType.hash, body: hash }, ...payloads]);
    return this.deliver(to, INFORMATIONAL, messageId, PayloadType.hash, chain);
  }

  /** Delivers any encrypted message with the association's cookies to an end, as from the other. */
  deliver(to: End, exchangeType: number, messageId: number, firstType: number, chain: Uint8Array) {
    const padded = new Uint8Array(Math.ceil(chain.length / CIPHER.blockBytes) * CIPHER.blockBytes);
    padded.set(chain);
    const vector = informationalVector(HASH, CIPHER, this.#lastBlock, messageId);
    const payload = encodePacket(
      {
        initiatorCookie: this.spi.slice(0, 8),
        responderCookie: this.spi.slice(8),
        nextPayload: firstType,
        exchangeType,
        flags: 1,
        messageId,
      },
      CIPHER.encrypt(this.#cipherKey, vector, padded),
    );
    const endpoints = { initiator: INITIATOR, responder: RESPONDER };
    return this.pair.deliver(to, { source: endpoints[otherEnd(to)], destination: endpoints[to], payload });
  }
}

function bodyOf(message: Uint8Array, type: Payload["type"]): Uint8Array {
  const packet = decodePacket(message);
  assert(packet.type === "packet");
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
  assert(decoded.type === "payloads");
  const body = findPayload(decoded.payloads, type)?.body;
  assert(body !== undefined);
  return body;
}

/** A notification about an association. */
export function notification(notifyType: number, spi: Uint8Array, data: Uint8Array): OutgoingPayload {
  return { type: PayloadType.notification, body: notificationBody(notifyType, spi, data) };
}

/** R-U-THERE with a sequence number (RFC 3706 §5.2). */
export function rUThere(spi: Uint8Array, sequence: number): OutgoingPayload {
  return notification(NotifyType.rUThere, spi, uint32(sequence));
}

/** A delete of some SPIs of one length, for ISAKMP; `count` is what it says, which need not be how many there are. */
export function deleteOf(spis: readonly Uint8Array[], spiBytes: number, count: number = spis.length): OutgoingPayload {
  const head = Uint8Array.of(0, 0, 0, 1, 1, spiBytes, count >> 8, count & 0xff);
  return { type: PayloadType.delete, body: concatBytes(head, ...spis) };
}

/** What was sent, by its description. */
export function sent(actions: readonly IkeAction[]): readonly string[] {
  return actions.flatMap((action) => action.type === "send" ? [action.description] : []);
}
