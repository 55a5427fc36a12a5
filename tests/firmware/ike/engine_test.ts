import { assert, assertEquals, assertThrows } from "@std/assert";
import { ComputationLengthError, DEFAULT_POLICY, IkeEngine, IkePolicyError } from "../../../firmware/ike/mod.ts";
import { FQDN_ID, INITIATOR_ID, policy, text, TwoEngines } from "./two_engines.ts";

const MODES = ["main", "aggressive"] as const;
const BOTH = ["initiator", "responder"] as const;

Deno.test("IkeEngine: both modes establish with every cipher, hash and group", () => {
  const suites = [
    "3des-sha1-modp1024",
    "des-md5-modp768",
    "aes128-sha1-modp1536",
    "aes192-sha384-modp1024",
    "aes256-sha256-modp2048",
    "aes256-sha512-modp3072",
    "aes256-sha1-modp1024",
    "aes192-md5-modp768",
    "3des-md5-modp4096",
  ];
  for (const suite of suites) {
    for (const mode of MODES) {
      const pair = new TwoEngines({ policy: policy(suite), seed: suite });
      pair.initiate(mode);
      pair.settle(1000);
      assertEquals(pair.failed, [], `${mode} ${suite}`);
      assertEquals(pair.establishedEnds, BOTH, `${mode} ${suite} ${pair.notes.join("\n")}`);
      assertEquals(new Set(pair.cipherKeys).size, 1, "both ends have the same cipher key");
      // Main mode has 6 messages, aggressive mode 3 and INITIAL-CONTACT in one of its own.
      assertEquals(pair.sent.length, mode === "main" ? 6 : 4);
      assertEquals(pair.notes.filter((note) => note.includes("dropped")), []);
    }
  }
});

Deno.test("IkeEngine takes the initiator's preference among what the responder accepts", () => {
  const pair = new TwoEngines({
    policy: policy(["aes256-sha512-modp1024", "aes128-sha1-modp1024", "3des-sha1-modp1024"]),
    responderPolicy: policy(["3des-sha1-modp1024", "aes128-sha1-modp1024"]),
  });
  pair.initiate("main");
  pair.settle(1000);
  assertEquals(pair.established.map(({ summary }) => summary.suite.cipher), ["aes128", "aes128"]);
});

Deno.test("IkeEngine: another key at the responder fails authentication, in both modes, at both ends", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines({ responderKey: () => text("another key") });
    pair.initiate(mode);
    pair.settle();
    assertEquals(pair.established, []);
    assertEquals(pair.failed.map(({ end, reason }) => ({ end, reason })).sort((a, b) => a.end < b.end ? -1 : 1), [
      { end: "initiator", reason: "authentication" },
      { end: "responder", reason: "authentication" },
    ]);
    assertEquals(pair.engines.initiator.exchangeCount + pair.engines.responder.exchangeCount, 0);
  }
});

Deno.test("IkeEngine: no common suite, no key, and silence are told apart", () => {
  const noSuite = new TwoEngines({ responderPolicy: policy("aes256-sha512-modp1024") });
  noSuite.initiate("main");
  noSuite.settle();
  assertEquals(noSuite.failed.find(({ end }) => end === "initiator")?.reason, "no proposal");

  const noKey = new TwoEngines({ responderKey: () => undefined });
  noKey.initiate("aggressive", { identity: FQDN_ID });
  noKey.settle();
  assertEquals(noKey.failed.find(({ end }) => end === "responder")?.reason, "no key");
  assertEquals(noKey.failed.find(({ end }) => end === "initiator")?.reason, "authentication");

  const silence = new TwoEngines({ wire: () => [] });
  silence.initiate("main");
  silence.settle();
  assertEquals(silence.failed.map(({ reason }) => reason), ["no answer"]);
  assertEquals(silence.sent.length, 4);
  assertEquals(silence.engines.initiator.exchangeCount, 0);
});

Deno.test("IkeEngine: a name does in main mode unless policy forbids it or does not know it (RFC 2409 §5.4)", () => {
  const tolerances = { ...DEFAULT_POLICY.tolerances, nameInMainMode: false };
  const strict = new TwoEngines({ policy: policy("aes128-sha1-modp1024", { tolerances }) });
  const unknown = new TwoEngines({
    responderOptions: { acceptPeer: ({ identification }) => identification.idType === 1 },
  });
  for (const pair of [strict, unknown]) {
    pair.initiate("main", { identity: FQDN_ID });
    pair.settle();
    assertEquals(pair.established, []);
    assertEquals(pair.failed.map(({ reason }) => reason), ["identification", "identification"]);
  }
  const main = new TwoEngines();
  main.initiate("main", { identity: FQDN_ID });
  main.settle(1000);
  assertEquals(main.establishedEnds, BOTH);
  const aggressive = new TwoEngines({
    responderKey: (query) =>
      query.type === "identification" && query.identification.idType === 2 ? text("the shared key") : undefined,
  });
  aggressive.initiate("aggressive", { identity: FQDN_ID });
  aggressive.settle(1000);
  assertEquals(aggressive.establishedEnds, BOTH);
});

Deno.test("IkeEngine: a peer that is not the expected one is refused, and told under protection", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines();
    pair.initiate(mode, { expectedPeer: { idType: 2, data: text("target.example") } });
    pair.settle();
    assertEquals(pair.failed.find(({ end }) => end === "initiator")?.reason, "identification");
    assertEquals(pair.establishedEnds, mode === "main" ? ["responder"] : []);
    assertEquals(
      pair.deleted.map(({ end, cause }) => [end, cause]),
      mode === "main" ? [["responder", "deleted by peer"]] : [],
    );
    assertEquals(pair.engines.responder.exchangeCount, 0);
  }
});

Deno.test("IkeEngine.initiate() fails at once when the request cannot be carried out", () => {
  const requests = [
    { key: new Uint8Array(0) },
    { peer: { address: new Uint8Array(16).fill(1), port: 500 } },
    { identity: { idType: 1, data: new Uint8Array(5) } },
    { identity: { idType: 2, data: text("host\0") } },
    { identity: { idType: 2, data: new Uint8Array(0) } },
  ];
  for (const request of requests) {
    const pair = new TwoEngines();
    pair.initiate("main", request);
    assertEquals(pair.failed.map(({ reason }) => reason), ["invalid request"]);
    assertEquals(pair.engines.initiator.exchangeCount, 0);
  }
});

Deno.test("IkeEngine: retransmissions are the same bytes", () => {
  const pair = new TwoEngines({ wire: (from, nth) => (from === "responder" && nth <= 2 ? [] : [5]) });
  pair.initiate("main");
  pair.settle(20_000);
  const first = pair.sent.filter(({ from }) => from === "initiator").slice(0, 3);
  assertEquals(first[0]?.datagram.payload, first[1]?.datagram.payload);
  assertEquals(first[0]?.datagram.payload, first[2]?.datagram.payload);
  const replies = pair.sent.filter(({ from }) => from === "responder").slice(0, 3);
  assertEquals(replies[0]?.datagram.payload, replies[2]?.datagram.payload);
  assertEquals(pair.establishedEnds, BOTH);
});

Deno.test("IkeEngine.close() tells the peer, whose association goes too", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines();
    const exchange = pair.initiate(mode);
    pair.settle(1000);
    pair.perform("initiator", pair.engines.initiator.close(exchange));
    pair.settle(1000);
    assertEquals(pair.deleted.map(({ end, cause }) => [end, cause]), [
      ["initiator", "closed"],
      ["responder", "deleted by peer"],
    ]);
    assertEquals(pair.engines.responder.exchangeCount, 0);
  }
});

Deno.test("IkeEngine keeps a bounded number of half-open exchanges in a flood, and the newest completes", () => {
  const pair = new TwoEngines({ policy: policy("aes128-sha1-modp1024", { halfOpenLimit: 16 }) });
  pair.initiate("main");
  const first = pair.sent[0]?.datagram;
  assert(first !== undefined);
  for (let count = 0; count < 5000; count++) {
    const source = { address: Uint8Array.of(203, 0, 113 + (count >> 8), count & 0xff), port: 500 };
    const payload = first.payload.slice();
    payload[0] = (payload[0] as number) ^ (count >> 8);
    payload[1] = (payload[1] as number) ^ (count & 0xff);
    payload[2] = (payload[2] as number) ^ 1;
    pair.deliver("responder", { ...first, source, payload });
    assert(pair.engines.responder.halfOpenCount <= 16);
  }
  pair.settle(20_000);
  assertEquals(pair.establishedEnds, BOTH);
  assertEquals(pair.failed.filter(({ reason }) => reason === "crowded out").length, 5000 - 16 + 1);
});

Deno.test("IkeEngine: unprotected notifications and deletes do not end an exchange or an association", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines({
      observe: (end, action) => {
        if (action.type !== "send") return;
        // After each message, forged complaints with the right cookies reach its sender.
        const cookies = action.datagram.payload.subarray(0, 16);
        for (const notifyType of [14, 16, 18, 23, 24]) {
          const payload = Uint8Array.of(
            ...cookies,
            ...[11, 0x10, 5, 0, 0, 0, 0, 9, 0, 0, 0, 40],
            ...[0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, notifyType],
          );
          const { source: destination, destination: source } = action.datagram;
          pair.engines[end].receive({ source, destination, payload });
        }
      },
    });
    pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.establishedEnds, BOTH, mode);
    assertEquals(pair.failed, []);
  }
});

Deno.test("IkeEngine does not take its own message for an answer", () => {
  for (const mode of MODES) {
    const pair: TwoEngines = new TwoEngines({
      observe: (end, action) => {
        if (action.type !== "send") return;
        const { source, destination, payload } = action.datagram;
        pair.engines[end].receive({ source: destination, destination: source, payload });
      },
    });
    pair.initiate(mode);
    pair.settle(1000);
    assertEquals(pair.establishedEnds, BOTH);
    assertEquals(pair.sent.length, mode === "main" ? 6 : 4);
  }
});

Deno.test("IkeEngine: message 3 of aggressive mode may come in plain (RFC 2409 §5.4)", () => {
  const pair = new TwoEngines({ policy: policy("aes128-sha1-modp1024", { encryptConfirmation: false }) });
  pair.initiate("aggressive", { identity: FQDN_ID });
  pair.settle(1000);
  assertEquals(pair.establishedEnds, BOTH);
  const [, third] = pair.sent.filter(({ from }) => from === "initiator");
  assertEquals(third?.description, "aggressive mode 3: HASH, NAT-D, NAT-D", "it is not encrypted");
});

Deno.test("IkeEngine uses the key as it stood when the exchange began", () => {
  const key = text("the shared key");
  const pair = new TwoEngines();
  pair.initiate("main", { key });
  key.fill(0x58);
  pair.settle(1000);
  assertEquals(pair.establishedEnds, BOTH);
});

Deno.test("IkeEngine counts symmetric work, and gives cipher keys out only if asked", () => {
  let hashBlocks = 0;
  let cipherBlocks = 0;
  const keyLogs: string[] = [];
  const pair = new TwoEngines({
    initiatorOptions: { keyLog: false },
    observe: (end, action) => {
      if (action.type === "work") {
        hashBlocks += action.hashBlocks;
        cipherBlocks += action.cipherBlocks;
      }
      if (action.type === "key-log") keyLogs.push(end);
    },
  });
  pair.initiate("main");
  pair.settle(1000);
  // Each end: message 5 in 4 blocks of AES (ID 12, HASH 24, N 28), message 6 in 3.
  assertEquals(cipherBlocks, 14);
  assert(hashBlocks > 60 && hashBlocks < 120, `${hashBlocks} blocks`);
  assertEquals(keyLogs, ["responder"]);
});

Deno.test("IkeEngine: hundreds of exchanges at once between the same two ends, all complete and all stay", () => {
  for (const mode of MODES) {
    const pair = new TwoEngines({ policy: policy("aes128-sha1-modp768", { deadPeerDetection: undefined }) });
    for (let count = 0; count < 200; count++) pair.initiate(mode);
    pair.settle(5_000);
    assertEquals(pair.failed, []);
    assertEquals(pair.deleted, [], "INITIAL-CONTACT harms none of the same time");
    for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 200);
  }
});

Deno.test("IkeEngine tolerates Cisco's identification for port 0 only if told to", () => {
  for (const tolerated of [false, true]) {
    // RFC 2407 §4.6.2 wants 0/0 or 17/500; a copy of message 1 with another cookie is made to say 17/0.
    const identity = { idType: 2, data: text("router.example") };
    const pair = new TwoEngines({
      policy: policy("aes128-sha1-modp768", {
        tolerances: { ...DEFAULT_POLICY.tolerances, identificationPortZero: tolerated },
      }),
    });
    pair.initiate("aggressive", { identity });
    pair.run(2);
    const [first] = pair.sent;
    assert(first !== undefined);
    const payload = first.datagram.payload.slice();
    const at = payload.length - 2 * 20 - (4 + identity.data.length);
    assertEquals([...payload.subarray(at, at + 4)], [2, 0, 0, 0]);
    payload[at + 1] = 17;
    payload[7] = (payload[7] as number) ^ 1;
    const actions = pair.deliver("responder", { ...first.datagram, payload });
    assertEquals(actions.some(({ type }) => type === "compute"), tolerated);
  }
});

Deno.test("IkeEngine asks the policy about an authenticated peer, and refuses whom it does not accept", () => {
  for (const mode of MODES) {
    const asked: string[] = [];
    const pair = new TwoEngines({
      responderOptions: {
        acceptPeer: ({ identification, role }) => {
          asked.push(`${role} ${identification.data.join(".")}`);
          return false;
        },
      },
    });
    pair.initiate(mode);
    pair.settle();
    assertEquals(asked, [`responder ${INITIATOR_ID.data.join(".")}`]);
    assertEquals(pair.failed.find(({ end }) => end === "responder")?.reason, "identification");
    for (const end of BOTH) assertEquals(pair.engines[end].exchangeCount, 0);
  }
});

Deno.test("IkeEngine: a responder answers only in the modes of its policy", () => {
  for (const mode of MODES) {
    const other = mode === "main" ? "aggressive" : "main";
    const pair = new TwoEngines({ responderPolicy: policy("aes128-sha1-modp1024", { modes: [other] }) });
    pair.initiate(mode);
    pair.settle();
    assertEquals(pair.failed.map(({ reason }) => reason), ["no proposal"]);
    assertEquals(pair.engines.responder.exchangeCount, 0);
  }
});

Deno.test("IkeEngine.cryptoDone() refuses a result that is not padded, and forgets one that was cancelled", () => {
  const engine = new TwoEngines().engines.initiator;
  const { exchange, actions: begun } = engine.initiate({
    mode: "aggressive",
    local: { address: INITIATOR_ID.data, port: 500 },
    peer: { address: INITIATOR_ID.data, port: 500 },
    identity: INITIATOR_ID,
    key: text("key"),
  });
  const compute = begun.find((action) => action.type === "compute");
  assert(compute?.type === "compute");
  assertThrows(() => engine.cryptoDone(compute.job, new Uint8Array(127)), ComputationLengthError, "127");
  const closed = engine.close(exchange);
  assert(closed.some((action) => action.type === "cancel-compute" && action.job === compute.job));
  assertEquals(engine.cryptoDone(compute.job, new Uint8Array(128)), []);
});

Deno.test("IkeEngine refuses policies that make no sense, and says which field", () => {
  const wrong = [
    { suites: [] },
    { suites: [{ cipher: "aes128", hash: "sha1", group: 3 }] },
    { lifetimeSeconds: 0 },
    { lifetimeSeconds: 2 ** 32 },
    { rekeyMarginSeconds: -1 },
    { halfOpenLimit: 0 },
    { halfOpenPerAddress: 0 },
    { halfOpenMilliseconds: 1.5 },
    { retransmission: { name: "none", delaysMilliseconds: [] } },
    { deadPeerDetection: { idleMilliseconds: 1, retryMilliseconds: 1, attempts: 0 } },
    { lifetimeKilobytes: 0 },
    { nonceBytes: 7 },
    { modes: ["main", "main"] },
    { numbering: { proposal: 0, firstTransform: 253 } },
    { attributeOrder: ["hash"] },
    { vendorIds: [] },
    { answeredVendorIds: [[new Uint8Array(0)]] },
  ] as const;
  for (const fields of wrong) {
    const [field] = Object.keys(fields);
    const make = () =>
      new IkeEngine({
        random: (length) => new Uint8Array(length),
        policy: { ...DEFAULT_POLICY, ...fields },
        identityFor: () => INITIATOR_ID,
        selectKey: () => undefined,
      });
    assertThrows(make, IkePolicyError, field);
  }
});
