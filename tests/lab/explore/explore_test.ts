/** The explorer finds what is planted, makes it small, and comes to the same however its work is shared out. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { decodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import { runBlock, STRATEGIES } from "../../../sim/lab/explore/search/block.ts";
import { CANARY_SEEDS, findCanary, withCanary } from "../../../sim/lab/explore/search/canary.ts";
import { explore, shrunkFinding } from "../../../sim/lab/explore/search/explore.ts";
import { decodeResults, encodeResults, mergeResults } from "../../../sim/lab/explore/search/results_file.ts";
import { superfluous } from "../../../sim/lab/explore/shrink/shrink.ts";
import { drawStory } from "../../../sim/lab/explore/workload/draw_story.ts";
import { readStory, storyText } from "../../../sim/lab/explore/workload/story.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";

Deno.test("a story is a pure function of its seed, and a scenario file that can be read back", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const text = storyText(drawStory(seed));
    assertEquals(storyText(drawStory(seed)), text);
    assertEquals(storyText(readStory(text, "story.yaml")), text);
    assertEquals(checkScenario(text, "story.yaml").length, 1);
  }
  assert(storyText(drawStory(1)) !== storyText({ ...drawStory(2), name: "story 1", seed: 1 }));
});

Deno.test("the canary is found, made small to where nothing can be left out, and its bundle replays", () => {
  const seed = findCanary();
  assert(seed !== undefined && seed <= CANARY_SEEDS);
  const { runs, failures: [failure] } = explore({
    seeds: { first: seed, last: seed },
    world: withCanary,
    derives: false,
  });
  assert(failure !== undefined);
  assertEquals(runs.map((run) => run.signature), [failure.signature]);
  assertEquals(failure.isMinimal, true);
  assert(failure.executions <= 150, `${failure.executions} executions`);
  assert(failure.story.steps.length <= 5, failure.text);
  assertEquals(superfluous(failure, { world: withCanary }), []);
  // What more there is beside it can be left out: the test of minimality can fail.
  const more = { ...failure, story: { ...failure.story, steps: [{ wait: "1ms" }, ...failure.story.steps] } };
  assertEquals(superfluous(more, { world: withCanary }), ["steps.0"]);
  assertStringIncludes(failure.text, "a cache is what its name says");
  assertEquals(replay(decodeBundle(failure.bundle), { adapt: withCanary }).agrees, true);
  // Without the planted bug the same story holds.
  const [run] = explore({ seeds: { first: 1, last: 1 }, story: () => failure.story }).runs;
  assertEquals(run?.signature, undefined);
});

Deno.test("parts of a block, in any order, make the whole, mutations included", () => {
  // Short ones: how they are shared out does not hang on what happens in them.
  const story = (seed: number) => ({ ...drawStory(seed), steps: drawStory(seed).steps.slice(0, 2) });
  const whole = runBlock(1, 80, { story });
  const parts = [runBlock(60, 80, { story }), runBlock(1, 30, { story }), runBlock(31, 59, { story })];
  assertEquals(mergeResults(parts), mergeResults([whole]));
  const campaign = { product: "0.0.0", scenario: "", module: "", first: 1, last: 80 };
  const results = { campaign, part: { index: 1, count: 1 }, isComplete: true, ...whole };
  assertEquals(decodeResults(encodeResults(results)), results);
  const count = (name: string) => whole.runs.filter(({ strategy }) => strategy === name).length;
  assert(count("random") >= 0.4 * whole.runs.length);
  for (const name of STRATEGIES) assert(count(name) > 0, name);
  assertEquals(whole.failures, []);
});

Deno.test("an invariant of the user's own is looked at after each step; one that throws is broken", () => {
  const seeds = { first: 1, last: 1 };
  const at = (invariants: Parameters<typeof explore>[0]["invariants"] & object) =>
    explore({ seeds, invariants, shrinkBudget: 0 }).failures.map(({ signature }) => signature);
  assertEquals(at({ "time goes on": ({ now }) => now > 0 || "it stands still" }), []);
  assertEquals(at({ "nothing happens": ({ recorder }) => recorder.length === 0 || "there are events" }), [
    "nothing happens: there are events",
  ]);
  assertEquals(
    at({
      "it can be told": () => {
        throw new Error("it cannot");
      },
    }),
    ["it can be told: it threw it cannot"],
  );
});

Deno.test("a probe of the user's own that says neither yes nor no is told by its name, once whatever is under way", () => {
  const told = (probe: () => unknown) => {
    const { runs, failures } = explore({ seeds: { first: 1, last: 12 }, probes: { p: probe as () => boolean } });
    assertEquals(new Set(runs.map(({ signature }) => signature)).size, 1);
    return failures.map(({ signature, story }) => [signature, story.steps.length]);
  };
  const thrower = () => {
    throw new Error("x");
  };
  // One step is left of each: nothing else has to happen.
  assertEquals(told(thrower), [["p: it threw x", 1]]);
  assertEquals(told(() => Promise.resolve(true)), [["p: it returned a promise, expected true or false", 1]]);
  assertEquals(told(() => "yes"), [['p: it returned "yes", expected true or false', 1]]);
  assertEquals(told(() => undefined), [["p: it returned nothing, expected true or false", 1]]);
  // A call in the middle of which it is asked goes on.
  const { runs: [asked] } = explore({ seeds: { first: 1, last: 1 }, probes: { p: thrower } });
  const { runs: [quiet] } = explore({ seeds: { first: 1, last: 1 } });
  assertEquals(asked?.hash, quiet?.hash);
});

Deno.test("a run that is not the same again is a failure", () => {
  let calls = 0;
  const { failures } = explore({
    seeds: { first: 1, last: 1 },
    repeatEvery: 1,
    shrinkBudget: 0,
    world: (options) => ({ ...options, host: { costs: { rpcCycles: 5000 + calls++ } } }),
  });
  assertStringIncludes(failures[0]?.signature ?? "", "not deterministic: the same run once more differs from event");
});

Deno.test("an invariant that is not the same again is told as that, not with a story that does not fail", () => {
  // It is found by chance, as at the 7th look of all; the run once more is another one.
  for (const every of [7, 23]) {
    let looks = 0;
    const { runs, failures } = explore({
      seeds: { first: 1, last: 3 },
      invariants: { "mostly so": () => ++looks % every !== 0 || "one look of a few" },
    });
    assert(failures.length > 0 && failures.length < runs.length + 1);
    for (const { signature, text, executions } of failures) {
      assertStringIncludes(signature, "not deterministic: the same run has failed with");
      assertStringIncludes(signature, '"mostly so: one look of a few"');
      assertStringIncludes(text, `# ${signature}\n`);
      assertEquals(executions, 0);
    }
  }
});

Deno.test("a failure that is the same once more, but not when it is small, is told as it was found", () => {
  let looks = 0;
  const failure = { seed: 1, signature: "soon: over", story: drawStory(1), tape: [], recipe: [] };
  const finding = shrunkFinding(failure, { invariants: { soon: () => ++looks !== 4 || "over" } });
  assertEquals(
    finding.signature,
    'not deterministic: the same run has failed with "soon: over", and once more with nothing',
  );
  assertEquals(finding.story, failure.story);
});

Deno.test("a runaway is told, and replays, with the bound at which it was found", () => {
  const { failures: [failure] } = explore({ seeds: { first: 1, last: 1 }, mostEvents: 200 });
  assertStringIncludes(failure?.text ?? "", "a runaway: more than 200 events");
  assertStringIncludes(failure?.signature ?? "", "a runaway");
  assertEquals(decodeBundle(failure?.bundle ?? new Uint8Array()).subject.mostEvents, 200);
});

Deno.test("a world that does not come to rest ends as a verdict", () => {
  const { failures } = explore({ seeds: { first: 1, last: 1 }, mostEvents: 200, shrinkBudget: 0 });
  assertStringIncludes(failures[0]?.signature ?? "", "a runaway");
});

Deno.test("seeds that are no range are refused", () => {
  for (
    const seeds of [{ first: 0, last: 1 }, { first: 2, last: 1 }, { first: 1, last: 1.5 }, { first: NaN, last: 1 }]
  ) {
    assertThrows(() => explore({ seeds }), InputError, "expected whole numbers from 1");
  }
});

Deno.test("options that there are not are refused, all at once, each with what was probably meant", () => {
  const given = explore as (options?: unknown) => unknown;
  const names =
    "seeds, world, invariants, probes, story, derives, repeatEvery, mostEvents, shrinkBudget, onBlock, onRun";
  const seeds = { first: 1, last: 1 };
  const refused: readonly (readonly [options: unknown, said: string])[] = [
    [undefined, `options: nothing, expected an object with ${names}`],
    [7, `options: 7, expected an object with ${names}`],
    [{}, "seeds: nothing, expected an object with first and last"],
    [{ seeds: undefined }, "seeds: nothing, expected an object with first and last"],
    [
      { seeds, invariant: { x: () => "no" } },
      `options: "invariant" (did you mean invariants?), expected only ${names}`,
    ],
    [
      { seed: 1, shrinkbudget: 2, "": 3 },
      `options: "seed" (did you mean seeds?), "shrinkbudget" (did you mean shrinkBudget?), "", expected only ${names}`,
    ],
  ];
  for (const [options, said] of refused) {
    assertEquals(assertThrows(() => given(options), InputError).message, said);
  }
});

Deno.test("parts of the user's own that are none are refused by name, and so are numbers that mean nothing", () => {
  const seeds = { first: 3, last: 4 };
  const once = (world: unknown) => ({ world: () => world });
  const refused: readonly (readonly [options: object, message: string])[] = [
    [{ world: 5 }, "world: 5, expected a function"],
    [{ invariants: [() => true] }, "invariants: a list, expected an object of functions"],
    [{ invariants: { "a rule": true } }, 'invariants["a rule"]: true, expected a function'],
    [{ probes: { x: 3 } }, 'probes["x"]: 3, expected a function'],
    [once(undefined), "seed 3: world: the function returned nothing, expected the options of a world"],
    [once(7), "seed 3: world: the function returned 7, expected"],
    [
      once({ adapters: 1 }),
      "seed 3: world: what the function returned is no world: adapters: a number, expected a list",
    ],
    [{
      world: () => {
        throw new TypeError("none for you");
      },
    }, "seed 3: world: the function threw TypeError: none for you"],
    [{ repeatEvery: 0 }, "repeatEvery: 0, expected a whole number from 1"],
    [{ repeatEvery: 1.5 }, "repeatEvery: 1.5, expected a whole number from 1"],
    [{ mostEvents: 0 }, "mostEvents: 0, expected a whole number from 1"],
    [{ shrinkBudget: -1 }, "shrinkBudget: -1, expected a whole number from 0"],
  ];
  for (const [options, message] of refused) {
    assertStringIncludes(assertThrows(() => explore({ seeds, ...options }), InputError).message, message);
  }
});
