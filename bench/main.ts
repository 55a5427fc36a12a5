/**
 * What hbasim costs, as ratios within one run where there is something to compare with.
 *
 * Run with `deno task bench`.
 */

import { World } from "../sim/world.ts";
import { DEFAULT_POLICY, parseSuite } from "../firmware/ike/mod.ts";
import { strongswanPair } from "./strongswan_pair.ts";
import { runScenarioText } from "../sim/scenario/runner.ts";

function contender(name: string, pending: number): number {
  const args = ["run", "--no-check", "--allow-read", new URL("event_queue_contender.ts", import.meta.url).pathname];
  const { stdout } = new Deno.Command(Deno.execPath(), { args: [...args, name, String(pending)] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function eventQueue(): void {
  console.log("Event queue, hold model, million operations a second (each contender in its own process, median of 3):");
  for (const pending of [16, 1000]) {
    const rates = { hbasim: [] as number[], flatqueue: [] as number[], tinyqueue: [] as number[] };
    for (let round = 0; round < 3; round++) {
      for (const name of ["hbasim", "flatqueue", "tinyqueue"] as const) rates[name].push(contender(name, pending));
    }
    const [own, flat, tiny] = [median(rates.hbasim), median(rates.flatqueue), median(rates.tinyqueue)];
    console.log(
      `  ${String(pending).padStart(4)} pending: hbasim ${own.toFixed(1)}, flatqueue ${flat.toFixed(1)} ` +
        `(ratio ${(own / flat).toFixed(2)}; it has no tie order), tinyqueue ${tiny.toFixed(1)} (ratio ${
          (own / tiny).toFixed(2)
        })`,
    );
  }
}

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
        targetPortal: { address: targetAddress },
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

eventQueue();
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
