/** What is called minimal is: another routine, which deletes whatever a file need not say, finds nothing more. */

import { assert, assertEquals } from "@std/assert";
import { withCanary } from "../../../sim/lab/explore/search/canary.ts";
import { shrink, superfluous, trialOf } from "../../../sim/lab/explore/shrink/shrink.ts";
import type { Failing } from "../../../sim/lab/explore/shrink/shrinking.ts";
import { readStory } from "../../../sim/lab/explore/workload/story.ts";

const OPTIONS = { world: withCanary };

const SMALL = `name: a key that power takes away
seed: 871
allowNothing: true
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
steps:
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: key 1 of the story, flags: [ike, main] }, expect: any }
  - { powerCycle: { adapter: hba0, off: 1ms } }
`;

/** The same with all that a file can say beside it, and need not. */
const PADDED = `name: a key that power takes away
seed: 871
allowNothing: true
limit: 1h
network:
  jitter: 1us
  loss: 0%
  links: { hba0 > disk: { latency: 1ms, loss: 0% }, disk > hba0: { latency: 2ms } }
host: { timeouts: { login: 40s, request: 30s } }
costs: { packet: 4us }
adapters:
  hba0:
    storage: nvram
    ports: [192.0.2.10]
    tunnelMode: false
    sessions: 4
    keyTableEntries: 8
    policy: { suites: [aes128-sha1-modp768, aes128-sha1-modp1024], lifetime: 100s }
  hba1: { storage: ram, ports: [192.0.2.11] }
targets:
  disk: { address: 192.0.2.20, id: disk.example, keys: { any: a key }, policy: { suites: [aes128-sha1-modp768] } }
faults:
  - { lateInterrupt: { adapter: hba0, interrupt: 2, by: 10us, mayMiss: true } }
  - { powerCycle: { adapter: hba1, command: 90, after: 1us, off: 1ms, mayMiss: true } }
steps:
  - { wait: 1ms, repeat: { times: 2, every: 3ms } }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: key 1 of the story, flags: [ike, main] }, after: 900ms, expect: any }
  - parallel:
      one:
        - wait: 1ms
          repeat: 2
          faults: [{ lateInterrupt: { adapter: hba0, interrupt: 9, by: 1us, mayMiss: true } }]
      two: [{ wait: 1ms }]
  - { powerCycle: { adapter: hba0, off: 1ms }, at: 4s, repeat: 2 }
`;

function failingOf(text: string): Failing {
  const story = readStory(text, "story.yaml");
  const trial = trialOf({ story, tape: [] }, OPTIONS);
  assert(trial?.signature !== undefined, "it must fail");
  return { story, tape: [], signature: trial.signature };
}

/** It names, or says how it is judged: nothing happens otherwise without it. */
const SAID = /^(name|seed|allowNothing|expect)$/;
/** What stands beside verbs; all else of a step is the call. */
const BESIDE = /^(at|after|repeat|faults|parallel|sequence)$/;

type Deletion = readonly [path: string, story: Failing["story"]];

/** Every member of a list and field of a mapping that a story has, and the story without it. */
function deletions(story: Failing["story"]): readonly Deletion[] {
  const found: Deletion[] = [];
  const walk = (value: unknown, path: readonly string[], kind: "file" | "step" | "fault") => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, each] of Object.entries(value)) {
      const isList = Array.isArray(value);
      const at = [...path, key];
      const isCall = !isList && (SAID.test(key) || (kind === "step" && path.at(-2) === "steps" && !BESIDE.test(key)));
      if (isCall) continue;
      found.push([at.join("."), withoutOne(story, at)]);
      if (kind !== "fault") walk(each, at, key === "faults" ? "fault" : key === "steps" ? "step" : kind);
    }
  };
  walk(story, [], "file");
  return found;
}

function withoutOne(story: Failing["story"], path: readonly string[]): Failing["story"] {
  const copy = structuredClone(story);
  const last = path.at(-1) ?? "";
  const holder = path.slice(0, -1).reduce<unknown>((value, key) => Object(value)[key], copy);
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete Object(holder)[last];
  return copy;
}

/** What can be deleted so that it fails in the same way. */
function needless({ story, signature }: Failing): readonly string[] {
  return deletions(story).filter(([, less]) => {
    return less.steps !== undefined && trialOf({ story: less, tape: [] }, OPTIONS)?.signature === signature;
  }).map(([path]) => path);
}

Deno.test("the minimal story has nothing that can be deleted, by either routine", () => {
  const small = failingOf(SMALL);
  assertEquals([needless(small), superfluous(small, OPTIONS)], [[], []]);
});

Deno.test("whatever can be deleted is called superfluous, and taken out", () => {
  const padded = failingOf(PADDED);
  const found = needless(padded);
  for (const path of ["faults.0", "network", "network.links.hba0 > disk", "host", "costs", "steps.0.repeat"]) {
    assert(found.includes(path), `${path} is one of them: ${found.join(", ")}`);
  }
  const named = superfluous(padded, OPTIONS);
  assertEquals(found.filter((path) => !named.includes(path)), []);
  const { story, isMinimal } = shrink(padded, OPTIONS);
  assertEquals([isMinimal, needless({ ...padded, story })], [true, []]);
  assertEquals(Object.keys(story), ["name", "seed", "allowNothing", "adapters", "steps"]);
});
