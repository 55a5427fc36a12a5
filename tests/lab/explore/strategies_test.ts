/** What seeds that begin with the story of another do: go back to a cell, strike what an outcome rests on, change a step. */

import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { Rerunner } from "../../../sim/lab/explore/search/rerun.ts";
import type { Tape } from "../../../sim/lab/explore/tape/tape.ts";
import { Lineage, type Operation } from "../../../sim/lab/explore/strategy/lineage.ts";
import { probeNames, probesOf, ProbeWatch } from "../../../sim/lab/explore/search/probes.ts";
import { runTrial } from "../../../sim/lab/explore/search/trial.ts";
import { drawStory } from "../../../sim/lab/explore/workload/draw_story.ts";
import { elementsOf } from "../../../sim/lab/explore/shrink/elements.ts";
import { drawSweep, MEETINGS, meetingsOf } from "../../../sim/lab/explore/workload/draw_sweep.ts";
import { chaosLength, continued, mutate, struck } from "../../../sim/lab/explore/workload/mutate.ts";
import { readStory } from "../../../sim/lab/explore/workload/story.ts";
import { storySubject } from "../../../sim/lab/explore/workload/story_subject.ts";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { noteEvent } from "../../../sim/trace/events.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";
import { LOGIN } from "./explored.ts";
import { prefixDigest } from "./prefix_digest.ts";

const drawing = (name: string) => new RandomStreams(name).stream("test");

Deno.test("a run that goes back to where a cell was seen is the same up to there, and then another one", () => {
  let compared = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const story = drawStory(seed);
    const { outcome, cells } = runTrial(storySubject(story));
    for (const { step, at } of [...cells.values()].slice(-2)) {
      if (step >= chaosLength(story)) continue;
      const recipe = [{ at, salt: "other" }];
      const other = runTrial(storySubject(continued(story, step, drawing(`${seed}`), 1000), { recipe })).outcome;
      assertEquals(other.misfits, []);
      const [before, after] = [outcome, other].map(({ world }) => prefixDigest(world.recorder, at.sequence + 1));
      assertEquals(after, before);
      assertNotEquals(other.digest, outcome.digest);
      compared++;
    }
  }
  assert(compared >= 8, `${compared} runs`);
});

const KEY_AND_LOGIN = readStory(
  `
name: a key and a login
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the key } } }
steps:
  - { getKey: { adapter: hba0, id: 192.0.2.77 }, expect: any }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key, flags: [ike, main] }
  - login: { adapter: hba0, target: disk }
`,
  "test",
);

function supports(): readonly (readonly Operation[])[] {
  let lineage: Lineage | undefined;
  runTrial(storySubject(KEY_AND_LOGIN), {
    onWorld: (world) => {
      lineage = new Lineage(world);
    },
  });
  return lineage?.supports(new Set([0, 1, 2])) ?? [];
}

Deno.test("a login rests on its messages, and on the key that was set and written before it", () => {
  const [key, login] = supports();
  assert(key !== undefined && login !== undefined);
  const told = (operations: readonly Operation[]) =>
    operations.map(({ step, kind, of, ordinal }) => `${step} ${kind} ${of} ${ordinal}`);
  // What set the key counts, and the commit that made it durable.
  assert(told(key).some((each) => each.startsWith("1 flashProgram hba0")));
  assert(told(key).some((each) => each.startsWith("1 commit")));
  // The login has the key by the second parent of events.
  assert(told(login).some((each) => each.startsWith("1 ")), told(login).join("\n"));
  assert(told(login).filter((each) => each.startsWith("2 datagram hba0")).length >= 2);
  assert(told(login).filter((each) => each.startsWith("2 datagram disk")).length >= 2);
  // The question before has nothing to do with it.
  assertEquals(told(login).filter((each) => each.startsWith("0 ")), []);
});

Deno.test("a fault at an operation of a lineage happens at that operation", () => {
  for (const operations of supports()) {
    for (const operation of operations) {
      const story = struck(KEY_AND_LOGIN, [operation], drawing(JSON.stringify(operation)), 7);
      const { outcome: { world, verdicts } } = runTrial(storySubject(story));
      const planned = verdicts.length;
      assert(planned > 0);
      assert(world.disturbances.count > 0 || JSON.stringify(story).includes("datagram"), JSON.stringify(story.steps));
    }
  }
});

Deno.test("children of a story ask for what is new in them, and give no key twice", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const [story, other] = [drawStory(seed), drawStory(seed + 100)];
    const random = drawing(`child ${seed}`);
    for (const child of [mutate(story, other, random, 1), continued(story, 0, random, 1)]) {
      assertStringIncludes(String(child["name"]), `, of story ${seed}`);
      const text = JSON.stringify(child.steps.slice(0, chaosLength(child)));
      const asked = JSON.stringify(child.steps.slice(chaosLength(child)));
      for (const [setting, id] of text.matchAll(/"setKey":\{[^}]*"id":"([^"]*)"[^}]*/g)) {
        // Of what is refused in any case nothing new comes.
        if (/"port":7|type11|"key":"0x/.test(setting)) continue;
        // A target that learns of the key is asked in place of the adapter: by a login.
        const [, key] = /"key":"([^"]*)"/.exec(setting) ?? [];
        if (JSON.stringify([story, child]).includes(`"${id}":"${key}"`)) continue;
        assert(asked.includes(`"id":"${id}"`), `${id} in ${asked}`);
      }
    }
  }
});

Deno.test("a probe is reached by a text of the trace that begins as it says, and by nothing else", () => {
  const reachedBy = (...texts: readonly string[]) => {
    const recorder = new Recorder(new Kernel());
    const component = recorder.component("test");
    for (const text of texts) recorder.record(component, noteEvent, { text });
    return probesOf([{ probes: new ProbeWatch().reached(recorder) }]);
  };
  assertEquals(reachedBy("surprise removal", "no surprise removal").reached, ["a driver finds its adapter gone"]);
  assertEquals(reachedBy("nothing").reached, []);
  assertEquals(reachedBy("nothing").unreached, probeNames());
});

Deno.test("a scenario that is run again with other deviations does as if it were run for the first time", () => {
  const scenario = LOGIN;
  const rerunner = new Rerunner(scenario);
  const lost = (ordinal: number): Tape => [{
    decision: "fault",
    fault: {
      harm: { kind: "lose" },
      anchor: { at: "datagram", from: "hba0", to: "disk", ordinals: { least: ordinal, most: ordinal } },
    },
  }];
  for (const tape of [[], lost(1), lost(2), lost(9), []]) {
    const { outcome } = rerunner.run({ tape });
    const alone = execute({ scenario, tape });
    assertEquals(outcome.digest, alone.digest);
    assertEquals(outcome.hash, alone.hash);
    assertEquals(outcome.holds, alone.holds);
    assertEquals(outcome.misfits, alone.misfits);
    assertEquals(outcome.misfits.length, tape === undefined || outcome.tape.length === tape.length ? 0 : 1);
  }
  assertEquals(rerunner.runs, 5);
});

Deno.test("a sweep has rounds, each healed; its seeds share out all pairs of a kind of step and a kind of fault", () => {
  const places = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const { steps } = drawSweep(seed);
    const names = steps.flatMap(({ name }) => typeof name === "string" && /^(healing|chaos) /.test(name) ? [name] : []);
    assertEquals(names, ["healing 1", "chaos 2", "healing 2"]);
    for (const pair of meetingsOf(seed)) places.add(pair.join(" / "));
  }
  assert(places.has("set / flash does not take it") && places.has("login / datagram twice"));
  assert(!places.has("set / datagram twice"), "a setting sends nothing");
  assertEquals(places.size, MEETINGS.length);
});

const BROKEN_BETWEEN = `
name: broken between two healings
allowNothing: true
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - { wait: 1s, name: healing 1 }
  - { wait: 1ms, name: chaos 2 }
  - killService: {}
  - { startService: {}, name: healing 2 }
`;

Deno.test("between a chaos and the next healing nothing is at rest", () => {
  const signatureOf = (text: string) => runTrial(storySubject(readStory(text, "test"))).signature;
  assertEquals(signatureOf(BROKEN_BETWEEN), undefined);
  assertStringIncludes(signatureOf(BROKEN_BETWEEN.replace("chaos 2", "other")) ?? "", "everything comes up");
});

Deno.test("what is taken out of a story leaves the chaos after a healing where it is", () => {
  const story = readStory(BROKEN_BETWEEN, "test");
  const taken = elementsOf(story).map((path) => path.join("."));
  assertEquals(taken.filter((each) => each.startsWith("steps")), ["steps.0", "steps.2", "steps.3"]);
  const later = { ...story, steps: story.steps.slice(1) };
  assert(elementsOf(later).some((path) => path.join(".") === "steps.0"), "nothing was healed before");
});

// Found by seed 7333: the step ends while the service gives an adapter anew what it holds for it.
const FILLED_AT_THE_END = `
name: filled anew at the end
seed: 7333
allowNothing: true
adapters: { hba0: { storage: none, ports: [192.0.2.10] }, hba1: { storage: none, ports: [192.0.2.11] } }
steps:
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, aggressive] }, expect: any }
  - wmi: { adapter: hba0, method: ClearCache }
    expect: any
    faults: [{ loseDoorbell: { adapter: hba0, doorbell: 1, mayMiss: true } }]
  - name: healing
    sequence:
      - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
      - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: any }
`;

Deno.test("a key in the buffers of a synchronisation that is under way is where it should be", () => {
  const { signature, outcome } = runTrial(storySubject(readStory(FILLED_AT_THE_END, "test")));
  assertEquals(signature, undefined);
  assert(!outcome.world.host.service.settled);
});
