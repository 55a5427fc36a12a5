import { assert, assertEquals } from "@std/assert";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { renderLadder } from "../../../sim/trace/ladder.ts";
import { encodeTrace } from "../../../sim/trace/trace_file.ts";
import { encodeWorldImage } from "../../../sim/lab/world/world_image.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { encodePcapng } from "../../../sim/trace/pcapng.ts";

const KEYS = ["Correct-Horse-1", "Battery-Staple-2", "A-Login-Key-3"];
const SCENARIO = `
name: secrets
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: ram, ports: [192.0.2.11] }
targets:
  disk: { address: 192.0.2.20, keys: { any: ${KEYS[0]} } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: ${KEYS[0]}, flags: [ike, main] }
  - setKey: { adapter: hba1, id: 192.0.2.11, key: ${KEYS[0]}, flags: [ike, main] }
  - setGroupKey: { key: ${KEYS[1]} }
  - login: { adapter: hba0, target: disk }
  - { login: { adapter: hba1, target: disk, key: ${KEYS[2]} }, expect: ISDSC_AUTHENTICATION_FAILURE }
  - powerCycle: { adapter: hba1 }
  - { setKey: { adapter: hba0, id: type4:00, key: ${KEYS[2]} }, expect: ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED }
`;

function holds(bytes: Uint8Array, needle: Uint8Array): boolean {
  for (let start = 0; start + needle.length <= bytes.length; start++) {
    let index = 0;
    while (index < needle.length && bytes[start + index] === needle[index]) index++;
    if (index === needle.length) return true;
  }
  return false;
}

Deno.test("No key is in trace, ladder, report, image or capture, nor in DMA memory or system buffers afterwards", () => {
  const report = runScenarioText(SCENARIO, "secrets.yaml");
  assertEquals(report.verdicts.filter((verdict) => !verdict.holds), []);
  const { world } = report;
  const text = (lines: Iterable<string>) => new TextEncoder().encode([...lines].join("\n"));
  const places: Record<string, Uint8Array> = {
    trace: encodeTrace(world.recorder, world.kernel.frequencyHz),
    ladder: text(renderLadder(world.recorder.events(), world.kernel.frequencyHz)),
    verdicts: text(renderVerdicts(report)),
    image: encodeWorldImage(world.image()),
    capture: encodePcapng(world.network.captures, world.kernel.frequencyHz),
  };
  world.host.wmi.buffers.memory().forEach((bytes, index) => places[`system buffer ${index}`] = bytes);
  for (const key of KEYS) {
    const bytes = new TextEncoder().encode(key);
    for (const [name, content] of Object.entries(places)) assert(!holds(content, bytes), `${key} is in the ${name}`);
  }
  // The search itself works: the RAM key table is where the keys are.
  const memory = world.adapters.get("hba0")?.adapter.ram.memory() ?? [];
  assert(memory.some((bytes) => holds(bytes, new TextEncoder().encode(KEYS[0]))));
  world.powerOff();
  assert(!memory.some((bytes) => holds(bytes, new TextEncoder().encode(KEYS[0]))));
});

Deno.test("What was in an adapter's RAM during a login is not there after it, nor in the key slots after the logout", () => {
  const key = new TextEncoder().encode(KEYS[0]);
  const world = new World({
    adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], sessionCapacity: 2, keyTableEntries: 2 }],
    targets: [{ name: "disk", address: Uint8Array.of(192, 0, 2, 20), keys: [{ id: "any", key }] }],
  });
  world.powerOn();
  world.settle();
  const { api } = world.host;
  const adapter = world.adapters.get("hba0")?.adapter;
  assert(adapter !== undefined);
  assertEquals(world.run(api.setIScsiGroupPresharedKey(key, true)), 0);
  const before = adapter.ram.bytes.slice();
  const login = () =>
    api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: "hba0",
      targetPortal: { address: "192.0.2.20" },
    });

  for (const end of ["logout", "reset", "power off"] as const) {
    // Looks into RAM all the time, and remembers whatever was there that had not been there before.
    const seen = new Map<string, Uint8Array>();
    const process = world.kernel.spawn("login", login());
    while (process.state !== "finished") {
      world.advance(world.cycles(100_000));
      for (let at = 0; at + 16 <= before.length; at += 8) {
        const bytes = adapter.ram.bytes.slice(at, at + 16);
        if (bytes.some((byte, index) => byte !== before[at + index]) && bytes.every((byte) => byte !== 0)) {
          seen.set(bytes.join(), bytes);
        }
      }
    }
    assertEquals(process.result.status, 0);
    // Exponent, SKEYID, SKEYID_d, SKEYID_a, SKEYID_e and the cipher's key at least.
    assert(seen.size >= 6, `${seen.size} secrets seen`);
    for (const secret of seen.values()) assert(!holds(adapter.ram.bytes, secret));
    assertEquals(adapter.ram.bytes, before);
    const kept = [...seen.values()].filter((secret) => holds(adapter.keySlots.bytes, secret));
    assert(kept.length >= 2, "SKEYID_a and the cipher's key");
    const { session } = process.result;
    assert(session !== undefined);
    if (end === "logout") world.run(api.logoutIScsiTarget(session));
    else if (end === "reset") adapter.reset();
    else adapter.powerOff();
    assert(adapter.keySlots.bytes.every((byte) => byte === 0), end);
    if (end === "power off") assert(adapter.ram.bytes.every((byte) => byte === 0));
    world.settle();
  }
});
