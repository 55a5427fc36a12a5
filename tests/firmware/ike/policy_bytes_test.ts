/** What a policy says of bytes is on the wire: padding, whole words, nonces, INITIAL-CONTACT, lifetimes. */

import { assert, assertEquals } from "@std/assert";
import { decodePacket } from "../../../firmware/ike/header.ts";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import { type IkePolicy, parseSuite, type Phase1Mode } from "../../../firmware/ike/mod.ts";
import { findPayload } from "../../../firmware/ike/payloads.ts";
import { openLast } from "./insider.ts";
import { FQDN_ID, fromHex, policy, text, toHex, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";
const BLOCK_BYTES = 16;

/** An exchange between ends of one policy. */
function exchange(
  own: Partial<IkePolicy>,
  mode: Phase1Mode = "main",
  { seed = "bytes", name }: { readonly seed?: string; readonly name?: string } = {},
): TwoEngines {
  const pair = new TwoEngines({ policy: policy(SUITE, { deadPeerDetection: undefined, ...own }), seed });
  const named = name === undefined ? {} : { identity: { idType: 2, data: text(name) } };
  pair.initiate(mode, mode === "aggressive" ? { identity: FQDN_ID } : named);
  pair.settle(1000);
  assertEquals(pair.establishedEnds, ["initiator", "responder"]);
  return pair;
}

/** What follows the last payload of message 5 of main mode. */
function paddingOf(padding: IkePolicy["padding"], name: string, seed = "bytes"): Uint8Array {
  const pair = exchange({ initialContact: "never", padding }, "main", { seed, name });
  const messages = pair.sent.slice(0, 5).map(({ datagram }) => datagram.payload);
  const opened = openLast(parseSuite(SUITE), fromHex(pair.cipherKeys[0] ?? ""), messages);
  assert(opened !== undefined);
  const packet = decodePacket(opened.plain);
  assert(packet.type === "packet");
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, true);
  assert(decoded.type === "payloads");
  return packet.body.slice(decoded.offsets.at(-1));
}

Deno.test("Padding: as few zeros as fill the block, at least one, or random bytes of which the last counts the others", () => {
  // ID and HASH have 32 bytes besides the name.
  for (let length = 1; length <= BLOCK_BYTES; length++) {
    const name = "n".repeat(length);
    const missing = BLOCK_BYTES - length;
    assertEquals(paddingOf("least", name), new Uint8Array(missing));
    assertEquals(paddingOf("at least one", name), new Uint8Array(missing || BLOCK_BYTES));
    const random = paddingOf("random", name);
    assertEquals([random.length, random.at(-1)], [missing || BLOCK_BYTES, (missing || BLOCK_BYTES) - 1]);
  }
  assert(toHex(paddingOf("random", "n")) !== toHex(paddingOf("random", "n", "another seed")));
});

Deno.test("Whole words: a message that is not encrypted is filled up to them, and the peer takes it", () => {
  // A vendor id of one byte leaves three to be filled.
  const vendorIds = [Uint8Array.of(7)];
  const lengths = (wholeWords: boolean) =>
    exchange({ wholeWords, vendorIds, natTraversal: false }).sent.slice(0, 2)
      .map(({ datagram: { payload } }) => [payload.length % 4, new DataView(payload.buffer).getUint32(24) % 4]);
  assertEquals(lengths(false), [[1, 1], [1, 1]]);
  assertEquals(lengths(true), [[0, 0], [0, 0]]);
});

Deno.test("Nonces are as long as the policy says", () => {
  for (const nonceBytes of [8, 16, 256]) {
    const [, , third] = exchange({ nonceBytes }).sent;
    const packet = decodePacket(third?.datagram.payload ?? new Uint8Array(0));
    assert(packet.type === "packet");
    const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
    assert(decoded.type === "payloads");
    assertEquals(findPayload(decoded.payloads, "nonce")?.body.length, nonceBytes);
  }
});

Deno.test("INITIAL-CONTACT is said where the policy says, once", () => {
  const saying = (initialContact: IkePolicy["initialContact"], mode: Phase1Mode) =>
    exchange({ initialContact }, mode).sent.map(({ description }) => description)
      .filter((each) => /: ID, HASH, N$|INITIAL-CONTACT/.test(each));
  const inMessage5 = ["main mode 5 encrypted: ID, HASH, N"];
  const apart = ["informational encrypted: HASH, INITIAL-CONTACT"];
  assertEquals(saying("never", "main"), []);
  assertEquals(saying("message 5", "main"), inMessage5);
  assertEquals(saying("last message", "main"), inMessage5);
  assertEquals(saying("informational", "main"), apart);
  assertEquals(saying("never", "aggressive"), []);
  assertEquals(saying("message 5", "aggressive"), []);
  assertEquals(saying("last message", "aggressive"), apart);
  assertEquals(saying("informational", "aggressive"), apart);
});

Deno.test("A lifetime in kilobytes is offered, chosen and kept no account of", () => {
  for (const choice of ["unchanged", "encoded anew"] as const) {
    const pair = exchange({ lifetimeKilobytes: 250_000, choice, durationForm: "four bytes" });
    for (const { datagram } of pair.sent.slice(0, 2)) {
      const hex = toHex(datagram.payload);
      assert(hex.includes("800b0001000c000400007080800b0002000c00040003d090"), hex);
    }
    assertEquals(pair.established.map(({ summary }) => summary.lifetimeSeconds), [28_800, 28_800]);
  }
});

Deno.test("An initiator does not begin a mode that its policy does not have; one that does not answer, answers none", () => {
  const aggressive = new TwoEngines({ policy: policy(SUITE, { modes: ["main"] }) });
  aggressive.initiate("aggressive");
  assertEquals(aggressive.failed.map(({ reason, text }) => [reason, text]), [
    ["invalid request", "the policy has no aggressive mode"],
  ]);
  const silent = new TwoEngines({ policy: policy(SUITE), responderOptions: { answers: false } });
  silent.initiate("main");
  silent.settle(60_000);
  assertEquals(silent.established, []);
  assertEquals(silent.sent.filter(({ from }) => from === "responder").map(({ description }) => description), [
    ...new Array(silent.sent.filter(({ from }) => from === "initiator").length).fill(
      "informational: INVALID-EXCHANGE-TYPE",
    ),
  ]);
});
