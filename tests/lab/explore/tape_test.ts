import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { FaultError } from "../../../sim/lab/faults/fault_error.ts";
import { execute, type Outcome } from "../../../sim/lab/explore/execute.ts";
import { tellDeviation, tellSplit } from "../../../sim/lab/explore/tape/sentence.ts";
import { stepNames } from "../../../sim/lab/explore/tape/step_names.ts";
import type { Deviation, FaultDeviation, Tape, TieDeviation } from "../../../sim/lab/explore/tape/tape.ts";
import { LOGIN, shipped, shufflingTies } from "./explored.ts";

const PLAIN = execute({ scenario: LOGIN });

function run(...tape: Tape): Outcome {
  return execute({ scenario: LOGIN, tape });
}

const CUT: FaultDeviation = {
  decision: "fault",
  fault: {
    harm: { kind: "powerCycle", adapter: "hba0", off: 100_000_000 },
    anchor: { at: "flashProgram", adapter: "hba0", ordinals: { least: 1, most: 1 } },
    after: { bytes: 17 },
  },
};

Deno.test("An empty tape is the run of the scenario, and its own outcome", () => {
  assert(PLAIN.holds && PLAIN.reachesEnd && PLAIN.tape.length === 0 && PLAIN.misfits.length === 0);
  assertEquals(run().digest, PLAIN.digest);
});

Deno.test("Ties that chance has broken are told by names and ordinals, and the tape alone gives the same run", () => {
  for (const name of ["three_driver_ends.yaml", "power_cut_during_set.yaml"]) {
    const scenario = shipped(name);
    const plain = execute({ scenario });
    const digests = new Set([plain.digest]);
    for (const seed of [1, 2, 3]) {
      const subject = { scenario };
      const shuffled = execute(subject, { strategy: shufflingTies(seed) });
      assert(shuffled.tape.length > 10 && shuffled.tape.every(({ decision }) => decision === "tie"));
      const again = execute({ ...subject, tape: shuffled.tape });
      assertEquals([again.digest, again.misfits, again.tape], [shuffled.digest, [], shuffled.tape]);
      digests.add(shuffled.digest);
    }
    assertEquals(digests.size > 1, true, `${name}: some order matters`);
  }
});

Deno.test("A single tie of the tape changes that order and no other", () => {
  const scenario = shipped("three_driver_ends.yaml");
  const { tape } = execute({ scenario }, { strategy: shufflingTies(1) });
  const last = tape.at(-1) as TieDeviation;
  const outcome = execute({ scenario, tape: [last] });
  // Others may have led to it; if it came to pass it is on the tape that was taken, alone.
  assertEquals(outcome.tape, outcome.misfits.length === 0 ? [last] : []);
  const first = tape[0] as TieDeviation;
  assertEquals(execute({ scenario, tape: [first] }).tape, [first]);
});

Deno.test("Draws give what the tape says; what a strategy gives is noted, and replays", () => {
  const scenario = shipped("key_survives_power_cycle.yaml");
  const turned = execute({ scenario }, {
    strategy: {
      draw: (stream, drawn, limit) => stream.startsWith("hba0/") && limit === 2 ** 32 ? ~drawn >>> 0 : drawn,
    },
  });
  assert(turned.holds, turned.signature);
  assertNotEquals(turned.digest, execute({ scenario }).digest);
  const again = execute({ scenario, tape: turned.tape });
  assertEquals([again.digest, again.misfits], [turned.digest, []]);
});

Deno.test("Faults of the tape happen beside those of the file, and what they have taken is back for the next step", () => {
  const outcome = run(CUT);
  assertEquals([outcome.misfits, outcome.tape], [[], [CUT]]);
  assertNotEquals(outcome.digest, PLAIN.digest);
  assert(outcome.holds, "the service brings the key once more");
  const { recorder } = outcome.world;
  assertEquals([...recorder.events()].filter(({ fields }) => fields["state"] === "power off").length, 1);
  assertThrows(
    () => run({ decision: "fault", fault: { ...CUT.fault, harm: { kind: "powerOff", adapter: "hba9" } } }),
    FaultError,
    "adapter: hba9, expected hba0",
  );
});

Deno.test("Steps are left out or taken twice by name, also such as are part of others", () => {
  const without = run({ decision: "step", step: { type: "setKey", ordinal: 1 }, change: "left out" });
  assertEquals(without.signature, "login: expected SUCCESS, but found ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
  const twice = run({ decision: "step", step: { type: "login", ordinal: 1 }, change: "repeated" });
  assertEquals(twice.verdicts.map(({ step }) => step), ["setKey", "login", "login", "login", "login"]);
  const scenario = {
    file: "nested.yaml",
    source: `
name: steps in steps
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
steps:
  - setGroupKey: { key: one }
  - sequence:
      - setGroupKey: { key: two }
  - parallel:
      a: [setGroupKey: { key: three }]
      b: [sequence: [setGroupKey: { key: four }], wait: 1ms]
  - setGroupKey: { key: five }
`.replace(", wait: 1ms", ""),
  };
  const names = stepNames(scenario).map(({ type, ordinal }) => `${type} ${ordinal}`);
  assertEquals(
    names.filter((name) => name.startsWith("setGroupKey")),
    [1, 2, 3, 4, 5].map((each) => `setGroupKey ${each}`),
  );
  for (let ordinal = 1; ordinal <= 5; ordinal++) {
    const lines = (change: "left out" | "repeated") =>
      execute({ scenario, tape: [{ decision: "step", step: { type: "setGroupKey", ordinal }, change }] }).verdicts
        .length;
    assertEquals([lines("left out"), lines("repeated")], [4, 6], `number ${ordinal}`);
  }
});

Deno.test("Whatever of a tape is not reached is told with its reason, and is not on the tape that was taken", () => {
  const bad: [Deviation, string][] = [
    [{ decision: "draw", stream: "network", ordinal: 999, value: 0 }, "network was drawn from"],
    [{ decision: "draw", stream: "nobody", ordinal: 1, value: 0 }, "nobody was drawn from 0 times"],
    [
      {
        decision: "tie",
        first: { who: "hba0 core", what: "time", ordinal: 9999 },
        before: { who: "network", what: "time", ordinal: 1 },
      },
      "were not pending in one cycle",
    ],
    [
      {
        decision: "fault",
        fault: {
          harm: { kind: "refuseDma" },
          anchor: { at: "dma", adapter: "hba0", ordinals: { least: 999, most: 999 } },
        },
      },
      "the 999th DMA transfer of hba0 never came",
    ],
    [{ decision: "step", step: { type: "getKey", ordinal: 1 }, change: "left out" }, "the scenario has no such step"],
  ];
  const outcome = execute({
    scenario: LOGIN,
    tape: [...bad.map(([deviation]) => deviation), CUT],
    recipe: [{ at: { cycle: 0, sequence: 100_000 }, salt: "late" }],
  });
  assertEquals(outcome.tape, [CUT]);
  assertEquals(outcome.misfits.map(({ deviation }) => deviation), [...bad.map(([deviation]) => deviation), undefined]);
  for (const [index, [, why]] of bad.entries()) {
    assert(outcome.misfits[index]?.why.includes(why), outcome.misfits[index]?.why);
  }
});

Deno.test("A world that does not come to rest, and a task that throws, end as verdicts", () => {
  const runaway = execute({ scenario: LOGIN, mostEvents: 300 });
  assertEquals([runaway.holds, runaway.dispatched, runaway.reachesEnd], [false, 300, true]);
  assert(runaway.signature?.endsWith("but found a runaway: more than 300 events"), runaway.signature);
  const spinning = execute({ scenario: LOGIN, mostEvents: 20_000 }, {
    onWorld: ({ kernel }) => {
      const spin = () => void kernel.schedule(0, spin);
      kernel.schedule(1000, spin);
    },
  });
  assertEquals([spinning.holds, spinning.dispatched], [false, 20_000]);
  // In whatever it happens: power that comes, a task, a callback of the network.
  for (const kind of ["state", "call", "packet"]) {
    const throwing = execute({ scenario: LOGIN }, {
      onWorld: ({ recorder }) =>
        void recorder.watch((sequence) => {
          if (recorder.at(sequence).kind === kind) throw new Error(`an invariant's own mistake at ${kind}`);
        }),
    });
    assert(throwing.signature?.includes(`an invariant's own mistake at ${kind}`), throwing.signature);
    assertEquals([throwing.holds, throwing.reachesEnd], [false, true]);
  }
  const wrong = execute({ scenario: LOGIN }, { strategy: { draw: (_stream, _drawn, limit) => limit } });
  assert(wrong.signature?.includes("expected a whole number from 0 to"), wrong.signature);
});

Deno.test("What is noted about the world is a verdict", () => {
  const noted = execute({ scenario: LOGIN }, {
    onWorld(world, note) {
      note({ line: 0, step: "early", expected: "this", actual: "this", holds: true });
      world.recorder.watch((sequence) => {
        if (sequence === 50) {
          note({ line: 0, step: "invariant", expected: "few", actual: "51 of c5.s6 in 5 ms", holds: false });
        }
      });
    },
  });
  assertEquals(noted.verdicts.slice(0, 2).map(({ step }) => step), ["early", "invariant"]);
  assertEquals([noted.holds, noted.signature], [false, "invariant: expected few, but found 51 of … in …"]);
});

Deno.test("Deviations are sentences", () => {
  const event = (who: string, what: string, ordinal: number) => ({ who, what, ordinal });
  const sentences: [Deviation, string][] = [
    [{ decision: "draw", stream: "network", ordinal: 3, value: 0 }, "the 3rd draw of network gives 0"],
    [
      {
        decision: "tie",
        first: event("host/hba0 interrupt line", "adapter interrupt", 2),
        before: event("hba0/boot", "mailbox doorbell", 11),
      },
      'host/hba0 interrupt line at its 2nd "adapter interrupt" goes before hba0/boot at its 11th "mailbox doorbell"',
    ],
    [
      { decision: "tie", first: event("network", "time", 1), before: event("hba0/boot", "start", 1) },
      "the 1st turn of network goes before the 1st start of hba0/boot",
    ],
    [CUT, "the 1st flash program of hba0, after 17 bytes: power of hba0 off for 100ms"],
    [{ decision: "step", step: { type: "setKey", ordinal: 2 }, change: "left out" }, "the 2nd setKey is left out"],
    [{ decision: "step", step: { type: "setKey", ordinal: 1 }, change: "repeated" }, "the 1st setKey is taken twice"],
  ];
  for (const [deviation, sentence] of sentences) assertEquals(tellDeviation(deviation), sentence);
  assertEquals(tellSplit({ at: { cycle: 5, sequence: 6 }, salt: "x" }), "chance begins anew at c5.s6, salt x");
  assertEquals(tellSplit({ at: { cycle: 5, sequence: -1 }, salt: "x" }), "chance begins anew at cycle 5, salt x");
});
