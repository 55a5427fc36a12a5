/**
 * The oracle of a world: hears what applications ask and are told, looks at the
 * world after each step, and says which rule is broken.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { KeyIdentity } from "../../../../firmware/cache/key_table.ts";
import { ALL_PORTS, internetAddress, IsdscStatus, SecurityFlag } from "../../../../firmware/manual/interface.ts";
import type { ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import type { LoginParameters } from "../../../../host/iscsidsc/structures.ts";
import { resolveAddress } from "../../../../host/initiator_service/address_resolution.ts";
import type { Cycle } from "../../../kernel/task.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { AdapterUnit, World } from "../../world/world.ts";
import { LastWriter, type Value, type Writing } from "./last_writer.ts";
import { AbsenceWatch } from "./absence_watch.ts";
import { CommandWatch, type EndedCommand } from "./command_watch.ts";
import { CHAOS, HEALING, isCalled } from "./healing.ts";
import { savingsOf } from "./list_rules.ts";
import { flashKeys, GROUP_KEY, heldSettings, isKeyName, keyName, type Settings, tunnelName } from "./observed.ts";
import type { AnsweredCall, ExpectedLogin, OracleView, PendingCall, Since } from "./oracle_view.ts";
import { resultOf } from "./own_answer.ts";
import { acceptance, keyAt, ownIdentity, PresentedKeys } from "./presented_keys.ts";
import { type Look, RULES_BY_MOMENT } from "./rules.ts";
import { SavedLogins } from "./saved_logins.ts";
import { LastingSessions } from "./lasting_sessions.ts";
import { SecretPlaces } from "./secret_places.ts";
import { type ServiceEvent, ServiceWatch } from "./service_watch.ts";
import { SessionWatch } from "./session_watch.ts";
import { StoredSettings } from "./stored_settings.ts";
import { leavingOf } from "./wire_rules.ts";
import { isCrowded, WireWatch } from "./wire_watch.ts";

/** A rule that is broken. */
export interface Broken {
  /** The rule, or the user's invariant. */
  readonly rule: string;
  /** How. */
  readonly detail: string;
}

/** What must hold in a world after each step: true, or what is wrong. */
export type Invariants = Readonly<Record<string, (world: World) => true | string>>;

/** A call under way, with what else is known of it. */
interface Heard extends PendingCall {
  readonly writing: Writing | undefined;
  readonly wasAtRest: boolean;
  readonly wasFree: boolean;
  readonly wasCrowded: boolean;
  readonly since: Since;
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
  /** Which logins adapters may have saved, by targets and ports. */
  readonly savings: LastWriter;
  /** Which they have saved. */
  readonly savedLogins: SavedLogins = new SavedLogins();
  /** The flags that were set with keys, by these in hex: all that a key ever had. */
  readonly flags: Map<Value, ReadonlySet<bigint>> = new Map();
  /** All keys that anybody has given, in hex. */
  readonly secrets: Set<string> = new Set();
  /** Looks for them. */
  readonly secretPlaces: SecretPlaces;
  /** What adapters carry out. */
  readonly commands: CommandWatch;
  /** The runs of the service. */
  readonly service: ServiceWatch;
  /** Whose sessions are. */
  readonly sessions: SessionWatch = new SessionWatch();
  /** What becomes of exchanges on the wire. */
  readonly wire: WireWatch;
  /** For how long adapters were away. */
  readonly absences: AbsenceWatch;
  /** Sessions that nothing has ended. */
  readonly lasting: LastingSessions = new LastingSessions();
  /** Since when there was no accident but on the wire, and nothing was changed in an adapter's cache. */
  calmSince: Cycle = 0;
  readonly #presented: PresentedKeys;
  readonly #stored: StoredSettings;
  readonly #pending = new Set<Heard>();
  /** What was found on flash, and after how many operations: a mount takes longer than a story's step. */
  readonly #flash = new Map<AdapterUnit, { readonly operations: number; readonly keys: Settings | undefined }>();
  #held = { dispatched: -1, settings: new Map<string, Settings | undefined>() };
  readonly #tell: (broken: Broken) => void;
  readonly #invariants: Invariants;
  readonly #told = new Set<string>();
  /** What adapters were asked for since the last accident, and since anybody has cleared or named their caches. */
  readonly #asked = new Map<number, Set<string>>();
  /** Accidents so far, those on the wire left out. */
  #accidents = 0;
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
    this.savings = new LastWriter(this.adapters.length);
    this.secretPlaces = new SecretPlaces(world);
    this.#presented = new PresentedKeys(this.writer);
    this.#stored = new StoredSettings(world);
    this.wire = new WireWatch(world);
    this.absences = new AbsenceWatch(world);
    this.commands = new CommandWatch(world, (ended) => this.#commandEnds(ended));
    this.service = new ServiceWatch(world, (event) => this.#serviceEvent(event));
    this.#tell = tell;
    this.#invariants = invariants;
    world.disturbances.watch((what, { where }) => {
      if (where !== "elsewhere") return;
      this.#accidents++;
      this.absences.look(what);
      this.calmSince = this.world.now;
      this.#asked.clear();
    });
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
    this.service.look();
    this.savedLogins.look(this.adapters);
    if (isCalled(name, HEALING)) this.#isHealed = true;
    if (isCalled(name, CHAOS)) {
      this.#isHealed = false;
      this.lasting.forget();
    }
    this.#judge("step", (look) => look.find(this));
    if (this.isAtRest) this.#judge("rest", (look) => look.find(this));
    for (const [name, holds] of Object.entries(this.#invariants)) this.#report(name, [resultOf(holds, this.world)]);
  }

  /** What the service holds for an adapter: several rules look at one moment, and to open rows takes long. */
  heldSettings(adapter: string): Settings | undefined {
    const { dispatched } = this.world.kernel;
    if (this.#held.dispatched !== dispatched) this.#held = { dispatched, settings: new Map() };
    const { settings } = this.#held;
    if (!settings.has(adapter)) settings.set(adapter, heldSettings(this.world, adapter));
    return settings.get(adapter);
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

  /** The keys that an adapter's cache must have by its name. */
  vouchedKeys(unit: AdapterUnit): Settings | undefined {
    return this.#stored.vouchedKeys(unit);
  }

  /** Whether an adapter was asked for each of its keys. */
  isAsked(adapter: number): boolean {
    const asked = this.#asked.get(adapter);
    return asked !== undefined && this.writer.names(adapter).every((name) => !isKeyName(name) || asked.has(name));
  }

  /** The place of an adapter by its name. */
  adapterIndex(name: string | undefined): number | undefined {
    const index = this.adapters.findIndex(({ adapter }) => adapter.name === name);
    return index < 0 ? undefined : index;
  }

  /** Whom keys of an adapter were set for. */
  identities(adapter: number): readonly KeyIdentity[] {
    return this.#presented.identities(adapter);
  }

  /** What can be said of a login that begins or ends now. */
  loginOf(
    { initiatorInstance, initiatorPortNumber = 0, targetPortal, key, securityFlags = 0n }: LoginParameters,
  ): ExpectedLogin | undefined {
    const index = this.adapterIndex(initiatorInstance);
    const unit = index === undefined ? undefined : this.adapters[index];
    const addresses = unit?.networkInterface.addresses ?? [];
    const from = addresses[initiatorPortNumber];
    const target = [...this.world.targets.values()].find(({ address }) => {
      return formatInternetAddress(address) === targetPortal?.address;
    });
    if (index === undefined || unit === undefined || from === undefined || target === undefined) return undefined;
    const presented = key !== undefined && key.length > 0
      ? [{ identity: ownIdentity(from), key: bytesToHex(key) }]
      : this.#presented.of(index, initiatorPortNumber, addresses);
    const flags = presented.flatMap(({ key }) => [...this.flags.get(key) ?? [0n]]).map((ofKey) => {
      return [securityFlags, ofKey].find((each) => (each & SecurityFlag.valid) !== 0n);
    });
    // Who wants no IKE logs in without a key.
    if (flags.some((each = SecurityFlag.ikeIpsecEnabled) => (each & SecurityFlag.ikeIpsecEnabled) === 0n)) {
      return undefined;
    }
    const gateway = tunnelName(ALL_PORTS, internetAddress(target.address)?.bytes ?? target.address);
    const wantsTunnel = flags.some((each = 0n) => (each & SecurityFlag.tunnelModePreferred) !== 0n);
    const accepted = presented.map((each) => acceptance(target, from, each));
    return {
      unit,
      from,
      target,
      known: presented.map(({ identity }) => keyAt(target, identity)).find((each) => each !== undefined),
      possible: new Set(presented.map((each) => each.key)),
      mayMatch: accepted.some((each) => each !== "no"),
      mayLackGateway: wantsTunnel && this.writer.allowed(index, gateway).has(undefined),
      mustMatch: accepted.every((each) => each === "yes"),
      mustMatchAggressive: accepted.every((each) => each !== "no"),
      where: `through ${initiatorInstance} at ${target.name}`,
    };
  }

  #begins(call: ApiCall): (answer: AnsweredCall["answer"]) => void {
    this.service.look();
    this.#judge("call", (look) => look.find(this));
    const { now } = this.world;
    const writing = this.#writingOf(call);
    const savings = savingsOf(this, call);
    const leaves = leavingOf(this, call);
    const wasAtRest = this.isAtRest;
    const overlapped = [...this.#pending].some((each) => each.writing !== undefined);
    const wasCrowded = isCrowded(this.world);
    const wasFree = this.isIdle;
    const since = this.#sinceNow();
    const boots = this.adapters.map(({ adapter }) => adapter.sessions);
    const heard: Heard = { call, begun: now, writing, wasAtRest, wasFree, wasCrowded, since, overlapped };
    if (writing !== undefined) { for (const each of this.#pending) each.overlapped = true; }
    if ("key" in Object(call.request)) this.#keep((call.request as { readonly key?: Uint8Array }).key);
    this.#pending.add(heard);
    return (answer) => {
      this.service.look();
      this.#pending.delete(heard);
      const isDone = answer.status === 0;
      const mayBeSet = !REFUSED_AT_ONCE.includes(answer.status);
      if (writing !== undefined && mayBeSet) this.writer.written(writing, isDone, this.world.now);
      for (const each of savings) this.savings.written(each, isDone, this.world.now);
      if (leaves !== undefined && isDone) this.sessions.leaves({ ...leaves, at: this.world.now });
      this.#noteQuestion(call);
      if (isDone) this.sessions.answered(this.adapters, call, answer.value, boots);
      const answered = { ...heard, answer };
      this.lasting.answered(this, answered);
      this.#judge("answer", (look) => look.find(this, answered));
    };
  }

  #sinceNow(): Since {
    const look = () => [
      this.#accidents,
      this.world.host.service.run,
      ...this.adapters.flatMap((unit) => [unit.adapter.sessions, this.commands.changes(unit)]),
    ];
    const before = look();
    const [accidents] = before;
    return {
      serviceRun: this.world.host.service.run,
      isCalm: () => look().every((each, index) => each === before[index]),
      hasAccident: () => this.#accidents !== accidents,
    };
  }

  /** What a call sets, if it does. */
  #writingOf(call: ApiCall): Writing | undefined {
    const common = { begun: this.world.now, run: this.writer.run };
    if (call.name === "SetIScsiIKEInfo") {
      const { initiatorName, initiatorPortNumber: portNumber, authInfo, persist } = call.request;
      const adapter = this.adapterIndex(initiatorName) ?? "all";
      this.#presented.note({ ...authInfo, portNumber });
      const key = bytesToHex(authInfo.key);
      this.flags.set(key, new Set([...this.flags.get(key) ?? [], authInfo.securityFlags]));
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

  #commandEnds(ended: EndedCommand): void {
    if (ended.isChange) this.calmSince = this.world.now;
    // With this command a driver finds its adapter: what a boot has found may be forgotten soon.
    if (ended.command === "getFirmwareState") this.savedLogins.look([ended.unit]);
    // Another tool may have done it.
    if (ended.isNaming) this.#asked.delete(this.adapters.indexOf(ended.unit));
    this.#judge("command", (look) => look.find(this, ended));
    this.#judge("step", (look) => look.after?.(ended) === true ? look.find(this) : []);
  }

  /** What is volatile ends with the run of the service. */
  #serviceEvent(event: ServiceEvent): void {
    if (event.type === "begun") this.sessions.serviceBegins(this.adapters);
    if (event.type === "ended") {
      this.writer.runEnds();
      this.#asked.clear();
    }
    this.#judge("service", (look) => look.find(this, event));
  }

  /** Looks at the rules that are due. */
  #judge<When extends Look["when"]>(
    when: When,
    find: (look: Extract<Look, { readonly when: When }>) => Iterable<string>,
  ): void {
    for (const [rule, look] of RULES_BY_MOMENT[when]) {
      if (isDue(look, when)) this.#report(rule, find(look));
    }
  }

  #report(rule: string, details: Iterable<string | undefined>): void {
    for (const detail of details) {
      if (detail === undefined || this.#told.has(`${rule}\0${detail}`)) continue;
      this.#told.add(`${rule}\0${detail}`);
      this.#tell({ rule, detail });
    }
  }
}

function isDue<When extends Look["when"]>(look: Look, when: When): look is Extract<Look, { readonly when: When }> {
  return look.when === when;
}

/** How settings end that nothing can come of. */
const REFUSED_AT_ONCE: readonly number[] = [
  IsdscStatus.INVALID_PORT_NUMBER,
  IsdscStatus.INVALID_PARAMETER,
  IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED,
  IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE,
];
