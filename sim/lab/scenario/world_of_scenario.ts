/**
 * From a scenario file to the options of its world.
 *
 * @module
 */

import type { AdapterDescription, TargetDescription, WorldImage, WorldOptions } from "../world/world_options.ts";
import type { LinkBehaviour } from "../../network/network.ts";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import type { Phase1Options } from "../world/world_options.ts";
import { World, WorldOptionsError } from "../world/world.ts";
import { flashOptions } from "./flash_parts.ts";
import type { Scenario, ScenarioFile } from "./scenario.ts";
import { refusalInFile } from "./world_refusal.ts";

/** What may be given beside the file. */
export interface ScenarioOverrides {
  /** Another seed than the file's: a text, or a whole number that stands for its decimal text. */
  readonly seed?: string | number;
  /** What an earlier run left behind. */
  readonly image?: WorldImage;
  /** How many events and captured datagrams are kept at the least, the last ones; all by default. */
  readonly keepEvents?: number;
}

/**
 * The world of a scenario file.
 *
 * @param file The file, read.
 * @param overrides What is given beside it.
 * @param means What else the world works with.
 * @throws {ScenarioError} Parts of the file contradict one another: file, line and field are named.
 * @throws {WorldOptionsError} What is given beside the file does not go with it.
 */
export function worldOf(
  file: ScenarioFile,
  overrides: ScenarioOverrides,
  means: Pick<WorldOptions, "keyStore"> = {},
): World {
  try {
    return new World({ ...worldOptions(file.scenario, overrides), ...means });
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    const isOfFile = overrides.seed === undefined || error.path !== "seed";
    throw (isOfFile ? refusalInFile(error, file) : undefined) ?? error;
  }
}

/** The options of a scenario's world. */
export function worldOptions(scenario: Scenario, { seed, image, keepEvents }: ScenarioOverrides): WorldOptions {
  return {
    seed: seed ?? scenario.seed ?? "1",
    adapters: scenario.adapters.map(adapterDescription),
    targets: (scenario.targets ?? []).filter(({ outside }) => outside !== true).map(targetDescription),
    network: linkBehaviour(scenario.network),
    ...(image === undefined ? {} : { image }),
    ...(keepEvents === undefined ? {} : { keepEvents }),
  };
}

function adapterDescription(adapter: Scenario["adapters"][number]): AdapterDescription {
  return {
    name: adapter.name,
    keyStorage: adapter.storage,
    ports: adapter.ports,
    tamperedImage: adapter.image === "tampered",
    ...(adapter.tunnelMode === undefined ? {} : { tunnelMode: adapter.tunnelMode }),
    ...(adapter.keyTableEntries === undefined ? {} : { keyTableEntries: adapter.keyTableEntries }),
    ...(adapter.flash === undefined ? {} : flashOptions(adapter.flash)),
    phase1: phase1Of(adapter),
  };
}

function targetDescription(target: NonNullable<Scenario["targets"]>[number]): TargetDescription {
  return {
    name: target.name,
    address: target.address,
    keys: target.keys ?? [],
    ...(target.id === undefined ? {} : { id: target.id }),
    phase1: { ...phase1Of(target), ...(target.modes === undefined ? {} : { modes: target.modes }) },
  };
}

function phase1Of(
  { phase1, suites, retransmission, fragmentation }: Pick<
    Scenario["adapters"][number],
    "phase1" | "suites" | "retransmission" | "fragmentation"
  >,
): Phase1Options {
  return {
    ...phase1,
    ...(suites === undefined ? {} : { suites }),
    ...(retransmission === undefined ? {} : { retransmission }),
    ...(fragmentation === undefined ? {} : { fragmentation }),
  };
}

function linkBehaviour(network: Scenario["network"]): Partial<LinkBehaviour> {
  const cycles = (nanoseconds: number) => Math.ceil((nanoseconds * DEFAULT_FREQUENCY_HZ) / 1e9);
  return {
    ...(network?.latency === undefined ? {} : { latencyCycles: cycles(network.latency) }),
    ...(network?.jitter === undefined ? {} : { jitterCycles: cycles(network.jitter) }),
    ...(network?.lossPerMille === undefined ? {} : { lossPerMille: network.lossPerMille }),
    ...(network?.duplicatesPerMille === undefined ? {} : { duplicatesPerMille: network.duplicatesPerMille }),
    ...(network?.corruptionPerMille === undefined ? {} : { corruptionPerMille: network.corruptionPerMille }),
    ...(network?.reordersPerMille === undefined ? {} : { reordersPerMille: network.reordersPerMille }),
    ...(network?.reorderDelay === undefined ? {} : { reorderCycles: cycles(network.reorderDelay) }),
  };
}
