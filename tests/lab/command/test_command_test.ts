/** `hbasim test`: all files of a folder, on threads, in an order of its own, with verdicts for machines. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { scenarioFiles } from "../../../sim/lab/command/scenario_folder.ts";
import { hbasim, HEAD, startHbasim } from "./command_line.ts";

const GOOD = `${HEAD}steps:\n  - setGroupKey: { key: a secret key }\n`;
const FAILING = `name: "<less> & \\"more\\""\n${HEAD.slice(HEAD.indexOf("adapters"))}` +
  `steps:\n  - setGroupKey: { key: a secret key }\n  - { setGroupKey: { key: a secret key }, expect: NOT_FOUND }\n`;

/** A folder of files, some of which fail. */
function withFolder(use: (folder: string) => void): void {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/deep/er`, { recursive: true });
  for (let index = 0; index < 6; index++) Deno.writeTextFileSync(`${folder.path}/deep/er/good${index}.yaml`, GOOD);
  Deno.writeTextFileSync(`${folder.path}/failing.yml`, FAILING);
  Deno.writeTextFileSync(`${folder.path}/bad.yaml`, "name: a secret key\nstep: 1\n");
  Deno.writeTextFileSync(`${folder.path}/no_scenario.txt`, "name: x");
  use(folder.path);
}

Deno.test("hbasim test: what cannot be read and what fails first, then the others, then totals; 2 before 1 before 0", () => {
  withFolder((folder) => {
    const all = hbasim("test", folder);
    assertEquals(all.code, 2, all.stderr);
    const marks = all.stdout.split("\n").map((line) => /^(BAD|FAIL|ok)\b/.exec(line)?.[1]).filter((mark) => mark);
    assertEquals(marks, ["BAD", "FAIL", "ok", "ok", "ok", "ok", "ok", "ok"]);
    assertStringIncludes(all.stdout, "8 files: 6 ok, 1 failed, 1 bad; 7 cases: 6 ok, 1 failed; 8 expectations\n");
    assertStringIncludes(
      all.stdout,
      `  ${folder}/failing.yml:6: setGroupKey: expected ISDSC_NOT_FOUND, but found SUCCESS`,
    );
    // The story is that of the failing step, to its end, and the way to it.
    assertMatch(all.stdout, /the end of line 6: setGroupKey:\n +\d+ +[\d.]+ ms {2}\S/);
    assertMatch(
      all.stdout,
      /<- application: SetIScsiGroupPresharedKey = SUCCESS\n +why: +hbasim explain '.*failing\.yml' 6\n +again: hbasim run '.*failing\.yml'\n/,
    );
    assertEquals(hbasim("test", `${folder}/failing.yml`, `${folder}/deep`).code, 1);
    assertEquals(hbasim("test", `${folder}/deep`).code, 0);
    assertEquals(hbasim("test", folder, "--filter", "er/good").code, 0);
  });
});

Deno.test("hbasim test runs what a folder shows: links to files, names in capitals; what is hidden it does not", () => {
  using folder = temporaryFolder();
  const path = folder.path;
  Deno.mkdirSync(`${path}/tests/real.yaml`, { recursive: true });
  Deno.writeTextFileSync(`${path}/elsewhere.txt`, FAILING);
  Deno.symlinkSync(`${path}/elsewhere.txt`, `${path}/tests/linked.yaml`);
  Deno.symlinkSync(path, `${path}/tests/circle.yaml`);
  Deno.writeTextFileSync(`${path}/tests/real.yaml/UP.YML`, GOOD);
  Deno.writeTextFileSync(`${path}/tests/.hidden.yaml`, FAILING);
  Deno.mkdirSync(`${path}/tests/.git`);
  Deno.writeTextFileSync(`${path}/tests/.git/kept.yaml`, FAILING);
  const { code, stdout } = hbasim("test", `${path}/tests`);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "2 files: 1 ok, 1 failed, 0 bad");
  assertStringIncludes(stdout, "linked.yaml:");
  assertStringIncludes(hbasim("test", `${path}/tests/.hidden.yaml`).stdout, "1 files: 0 ok, 1 failed");
  // A link that leads nowhere is no test that has passed.
  Deno.symlinkSync(`${path}/gone`, `${path}/tests/dangling.yaml`);
  const bad = hbasim("test", `${path}/tests`);
  assertEquals(bad.code, 2);
  assertMatch(bad.stdout, /BAD {3}\S.*dangling\.yaml[^]*there is no such file/);
});

Deno.test("a file that is given by several names is one", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/one.yaml`;
  Deno.writeTextFileSync(file, "");
  const names = [file, `${folder.path}/./one.yaml`, `${folder.path}/../${folder.path.split("/").at(-1)}`, folder.path];
  assertEquals(scenarioFiles(names), [file]);
  assertEquals(scenarioFiles(names.toReversed()).length, 1);
});

Deno.test("hbasim test gives the same bytes on any number of threads, and no key in any of them", () => {
  withFolder((folder) => {
    const outputs = ["1", "2", "5"].map((workers) => {
      const xml = `${folder}/out${workers}.xml`;
      const given = ["test", folder, "--no-times", "--workers", workers];
      const { stdout } = hbasim(...given, "--junit", xml);
      return { stdout, xml: Deno.readTextFileSync(xml), json: hbasim(...given, "--json").stdout };
    });
    assertEquals(JSON.parse(outputs[0]?.json ?? "").length, 8);
    assert(!/time=|milliseconds/i.test(`${outputs[0]?.xml}${outputs[0]?.json.replaceAll("simulatedNanoseconds", "")}`));
    assertEquals(outputs[1], outputs[0]);
    assertEquals(outputs[2], outputs[0]);
    // A name that holds the key is shown as what it is, a name; elsewhere there is none of it.
    assert(!JSON.stringify(outputs[0]).replaceAll("name: a secret key", "").includes("secret"));
  });
});

Deno.test("hbasim test writes JUnit XML with one failure, one error, and texts that XML takes", () => {
  withFolder((folder) => {
    hbasim("test", folder, "--junit", `${folder}/out.xml`);
    const xml = Deno.readTextFileSync(`${folder}/out.xml`);
    assertEquals([...xml.matchAll(/<testcase /g)].length, 8);
    assertEquals([...xml.matchAll(/<failure message="[^"<]*">/g)].length, 1);
    assertEquals([...xml.matchAll(/<error message="[^"<]*">/g)].length, 1);
    assertStringIncludes(xml, 'name="&lt;less&gt; &amp; &quot;more&quot;"');
    // Every tag that is opened is closed in order, and no bare & or < is left.
    const open: string[] = [];
    for (const [, end, tag, self] of xml.matchAll(/<(\/?)([a-z]+)(?: [a-zA-Z]+="[^"<]*")*(\/?)>/g)) {
      if (end === "/") assertEquals(open.pop(), tag);
      else if (self !== "/") open.push(tag as string);
    }
    assertEquals(open, []);
    assert(!/&(?!(amp|lt|gt|quot);)/.test(xml), xml);
  });
});

/** 20 cases, which fail all at one expectation. */
const CASES = `name: many cases
tags: [nvram]
matrix: { nth: 1..20 }
parameters: { key: a secret key }
cases: { x: { good: SUCCESS } }
${HEAD.slice(HEAD.indexOf("adapters"))}steps:
  - { setGroupKey: { key: $key }, expect: $good }
  - { login: { adapter: hba0, target: disk, port: $nth }, expect: [SUCCESS, CONNECTION_FAILED] }
targets: { disk: { address: 192.0.2.20 } }
`;

Deno.test("hbasim test: cases of one file are shared out, told together where they fail alike, and run again by name", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/many.yaml`;
  Deno.writeTextFileSync(file, CASES);
  Deno.writeTextFileSync(`${folder.path}/other.yaml`, GOOD);
  const test = (...args: readonly string[]) => hbasim("test", folder.path, "--no-times", ...args);
  const all = test("--workers", "1", "--junit", `${folder.path}/out.xml`);
  assertEquals(all.code, 1, all.stderr);
  const names = Array.from({ length: 20 }, (_, index) => `x,nth=${index + 1}`);
  assertStringIncludes(all.stdout, `FAIL  ${file}  many cases  20 of 20 cases\n`);
  assertMatch(all.stdout, /many\.yaml:10: \[x,nth=1\] login: expected /);
  assertStringIncludes(all.stdout, `    also ${names.slice(1, 11).join("; ")} and 9 more\n`);
  assertStringIncludes(all.stdout, `again: hbasim run '${file}[x,nth=1]'\n`);
  assertStringIncludes(all.stdout, "2 files: 1 ok, 1 failed, 0 bad; 21 cases: 1 ok, 20 failed; 41 expectations\n");
  const xml = Deno.readTextFileSync(`${folder.path}/out.xml`);
  assertStringIncludes(xml, `<testsuite name="${file}" tests="20" failures="20" errors="0"`);
  assertEquals([...xml.matchAll(/ name="many cases \[(.*?)\]"/g)].map(([, name]) => name), names);
  assert(!`${all.stdout}${xml}`.includes("a secret key"));

  assertEquals(test("--workers", "3").stdout, all.stdout);
  assertStringIncludes(test("--tag", "nvram").stdout, "1 files: 0 ok, 1 failed, 0 bad; 20 cases");
  assertStringIncludes(test("--filter", "many.yaml").stdout, "FAIL  " + file + "  many cases  20 of 20 cases");
  const again = hbasim("run", "--quiet", `${file}[x,nth=7]`, "--set", "key=another");
  assertEquals(again.code, 1, again.stderr);
  assertMatch(again.stdout, /=== many cases \(.*many\.yaml\[x,nth=7\]\)\nok .*line {3}9/);
});

Deno.test("hbasim test --filter: values of what varies are compared as values, in whatever unit", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/moments.yaml`;
  const many = "matrix: { cut: 0us..20ms step 5ms, loss: [0%, 5.0%] }\ncases: { a: { key: k }, ab: { key: l } }\n";
  const steps = "steps:\n  - { setGroupKey: { key: $key } }\n  - { wait: $cut }\nnetwork: { loss: $loss }\n";
  Deno.writeTextFileSync(file, `name: x\n${many}${HEAD.slice(HEAD.indexOf("adapters"))}${steps}`);
  Deno.writeTextFileSync(`${folder.path}/other.yaml`, GOOD);
  Deno.writeTextFileSync(`${folder.path}/bad.yaml`, "step: 1\n");
  const found = (filter: string): string[] => {
    const { code, stdout, stderr } = hbasim("test", folder.path, "--json", "--filter", filter);
    assertEquals(code, 0, stderr);
    return JSON.parse(stdout).map((each: { readonly case: string }) => each.case);
  };
  const at5 = ["a,cut=5ms,loss=0%", "a,cut=5ms,loss=5.0%", "ab,cut=5ms,loss=0%", "ab,cut=5ms,loss=5.0%"];
  assertEquals(found("cut=5ms"), at5);
  assertEquals(found("[cut=5000us]"), at5);
  assertEquals(found("cut=5000us,loss=5%"), at5.filter((name) => name.endsWith("5.0%")));
  assertEquals(found("moments.yaml[ab,cut=0.005s]"), at5.slice(2));
  assertEquals(found(`${file}[a,cut=5ms,loss=0%]`), at5.slice(0, 1));
  assertEquals(found("=5ms"), at5, "any other text is looked for in the name");
  const refused: readonly (readonly [string, RegExp])[] = [
    ["cut=7ms", /--filter "cut=7ms": no case in .* has it: there is cut=0us, cut=5ms, cut=10ms, cut=15ms, cut=20ms$/m],
    ["cutt=5ms", /has it: nothing called "cutt" varies; did you mean cut\? \(a, cut, loss, ab\)$/m],
    ["other[cut=5ms]", /has it: nothing called "cut" varies \(nothing does\)$/m],
    ["cut=", /--filter "cut=": expected what varies, such as cut=5ms or a row, instead of "cut="$/m],
    ["[]", /instead of ""$/m],
    ["[=5ms]", /instead of "=5ms"$/m],
  ];
  for (const [filter, said] of refused) {
    const { code, stdout, stderr } = hbasim("test", folder.path, "--filter", filter);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, said);
  }
});

const MISSING = `name: a fault that may miss
matrix: { nth: [1, 900] }
${HEAD.slice(HEAD.indexOf("adapters"))}steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: $nth, mayMiss: true } }]
    expect: old or new
  - wait: 1s
`;

Deno.test("hbasim test and run say how much time was simulated, and which misses were allowed", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/missing.yaml`;
  Deno.writeTextFileSync(file, MISSING);
  Deno.writeTextFileSync(`${folder.path}/other.yaml`, GOOD);
  const { stdout, code } = hbasim("test", "--no-times", folder.path);
  assertEquals(code, 0, stdout);
  const [ok, other, totals] = stdout.split("\n");
  assertMatch(
    ok ?? "",
    /^ok {4}.*missing\.yaml {2}a fault that may miss {2}2 cases {2}\d+\.\d{3} s simulated, 1 miss allowed$/,
  );
  assertMatch(other ?? "", / {2}0\.\d{3} s simulated$/);
  assertMatch(totals ?? "", / expectations; 1 miss allowed$/);
  const cases = JSON.parse(hbasim("test", "--json", folder.path).stdout);
  assertEquals(cases.map(({ missesAllowed }: { missesAllowed: number }) => missesAllowed), [0, 1, 0]);
  // The time of the file is that of its cases.
  const seconds = cases.slice(0, 2).reduce((sum: number, each: { simulatedNanoseconds: string }) => {
    return sum + Number(each.simulatedNanoseconds) / 1e9;
  }, 0);
  assertStringIncludes(ok ?? "", ` ${(Math.floor(seconds * 1e6) / 1e6).toFixed(3)} s simulated`);
  const run = hbasim("run", "--quiet", `${file}[nth=900]`).stdout;
  assertMatch(run, /expectations hold \(seed 1, digest [0-9a-f]+\); 1\.\d{3} s simulated, 1 miss allowed$/m);
  assert(!hbasim("run", "--quiet", `${file}[nth=1]`).stdout.includes("allowed"));
});

Deno.test("hbasim run: one option, one case; a matrix that brings the seed takes no other", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/seeds.yaml`;
  Deno.writeTextFileSync(file, GOOD.replace("adapters", "matrix: { seed: 1..2 }\nadapters"));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--trace", "x", file], /--trace goes with one case, .*seeds\.yaml" has 2; name one: ".*seeds\.yaml\[seed=1\]"/],
    [["--seed", "3", `${file}[seed=1]`], /--seed "3" with the case "seed=1": expected no --seed/],
    [[`${file}[seed=3]`], /seeds\.yaml" has no case "seed=3"; did you mean seed=1\? expected one of seed=1 or seed=2/],
    [["--set", "seed", file], /--set takes NAME=VALUE/],
    [["--set", "a=1", "--set", "a=2", file], /--set "a" is given twice/],
    [["--set", "a=1", file], /there is no parameter "a" to set \(the file has none\)/],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = hbasim("run", ...args);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
  for (
    const command of [["explain", "--seed", "3", `${file}[seed=1]`, "5"], ["debug", "--seed", "3", `${file}[seed=1]`]]
  ) {
    const { code, stderr } = hbasim(...command);
    assertEquals(code, 2);
    assertMatch(stderr, /--seed "3" with the case "seed=1": expected no --seed/);
  }
  const { code, stdout } = hbasim("run", "--quiet", file);
  assertEquals([code, [...stdout.matchAll(/^===/gm)].length], [0, 2]);
});

Deno.test("a file that is given twice is seen, by whatever names", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/one.yaml`;
  Deno.writeTextFileSync(file, GOOD);
  Deno.symlinkSync(file, `${folder.path}/other.yaml`);
  for (const again of [`${folder.path}/./one.yaml`, `${folder.path}/other.yaml`]) {
    for (const command of ["run", "check"]) {
      const { code, stdout, stderr } = hbasim(command, file, again);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, `"${again}" are one file; expected each file once`);
    }
  }
  assertMatch(hbasim("check", file, file).stderr, /is given twice/);
});

Deno.test("hbasim test refuses what it cannot do", () => {
  withFolder((folder) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["test"], /test needs a scenario file or a folder of them/],
      [["test", `${folder}/absent`], /cannot read ".*absent": there is no such file or folder/],
      [["test", folder, "--filter", "nothing like it"], /--filter "nothing like it": no case in .* has it/],
      [["test", folder, "--workers", "0"], /--workers "0": expected a number from 1 to 64/],
      [["test", folder, "--workers", "many"], /expected a number from 1 to 64/],
      [["test", folder, "--junit", `${folder}/bad.yaml`], /is .*, which is read; expected a file of its own/],
    ];
    for (const [args, said] of cases) {
      const { code, stdout, stderr } = hbasim(...args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertMatch(stderr, said);
    }
  });
});

Deno.test("hbasim test names ten files that are all right, and all of them with --all", () => {
  using folder = temporaryFolder();
  for (let index = 10; index < 22; index++) Deno.writeTextFileSync(`${folder.path}/${index}.yaml`, GOOD);
  const named = (text: string) => [...text.matchAll(/^ok {4}.*\/(\d+)\.yaml/gm)].map(([, name]) => Number(name));
  const few = hbasim("test", "--no-times", folder.path).stdout;
  assertEquals(named(few), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  assertStringIncludes(few, "\n      … 2 more (--all)\n12 files: 12 ok, ");
  const all = hbasim("test", "--no-times", "--all", folder.path).stdout;
  assertEquals([named(all).length, all.includes("more")], [12, false]);
});

Deno.test("hbasim test --watch tests again what changes, comes, goes, and cannot be read, until it is stopped", async () => {
  using folder = temporaryFolder();
  const file = (name: string) => `${folder.path}/${name}.yaml`;
  Deno.writeTextFileSync(file("steady"), GOOD);
  Deno.writeTextFileSync(file("moved"), GOOD);
  const process = startHbasim("test", "--watch", "--no-times", "--workers", "1", folder.path);
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  /** What is said of a round, when the program waits for the next. */
  const round = async () => {
    for (;;) {
      const end = /watching (\d+) files; Ctrl-C ends\n/.exec(heard);
      if (end !== null) {
        const said = heard.slice(0, end.index);
        heard = heard.slice(end.index + end[0].length);
        return { said, count: Number(end[1]) };
      }
      const { value, done } = await reader.read();
      if (done) throw new Error(`it has ended: ${heard}`);
      heard += value;
    }
  };
  const first = await round();
  assertStringIncludes(first.said, "2 files: 2 ok, 0 failed, 0 bad; 2 cases: 2 ok");

  Deno.writeTextFileSync(file("moved"), GOOD.replace("key: a", "kye: a"));
  const bad = await round();
  assertStringIncludes(bad.said, `--- ${file("moved")}\nBAD   ${file("moved")}`);
  assertStringIncludes(bad.said, `${file("moved")}:5:20: steps[0].setGroupKey: `);
  assertStringIncludes(bad.said, "2 files: 1 ok, 0 failed, 1 bad");

  Deno.writeTextFileSync(file("fresh"), FAILING);
  const failed = await round();
  assertStringIncludes(failed.said, `--- ${file("fresh")}\n`);
  assertStringIncludes(failed.said, "3 files: 1 ok, 1 failed, 1 bad");

  Deno.removeSync(file("moved"));
  const left = await round();
  assertStringIncludes(left.said, `--- ${file("moved")}\n`);
  assertStringIncludes(left.said, "2 files: 1 ok, 1 failed, 0 bad");
  assertEquals([first, bad, failed, left].map(({ count }) => count), [2, 2, 3, 2]);

  process.kill("SIGINT");
  await process.stdin.close();
  await reader.cancel();
  await process.stderr.cancel();
  assertEquals((await process.status).signal, "SIGINT");
});

Deno.test("hbasim test takes a case of a file as run does: however its values are written, once, and with a word if there is none", () => {
  using folder = temporaryFolder();
  const [file, single] = [`${folder.path}/many.yaml`, `${folder.path}/single.yaml`];
  Deno.writeTextFileSync(
    file,
    `${HEAD}matrix: { t: [1ms, 2ms, 3ms] }\nsteps:\n  - setGroupKey: { key: k }\n  - wait: $t\n`,
  );
  Deno.writeTextFileSync(single, GOOD);
  const casesOf = (...operands: string[]) => {
    const { code, stdout, stderr } = hbasim("test", "--json", "--no-times", ...operands);
    assertEquals(code, 0, stdout + stderr);
    return (JSON.parse(stdout) as { readonly case: string }[]).map((each) => each.case);
  };
  assertEquals(casesOf(`${file}[t=2000us]`), ["t=2ms"]);
  assertEquals(casesOf(`${file}[t=3ms]`, single, `${file}[t=1ms]`, `${file}[t=3ms]`), ["t=1ms", "t=3ms", ""]);
  // Whoever names the whole, or its folder, means all of it.
  assertEquals(casesOf(`${file}[t=2ms]`, file), ["t=1ms", "t=2ms", "t=3ms"]);
  assertEquals(casesOf(`${file}[t=2ms]`, folder.path), ["t=1ms", "t=2ms", "t=3ms", ""]);
  const none = hbasim("test", `${file}[t=1ms]`, `${file}[t=9ms]`);
  assertEquals(none.code, 2);
  assertStringIncludes(none.stdout, 'has no case "t=9ms"; did you mean t=1ms? expected one of t=1ms, t=2ms, or t=3ms');
  const nameless = hbasim("test", `${single}[t=9ms]`);
  assertStringIncludes(nameless.stdout, `has one case, which has no name: expected "${single}" without "[t=9ms]"`);
});
