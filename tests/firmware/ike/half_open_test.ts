/** What somebody who has proved nothing can make a responder keep and send. */

import { assert, assertEquals } from "@std/assert";
import { uint32 } from "../../../firmware/ike/bytes.ts";
import { type Datagram, type IkePolicy, STRONGSWAN_RETRANSMISSION } from "../../../firmware/ike/mod.ts";
import { FQDN_ID, policy, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";
const BOTH = ["initiator", "responder"] as const;

/** Half-open exchanges of one address that are kept: charon's block_threshold. */
const PER_ADDRESS = 5;

/** Message 1 of a mode. */
function firstMessage(mode: "main" | "aggressive", ikePolicy: IkePolicy): Datagram {
  const pair = new TwoEngines({ policy: ikePolicy, wire: () => [] });
  pair.initiate(mode, mode === "aggressive" ? { identity: FQDN_ID } : {});
  pair.run(100);
  const datagram = pair.sent[0]?.datagram;
  assert(datagram !== undefined);
  return datagram;
}

/** The same message of another exchange, from another address. */
function copyOf({ source, destination, payload }: Datagram, exchange: number, lastOctet: number): Datagram {
  const copy = payload.slice();
  copy.set(uint32(exchange + 1));
  const address = Uint8Array.of(203, 0, 113, lastOctet);
  return { source: { ...source, address }, destination, payload: copy };
}

/** A responder whose answers reach nobody, after some message and all the time it may take. */
function unheard(ikePolicy: IkePolicy, messages: readonly Datagram[]) {
  const pair = new TwoEngines({ policy: ikePolicy, wire: () => [] });
  for (const message of messages) pair.deliver("responder", message);
  pair.run(300_000);
  const answers = pair.sent.filter(({ from }) => from === "responder");
  return {
    answers: answers.length,
    sentBytes: answers.reduce((sum, { datagram }) => sum + datagram.payload.length, 0),
    receivedBytes: messages.reduce((sum, { payload }) => sum + payload.length, 0),
  };
}

const POLICIES: readonly IkePolicy[] = [
  policy("aes128-sha1-modp2048"),
  policy("aes128-sha1-modp2048", { retransmission: STRONGSWAN_RETRANSMISSION }),
  policy("aes128-sha1-modp768", { retransmission: STRONGSWAN_RETRANSMISSION }),
];

Deno.test("IkeEngine sends message 2 of aggressive mode three times at most to who has proved nothing", () => {
  for (const each of POLICIES) {
    const { answers } = unheard(each, [firstMessage("aggressive", each)]);
    assert(answers >= 1 && answers <= 3, `${each.retransmission.name}: ${answers} sendings`);
  }
});

Deno.test("IkeEngine sends message 2 three times at most, however often message 1 comes again", () => {
  for (const each of POLICIES) {
    for (const mode of ["main", "aggressive"] as const) {
      const message = firstMessage(mode, each);
      // The computations of aggressive mode are done before the repetitions come.
      const pair = new TwoEngines({ policy: each, wire: () => [] });
      for (let count = 0; count < 20; count++) {
        pair.deliver("responder", message);
        pair.run(pair.now + 100);
      }
      assertEquals(pair.sent.length, 3, `${mode} mode, ${each.retransmission.name}`);
      assert(pair.notes.some((note) => note.includes("the peer has proved nothing yet")));
    }
  }
});

Deno.test("IkeEngine sends no more than three times what it got to an address that has proved nothing", () => {
  for (const each of POLICIES) {
    for (const mode of ["main", "aggressive"] as const) {
      const message = firstMessage(mode, each);
      for (const exchanges of [1, 2, PER_ADDRESS, 40]) {
        const messages = Array.from({ length: exchanges }, (_, index) => copyOf(message, index, 9));
        const { sentBytes, receivedBytes } = unheard(each, messages);
        const place = `${mode} mode, ${each.retransmission.name}, ${exchanges} exchanges`;
        assert(sentBytes > 0, place);
        assert(sentBytes <= 3 * receivedBytes, `${place}: ${receivedBytes} bytes in, ${sentBytes} out`);
      }
    }
  }
});

Deno.test("IkeEngine answers a message 1 of main mode once, if it does not come again", () => {
  const { answers } = unheard(policy(SUITE), [firstMessage("main", policy(SUITE))]);
  assertEquals(answers, 1);
});

/** A pair of which the initiator hears message 2 right before a flood of first messages from one address. */
function floodedByOneAddress(messages: number): TwoEngines {
  const flood = firstMessage("main", policy(SUITE));
  let flooded = false;
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE),
    arrive: (to, _datagram, deliver) => {
      deliver();
      if (to !== "initiator" || flooded) return;
      flooded = true;
      for (let count = 0; count < messages; count++) pair.deliver("responder", copyOf(flood, count, 9));
    },
  });
  pair.initiate("main");
  pair.settle(60_000);
  return pair;
}

Deno.test("IkeEngine: a flood of first messages from one address does not push the exchange of another out", () => {
  for (const messages of [255, 256, 1000]) {
    assertEquals(floodedByOneAddress(messages).establishedEnds, BOTH, `${messages} messages`);
  }
});

Deno.test("IkeEngine keeps five half-open exchanges of an address", () => {
  const flood = firstMessage("main", policy(SUITE));
  const pair = new TwoEngines({ policy: policy(SUITE), wire: () => [] });
  for (let count = 0; count < 100; count++) {
    pair.deliver("responder", copyOf(flood, count, count % 2));
    assert(pair.engines.responder.halfOpenCount <= 2 * PER_ADDRESS, `${count}`);
  }
  assertEquals(pair.engines.responder.halfOpenCount, 2 * PER_ADDRESS);
});

Deno.test("IkeEngine: where there is no room for a half-open exchange, the busiest address gives way", () => {
  const limit = 3 * PER_ADDRESS + 1;
  const first = firstMessage("main", policy(SUITE));
  let crowded = false;
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE, { halfOpenLimit: limit }),
    // The initiator's exchange is the oldest; then come three busy addresses, and more that ask once.
    arrive: (to, _datagram, deliver) => {
      deliver();
      if (to !== "initiator" || crowded) return;
      crowded = true;
      for (let count = 0; count < 3 * PER_ADDRESS; count++) {
        pair.deliver("responder", copyOf(first, count, 1 + count % 3));
      }
      for (let count = 0; count < 6; count++) pair.deliver("responder", copyOf(first, 1000 + count, 100 + count));
      assertEquals(pair.engines.responder.halfOpenCount, limit);
    },
  });
  pair.initiate("main");
  pair.settle(60_000);
  assertEquals(pair.establishedEnds, BOTH);
});
