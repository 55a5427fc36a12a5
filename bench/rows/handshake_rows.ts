/**
 * Rows of phase 1: handshakes through the whole path with both ends simulated, beside two strongSwan daemons.
 *
 * @module
 */

import type { DiffieHellmanGroup } from "../../firmware/ike/diffie_hellman.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { Checkout } from "../checkout.ts";
import type { NotMeasured, Row, Sample, Target } from "../row.ts";
import { cpuMilliseconds, median, timed } from "../sampling.ts";
import { strongswanPair } from "../strongswan_pair.ts";
import { worldClass } from "./worlds.ts";

type GroupsModule = typeof import("../../firmware/ike/groups.ts");
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

/** Two boots and two logins of group 2, each world with a seed of its own: no exponent comes twice. */
async function bootsAndLogins(checkout: Checkout, isRemembered: boolean): Promise<Sample> {
  const { DEFAULT_POLICY, parseSuite } = await checkout.module<IkeModule>("firmware/ike/mod.ts");
  const { diffieHellmanGroup } = await checkout.module<GroupsModule>("firmware/ike/groups.ts");
  const phase1 = { ...DEFAULT_POLICY, suites: [parseSuite("aes128-sha1-modp1024")] };
  const World = await worldClass(checkout);
  const group = diffieHellmanGroup(2);
  if (group === undefined) throw new Error("there is no group 2");
  let seed = 0;
  const story = () => {
    const world = new World({
      seed: isRemembered ? 0 : seed++,
      adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], phase1 }],
      targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
    });
    for (let boot = 0; boot < 2; boot++) {
      world.powerOn();
      world.settle();
      if (boot === 0) world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true));
      handshake(world);
      world.powerOff();
    }
  };
  return timed(isRemembered ? () => remembering(group, story) : story);
}

/** Runs something whose public-key results are looked up: what is left is all but public keys. */
function remembering(group: DiffieHellmanGroup, work: () => void): void {
  const { publicValue, sharedSecret } = group;
  const results = remembered(group);
  const lookUp = (key: string, compute: () => Uint8Array) => {
    const result = results.get(key) ?? compute();
    results.set(key, result);
    return result.slice();
  };
  const replaced: { publicValue: typeof publicValue; sharedSecret: typeof sharedSecret } = group;
  replaced.publicValue = (exponent) => lookUp(exponent.join(), () => publicValue(exponent));
  replaced.sharedSecret = (exponent, value) =>
    lookUp(`${exponent.join()} ${value[0]}`, () => sharedSecret(exponent, value));
  try {
    work();
  } finally {
    Object.assign(replaced, { publicValue, sharedSecret });
  }
}

const REMEMBERED = new WeakMap<DiffieHellmanGroup, Map<string, Uint8Array>>();

function remembered(group: DiffieHellmanGroup): Map<string, Uint8Array> {
  const results = REMEMBERED.get(group) ?? new Map<string, Uint8Array>();
  REMEMBERED.set(group, results);
  return results;
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
export const HANDSHAKE_ROWS: readonly Row[] = [
  {
    name: "public-key",
    about: "two boots and two logins of group 2, over the same with public-key results looked up",
    unit: "ms",
    ours: (checkout) => bootsAndLogins(checkout, false),
    peer: { name: "without public key", sample: ({ ours }) => bootsAndLogins(ours, true) },
    target: { most: 1.5 },
  },
  ...SUITES.map(([suite, target]): Row => ({
    name: `login-${suite}`,
    about: `login and logout, ${suite}; over phase 1 of two strongSwan daemons, by their log's milliseconds`,
    unit: "ms",
    ours: (checkout) => handshakes(checkout, suite),
    peer: { name: "strongSwan", sample: () => daemons(suite) },
    ...(target === undefined ? {} : { target }),
    pairs: 5,
  })),
];
