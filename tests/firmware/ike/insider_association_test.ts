/** Protected messages of an association that are repeated, out of order, or say nonsense. */

import { concatBytes } from "@noble/hashes/utils.js";
import { assertEquals } from "@std/assert";
import { NotifyType, PayloadType } from "../../../firmware/ike/constants.ts";
import { deleteOf, InsiderAssociation, notification, rUThere, sent } from "./insider_association.ts";
import { fromHex } from "./two_engines.ts";

const ACKNOWLEDGED = ["informational encrypted: HASH, R-U-THERE-ACK"];

Deno.test("IkeEngine: an association that is deleted twice, in one message or two, is gone once", () => {
  const once = new InsiderAssociation();
  once.inform("responder", 9, deleteOf([once.spi], 16), deleteOf([once.spi], 16));
  once.inform("responder", 10, deleteOf([once.spi], 16));
  assertEquals(once.pair.engines.responder.exchangeCount, 0);
  assertEquals(once.pair.deleted.map(({ end, cause }) => [end, cause]), [["responder", "deleted by peer"]]);
  const thrice = new InsiderAssociation();
  thrice.inform("responder", 9, deleteOf([thrice.spi, thrice.spi, thrice.spi], 16));
  assertEquals(thrice.pair.engines.responder.exchangeCount, 0);
  assertEquals(thrice.pair.deleted.length, 1);
});

Deno.test("IkeEngine: a delete that does not name the association by both cookies deletes nothing", () => {
  const { spi } = new InsiderAssociation();
  const cases = [
    deleteOf([Uint8Array.of(1, 2, 3, 4)], 4),
    deleteOf([], 0, 0xffff),
    deleteOf([spi.slice(0, 8)], 8),
    deleteOf([concatBytes(spi.slice(8), spi.slice(0, 8))], 16),
    deleteOf([], 16),
  ];
  const association = new InsiderAssociation();
  for (const [index, payload] of cases.entries()) association.inform("responder", 20 + index, payload);
  assertEquals(association.pair.deleted, []);
  assertEquals(association.pair.engines.responder.exchangeCount, 1);
});

Deno.test("IkeEngine acknowledges R-U-THERE with a higher sequence number, however much higher, and no lower one", () => {
  const association = new InsiderAssociation();
  const { spi } = association;
  const swapped = concatBytes(spi.slice(8), spi.slice(0, 8));
  const ask = (messageId: number, sequence: number, about = spi) =>
    sent(association.inform("responder", messageId, rUThere(about, sequence)));
  assertEquals(ask(101, 100), ACKNOWLEDGED);
  assertEquals(ask(102, 101), ACKNOWLEDGED);
  assertEquals(ask(103, 99), []);
  assertEquals(ask(104, 0x7fff_ffff), ACKNOWLEDGED);
  assertEquals(ask(105, 0), [], "a sequence number that began anew");
  assertEquals(ask(106, 0x8000_0000, swapped), [], "about another association");
  assertEquals(ask(107, 0x8000_0000, new Uint8Array(0)), [], "about none");
});

Deno.test("IkeEngine acknowledges R-U-THERE again when the acknowledgement was lost (RFC 3706 §5.5)", () => {
  const association = new InsiderAssociation();
  const ask = (messageId: number, sequence: number) =>
    sent(association.inform("responder", messageId, rUThere(association.spi, sequence)));
  assertEquals(ask(101, 100), ACKNOWLEDGED);
  for (const messageId of [102, 103, 104]) assertEquals(ask(messageId, 100), ACKNOWLEDGED, `message ${messageId}`);
  assertEquals(ask(105, 99), [], "an older one is not repeated, but played again");
});

Deno.test("IkeEngine does not take a message id twice, be it thirty messages old", () => {
  const association = new InsiderAssociation();
  const vendorId = { type: PayloadType.vendorId, body: Uint8Array.of(1) };
  for (let messageId = 400; messageId < 430; messageId++) association.inform("responder", messageId, vendorId);
  const { dropped } = association.pair.engines.responder;
  assertEquals(sent(association.inform("responder", 400, rUThere(association.spi, 7))), []);
  assertEquals(association.pair.engines.responder.dropped, dropped + 1);
  assertEquals(sent(association.inform("responder", 430, rUThere(association.spi, 7))), ACKNOWLEDGED);
});

Deno.test("IkeEngine: RESPONDER-LIFETIME shortens a lifetime, and otherwise changes nothing (RFC 2407 §4.6.3.1)", () => {
  const timers = (data: string) => {
    const association = new InsiderAssociation();
    const payload = notification(NotifyType.responderLifetime, association.spi, fromHex(data));
    const actions = association.inform("initiator", 201, payload);
    return actions.filter(({ type }) => type === "start-timer").length > 0;
  };
  assertEquals(timers("800b0001800c0001"), true, "1 s");
  assertEquals(timers("800b0001800c0000"), false, "0 s");
  assertEquals(timers("800b0001000c00047f000000"), false, "longer than what was agreed");
  assertEquals(timers(""), false, "nothing");
  assertEquals(timers("800b00010002000400007080"), false, "seconds in attribute 2, as FortiGate sent them");
  assertEquals(timers("8001000180020e10"), false, "attributes of IPsec");
});

Deno.test(
  "IkeEngine says UNSUPPORTED-EXCHANGE-TYPE to new group mode and what it does not know (RFC 2408 §5.2)",
  () => {
    for (const exchangeType of [6, 33, 34, 240]) {
      const association = new InsiderAssociation();
      const chain = Uint8Array.of(0, 0, 0, 24, ...new Uint8Array(20).fill(7));
      const answers = sent(association.deliver("responder", exchangeType, 77, PayloadType.hash, chain));
      assertEquals(answers.length, 1, `exchange type ${exchangeType}`);
      assertEquals(/UNSUPPORTED-EXCHANGE-TYPE/.test(answers[0] ?? ""), true, answers[0]);
      assertEquals(association.pair.deleted, []);
      assertEquals(association.pair.engines.responder.exchangeCount, 1);
    }
  },
);

Deno.test("IkeEngine acknowledges one question four times at the most, and takes its repetition for no sign of life", () => {
  const association = new InsiderAssociation();
  const ask = (messageId: number) => association.inform("responder", messageId, rUThere(association.spi, 100));
  const restarts = (messageId: number) => ask(messageId).filter(({ type }) => type === "start-timer").length;
  const first = ask(101);
  assertEquals(first.filter(({ type }) => type === "start-timer").length, 1, "the peer lives");
  for (const messageId of [102, 103, 104]) assertEquals(restarts(messageId), 0, `message ${messageId}`);
  assertEquals(sent(ask(105)), []);
});

Deno.test("IkeEngine heeds no lifetime below a minute", () => {
  for (const [data, seconds] of [["800b0001800c0001", 60], ["800b0001800c003d", 61]] as const) {
    const association = new InsiderAssociation();
    const payload = notification(NotifyType.responderLifetime, association.spi, fromHex(data));
    const timers = association.inform("initiator", 201, payload).flatMap((action) =>
      action.type === "start-timer" && action.purpose === "lifetime" ? [action.delayMilliseconds] : []
    );
    assertEquals(timers, [seconds * 1000]);
  }
});
