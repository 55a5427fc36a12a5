/**
 * The oracle of a world: hears what applications ask and are told, looks at the
 * world after each step, and says which rule is broken.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { DEFAULT_POLICY } from "../../../../firmware/ike/policy.ts";
import { addressIdentificationType, ALL_PORTS } from "../../../../firmware/manual/interface.ts";
import type { ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import type { LoginParameters } from "../../../../host/iscsidsc/structures.ts";
import { resolveAddress } from "../../../../host/initiator_service/address_resolution.ts";
import type { ServiceRun } from "../../../../host/initiator_service/service_run.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { AdapterUnit, World } from "../../world/world.ts";
import { LastWriter, type Value, type Writing } from "./last_writer.ts";
import { flashKeys, GROUP_KEY, isKeyName, keyName, type Settings, tunnelName } from "./observed.ts";
import type { AnsweredCall, ExpectedLogin, OracleView, PendingCall } from "./oracle_view.ts";
import { RULES } from "./rules.ts";
import { SecretPlaces } from "./secret_places.ts";

/** The step from whose end on all must be well: what it heals, nobody breaks any more. */
export const HEALING = "healing";

/** A rule that is broken. */
export interface Broken {
  /** The rule, or the user's invariant. */
  readonly rule: string;
  /** How. */
  readonly detail: string;
}

/** What must hold in a world after each step, by names: true, or what is wrong in words. */
export type Invariants = Readonly<Record<string, (world: World) => true | string>>;

/** A call under way, with what else is known of it. */
interface Heard extends PendingCall {
  readonly writing: Writing | undefined;
  readonly wasAtRest: boolean;
  readonly wasCrowded: boolean;
  overlapped: boolean;
}

/** Judges a world. */
export class WorldOracle implements OracleView {
  /** The world. */
  readonly world: World;
  /** Its adapters, in their order. */
  readonly adapters: readonly AdapterUnit[];
  /** What may be in force. */
  readonly writer: LastWriter;
  /** All keys that anybody has given, in hex. */
  readonly secrets: Set<string> = new Set();
  /** Looks for them. */
  readonly secretPlaces: SecretPlaces;
  readonly #pending = new Set<Heard>();
  /** What was found on flash, and after how many operations: a mount takes longer than a story's step. */
  readonly #flash = new Map<AdapterUnit, { readonly operations: number; readonly keys: Settings | undefined }>();
  readonly #tell: (broken: Broken) => void;
  readonly #invariants: Invariants;
  readonly #told = new Set<string>();
  /** What adapters were asked for at rest, in the present run of the service. */
  readonly #asked = new Map<number, Set<string>>();
  #run: ServiceRun | undefined;
  #isHealed = false;

  /**
   * Listens from now on.
   *
   * @param world A world without power.
   * @param tell Is told of each rule that is broken, of each manner once.
   * @param invariants The user's own.
   */
  constructor(world: World, tell: (broken: Broken) => void, invariants: Invariants = {}) {
    this.world = world;
    this.adapters = [...world.adapters.values()];
    this.writer = new LastWriter(this.adapters.length);
    this.secretPlaces = new SecretPlaces(world);
    this.#tell = tell;
    this.#invariants = invariants;
    world.host.apiTaps.add((call) => this.#begins(call));
  }

  /** Calls that are under way. */
  get pending(): readonly PendingCall[] {
    return [...this.#pending];
  }

  /** Whether no call is under way. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether the world was healed, and no call is under way. */
  get isAtRest(): boolean {
    return this.#isHealed && this.isIdle;
  }

  /**
   * A step of the story has ended.
   *
   * @param name What the file calls it.
   */
  stepEnds(name?: string): void {
    this.#noticeRun();
    if (name === HEALING) this.#isHealed = true;
    for (const [rule, look] of Object.entries(RULES)) {
      if (look.when === "rest" && this.isAtRest) this.#report(rule, look.find(this));
    }
    for (const [name, holds] of Object.entries(this.#invariants)) this.#report(name, [resultOf(holds, this.world)]);
  }

  /** The keys that a boot would find on an adapter's flash. */
  flashKeys(unit: AdapterUnit): Settings | undefined {
    const { programs = 0, erases = 0, cuts = 0 } = unit.flash?.counters ?? {};
    const operations = programs + erases + cuts;
    const known = this.#flash.get(unit);
    if (known?.operations === operations) return known.keys;
    const keys = flashKeys(unit);
    this.#flash.set(unit, { operations, keys });
    return keys;
  }

  /** Whether an adapter was asked at rest for each of its keys. */
  isAsked(adapter: number): boolean {
    const asked = this.#asked.get(adapter);
    return asked !== undefined && this.writer.names(adapter).every((name) => !isKeyName(name) || asked.has(name));
  }

  /** The place of an adapter by its name. */
  adapterIndex(name: string | undefined): number | undefined {
    const index = this.adapters.findIndex(({ adapter }) => adapter.name === name);
    return index < 0 ? undefined : index;
  }

  /** What can be said of a login that begins or ends now; nothing where the adapter may present itself by a name. */
  loginOf({ initiatorInstance, targetPortal, key }: LoginParameters): ExpectedLogin | undefined {
    const index = this.adapterIndex(initiatorInstance);
    const [port] = index === undefined ? [] : this.adapters[index]?.networkInterface.addresses ?? [];
    const target = [...this.world.targets.values()].find(({ address }) => {
      return formatInternetAddress(address) === targetPortal?.address;
    });
    if (index === undefined || port === undefined || target === undefined) return undefined;
    const idType = addressIdentificationType(port);
    const known = target.keys.find(({ id }) => id !== "any" && bytesToHex(id.bytes) === bytesToHex(port)) ??
      target.keys.find(({ id }) => id === "any");
    const bringsKey = key !== undefined && key.length > 0;
    const isNamed = this.writer.names(index).some((name) => name.startsWith("the key of type"));
    if (isNamed && !bringsKey) return undefined;
    const names = [0, ALL_PORTS].map((portNumber) => keyName({ portNumber, idType, id: port }));
    return {
      known: known === undefined ? undefined : bytesToHex(known.key),
      possible: bringsKey ? new Set([bytesToHex(key)]) : this.#firstOf(index, [...names, GROUP_KEY]),
      where: `through ${initiatorInstance} at ${target.name}`,
    };
  }

  /** What the first name of some that is set may say. */
  #firstOf(adapter: number, names: readonly string[]): ReadonlySet<Value> {
    const possible = new Set<Value>();
    for (const name of names) {
      const allowed = this.writer.allowed(adapter, name);
      for (const value of allowed) if (value !== undefined) possible.add(value);
      if (!allowed.has(undefined)) return possible;
    }
    return possible.add(undefined);
  }

  #begins(call: ApiCall): (answer: AnsweredCall["answer"]) => void {
    this.#noticeRun();
    const { now } = this.world;
    const writing = this.#writingOf(call);
    const wasAtRest = this.isAtRest;
    const overlapped = [...this.#pending].some((each) => each.writing !== undefined);
    const heard: Heard = { call, begun: now, writing, wasAtRest, wasCrowded: isCrowded(this.world), overlapped };
    if (writing !== undefined) { for (const each of this.#pending) each.overlapped = true; }
    if ("key" in Object(call.request)) this.#keep((call.request as { readonly key?: Uint8Array }).key);
    this.#pending.add(heard);
    return (answer) => {
      this.#noticeRun();
      this.#pending.delete(heard);
      if (writing !== undefined) this.writer.written(writing, answer.status === 0, this.world.now);
      if (wasAtRest) this.#noteQuestion(call);
      for (const [rule, look] of Object.entries(RULES)) {
        if (look.when === "answer") this.#report(rule, look.find(this, { ...heard, answer }));
      }
    };
  }

  /** What a call sets, if it does. */
  #writingOf(call: ApiCall): Writing | undefined {
    const common = { begun: this.world.now, run: this.writer.run };
    if (call.name === "SetIScsiIKEInfo") {
      const { initiatorName, initiatorPortNumber: portNumber, authInfo, persist } = call.request;
      const adapter = this.adapterIndex(initiatorName) ?? "all";
      return {
        ...common,
        adapter,
        name: keyName({ ...authInfo, portNumber }),
        persist,
        value: this.#keep(authInfo.key),
      };
    }
    if (call.name === "SetIScsiGroupPresharedKey") {
      const { key, persist } = call.request;
      return { ...common, adapter: "all", name: GROUP_KEY, persist, value: this.#keep(key) };
    }
    if (call.name !== "SetIScsiTunnelModeOuterAddress") return undefined;
    const { initiatorName, initiatorPortNumber, destinationAddress, outerModeAddress, persist } = call.request;
    const [destination, outer] = [resolveAddress(destinationAddress), resolveAddress(outerModeAddress)];
    if (destination === undefined || outer === undefined) return undefined;
    const name = tunnelName(initiatorPortNumber, destination.bytes);
    const adapter = this.adapterIndex(initiatorName) ?? "all";
    return { ...common, adapter, name, persist, value: bytesToHex(outer.bytes) };
  }

  #noteQuestion(call: ApiCall): void {
    if (call.name !== "GetIScsiIKEInfo") return;
    const { initiatorName, initiatorPortNumber: portNumber, authInfo } = call.request;
    const index = this.adapterIndex(initiatorName);
    if (index === undefined) return;
    const asked = this.#asked.get(index) ?? new Set();
    this.#asked.set(index, asked.add(keyName({ ...authInfo, portNumber })));
  }

  /** A key in hex, which nothing may show. */
  #keep(key: Uint8Array | undefined): string {
    const hex = bytesToHex(key ?? new Uint8Array(0));
    if (hex !== "") this.secrets.add(hex);
    return hex;
  }

  /** What is volatile ends with the run of the service. */
  #noticeRun(): void {
    const { run } = this.world.host.service;
    if (run === this.#run) return;
    if (this.#run !== undefined) this.writer.runEnds();
    this.#asked.clear();
    this.#run = run;
  }

  #report(rule: string, details: Iterable<string | undefined>): void {
    for (const detail of details) {
      if (detail === undefined || this.#told.has(`${rule}\0${detail}`)) continue;
      this.#told.add(`${rule}\0${detail}`);
      this.#tell({ rule, detail });
    }
  }
}

/** Half-open exchanges with one target from which on it may take no more: saved logins may begin two beside another. */
const CROWD = DEFAULT_POLICY.halfOpenPerAddress - 2;

/** Whether a target has about as many half-open exchanges as it takes: those of logins that fail end only with time. */
function isCrowded({ targets }: World): boolean {
  return [...targets.values()].some(({ exchangeCount, associations }) => exchangeCount - associations.length >= CROWD);
}

/** What is wrong, if an invariant is broken; one that throws is. */
function resultOf(holds: (world: World) => true | string, world: World): string | undefined {
  try {
    const result: unknown = holds(world);
    if (result === true) return undefined;
    return typeof result === "string" ? result : `it returned ${String(result)}, expected true or what is wrong`;
  } catch (error) {
    return `it threw ${error instanceof Error ? error.message : String(error)}`;
  }
}
