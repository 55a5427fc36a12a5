/**
 * `hbasim iscsicli`.
 *
 * @module
 */

import { statSync } from "node:fs";
import { exportKeyStore } from "../../../../host/initiator_service/key_store.ts";
import { SqliteKeyStore } from "../../../../host/initiator_service/sqlite_key_store.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { openScenario, type ScenarioFile } from "../../scenario/scenario.ts";
import { worldOf } from "../../scenario/world_of_scenario.ts";
import { decodeWorldImage, encodeWorldImage } from "../../world/world_image.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { readBytes, readText } from "../input_files.ts";
import { iscsicli as carryOut, ISCSICLI_USAGE } from "../iscsicli.ts";
import { OutputFiles } from "../output_files.ts";
import { print } from "../terminal.ts";

/** The world of one command: switched on, asked, switched off. What is in the file afterwards is what survived. */
export const iscsicli = command({
  about: "one iscsicli command against a world that lives in a file",
  operands: "VERB ARG...",
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
  },
  notes: ISCSICLI_USAGE,
  examples: ['iscsicli --state world.state PSKey hba0 * 0x27 1 192.0.2.10 "a key" T'],
  run({ state, database, world }, args) {
    if (state === undefined) throw new InputError("iscsicli needs --state FILE");
    const description = world === undefined ? DEFAULT_WORLD : { text: readText(world), file: world };
    const scenario = openScenario(description.text, description.file);
    const outputs = new OutputFiles([world, database].filter((file) => file !== undefined));
    const keyStore = database === undefined ? undefined : new SqliteKeyStore(database);
    try {
      const saved = fileExists(state) ? readBytes(state) : undefined;
      outputs.prepare("--state", state);
      return runInWorld({ args, saved, scenario, keyStore, save: (image) => outputs.write("--state", image) });
    } finally {
      keyStore?.close();
      outputs.close();
    }
  },
});

interface IscsicliRun {
  readonly args: readonly string[];
  /** What the state file holds. */
  readonly saved: Uint8Array | undefined;
  readonly scenario: ScenarioFile;
  readonly keyStore: SqliteKeyStore | undefined;
  save(image: Uint8Array): void;
}

function runInWorld({ args, saved, scenario, keyStore, save }: IscsicliRun): number {
  const stored = saved === undefined ? undefined : decodeWorldImage(saved);
  // With a database, that is the service's store; the state file then is the flash.
  const image = stored === undefined || keyStore === undefined
    ? stored
    : { ...stored, serviceStore: exportKeyStore(keyStore) };
  const world = worldOf(scenario, image === undefined ? {} : { image }, keyStore === undefined ? {} : { keyStore });
  world.powerOn();
  world.settle();
  const { lines, status } = carryOut(world, args);
  world.powerOff();
  save(encodeWorldImage(world.image()));
  for (const line of lines) print(line);
  return status === 0 ? HOLDS : FAILS;
}

const DEFAULT_WORLD = {
  text: "{ name: one adapter, adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }], steps: [] }",
  file: "default world",
};

function fileExists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
