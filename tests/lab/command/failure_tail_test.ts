/** What a failed run ends with, and what a test in TypeScript can say of its world. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { report, World } from "../../../mod.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

const FAILING = `
name: a login with a key that nobody has
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: another } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: one }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
  - setGroupKey: { key: never mind }
`;

const isEvent = (line: string) => /^ *\d+ +\d+\.\d{6} ms /.test(line);

Deno.test("a failed run ends with verdicts, the last 30 events of the failing step, and a command that makes it again", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/it's failing.yaml`;
  Deno.writeTextFileSync(file, FAILING);
  const { code, stdout } = hbasim("run", "--quiet", "--seed", "seven of nine", file);
  assertEquals(code, 1);
  const lines = stdout.trimEnd().split("\n");
  const verdict = lines.findIndex((line) => line.startsWith("FAIL  line   7"));
  const tail = lines.findIndex((line) => line === "the end of line 7: login:");
  assert(verdict > 0 && tail > verdict, stdout);
  const events = lines.slice(tail).filter(isEvent);
  assert(events.length <= 30 && events.length > 20);
  assertMatch(events.at(-1) ?? "", /<- application: LoginIScsiTarget = ISDSC_AUTHENTICATION_FAILURE$/);
  const [, again = ""] = /^again: hbasim (.*)$/.exec(lines.at(-1) ?? "") ?? [];
  assertEquals(again, `run --seed 'seven of nine' '${file.replace("'", "'\\''")}'`);
  // The command is one that a shell takes, and it makes the same run.
  const digest = / digest [0-9a-f]+/.exec(stdout)?.[0];
  assertEquals(/ digest [0-9a-f]+/.exec(hbasim(...words(again)).stdout)?.[0], digest);
  assert(!stdout.includes("key that nobody has at") && !/\bnever mind\b/.test(lines.slice(tail).join("\n")));
});

const SET = `
name: an expectation that is set
parameters: { key: a key of the file, status: SUCCESS }
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - { setGroupKey: { key: $key }, expect: $status }
`;

/** The words of a command, as a shell takes them, and what it does not: a comment. */
function words(command: string): readonly string[] {
  const { stdout } = new Deno.Command("sh", { args: ["-c", `printf '%s\\n' ${command}`] }).outputSync();
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("the command that makes a run again has what was set, but for a key, which is to be filled in", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/set.yaml`;
  Deno.writeTextFileSync(file, SET);
  const digestOf = (text: string) => / digest [0-9a-f]+/.exec(text)?.[0];
  const given = ["--set", "key=unmistakable; ' $HOME", "--set", "status=NOT_FOUND"];
  const first = hbasim("run", "--quiet", ...given, file);
  const [, again = ""] = /^again: hbasim (.*)$/m.exec(first.stdout) ?? [];
  assertEquals(again, `run --set 'key=…' --set status=NOT_FOUND '${file}'  # …: fill in key`);
  const filled = words(again).map((word) => word.replace("…", "unmistakable; ' $HOME"));
  assertEquals(filled.length, 6);
  const second = hbasim(...filled, "--quiet");
  assertEquals([second.code, digestOf(second.stdout)], [1, digestOf(first.stdout)]);
  // Without it the run is another one.
  assertEquals(hbasim("run", "--quiet", file).code, 0);

  const tested = hbasim("test", ...given, "--junit", `${folder.path}/out.xml`, file);
  assertEquals(tested.code, 1, tested.stderr);
  assertEquals(/^ +again: hbasim (.*)$/m.exec(tested.stdout)?.[1], again);
  const [json, xml] = [
    hbasim("test", ...given, "--json", file).stdout,
    Deno.readTextFileSync(`${folder.path}/out.xml`),
  ];
  assertEquals(JSON.parse(json)[0].again, `hbasim ${again}`);
  assert(!`${first.stdout}${second.stdout}${tested.stdout}${json}${xml}`.includes("unmistakable"));
});

Deno.test("a run that holds has no such end", () => {
  const { stdout } = hbasim("run", "--quiet", "scenarios/wmi_vector.yaml");
  assert(!stdout.includes("the end of") && !stdout.includes("again:"));
});

Deno.test("report(world) tells the last events, who waits for what, seed, digest, and the command that is given", () => {
  const world = new World({ seed: "7", adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
  world.powerOn();
  world.settle();
  world.kernel.spawn("a test's own task", world.host.untilReady());
  function* forEver() {
    for (;;) yield* world.kernel.sleep(1_000_000_000);
  }
  world.kernel.spawn("whoever sleeps", forEver());
  world.advance(10);
  const lines = report(world, { again: "deno test it.ts" }).split("\n");
  assertEquals(
    lines[0],
    `cycle ${world.now}, seed 7, digest ${
      world.digest().slice(0, 16)
    }; the last 30 of ${world.recorder.length} events:`,
  );
  assertEquals(lines.filter(isEvent).length > 10 && lines.filter(isEvent).length <= 30, true);
  assert(lines.includes("waiting: whoever sleeps for time"), lines.join("\n"));
  assertEquals(lines.at(-1), "again: deno test it.ts");
  assertEquals(report(world, { events: 0 }).split("\n").filter(isEvent), []);
});

Deno.test("hbasim run --json tells the same for programs, a line for each file, and diff where two runs part", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/failing.yaml`;
  Deno.writeTextFileSync(file, FAILING);
  const [first, second] = ["one.cbor", "two.cbor"].map((name) => `${folder.path}/${name}`) as [string, string];
  const { code, stdout } = hbasim("run", "--json", file, "scenarios/wmi_vector.yaml");
  assertEquals(code, 1);
  const [failed, good] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([failed.file, failed.holds, good.holds, good.failure], [file, false, true, undefined]);
  assertEquals(failed.verdicts[1].actual, "ISDSC_AUTHENTICATION_FAILURE");
  assert(failed.failure.events.length <= 30 && failed.failure.events.every((at: string) => /^c\d+\.s\d+$/.test(at)));
  assertEquals(failed.again, `hbasim run '${file}'`, "the folder has a blank");
  hbasim("run", "--quiet", "--trace", first, file);
  hbasim("run", "--quiet", "--seed", "2", "--trace", second, file);
  const same = JSON.parse(hbasim("diff", "--json", first, first).stdout);
  const parted = JSON.parse(hbasim("diff", "--json", first, second).stdout);
  assertEquals(same.parted, undefined);
  assertEquals(parted.same, parted.parted.sequence);
  assert(parted.same < same.same && parted.parted.differs.length > 0);
});
