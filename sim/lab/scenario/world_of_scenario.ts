/**
 * From a scenario file to the options of its world.
 *
 * @module
 */

import type {
  AdapterDescription,
  StoreDescription,
  TargetDescription,
  WorldImage,
  WorldOptions,
} from "../world/world_options.ts";
import { quoted } from "../../kernel/given.ts";
import { NetworkError } from "../../network/network_error.ts";
import { checkLinkBehaviour, PERFECT_LINK } from "../../network/link.ts";
import { ForeignModuleError } from "../foreign/foreign_module_error.ts";
import { storeProgram } from "../foreign/foreign_store.ts";
import { World, WorldOptionsError } from "../world/world.ts";
import { flashOptions } from "./flash_parts.ts";
import { linkBehaviour, linkRefusal } from "./network.ts";
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
  /** Files of modules that are compiled already, by their names: some runtimes, as workerd, compile nothing by themselves. */
  readonly compiled?: Readonly<Record<string, WebAssembly.Module>>;
}

/**
 * The world of a scenario file.
 *
 * @param file The file, read.
 * @param overrides What is given beside it.
 * @param adapt Puts other parts into the world than the file's; none by default.
 * @throws {ScenarioError} Parts of the file contradict one another: file, line and field are named.
 * @throws {WorldOptionsError} What is given beside the file does not go with it.
 */
export function worldOf(
  file: ScenarioFile,
  overrides: ScenarioOverrides,
  adapt: (options: WorldOptions) => WorldOptions = (options) => options,
): World {
  try {
    const world = new World(adapt(worldOptions(file.scenario, overrides, storesOf(file, overrides.compiled))));
    setLinks(file, world);
    return world;
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    const isOfFile = overrides.seed === undefined || error.path !== "seed";
    throw (isOfFile ? refusalInFile(error, file) : undefined) ?? error;
  }
}

/**
 * The stores of adapters that are modules, by the files' names.
 *
 * @throws {ScenarioError} One is not there, or cannot be one.
 */
function storesOf({ scenario, yaml, files }: ScenarioFile, compiled: ScenarioOverrides["compiled"] = {}): Stores {
  const stores = new Map<string, StoreDescription>();
  for (const [index, { store: { module: name } = {} }] of scenario.adapters.entries()) {
    if (name === undefined || stores.has(name)) continue;
    const refusal = (given: string, accepted: string) => {
      return yaml.refusal(`adapters[${index}].store.module`, given, accepted);
    };
    const bytes = files[name];
    if (bytes === undefined) {
      const known = Object.keys(files).map(quoted).join(", ") || "no file is given to this run";
      throw refusal(quoted(name), `the name of a file: ${known}`);
    }
    try {
      const { [name]: code } = compiled;
      stores.set(name, { module: storeProgram({ name, bytes, ...(code === undefined ? {} : { compiled: code }) }) });
    } catch (error) {
      if (!(error instanceof ForeignModuleError)) throw error;
      throw refusal(`${name}: ${error.place}: ${error.given}`, error.accepted);
    }
  }
  return stores;
}

type Stores = ReadonlyMap<string, StoreDescription>;

/** The options of a scenario's world. */
export function worldOptions(
  scenario: Scenario,
  { seed, image, keepEvents }: ScenarioOverrides,
  stores: Stores = new Map(),
): WorldOptions {
  return {
    seed: seed ?? scenario.seed ?? "1",
    adapters: scenario.adapters.map((adapter) => adapterDescription(adapter, stores)),
    targets: (scenario.targets ?? []).filter(({ outside }) => outside !== true).map(targetDescription),
    network: linkBehaviour(scenario.network ?? {}),
    ...(scenario.host === undefined ? {} : { host: scenario.host }),
    ...(scenario.costs === undefined ? {} : { costs: scenario.costs }),
    ...(image === undefined ? {} : { image }),
    ...(keepEvents === undefined ? {} : { keepEvents }),
  };
}

function adapterDescription(adapter: Scenario["adapters"][number], stores: Stores): AdapterDescription {
  const { image: firmwareImage, publicKey: imagePublicKey } = adapter.firmware ?? {};
  const store = adapter.store === undefined ? undefined : stores.get(adapter.store.module);
  return {
    name: adapter.name,
    keyStorage: adapter.storage,
    ports: adapter.ports,
    tamperedImage: adapter.image === "tampered",
    ...(adapter.tunnelMode === undefined ? {} : { tunnelMode: adapter.tunnelMode }),
    ...(adapter.keyTableEntries === undefined ? {} : { keyTableEntries: adapter.keyTableEntries }),
    ...(adapter.flash === undefined ? {} : flashOptions(adapter.flash)),
    ...(store === undefined ? {} : { store }),
    ...(adapter.sessions === undefined ? {} : { sessionCapacity: adapter.sessions }),
    ...(adapter.driver === undefined ? {} : { securityProvider: adapter.driver }),
    ...(adapter.eventLimitBytes === undefined ? {} : { eventLimitBytes: adapter.eventLimitBytes }),
    ...(adapter.eventCapacity === undefined ? {} : { eventCapacity: adapter.eventCapacity }),
    ...(adapter.receiveRingLength === undefined ? {} : { receiveRingLength: adapter.receiveRingLength }),
    ...(firmwareImage === undefined ? {} : { firmwareImage }),
    ...(imagePublicKey === undefined ? {} : { imagePublicKey }),
    ...(adapter.policy === undefined ? {} : { phase1: adapter.policy }),
  };
}

function targetDescription(target: NonNullable<Scenario["targets"]>[number]): TargetDescription {
  return {
    name: target.name,
    address: target.address,
    keys: target.keys ?? [],
    ...(target.id === undefined ? {} : { id: target.id }),
    ...(target.policy === undefined ? {} : { phase1: target.policy }),
  };
}

/**
 * Gives single links their own behaviour.
 *
 * @throws {ScenarioError} No wire behaves so.
 */
function setLinks({ scenario, yaml }: ScenarioFile, { network }: World): void {
  const { adapters, targets = [], network: { links = [], ...all } = {} } = scenario;
  const addresses = new Map([
    ...adapters.map(({ name, ports }) => [name, ports] as const),
    ...targets.map(({ name, address }) => [name, [address]] as const),
  ]);
  for (const [index, { from, to, behaviour }] of links.entries()) {
    const whole = { ...PERFECT_LINK, ...linkBehaviour({ ...all, ...behaviour }) };
    try {
      checkLinkBehaviour(whole);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const { given, accepted } = linkRefusal(error);
      throw yaml.refusal(`network.links[${index}]`, given, accepted);
    }
    for (const sender of addresses.get(from) ?? []) {
      for (const receiver of addresses.get(to) ?? []) network.setLink(sender, receiver, whole);
    }
  }
}
