/**
 * What a scenario file may say.
 *
 * The shapes here and those of the steps are the only definition: the types of
 * the rest of the room follow from them, and so do the error messages.
 *
 * @module
 */

import { FLASH_FAULT } from "../../parts/flash/faults.ts";
import { type JsonSchema, jsonSchemaOf } from "../../shape/json_schema.ts";
import { boolean, doc, integer, list, mapping, oneOf, optional, text, type ValueOf } from "../../shape/shape.ts";
import { FLASH_PART_NAMES } from "./flash_parts.ts";
import { YamlFile } from "./read_yaml.ts";
import { shapeOf } from "./step.ts";
import { STEPS } from "./steps/table.ts";
import {
  DURATION,
  IDENTIFIER,
  IDENTIFIER_OR_ANY,
  INTERNET_ADDRESS,
  KEY,
  type ScenarioId,
  SEED,
  SUITE,
} from "./values.ts";

const PHASE1 = {
  suites: doc("What it proposes or accepts in phase 1, in order of preference.", optional(list(SUITE))),
  retransmission: doc("How it repeats what is not answered.", optional(oneOf("doubling", "strongSwan"))),
  fragmentation: doc("Whether it takes messages in fragments; false by default.", optional(boolean())),
};

const FLASH = mapping({
  part: doc("Which part; W25Q64JV by default.", optional(oneOf(...FLASH_PART_NAMES))),
  sectors: doc("How many sectors of it the key store has.", optional(integer(3, 256))),
  timing: doc("Which column of the data sheet; typical by default.", optional(oneOf("typical", "maximum"))),
  faults: doc("What is wrong with it from the beginning.", optional(list(FLASH_FAULT))),
});

const ADAPTER = mapping(
  {
    name: doc("What steps call it.", text()),
    storage: doc("Where keys are kept.", oneOf("nvram", "ram", "none")),
    ports: doc("One address for each port.", list(INTERNET_ADDRESS)),
    tunnelMode: doc("Whether it knows tunnel mode; true by default.", optional(boolean())),
    keyTableEntries: doc("How many keys the RAM table holds.", optional(integer(1, 4096))),
    flash: doc(
      "The flash part of an adapter with `storage: nvram`; 64 KiB of a W25Q64JV by default.",
      optional(FLASH),
    ),
    image: doc("`tampered` flips a bit of the signed image.", optional(oneOf("signed", "tampered"))),
    ...PHASE1,
  },
  ({ storage, flash }) =>
    storage === "nvram" || flash === undefined
      ? undefined
      : { path: "flash", given: `a flash part with storage: ${storage}`, accepted: "storage: nvram, or no flash part" },
);

const TARGET_KEY = mapping({
  id: doc(
    "Main mode: the initiator's address. Aggressive mode: its identifier. `any` is the default for all.",
    IDENTIFIER_OR_ANY,
  ),
  key: doc("The key.", KEY),
});

const TARGET = mapping({
  name: doc("What steps call it.", text()),
  address: doc("Its address.", INTERNET_ADDRESS),
  modes: doc("The modes that it answers; both by default.", optional(list(oneOf("main", "aggressive")))),
  id: doc("The identifier it answers with; its address by default.", optional(IDENTIFIER)),
  keys: doc("Its key table; none for a target outside.", optional(list(TARGET_KEY))),
  ...PHASE1,
  outside: doc("A real peer, reached through a bridge: nothing of it is simulated.", optional(boolean(), false)),
}, ({ keys = [] }) => {
  const ids = keys.map(({ id }) => textOf(id));
  const second = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (second < 0) return undefined;
  const first = ids.indexOf(ids[second] ?? "");
  return {
    path: `keys[${second}].id`,
    given: "an id that has a key",
    accepted: `one other than that of keys[${first}]`,
  };
});

function textOf(id: ScenarioId | "any"): string {
  return id === "any" ? id : `${id.type} ${id.bytes.join()}`;
}

const PER_MILLE = optional(integer(0, 1000));

const NETWORK = mapping({
  latency: doc("How long a datagram is on its way.", optional(DURATION)),
  jitter: doc("How much longer at most.", optional(DURATION)),
  lossPerMille: doc("Datagrams lost, of a thousand.", PER_MILLE),
  duplicatesPerMille: doc("Datagrams that come twice, of a thousand.", PER_MILLE),
  corruptionPerMille: doc("Datagrams of which a bit is flipped on the way, of a thousand.", PER_MILLE),
  reordersPerMille: doc("Datagrams that are held back, so that later ones overtake them, of a thousand.", PER_MILLE),
  reorderDelay: doc("How long they are held back.", optional(DURATION)),
});

/** A scenario file. */
export const SCENARIO = mapping({
  name: doc("What the report calls it.", text()),
  description: doc("What it shows.", optional(text())),
  seed: doc("What all chance follows from; 1 by default.", optional(SEED)),
  adapters: doc("The adapters of the host.", list(ADAPTER)),
  targets: doc("The targets at the far end of the network.", optional(list(TARGET))),
  network: doc("How the network behaves; perfect by default.", optional(NETWORK)),
  allowNothing: doc(
    "Whether a run may hold in which nothing was judged; false by default.",
    optional(boolean(), false),
  ),
  steps: doc("What happens, in order.", list(shapeOf(STEPS))),
});

/** The JSON Schema of scenario files. */
export const SCENARIO_SCHEMA: JsonSchema = jsonSchemaOf(SCENARIO, "hbasim scenario");

/** A scenario file, read. */
export type Scenario = ValueOf<typeof SCENARIO>;

/** A scenario file, read, that still knows where in it everything stands. */
export interface ScenarioFile {
  readonly scenario: Scenario;
  readonly yaml: YamlFile;
}

/**
 * Reads a scenario file, for a world.
 *
 * @param source Its YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} As {@linkcode readScenario} does.
 */
export function openScenario(source: string, file: string): ScenarioFile {
  const yaml = new YamlFile(source, file);
  const scenario = yaml.read(SCENARIO, ({ adapters, targets = [] }) => ({
    adapter: adapters.map(({ name }) => name),
    target: targets.map(({ name }) => name),
  }));
  return { scenario, yaml };
}

/**
 * Reads a scenario file.
 *
 * @param source Its YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or says something that is not known: file, line, given and accepted are named.
 */
export function readScenario(source: string, file: string): Scenario {
  return openScenario(source, file).scenario;
}
