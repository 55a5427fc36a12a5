/** Address translators between the two ends (RFC 3947). */

import { assert, assertEquals } from "@std/assert";
import type { Datagram, Endpoint } from "../../../firmware/ike/mod.ts";
import { type End, INITIATOR, policy, RESPONDER, TwoEngines } from "./two_engines.ts";

const MODES = ["main", "aggressive"] as const;
const BOTH = ["initiator", "responder"] as const;
const SUITE = "aes128-sha256-modp768";

/** A translator before the initiator: one outer address, another port for each inner one. */
class Translator {
  readonly outer = Uint8Array.of(198, 51, 100, 7);
  readonly #ports = new Map<number, number>();
  #next = 20_001;

  translate(from: End, { source, destination, payload }: Datagram): Datagram {
    if (from === "initiator") {
      const port = this.#ports.get(source.port) ?? this.#next++;
      this.#ports.set(source.port, port);
      return { source: { address: this.outer, port }, destination, payload };
    }
    const inner = [...this.#ports].find(([, port]) => port === destination.port)?.[0] ?? 0;
    return { source, destination: { address: INITIATOR.address, port: inner }, payload };
  }

  /** The translator forgets its table: the next datagram gets another port. */
  restart(): void {
    this.#ports.clear();
  }
}

const portsOf = (
  { source, destination }: { source: Endpoint; destination: Endpoint },
) => [source.port, destination.port];

for (const mode of MODES) {
  Deno.test(`IkeEngine, ${mode} mode: without a translator everything stays on port 500`, () => {
    const pair = new TwoEngines({ policy: policy(SUITE) });
    pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.establishedEnds, BOTH);
    for (const { datagram } of pair.sent) assertEquals(portsOf(datagram), [500, 500]);
    for (const { summary } of pair.established) assertEquals(summary.translators, { own: false, peer: false });
  });

  Deno.test(`IkeEngine, ${mode} mode: behind a translator the exchange moves to port 4500, with the marker`, () => {
    const translator = new Translator();
    const pair = new TwoEngines({
      policy: policy(SUITE),
      translate: (from, datagram) => translator.translate(from, datagram),
    });
    const exchange = pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.establishedEnds, BOTH, pair.notes.join("\n"));
    assertEquals(pair.failed, []);
    const first4500 = pair.sent.findIndex(({ datagram }) => datagram.source.port === 4500);
    assertEquals(first4500, mode === "main" ? 4 : 2);
    for (const [index, { from, datagram }] of pair.sent.entries()) {
      const moved = index >= first4500;
      assertEquals(datagram.source.port, moved ? 4500 : 500);
      if (from === "initiator") assertEquals(datagram.destination.port, moved ? 4500 : 500);
      assertEquals(datagram.payload.subarray(0, 4).every((byte) => byte === 0), moved, "the non-ESP marker");
    }
    const translators = new Map(pair.established.map(({ end, summary }) => [end, summary.translators]));
    assertEquals(translators.get("initiator"), { own: true, peer: false });
    assertEquals(translators.get("responder"), { own: false, peer: true });
    // The translator loses its table: the next protected message shows the new port, and the answer finds it.
    translator.restart();
    pair.settle(60_000);
    assertEquals(pair.deleted, []);
    pair.perform("responder", pair.engines.responder.shutDown());
    pair.settle(1000);
    assertEquals(pair.deleted.map(({ end, exchange: id }) => [end, id === exchange]), [
      ["responder", true],
      ["initiator", true],
    ]);
  });

  Deno.test(`IkeEngine, ${mode} mode: behind a translator every single message may be lost`, () => {
    for (let lost = 0; lost < 8; lost++) {
      const translator = new Translator();
      let sent = 0;
      const pair = new TwoEngines({
        policy: policy(SUITE, { deadPeerDetection: undefined }),
        translate: (from, datagram) => translator.translate(from, datagram),
        wire: () => sent++ === lost ? [] : [5],
      });
      pair.initiate(mode);
      pair.settle(30_000);
      assertEquals(pair.establishedEnds, BOTH, `message ${lost}: ${pair.notes.join("\n")}`);
    }
  });

  Deno.test(`IkeEngine, ${mode} mode: an end without NAT traversal is not moved, and refuses a translated address`, () => {
    const translator = new Translator();
    const pair = new TwoEngines({
      policy: policy(SUITE),
      responderPolicy: policy(SUITE, { natTraversal: false }),
      translate: (from, datagram) => translator.translate(from, datagram),
    });
    pair.initiate(mode);
    pair.settle(60_000);
    // Who sends the last message takes the association for established, until the other's delete.
    assertEquals(pair.establishedEnds, mode === "main" ? [] : ["initiator"]);
    assertEquals(
      pair.deleted.map(({ end, cause }) => [end, cause]),
      mode === "main" ? [] : [["initiator", "deleted by peer"]],
    );
    for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 0);
    assert(pair.sent.every(({ datagram }) => datagram.source.port === 500));
    assertEquals(pair.failed.find(({ end }) => end === "responder")?.reason, "identification");
  });
}

Deno.test("IkeEngine: only who is behind a translator keeps its mapping alive, each 20 s without other traffic", () => {
  const translator = new Translator();
  const pair = new TwoEngines({
    policy: policy(SUITE, { deadPeerDetection: undefined }),
    translate: (from, datagram) => translator.translate(from, datagram),
  });
  pair.initiate("main");
  pair.settle(1000);
  const before = pair.sent.length;
  pair.settle(60_000);
  const keepalives = pair.sent.slice(before);
  assertEquals(
    keepalives.map(({ from, description }) => [from, description]),
    Array(3).fill(["initiator", "keepalive"]),
  );
  for (const { datagram } of keepalives) {
    assertEquals([...datagram.payload], [0xff]);
    assertEquals(portsOf(datagram), [4500, 4500]);
  }
  const untranslated = new TwoEngines({ policy: policy(SUITE, { deadPeerDetection: undefined }) });
  untranslated.initiate("main");
  untranslated.settle(60_000);
  assert(untranslated.sent.every(({ description }) => description !== "keepalive"));
});

Deno.test("IkeEngine sends no keepalive where dead peer detection speaks already", () => {
  const translator = new Translator();
  const pair = new TwoEngines({
    policy: policy(SUITE, { deadPeerDetection: { idleMilliseconds: 8000, retryMilliseconds: 1000, attempts: 3 } }),
    translate: (from, datagram) => translator.translate(from, datagram),
  });
  pair.initiate("main");
  pair.settle(120_000);
  assertEquals(pair.deleted, []);
  assert(pair.sent.some(({ from, description }) => from === "initiator" && description.includes("R-U-THERE")));
  assert(pair.sent.every(({ description }) => description !== "keepalive"));
});

Deno.test("IkeEngine drops ESP and keepalives on port 4500", () => {
  const pair = new TwoEngines({ policy: policy(SUITE) });
  const flow = {
    source: { ...INITIATOR, port: 4500 },
    destination: { ...RESPONDER, port: 4500 },
  };
  for (const payload of [Uint8Array.of(0xff), new Uint8Array(4), Uint8Array.of(1, 2, 3, 4, ...new Uint8Array(60))]) {
    const actions = pair.deliver("responder", { ...flow, payload });
    assertEquals(actions.map(({ type }) => type), ["note"]);
  }
  assertEquals(pair.engines.responder.dropped, 3);
});

Deno.test("IkeEngine: an old message that is played again from another port does not carry an association off", () => {
  const translator = new Translator();
  const pair = new TwoEngines({
    policy: policy("aes128-sha1-modp768", {
      deadPeerDetection: { idleMilliseconds: 2000, retryMilliseconds: 1000, attempts: 3 },
    }),
    translate: (from, datagram) => translator.translate(from, datagram),
  });
  pair.initiate("main");
  // So long that the oldest messages are no more among those that are remembered by their ids.
  pair.run(150_000);
  const old = pair.sent.filter(({ from, description }) =>
    from === "initiator" && description.startsWith("informational")
  );
  assert(old.length > 1, "nothing was said that could be played again");
  const before = pair.sent.length;
  const elsewhere = { address: translator.outer, port: 6666 };
  for (const { datagram } of old) pair.deliver("responder", { ...datagram, source: elsewhere });
  pair.run(pair.now + 1000);
  const later = pair.sent.slice(before).filter(({ from }) => from === "responder");
  assert(later.length > 0, "the responder has nothing more to say");
  assertEquals(later.filter(({ datagram }) => datagram.destination.port === elsewhere.port), []);
  assertEquals(pair.deleted, []);
});
