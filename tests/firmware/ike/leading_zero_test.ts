/** The classical one-in-256 failure: a public value or the shared secret begins with a zero byte. */

import { assert, assertEquals } from "@std/assert";
import { diffieHellmanGroup } from "../../../firmware/ike/groups.ts";
import { compute, type IkeEngineOptions } from "../../../firmware/ike/mod.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { policy, TwoEngines } from "./two_engines.ts";

const GROUP = diffieHellmanGroup(1);
assert(GROUP !== undefined);

/** An odd exponent for which a condition holds. */
function searchExponent(name: string, holds: (exponent: Uint8Array) => boolean): Uint8Array {
  const random = new RandomStreams("leading zero").stream(name);
  for (let tried = 0; tried < 20_000; tried++) {
    const exponent = random.bytes(32);
    exponent[31] = (exponent[31] as number) | 1;
    if (holds(exponent)) return exponent;
  }
  throw new Error(`No exponent for ${name}`);
}

/** Draws a given exponent: the first draw of 32 bytes is the nonce, the second the exponent. */
function drawing(seed: string, exponent: Uint8Array): Partial<IkeEngineOptions> {
  const random = new RandomStreams(seed).stream("rest");
  let draws = 0;
  return {
    random: (length) => length === 32 && ++draws === 2 ? exponent.slice() : random.bytes(length),
  };
}

const publicOf = (exponent: Uint8Array) => GROUP.publicValue(exponent);
const usual = searchExponent("usual", (exponent) => publicOf(exponent)[0] !== 0);
const usualPublic = publicOf(usual);
const shortPublic = searchExponent("short public", (exponent) => publicOf(exponent)[0] === 0);
const shorterPublic = searchExponent("short public, two", (exponent) => {
  const value = publicOf(exponent);
  return value[0] === 0 && (value[1] as number) < 16;
});
const shortShared = searchExponent("short shared", (exponent) => GROUP.sharedSecret(exponent, usualPublic)[0] === 0);

const CASES = [
  { name: "g^xi", initiator: shortPublic, responder: usual },
  { name: "g^xr", initiator: usual, responder: shortPublic },
  { name: "g^xi and g^xr", initiator: shortPublic, responder: shorterPublic },
  { name: "g^xy", initiator: shortShared, responder: usual },
];

for (const { name, initiator, responder } of CASES) {
  for (const mode of ["main", "aggressive"] as const) {
    Deno.test(`IkeEngine, ${mode} mode: ${name} begins with a zero byte`, () => {
      const computed: Uint8Array[] = [];
      const pair = new TwoEngines({
        policy: policy("3des-sha1-modp768"),
        initiatorOptions: drawing("initiator", initiator),
        responderOptions: drawing("responder", responder),
        observe: (_, action) => {
          if (action.type !== "compute") return;
          computed.push(compute(action.computation));
        },
      });
      pair.initiate(mode);
      pair.settle(1000);
      assert(computed.some((value) => value[0] === 0), "the case was forced");
      assertEquals(pair.establishedEnds, ["initiator", "responder"]);
      assertEquals(new Set(pair.cipherKeys).size, 1);
      assertEquals(pair.failed, []);
    });
  }
}
