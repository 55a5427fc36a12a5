/** What a responder answers to first messages that are odd, wrong, or of protocols and drafts it does not do. */

import { assert, assertEquals } from "@std/assert";
import type { KeyQuery } from "../../../firmware/ike/mod.ts";
import { fromHex, INITIATOR, KEY, policy, RESPONDER, text, toHex, TwoEngines } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

interface FirstMessage {
  readonly name: string;
  readonly source: string;
  /** The first word of a message of phase 1, the name of a notification, or "none". */
  readonly answer: string;
  readonly hex: string;
}

/** Only the name host.example has a key in aggressive mode; every address has one. */
function keyOf(query: KeyQuery): Uint8Array | undefined {
  if (query.type === "address") return text(KEY);
  return toHex(query.identification.data) === toHex(text("host.example")) ? text(KEY) : undefined;
}

/** Delivers one message to a responder that nobody hears; the answer, and how many exchanges are half open then. */
function answerTo(message: Uint8Array) {
  const pair = new TwoEngines({
    policy: policy("aes128-sha1-modp1024"),
    responderKey: keyOf,
    wire: () => [],
  });
  pair.deliver("responder", { source: INITIATOR, destination: RESPONDER, payload: message });
  pair.run(500);
  const answers = pair.sent.map(({ description }) => description.replace(/^informational: |:.*$/g, ""));
  return { answers, halfOpen: pair.engines.responder.halfOpenCount };
}

const { packets } = vectors<{ readonly packets: readonly FirstMessage[] }>("first-messages");

for (const { name, source, answer, hex } of packets) {
  Deno.test(`IkeEngine, first message: ${name}: ${answer}`, () => {
    const goesOn = answer.includes(" mode ");
    const expected = { answers: answer === "none" ? [] : [answer], halfOpen: goesOn ? 1 : 0 };
    assertEquals(answerTo(fromHex(hex)), expected, source);
  });
}

Deno.test("IkeEngine: five thousand fragments leave nothing behind (CVE-2016-10396)", () => {
  const fragment = packets.find(({ name }) => name.startsWith("a fragment"));
  const pair = new TwoEngines({ policy: policy("aes128-sha1-modp1024"), wire: () => [] });
  let received = 0;
  for (let count = 0; count < 5000; count++) {
    const payload = fromHex(fragment?.hex ?? "");
    // Number and position of a fragment: another one each time.
    payload[32] = count >>> 8;
    payload[34] = 1 + count % 254;
    received += payload.length;
    pair.deliver("responder", { source: INITIATOR, destination: RESPONDER, payload });
  }
  assertEquals([pair.engines.responder.halfOpenCount, pair.engines.responder.exchangeCount], [0, 0]);
  const sent = pair.sent.reduce((sum, { datagram }) => sum + datagram.payload.length, 0);
  assert(received > 0 && sent <= received, `${received} bytes received, ${sent} sent`);
});
