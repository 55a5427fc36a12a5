/** The command that answers why: of a scenario and of its trace the same, and clear words for what it cannot answer. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, hbasimWithInput } from "./command_line.ts";

const SCENARIO = "scenarios/wrong_key_at_target.yaml";

Deno.test("hbasim explain answers of a scenario and of its trace alike, by line, step and event, in words and as JSON", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  assertEquals(hbasim("run", "--quiet", "--trace", file, SCENARIO).code, 0);
  const source = Deno.readTextFileSync(SCENARIO).split("\n");
  const line = source.findIndex((each) => each.includes("login:")) + 1;
  const { code, stdout, stderr } = hbasim("explain", SCENARIO, String(line));
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^line \d+, c\d+\.s\d+ {2}application -> iscsidsc: LoginIScsiTarget/);
  assertStringIncludes(stdout, "the keys differ: ");
  assertEquals(hbasim("explain", file, String(line)).stdout, stdout);
  assertEquals(hbasim("explain", file, "login").stdout, stdout);
  const [explanation] = JSON.parse(hbasim("explain", file, String(line), "--json").stdout);
  assertEquals(explanation.outcome.status, "ISDSC_AUTHENTICATION_FAILURE");
  assertEquals(hbasim("explain", file, explanation.subject.at).stdout, stdout);
  assertEquals(hbasim("explain", file, explanation.outcome.at).stdout, stdout, "an answer is explained as its call");
  for (const key of ["the target's key", "the adapter's key"]) assert(!stdout.includes(key));
});

Deno.test("hbasim explain refuses what is not there, and says what is", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[SCENARIO], /explain takes a scenario or a trace file, and a line, a step or an event's coordinate/],
    [[SCENARIO, "1"], /1: no step begins in this line; expected one of 13, 14, /],
    [
      [SCENARIO, "logout"],
      /"logout": no step is called so; expected a line, an event .* or one of power on, setKey, or login/,
    ],
    [[SCENARIO, "login:9"], /"login:9": there are 4; /],
    [[SCENARIO, "c1.s1"], /"c1\.s1": the trace has no such event/],
    [
      ["scenarios/damaged_key_heals.yaml", "damage"],
      /"damage": the step has left no event, there is nothing to explain/,
    ],
    [[SCENARIO, "14", "--set", "nothing=1"], /"nothing"/],
    [["no such file", "1"], /cannot read "no such file"/],
  ];
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = hbasim("explain", ...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, said);
  }
});

const CASES = `name: cases
matrix: { wait: [1ms, 2ms] }
parameters: { status: NOT_FOUND }
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - wait: $wait
  - { setGroupKey: { key: a key }, expect: $status }
`;

Deno.test("what a failed case says is its why is a command that explains that very run", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/cases.yaml`;
  Deno.writeTextFileSync(file, CASES);
  const given = ["--seed", "seven", "--set", "status=CACHE_CORRUPTED"];
  const { code, stdout } = hbasim("run", "--quiet", ...given, `${file}[wait=2ms]`);
  assertEquals(code, 1);
  assertMatch(stdout, /expected ISDSC_CACHE_CORRUPTED/);
  const [, why = ""] = /^why: +hbasim (.*)$/m.exec(stdout) ?? [];
  assertEquals(why, `explain --seed seven --set status=CACHE_CORRUPTED '${file}[wait=2ms]' 7`);
  const words = ["explain", ...given, `${file}[wait=2ms]`, "7"];
  const explained = hbasim(...words);
  assertEquals([explained.code, explained.stderr], [0, ""]);
  // Other cases are other runs, and a trace brings its own.
  const other = hbasim("explain", ...given, `${file}[wait=1ms]`, "7").stdout;
  assert(/c\d+\.s\d+/.exec(explained.stdout)?.[0] !== /c\d+\.s\d+/.exec(other)?.[0]);
  assertMatch(hbasim("explain", file, "7").stderr, /explain takes one case, .* has 2; name one: ".*\[wait=1ms\]"/);
  const trace = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", ...given, "--trace", trace, `${file}[wait=2ms]`);
  assertEquals(hbasim("explain", trace, "7").stdout, explained.stdout);
  assertMatch(hbasim("explain", "--seed", "1", trace, "7").stderr, /--seed and --set go with a scenario/);
});

const WORN = `name: worn
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - damage: { adapter: hba0, programFailure: { address: 0, lengthBytes: 65536 } }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: a key }, expect: OUT_OF_RESOURCES }
`;

Deno.test("hbasim explain says that a flash part refused", () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/worn.yaml`, WORN);
  const { stdout } = hbasim("explain", `${folder.path}/worn.yaml`, "setKey");
  assertMatch(stdout, /^why:\n {2}hba0 flash: program failed at \d+, and \d+ more \(c\d+\.s\d+\)$/m);
});

const JUDGED = `name: judged
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: the key } } }
INVARIANTS
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key, flags: [ike, main] }
STEPS
`;

Deno.test("what is printed as the why of a failed case is never a dead end: looks, waits, branches, invariants", () => {
  using folder = temporaryFolder();
  const look = "flash: { adapter: hba0, id: 192.0.2.10, key: another }";
  const cases: readonly (readonly [invariants: string, steps: string, line: number, said: RegExp])[] = [
    ["", `  - expect: { ${look} }`, 7, /^line 7 {2}expect\n[^]*\n\nthe last call before it:\nline 6, c/],
    ["", `  - wait: 1ms\n  - expect: { ${look} }`, 8, /^line 8 {2}expect\n[^]*\n\nthe last call before it:\nline 6, c/],
    [
      "",
      "  - powerOff: { adapter: hba0 }\n  - { wmi: { adapter: hba0, method: ClearCache }, expect: any }\n  - information: { adapter: hba0 }",
      9,
      /^line 9 {2}information\ndoes not hold: expected an answer\nfound: STATUS_WMI_INSTANCE_NOT_FOUND \(0xc0000296\)\n\nthe last call before it:\nline 8, c/,
    ],
    [
      "",
      "  - parallel:\n      a:\n        - login: { adapter: hba0, target: disk }\n          expect: NOT_FOUND",
      9,
      /^line 9, c\d+\.s\d+ {2}application -> iscsidsc: LoginIScsiTarget/,
    ],
    [
      "",
      "  - wait: { until: { component: hba0, kind: call }, within: 1ms }",
      7,
      /^line 7 {2}wait\ndoes not hold: expected call of hba0 within 1ms\nfound: none within 1ms\nthe last events that made it so:\n/,
    ],
    [
      "invariants: { k: { flash: { adapter: hba0, id: 192.0.2.10, key: the key } } }",
      "  - setKey: { adapter: hba0, id: 192.0.2.10, key: another, flags: [ike, main] }",
      4,
      /^line 4 {2}invariant "k"\ndoes not hold: [^]*\n\nthe call behind the last of them:\nline 7, c/,
    ],
    [
      "invariants: { k: { flash: { adapter: hba0, id: 192.0.2.10, key: the key } } }",
      "  - damage: { adapter: hba0, flip: { address: 60, mask: 255 } }",
      4,
      /^line 4 {2}invariant "k"\ndoes not hold: [^]*\naccidents before it:\n {2}cycle \d+: flip in hba0\n$/,
    ],
    [
      "invariants: { k: { keyTable: { adapter: hba0, id: 192.0.2.99 } } }",
      "  - wait: 1ms",
      4,
      /^line 4 {2}invariant "k"\ndoes not hold: [^]*\nfound: never that: none/,
    ],
    [
      "",
      "  - login: { adapter: hba0, target: disk }\n    faults:\n      - lose: { datagram: 9, from: hba0, to: disk }",
      9,
      /^line 9 {2}login\ndoes not hold: expected the 9th datagram [^\n]*\nfound: it missed: [^\n]*\n\nline 7, c/,
    ],
    [
      "faults: [{ powerCycle: { adapter: hba0, boot: 9 } }]",
      "  - wait: 1ms",
      4,
      /^line 4 {2}the run\ndoes not hold: expected the 9th boot of hba0: [^\n]*\nfound: it missed: /,
    ],
  ];
  for (const [invariants, steps, line, said] of cases) {
    const file = `${folder.path}/judged.yaml`;
    Deno.writeTextFileSync(file, JUDGED.replace("INVARIANTS", invariants).replace("STEPS", steps));
    const { code, stdout, stderr } = hbasim("run", "--quiet", file);
    assertEquals(code, 1, stdout + stderr);
    const [, why = ""] = /^why: +hbasim explain (.*)$/m.exec(stdout) ?? [];
    assertEquals(why, `'${file}' ${line}`, stdout);
    const explained = hbasim("explain", file, String(line));
    assertEquals([explained.code, explained.stderr], [0, ""]);
    assertMatch(explained.stdout, said);
  }
});

Deno.test("the why of a scenario from standard input explains it when it comes again", async () => {
  const text = JUDGED.replace("INVARIANTS", "").replace("STEPS", "  - expect: { sessions: { of: disk } }");
  const { code, stdout } = await hbasimWithInput(text, "run", "--quiet", "-");
  assertEquals([code, /^why: +hbasim explain (.*)$/m.exec(stdout)?.[1]], [1, "- 7"], stdout);
  assertMatch((await hbasimWithInput(text, "explain", "-", "7")).stdout, /^line 7 {2}expect\ndoes not hold: /);
});

Deno.test("a look is explained by what was looked at, what was found, and the last events and accidents that made it so", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/looks.yaml`;
  const steps = [
    "expect: { flash: { adapter: hba0, id: 192.0.2.10, count: 0 } }",
    "expect: { keyTable: { adapter: hba0, id: 192.0.2.10, count: 0 } }",
    "expect: { trace: { never: { kind: state, component: miniport hba0 } } }",
    "{ damage: { adapter: hba0, flip: { address: 60, mask: 255 } }, expect: { flash: { adapter: hba0, id: 192.0.2.10 } } }",
    "sequence: [expect: { packets: { from: disk, to: hba0 } }]",
    "expect: { keyTable: { adapter: hba0, id: 192.0.2.10 } }",
  ];
  const text = JUDGED.replace("INVARIANTS", "").replace("STEPS", steps.map((step) => `  - ${step}`).join("\n"));
  Deno.writeTextFileSync(file, text.replaceAll("the key", "sesame!"));
  const explained = (...words: readonly string[]) => {
    const { code, stdout, stderr } = hbasim("explain", file, ...words);
    assertEquals([code, stderr], [0, ""], words.join());
    assert(!stdout.includes("sesame!"), "keys are told nowhere");
    return stdout;
  };
  const wrote =
    /^ {2}c\d+\.s\d+ +hba0 flash +## program at 53, 45 bytes {2}by SetIScsiIKEInfo in line 6 \(c\d+\.s\d+\)$/m;
  assertMatch(explained("7"), wrote);
  assertEquals(explained("expect"), explained("7").split("\n\n")[0] + "\n", "asked for by its verb: the look alone");
  assertMatch(
    explained("8"),
    /hba0 +-> hba0 firmware: setPresharedKeyForId, \d+ bytes {2}by SetIScsiIKEInfo in line 6/,
  );
  const never = explained("9");
  assertMatch(never, /^found: miniport hba0 at c\d+\.s\d+: == initializing: driver load$/m);
  const [at = ""] = /c\d+\.s\d+/.exec(never) ?? [];
  assertMatch(explained(at), /miniport hba0 == initializing: driver load/);
  assertMatch(
    explained("10"),
    /^line 10 {2}damage\ndoes not hold: [^]*\naccidents before it:\n {2}cycle \d+: flip in hba0\n/,
  );
  assertMatch(explained("11"), /^found: none$/m);
  assertMatch(explained("12"), /^line 12 {2}expect\nholds: expected [^\n]+\nfound: 1: key /);
  const [look] = JSON.parse(explained("7", "--json"));
  assertEquals([look.line, look.step, look.holds, look.madeBy.at(-2).origin.line], [7, "expect", false, 6]);
});

Deno.test("a call of WMI that came back well with a refusal in its buffer is explained by who refused it", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/wmi.yaml`;
  const get = "wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { IdType: 1, Id: c0 00 02";
  Deno.writeTextFileSync(
    file,
    JUDGED.replace("INVARIANTS", "").replace(
      "STEPS",
      `  - ${get} 0b } }\n  - ${get} 0a } }\n  - wmi: { adapter: hba0, method: 1 }`,
    ),
  );
  const refused = hbasim("explain", file, "7").stdout;
  assertMatch(refused, /^came to STATUS_SUCCESS at /m);
  const no = "getPresharedKeyForId = mailbox 0x4005 ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE";
  assertStringIncludes(refused, `hba0 firmware was the first to say no: ${no} (c`);
  assertMatch(refused, /hba0 firmware +<- hba0: getPresharedKeyForId = mailbox 0x4005/, "the chain leads to it");
  assert(!hbasim("explain", file, "8").stdout.includes("why:"), "nobody has refused this one");
  assertMatch(
    hbasim("explain", file, "9").stdout,
    /miniport hba0 was the first to say no: IRP_MN_EXECUTE_METHOD = SRB 0x04/,
  );
});

/** What `explain` says of the first failure in some steps behind a key, and as which line its why was printed. */
function whyOf(
  folder: string,
  steps: readonly string[],
  adapter = "",
): { readonly line: string; readonly said: string } {
  const file = `${folder}/why.yaml`;
  const text = JUDGED.replace("INVARIANTS", "").replace("STEPS", steps.map((step) => `  - ${step}`).join("\n"));
  Deno.writeTextFileSync(file, text.replace("storage: nvram,", `storage: nvram, ${adapter}`));
  const { stdout } = hbasim("run", "--quiet", file);
  const [, line = ""] = /^why: +hbasim explain .* (\S+)$/m.exec(stdout) ?? [];
  const { code, stdout: said, stderr } = hbasim("explain", file, line);
  assertEquals([code, stderr], [0, ""], steps.join());
  return { line, said };
}

Deno.test("of a step that is taken again and again the time that failed is explained, and its why names it", () => {
  using folder = temporaryFolder();
  const login = "login: { adapter: hba0, target: disk }";
  for (const step of [`{ ${login}, repeat: 3 }`, `{ sequence: [${login}, wait: 1ms], repeat: 3 }`]) {
    const { line, said } = whyOf(folder.path, [step], "sessions: 2,");
    assertEquals(line, "7:3", step);
    assertMatch(said, /^line 7, c\d+\.s\d+ {2}application [^\n]*\ncame to ISDSC_TOO_MANY_SESSIONS at /, step);
    const file = `${folder.path}/why.yaml`;
    assertEquals(hbasim("explain", file, "7").stdout, said, "a line alone means the first that failed");
    assertMatch(
      hbasim("explain", file, "7:2").stdout,
      /^line 7, c\d+\.s\d+ {2}application [^\n]*\ncame to SUCCESS at /,
    );
    assertMatch(hbasim("explain", file, "7:4").stderr, /"7:4": the step was taken 3 times; expected 7:1\.\.7:3/);
  }
  const file = `${folder.path}/why.yaml`;
  hbasim("run", "--quiet", "--trace", `${folder.path}/run.cbor`, file);
  assertMatch(hbasim("explain", `${folder.path}/run.cbor`, "7:2").stderr, /is known of a scenario .*; expected 7$/m);
});

Deno.test("an invariant is explained by its name, too", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/invariant.yaml`;
  const invariant = "invariants: { its key: { keyTable: { adapter: hba0, id: 192.0.2.10, count: 0 } } }";
  Deno.writeTextFileSync(file, JUDGED.replace("INVARIANTS", invariant).replace("STEPS", ""));
  const { stdout } = hbasim("explain", file, "its key");
  assertEquals(stdout, hbasim("explain", file, "4").stdout);
  assertMatch(
    stdout,
    /^ {2}c\d+\.s\d+ +hba0 +-> hba0 firmware: setPresharedKeyForId, .* by SetIScsiIKEInfo in line 6 \(/m,
  );
  assertMatch(stdout, /^line 6, c\d+\.s\d+ {2}application -> iscsidsc: SetIScsiIKEInfo/m);
});

Deno.test("what went wrong besides is named, whether the trace has an event of it or not", () => {
  using folder = temporaryFolder();
  const login = "login: { adapter: hba0, target: disk }";
  const set = "setKey: { adapter: hba0, id: 192.0.2.11, key: k }";
  const cases: readonly (readonly [steps: readonly string[], said: RegExp])[] = [
    [
      [`{ ${login}, faults: [{ reset: { adapter: hba0, by: bus, after: 8ms } }] }`],
      /\naccidents meanwhile:\n {2}cycle \d+: bus reset of hba0\n$/,
    ],
    [
      [`{ ${set}, faults: [{ refuseDma: { adapter: hba0, dma: each } }] }`],
      /\n {2}cycle \d+: each DMA transfer of hba0: refused, the last of \d+ times\n/,
    ],
    [
      [`{ ${set}, expect: { within: 100ms }, faults: [{ loseInterrupt: { adapter: hba0, interrupt: "1.." } }] }`],
      /\n {2}cycle \d+: each interrupt of hba0: lost, the last of \d+ times\n/,
    ],
    [
      [`{ ${set}, expect: { within: 100ms }, faults: [{ loseDoorbell: { adapter: hba0, doorbell: 1 } }] }`],
      /^line 7 {2}setKey\ndoes not hold: expected 100ms for the step\n[^]*\n {2}cycle \d+: the 1st doorbell of hba0: lost\n/,
    ],
    [
      [`{ ${login}, faults: [{ delay: { datagram: each, from: disk, to: hba0, by: 60s } }] }`],
      /\nwhy:\n {2}late: disk sent main mode 2[^]*\naccidents meanwhile:\n {2}cycle \d+: each datagram from disk to hba0: late by 1min, the last of 3 times\n$/,
    ],
    ...["lose: { ", "duplicate: { ", "corrupt: { ", "mutate: { field: messageId, value: 7, ", "truncate: { bytes: 9, "]
      .map((harm): readonly [readonly string[], RegExp] => [
        [`{ ${login}, expect: NOT_FOUND, faults: [{ ${harm}datagram: 2, from: disk, to: hba0 } }] }`],
        /\naccidents meanwhile:\n {2}cycle \d+: the 2nd datagram from disk to hba0: [^\n]+\n$/,
      ]),
    [["powerOff: { adapter: hba0 }", login], /\naccidents before it:\n {2}cycle \d+: power of hba0 off\n$/],
    [
      [`{ ${login}, expect: { mode: aggressive } }`],
      /^line 7 {2}login\ndoes not hold: expected aggressive mode\nfound: main mode\n[^]*session 1 uses the [^]*phase 1 established: main/,
    ],
    [
      [`{ ${login}, expect: { suite: 3des-sha1-modp1024 } }`],
      /^line 7 {2}login\ndoes not hold: expected 3des-sha1-modp1024\n[^]*phase 1 established: main mode, initiator, aes/,
    ],
    [
      ["{ information: { adapter: hba0 }, expect: { health: degraded } }"],
      /^line 7 {2}information\ndoes not hold: expected degraded\nfound: working\n[^]*== ready: /,
    ],
    [
      ["{ listInitiators: {}, expect: { count: 3 } }"],
      /^line 7 {2}listInitiators\ndoes not hold: expected 3 in the list\nfound: 1\n[^]*miniport hba0 +== ready\n/,
    ],
    [
      [login, "{ listSessions: {}, expect: { count: 0 } }"],
      /^line 8 {2}listSessions\n[^]*-> iscsidsc: LoginIScsiTarget .*\n/,
    ],
  ];
  for (const [steps, said] of cases) assertMatch(whyOf(folder.path, steps).said, said);
});
