/** Several processes that write one file: the last one wins, and nobody takes away what another writes. */

import { assertEquals, assertThrows } from "@std/assert";
import { mkdirSync } from "node:fs";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { OutputFiles } from "../../../sim/lab/command/output_files.ts";
import { askSystem } from "../../../sim/lab/command/system_error.ts";
import { decodeTrace } from "../../../sim/trace/trace_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { HEAD, startHbasim } from "./command_line.ts";

const OPTION = "--trace";
const bytes = (text: string) => new TextEncoder().encode(text);
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Someone who has begun to write a file. */
function begun(file: string, text: string): OutputFiles {
  const outputs = new OutputFiles([]);
  outputs.prepare(OPTION, file);
  outputs.append(OPTION, bytes(text));
  return outputs;
}

Deno.test("of two who write one file at once, both do, and the last one's stays", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/both`;
  const [first, second] = [begun(file, "first"), begun(file, "second")];
  first.write(OPTION, bytes(", whole"));
  first.close();
  assertEquals(Deno.readTextFileSync(file), "first, whole");
  second.write(OPTION, bytes(", whole"));
  second.close();
  assertEquals(Deno.readTextFileSync(file), "second, whole");
  assertEquals(namesIn(folder.path), ["both"]);
});

Deno.test("who gives up, or comes too late to begin, takes nothing of another's away", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/both`;
  const [first, second] = [begun(file, "first"), begun(file, "second")];
  second.close();
  begun(file, "third").close();
  first.write(OPTION, bytes(", whole"));
  assertEquals(Deno.readTextFileSync(file), "first, whole");
  assertEquals(namesIn(folder.path), ["both"]);
});

Deno.test("two runs at once into one output both end well, and leave one whole trace", async () => {
  using folder = temporaryFolder();
  const [scenario, trace] = [`${folder.path}/scenario.yaml`, `${folder.path}/both.cbor`];
  const steps = "steps:\n  - { setGroupKey: { key: a secret key }, repeat: 1500 }\n";
  Deno.writeTextFileSync(scenario, HEAD + steps);
  const runs = ["7", "9"].map((seed) => startHbasim("run", "--quiet", "--trace", trace, "--seed", seed, scenario));
  const ended = await Promise.all(runs.map(async (run) => {
    await run.stdin.close();
    const { code, stderr } = await run.output();
    return [code, new TextDecoder().decode(stderr)];
  }));
  assertEquals(ended, [[0, ""], [0, ""]]);
  assertEquals(decodeTrace(Deno.readFileSync(trace)).events.length > 1500, true);
  assertEquals(namesIn(folder.path), ["both.cbor", "scenario.yaml"]);
});

Deno.test("what a killed process has left is removed when nobody has written to it for a day, and nothing else is", () => {
  using folder = temporaryFolder();
  const leave = (name: string, hours: number) => {
    const path = `${folder.path}/${name}`;
    Deno.writeTextFileSync(path, "half");
    const time = new Date(Date.now() - hours * 3600 * 1000);
    Deno.utimeSync(path, time, time);
  };
  leave(".out.123-1.unfinished", 25);
  leave(".out.124-2.unfinished", 23);
  leave(".out.txt.125-1.unfinished", 25);
  leave(".out.mine.unfinished", 25);
  begun(`${folder.path}/out`, "whole").close();
  assertEquals(namesIn(folder.path), [".out.124-2.unfinished", ".out.mine.unfinished", ".out.txt.125-1.unfinished"]);
  // A number that is taken is left alone, too.
  for (let number = 1; number < 4; number++) leave(`.new.${Deno.pid}-${number}.unfinished`, 1);
  const outputs = begun(`${folder.path}/new`, "wh");
  outputs.write(OPTION, bytes("ole"));
  assertEquals(Deno.readTextFileSync(`${folder.path}/new`), "whole");
  assertEquals(namesIn(folder.path).filter((name) => name.startsWith(".new.")).length, 3);
});

Deno.test("before the first byte nothing is there that a killed process could leave", () => {
  using folder = temporaryFolder();
  const outputs = new OutputFiles([]);
  outputs.prepare(OPTION, `${folder.path}/out`);
  assertEquals(namesIn(folder.path), []);
  outputs.write(OPTION, []);
  assertEquals(Deno.readTextFileSync(`${folder.path}/out`), "");
});

Deno.test("a file that is in a folder's place is told in words", () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  const make = () => mkdirSync(`${folder.path}/file`, { recursive: true });
  assertThrows(() => askSystem("cannot make it", make), InputError, "cannot make it: it is there, and no folder");
});
