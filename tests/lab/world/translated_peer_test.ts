/** A peer behind an address translator, which may say that its own address is any: the key decides whom to believe. */

import { assertEquals } from "@std/assert";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { Phase1Runner } from "../../../firmware/session/phase1_runner.ts";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { Network } from "../../../sim/network/network.ts";
import { DEFAULT_COSTS } from "../../../sim/parts/cost_table.ts";
import { PublicKeyEngine } from "../../../sim/parts/public_key_engine.ts";
import { Target, type TargetKey } from "../../../sim/lab/world/target.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";

const TRANSLATED = Uint8Array.of(192, 0, 2, 10);
const HIDDEN = Uint8Array.of(10, 0, 0, 7);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const text = (value: string) => new TextEncoder().encode(value);

/** What came of main mode by an initiator at a hidden address that the target sees as another one. */
function meet(identity: Uint8Array, key: string, keys: readonly TargetKey[]): string {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const streams = new RandomStreams("translated peer");
  const network = new Network(kernel, recorder, streams.stream("network"));
  const policy = { ...DEFAULT_POLICY, suites: [parseSuite("aes128-sha1-modp1024")] };
  const shared = { kernel, recorder, costs: DEFAULT_COSTS };
  new Target({ ...shared, name: "disk", address: TARGET, keys, policy, network, random: streams.stream("target") });
  let outcome = "nothing";
  const random = streams.stream("initiator");
  const runner = new Phase1Runner({
    ...shared,
    engine: {
      random: (lengthBytes) => random.bytes(lengthBytes),
      policy,
      identityFor: () => ({ idType: 1, data: identity }),
      selectKey: () => undefined,
    },
    spend: (cycles) => kernel.sleep(cycles),
    publicKeyEngine: new PublicKeyEngine(kernel),
    send: (datagram) => network.send({ ...datagram, source: { ...datagram.source, address: TRANSLATED } }),
    onEvent: (event) => {
      if (event.type === "established") outcome = "established";
      if (event.type === "failed") outcome = event.reason;
      if (event.type === "deleted") outcome = `deleted: ${event.cause}`;
    },
    component: recorder.component("initiator"),
  });
  network.attach(
    TRANSLATED,
    (datagram) => runner.receive({ ...datagram, destination: { ...datagram.destination, address: HIDDEN } }),
  );
  kernel.spawn("initiator", runner.run(), { daemon: true });
  runner.initiate({
    mode: "main",
    local: { address: HIDDEN, port: 500 },
    peer: { address: TARGET, port: 500 },
    identity: { idType: 1, data: identity },
    key: text(key),
  }, () => {});
  kernel.run(30 * kernel.frequencyHz);
  return outcome;
}

Deno.test("Target believes a translated peer only an address that shares the key of the one it calls from", () => {
  const own: TargetKey = { id: { type: 1, bytes: TRANSLATED }, key: text("its own key") };
  const another: TargetKey = { id: { type: 1, bytes: HIDDEN }, key: text("another's key") };
  assertEquals(meet(TRANSLATED, "its own key", [own, another]), "established");
  assertEquals(meet(HIDDEN, "its own key", [own, another]), "identification");
  // Who has the key for all may have any address that has no key of its own.
  const all: TargetKey = { id: "any", key: text("the key for all") };
  assertEquals(meet(HIDDEN, "the key for all", [all]), "established");
  assertEquals(meet(HIDDEN, "the key for all", [all, another]), "identification");
});
