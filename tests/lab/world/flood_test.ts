/** Ten thousand first messages of strangers, at a target and at an adapter: every other address establishes. */

import { LoginFlag } from "../../../host/iscsidsc/structures.ts";
import { formatInternetAddress } from "../../../sim/network/internet_address.ts";
import { assert, assertEquals } from "@std/assert";
import { parseSuite } from "../../../firmware/ike/mod.ts";
import { DEFAULT_COSTS } from "../../../sim/parts/cost_table.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { vectors } from "../../firmware/ike/vectors.ts";

const TARGET = Uint8Array.of(192, 0, 2, 20);
const PORTS = Array.from({ length: 8 }, (_, port) => Uint8Array.of(192, 0, 2, 100 + port));
const KEY = new TextEncoder().encode("a key for all of them");
const MESSAGES = 10_000;
const RING = 64;

/** charon's message 1, which the target's policy has a suite of. */
const FIRST = Uint8Array.fromHex(
  vectors<{ readonly strongSwan: { readonly first: { readonly main: string } } }>("daemon-messages")
    .strongSwan.first.main,
);

/**
 * A login through each port of an adapter while strangers begin ten thousand exchanges.
 *
 * @param victims Whom they send to, in turn.
 * @param addresses How many addresses they have.
 * @param gapCycles How far their messages are apart.
 */
function underFlood(victims: readonly Uint8Array[], addresses: number, gapCycles: number) {
  const phase1 = { suites: ["aes128-sha1-modp1024", "aes256-sha256-modp2048"].map(parseSuite) };
  const world = new World({
    adapters: [{ name: "hba0", ports: PORTS, receiveRingLength: RING, phase1 }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
  });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true)), 0);
  const floods = Array.from({ length: MESSAGES }, (_, index) => ({
    source: { address: Uint8Array.of(203, 0, 113, index % addresses), port: 500 },
    destination: { address: victims[index % victims.length] ?? TARGET, port: 500 },
    payload: withCookie(index),
  }));
  const start = world.now;
  floods.forEach((datagram, index) => world.kernel.schedule(index * gapCycles, () => world.network.send(datagram)));
  // The logins begin in the middle of it, when the strangers have taken what they can.
  world.kernel.run(start + MESSAGES * gapCycles / 2);
  const target = world.targets.get("disk");
  const unit = world.adapters.get("hba0");
  assert(target !== undefined && unit !== undefined);
  const halfOpen = target.exchangeCount;
  const logins = PORTS.map((_, port) =>
    world.kernel.spawn(
      `login ${port}`,
      world.host.api.loginIScsiTarget({
        targetName: "iqn.2026-01.example:disk",
        initiatorInstance: "hba0",
        initiatorPortNumber: port,
        targetPortal: { address: formatInternetAddress(TARGET) },
        loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
      }),
    )
  );
  for (const login of logins) assertEquals(world.kernel.runUntil(login, Infinity).type, "done", login.name);
  return {
    statuses: logins.map(({ result }) => result.status),
    established: target.established,
    halfOpen,
    overruns: unit.networkInterface.counters.overruns,
  };
}

/** The message with a cookie of its own. */
function withCookie(index: number): Uint8Array {
  const payload = FIRST.slice();
  payload.set([0x5a, index >>> 16, index >>> 8, index]);
  return payload;
}

const ALL_WELL = new Array(PORTS.length).fill(0);

for (const addresses of [1, 64]) {
  Deno.test(`World: ten thousand first messages of ${addresses} addresses at a target stop no login of another`, () => {
    const { statuses, established, halfOpen } = underFlood([TARGET], addresses, 5 * DEFAULT_COSTS.packetCycles);
    assertEquals([statuses, established], [ALL_WELL, PORTS.length]);
    // Five of an address, 256 in all: the policy's bounds.
    assertEquals(halfOpen, Math.min(5 * addresses, 256));
  });

  Deno.test(`World: ten thousand first messages of ${addresses} addresses overflow an adapter's ring, and its logins come about`, () => {
    const { statuses, established, overruns } = underFlood(PORTS, addresses, DEFAULT_COSTS.packetCycles / 4);
    assertEquals([statuses, established], [ALL_WELL, PORTS.length]);
    assert(overruns > MESSAGES / 4, `${overruns} lost`);
  });
}
