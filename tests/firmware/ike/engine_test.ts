import { assert, assertEquals } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { INITIATOR_ID, policy, text, TwoEngines } from "./two_engines.ts";

const MODES = ["main", "aggressive"] as const;
const FQDN = { idType: 2, data: text("host.example") };

Deno.test("IkeEngine: both modes establish with every cipher, hash and group", () => {
  const suites = [
    "3des-sha1-modp1024",
    "des-md5-modp768",
    "aes128-sha1-modp1536",
    "aes192-sha384-modp1024",
    "aes256-sha256-modp2048",
    "aes256-sha512-modp3072",
    "aes256-sha1-modp1024",
    "3des-md5-modp4096",
  ];
  for (const suite of suites) {
    for (const mode of MODES) {
      const pair = new TwoEngines({ initiatorPolicy: policy(suite), seed: suite });
      pair.initiate(mode);
      pair.run();
      assertEquals(pair.failed, [], `${mode} ${suite}`);
      assertEquals(pair.established.map(({ end }) => end).sort(), ["initiator", "responder"], `${mode} ${suite}`);
      assertEquals(new Set(pair.cipherKeys).size, 1, "both ends have the same cipher key");
      assertEquals(pair.sent.length, mode === "main" ? 6 : 3);
    }
  }
});

Deno.test("IkeEngine takes the initiator's preference among what the responder accepts", () => {
  const pair = new TwoEngines({
    initiatorPolicy: policy("aes256-sha512-modp1024", "aes128-sha1-modp1024", "3des-sha1-modp1024"),
    responderPolicy: policy("3des-sha1-modp1024", "aes128-sha1-modp1024"),
  });
  pair.initiate("main");
  pair.run();
  assertEquals(pair.established.map(({ summary }) => summary.suite.cipher), ["aes128", "aes128"]);
});

Deno.test("IkeEngine: another key at the responder fails authentication, in both modes", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines({ responderKey: () => text("another key") });
    pair.initiate(mode);
    pair.run();
    assertEquals(pair.established, []);
    assertEquals(pair.failed.find(({ end }) => end === "initiator")?.reason, "authentication", mode);
    assertEquals(pair.engines.initiator.exchangeCount + pair.engines.responder.exchangeCount, 0);
  }
});

Deno.test("IkeEngine: no common suite, no key, and silence are told apart", () => {
  const noSuite = new TwoEngines({ responderPolicy: policy("aes256-sha512-modp1024") });
  noSuite.initiate("main");
  noSuite.run();
  assertEquals(noSuite.failed.find(({ end }) => end === "initiator")?.reason, "no proposal");

  const noKey = new TwoEngines({ responderKey: () => undefined });
  noKey.initiate("aggressive", "the shared key", FQDN);
  noKey.run();
  assertEquals(noKey.failed.find(({ end }) => end === "responder")?.reason, "no key");
  assertEquals(noKey.failed.find(({ end }) => end === "initiator")?.reason, "authentication");

  const silence = new TwoEngines({ wire: () => [] });
  silence.initiate("main");
  silence.run();
  assertEquals(silence.failed.map(({ reason }) => reason), ["no answer"]);
  assertEquals(silence.sent.length, 4);
});

Deno.test("IkeEngine: a name needs aggressive mode; in main mode the responder refuses it (RFC 2409 §5.4)", () => {
  const main = new TwoEngines();
  main.initiate("main", "the shared key", FQDN);
  main.run();
  assertEquals(main.established, []);
  const aggressive = new TwoEngines({
    responderKey: (query) =>
      query.type === "identification" && query.identification.idType === 2 ? text("the shared key") : undefined,
  });
  aggressive.initiate("aggressive", "the shared key", FQDN);
  aggressive.run();
  assertEquals(aggressive.established.length, 2);
});

Deno.test("IkeEngine survives loss, duplication and delay of every single message and of every pair", () => {
  const faults: readonly (readonly number[])[] = [[], [5, 7], [3000]];
  let cases = 0;
  for (const mode of MODES) {
    const slots = (["initiator", "responder"] as const).flatMap((from) =>
      Array.from({ length: mode === "main" ? 3 : 2 }, (_, index) => ({ from, nth: index + 1 }))
    );
    const choices = slots.flatMap((slot) => faults.map((delays) => ({ ...slot, delays })));
    for (const first of choices) {
      for (const second of choices) {
        const pair = new TwoEngines({
          wire: (from, nth) => [first, second].find((fault) => fault.from === from && fault.nth === nth)?.delays ?? [5],
        });
        pair.initiate(mode);
        pair.run();
        const ends = pair.established.map(({ end }) => end).sort();
        assertEquals(ends, ["initiator", "responder"], JSON.stringify({ mode, first, second, notes: pair.notes }));
        cases++;
      }
    }
  }
  assert(cases > 400, `${cases} cases`);
});

Deno.test("IkeEngine: retransmissions are the same bytes", () => {
  const pair = new TwoEngines({ wire: (from, nth) => (from === "responder" && nth <= 2 ? [] : [5]) });
  pair.initiate("main");
  pair.run();
  const first = pair.sent.filter(({ from }) => from === "initiator").slice(0, 3);
  assertEquals(first[0]?.datagram.payload, first[1]?.datagram.payload);
  assertEquals(pair.established.length, 2);
});

Deno.test("IkeEngine.close() tells the peer, whose association goes too", () => {
  const pair = new TwoEngines();
  const exchange = pair.initiate("main");
  pair.run();
  pair.perform("initiator", pair.engines.initiator.close(exchange));
  pair.run();
  assertEquals(pair.deleted, ["initiator", "responder"]);
  assertEquals(pair.engines.responder.exchangeCount, 0);
});

Deno.test("IkeEngine: unprotected notifications and floods of first messages do not harm an exchange", () => {
  const pair = new TwoEngines({ initiatorPolicy: policy("aes128-sha1-modp1024") });
  pair.initiate("main");
  const first = pair.sent[0]?.datagram;
  assert(first !== undefined);
  for (let count = 0; count < 100; count++) {
    const payload = first.payload.slice();
    payload[0] = count + 1;
    payload[1] = count;
    pair.deliver("responder", { ...first, payload });
  }
  assert(pair.engines.responder.exchangeCount <= 16);
  const forged = pair.sent.find(({ from }) => from === "responder")?.datagram;
  assert(forged !== undefined);
  const notification = Uint8Array.of(
    ...first.payload.subarray(0, 16),
    ...[11, 0x10, 5, 0, 0, 0, 0, 9, 0, 0, 0, 40],
    ...[0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 24],
  );
  pair.deliver("initiator", { ...forged, payload: notification });
  pair.run();
  assertEquals(pair.established.map(({ end }) => end).sort(), ["initiator", "responder"]);
});

Deno.test("IkeEngine does not take its own message for an answer", () => {
  const pair = new TwoEngines({ wire: () => [] });
  pair.initiate("main");
  const own = pair.sent[0]?.datagram;
  assert(own !== undefined);
  pair.deliver("initiator", { source: own.destination, destination: own.source, payload: own.payload });
  assertEquals(pair.sent.length, 1);
});

Deno.test("IkeEngine: mutated messages in every state never throw, and the exchange completes", () => {
  let mutants = 0;
  for (const mode of MODES) {
    for (let seed = 0; seed < 12; seed++) {
      const random = new RandomStreams(seed).stream("mutants");
      const pair: TwoEngines = new TwoEngines({
        seed: `fuzz ${seed}`,
        // Mutants come right after the genuine message: before it, a changed public value would rightly break the exchange.
        after: (to, datagram) => {
          for (let count = 0; count < 40; count++) {
            const length = count % 5 === 0 ? random.below(datagram.payload.length) + 1 : datagram.payload.length;
            const payload = datagram.payload.slice(0, length);
            const at = random.below(count % 3 === 0 ? Math.min(length, 40) : length);
            payload[at] = (payload[at] as number) ^ (1 << random.below(8));
            mutants++;
            pair.deliver(to, { ...datagram, payload });
          }
        },
      });
      pair.initiate(mode);
      pair.run();
      const ends = pair.established.map(({ end }) => end);
      assert(ends.includes("initiator"), `${mode} seed ${seed}: ${JSON.stringify(pair.failed)}`);
      assert(pair.engines.responder.exchangeCount <= 16);
    }
  }
  assert(mutants > 3000, `${mutants} mutants`);
});

Deno.test("IkeEngine keeps no preshared key and no exponent after the exchange", () => {
  const secrets: Uint8Array[] = [];
  const pair = new TwoEngines({
    responderKey: () => {
      const key = text("the shared key");
      secrets.push(key);
      return key;
    },
  });
  pair.initiate("main", "the shared key", INITIATOR_ID);
  pair.run();
  assertEquals(secrets.map((key) => key.every((byte) => byte === 0)), [true]);
});
