/** Offers with transforms that cannot be taken beside one that can. */

import { assertEquals } from "@std/assert";
import { decodeAttributes, encodeAttributes } from "../../../firmware/ike/attributes.ts";
import { AttributeType, ExchangeType, PayloadType } from "../../../firmware/ike/constants.ts";
import { encodePayloads } from "../../../firmware/ike/encode.ts";
import { encodePacket } from "../../../firmware/ike/header.ts";
import { offerBody } from "../../../firmware/ike/security_association.ts";
import { parseSuite, suiteAttributes } from "../../../firmware/ike/suite.ts";
import { INITIATOR, policy, RESPONDER, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";
const GOOD = suiteAttributes(parseSuite(SUITE), 28_800);
const OTHER = suiteAttributes(parseSuite("des-md5-modp768"), 60);

/** The good transform without one of its attributes. */
function without(type: number): Uint8Array {
  const decoded = decodeAttributes(GOOD);
  const attributes = decoded.type === "attributes" ? decoded.attributes : [];
  return encodeAttributes(
    attributes.filter((each) => each.type !== type).map((each) => ({ type: each.type, value: each.value ?? 0 })),
  );
}

/** What a responder says to an offer of some transforms in main mode. */
function answerTo(transforms: readonly Uint8Array[]): readonly string[] {
  const pair = new TwoEngines({ policy: policy(SUITE), wire: () => [] });
  const header = {
    initiatorCookie: new Uint8Array(8).fill(1),
    responderCookie: new Uint8Array(8),
    nextPayload: PayloadType.securityAssociation,
    exchangeType: ExchangeType.identityProtection,
    flags: 0,
    messageId: 0,
  };
  const chain = encodePayloads([{ type: PayloadType.securityAssociation, body: offerBody(transforms) }]);
  pair.deliver("responder", { source: INITIATOR, destination: RESPONDER, payload: encodePacket(header, chain) });
  return pair.sent.map(({ description }) => description.replace(/: SA.*$/, ""));
}

const CHOSEN = ["main mode 2"];
const REFUSED = ["informational: NO-PROPOSAL-CHOSEN"];

Deno.test("IkeEngine passes a transform over that lacks a mandatory attribute, and takes the next", () => {
  const { encryption, hash, authentication, group, keyLength } = AttributeType;
  for (const type of [encryption, hash, authentication, group, keyLength]) {
    assertEquals(answerTo([without(type)]), REFUSED, `attribute ${type}`);
    assertEquals(answerTo([without(type), GOOD]), CHOSEN, `attribute ${type}`);
    assertEquals(answerTo([GOOD, without(type)]), CHOSEN, `attribute ${type}`);
  }
});

Deno.test("IkeEngine follows 64 transforms of a proposal", () => {
  const transforms = Array.from({ length: 63 }, () => OTHER);
  assertEquals(answerTo(transforms), REFUSED);
  assertEquals(answerTo([...transforms, GOOD]), CHOSEN);
});

Deno.test("IkeEngine follows 255 transforms with every attribute that daemons send, in 11 and in 14 KiB", () => {
  // Lifetimes in four bytes each, in seconds and kilobytes, as racoon has them; then the group's type and generator, too.
  const kilobytes = [{ type: AttributeType.lifeType, value: 2 }, { type: AttributeType.lifeDuration, value: 2 ** 31 }];
  const more = encodeAttributes([...kilobytes, { type: AttributeType.groupType, value: 1 }]);
  for (const attributes of [more.subarray(0, 12), more]) {
    const long = (suite: Uint8Array) => new Uint8Array([...suite, ...attributes]);
    const transforms = Array.from({ length: 254 }, () => long(OTHER));
    assertEquals(answerTo([...transforms, long(OTHER)]), REFUSED);
    assertEquals(answerTo([...transforms, long(GOOD)]), CHOSEN);
  }
});

Deno.test("IkeEngine follows all 255 transforms that a proposal can have (RFC 2408 §3.5)", () => {
  for (const count of [65, 128, 255]) {
    const transforms = Array.from({ length: count - 1 }, () => OTHER);
    assertEquals(answerTo([...transforms, OTHER]), REFUSED, `${count} transforms`);
    assertEquals(answerTo([...transforms, GOOD]), CHOSEN, `${count} transforms`);
  }
});
