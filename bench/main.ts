/**
 * What hbasim costs, as ratios within one run where there is something to compare with.
 *
 * Run with `deno task bench`.
 */

import { formatInternetAddress } from "../sim/network/internet_address.ts";
import { World } from "../sim/lab/world/world.ts";
import { DEFAULT_POLICY, parseSuite } from "../firmware/ike/mod.ts";
import { strongswanPair } from "./strongswan_pair.ts";
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

function handshakes(suite: string, count: number): void {
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
  login();
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const { session } = login();
    if (session !== undefined) world.run(world.host.api.logoutIScsiTarget(session));
  }
  const rate = count / ((performance.now() - start) / 1000);
  console.log(
    `Phase 1, main mode, ${suite}, whole path and both ends simulated: ${rate.toFixed(0)} handshakes a second`,
  );
}

demo();
for (const [suite, count] of [["aes128-sha1-modp1024", 400], ["aes256-sha256-modp2048", 200]] as const) {
  handshakes(suite, count);
  const pair = await strongswanPair(suite);
  console.log(
    typeof pair === "string"
      ? `  two strongSwan daemons, ${suite}: not measured, ${pair}`
      : `  two strongSwan daemons, ${suite}: ${
        pair.toFixed(0)
      } a second, one after the other, by their log's milliseconds`,
  );
}
