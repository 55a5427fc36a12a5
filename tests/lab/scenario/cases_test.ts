/** Parameters, matrix and cases: which cases a file has, what each runs with, and what is refused where. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { valuesOfRange } from "../../../sim/lab/scenario/matrix_values.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import {
  caseNames,
  checkScenario,
  openCases,
  openScenario,
  readScenario,
} from "../../../sim/lab/scenario/open_scenario.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

const SECRET = "c0ffeec0ffee";

/** A file with variables and steps. */
function file(variables: string, ...steps: readonly string[]): string {
  return `name: test
${variables}
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
${steps.map((step) => `  - ${step}`).join("\n")}
`;
}

const TABLE = "matrix: { nth: 1..3, wide: [yes, no] }\n" +
  "cases: { there: { from: hba0, flag: true }, and back: { from: disk, flag: false } }";
const USES = [
  "wait: 1ms",
  "setGroupKey: { key: $from, persist: $flag }",
  "{ wait: 1ms, repeat: $nth }",
  "{ wait: 1ms, name: $wide }",
];

Deno.test("cases are called by what varies: the row, then each name of the matrix, the last one fastest", () => {
  const names = caseNames(file(TABLE, ...USES), "test.yaml");
  assertEquals(names.length, 12);
  assertEquals(names.slice(0, 3), ["there,nth=1,wide=yes", "there,nth=1,wide=no", "there,nth=2,wide=yes"]);
  assertEquals(names.at(-1), "and back,nth=3,wide=no");
  assertEquals(caseNames(file("", "wait: 1ms"), "test.yaml"), [""]);
});

Deno.test("a case is found by what varies in whatever unit it is written", () => {
  const source = file(
    "matrix: { wait: 0us..30ms step 1ms, storage: [ram, 1s] }",
    "wait: $wait",
    "{ wait: 1ms, name: $storage }",
  );
  const opened = (name: string) => openScenario(source, "f.yaml", { name }).case;
  for (const name of ["wait=5ms,storage=ram", "wait=5000us,storage=ram", "wait=0.005s,storage=ram"]) {
    assertEquals(opened(name), "wait=5ms,storage=ram");
  }
  assertEquals([opened("wait=0ms,storage=1s"), opened("wait=30ms,storage=1s")], [
    "wait=0us,storage=1s",
    "wait=30ms,storage=1s",
  ]);
  for (
    const name of [
      "wait=5,storage=ram",
      "wait=5ms",
      "storage=ram,wait=5ms",
      "wait=31ms,storage=ram",
      "wait=5ms,storage=2s",
    ]
  ) {
    assertThrows(() => opened(name), InputError, '"f.yaml" has no case');
  }
});

Deno.test("each case is read with its own values, typed as they are where they stand", () => {
  const cases = openCases(file(TABLE, ...USES), "test.yaml");
  const [, key, repeated, named] = cases[11]?.scenario.steps ?? [];
  assertEquals(key?.value, { key: new TextEncoder().encode("disk"), persist: false });
  assertEquals([repeated?.beside["repeat"], named?.beside["name"]], [{ times: 3 }, "no"]);
});

Deno.test("$$ is the text $, a name with a value stands in any place of one, and --set's values count before the file's", () => {
  const source = file(
    "parameters: { where: 192.0.2.10, key: first, mode: main }",
    [
      "setKey: { adapter: hba0, id: $where, key: $key, flags: [ike, $mode] }",
      "  - setGroupKey: { key: $$key }",
    ].join("\n"),
  );
  const keys = (set: Record<string, string>) =>
    openCases(source, "test.yaml", { set })[0]?.scenario.steps.map(({ value }) =>
      new TextDecoder().decode((value as { readonly key: Uint8Array }).key)
    );
  assertEquals(keys({}), ["first", "$key"]);
  assertEquals(keys({ key: "second" }), ["second", "$key"]);
  assertThrows(
    () => keys({ kez: "x" }),
    InputError,
    'no parameter "kez" to set; did you mean key? (where, key, or mode)',
  );
});

Deno.test("ranges are exact in the smaller of their units, both ends included where the step meets them", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["1..3", "1 2 3"],
    ["7..7", "7"],
    ["0us..10us step 4us", "0us 4us 8us"],
    ["0us..1ms step 500us", "0us 500us 1ms"],
    ["0us..3ms step 1ms", "0us 1ms 2ms 3ms"],
    ["0us..1500us step 1ms", "0us 1ms"],
    ["0.1ms..0.3ms step 0.1ms", "0.1ms 0.2ms 0.3ms"],
    ["4us..2004us step 1ms", "4us 1004us 2004us"],
    ["0 bytes..2 bytes", "0bytes 1bytes 2bytes"],
    ["1%..2% step 0.5%", "1% 1.5% 2%"],
    ["2499h..2501h", "2499h 2500h 2501h"],
  ];
  for (const [range, expected] of cases) assertEquals([valuesOfRange(range)].flat().join(" "), expected);
});

Deno.test("the matrix's seed is the run's; its digest is that of a file with that seed", () => {
  const steps = ["setGroupKey: { key: a key }", "login: { adapter: hba0, target: disk }"];
  const source = file("matrix: { seed: 1..3 }", ...steps);
  const digests = ["1", "2"].map((seed) => {
    const { digest, case: name, seed: ran } = runScenarioText(source, "test.yaml", { case: `seed=${seed}` });
    assertEquals([name, ran], [`seed=${seed}`, seed]);
    return digest;
  });
  assert(digests[0] !== digests[1]);
  assertEquals(digests[0], runScenarioText(file("seed: 1", ...steps), "test.yaml").digest);
});

Deno.test("a case that is not named, or is none, is refused with those that there are", () => {
  const source = file("matrix: { n: 1..300 }", "{ wait: 1ms, repeat: $n }");
  assertThrows(
    () => runScenarioText(source, "test.yaml"),
    InputError,
    '"test.yaml" has 300 cases; expected the name of one: n=1, n=2, n=3, n=4, n=5, … (300)',
  );
  assertThrows(
    () => runScenarioText(source, "test.yaml", { case: "n=301" }),
    InputError,
    '"test.yaml" has no case "n=301"; did you mean n=30? expected one of n=1,',
  );
});

Deno.test("a run that takes longer than its file allows has a verdict that says so, and the digest of one that does not is the same", () => {
  const steps = ["setGroupKey: { key: k }", "{ wait: 20s, repeat: 2 }", "setGroupKey: { key: k }"];
  const { verdicts, holds, failure } = runScenarioText(file("limit: 30s", ...steps), "test.yaml");
  assertEquals(holds, false);
  assertEquals(verdicts.at(-1), {
    line: 7,
    step: "wait",
    expected: "an end of the run within 30 s",
    actual: "none",
    holds: false,
    taking: 2,
  });
  assertEquals(failure?.step, "line 7: wait");
  const [short, long] = ["limit: 50s", ""].map((limit) => runScenarioText(file(limit, ...steps), "test.yaml"));
  assertEquals([short?.holds, short?.digest], [true, long?.digest]);
});

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: $good }";

/** What is said of a value that is in the list with another spelling. */
const OTHERWISE = "a value that stands there already, written otherwise,";
const REGISTER = "register: { adapter: hba0, write: MAILBOX1, value: $a }";

const REFUSALS: readonly (readonly [string, readonly string[], string])[] = [
  ["parameters: { good: k, spare: l }", [SET], "2:24: parameters[1]: spare, which is used nowhere,"],
  [
    "parameters: { good: k }",
    [SET.replace("good", "goood")],
    "6:51: steps[0].setKey.key: $goood is not accepted here; did you mean $good?",
  ],
  ["", [SET], "6:51: steps[0].setKey.key: a text of 5 characters that begins with $"],
  ["parameters: { good: }", [SET], "2:21: parameters[0]: nothing is not accepted here"],
  [
    "parameters: { 1good: k }",
    ["wait: 1ms"],
    "2:15: parameters[0]: a name of 5 characters is not accepted here; expected a letter",
  ],
  [
    "matrix: { cut: 0us..10 step 5us }",
    ["wait: $cut"],
    "2:16: matrix[0]: a range whose upper end has no unit is not accepted here; expected 0us..10us",
  ],
  ["matrix: { cut: 0..10us }", ["wait: $cut"], "expected 0us..10us"],
  ["matrix: { cut: 5us }", ["wait: $cut"], "matrix[0]: what is no range"],
  ["matrix: { cut: 9us..5us }", ["wait: $cut"], "a range without an end"],
  ["matrix: { cut: 0us..5us step 0us }", ["wait: $cut"], "a range without an end"],
  ["matrix: { cut: 0us..5us step 1% }", ["wait: $cut"], "a range in units that do not go together"],
  ["matrix: { cut: 0ns..1h }", ["wait: $cut"], "a range of more than 100000 values"],
  ["matrix: { cut: [] }", ["wait: $cut"], "a list of nothing"],
  ["matrix: { cut: [1us, 2us, 1us] }", ["wait: $cut"], "2:27: matrix[0][2]: a value that stands there twice"],
  [
    "matrix: { a: 1..1000, b: 1..1000 }",
    ["setGroupKey: { key: $a }", "setGroupKey: { key: $b }"],
    "2:9: matrix: a matrix of 1000000 cases",
  ],
  ["matrix: { seed: [1.5] }", ["wait: 1ms"], "matrix[0]: what is no seed"],
  ["matrix: { a: [1ms, 5ms, 5000us] }", ["wait: $a"], `2:25: matrix[0][2]: ${OTHERWISE}`],
  ["matrix: { a: [16, 0x10] }", [REGISTER], `2:19: matrix[0][1]: ${OTHERWISE}`],
  ["matrix: { a: [0x4001, commandComplete, invalidCommand] }", [REGISTER], `2:40: matrix[0][2]: ${OTHERWISE}`],
  ["matrix: { a: [SUCCESS, 0] }", [REGISTER], `2:24: matrix[0][1]: ${OTHERWISE}`],
  ["matrix: { a: [NOT_FOUND, ISDSC_NOT_FOUND] }", [REGISTER], `2:26: matrix[0][1]: ${OTHERWISE}`],
  [
    'matrix: { a: [x, "y\\n9 files: 9 ok"] }',
    ["{ wait: 1ms, name: $a }"],
    "2:18: matrix[0][1]: a value with a control character, by which its case would be called,",
  ],
  [
    'cases: { "x\\u202e": { a: 1ms } }',
    ["wait: $a"],
    "expected a text without commas, brackets, equals signs and control characters",
  ],
  ["seed: 7\nmatrix: { seed: 1..2 }", ["wait: 1ms"], "2:7: seed: a seed besides the seeds of the matrix"],
  ["seed: $seed\ncases: { x: { seed: 5 } }", ["wait: 1ms"], "2:7: seed: a seed besides the seeds of the cases"],
  ["seed: $seed\nparameters: { seed: 5 }", ["wait: 1ms"], "2:7: seed: a seed besides the parameter seed"],
  [
    "parameters: { a: 1 }\nmatrix: { a: 1..2 }",
    ["setGroupKey: { key: $a }"],
    "3:11: matrix[0]: a, which stands in parameters, too,",
  ],
  ["cases: { x: { a: 1 } }\nmatrix: { a: 1..2 }", ["setGroupKey: { key: $a }"], "a, which stands in cases, too,"],
  [
    "cases: { x: { a: 1 }, y: { b: 1 } }",
    ["setGroupKey: { key: $a }"],
    "2:28: cases.y[0]: b, which the first row does not have,",
  ],
  ["cases: { x: { a: 1, b: 2 }, y: { b: 1 } }", ["wait: $a", "wait: $b"], "2:29: cases.y: a row without a"],
  [
    "cases: { x: { a: 5ms }, y: { a: 5 } }",
    ["wait: $a"],
    '6:11: steps[0].wait: $a, "5", is not accepted here; expected a duration',
  ],
  ["tags: [two words]", ["wait: 1ms"], '2:8: tags[0]: "two words" is not accepted here; expected a word'],
  ["limit: 5", ["wait: 1ms"], '2:8: limit: "5" is not accepted here; did you mean 5ms or 5s? expected a duration'],
];

Deno.test("what is wrong with values and cases is told where it is declared, or where it is used and declared", () => {
  for (const [variables, steps, expected] of REFUSALS) {
    const error = assertThrows(() => openCases(file(variables, ...steps), "test.yaml"), ScenarioError);
    assert(error.message.includes(expected), `${error.message}\n\nexpected ${expected}`);
  }
});

Deno.test("a mistake of a value is shown where it is used and below where it is declared, once for all cases", () => {
  const source = file(
    "cases: { x: { a: 5ms }, y: { a: 5 }, z: { a: 6 } }\nmatrix: { n: 1..20 }",
    "wait: $a",
    "{ wait: 1ms, repeat: $n }",
  );
  const { mistakes } = assertThrows(() => openCases(source, "test.yaml"), ScenarioError);
  assertEquals(mistakes.length, 1);
  assertEquals(mistakes[0]?.frame?.split("\n"), [
    "    7 |   - wait: $a",
    "      |           ^^",
    "    2 | cases: { x: { a: ··· }, y: { a: 5 }, z: { a: · } }",
    "      |                                 ^",
  ]);
});

Deno.test("what is a key somewhere is not shown where it is wrong elsewhere, whatever it is called", () => {
  const uses = ["setGroupKey: { key: $a }", "wait: $a", "{ setGroupKey: { key: k }, expect: $a }"];
  for (
    const variables of [
      `parameters: { a: ${SECRET} }`,
      `matrix: { a: [${SECRET}, other] }`,
      `cases: { x: { a: ${SECRET} } }`,
      `parameters: { a: ${SECRET}, spare: ${SECRET} }`,
      `matrix: { a: ${SECRET} }`,
    ]
  ) {
    const { message } = assertThrows(() => openCases(file(variables, ...uses), "test.yaml"), ScenarioError);
    assert(!message.includes(SECRET), message);
  }
  const unknown = assertThrows(
    () => readScenario(file("", `setGroupKey: { key: $${SECRET} }`), "t.yaml"),
    ScenarioError,
  );
  assert(!unknown.message.includes(SECRET), unknown.message);
});

Deno.test("a mistake that each case would put in other words is told once, with how many cases have it", () => {
  const head = "name: f\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }\n";
  const accepted = (text: string) =>
    assertThrows(() => checkScenario(`${head}${text}`, "f.yaml"), ScenarioError).mistakes
      .map(({ line, given, accepted }) => `${line} ${given} ${accepted}`);
  assertEquals(accepted("matrix: { most: [1s, 2s, 3s] }\nlimit: $most\nsteps: [wait: 5s]\n"), [
    "5 5s at most 1s, or a higher limit of the file",
  ]);
  assertEquals(
    accepted("matrix: { most: [1s, 2s, 9s] }\nlimit: $most\nsteps:\n  - { wait: 5s, at: 1h, after: 2h }\n"),
    [
      "6 5s at most 1s, or a higher limit of the file (in 2 of 3 cases)",
      "6 1h at most 1s, or a higher limit of the file",
      // Two at one place are two.
      "6 2h at most 1s, or a higher limit of the file",
      "6 after beside at one of them",
    ],
  );
});

Deno.test("no key varies in a matrix, since cases are called by its values; a row of the table is called by its name", () => {
  const set = "setGroupKey: { key: $key }";
  for (const source of [`matrix: { n: 1..2, key: [${SECRET}, b] }`, `matrix: { n: 1..2, key: 1..3 }`]) {
    const written = file(source, set, "{ wait: 1ms, repeat: $n }");
    const names = [
      () => caseNames(written, "test.yaml"),
      () => openCases(written, "test.yaml", { only: () => false }),
      () => openScenario(written, "test.yaml", { name: "n=1,key=no" }),
      () => openCases(written, "test.yaml"),
    ];
    for (const name of names) {
      const { message } = assertThrows(name, ScenarioError);
      assert(message.startsWith("test.yaml:2:20: matrix[1]: key, a key, by which cases would be called,"), message);
      assert(!message.includes(SECRET));
      assertMatch(
        message,
        /\n {4}2 \| matrix: \{ n: 1\.\.2, key: [^a-z]+\n/,
        "the words are shown, the values are not",
      );
    }
  }
  const row = file(
    `cases: { one: { key: ${SECRET} }, two: { key: b } }\nmatrix: { n: 1..2 }`,
    set,
    "{ wait: 1ms, repeat: $n }",
  );
  assertEquals(caseNames(row, "test.yaml"), ["one,n=1", "one,n=2", "two,n=1", "two,n=2"]);
});

Deno.test("mistakes of values do not hide those of the rest, and what follows from them is not told", () => {
  const source = file("matrix: { cut: 0us..10 }", "wait: $cut", "wait: 5", "reset: { adapter: hba7 }");
  const { mistakes } = assertThrows(() => openCases(source, "test.yaml"), ScenarioError);
  assertEquals(mistakes.map(({ line, field }) => `${line} ${field}`), [
    "2 matrix[0]",
    "7 steps[1].wait",
    "8 steps[2].reset.adapter",
  ]);
});
