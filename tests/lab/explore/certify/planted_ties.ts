/**
 * Bugs that only show in another order of simultaneous events: small programs
 * beside the scenario, all of them on the host, each right as long as what
 * came first goes first.
 *
 * @module
 */

import type { Outcome } from "../../../../sim/lab/explore/execute.ts";
import type { ScenarioSource } from "../../../../sim/lab/explore/tape/subject.ts";
import type { World } from "../../../../sim/lab/world/world.ts";
import type { Task } from "../../../../sim/kernel/task.ts";
import { Signal } from "../../../../sim/kernel/signal.ts";
import { noteEvent } from "../../../../sim/trace/events.ts";

/** A bug. */
export interface PlantedTieBug {
  readonly what: string;
  readonly onWorld: (world: World) => void;
  readonly failureOf: (outcome: Outcome) => string | undefined;
}

/** A world in which time passes, and a question is asked. */
export const TIE_WORLD: ScenarioSource = {
  file: "ties.yaml",
  source: `name: ties
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
steps:
  - wait: 1s
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
`,
};

/** What a program says that has shown its bug. */
export const WRONG = "wrong";

/** The cycle in which the programs meet: all is quiet then. */
const MEETING = 200_000_000;

type Say = (text: string) => void;

/** Programs that meet in one cycle; one that says "wrong" has shown the bug. */
function bug(what: string, programs: (world: World, say: Say) => readonly Task[]): PlantedTieBug {
  return {
    what,
    onWorld(world) {
      const component = world.recorder.component("application");
      const say: Say = (text) => void world.recorder.record(component, noteEvent, { text });
      for (const [index, program] of programs(world, say).entries()) {
        world.kernel.spawn(`host/program ${index + 1}`, meeting(world, program), { daemon: true });
      }
    },
    failureOf: ({ world: { recorder } }) =>
      [...recorder.events()].some(({ fields }) => fields["text"] === WRONG) ? what : undefined,
  };
}

function* meeting({ kernel }: World, program: Task): Task {
  yield* kernel.sleep(MEETING - kernel.now);
  yield* program;
}

/** The bugs. */
export const PLANTED_TIE_BUGS: readonly PlantedTieBug[] = [
  bug("a wake-up is lost", ({ kernel }, say) => {
    const done = new Signal(kernel, "done");
    let hasHeard = false;
    return [
      (function* (): Task {
        yield* done.wait();
        hasHeard = true;
      })(),
      (function* (): Task {
        done.fire();
        yield* kernel.sleep(10);
        if (!hasHeard) say(WRONG);
      })(),
    ];
  }),
  bug("a timer that is due in the cycle of its cancellation fires", ({ kernel }, say) => {
    let isOver = false;
    return [
      (function* (): Task {
        isOver = true;
      })(),
      (function* (): Task {
        if (!isOver) say(WRONG);
        yield* kernel.sleep(1);
      })(),
    ];
  }),
  bug("an update is lost between reading and writing", ({ kernel }, say) => {
    let value = 0;
    const add = function* (): Task {
      const read = value;
      yield* kernel.sleep(0);
      value = read + 1;
    };
    const check = function* (): Task {
      yield* kernel.sleep(10);
      if (value !== 2) say(WRONG);
    };
    const first = function* (): Task {
      value++;
    };
    return [first(), add(), check()];
  }),
  bug("who asks third takes what the first has freed", (_, say) => {
    const users: string[] = [];
    const use = function* (name: string): Task {
      users.push(name);
      if (users.join("") === "cab") say(WRONG);
    };
    return ["a", "b", "c"].map(use);
  }),
  bug("a buffer is used after it was given back", ({ kernel }, say) => {
    let isValid = true;
    const user = function* (): Task {
      if (!isValid) say(WRONG);
    };
    const owner = function* (): Task {
      isValid = false;
      yield* kernel.sleep(1);
    };
    return [user(), user(), owner()];
  }),
  bug("two of four go before the one that prepares", (_, say) => {
    let [isPrepared, early] = [false, 0];
    const prepare = function* (): Task {
      isPrepared = true;
    };
    const work = function* (): Task {
      if (!isPrepared && ++early === 2) say(WRONG);
    };
    return [prepare(), work(), work(), work()];
  }),
];
