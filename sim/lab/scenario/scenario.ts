/**
 * What a scenario file may say.
 *
 * The shapes here and those of the steps are the only definition: the types of
 * the rest of the room follow from them, and so do the error messages.
 *
 * @module
 */

import {
  boolean,
  type Contradiction,
  converted,
  distinct,
  doc,
  entries,
  filled,
  integer,
  list,
  literalText,
  mapping,
  type MappingShape,
  oneOf,
  optional,
  ownName,
  scalar,
  type Shape,
  titled,
  type ValueOf,
} from "../../shape/shape.ts";
import { indivisible, withStandIn } from "../../shape/stand_in.ts";
import { parseInternetAddress } from "../../network/internet_address.ts";
import { FAULTS } from "./fault_shape.ts";
import { FLASH } from "./flash_parts.ts";
import { COSTS, HOST } from "./host_shape.ts";
import { INVARIANTS } from "./invariants.ts";
import { NETWORK } from "./network.ts";
import { POLICY } from "./phase1.ts";
import type { YamlFile } from "./yaml_file.ts";
import { type AnyStep, shapeOf } from "./step.ts";
import { ALL_STEPS, STEPS } from "./steps/table.ts";
import { KEYS } from "./target_keys.ts";
import { CASES, MATRIX, PARAMETERS } from "./variables.ts";
import { HEX_BYTES, IDENTIFIER, INTERNET_ADDRESS, LASTING_DURATION, SEED } from "./values.ts";

/**
 * What stands for an adapter, or for a field that it must have, while the rest of a file with mistakes is looked at: an
 * address that no other has.
 */
const standInAddress = (ordinal: number) => parseInternetAddress(`2001:db8:ffff::${(ordinal + 1).toString(16)}`);
const standInPorts = (ordinal: number): readonly Uint8Array[] => [standInAddress(ordinal)];

const POLICY_FIELD = doc("What it proposes, accepts and keeps to in phase 1.", optional(POLICY));

const MODULE_FILE = (example: string) =>
  scalar<string>({ accepts: "a file name", example, parse: (word) => word === "" ? undefined : word });

const FIRMWARE = mapping({
  module: doc(
    "The file of a firmware in C, C++ or Rust, beside this one: what `hbasim module` and wasm-opt have made of it.",
    optional(MODULE_FILE("firmware.hba.wasm")),
  ),
  image: doc("The signed image.", optional(HEX_BYTES)),
  publicKey: doc("The Ed25519 key that checks it, 32 bytes.", optional(HEX_BYTES)),
});

const STORE = mapping({
  module: doc(
    "The file of the module, beside this one: what `hbasim module` and wasm-opt have made of it.",
    MODULE_FILE("store.hba.wasm"),
  ),
});

const ADAPTER = mapping(
  {
    storage: doc("Where keys are kept.", withStandIn(oneOf("nvram", "ram", "none"), () => "nvram" as const)),
    ports: doc("One address for each port.", withStandIn(list(INTERNET_ADDRESS), standInPorts)),
    tunnelMode: doc("Whether it knows tunnel mode; true by default.", optional(boolean())),
    keyTableEntries: doc("How many keys the RAM table holds; 128 by default.", optional(integer(1, 4096))),
    sessions: doc("How many sessions there can be at once; 64 by default.", optional(integer(1, 4096))),
    flash: doc(
      "The flash part of an adapter with `storage: nvram`; 64 KiB of a W25Q64JV by default.",
      optional(titled("flash part", indivisible(FLASH))),
    ),
    store: doc(
      "A key store in C, C++ or Rust for an adapter with `storage: nvram`; that of hbasim by default.",
      optional(titled("store", STORE)),
    ),
    driver: doc(
      "Which security methods its driver implements; complete by default.",
      optional(oneOf("complete", "sample", "absent")),
    ),
    eventLimitBytes: doc(
      "The longest WMI event that the port driver passes on; 128 by default.",
      optional(integer(64, 65_536)),
    ),
    eventCapacity: doc(
      "How many events wait for the host before more are lost; 512 by default.",
      optional(integer(1, 65_536)),
    ),
    receiveRingLength: doc(
      "How many datagrams wait for the firmware before more are lost; 256 by default.",
      optional(integer(1, 65_536)),
    ),
    firmware: doc("Firmware of its own; that of the factory by default.", optional(FIRMWARE)),
    image: doc("`tampered` flips a bit of the signed image.", optional(oneOf("signed", "tampered"))),
    policy: POLICY_FIELD,
  },
  ({ storage, flash, store, firmware }) => {
    const what = flash !== undefined
      ? ["flash", "flash part"] as const
      : store !== undefined
      ? ["store", "key store"] as const
      : firmware?.module !== undefined
      ? ["firmware.module", "firmware in a module"] as const
      : undefined;
    if (storage === "nvram" || what === undefined) return undefined;
    const [path, name] = what;
    return { path, given: `a ${name} with storage: ${storage}`, accepted: `storage: nvram, or no ${name}` };
  },
);

const TARGET = mapping({
  address: doc("Its address.", withStandIn(INTERNET_ADDRESS, standInAddress)),
  id: doc("The identifier it answers with; its address by default.", optional(IDENTIFIER)),
  keys: doc(
    "Its keys by identifier. Main mode: the initiator's address. Aggressive mode: its name. `any` is for all others.",
    optional(KEYS),
  ),
  policy: POLICY_FIELD,
  outside: doc("A real peer, reached through a bridge: nothing of it is simulated.", optional(boolean(), false)),
});

/** What is called by names, as a list of what it is with its name. */
function named<T extends object>(kind: string, item: Shape<T>): Shape<readonly (T & { readonly name: string })[]> {
  return converted(
    entries(ownName(kind), titled(kind, item)),
    (all) => all.map(({ name, value }) => ({ name, ...value })),
  );
}

const HOUR = 3_600_000_000_000;

const TAG = scalar<string>({
  accepts: "a word of letters, digits, hyphens",
  pattern: /^[\p{L}\d-]+$/u,
  example: "nvram",
  parse: (word) => word,
});

const HEAD = {
  name: doc("What the report calls it.", literalText()),
  description: doc("What it shows.", optional(literalText())),
  tags: doc("Words by which `hbasim test --tag` chooses files.", optional(filled(distinct(list(TAG))))),
  seed: doc("What all chance follows from; 1 by default.", optional(SEED)),
  limit: doc(
    "How long a run may take in simulated time; 1h by default.",
    optional(withStandIn(LASTING_DURATION, () => Infinity), HOUR),
  ),
};

const WORLD = {
  adapters: doc(
    "The adapters of the host, by what steps call them.",
    named("adapter", withStandIn(ADAPTER, (ordinal) => ({ storage: "nvram" as const, ports: standInPorts(ordinal) }))),
  ),
  targets: doc(
    "The targets at the far end of the network, by what steps call them.",
    optional(named("target", withStandIn(TARGET, (ordinal) => ({ address: standInAddress(ordinal), outside: false })))),
  ),
  network: doc("How the network behaves; perfect by default.", optional(titled("network", NETWORK))),
  host: doc("The host, apart from its adapters.", optional(HOST)),
  costs: doc("What the doings of adapters and targets cost.", optional(COSTS)),
  allowNothing: doc(
    "Whether a run may hold in which nothing was judged; false by default.",
    optional(boolean(), false),
  ),
  faults: doc("What goes wrong; ordinals and times count from the beginning.", optional(FAULTS)),
};

const INVARIANTS_FIELD = doc(
  "What must hold from the first moment at which it does, by names; one that never holds fails.",
  optional(INVARIANTS),
);

const STEPS_DOC = "What happens, in order; none only where a run may judge nothing, or invariants are judged.";

/** What is wrong with a file that has no steps: nothing in it could fail. */
function noSteps(
  { steps, invariants, allowNothing }: {
    readonly steps: readonly unknown[];
    readonly invariants?: unknown;
    readonly allowNothing: boolean;
  },
): Contradiction | undefined {
  if (steps.length > 0 || invariants !== undefined || allowNothing) return undefined;
  return { path: "steps", given: "a list of nothing", accepted: "one step at least, or allowNothing: true" };
}

const FILE = {
  ...HEAD,
  parameters: doc("Values by names: `$name` stands for one.", optional(PARAMETERS)),
  matrix: doc("Names with several values each: every combination of them is a case of its own.", optional(MATRIX)),
  cases: doc("A table of cases: rows by names, each with the same names of values.", optional(CASES)),
  ...WORLD,
};

const FILE_STEPS = withStandIn(list(shapeOf(STEPS)), () => []);

/** A scenario file. */
export const SCENARIO = mapping(
  { ...FILE, steps: doc(STEPS_DOC, FILE_STEPS), invariants: INVARIANTS_FIELD },
  noSteps,
);

/** A scenario file of which only the world is asked for: it needs no step. What is read is of the same type. */
export const WORLD_FILE: typeof SCENARIO = mapping({
  ...FILE,
  steps: doc(STEPS_DOC, optional(FILE_STEPS, [])),
  invariants: INVARIANTS_FIELD,
});

/** A scenario of a program: what varies is its own affair, and steps may be programs. */
export const STORY: MappingShape<Scenario> = mapping({
  ...HEAD,
  ...WORLD,
  steps: doc(STEPS_DOC, list(shapeOf(ALL_STEPS))),
  invariants: INVARIANTS_FIELD,
}, noSteps);

/** What files have, and programs do not: there, what varies is written in the program's own language. */
type VariedByFiles = "parameters" | "matrix" | "cases";

/** A scenario, read. */
export type Scenario = Omit<ValueOf<typeof SCENARIO>, "steps" | VariedByFiles> & { readonly steps: readonly AnyStep[] };

/** One case of a scenario file, read, that still knows where in the file everything stands. */
export interface ScenarioFile {
  /** What varies, as {@linkcode Case} calls it; empty if the file has one case only. */
  readonly case: string;
  readonly scenario: Scenario;
  readonly yaml: YamlFile;
  /** The names whose values are keys. */
  readonly keys: ReadonlySet<string>;
  /** The files that it names, by their names. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}
