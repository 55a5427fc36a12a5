/**
 * `hbasim iscsicli`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { command } from "../command.ts";
import { runIscsicli } from "../iscsicli/program.ts";
import { VERB_NAMES } from "../iscsicli/verbs.ts";

/** Management of keys, logins and sessions in a world that lives in a file. */
export const iscsicli = command({
  stopsAtOperand: true,
  options: {
    state: { value: "FILE", about: "flash and service store: read if it is there, written when the power goes again" },
    database: {
      value: "FILE",
      about: "the service's store as an SQLite database, in place of the one in the state file",
    },
    world: {
      value: "FILE",
      about:
        "a scenario file whose adapters and targets make the world; one adapter hba0 with flash at 192.0.2.10 by " +
        "default",
    },
    json: {
      about: "as JSON, a document in a line for each command: status, name, data of what was listed, lines, note",
    },
  },
  notes: [
    `Verbs: ${VERB_NAMES.join(", ")}.`,
    '"hbasim iscsicli help" tells what they do, "hbasim iscsicli help VERB" what each argument takes. Without a verb,',
    "commands are read from standard input, a line each, and the world keeps its power between them. The exit code is the",
    "status, of which a shell sees the lowest 8 bits.",
  ],
  examples: [
    "iscsicli --state world.state PSKey hba0 '*' 0x27 1 192.0.2.10 'a key' T",
    "iscsicli --json --state world.state ListPersistentTargets",
  ],
  run({ state, database, world, json }, words) {
    return runIscsicli(words, json === true, () => {
      if (state === undefined) throw new InputError("iscsicli needs --state FILE");
      return { state, ...(database === undefined ? {} : { database }), ...(world === undefined ? {} : { world }) };
    });
  },
});
