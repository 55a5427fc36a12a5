/**
 * `hbasim bridge`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { command, FAILS, HOLDS, INTERRUPTED } from "../command.ts";
import { bridgedWorld } from "../outside_world.ts";
import { RUN_OPTIONS, runScenarioFile } from "../run_scenario_file.ts";
import { parametersOf } from "../case_names.ts";
import { readScenarios, type SourceCase } from "../scenario_files.ts";
import { tell } from "../terminal.ts";

/** Runs a scenario against a real peer. */
export const bridge = command({
  options: {
    listen: {
      value: "A:P",
      about: "the local address and UDP port, 192.0.2.1:500 or [2001:db8::1]:500; the adapter or target of that " +
        "address answers there",
    },
    peer: { value: "A:P", about: "where datagrams go that are for nobody in the scenario" },
    record: {
      value: "FILE",
      about: "write the seed and what came in, for run --replay: SECRET, the seed leads to all keys",
    },
    ...RUN_OPTIONS,
  },
  notes: [
    "Ctrl-C ends a bridge early: sessions are deleted, the files are written, and what was judged so far is shown.",
  ],
  examples: ["bridge --listen 192.0.2.10:500 --peer 192.0.2.20:500 --record run.rec login.yaml"],
  async run({ listen, peer, ...given }, files) {
    if (files.length !== 1) {
      throw new InputError(`bridge takes one scenario file, ${files.length} are given`);
    }
    if (listen === undefined) throw new InputError("bridge needs --listen ADDRESS:PORT");
    if (peer === undefined) throw new InputError("bridge needs --peer ADDRESS:PORT");
    const cases = readScenarios(files, parametersOf(given.set));
    if (cases.length > 1) {
      throw new InputError(`bridge takes one case, ${cases.length} are given; name one as FILE[CASE]`);
    }
    const [scenario] = cases as [SourceCase];
    const { interrupted, holds } = await runScenarioFile({
      scenario,
      given,
      outside: (world) => bridgedWorld({ listen, peer, seed: given.seed, world, tell }),
    });
    return interrupted ? INTERRUPTED : holds ? HOLDS : FAILS;
  },
});
