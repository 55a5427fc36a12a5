/** Main mode with another key: message 5 is garbage to the peer, which says nothing of it. */

import { assertEquals } from "@std/assert";
import { type End, policy, text, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";

/** Why the initiator's exchange failed. */
function failure(pair: TwoEngines): string | undefined {
  pair.initiate("main");
  pair.settle(120_000);
  return pair.failed.find(({ end }) => end === "initiator")?.reason;
}

/** Message 4 comes again at these milliseconds, as libreswan repeats it by its timer; nothing is said of message 5. */
function silentPeer(repetitions: readonly number[], key: string): TwoEngines {
  return new TwoEngines({
    policy: policy(SUITE),
    responderKey: () => text(key),
    wire: (from: End, nth: number, { payload }) => {
      if (from === "initiator") return nth <= 2 || key !== "the shared key" ? [5] : [];
      // Informational: the peer does not say that it could not read message 5.
      if (payload[18] === 5) return [];
      return nth === 2 ? [5, ...repetitions] : [5];
    },
  });
}

Deno.test("IkeEngine: a peer that repeats message 4 after message 5 and after its repetition has another key", () => {
  assertEquals(failure(silentPeer([1500, 3500, 7500], "another key")), "authentication");
  assertEquals(failure(silentPeer([1500, 1600, 3500], "another key")), "authentication");
});

Deno.test("IkeEngine: message 4 that comes again once, or many times in one wait, does not say that keys differ", () => {
  for (const repetitions of [[1500], [1100, 1200, 1300, 1400, 1500, 1600]]) {
    assertEquals(failure(silentPeer(repetitions, "another key")), "no answer");
  }
});

Deno.test("IkeEngine: with every message 5 lost towards a peer that does not repeat, there is no answer", () => {
  assertEquals(failure(silentPeer([], "the shared key")), "no answer");
});
