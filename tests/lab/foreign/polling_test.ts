/** Firmware that asks again and again, as some that exists does: it may, for as long as the world runs. */

import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { Signal } from "../../../sim/kernel/signal.ts";
import { firmwareProgram } from "../../../sim/lab/foreign/foreign_firmware.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { FOLDER } from "./stores.ts";
import { build, missingTool } from "./toolchain.ts";

const SOURCE = new URL("polling.c", import.meta.url).pathname;
const ADAPTER = { name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] } as const;
const IKE = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: Uint8Array.of(192, 0, 2, 10) };

function worldOf(folder: string, ...flags: readonly string[]): World {
  const output = `${folder}/polling.wasm`;
  build(SOURCE, output, [`-I${FOLDER.pathname}`, ...flags]);
  const module = firmwareProgram({ name: "polling.wasm", bytes: Deno.readFileSync(output) });
  const world = new World({ adapters: [{ ...ADAPTER, firmware: { module } }] });
  world.powerOn();
  return world;
}

Deno.test("a firmware that polls does so for as long as the world runs, and hears its doorbell then", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const world = worldOf(folder.path);
  world.advance(1_500_000_000);
  const answers = () => [...world.recorder.events()].filter(({ fields }) => fields["text"] === "logs: answered").length;
  const before = answers();
  const key = new TextEncoder().encode("a key that is refused");
  assertNotEquals(world.run(world.host.api.setIScsiIKEInfo("hba0", ALL_PORTS, { ...IKE, key }, true)), 0);
  assertEquals(answers() > before, true);
  // One that does nothing else ends with what waits for it.
  const never = new Signal(world.kernel, "nothing at all").wait();
  assertMatch(assertThrows(() => world.run(never, 1_500_000_000), Error).message, /scenario waits for nothing at all/);
});

Deno.test("one that polls where no time can pass is told so, with the function", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const world = worldOf(folder.path, "-DBLIND");
  assertMatch(
    assertThrows(() => world.advance(1_500_000_000), Error).message,
    /polling.wasm: poll: runs for 1000\d{6} cycles and calls nothing that may wait; expected up to 1000000000/,
  );
});
