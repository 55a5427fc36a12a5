/** Messages that come in fragments: how they are put together, and what is not kept of pieces that anybody could send. */

import { assert, assertEquals } from "@std/assert";
import { MAX_FRAGMENTS, MAX_SETS, MAX_SETS_PER_ADDRESS } from "../../../firmware/ike/fragments.ts";
import type { Datagram, IkeAction, IkePolicy } from "../../../firmware/ike/mod.ts";
import { CHARON, type Cutting, fragment, fragmentsOf, inFragments, PLUTO } from "./fragmenting.ts";
import { type End, FQDN_ID, INITIATOR, policy, RESPONDER, toHex, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";
const BOTH = ["initiator", "responder"] as const;
const OPEN = policy(SUITE, { fragmentation: true });

function begin(pair: TwoEngines, mode: "main" | "aggressive") {
  return pair.initiate(mode, mode === "aggressive" ? { identity: FQDN_ID } : {});
}

/** Message 1 makes the exchange, and nobody cuts it. */
function isFirst({ payload }: Datagram): boolean {
  return payload.subarray(8, 16).every((byte) => byte === 0);
}

/** Two engines between which every message but the first travels in pieces. */
function cutting(how: Cutting, reorder: (pieces: readonly Datagram[]) => readonly Datagram[], ike: IkePolicy = OPEN) {
  const pair: TwoEngines = new TwoEngines({
    policy: ike,
    arrive: (to, datagram, deliver) => {
      if (isFirst(datagram)) return deliver();
      for (const piece of reorder(inFragments(datagram, how))) pair.deliver(to, piece);
    },
  });
  return pair;
}

const ORDERS: Readonly<Record<string, (pieces: readonly Datagram[]) => readonly Datagram[]>> = {
  "in order": (pieces) => pieces,
  "backwards": (pieces) => pieces.toReversed(),
  "each twice": (pieces) => pieces.flatMap((piece) => [piece, piece]),
  "the last first": (pieces) => [...pieces.slice(-1), ...pieces.slice(0, -1)],
};

for (const mode of ["main", "aggressive"] as const) {
  for (const [order, reorder] of Object.entries(ORDERS)) {
    Deno.test(`IkeEngine, ${mode} mode: all messages but the first in fragments, ${order}, to both ends`, () => {
      for (const how of [CHARON, PLUTO, { ...CHARON, dataBytes: 17 }]) {
        const pair = cutting(how, reorder);
        const exchange = begin(pair, mode);
        pair.settle(20_000);
        assertEquals(pair.establishedEnds, BOTH, pair.notes.join("\n"));
        assert(pair.notes.some((note) => note.includes("put together")));
        // A delete is a message of another exchange type, in pieces like all others.
        pair.perform("initiator", pair.engines.initiator.close(exchange));
        pair.settle(60_000);
        assertEquals(pair.deleted.map(({ end }) => end), ["initiator", "responder"]);
        for (const end of BOTH) assertEquals(pair.engines[end].fragmentBytes, 0);
      }
    });
  }
}

Deno.test("IkeEngine: messages in fragments move to port 4500 behind a translator", () => {
  const outer = Uint8Array.of(198, 51, 100, 7);
  const pair: TwoEngines = new TwoEngines({
    policy: OPEN,
    translate: (from, { source, destination, payload }) =>
      from === "initiator"
        ? { source: { ...source, address: outer }, destination, payload }
        : { source, destination: { ...destination, address: INITIATOR.address }, payload },
    arrive: (to, datagram, deliver) => {
      if (isFirst(datagram)) return deliver();
      for (const piece of inFragments(datagram, CHARON)) pair.deliver(to, piece);
    },
  });
  begin(pair, "main");
  pair.settle(20_000);
  assertEquals(pair.established.map(({ summary }) => summary.local.port), [4500, 4500]);
});

Deno.test("IkeEngine announces fragments if its policy has them, and takes none otherwise", () => {
  for (const [own, other] of [[true, true], [true, false], [false, true], [false, false]] as const) {
    const pair: TwoEngines = new TwoEngines({
      policy: policy(SUITE, { fragmentation: own }),
      responderPolicy: policy(SUITE, { fragmentation: other }),
    });
    begin(pair, "main");
    pair.settle(1000);
    const announced = (end: End) =>
      pair.established.find((each) => each.end !== end)?.summary.peerVendorIds.includes("fragmentation");
    assertEquals([announced("initiator"), announced("responder")], [own, other]);
  }
  const closed = cutting(CHARON, (pieces) => pieces, policy(SUITE));
  begin(closed, "main");
  closed.settle();
  assertEquals(closed.established, []);
  assert(closed.notes.includes("initiator: dropped: a fragment, which nobody was invited to send"));
});

Deno.test("IkeEngine: with a piece lost, the repetition of the message brings what is missing", () => {
  for (const how of [CHARON, PLUTO]) {
    const copies = new Map<string, number>();
    // Of the first copy of a message the first piece is missing, of the second the others: both make the whole.
    const pair = cutting(how, (pieces) => {
      const message = pieces.map(({ payload }) => toHex(payload)).join();
      const copy = (copies.get(message) ?? 0) + 1;
      copies.set(message, copy);
      return pieces.filter((_, index) => pieces.length === 1 || copy > 2 || (index === 0) === (copy === 2));
    });
    begin(pair, "main");
    pair.settle();
    assertEquals(pair.establishedEnds, BOTH, pair.notes.join("\n"));
    assert([...copies.values()].filter((count) => count > 1).length >= 3);
  }
});

Deno.test("IkeEngine: what is left of one message does not spoil the next, though libreswan numbers all alike", () => {
  let messages = 0;
  const pair: TwoEngines = new TwoEngines({
    policy: OPEN,
    arrive: (to, datagram, deliver) => {
      if (isFirst(datagram)) return deliver();
      const pieces = inFragments(datagram, PLUTO);
      for (const piece of pieces) pair.deliver(to, piece);
      // Again, but for its last piece.
      if (messages++ < 5) { for (const piece of pieces.slice(0, -1)) pair.deliver(to, piece); }
    },
  });
  begin(pair, "main");
  pair.settle(5000);
  assertEquals(pair.establishedEnds, BOTH, pair.notes.join("\n"));
});

Deno.test("IkeEngine: a message that came whole and comes again in fragments is the same message", () => {
  for (const cut of [false, true]) {
    const pair: TwoEngines = new TwoEngines({
      policy: OPEN,
      arrive: (to, datagram, deliver) => {
        deliver();
        if (to !== "responder" || isFirst(datagram) || pair.established.length > 0) return;
        // Message 3, after the responder has answered it.
        pair.settle(3);
        for (const again of cut ? inFragments(datagram, CHARON) : [datagram]) pair.deliver(to, again);
      },
    });
    begin(pair, "main");
    pair.settle(20_000);
    assertEquals(pair.establishedEnds, BOTH);
    assert(
      pair.sent.some(({ description }) => description === "main mode 4: KE, NONCE, NAT-D, NAT-D (again)"),
      `${cut}`,
    );
  }
});

/** A responder that waits for message 3 of main mode, and the message 2 that it has sent. */
function waiting(ike: IkePolicy = OPEN) {
  const pair = new TwoEngines({ policy: ike, wire: (from) => from === "initiator" ? [5] : [] });
  begin(pair, "main");
  pair.run(20);
  const message = pair.sent.find(({ from }) => from === "responder")?.datagram.payload;
  assert(message !== undefined);
  return { pair, message, deliver: (payload: Uint8Array) => pair.deliver("responder", from(INITIATOR, payload)) };
}

function from(source: Datagram["source"], payload: Uint8Array): Datagram {
  return { source, destination: RESPONDER, payload };
}

function notesOf(actions: readonly IkeAction[]): readonly string[] {
  return actions.flatMap((action) => action.type === "note" ? [action.text] : []);
}

const piece = (message: Uint8Array, number: number, isLast: boolean, lengthBytes: number, id = 1) =>
  fragment(message, { id, copiesHeader: false }, number, isLast, new Uint8Array(lengthBytes).fill(0x55));

Deno.test("IkeEngine drops fragments that are none, by name, keeps nothing of them, and answers nobody", () => {
  const { pair, message, deliver } = waiting();
  const good = piece(message, 1, false, 100);
  const changed = (at: number, value: number) => good.map((byte, index) => index === at ? value : byte);
  const whole = fragmentsOf(good, { ...CHARON, dataBytes: 1000 })[0] ?? good;
  const foreign = message.map((byte, index) => index === 0 ? byte ^ 1 : byte);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [changed(19, 1), "a fragment that says that it is encrypted"],
    [changed(8, (good[8] as number) ^ 1), "a fragment with unknown cookies"],
    [good.map((byte, index) => index >= 8 && index < 16 ? 0 : byte), "a fragment with unknown cookies"],
    [changed(0, (good[0] as number) ^ 1), "a fragment for nothing known"],
    [changed(28, 1), "a payload follows a fragment"],
    [changed(29, 1), "a reserved byte is not zero"],
    [changed(31, 107), "a fragment of 107 bytes, there are 108"],
    [changed(34, 0), "fragment 0 of a message"],
    [changed(34, MAX_FRAGMENTS + 1), `fragment ${MAX_FRAGMENTS + 1} of a message`],
    [piece(message, 1, true, 0), "a fragment of 8 bytes"],
    [whole, "put together: a fragment"],
    [fragmentsOf(foreign, { ...CHARON, dataBytes: 1000 })[0] ?? good, "a fragment for nothing known"],
    [fragment(message, CHARON, 1, true, foreign), "put together: a message of another exchange"],
    [piece(message, 1, true, 100), "put together: the header says 1431655765 bytes, there are 100"],
  ];
  for (const [payload, expected] of cases) {
    const actions = deliver(payload);
    assertEquals(notesOf(actions), [`dropped: ${expected}`]);
    assertEquals(actions.filter(({ type }) => type === "send"), []);
    assertEquals(pair.engines.responder.fragmentBytes, 0);
  }
});

Deno.test("IkeEngine bounds a message of fragments in octets and count", () => {
  const { pair, message, deliver } = waiting();
  for (let number = 1; number <= 10; number++) deliver(piece(message, number, false, 1700));
  assert(pair.notes.some((note) => note.includes("fragments of 17000 bytes")), pair.notes.join("\n"));
  assertEquals(pair.engines.responder.fragmentBytes, 0);
  for (let count = 0; count < 10_000; count++) deliver(piece(message, 1 + count % 255, false, 1 + count % 7, count));
  assert(pair.engines.responder.fragmentBytes <= 16_384);
  // Another id takes the place of what was there.
  deliver(piece(message, 1, false, 50, 20_000));
  assertEquals(pair.engines.responder.fragmentBytes, 50);
});

Deno.test("IkeEngine drops an incomplete message after 30 s, and when its exchange is over", () => {
  const patient = policy(SUITE, { fragmentation: true, halfOpenMilliseconds: 300_000 });
  const { pair, message, deliver } = waiting(patient);
  deliver(piece(message, 1, false, 100));
  pair.run(pair.now + 29_900);
  // A further piece gives no further time.
  deliver(piece(message, 2, false, 100));
  assertEquals(pair.engines.responder.fragmentBytes, 200);
  pair.run(pair.now + 200);
  assertEquals(pair.engines.responder.fragmentBytes, 0);
  assert(pair.notes.some((note) => note.includes("a message of which fragments are missing")));

  for (const end of ["give up", "shutDown", "forget"] as const) {
    const other = waiting();
    other.deliver(piece(other.message, 1, false, 100));
    const { responder } = other.pair.engines;
    assertEquals(responder.fragmentBytes, 100);
    if (end === "give up") other.pair.settle();
    else if (end === "shutDown") other.pair.perform("responder", responder.shutDown());
    else responder.forget();
    assertEquals([responder.fragmentBytes, responder.exchangeCount], [0, 0], end);
    other.pair.settle();
  }
});

/** First messages of exchanges from addresses, and of each the piece of a message that its answer lets it send. */
function manyExchanges(addresses: number, ofEach: number) {
  const { pair } = waiting(policy(SUITE, { fragmentation: true, halfOpenPerAddress: 100 }));
  const first = pair.sent[0]?.datagram;
  assert(first !== undefined);
  const sources = Array.from({ length: addresses * ofEach }, (_, index) => ({
    address: Uint8Array.of(203, 0, 113, 1 + index % addresses),
    port: 500,
  }));
  const pieces = sources.map((source, index) => {
    const payload = first.payload.slice();
    payload.set([index >> 8, index & 0xff, 1], 0);
    const answer = pair.deliver("responder", { ...first, source, payload }).find(({ type }) => type === "send");
    assert(answer?.type === "send");
    return from(source, piece(answer.datagram.payload, 1, false, 1000));
  });
  return { pair, pieces };
}

Deno.test("IkeEngine: of an address five messages are incomplete at once, then the oldest gives way", () => {
  const { pair, pieces } = manyExchanges(1, 20);
  for (const each of pieces) pair.deliver("responder", each);
  assertEquals(pair.engines.responder.fragmentBytes, MAX_SETS_PER_ADDRESS * 1000);
  assertEquals(pair.notes.filter((note) => note.includes("there are too many")).length, 20 - MAX_SETS_PER_ADDRESS);
  pair.settle();
  assertEquals(pair.engines.responder.fragmentBytes, 0);
});

Deno.test("IkeEngine: where many addresses leave messages incomplete, the busiest gives way, and no other loses its own", () => {
  const { pair, pieces } = manyExchanges(12, 5);
  const [genuine, ...others] = pieces;
  assert(genuine !== undefined);
  const busy = others.filter(({ source }) => source.address.join() !== genuine.source.address.join());
  pair.deliver("responder", genuine);
  for (const each of busy) pair.deliver("responder", each);
  assertEquals(pair.engines.responder.fragmentBytes, MAX_SETS * 1000);
  // That of the address with one is still there: its second piece goes on from the first.
  const before = pair.engines.responder.fragmentBytes;
  const second = genuine.payload.slice();
  second[34] = 2;
  pair.deliver("responder", { ...genuine, payload: second });
  assertEquals(pair.engines.responder.fragmentBytes, before + 1000);
});
