/**
 * From a scenario file to the options of its world.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import type { AdapterDescription, TargetDescription, WorldImage, WorldOptions } from "../world/world_options.ts";
import { quoted } from "../../kernel/given.ts";
import { NetworkError } from "../../network/network_error.ts";
import { checkLinkBehaviour, PERFECT_LINK } from "../../network/link.ts";
import { ForeignModuleError } from "../foreign/foreign_module_error.ts";
import { firmwareProgram } from "../foreign/foreign_firmware.ts";
import type { ForeignProgram } from "../foreign/foreign_program.ts";
import { storeProgram } from "../foreign/foreign_store.ts";
import { World, WorldOptionsError } from "../world/world.ts";
import { flashOptions } from "./flash_parts.ts";
import { moduleFiles, modulePath } from "./module_files.ts";
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
  /** Each a `WebAssembly.Module`: files that are compiled already, by their names, for runtimes that compile nothing. */
  readonly compiled?: Readonly<Record<string, object>>;
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
    const world = new World(adapt(worldOptions(file.scenario, overrides, programsOf(file, overrides.compiled))));
    setLinks(file, world);
    return world;
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    const isOfFile = overrides.seed === undefined || error.path !== "seed";
    throw (isOfFile ? refusalInFile(error, file) : undefined) ?? error;
  }
}

/**
 * The stores and firmwares of adapters that are modules, by their places in the file.
 *
 * @throws {ScenarioError} One is not there, or cannot be one.
 */
function programsOf({ scenario, yaml, files }: ScenarioFile, compiled: ScenarioOverrides["compiled"] = {}): Programs {
  const programs = new Map<string, ForeignProgram>();
  const known = new Map<string, ForeignProgram>();
  for (const { name, path, role } of scenario.adapters.flatMap(moduleFiles)) {
    const refusal = (given: string, accepted: string) => yaml.refusal(path, given, accepted);
    const bytes = files[name];
    if (bytes === undefined) {
      const known = alternatives(Object.keys(files).map(quoted)) || "no file is given to this run";
      throw refusal(quoted(name), `the name of a file: ${known}`);
    }
    try {
      const { [name]: code } = compiled;
      const source = { name, bytes, ...(code === undefined ? {} : { compiled: code }) };
      const program = known.get(`${role} ${name}`) ?? PROGRAMS[role](source);
      known.set(`${role} ${name}`, program);
      programs.set(path, program);
    } catch (error) {
      if (!(error instanceof ForeignModuleError)) throw error;
      throw refusal(`${name}: ${error.place}: ${error.given}`, error.accepted);
    }
  }
  return programs;
}

type Programs = ReadonlyMap<string, ForeignProgram>;

const PROGRAMS = { store: storeProgram, firmware: firmwareProgram } as const;

/** The options of a scenario's world. */
export function worldOptions(
  scenario: Scenario,
  { seed, image, keepEvents }: ScenarioOverrides,
  programs: Programs = new Map(),
): WorldOptions {
  return {
    seed: seed ?? scenario.seed ?? "1",
    adapters: scenario.adapters.map((adapter, index) => adapterDescription(adapter, index, programs)),
    targets: (scenario.targets ?? []).filter(({ outside }) => outside !== true).map(targetDescription),
    network: linkBehaviour(scenario.network ?? {}),
    ...(scenario.host === undefined ? {} : { host: scenario.host }),
    ...(scenario.costs === undefined ? {} : { costs: scenario.costs }),
    ...(image === undefined ? {} : { image }),
    ...(keepEvents === undefined ? {} : { keepEvents }),
  };
}

function adapterDescription(
  adapter: Scenario["adapters"][number],
  index: number,
  programs: Programs,
): AdapterDescription {
  const { image: firmwareImage, publicKey: imagePublicKey } = adapter.firmware ?? {};
  const [store, firmware] = (["store", "firmware"] as const).map((role) => programs.get(modulePath(index, role)));
  return {
    name: adapter.name,
    keyStorage: adapter.storage,
    ports: adapter.ports,
    tamperedImage: adapter.image === "tampered",
    ...(adapter.tunnelMode === undefined ? {} : { tunnelMode: adapter.tunnelMode }),
    ...(adapter.keyTableEntries === undefined ? {} : { keyTableEntries: adapter.keyTableEntries }),
    ...(adapter.flash === undefined ? {} : flashOptions(adapter.flash)),
    ...(store === undefined ? {} : { store: { module: store } }),
    ...(firmware === undefined ? {} : { firmware: { module: firmware } }),
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
