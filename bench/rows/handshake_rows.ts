/**
 * Rows of phase 1: handshakes through the whole path with both ends simulated, beside two strongSwan daemons.
 *
 * @module
 */

import type { World } from "../../sim/lab/world/world.ts";
import type { Checkout } from "../checkout.ts";
import type { NotMeasured, Row, Sample, Target } from "../row.ts";
import { cpuMilliseconds, median } from "../sampling.ts";
import { strongswanPair } from "../strongswan_pair.ts";
import { worldClass } from "./worlds.ts";

type IkeModule = typeof import("../../firmware/ike/mod.ts");

const COUNT = 60;
const TARGET = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a key");

/** A login and its logout. */
function handshake(world: World): void {
  const { status, session } = world.run(
    world.host.api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: "hba0",
      targetPortal: { address: "192.0.2.20" },
    }),
  );
  // What is refused costs little: a refusal would look like a fast handshake.
  if (session === undefined) throw new Error(`the login failed with status ${status}`);
  world.run(world.host.api.logoutIScsiTarget(session));
}

async function handshakes(checkout: Checkout, suite: string): Promise<Sample> {
  const { DEFAULT_POLICY, parseSuite } = await checkout.module<IkeModule>("firmware/ike/mod.ts");
  const phase1 = { ...DEFAULT_POLICY, suites: [parseSuite(suite)] };
  const world = new (await worldClass(checkout))({
    adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], phase1 }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
  });
  world.powerOn();
  world.settle();
  world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true));
  return () =>
    median(Array.from({ length: COUNT }, () => {
      const begin = cpuMilliseconds();
      handshake(world);
      return cpuMilliseconds() - begin;
    }));
}

async function daemons(suite: string): Promise<Sample | NotMeasured> {
  const rate = await strongswanPair(suite);
  return typeof rate === "string" ? { notMeasured: rate } : () => 1000 / rate;
}

/** Two groups of primes, with what was once asked of them, and the curves beside. */
const SUITES: readonly (readonly [suite: string, target?: Target])[] = [
  ["aes128-sha1-modp1024", { most: 2.0 }],
  ["aes256-sha256-modp2048", { most: 3.7 }],
  ["aes128-sha256-ecp256"],
  ["aes256-sha384-ecp384"],
  ["aes256-sha512-ecp521"],
  ["aes128-sha256-curve25519"],
];

/** Rows of phase 1. */
export const HANDSHAKE_ROWS: readonly Row[] = SUITES.map(([suite, target]) => ({
  name: `login-${suite}`,
  about: `login and logout, ${suite}; over phase 1 of two strongSwan daemons, by their log's milliseconds`,
  unit: "ms",
  ours: (checkout) => handshakes(checkout, suite),
  peer: { name: "strongSwan", sample: () => daemons(suite) },
  ...(target === undefined ? {} : { target }),
  pairs: 5,
}));
