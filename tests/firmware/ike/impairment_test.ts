/** What the network does to an exchange: every message of each mode lost, repeated and late, alone and in all pairs. */

import { assert, assertEquals } from "@std/assert";
import { type End, policy, TwoEngines } from "./two_engines.ts";

const MODES = ["main", "aggressive"] as const;
const BOTH = ["initiator", "responder"] as const;

/** Delays of the copies of one datagram. The first repetition comes after 1000 ms. */
const FAULTS: readonly (readonly number[])[] = [
  [], // lost
  [5, 6], // twice at once
  [5, 700], // twice, the copy late
  [1500], // overtaken by its repetition
  [1500, 4000], // overtaken, and once more later
];

interface Fault {
  readonly from: End;
  readonly nth: number;
  readonly delays: readonly number[];
}

function faultsOf(mode: "main" | "aggressive"): readonly Fault[] {
  // Main mode: three messages of each end; aggressive mode: messages 1 and 3, INITIAL-CONTACT, message 2.
  const initiator = [1, 2, 3].map((nth) => ({ from: "initiator" as const, nth }));
  const responder = (mode === "main" ? [1, 2, 3] : [1]).map((nth) => ({ from: "responder" as const, nth }));
  const slots = [...initiator, ...responder];
  return slots.flatMap((slot) => FAULTS.map((delays) => ({ ...slot, delays })));
}

function run(mode: "main" | "aggressive", faults: readonly Fault[]): TwoEngines {
  const pair = new TwoEngines({
    policy: policy("aes128-sha1-modp768", { deadPeerDetection: undefined }),
    wire: (from, nth) => faults.find((fault) => fault.from === from && fault.nth === nth)?.delays ?? [5],
  });
  pair.initiate(mode);
  pair.settle(60_000);
  return pair;
}

for (const mode of MODES) {
  Deno.test(`IkeEngine, ${mode} mode: loss, duplication and reordering of each message and of all pairs`, () => {
    const faults = faultsOf(mode);
    let cases = 0;
    for (const first of faults) {
      for (const second of faults) {
        const pair = run(mode, first === second ? [first] : [first, second]);
        const told = () => JSON.stringify({ first, second, notes: pair.notes, failed: pair.failed });
        assertEquals(pair.establishedEnds, BOTH, told());
        assertEquals(new Set(pair.cipherKeys).size, 1);
        // What is repeated is repeated byte for byte, and no message has two forms.
        for (const end of BOTH) {
          const forms = new Map<string, string>();
          for (const { from, datagram, description } of pair.sent) {
            const name = description.replace(" (again)", "");
            if (from !== end || name.startsWith("informational")) continue;
            const form = forms.get(name) ?? datagram.payload.join();
            assertEquals(datagram.payload.join(), form, told());
            forms.set(name, form);
          }
        }
        cases++;
      }
    }
    console.log(`${mode} mode: ${cases} pairs of losses, duplicates and delays`);
    assertEquals(cases, mode === "main" ? 900 : 400);
  });

  Deno.test(`IkeEngine, ${mode} mode: the peer or the network dies after each message`, () => {
    const messages = mode === "main" ? 6 : 3;
    for (let delivered = 0; delivered < messages; delivered++) {
      let sent = 0;
      const pair = new TwoEngines({
        policy: policy("aes128-sha1-modp768"),
        wire: () => sent++ < delivered ? [5] : [],
      });
      pair.initiate(mode);
      pair.settle(100_000);
      const told = JSON.stringify({ delivered, failed: pair.failed, established: pair.establishedEnds });
      // The sender of the last message cannot know that it was lost.
      const knowing = pair.establishedEnds;
      assertEquals(knowing, delivered === messages - 1 ? [mode === "main" ? "responder" : "initiator"] : [], told);
      for (const end of BOTH) {
        const failures = pair.failed.filter((failure) => failure.end === end);
        const began = end === "initiator" || delivered > 0;
        assertEquals(failures.map(({ reason }) => reason), knowing.includes(end) || !began ? [] : ["no answer"], told);
      }
      // Dead peer detection clears what the one end holds for established.
      pair.settle(100_000);
      for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 0);
      assertEquals(pair.deleted.map(({ cause }) => cause), knowing.length > 0 ? ["peer dead"] : []);
    }
  });
}

Deno.test("IkeEngine: heavy random loss and duplication end in success or in the right failure, at both ends", () => {
  let successes = 0;
  for (let seed = 0; seed < 200; seed++) {
    let state = seed * 2654435761 >>> 0;
    const chance = () => (state = Math.imul(state ^ (state >>> 15), 2246822519) + 1 >>> 0) % 100;
    const pair = new TwoEngines({
      policy: policy("aes128-sha1-modp768", { deadPeerDetection: undefined }),
      wire: () => chance() < 40 ? [] : chance() < 30 ? [5, 5 + chance() * 40] : [5 + chance() * 10],
    });
    pair.initiate(seed % 2 === 0 ? "main" : "aggressive");
    pair.settle(200_000);
    const { initiator, responder } = pair.engines;
    assert(initiator.exchangeCount + initiator.halfOpenCount <= 1 && responder.halfOpenCount === 0);
    for (const { reason, text } of pair.failed) assertEquals(reason, "no answer", text);
    if (pair.establishedEnds.length === 2) successes++;
  }
  assert(successes > 100 && successes < 200, `${successes} of 200`);
});
