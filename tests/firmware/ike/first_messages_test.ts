/** What a responder answers to first messages that are odd, wrong, or of protocols and drafts it does not do. */

import { assert, assertEquals } from "@std/assert";
import type { KeyQuery } from "../../../firmware/ike/mod.ts";
import { openIssue } from "../../support/open_issue.ts";
import { fromHex, INITIATOR, KEY, policy, RESPONDER, text, toHex, TwoEngines } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

interface FirstMessage {
  readonly name: string;
  readonly source: string;
  /** The first word of a message of phase 1, the name of a notification, or "none". */
  readonly answer: string;
  readonly hex: string;
}

/** Those that are not answered as they should be yet. */
const OPEN: ReadonlySet<string> = new Set([
  "exchange type 6, unknown cookies",
  "exchange type 33, unknown cookies",
  "exchange type 240, unknown cookies",
  "attribute 5, group type MODP",
  "transform id 2, then a good one",
  "a good transform, then transform id 9",
  "a proposal of ESP, then one of ISAKMP",
  "70 transforms, the last acceptable",
  "payload 14 behind the SA",
  "payload 15 behind the SA",
]);

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
  const check = () => {
    const goesOn = answer.includes(" mode ");
    const expected = { answers: answer === "none" ? [] : [answer], halfOpen: goesOn ? 1 : 0 };
    assertEquals(answerTo(fromHex(hex)), expected, source);
  };
  const title = `IkeEngine, first message: ${name}: ${answer}`;
  if (OPEN.has(name)) openIssue(12, title, check);
  else Deno.test(title, check);
}

Deno.test("the names of first messages that are open belong to packets", () => {
  const names = packets.map(({ name }) => name);
  assertEquals([...OPEN].filter((name) => !names.includes(name)), []);
  assertEquals(new Set(names).size, names.length);
});

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
