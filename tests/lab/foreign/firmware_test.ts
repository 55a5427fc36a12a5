/** Adapters whose whole firmware is a module: what hosts see of it, and what is said of one that is wrong. */

import nacl from "tweetnacl";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Signal } from "../../../sim/kernel/signal.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { firmwareProgram } from "../../../sim/lab/foreign/foreign_firmware.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { signFirmwareImage } from "../../../firmware/firmware_image.ts";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { report } from "../../../sim/lab/world/world_report.ts";
import { readShipped } from "../../support/shipped_scenarios.ts";
import { call, firmware, i32 } from "./assembler.ts";
import { shipped } from "./stores.ts";

const FILE = "firmware.hba.wasm";
const FILES = { [FILE]: shipped(FILE).bytes };
const SOURCE = readShipped("foreign/c_firmware.yaml");

/** What does not hold of a scenario. */
function failures(source: string, file: string, seed = "1"): readonly unknown[] {
  return runScenarioText(source, file, { files: FILES, seed }).verdicts.filter(({ holds }) => !holds);
}

Deno.test("c_firmware.yaml holds, with one digest for a seed", () => {
  assertEquals(failures(SOURCE, "c_firmware.yaml"), []);
  const digest = (seed: string) => runScenarioText(SOURCE, "c_firmware.yaml", { files: FILES, seed }).digest;
  assertEquals(digest("1"), digest("1"));
  assert(digest("1") !== digest("2"));
});

Deno.test("scenarios of adapters with flash hold with the firmware in C, too", () => {
  const names = [
    "aggressive_mode_fqdn.yaml",
    "explicit_key_beats_group_key.yaml",
    "key_survives_power_cycle.yaml",
    "power_cut_during_set.yaml",
    "three_driver_ends.yaml",
    "wmi_vector.yaml",
    "wrong_key_at_target.yaml",
  ];
  for (const name of names) {
    const source = readShipped(name).replaceAll(
      "storage: nvram,",
      `storage: nvram, firmware: { module: ${FILE} },`,
    ).replace("after: 17bytes", "after: 3bytes"); // The first program of that change ends with its page, after four.
    assertStringIncludes(source, FILE);
    assertEquals(failures(source, name), [], name);
  }
});

Deno.test("a bundle holds the firmware, and replays", () => {
  const subject = { scenario: { file: "c_firmware.yaml", source: SOURCE, files: FILES } };
  const bundle = decodeBundle(encodeBundle(bundleOf(subject, execute(subject))));
  assertEquals(bundle.subject.scenario.files?.[FILE]?.length, FILES[FILE]?.length);
  assert(replay(bundle).agrees);
});

const ADAPTER = { name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] } as const;
const IKE = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: Uint8Array.of(192, 0, 2, 10) };
const KEY = new TextEncoder().encode("easy to find in memory");

Deno.test("keys are in its memory, where they are seen; it is zero after a loss of power", () => {
  const program = firmwareProgram(shipped(FILE));
  const memories: WebAssembly.Memory[] = [];
  const { instantiate } = program;
  program.instantiate = (imports) => {
    const exports = instantiate.call(program, imports);
    memories.push(exports["memory"] as WebAssembly.Memory);
    return exports;
  };
  const world = new World({ adapters: [{ ...ADAPTER, firmware: { module: program } }] });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiIKEInfo("hba0", ALL_PORTS, { ...IKE, key: KEY }, true)), 0);
  const unit = world.adapters.get("hba0");
  const whole = () => memories.map(({ buffer }) => new TextDecoder("latin1").decode(buffer)).join("");
  const text = new TextDecoder().decode(KEY);
  assertStringIncludes(whole(), text);
  assertEquals(unit?.adapter.cache?.keyTable.entries().length, 1);
  assertEquals(unit?.contents()?.records.map((each) => each.class).toSorted(), ["generational-guid", "preshared-key"]);
  unit?.adapter.powerOff();
  // What was looked into had a memory of its own.
  const [running] = memories;
  assert(running !== undefined && new Uint8Array(running.buffer).every((byte) => byte === 0));
  assertEquals(unit?.adapter.ram.bytes.every((byte) => byte === 0), true);
});

const PLANTED = shipped("planted_firmware.wasm", new URL("./", import.meta.url));
const SIGNER = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(5));

/** A world whose firmware does what `planted_firmware.c` says under a number. */
function planted(version: number): World {
  const firmwareImage = signFirmwareImage(version, new Uint8Array(4), SIGNER.secretKey);
  const module = firmwareProgram(PLANTED);
  const image = { firmwareImage, imagePublicKey: SIGNER.publicKey };
  const world = new World({ adapters: [{ ...ADAPTER, ...image, firmware: { module } }] });
  world.powerOn();
  return world;
}

const thrown = (run: () => void) => assertThrows(run, Error).message;

Deno.test("what a firmware does wrong ends the run with file and function", () => {
  const messages = [
    "hba_main: unreachable at 0x",
    "spin: runs for 1000",
    "hba_main: returned 3; expected a main loop without an end",
    /hba\.post: registers at \d+; expected words/,
    "hba.dma_read: 101 bytes at 4194204; expected a range in its memory of",
    "hba.ike_open: a null pointer; expected an address of the module's",
    "store_entry: a preshared-key with a name of 0 bytes; expected 6 to 261, as the manual says",
  ];
  messages.forEach((message, index) => {
    const said = thrown(() => planted(index + 1).settle());
    if (typeof message === "string") assertStringIncludes(said, `planted_firmware.wasm: ${message}`);
    else assertMatch(said, message);
  });
});

Deno.test("a firmware that gives up its boot is a failed adapter", () => {
  const world = planted(8);
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiIKEInfo("hba0", ALL_PORTS, { ...IKE, key: KEY }, true)) === 0, false);
});

Deno.test("an endless loop takes time until it ends the run: a loss of power before that saves it", () => {
  const world = planted(2);
  world.advance(250_000_000);
  world.adapters.get("hba0")?.adapter.powerOff();
  world.advance(1_500_000_000);
});

Deno.test("a standstill names the function of C in which a firmware waits, or goes on without end", () => {
  const waits = (world: World, task: Task) => thrown(() => world.run(task, 500_000_000)).split(" (", 2)[1];
  const never = function* (world: World): Task {
    yield* new Signal(world.kernel, "nothing at all").wait();
  };
  const tasks = "scenario waits for nothing at all; planted_firmware.wasm of hba0 waits for";
  const places = [
    [2, "an end of what it does in spin() < hba_main()"],
    [8, "hba.wait in idle() < hba_main()"],
    [10, "hba.core_spend in hba_main()"],
    [11, "an end of what it does in look_again() < hba_main()"],
  ] as const;
  for (const [version, place] of places) {
    const world = planted(version);
    assertEquals(waits(world, never(world)), `${tasks} ${place})`);
    assertStringIncludes(report(world), `waiting: planted_firmware.wasm of hba0 for ${place}`);
    world.powerOff();
    assertEquals(world.standstill().filter(({ process }) => process !== "scenario"), []);
  }
});

Deno.test("a firmware has a clock, and waits no longer than it says", () => {
  const world = planted(9);
  world.advance(100_000_000);
  const logs = [...world.recorder.events()].map(({ fields }) => fields["text"]).filter((text) =>
    /^logs/.test(`${text}`)
  );
  assertEquals(logs, ["logs: in time"]);
});

Deno.test("a module that wasm-opt was not told to suspend is found out", () => {
  const wait = [...call("wait", 0, 9), 0x1a];
  const module = firmwareProgram({ name: "old.wasm", bytes: firmware({ hba_main: [...wait, ...wait, ...i32(0)] }) });
  const world = new World({ adapters: [{ ...ADAPTER, firmware: { module } }] });
  world.powerOn();
  assertStringIncludes(
    thrown(() => world.settle()),
    "old.wasm: hba_main: goes on to hba.wait where hba.wait waits; expected all imports that `hbasim module --imports`",
  );
});

Deno.test("a firmware that is none is refused before anything runs: file, line, place, given, accepted", () => {
  const refused = (files: Readonly<Record<string, Uint8Array>>, source = SOURCE) => {
    return assertThrows(() => runScenarioText(source, "c_firmware.yaml", { files }), ScenarioError).message;
  };
  const place = "c_firmware.yaml:7:80: adapters.hba0.firmware.module: ";
  assertStringIncludes(refused({}), `${place}there is no "${FILE}" among the files of the run (there are none)`);
  assertStringIncludes(
    refused({ [FILE]: shipped().bytes }),
    `${place}${FILE}: exports: no hba_main is not accepted here; expected a function hba_main`,
  );
  assertStringIncludes(
    refused(FILES, SOURCE.replace("storage: nvram", "storage: ram")),
    "a firmware in a module with storage: ram is not accepted here; expected storage: nvram, or no firmware in a module",
  );
  assertStringIncludes(
    refused(FILES, SOURCE.replace("storage: nvram", "storage: nvram, tunnelMode: true")),
    "tunnelMode",
  );
});
