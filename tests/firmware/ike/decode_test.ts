/** The codec: strict on receipt, exact on sending, and every refusal has the notification that the RFC names. */

import { concatBytes } from "@noble/hashes/utils.js";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeAttributes, encodeAttributes, lifetimeOf, sameAttributes } from "../../../firmware/ike/attributes.ts";
import { uint32 } from "../../../firmware/ike/bytes.ts";
import { CIPHER_NAMES } from "../../../firmware/ike/ciphers.ts";
import { NotifyType, PayloadType } from "../../../firmware/ike/constants.ts";
import { decodePayloads, MAX_PAYLOADS } from "../../../firmware/ike/decode.ts";
import { deleteBody, encodePayloads, identificationBody, notificationBody } from "../../../firmware/ike/encode.ts";
import { HASH_NAMES } from "../../../firmware/ike/hash_functions.ts";
import { decodePacket, encodePacket, HEADER_BYTES } from "../../../firmware/ike/header.ts";
import { decodeSecurityAssociation, offerBody } from "../../../firmware/ike/security_association.ts";
import {
  formatSuite,
  groupOf,
  meaningOf,
  parseSuite,
  suiteAttributes,
  SuiteError,
} from "../../../firmware/ike/suite.ts";
import { publicValueProblem } from "../../../firmware/ike/diffie_hellman.ts";
import { DIFFIE_HELLMAN_GROUPS } from "../../../firmware/ike/groups.ts";
import type { ModpGroup } from "../../../firmware/ike/modp_groups.ts";
import { bigintToBytes } from "../../../sim/parts/modular_exponentiation.ts";
import { fromHex, text } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

const OFFER = offerBody([suiteAttributes(parseSuite("aes128-sha1-modp1024"), 28_800)]);

const HEADER = {
  initiatorCookie: new Uint8Array(8).fill(1),
  responderCookie: new Uint8Array(8),
  nextPayload: PayloadType.securityAssociation,
  exchangeType: 2,
  flags: 0,
  messageId: 0,
};

/** Some bytes with others put at an offset. */
function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const result = bytes.slice();
  result.set(values, at);
  return result;
}

function chain(...payloads: readonly (readonly [number, Uint8Array])[]): readonly [number, Uint8Array] {
  return [payloads[0]?.[0] ?? 0, encodePayloads(payloads.map(([type, body]) => ({ type, body })))];
}

function refusalOf(result: { readonly type: string; readonly notifyType?: number }): number | undefined {
  return result.type === "refused" ? result.notifyType : undefined;
}

Deno.test("decodePacket() refuses headers with the notification that RFC 2408 names", () => {
  const good = encodePacket(HEADER, encodePayloads([{ type: 1, body: OFFER }]));
  assertEquals(decodePacket(good).type, "packet");
  const cases: readonly (readonly [string, Uint8Array, number])[] = [
    ["nothing", new Uint8Array(0), NotifyType.payloadMalformed],
    ["too short", good.slice(0, HEADER_BYTES - 1), NotifyType.payloadMalformed],
    ["too long", encodePacket(HEADER, new Uint8Array(16_384 - 27)), NotifyType.payloadMalformed],
    ["length too small", patched(good, 27, good.length - 1), NotifyType.unequalPayloadLengths],
    ["length too large", patched(good, 24, 1), NotifyType.unequalPayloadLengths],
    ["major version", patched(good, 17, 0x20), NotifyType.invalidMajorVersion],
    ["minor version", patched(good, 17, 0x11), NotifyType.invalidMinorVersion],
    ["reserved flags", patched(good, 19, 0x08), NotifyType.invalidFlags],
    ["zero cookie", patched(good, 0, 0, 0, 0, 0, 0, 0, 0, 0), NotifyType.invalidCookie],
  ];
  for (const [name, bytes, expected] of cases) assertEquals(refusalOf(decodePacket(bytes)), expected, name);
  for (const flags of [0, 1, 2, 4, 7]) assertEquals(decodePacket(patched(good, 19, flags)).type, "packet");
});

Deno.test("decodePayloads() refuses bad chains and bad payloads with the notification that RFC 2408 names", () => {
  const nonce = new Uint8Array(16).fill(9);
  const { payloadMalformed, invalidPayloadType, doiNotSupported, invalidIdInformation } = NotifyType;
  const [, good] = chain([10, nonce], [13, text("vendor")]);
  const cases: readonly (readonly [string, number, Uint8Array, number])[] = [
    ["no payload", 0, new Uint8Array(0), payloadMalformed],
    ["header cut off", 10, new Uint8Array(3), payloadMalformed],
    ["length 0", 10, patched(good, 2, 0, 0), payloadMalformed],
    ["length 3", 10, patched(good, 2, 0, 3), payloadMalformed],
    ["length past the end", 10, patched(good, 2, 0xff, 0xff), payloadMalformed],
    ["second length past the end", 10, patched(good, 22, 0, 11), payloadMalformed],
    ["reserved byte", 10, patched(good, 1, 1), payloadMalformed],
    ["bytes behind the last payload", 10, concatBytes(good, new Uint8Array(4)), payloadMalformed],
    ["fill bytes that are not zero", 10, concatBytes(good, Uint8Array.of(0, 1)), payloadMalformed],
    ["proposal outside an SA", ...chain([2, nonce]), invalidPayloadType],
    ["transform outside an SA", ...chain([3, nonce]), invalidPayloadType],
    ["unassigned type", ...chain([99, nonce]), invalidPayloadType],
    ["nonce of 7", ...chain([10, new Uint8Array(7)]), payloadMalformed],
    ["nonce of 257", ...chain([10, new Uint8Array(257)]), payloadMalformed],
    ["two nonces", ...chain([10, nonce], [10, nonce]), payloadMalformed],
    ["two key exchanges", ...chain([4, nonce], [4, nonce]), payloadMalformed],
    ["two hashes", ...chain([8, nonce], [8, nonce]), payloadMalformed],
    [
      "two identifications",
      ...chain([5, identificationBody(2, nonce)], [5, identificationBody(2, nonce)]),
      payloadMalformed,
    ],
    ["two SAs", ...chain([1, OFFER], [1, OFFER]), payloadMalformed],
    ["empty key exchange", ...chain([4, new Uint8Array(0)]), payloadMalformed],
    ["empty hash", ...chain([8, new Uint8Array(0)]), payloadMalformed],
    ["identification without data", ...chain([5, new Uint8Array(4)]), payloadMalformed],
    ["IPv4 of 5 bytes", ...chain([5, identificationBody(1, new Uint8Array(5))]), invalidIdInformation],
    ["IPv6 of 4 bytes", ...chain([5, identificationBody(5, new Uint8Array(4))]), invalidIdInformation],
    ["name with a terminator", ...chain([5, identificationBody(2, text("host\0"))]), invalidIdInformation],
    ["notification of 7", ...chain([11, new Uint8Array(7)]), payloadMalformed],
    ["notification of another DOI", ...chain([11, patched(notificationBody(14, nonce), 0, 9)]), doiNotSupported],
    [
      "notification whose SPI does not fit",
      ...chain([11, patched(notificationBody(14, nonce), 5, 17)]),
      payloadMalformed,
    ],
    ["delete of 7", ...chain([12, new Uint8Array(7)]), payloadMalformed],
    ["delete with too many SPIs", ...chain([12, patched(deleteBody(nonce), 6, 0xff, 0xff)]), payloadMalformed],
    [
      "delete with SPIs of no length",
      ...chain([12, patched(deleteBody(new Uint8Array(0)), 6, 0xff, 0xff)]),
      payloadMalformed,
    ],
  ];
  for (const [name, first, bytes, expected] of cases) {
    assertEquals(refusalOf(decodePayloads(first, bytes, false)), expected, name);
  }
  const vendorIds = (count: number) => chain(...Array.from({ length: count }, () => [13, nonce] as const));
  assertEquals(decodePayloads(...vendorIds(MAX_PAYLOADS), false).type, "payloads");
  assertEquals(refusalOf(decodePayloads(...vendorIds(MAX_PAYLOADS + 1), false)), payloadMalformed);
});

Deno.test("decodePayloads() takes padding, fill bytes, unknown vendor ids, certificates and private types", () => {
  const nonce = new Uint8Array(16).fill(9);
  const [first, bytes] = chain([10, nonce], [13, text("anything")], [7, Uint8Array.of(4)], [130, nonce], [21, nonce]);
  const plain = decodePayloads(first, concatBytes(bytes, new Uint8Array(3)), false);
  const padded = decodePayloads(first, concatBytes(bytes, new Uint8Array(16).fill(0xee)), true);
  for (const decoded of [plain, padded]) {
    assert(decoded.type === "payloads");
    assertEquals(decoded.payloads.map(({ type }) => type), ["nonce", "vendor-id", "other", "other", "other"]);
  }
});

Deno.test("decodeSecurityAssociation() refuses bad proposals with the notification that RFC 2408 names", () => {
  const {
    badProposalSyntax,
    doiNotSupported,
    situationNotSupported,
    invalidSpi,
  } = NotifyType;
  // 0 DOI, 4 situation, 8 proposal (12 number, 13 protocol, 14 SPI size, 15 count), 16 transform (20 number, 21 id), 24 attributes.
  const cases: readonly (readonly [string, Uint8Array, number])[] = [
    ["too short", OFFER.slice(0, 7), NotifyType.payloadMalformed],
    ["no proposal", OFFER.slice(0, 8), badProposalSyntax],
    ["another DOI", patched(OFFER, 3, 2), doiNotSupported],
    ["secrecy", patched(OFFER, 7, 3), situationNotSupported],
    ["SPI of 17", patched(OFFER, 14, 17), invalidSpi],
    ["more transforms announced", patched(OFFER, 15, 2), badProposalSyntax],
    ["no transform announced", patched(OFFER, 15, 0), badProposalSyntax],
    ["proposal of length 0", patched(OFFER, 10, 0, 0), badProposalSyntax],
    ["proposal too long", patched(OFFER, 10, 0xff, 0xff), badProposalSyntax],
    ["proposal followed by a transform", patched(OFFER, 8, 3), badProposalSyntax],
    ["reserved byte of the proposal", patched(OFFER, 9, 1), badProposalSyntax],
    ["transform of length 7", patched(OFFER, 18, 0, 7), badProposalSyntax],
    ["transform too long", patched(OFFER, 18, 1, 0), badProposalSyntax],
    ["reserved field of the transform", patched(OFFER, 23, 1), badProposalSyntax],
    [
      "attribute longer than the transform",
      patched(OFFER, OFFER.length - 4, 0x00, 0x0c, 0xff, 0xff),
      badProposalSyntax,
    ],
    ["bytes behind the proposal", concatBytes(OFFER, new Uint8Array(4)), badProposalSyntax],
  ];
  assertEquals(decodeSecurityAssociation(OFFER).type, "security-association");
  for (const [name, body, expected] of cases) assertEquals(refusalOf(decodeSecurityAssociation(body)), expected, name);
});

Deno.test("decodeSecurityAssociation() keeps what it does not know without its attributes, be they garbage", () => {
  for (
    const [name, body] of [["protocol ESP", patched(OFFER, 13, 3)], ["transform id 2", patched(OFFER, 21, 2)]] as const
  ) {
    for (const bytes of [body, patched(body, body.length - 4, 0x00, 0x0c, 0xff, 0xff)]) {
      const decoded = decodeSecurityAssociation(bytes);
      assert(decoded.type === "security-association", name);
      assertEquals(
        decoded.proposals.map(({ transforms }) => transforms.map(({ attributes }) => attributes)),
        [[[]]],
        name,
      );
    }
  }
});

Deno.test("decodePayloads() takes reserved bytes that are not zero only if told to (RFC 2408 §5.3, §5.6)", () => {
  const places = [9, 17, 22, 23].map((index) => patched(OFFER, index, 1));
  for (const body of places) {
    assertEquals(decodeSecurityAssociation(body).type, "refused");
    assertEquals(decodeSecurityAssociation(body, true).type, "security-association");
  }
  const vendorId = encodePayloads([{ type: 13, body: new Uint8Array(8) }]);
  assertEquals(decodePayloads(13, patched(vendorId, 1, 1), false).type, "refused");
  assertEquals(decodePayloads(13, patched(vendorId, 1, 1), false, true).type, "payloads");
});

Deno.test("decodePacket() and decodePayloads(): packets of published captures, good and malformed", () => {
  type Packets = readonly { readonly hex: string }[];
  const malformed = vectors<{ readonly bad_payload_length: Packets; readonly duplicate_proposals: Packets }>(
    "public-malformed",
  );
  const decode = (hex: string) => {
    const packet = decodePacket(fromHex(hex));
    assert(packet.type === "packet");
    return packet.encrypted ? undefined : decodePayloads(packet.header.nextPayload, packet.body, false);
  };
  for (const { hex } of malformed.bad_payload_length) assertEquals(decode(hex)?.type, "refused");
  for (const { hex } of malformed.duplicate_proposals) {
    const decoded = decode(hex);
    assert(decoded?.type === "payloads" && decoded.payloads[0]?.type === "security-association");
    const meanings = decoded.payloads[0].proposals.flatMap(({ transforms }) => transforms).map(meaningOf);
    assertEquals(meanings.map(({ type }) => type), ["unusable"], "its attributes are repeated");
  }
  const { packets } = vectors<{ readonly packets: Packets }>("public-cisco-main");
  assertEquals(packets.map(({ hex }) => decode(hex)?.type), [
    ...Array.from({ length: 4 }, () => "payloads"),
    ...Array.from({ length: 5 }, () => undefined),
  ]);
});

Deno.test("encodeAttributes() and decodeAttributes() are the inverse of each other; both forms mean the same", () => {
  for (const value of [0, 1, 0xffff, 0x10000, 0xffffffff]) {
    const decoded = decodeAttributes(encodeAttributes([{ type: 12, value }, { type: 1, value: 7 }]));
    assert(decoded.type === "attributes");
    assertEquals(decoded.attributes, [{ type: 12, value }, { type: 1, value: 7 }]);
  }
  const short = decodeAttributes(fromHex("800b0001800c3840"));
  const long = decodeAttributes(fromHex("000c0008000000000000384000" + "0b000101"));
  assert(short.type === "attributes" && long.type === "attributes");
  assert(sameAttributes(short.attributes, long.attributes));
  assert(!sameAttributes(short.attributes, short.attributes.slice(1)));
});

Deno.test("lifetimeOf() reads pairs of type and duration in either form, and refuses what makes no sense", () => {
  const lifetime = (hex: string) => {
    const decoded = decodeAttributes(fromHex(hex));
    assert(decoded.type === "attributes");
    return lifetimeOf(decoded.attributes);
  };
  assertEquals(lifetime(""), { seconds: undefined });
  assertEquals(lifetime("800b0001800c7080"), { seconds: 28_800 });
  assertEquals(lifetime("800b0001000c000400015180"), { seconds: 86_400 });
  assertEquals(lifetime("800b0001000c00080000000000015180"), { seconds: 86_400 });
  assertEquals(lifetime("800b0002800c1000800b0001800c0e10"), { seconds: 3600 });
  assertEquals(lifetime("800b0002800c1000"), { seconds: undefined });
  assertEquals(lifetime("800b0001800c0000"), { seconds: undefined }, "as charon sends it where none is configured");
  const nonsense = [
    "800c7080", // a duration without a type
    "800b0001", // a type without a duration
    "800b0003800c0001", // an unknown type
    "800b0001800c0001800b0001800c0002", // twice
    "800b0001000c0009ffffffffffffffffff", // no safe integer
    "800b0001000c0000", // no bytes
  ];
  for (const hex of nonsense) assertEquals(lifetime(hex), undefined, hex);
});

Deno.test("meaningOf() finds in a transform the suite that suiteAttributes() put there, and no other", () => {
  for (const cipherName of CIPHER_NAMES) {
    for (const hashName of HASH_NAMES) {
      for (const { number, name } of DIFFIE_HELLMAN_GROUPS) {
        const suite = parseSuite(`${cipherName}-${hashName}-${name}`);
        const decoded = decodeSecurityAssociation(offerBody([suiteAttributes(suite, 86_400)]));
        assert(decoded.type === "security-association");
        const [transform] = decoded.proposals[0]?.transforms ?? [];
        assert(transform !== undefined);
        assertEquals(meaningOf(transform), { type: "usable", suite, lifetimeSeconds: 86_400 });
        assertEquals(parseSuite(formatSuite(suite)), suite);
        assertEquals(groupOf(suite).number, number);
      }
    }
  }
});

Deno.test("meaningOf() finds transforms unusable that a responder would have to guess about", () => {
  const usable = "80010007800e0080800200028004000280030001800b0001800c7080";
  const meaning = (hex: string) => {
    const decoded = decodeSecurityAssociation(offerBody([fromHex(hex)]));
    assert(decoded.type === "security-association");
    const [transform] = decoded.proposals[0]?.transforms ?? [];
    assert(transform !== undefined);
    return meaningOf(transform).type;
  };
  assertEquals(meaning(usable), "usable");
  const cases = [
    usable.replace("800e0080", ""), // AES without a key length
    usable.replace("800e0080", "800e0081"), // AES of 129 bits
    usable.replace("80010007", "80010005"), // 3DES with a key length
    usable.replace("80010007", "80010006"), // CAST
    usable.replace("80020002", "80020003"), // Tiger
    usable.replace("80040002", "80040003"), // EC2N
    usable.replace("80030001", "80030003"), // RSA signatures
    usable.replace("80030001", ""), // no authentication method
    usable + "80020002", // the hash twice
    usable + "80110001", // an unknown attribute
    usable + "0006000102", // a group's prime
    usable.replace("800c7080", ""), // a life type without a duration
  ];
  for (const hex of cases) assertEquals(meaning(hex), "unusable", hex);
});

Deno.test("parseSuite() says what was given and what is accepted", () => {
  for (
    const given of ["", "aes128", "aes128-sha1", "aes128-sha1-modp999", "rc4-sha1-modp1024", "aes128-sha1-modp1024-x"]
  ) {
    const error = assertThrows(() => parseSuite(given), SuiteError);
    assert(error instanceof SuiteError && error.given === given && error.message.includes("modp2048"));
  }
});

/** The groups of primes. */
const MODP_GROUPS = DIFFIE_HELLMAN_GROUPS.filter((group): group is ModpGroup => "prime" in group);

Deno.test("the groups of primes have those of the RFCs", () => {
  const { groups } = vectors<{ readonly groups: readonly { readonly group: number; readonly p: string }[] }>(
    "modp-groups",
  );
  assert(MODP_GROUPS.length >= 6);
  for (const { number, prime } of MODP_GROUPS) {
    const expected = groups.find(({ group }) => group === number);
    assertEquals(prime, BigInt(`0x${expected?.p}`), `group ${number}`);
  }
});

Deno.test("publicValueProblem() lets only values through that have the group's length and lie between 1 and p - 1", () => {
  for (const group of MODP_GROUPS) {
    const { number, prime, publicBytes: lengthBytes } = group;
    for (const value of [0n, 1n, prime - 1n, prime, prime + 1n, (1n << BigInt(group.bits)) - 1n]) {
      assert(publicValueProblem(group, bigintToBytes(value, lengthBytes)) !== undefined, `${number}: ${value}`);
    }
    for (const value of [2n, prime - 2n, prime / 2n]) {
      assertEquals(publicValueProblem(group, bigintToBytes(value, lengthBytes)), undefined);
    }
    for (const length of [0, lengthBytes - 1, lengthBytes + 1]) {
      assert(publicValueProblem(group, new Uint8Array(length).fill(0x55)) !== undefined);
    }
  }
});

Deno.test("encodePacket() and encodePayloads() are undone by decoding, and lay bytes out as RFC 2408 §3 draws them", () => {
  const bytes = encodePacket(
    { ...HEADER, nextPayload: PayloadType.notification, exchangeType: 5, messageId: 0x01020304 },
    encodePayloads([{ type: 11, body: notificationBody(36136, new Uint8Array(16).fill(0xaa), uint32(7)) }]),
  );
  const expected = "0101010101010101" + "0000000000000000" + "0b100500" + "01020304" + "0000003c" +
    "00000020" + "00000001" + "01108d28" + "aa".repeat(16) + "00000007";
  assertEquals(bytes, fromHex(expected));
  const packet = decodePacket(bytes);
  assert(packet.type === "packet");
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
  assert(decoded.type === "payloads" && decoded.payloads[0]?.type === "notification");
  assertEquals(decoded.payloads[0].notifyType, 36136);
  assertEquals(decoded.payloads[0].data, uint32(7));
  assertEquals(decoded.offsets, [0, 32]);
});
