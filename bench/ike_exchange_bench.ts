/**
 * Exchanges of phase 1 per second, both ends simulated: from the request to
 * the association at both ends, public-key operations included.
 */

import {
  compute,
  type Datagram,
  DEFAULT_POLICY,
  type IkeAction,
  IkeEngine,
  ISAKMP_PORT,
  parseSuite,
  type Phase1Mode,
} from "../firmware/ike/mod.ts";
import { IdentificationType } from "../firmware/ike/identification_types.ts";
import { RandomStreams } from "../sim/kernel/random.ts";

const KEY = new TextEncoder().encode("the shared key");
const INITIATOR = { address: Uint8Array.of(192, 0, 2, 10), port: ISAKMP_PORT };
const RESPONDER = { address: Uint8Array.of(192, 0, 2, 20), port: ISAKMP_PORT };

/** Two engines on a wire without delay. */
function pairOf(suite: string): (mode: Phase1Mode) => void {
  const streams = new RandomStreams("bench");
  const policy = { ...DEFAULT_POLICY, suites: [parseSuite(suite)], deadPeerDetection: undefined };
  const engineAt = (name: string) => {
    const random = streams.stream(name);
    return new IkeEngine({
      random: (length) => random.bytes(length),
      policy,
      identityFor: (data) => ({ idType: IdentificationType.ID_IPV4_ADDR, data }),
      selectKey: () => KEY.slice(),
    });
  };
  const engines = { initiator: engineAt("initiator"), responder: engineAt("responder") };
  const wire: { readonly to: "initiator" | "responder"; readonly datagram: Datagram }[] = [];
  let established = 0;
  const perform = (end: "initiator" | "responder", actions: readonly IkeAction[]) => {
    for (const action of actions) {
      if (action.type === "send") {
        wire.push({ to: end === "initiator" ? "responder" : "initiator", datagram: action.datagram });
      } else if (action.type === "compute") {
        perform(end, engines[end].cryptoDone(action.job, compute(action.computation)));
      } else if (action.type === "established") {
        established++;
      }
    }
  };
  return (mode) => {
    const before = established;
    const { exchange, actions } = engines.initiator.initiate({
      mode,
      local: INITIATOR,
      peer: RESPONDER,
      identity: { idType: IdentificationType.ID_IPV4_ADDR, data: INITIATOR.address },
      key: KEY,
    });
    perform("initiator", actions);
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
      perform(next.to, engines[next.to].receive(next.datagram));
    }
    if (established !== before + 2) throw new Error("The exchange did not succeed");
    perform("initiator", engines.initiator.close(exchange));
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
      perform(next.to, engines[next.to].receive(next.datagram));
    }
  };
}

for (const suite of ["3des-sha1-modp1024", "aes128-sha1-modp1024", "aes256-sha256-modp2048"]) {
  for (const mode of ["main", "aggressive"] as const) {
    const run = pairOf(suite);
    Deno.bench(`phase 1, ${mode} mode, ${suite}`, { group: suite }, () => run(mode));
  }
}
