/** What the command reads and writes: nothing is lost, nothing is half done, and what cannot be is said in one line. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD, withFile } from "./command_line.ts";

const SET_KEY = `${HEAD}steps:\n  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key, flags: [ike, main] }\n`;
const PROGRAM = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;

/** Runs a shell line in which `$HBASIM` is the command. */
function shell(line: string, cwd: string): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  const { code, stdout, stderr } = new Deno.Command("bash", {
    args: ["-o", "pipefail", "-c", line],
    cwd,
    env: { NO_COLOR: "1", HBASIM: `${Deno.execPath()} run --no-check -A ${PROGRAM}` },
  }).outputSync();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Fails unless it ended as bad input, with one line. */
function assertRefused({ code, stderr }: { code: number; stderr: string }, said: RegExp): void {
  assertEquals(code, 2, stderr);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertMatch(stderr, said);
}

Deno.test("what cannot be read is refused in one line: folders, missing files, files behind files", () => {
  withFile(SET_KEY, (file, folder) => {
    assertRefused(hbasim("run", folder), /cannot read ".*": it is a folder/);
    assertRefused(hbasim("run", `${file}/x`), /cannot read ".*": a part of the path is no folder/);
    assertRefused(hbasim("run", `${folder}/absent.yaml`), /cannot read ".*": there is no such file or folder/);
    assertRefused(hbasim("run", "--from", folder, file), /it is a folder/);
    assertRefused(hbasim("run", "--replay", `${folder}/absent`, file), /there is no such file/);
    assertRefused(hbasim("iscsicli", "--state", folder, "GroupKey", "k", "T"), /it is a folder/);
    assertRefused(hbasim("iscsicli", "--state", `${folder}/s`, "--world", folder, "ListInitiators"), /it is a folder/);
  });
});

Deno.test("a name that leads nowhere is told in one line, whatever reads or writes it", () => {
  withFile(SET_KEY, (file, folder) => {
    Deno.symlinkSync("loop", `${folder}/loop`);
    const names: readonly (readonly [name: string, said: RegExp])[] = [
      [`${file}/x`, /a part of the path is no folder/],
      [`${folder}/loop`, /links lead in a circle/],
      [`${folder}/${"x".repeat(300)}`, /the name is too long/],
    ];
    for (const [name, said] of names) {
      for (const option of ["--from", "--trace"]) {
        assertRefused(hbasim("run", option, name, file), said);
      }
      for (const command of ["run", "test"]) assertRefused(hbasim(command, name), said);
      assertRefused(hbasim("trace", name, "--vcd", `${folder}/v`), said);
      assertRefused(hbasim("iscsicli", "--state", name, "SessionList"), said);
      assertRefused(hbasim("iscsicli", "--state", `${folder}/s`, "--world", name, "ListInitiators"), said);
    }
    Deno.symlinkSync("loop.yaml", `${folder}/loop.yaml`);
    assertRefused(hbasim("test", folder), /cannot read ".*loop\.yaml": links lead in a circle/);
  });
});

Deno.test("a text that is not UTF-8 is refused with the place of its first wrong byte, not with the byte", () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const cases: readonly (readonly [string, string])[] = [
    ["name: a\nb: cl\xe9\n", "2:6"],
    ["\xff", "1:1"],
    // Umlauts before it count as one character each; the last one is cut off in the middle.
    ["\xc3\xa4\xc3\xb6\xc3", "1:3"],
    ["a\r\n\xed\xa0\x80", "2:1"],
  ];
  for (const [text, place] of cases) {
    withFile(
      bytes(text),
      (file) => assertRefused(hbasim("check", file), new RegExp(`scenario\\.yaml:${place}: .*UTF-8`)),
    );
  }
});

Deno.test("an output that is an input, or the same file twice, is refused before anything runs, whatever its name", () => {
  withFile(SET_KEY, (file, folder) => {
    Deno.symlinkSync(file, `${folder}/link.yaml`);
    for (const name of [file, `${folder}/./scenario.yaml`, `${folder}/link.yaml`]) {
      const refused = hbasim("run", "--trace", name, file);
      assertRefused(refused, /--trace .* is .*, which is read; expected a file of its own/);
      assertEquals(refused.stdout, "", "it ran");
    }
    const twice = hbasim(
      "run",
      "--trace",
      `${folder}/out`,
      "--image",
      `${folder}/../${folder.split("/").at(-1)}/out`,
      file,
    );
    assertRefused(twice, /is the file of --image; expected a file of its own/);
    assertEquals(Deno.readTextFileSync(file), SET_KEY);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["link.yaml", "scenario.yaml"]);
  });
});

Deno.test("a link that leads to nothing yet is the file that it leads to: refused as another output, and made where it leads", () => {
  withFile(SET_KEY, (file, folder) => {
    Deno.mkdirSync(`${folder}/in`);
    Deno.symlinkSync("../out", `${folder}/in/near`);
    Deno.symlinkSync("in/near", `${folder}/far`);
    Deno.symlinkSync("absent/out", `${folder}/nowhere`);
    for (const [one, other] of [["out", "far"], ["far", "out"], ["far", "in/near"]]) {
      const twice = hbasim("run", "--trace", `${folder}/${one}`, "--image", `${folder}/${other}`, file);
      assertRefused(twice, /is the file of --(image|trace); expected a file of its own/);
      assertEquals(twice.stdout, "", "it ran");
    }
    assertRefused(
      hbasim("run", "--trace", `${folder}/nowhere`, file),
      /--trace: cannot write .*no such file or folder/,
    );
    assertEquals(hbasim("run", "--quiet", "--trace", `${folder}/far`, file).code, 0);
    assertEquals([Deno.lstatSync(`${folder}/far`).isSymlink, Deno.lstatSync(`${folder}/out`).isFile], [true, true]);
  });
});

Deno.test("a place that cannot be written to is found before anything runs", () => {
  withFile(SET_KEY, (file, folder) => {
    const refused = hbasim("run", "--trace", `${folder}/absent/out`, file);
    assertRefused(refused, /--trace: cannot write ".*": there is no such file or folder/);
    assertEquals(refused.stdout, "", "it ran");
    assertRefused(hbasim("run", "--trace", folder, file), /--trace: cannot write ".*": it is a folder/);
    assertRefused(hbasim("run", "--trace", `${folder}/${"x".repeat(300)}`, file), /the name is too long/);
  });
});

Deno.test("what was there stays until the new file is whole; a run that is refused leaves nothing behind", () => {
  withFile(SET_KEY, (file, folder) => {
    Deno.writeTextFileSync(`${folder}/trace`, "before");
    Deno.writeTextFileSync(file, `${HEAD}steps: [{ jump: {} }]\n`);
    assertEquals(hbasim("run", "--trace", `${folder}/trace`, file).code, 2);
    assertEquals(Deno.readTextFileSync(`${folder}/trace`), "before");
    assertEquals([...Deno.readDirSync(folder)].length, 2);
  });
});

Deno.test("a state file that cannot be replaced is left as it was: no space, no permission", () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const set = (state: string, key: string) => shell(`$HBASIM iscsicli --state ${state} GroupKey "${key}" T`, path);
  assertEquals(set("state", "first").code, 0);
  const before = Deno.readFileSync(`${path}/state`);
  // The limit of the shell on the size of files stands for a full disk; the signal that it sends is ignored.
  assertRefused(
    shell(`trap '' XFSZ; ulimit -f 1; $HBASIM iscsicli --state state GroupKey second T`, path),
    /--state: cannot write "state": (it would be too large|file too large)/,
  );
  assertEquals(Deno.readFileSync(`${path}/state`), before);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["state"]);
});

Deno.test("a disk that is full while --stream is written is told in one line, and nothing of it stays", () => {
  const steps = `${HEAD}steps:\n  - { getKey: { adapter: hba0, id: 192.0.2.10 }, repeat: 400, expect: any }\n`;
  withFile(steps, (_file, folder) => {
    const before = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertRefused(
      shell(`trap '' XFSZ; ulimit -f 8; $HBASIM run --quiet --ring 100 --stream x.cbor scenario.yaml`, folder),
      /--stream: cannot write "x\.cbor": (it would be too large|file too large)/,
    );
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), before);
  });
});

Deno.test("an empty operand is refused by name, as an unset variable leaves it", () => {
  for (const name of ["run", "check", "test", "trace", "decode", "replay", "debug", "bridge", "diff", "explain"]) {
    assertRefused(hbasim(name, ""), /: operand 1 is empty; expected a name/);
  }
  assertRefused(hbasim("diff", "a.cbor", ""), /diff: operand 2 is empty/);
});

Deno.test("at a terminal no command asks for a permission that README's command line does not give", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/scenario.yaml`, SET_KEY);
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../../deno.json", import.meta.url)));
  const [, flags] = /^deno run (.*) sim\/\S+$/.exec(tasks.hbasim) ?? [];
  const line = `'${Deno.execPath()}' run --no-check ${flags} '${PROGRAM}' test scenario.yaml`;
  const shown = await terminalUntil(/requests/, line, folder.path);
  assertStringIncludes(shown, "1 files: 1 ok");
  assert(!/permission|requests/i.test(shown), shown);
  // The control: without what it is given, Deno does ask at this terminal. Nobody answers: it is ended then.
  const asked = await terminalUntil(/requests read access/, line.replace("--allow-read", ""), folder.path);
  assertMatch(asked, /requests read access/);
});

/** What a line writes to a terminal, up to its end or to what is looked for; then it is ended. */
async function terminalUntil(wanted: RegExp, line: string, cwd: string): Promise<string> {
  const process = new Deno.Command("script", {
    args: ["-qefc", line, "/dev/null"],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let shown = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    shown += text;
    if (wanted.test(shown)) break;
  }
  try {
    process.kill();
  } catch {
    // It has ended by itself.
  }
  await process.stdin.close();
  await process.status;
  return shown;
}

Deno.test("secrets are for their owner only, and a file that is replaced keeps its permissions", () => {
  withFile(SET_KEY, (file, folder) => {
    const mode = (name: string) => (Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777;
    Deno.writeTextFileSync(`${folder}/keys`, "", { mode: 0o644 });
    Deno.writeTextFileSync(`${folder}/trace`, "");
    Deno.chmodSync(`${folder}/trace`, 0o640);
    assertEquals(
      hbasim("run", "--quiet", "--reveal-keys", `${folder}/keys`, "--trace", `${folder}/trace`, file).code,
      0,
    );
    assertEquals([mode("keys"), mode("trace")], [0o600, 0o640]);
  });
});

Deno.test("- is standard input and standard output; then all else goes to standard error", () => {
  withFile(SET_KEY, (file, folder) => {
    const { code, stdout, stderr } = shell(`$HBASIM run --image - - <"${file}" | wc -c`, folder);
    assertEquals(code, 0, stderr);
    assert(Number(stdout) > 1000, stdout);
    assertMatch(stderr, /all 1 expectations hold/);
    assertRefused(hbasim("run", "--image", "-", "--trace", "-", file), /is the file of --image/);
  });
});

Deno.test("a pipe that closes ends the command with one line, without a stack trace", () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const { stderr } = shell("{ $HBASIM run scenarios/aggressive_mode_fqdn.yaml; echo $? >&2; } | true", root);
  assertEquals(stderr, "hbasim: nobody reads standard output any more\n2\n");
  const full = shell("$HBASIM run scenarios/aggressive_mode_fqdn.yaml >/dev/full", root);
  assertRefused(full, /cannot write standard output: no space is left on the device/);
});

Deno.test("options that would do nothing are refused", () => {
  const disk = "targets:\n  disk: { address: 192.0.2.20, keys: { any: k } }\n";
  withFile(SET_KEY, (file, folder) => {
    assertRefused(hbasim("run", "--listen", "127.0.0.1:500", file), /run has no option "--listen"/);
    assertRefused(hbasim("run", "--record", `${folder}/r`, file), /run has no option "--record"/);
    assertRefused(hbasim("bridge", "--replay", `${folder}/r`, file), /bridge has no option "--replay"/);
    assertRefused(hbasim("run", "--seed", "", file), /--seed needs its value/);
    assertRefused(hbasim("run", "--seed", "1..5", file), /--seed "1\.\.5" is a range; expected one seed/);
    assertRefused(hbasim("run", "--seed", "1", "--seed", "2", file), /--seed is given 2 times/);
    assertRefused(hbasim("run", "--qiet", file), /no option "--qiet"; did you mean --quiet\?/);
    assertRefused(hbasim("cuts", "now"), /cuts takes options only/);
    assertRefused(hbasim("cuts", "--tier", "quick", "--replay", "1:56:33:w"), /--replay does not go with --tier/);
    assertRefused(hbasim("cuts", "--workers", "2", "--rules"), /--rules does not go with --workers/);
    const ram = HEAD.replace("nvram", "ram");
    Deno.writeTextFileSync(file, `${ram}steps:\n  - setGroupKey: { key: k }\n`);
    const heatMap = hbasim("run", "--heat-map", `${folder}/map`, file);
    assertRefused(heatMap, /--heat-map: no adapter of the scenario has a flash part/);
    assertEquals(heatMap.stdout, "", "it ran");
    Deno.writeTextFileSync(file, HEAD + disk + "steps:\n  - setGroupKey: { key: k }\n");
  });
});

Deno.test("control characters in what is printed are shown as escapes, and long texts are cut", () => {
  withFile(
    `name: "a\\e[31mred\\x07"\n${HEAD.slice(HEAD.indexOf("adapters"))}steps:\n  - setGroupKey: { key: k }\n`,
    (file) => {
      const { code, stdout } = hbasim("run", file);
      assertEquals(code, 0, stdout);
      assertStringIncludes(stdout, "=== a\\u001b[31mred\\u0007 (");
      assert(!/(?!\n)\p{Cc}/u.test(stdout), "a control character is printed");
      const { stderr } = hbasim("run", "--quiet", `x\x1b[31m${"y".repeat(3000)}`);
      assert(!stderr.includes("\x1b") && stderr.length < 400, stderr);
      assert(hbasim("\x1b[31m").stderr.includes("\\u001b"));
    },
  );
});

Deno.test("what a file is not is told with its name first, whichever option or operand it is of", () => {
  withFile(SET_KEY, (file, folder) => {
    const other = `${folder}/other`;
    Deno.writeTextFileSync(other, "no such thing");
    assertRefused(hbasim("run", "--from", other, file), /^hbasim: --from ".*other": Not a hbasim .* file: /);
    assertRefused(hbasim("run", "--replay", other, file), /^hbasim: --replay ".*other": Not a hbasim recording file: /);
    assertRefused(hbasim("trace", other), /^hbasim: ".*other": Not a hbasim trace file: /);
    assertRefused(hbasim("diff", other, other), /^hbasim: ".*other": Not a hbasim trace file: /);
    Deno.writeFileSync(other, Uint8Array.of(0xa3, 0xff));
    assertRefused(hbasim("explain", other, "1"), /^hbasim: ".*other": Not a hbasim trace file: /);
  });
});

Deno.test("a case of a file that has one alone, and a place that is not UTF-8, are answered where they are", () => {
  withFile(SET_KEY, (file, folder) => {
    assertRefused(hbasim("run", `${file}[x=1]`), /has one case, which has no name: expected ".*" without "\[x=1\]"$/m);
    Deno.writeFileSync(`${folder}/latin.yaml`, Uint8Array.of(0x61, 0xe9));
    assertMatch(hbasim("check", `${folder}/latin.yaml`).stderr, /^\/.*latin\.yaml:1:2: /);
  });
});

Deno.test("a case is found by another spelling of its value, too: it runs, and is no run of nothing", () => {
  withFile(`matrix: { t: [1ms, 2ms] }\n${SET_KEY}  - wait: $t\n`, (file) => {
    const { code, stdout } = hbasim("run", "--quiet", `${file}[t=1000us]`);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "[t=1ms])\n");
    assertStringIncludes(stdout, "all 1 expectations hold");
  });
});

Deno.test("a name of many characters is cut where people read it", () => {
  withFile(SET_KEY.replace("name: test", `name: ${"n".repeat(5000)}`), (file) => {
    for (const command of [["run", "--quiet"], ["test"]]) {
      const { code, stdout } = hbasim(...command, file);
      assertEquals(code, 0);
      assertStringIncludes(stdout, `${"n".repeat(200)}…`);
      assert(stdout.split("\n").every((line) => line.length < 400));
    }
  });
});

Deno.test("a switch takes no value, whatever it is; behind -- and behind a command's operand it is none", () => {
  withFile(SET_KEY, (file) => {
    for (const value of ["=false", "=true", "=", "=0"]) {
      const told = `--json${value}": --json takes no value; expected --json, or nothing`;
      const { code, stdout, stderr } = hbasim("run", `--json${value}`, file);
      assertEquals([code, stdout, stderr.includes(told)], [2, "", true], stderr);
    }
    assertRefused(hbasim("run", file, "--quiet=yes"), /"--quiet=yes": --quiet takes no value/);
    assertRefused(hbasim("iscsicli", "--json=false", "ListInitiators"), /--json takes no value/);
    assertRefused(hbasim("check", "--help=x", file), /--help takes no value/);
    assertRefused(hbasim("check", "--", "--json=false"), /cannot read "--json=false"/);
  });
});

Deno.test("what has no end, or is too long, is refused after a bound of bytes", () => {
  withFile(SET_KEY, (_, folder) => {
    const [huge, fifo] = [`${folder}/huge.yaml`, `${folder}/fifo`];
    Deno.writeTextFileSync(huge, "");
    Deno.truncateSync(huge, 2 ** 20 * 17);
    assertRefused(hbasim("run", huge), /cannot read ".*huge\.yaml": it is longer than 16 MiB; expected at most that$/m);
    Deno.truncateSync(huge, 2 ** 34);
    for (const command of [["trace", huge], ["explain", huge, "1"], ["decode", huge]]) {
      assertRefused(hbasim(...command), /it is longer than 1024 MiB; expected at most that$/m);
    }
    for (const command of [["run", "/dev/zero"], ["check", "/dev/zero"]]) {
      assertRefused(hbasim(...command), /cannot read "\/dev\/zero": it is longer than 16 MiB/);
    }
    assertRefused(hbasim("trace", "/dev/zero"), /cannot read "\/dev\/zero": it is longer than 64 MiB/);
    new Deno.Command("mkfifo", { args: [fifo] }).outputSync();
    const endless = new Deno.Command("sh", { args: ["-c", `cat /dev/zero >'${fifo}'`], stderr: "null" }).spawn();
    endless.unref();
    assertRefused(hbasim("run", fifo), /fifo": it is longer than 16 MiB/);
    // One that has an end is read as a file is.
    const whole = new Deno.Command("sh", { args: ["-c", `cat '${folder}/whole' >'${fifo}'`] });
    Deno.writeTextFileSync(`${folder}/whole`, SET_KEY);
    whole.spawn().unref();
    assertEquals(hbasim("check", fifo).code, 0);
  });
});

Deno.test("names of files in messages are quoted, and cut where they are long", () => {
  withFile(`matrix: { seed: 1..2 }\n${SET_KEY}`, (file, folder) => {
    const long = `${folder}/${`${"d".repeat(240)}/`.repeat(3)}`;
    Deno.mkdirSync(long, { recursive: true });
    const copy = `${long}it.yaml`;
    Deno.copyFileSync(file, copy);
    Deno.writeTextFileSync(`${long}none`, "no such thing");
    const commands = [
      ["explain", copy, "1"],
      ["debug", copy],
      ["run", "--trace", `${folder}/t`, copy],
      ["replay", `${long}none`],
      ["trace", `${long}none`],
      ["explore", "--inevitable", copy],
    ];
    for (const command of commands) {
      const { code, stderr } = hbasim(...command);
      assertEquals([code, stderr.includes(`"${folder}/ddd`), stderr.includes("d…")], [2, true, true], stderr);
      assert(!stderr.includes("d".repeat(201)) && stderr.length < 900, stderr);
    }
  });
});
