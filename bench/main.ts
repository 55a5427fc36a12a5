/**
 * What hbasim costs, as ratios within one run where there is something to compare with.
 *
 * Run with `deno task bench`.
 */

import { formatInternetAddress } from "../sim/network/internet_address.ts";
import { World } from "../sim/lab/world/world.ts";
import { DEFAULT_POLICY, parseSuite } from "../firmware/ike/mod.ts";
import { median, strongswanPair } from "./strongswan_pair.ts";
import { runScenarioText } from "../sim/lab/scenario/runner.ts";

function demo(): void {
  for (const name of ["key_survives_power_cycle", "no_nvram_service_replays"]) {
    const source = Deno.readTextFileSync(new URL(`../scenarios/${name}.yaml`, import.meta.url));
    runScenarioText(source, name);
    const start = performance.now();
    const { world } = runScenarioText(source, name);
    const wall = (performance.now() - start) / 1000;
    const simulated = world.now / world.kernel.frequencyHz;
    const events = world.kernel.dispatched;
    console.log(
      `Scenario ${name}: ${simulated.toFixed(2)} s simulated in ${(wall * 1000).toFixed(1)} ms: ` +
        `${(simulated / wall).toFixed(0)} simulated seconds a second, ${events} events`,
    );
  }
}

/** Handshakes a second, logout included: by the median, as strongSwan's. */
function handshakes(suite: string, count: number): number {
  const [adapterAddress, targetAddress] = [Uint8Array.of(192, 0, 2, 10), Uint8Array.of(192, 0, 2, 20)];
  const key = new TextEncoder().encode("a key");
  const phase1 = { ...DEFAULT_POLICY, suites: [parseSuite(suite)] };
  const world = new World({
    adapters: [{ name: "hba0", ports: [adapterAddress], phase1 }],
    targets: [{ name: "disk", address: targetAddress, keys: [{ id: "any", key }], phase1 }],
  });
  world.powerOn();
  world.settle();
  world.run(world.host.api.setIScsiGroupPresharedKey(key, true));
  const login = () =>
    world.run(
      world.host.api.loginIScsiTarget({
        targetName: "iqn.2026-01.example:disk",
        initiatorInstance: "hba0",
        targetPortal: { address: formatInternetAddress(targetAddress) },
      }),
    );
  const milliseconds = Array.from({ length: count }, () => {
    const start = performance.now();
    const { status, session } = login();
    // What is refused costs little: a rate of refusals would look like a fast handshake.
    if (session === undefined) throw new Error(`the login of ${suite} failed with status ${status}`);
    world.run(world.host.api.logoutIScsiTarget(session));
    return performance.now() - start;
  });
  const rate = 1000 / median(milliseconds);
  console.log(
    `Phase 1, main mode, ${suite}, whole path and both ends simulated: ${rate.toFixed(0)} handshakes a second`,
  );
  return rate;
}

/** Two groups of primes, with what was once asked of them, and the curves beside. */
const HANDSHAKES = [
  ["aes128-sha1-modp1024", 400, "2.0 is asked for"],
  ["aes256-sha256-modp2048", 200, "3.7 is asked for"],
  ["aes128-sha256-ecp256", 200, undefined],
  ["aes256-sha384-ecp384", 100, undefined],
  ["aes256-sha512-ecp521", 100, undefined],
  ["aes128-sha256-curve25519", 200, undefined],
] as const;

demo();
for (const [suite, count, bound] of HANDSHAKES) {
  const rate = handshakes(suite, count);
  const pair = await strongswanPair(suite);
  if (typeof pair === "string") {
    console.log(`  two strongSwan daemons, ${suite}: not measured, ${pair}`);
    continue;
  }
  console.log(
    `  two strongSwan daemons, ${suite}: ${pair.toFixed(0)} a second, one after the other, by their log's milliseconds`,
  );
  console.log(`  we take ${(pair / rate).toFixed(1)} times as long${bound === undefined ? "" : `; ${bound}`}`);
}
