/**
 * Two stories of the language's design that a file cannot tell word for word:
 * what stands in their place here, and why.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { renderVerdicts } from "../../../sim/lab/scenario/report.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { scenario, type StoryRunOptions } from "../../../sim/lab/scenario/story.ts";
import type { WorldOptions } from "../../../sim/lab/world/world_options.ts";
import { NaiveStore, TwoSectorStore } from "../explore/cuts/naive_store.ts";

/**
 * "A flash sector dies under way". The design has 400 settings and sector 3. Its words are ours; its figures are those of
 * a store that erased more: ours begins a sector for each 170 settings or so, so that 400 do not come to sector 3, and
 * health that says "degraded" before any erase was refused would be wrong.
 */
Deno.test("a sector stops erasing while keys are set: degraded, one sector retired, nothing lost", () => {
  const dying = (settings: number, sector: number) =>
    runScenarioText(
      `
name: a flash sector dies under way
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], flash: { sectors: 8 } } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
invariants: { the other key stays: { flash: { adapter: hba0, id: host.example, key: kept, count: 1 } } }
steps:
  - setKey: { adapter: hba0, id: host.example, key: kept, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
    repeat: ${settings}
    faults: [{ damage: { adapter: hba0, eraseFailure: { sector: ${sector} }, flashErase: 1 } }]
  - powerCycle: { adapter: hba0 }
  - { information: { adapter: hba0 }, expect: { health: degraded, flash: { adapter: hba0, badSectors: 1 } } }
  - login: { adapter: hba0, target: disk }
`,
      "dying.yaml",
    );
  const died = dying(220, 1);
  assert(died.holds, [...renderVerdicts(died)].join("\n"));
  assertEquals(dying(220, 3).verdicts.filter(({ holds }) => !holds).map(({ expected }) => expected), [
    "degraded",
    "1 badSectors in the flash of hba0",
  ]);
});

/**
 * "A key store written in C, cut inside its 2nd program after each byte". A file names no program that would run with
 * it: a file is mailed, checked and run by strangers. A store of one's own comes from a program, by `adapt`, with the
 * words of the file around it; in C it is whatever implements `NvramStore` around a WebAssembly instance.
 */
function cutStory(cut: number) {
  return scenario({
    name: `a store of one's own, cut after ${cut} bytes of a program`,
    adapters: { hba0: { storage: "nvram", ports: ["192.0.2.10"] } },
    steps: [
      { setKey: { adapter: "hba0", id: "192.0.2.10", key: "the old key", flags: ["ike", "main"] } },
      {
        setKey: { adapter: "hba0", id: "192.0.2.10", key: "the new key", flags: ["ike", "main"] },
        faults: [{ powerOff: { adapter: "hba0", flashProgram: 2, after: `${cut}bytes`, mayMiss: true } }],
        expect: "any",
      },
      // Nobody brings back what the store has lost, as the service would.
      { stopService: {} },
      { powerCycle: { adapter: "hba0" } },
      { expect: { keyTable: { adapter: "hba0", id: "192.0.2.10", key: ["the old key", "the new key"], count: 1 } } },
    ],
  });
}

/** The cuts after which neither of two keys is there. */
function badCuts(options: StoryRunOptions): number[] {
  return Array.from({ length: 57 }, (_, cut) => cut).filter((cut) => !cutStory(cut).run(options).holds);
}

/** Puts a store into the world of a story. */
function withStore(Store: typeof NaiveStore | typeof TwoSectorStore): StoryRunOptions {
  return {
    adapt: (options: WorldOptions): WorldOptions => ({
      ...options,
      adapters: options.adapters.map((adapter) => ({ ...adapter, createStore: (flash) => new Store({ flash }) })),
    }),
  };
}

Deno.test("a key store of one's own under power cuts: `adapt` puts it into the world of a story", () => {
  assertEquals(badCuts({}), [], "the ring store of the product");
  assertEquals(badCuts(withStore(TwoSectorStore)), [], "a store that keeps what it had until the new is whole");
  assert(badCuts(withStore(NaiveStore)).length > 10, "a store that erases what it has is caught");
  assertThrows(() => cutStory(1).run({ adapt: "a store" } as object), Error, "adapt");
});
