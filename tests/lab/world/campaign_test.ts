import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { ALL_PORTS, IdentificationType } from "../../../firmware/manual/interface.ts";
import { MemoryKeyStore } from "../../../host/initiator_service/memory_key_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { CampaignMemory } from "../../../sim/lab/world/campaign_memory.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { CampaignError, WorldCampaign } from "../../../sim/lab/world/world_campaign.ts";
import type { WorldOptions } from "../../../sim/lab/world/world_options.ts";

const OWN = Uint8Array.of(192, 0, 2, 10);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a key of the campaign");
const phase1 = { ...DEFAULT_POLICY, suites: [parseSuite("aes128-sha1-modp1024")] };

const OPTIONS: WorldOptions = {
  adapters: [{ name: "hba0", ports: [OWN], phase1 }, { name: "hba1", ports: [Uint8Array.of(192, 0, 2, 11)], phase1 }],
  targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
};

/** Sets, questions, logins and cuts of power as a number draws them, and all that came of them. */
function trialOf(number: number): (world: World) => string {
  return (world) => {
    const random = new RandomStreams(`trial ${number}`).stream("steps");
    const { api } = world.host;
    const said: string[] = [];
    world.powerOn();
    world.settle();
    for (let step = 0; step < 6; step++) {
      const adapter = random.below(3) === 0 ? undefined : `hba${random.below(2)}`;
      const key = random.below(4) === 0 ? random.bytes(8) : KEY;
      const id = { idType: IdentificationType.ID_IPV4_ADDR, id: OWN };
      switch (random.below(5)) {
        case 0:
          said.push(`group ${world.run(api.setIScsiGroupPresharedKey(key, random.below(2) === 0))}`);
          break;
        case 1:
          world.powerOff();
          world.powerOn();
          world.advance(random.below(400_000_000));
          said.push("power");
          break;
        case 2: {
          const { status } = world.run(api.loginIScsiTarget({
            targetName: "iqn.2026-01.example:disk",
            initiatorInstance: "hba0",
            targetPortal: { address: "192.0.2.20" },
          }));
          said.push(`login ${status}`);
          break;
        }
        default: {
          const information = { ...id, authMethod: 1, securityFlags: 0x27n, key };
          const persist = random.below(2) === 0;
          said.push(`key ${world.run(api.setIScsiIKEInfo(adapter, ALL_PORTS, information, persist))}`);
        }
      }
    }
    world.settle();
    const rows = world.serviceRecords().map(({ adapter, record }) => `${adapter}/${record.kind}`);
    return [...said, ...rows, JSON.stringify(world.image().flash)].join(" ");
  };
}

Deno.test("each of many runs of a campaign comes to the same as in full", () => {
  const campaign = new WorldCampaign({ sampleEvery: 1 });
  const outcomes = new Set<string>();
  for (let number = 0; number < 24; number++) outcomes.add(campaign.run(OPTIONS, trialOf(number)));
  assertEquals(campaign.runs, 24);
  // Trials that all do the same would show nothing, nor would a memory that nobody asks.
  assert(outcomes.size > 12, `${outcomes.size} outcomes`);
  assert(campaign.memory.recalled > 24, `${campaign.memory.recalled} results were given again`);
});

Deno.test("a run that comes to something else in full is told, and every so many-th is run again", () => {
  const campaign = new WorldCampaign({ sampleEvery: 3 });
  let calls = 0;
  const restless = () => `call ${calls++ < 4 ? "early" : "late"}`;
  for (let run = 0; run < 3; run++) campaign.run(OPTIONS, restless);
  assertEquals(calls, 4);
  calls = 3;
  const error = assertThrows(() => campaign.run(OPTIONS, restless), CampaignError);
  assertStringIncludes(error.message, "came to call early in cycle 0");
  assertStringIncludes(error.message, "and in full to call late in cycle 0");
});

Deno.test("a world of a campaign refuses to tell a digest, and says how to get one", () => {
  const memory = new CampaignMemory();
  const world = new World({ ...OPTIONS, campaign: memory });
  trialOf(1)(world);
  assertThrows(() => world.digest(), Error, "expected one without the option campaign");
  assertThrows(() => world.recorder.at(0), RangeError, "those from");
  assertEquals([...world.recorder.events()], []);
  const campaign = new WorldCampaign();
  const { outcome, world: full } = campaign.runInFull({ ...OPTIONS, campaign: memory }, trialOf(1));
  assertEquals(full.recorder.length, world.recorder.length);
  assertEquals(full.digest(), campaign.runInFull(OPTIONS, trialOf(1)).world.digest());
  assertEquals(outcome, campaign.run(OPTIONS, trialOf(1)));
  assertNotEquals(outcome, "");
});

Deno.test("who watches a world of a campaign sees each event as it happens", () => {
  const seen = (options: WorldOptions) => {
    const world = new World(options);
    const names: string[] = [];
    world.powerOn();
    world.settle();
    const end = world.recorder.watch((sequence) => {
      const { kind, component, cycle } = world.recorder.at(sequence);
      names.push(`${sequence} ${cycle} ${component} ${kind}`);
    });
    world.run(world.host.api.setIScsiGroupPresharedKey(KEY, true));
    end();
    world.run(world.host.api.setIScsiGroupPresharedKey(KEY, false));
    return { names, length: world.recorder.length };
  };
  assertEquals(seen({ ...OPTIONS, campaign: new CampaignMemory() }), seen(OPTIONS));
});

Deno.test("a memory gives copies, and only to the same question", () => {
  const memory = new CampaignMemory();
  let computed = 0;
  const ask = (what: string, ...parts: readonly string[]) =>
    memory.recall(what, parts.map((part) => new TextEncoder().encode(part)), () => Uint8Array.of(++computed));
  const first = ask("double", "ab", "c");
  first.fill(0);
  assertEquals(ask("double", "ab", "c"), Uint8Array.of(1));
  assertEquals(ask("double", "a", "bc"), Uint8Array.of(2));
  assertEquals(ask("triple", "ab", "c"), Uint8Array.of(3));
  assertThrows(
    () =>
      memory.recall("double", [], () => {
        throw new Error("no result");
      }),
    Error,
    "no result",
  );
  assertEquals(memory.recall("double", [], () => Uint8Array.of(9)), Uint8Array.of(9));
  assertEquals(memory.recalled, 1);
});

Deno.test("bad options of a campaign are told with what is accepted", () => {
  for (const sampleEvery of [0, -1, 1.5, NaN]) {
    assertThrows(() => new WorldCampaign({ sampleEvery }), RangeError, "expected a whole number of 1 or more");
  }
  const run = (options: WorldOptions) => () => new WorldCampaign().run(options, () => "");
  assertThrows(run({ ...OPTIONS, keyStore: new MemoryKeyStore() }), Error, "keyStore");
  assertThrows(() => new World({ ...OPTIONS, campaign: {} as CampaignMemory }), Error, "campaign");
});
