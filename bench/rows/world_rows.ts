/**
 * Rows of whole worlds: beside bare events of the kernel, and beside the revision before.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { type Checkout, OURS } from "../checkout.ts";
import { isMissing, type NotMeasured, type Row, type Sample, type Surroundings } from "../row.ts";
import { timed } from "../sampling.ts";
import { NAME, setKey, story, worldClass, worldOf } from "./worlds.ts";

type KernelModule = typeof import("../../sim/kernel/kernel.ts");
type CampaignModule = typeof import("../../sim/lab/world/campaign_memory.ts");
type RunnerModule = typeof import("../../sim/lab/scenario/runner.ts");

async function stories(checkout: Checkout): Promise<Sample> {
  const World = await worldClass(checkout);
  return timed(() => void story(World));
}

/** The same without a trace, and with nothing computed twice over the runs. */
async function campaign(checkout: Checkout): Promise<Sample> {
  const World = await worldClass(checkout);
  const { CampaignMemory } = await checkout.module<CampaignModule>("sim/lab/world/campaign_memory.ts");
  const memory = new CampaignMemory();
  return timed(() => void story(World, { campaign: memory }));
}

/** The same story in a world that only counts its events: they have numbers and causes, and nothing else is kept of them. */
async function unrecorded(checkout: Checkout): Promise<Sample> {
  const World = await worldClass(checkout);
  class Unrecorded extends World {
    constructor(options: ConstructorParameters<typeof World>[0]) {
      super(options);
      const { kernel, recorder } = this;
      let length = 0;
      Object.defineProperties(recorder, {
        length: { get: () => length },
        record: { value: () => kernel.cause = length++ },
      });
    }
  }
  return timed(() => void story(Unrecorded));
}

/** As many bare events as a story has: sleeps of a hundred generator tasks. */
async function bareEvents(checkout: Checkout): Promise<Sample> {
  const count = story(await worldClass(checkout)).kernel.dispatched;
  const kernel = new (await checkout.module<KernelModule>("sim/kernel/kernel.ts")).Kernel();
  for (let index = 0; index < 100; index++) kernel.spawn(`${index}`, sleeper(kernel, 100 + index));
  const rounds = 20;
  return timed(() => {
    const goal = kernel.dispatched + rounds * count;
    while (kernel.dispatched < goal) kernel.run(kernel.now + 1000);
  }, rounds);
}

function* sleeper(kernel: Kernel, cycles: number): Task {
  for (;;) yield* kernel.sleep(cycles);
}

async function sets(checkout: Checkout): Promise<Sample> {
  const world = worldOf(await worldClass(checkout));
  world.powerOn();
  world.settle();
  let count = 0;
  return timed(() => setKey(world, count++, NAME));
}

async function digests(checkout: Checkout): Promise<Sample> {
  const world = story(await worldClass(checkout));
  return timed(() => void world.digest());
}

/** A scenario under one seed after the other: how fast chance is searched. */
async function seeds(checkout: Checkout): Promise<Sample> {
  const { runScenarioText } = await checkout.module<RunnerModule>("sim/lab/scenario/runner.ts");
  const name = "key_survives_power_cycle.yaml";
  const source = Deno.readTextFileSync(new URL(`scenarios/${name}`, OURS.root));
  let seed = 0;
  const sample = timed(() => {
    if (!runScenarioText(source, name, { seed: String(seed++) }).holds) throw new Error(`${name} does not hold`);
  });
  return async () => 1000 / await sample();
}

function beforeNow(measure: (checkout: Checkout) => Promise<Sample | NotMeasured>): NonNullable<Row["peer"]> {
  const sample = async ({ base }: Surroundings) => {
    const checkout = await base();
    return isMissing(checkout) ? checkout : await measure(checkout);
  };
  return { name: "before", sample };
}

/** The first story of a process, after its modules are there and before anything of it was compiled. */
function firstStory(checkout: Checkout): Promise<Sample> {
  const program = new URL("../first_story.ts", import.meta.url).pathname;
  const config = new URL("deno.json", OURS.root).pathname;
  return Promise.resolve(() => {
    const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", "--config", config, program, checkout.root.href],
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return Number(new TextDecoder().decode(stdout));
  });
}

/**
 * A story goes through some two thousand functions, of which an engine goes on compiling the less frequent ones for five
 * hundred stories: until then it is measured how it compiles, which {@linkcode firstStory} shows by itself.
 */
const WARM_UPS = 40;

/** Rows of whole worlds. */
export const WORLD_ROWS: readonly Row[] = [
  {
    name: "story",
    about: "boot, 10 sets, reboot; over as many bare events of the kernel",
    unit: "ms",
    ours: stories,
    peer: { name: "bare events", sample: ({ ours }) => bareEvents(ours) },
    target: { most: 20 },
    warmUps: WARM_UPS,
  },
  {
    name: "story-first",
    about: "the first boot, 10 sets, reboot of a process; over one that all is compiled for",
    unit: "ms",
    ours: firstStory,
    peer: { name: "compiled", sample: ({ ours }) => stories(ours) },
    warmUps: WARM_UPS,
  },
  {
    name: "story-before",
    about: "the same, the revision before over it",
    unit: "ms",
    ours: stories,
    peer: beforeNow(stories),
    ratio: "peer / ours",
    target: { least: 2 },
    warmUps: WARM_UPS,
  },
  {
    name: "set-before",
    about: "a set on flash through the whole path, the revision before over it",
    unit: "ms",
    ours: sets,
    peer: beforeNow(sets),
    ratio: "peer / ours",
    target: { least: 2 },
    warmUps: WARM_UPS,
  },
  {
    name: "campaign",
    about: "boot, 10 sets, reboot as one of a campaign; the revision before, which knows none, over it",
    unit: "ms",
    ours: campaign,
    peer: beforeNow(stories),
    ratio: "peer / ours",
    target: { least: 3 },
    warmUps: WARM_UPS,
  },
  {
    name: "digest",
    about: "the digest of boot, 10 sets, reboot; over running them",
    unit: "ms",
    ours: digests,
    peer: { name: "running", sample: ({ ours }) => stories(ours) },
    target: { most: 0.01 },
    warmUps: WARM_UPS,
  },
  {
    name: "recording",
    about: "boot, 10 sets, reboot; over the same in a world that only counts its events",
    unit: "ms",
    ours: stories,
    peer: { name: "not recorded", sample: ({ ours }) => unrecorded(ours) },
    target: { most: 1.05 },
    pairs: 31,
  },
  {
    name: "seeds",
    about: "seeds of a world: scenario key_survives_power_cycle, read, run and digested",
    unit: "a second",
    ours: seeds,
  },
];
