/** Scenarios of programs: the words of files as values, read by the same shapes, with the same results. */

import { assert, assertEquals, assertGreater, assertStringIncludes, assertThrows } from "@std/assert";
import { parseDocument, visit } from "yaml";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { scenario } from "../../../sim/lab/scenario/story.ts";
import type { StoryFault, StoryStep } from "../../../sim/lab/scenario/story_types.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";
import { WRONG_FILES } from "./wrong_files.ts";

/** Values that have come past the compiler. */
function unchecked(values: unknown) {
  return scenario(values as Parameters<typeof scenario<string, string>>[0]);
}

/** What a file says, as values. Numbers that are written otherwise than JavaScript writes them stay texts: hex, 0000. */
function plain(source: string): unknown {
  const document = parseDocument(source, { uniqueKeys: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "number" && String(node.value) !== node.source) node.value = node.source;
    },
  });
  return document.toJS();
}

const HBA0 = { storage: "nvram", ports: ["192.0.2.10"] } as const;
const DISK = { address: "192.0.2.20", keys: { any: "a key" } } as const;

Deno.test("each shipped scenario as values gives the verdicts and the digest of its file", () => {
  for (const name of SHIPPED_SCENARIOS) {
    const source = readShipped(name);
    const [ofFile, ofValues] = [runScenarioText(source, name), unchecked(plain(source)).run()];
    assertEquals(ofValues.digest, ofFile.digest, name);
    assert(ofValues.holds, name);
    assertEquals(ofValues.verdicts.map(({ actual }) => actual), ofFile.verdicts.map(({ actual }) => actual), name);
  }
});

Deno.test("what is wrong in a file is wrong in values: the same sentences with a path in place of a line", () => {
  let compared = 0;
  for (const [source, ...said] of WRONG_FILES) {
    // What varies, is written twice, or has tags and aliases, only a file can say.
    const ofFilesOnly = /\$|parameters:|matrix:|cases:|already has|tag|alias|begins with|is not YAML/;
    if (ofFilesOnly.test(source) || said.some((each) => ofFilesOnly.test(each))) continue;
    if (parseDocument(source).errors.length > 0) continue;
    const error = assertThrows(() => unchecked(plain(source)).run(), ScenarioError, undefined, source);
    const sentences = error.message.replaceAll(/, program\b/g, "").split("\n").toSorted();
    const expected = said.map((each) => each.replace(/^\d+(:\d+)?: /, "scenario: ")).toSorted();
    assertEquals(sentences, expected, source);
    compared++;
  }
  assertGreater(compared, 30);
});

Deno.test("a story is checked by the compiler, and a loop is its matrix", () => {
  const moments = [0, 300, 600].map((cut) =>
    scenario({
      name: `power goes after ${cut} us`,
      adapters: { hba0: HBA0 },
      steps: [
        { setKey: { adapter: "hba0", id: "192.0.2.10", key: "old", flags: ["ike", "main"] } },
        {
          setKey: { adapter: "hba0", id: "192.0.2.10", key: Uint8Array.of(110, 101, 119), flags: ["ike", "main"] },
          faults: [{ powerCycle: { adapter: "hba0", after: `${cut}us` } }],
          expect: "old or new",
        },
      ],
    }).run()
  );
  assertEquals(moments.map(({ holds }) => holds), [true, true, true]);
  assertEquals(new Set(moments.map(({ digest }) => digest)).size, 3);
});

Deno.test("bytes of a program are the key of the same bytes in hex, and are copied", () => {
  const run = (key: string | Uint8Array) => {
    const built = scenario({ name: "a key", adapters: { hba0: HBA0 }, steps: [{ setGroupKey: { key } }] });
    if (typeof key !== "string") key.fill(0);
    return built.run().digest;
  };
  assertEquals(run(Uint8Array.of(1, 2, 3)), run("0x010203"));
});

Deno.test("a text of a program stands for itself: $ means nothing", () => {
  const report = scenario({
    name: "a key that begins with $",
    adapters: { hba0: HBA0 },
    steps: [
      { setGroupKey: { key: "$key" } },
      { expect: { keyTable: { adapter: "hba0", id: "any", key: new TextEncoder().encode("$key") } } },
    ],
  }).run();
  assert(report.holds, [...renderVerdicts(report)].join("\n"));
});

Deno.test("a step may be a program: a generator that takes time, or a function that takes none", () => {
  const report = scenario({
    name: "programs",
    adapters: { hba0: HBA0 },
    targets: { disk: DISK },
    steps: [
      {
        program: function* ({ host }, verdict) {
          const status = yield* host.api.setIScsiGroupPresharedKey(new TextEncoder().encode("a key"), true);
          verdict("0", String(status));
        },
        expect: { keyTable: { adapter: "hba0", id: "any", count: 1 } },
      },
      { program: (world, verdict) => verdict("an adapter", "two", world.adapters.size === 2), name: "how many" },
      { parallel: { one: [{ program: () => {} }, { login: { target: "disk" } }] } },
      { sequence: [{ program: function* () {} }], repeat: 2 },
    ],
  }).run();
  assertEquals(report.verdicts.map(({ line, step, holds }) => [line, step, holds]), [
    [0, "steps[0] program", true],
    [0, "steps[0] program", true],
    [0, 'steps[1] program "how many"', false],
    [0, "steps[2].parallel.one[1] one: login", true],
  ]);
  assertStringIncludes(
    [...renderVerdicts(report)].join("\n"),
    'FAIL  steps[1] program "how many": expected an adapter',
  );
  assertEquals(report.failure?.step, "steps[1]: program");
});

Deno.test("a program of a file is refused, and so is one that is to be waited for", () => {
  const source = "name: x\nadapters: { hba0: { storage: ram, ports: [192.0.2.10] } }\nsteps: [{ program: x }]\n";
  const { message } = assertThrows(() => runScenarioText(source, "x.yaml"), ScenarioError);
  assertStringIncludes(message, "an unknown name of 7 characters is not accepted here");
  const error = assertThrows(() =>
    unchecked({ name: "x", adapters: { hba0: HBA0 }, steps: [{ program: async () => {} }] }).run()
  );
  assertStringIncludes(String((error as Error).cause ?? error), "expected a generator, or nothing");
});

Deno.test("what comes past the compiler is refused with its path, and never with a key", () => {
  const step = (values: unknown) => ({ name: "x", adapters: { hba0: HBA0 }, targets: { disk: DISK }, steps: [values] });
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const cases: readonly (readonly [unknown, string])[] = [
    [step({ login: { target: "dsk" } }), 'steps[0].login.target: "dsk" is not accepted here; did you mean disk?'],
    [step({ wait: 5 }), 'steps[0].wait: "5" is not accepted here; did you mean 5ms or 5s?'],
    [step({ wait: () => {} }), "steps[0].wait: a function is not accepted here"],
    [step({ wait: new Date(0) }), "steps[0].wait: an object of a class is not accepted here"],
    [step({ wait: Symbol("5ms") }), "steps[0].wait: an object of a class is not accepted here"],
    [step({ login: { target: "disk" }, wait: "5ms" }), "steps[0]: wait beside login is not accepted here"],
    [step({ setGroupKey: { key: null } }), "steps[0].setGroupKey.key: nothing is not accepted here"],
    [step({ setGroupKey: { key: { geheim: 1 } } }), "steps[0].setGroupKey.key: a mapping is not accepted here"],
    [step({ program: "geheim" }), 'steps[0].program: "geheim" is not accepted here; expected a function of the world'],
    [{ ...step({ wait: "1s" }), matrix: {} }, "an unknown name of 6 characters is not accepted here"],
    [step(cyclic), "steps[0]: a list is not accepted here"],
    [undefined, "nothing is not accepted here"],
    [7, "a text of 1 character is not accepted here"],
    [step({ wait: "1s", name: undefined, expect: undefined }), ""],
  ];
  for (const [values, said] of cases) {
    if (said === "") unchecked(values);
    else assertStringIncludes(assertThrows(() => unchecked(values), ScenarioError).message, `scenario: ${said}`);
  }
});

Deno.test("a story is run with options of its own; those of files mean nothing", () => {
  const story = scenario({ name: "seeds", adapters: { hba0: HBA0 }, steps: [{ setGroupKey: { key: "k" } }] });
  assertEquals(story.run({ seed: 7 }).digest, story.run({ seed: "7" }).digest);
  assertThrows(() => story.run({ case: "a" } as object), Error, "case");
});

Deno.test("what may be the anchor of a fault, and who records an event, compiles and is read", () => {
  const words = { name: "x", adapters: { hba0: HBA0 }, targets: { disk: DISK } } as const;
  const mayMiss = true;
  const faults: readonly StoryFault<"hba0", "disk">[] = [
    { powerCycle: { adapter: "hba0", after: "1ms", mayMiss } },
    { powerCycle: { adapter: "hba0", flashProgram: 3, after: "17bytes", mayMiss } },
    { stopService: { commit: "2..4", after: undefined, mayMiss } },
    { cutLink: { from: "hba0", to: "disk", at: "1s", mayMiss } },
    { lose: { from: "hba0", to: "disk", datagram: "each", message: undefined, mayMiss } },
    { delay: { from: "disk", to: "hba0", message: "main 2", by: "1ms", mayMiss } },
    { loseInterrupt: { adapter: "hba0", interrupt: 1, mayMiss } },
    { killService: { event: { component: "miniport hba0", kind: "call" }, mayMiss } },
    { killService: { event: { component: "hba0 *", to: "iscsidsc" }, mayMiss } },
    { killService: { event: { component: "key store" }, mayMiss } },
  ];
  assertEquals(scenario({ ...words, steps: [{ setGroupKey: { key: "k" }, faults }], faults }).run().faults.length, 20);
});

Deno.test("what is wrong does not compile, and is refused when it comes past the compiler", () => {
  const words = { name: "x", adapters: { hba0: HBA0 }, targets: { disk: DISK } } as const;
  scenario({ ...words, steps: [{ login: { adapter: "hba0", target: "disk" }, expect: { mode: "main" } }] });
  const wrong: readonly (() => unknown)[] = [
    // @ts-expect-error: no such verb
    () => scenario({ ...words, steps: [{ logn: { target: "disk" } }] }),
    // @ts-expect-error: no such field
    () => scenario({ ...words, steps: [{ login: { targt: "disk" } }] }),
    // @ts-expect-error: no such target
    () => scenario({ ...words, steps: [{ login: { target: "dsk" } }] }),
    // @ts-expect-error: no such adapter
    () => scenario({ ...words, steps: [{ login: { adapter: "hba1", target: "disk" } }] }),
    // @ts-expect-error: a story without targets
    () => scenario({ name: "x", adapters: { hba0: HBA0 }, steps: [{ login: { target: "disk" } }] }),
    // @ts-expect-error: two verbs
    () => scenario({ ...words, steps: [{ login: { target: "disk" }, wait: "1s" }] }),
    // @ts-expect-error: no verb
    () => scenario({ ...words, steps: [{ name: "nothing" }] }),
    // @ts-expect-error: no unit
    () => scenario({ ...words, steps: [{ wait: 5 }] }),
    // @ts-expect-error: no such unit
    () => scenario({ ...words, steps: [{ wait: "5 minutes" }] }),
    // @ts-expect-error: no such status
    () => scenario({ ...words, steps: [{ setGroupKey: { key: "k" }, expect: "SUCESS" }] }),
    // @ts-expect-error: a group key is not in doubt
    () => scenario({ ...words, steps: [{ setGroupKey: { key: "k" }, expect: "old or new" }] }),
    // @ts-expect-error: login has no mode quick
    () => scenario({ ...words, steps: [{ login: { target: "disk" }, expect: { mode: "quick" } }] }),
    // @ts-expect-error: mode is an answer of login
    () => scenario({ ...words, steps: [{ setGroupKey: { key: "k" }, expect: { mode: "main" } }] }),
    // @ts-expect-error: no such flag
    () => scenario({ ...words, steps: [{ setKey: { adapter: "hba0", id: "a", key: "k", flags: ["ipsec"] } }] }),
    // @ts-expect-error: no such look
    () => scenario({ ...words, steps: [{ expect: { keyTabel: { adapter: "hba0" } } }] }),
    // @ts-expect-error: no such kind of fault
    () => scenario({ ...words, steps: [{ wait: "1s", faults: [{ explode: { adapter: "hba0" } }] }] }),
    // @ts-expect-error: two kinds of faults in one
    () => scenario({ ...words, steps: [{ wait: "1s", faults: [{ lose: { datagram: 1 }, delay: { by: "1s" } }] }] }),
    // @ts-expect-error: a fault without an anchor
    () => scenario({ ...words, steps: [{ wait: "1s", faults: [{ powerCycle: { adapter: "hba0" } }] }] }),
    // @ts-expect-error: a fault of a datagram without an anchor
    () => scenario({ ...words, steps: [{ wait: "1s", faults: [{ lose: { from: "hba0", to: "disk" } }] }] }),
    () =>
      // @ts-expect-error: two anchors
      scenario({ ...words, steps: [{ wait: "1s", faults: [{ unplug: { adapter: "hba0", boot: 1, at: "1s" } }] }] }),
    () => {
      const way = { from: "hba0", to: "disk" } as const;
      // @ts-expect-error: a datagram and a message
      scenario({ ...words, steps: [], faults: [{ lose: { ...way, datagram: 1, message: "main 1" } }] });
    },
    // @ts-expect-error: an anchor beside that of its kind
    () => scenario({ ...words, steps: [], faults: [{ refuseDma: { adapter: "hba0", dma: 1, flashRead: 1 } }] }),
    // @ts-expect-error: a foreign component
    () => scenario({ ...words, steps: [{ wait: { until: { component: "hba7" } } }] }).run(),
    // @ts-expect-error: a part of a foreign component
    () => scenario({ ...words, steps: [{ expect: { trace: { never: { component: "hba7 flash" } } } }] }).run(),
    // @ts-expect-error: a call to nobody
    () => scenario({ ...words, steps: [{ expect: { trace: { never: { kind: "call", to: "hba7" } } } }] }).run(),
    () => {
      const event = { component: "dsk" } as const;
      // @ts-expect-error: a fault at an event of a foreign component
      scenario({ ...words, steps: [], faults: [{ killService: { event, mayMiss: true } }] }).run();
    },
    // @ts-expect-error: no such way
    () => scenario({ ...words, steps: [], network: { links: { "hba0 > dsk": { loss: "2%" } } } }),
    // @ts-expect-error: no rate
    () => scenario({ ...words, steps: [], network: { loss: 2 } }),
    // @ts-expect-error: no such storage
    () => scenario({ name: "x", adapters: { hba0: { storage: "disk", ports: [] } }, steps: [] }),
    // @ts-expect-error: no parallel in a parallel
    () => scenario({ ...words, steps: [{ parallel: { one: [{ parallel: {} }] } }] }),
    // @ts-expect-error: what varies is TypeScript
    () => scenario({ ...words, steps: [], parameters: { key: "k" } }),
  ];
  for (const each of wrong) assertThrows(each, ScenarioError, undefined, String(each));
  // @ts-expect-error: a program is not waited for
  const later = scenario({ ...words, steps: [{ program: async () => {} }] });
  assertThrows(() => later.run());
  const steps: readonly StoryStep<"hba0", "disk">[] = [{ wait: `${7 * 6}us` }, {
    login: { adapter: "hba0", target: "disk" },
  }];
  assertEquals(scenario({ ...words, steps }).run().verdicts.length, 1);
  // @ts-expect-error: steps of another story
  assertThrows(() => scenario({ name: "x", adapters: { hba1: HBA0 }, targets: { disk: DISK }, steps }), ScenarioError);
});
