/**
 * What a scenario file may say.
 *
 * The shapes here and those of the steps are the only definition: the types of
 * the rest of the room follow from them, and so do the error messages.
 *
 * @module
 */

import { type JsonSchema, jsonSchemaOf } from "../../shape/json_schema.ts";
import {
  boolean,
  type Contradiction,
  doc,
  integer,
  list,
  mapping,
  oneOf,
  optional,
  ownName,
  text,
  type ValueOf,
} from "../../shape/shape.ts";
import { FLASH } from "./flash_parts.ts";
import { PHASE1, PHASE1_IN_SHORT, phase1GivenTwice } from "./phase1.ts";
import { YamlFile } from "./read_yaml.ts";
import { shapeOf } from "./step.ts";
import { STEPS } from "./steps/table.ts";
import { DURATION, IDENTIFIER, IDENTIFIER_OR_ANY, INTERNET_ADDRESS, KEY, type ScenarioId, SEED } from "./values.ts";

const PHASE1_FIELDS = {
  phase1: doc("What it proposes, accepts and keeps to in phase 1.", optional(PHASE1)),
  ...PHASE1_IN_SHORT,
};

const ADAPTER = mapping(
  {
    name: doc("What steps call it.", ownName("adapter")),
    storage: doc("Where keys are kept.", oneOf("nvram", "ram", "none")),
    ports: doc("One address for each port.", list(INTERNET_ADDRESS)),
    tunnelMode: doc("Whether it knows tunnel mode; true by default.", optional(boolean())),
    keyTableEntries: doc("How many keys the RAM table holds.", optional(integer(1, 4096))),
    flash: doc(
      "The flash part of an adapter with `storage: nvram`; 64 KiB of a W25Q64JV by default.",
      optional(FLASH),
    ),
    image: doc("`tampered` flips a bit of the signed image.", optional(oneOf("signed", "tampered"))),
    ...PHASE1_FIELDS,
  },
  (adapter) => {
    const { storage, flash } = adapter;
    if (storage === "nvram" || flash === undefined) return twice(adapter);
    return {
      path: "flash",
      given: `a flash part with storage: ${storage}`,
      accepted: "storage: nvram, or no flash part",
    };
  },
);

const TARGET_KEY = mapping({
  id: doc(
    "Main mode: the initiator's address. Aggressive mode: its identifier. `any` is the default for all.",
    IDENTIFIER_OR_ANY,
  ),
  key: doc("The key.", KEY),
});

const TARGET = mapping({
  name: doc("What steps call it.", ownName("target")),
  address: doc("Its address.", INTERNET_ADDRESS),
  modes: doc("The modes that it answers; both by default.", optional(list(oneOf("main", "aggressive")))),
  id: doc("The identifier it answers with; its address by default.", optional(IDENTIFIER)),
  keys: doc("Its key table; none for a target outside.", optional(list(TARGET_KEY))),
  ...PHASE1_FIELDS,
  outside: doc("A real peer, reached through a bridge: nothing of it is simulated.", optional(boolean(), false)),
}, (target) => {
  const { keys = [] } = target;
  const ids = keys.map(({ id }) => textOf(id));
  const second = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (second < 0) return twice(target);
  const first = ids.indexOf(ids[second] ?? "");
  return {
    path: `keys[${second}].id`,
    given: "an id that has a key",
    accepted: `one other than that of keys[${first}]`,
  };
});

/** What an end says twice, once of them in `phase1`. */
function twice(end: Parameters<typeof phase1GivenTwice>[0]): Contradiction | undefined {
  const name = phase1GivenTwice(end);
  if (name === undefined) return undefined;
  return { path: name, given: `${name} besides phase1.${name}`, accepted: "one of the two" };
}

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
  return { scenario: yaml.read(SCENARIO), yaml };
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
