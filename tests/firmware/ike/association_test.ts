/** The life of an association: lifetimes, re-key, dead peer detection, INITIAL-CONTACT, delete. */

import { assert, assertEquals } from "@std/assert";
import type { Datagram, IkePolicy } from "../../../firmware/ike/mod.ts";
import { type End, FQDN_ID, policy, TwoEngines } from "./two_engines.ts";

const MODES = ["main", "aggressive"] as const;
const BOTH = ["initiator", "responder"] as const;
const SUITE = "aes128-sha1-modp768";

for (const mode of MODES) {
  Deno.test(`IkeEngine, ${mode} mode: a responder with a shorter lifetime says so, and both keep to it`, () => {
    const pair = new TwoEngines({
      policy: policy(SUITE, { lifetimeSeconds: 28_800, deadPeerDetection: undefined }),
      responderPolicy: policy(SUITE, { lifetimeSeconds: 600, deadPeerDetection: undefined }),
    });
    pair.initiate(mode);
    pair.settle(1000);
    const carrier = mode === "main" ? /^main mode 6 encrypted: ID, HASH, N$/ : /RESPONDER-LIFETIME/;
    assert(pair.sent.some(({ from, description }) => from === "responder" && carrier.test(description)));
    pair.run(302_000);
    // Re-key falls due half a lifetime before the end, for a margin of 540 s is more than that.
    assertEquals(pair.rekeyDue.map(({ end }) => end), ["initiator"]);
    pair.run(700_000);
    assertEquals(new Set(pair.deleted.map(({ end }) => end)), new Set(BOTH));
    assert(pair.deleted.some(({ cause }) => cause === "lifetime over"));
    for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 0);
  });

  Deno.test(`IkeEngine, ${mode} mode: a re-key replaces the association before its lifetime ends`, () => {
    const pair: TwoEngines = new TwoEngines({
      policy: policy(SUITE, { lifetimeSeconds: 1000, rekeyMarginSeconds: 100 }),
      observe: (end, action) => {
        if (action.type === "re-key-due" && end === "initiator") pair.initiate(mode, { replaces: action.exchange });
      },
    });
    const first = pair.initiate(mode);
    pair.run(890_000);
    assertEquals(pair.established.length, 2);
    pair.run(910_000);
    assertEquals(pair.established.length, 4);
    assertEquals(pair.deleted.map(({ end, exchange, cause }) => [end, exchange === first, cause]), [
      ["initiator", true, "replaced"],
      ["responder", true, "deleted by peer"],
    ]);
    for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 1);
    // The second one does not say INITIAL-CONTACT: there is an association.
    assertEquals(pair.deleted.filter(({ cause }) => cause === "peer began anew"), []);
    pair.run(3_700_000);
    assertEquals(pair.rekeyDue.length, 4);
  });

  Deno.test(`IkeEngine, ${mode} mode: dead peer detection keeps a living peer and gives a dead one up`, () => {
    let dead = false;
    const pair = new TwoEngines({
      policy: policy(SUITE, {
        deadPeerDetection: { idleMilliseconds: 10_000, retryMilliseconds: 2_000, attempts: 3 },
      }),
      wire: () => dead ? [] : [5],
    });
    pair.initiate(mode);
    pair.run(120_000);
    const asked = pair.sent.filter(({ description }) => description.endsWith("R-U-THERE")).length;
    const answered = pair.sent.filter(({ description }) => description.endsWith("R-U-THERE-ACK")).length;
    assert(asked >= 10 && asked === answered, `${asked} asked, ${answered} answered`);
    assertEquals(pair.deleted, []);
    dead = true;
    pair.run(150_000);
    assertEquals(pair.deleted.map(({ end, cause }) => [end, cause]).sort(), [
      ["initiator", "peer dead"],
      ["responder", "peer dead"],
    ]);
  });

  Deno.test(`IkeEngine, ${mode} mode: a peer that began anew clears what was left of it, once`, () => {
    const options = { policy: policy(SUITE, { deadPeerDetection: undefined }) };
    const pair = new TwoEngines(options);
    pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.engines.responder.exchangeCount, 1);
    // The initiator loses its power, and begins again.
    pair.engines.initiator.forget();
    pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.deleted.map(({ end, cause }) => [end, cause]), [["responder", "peer began anew"]]);
    assertEquals(pair.engines.responder.exchangeCount, 1);
  });
}

Deno.test("IkeEngine: another identification at the same address is not cleared by INITIAL-CONTACT", () => {
  const pair = new TwoEngines({ policy: policy(SUITE, { deadPeerDetection: undefined }) });
  pair.initiate("aggressive", { identity: FQDN_ID });
  pair.settle(1000);
  pair.engines.initiator.forget();
  pair.initiate("main");
  pair.settle(1000);
  assertEquals(pair.deleted, []);
  assertEquals(pair.engines.responder.exchangeCount, 2);
});

Deno.test("IkeEngine: protected messages that are played again change nothing", () => {
  const seen: { readonly to: End; readonly datagram: Datagram }[] = [];
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE, { deadPeerDetection: { idleMilliseconds: 5_000, retryMilliseconds: 1_000, attempts: 2 } }),
    observe: (end, action) => {
      if (action.type === "send" && action.description.startsWith("informational")) {
        seen.push({ to: end === "initiator" ? "responder" : "initiator", datagram: action.datagram });
      }
    },
  });
  pair.initiate("aggressive");
  pair.run(40_000);
  assert(seen.length > 6);
  const sent = pair.sent.length;
  for (const { to, datagram } of [...seen]) pair.deliver(to, datagram);
  assertEquals(pair.sent.length, sent, "nothing is answered");
  assertEquals(pair.deleted, []);
  assertEquals(pair.engines.responder.exchangeCount, 1);
});

Deno.test("IkeEngine.shutDown() deletes associations at both ends and abandons what is half open", () => {
  const pair = new TwoEngines({ policy: policy(SUITE) });
  pair.initiate("main");
  pair.initiate("aggressive");
  pair.settle(1000);
  pair.initiate("main");
  pair.perform("initiator", pair.engines.initiator.shutDown());
  pair.settle(1000);
  assertEquals(pair.engines.initiator.exchangeCount, 0);
  assertEquals(pair.deleted.filter(({ end }) => end === "responder").length, 2);
  assertEquals(pair.failed.filter(({ end }) => end === "initiator").map(({ reason }) => reason), ["aborted"]);
});

Deno.test("IkeEngine: lifetimes at their limits, with and without dead peer detection", () => {
  const limits: readonly Partial<IkePolicy>[] = [
    { lifetimeSeconds: 1 },
    { lifetimeSeconds: 65_535 },
    { lifetimeSeconds: 65_536 },
    { lifetimeSeconds: 2 ** 32 - 1 },
  ];
  for (const limit of limits) {
    const pair = new TwoEngines({ policy: policy(SUITE, limit) });
    pair.initiate("main");
    pair.run(500);
    assertEquals(pair.established.map(({ summary }) => summary.lifetimeSeconds), [
      limit.lifetimeSeconds ?? 0,
      limit.lifetimeSeconds ?? 0,
    ]);
  }
});
