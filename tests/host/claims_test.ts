/**
 * Random histories of small memories, one call after the other, and an oracle
 * that asks for one thing: what was acknowledged for an adapter is there at each
 * look, with its value; also while ClearCache fails, and whatever was refused,
 * was volatile, or was set while the adapter was away.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand, MailboxStatus } from "../../firmware/manual/interface.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { hex, keyName, type TestStorage } from "./adapter_model.ts";
import type { FakeAdapter } from "./fake_adapter.ts";
import { ID, TestHost } from "./test_host.ts";

const HISTORIES = 120;
const STEPS = 24;
const ALL = 0xffff_ffff;
const SECOND = 250_000_000;
/** Longer than the pause after as many ClearCaches in vain as a history has. */
const WELL_AGAIN_SECONDS = 1000;
/** Mostly one with room for logins, too. */
const STORAGES: readonly TestStorage[] = ["nvram", "nvram", "nvram", "ram", "none"];
/** Whom keys are for: keys of a port are given to an adapter behind those for all ports, whatever their age. */
const IDS = [
  { port: ALL, idType: 1, id: ID },
  ..."abcd".split("").map((name) => ({ port: name > "b" ? 0 : ALL, idType: 2, id: new TextEncoder().encode(name) })),
];
const NOBODY = { idType: 2, id: new TextEncoder().encode("nobody") };
const TARGETS = ["iqn.2026-01.com.example:0", "iqn.2026-01.com.example:1"];

/** What one name of an adapter may be: one of several values, `undefined` for none; a volatile one goes first. */
interface Cell {
  durable: ReadonlySet<string | undefined>;
  volatile: ReadonlySet<string | undefined>;
}

const NONE: ReadonlySet<string | undefined> = new Set([undefined]);

function possible({ durable, volatile }: Cell): ReadonlySet<string | undefined> {
  return new Set([...volatile].flatMap((each) => each === undefined ? [...durable] : [each]));
}

class Run {
  readonly log: string[] = [];
  readonly #random;
  readonly #world: TestHost;
  readonly #cells = new Map<string, Cell>();
  readonly #away = new Set<number>();
  readonly #failing = new Set<number>();
  #values = 0;

  constructor(number: number, campaign: CampaignMemory) {
    this.#random = new RandomStreams(`claims ${number}`).stream("steps");
    // The other one has room for what the first one refuses.
    const adapters = [{ storage: this.#pick(STORAGES), capacity: 2 + this.#random.below(2) }, {
      storage: this.#pick(STORAGES),
    }];
    this.log.push(JSON.stringify(adapters));
    this.#world = new TestHost({ adapters, campaign }).boot();
    this.#save(0);
    for (const name of [0, 3, 4].slice(0, adapters[0]?.capacity)) this.#set(name, 0);
  }

  /** One step; what is wrong after it, if anything is. */
  step(): string | undefined {
    const adapter = this.#pick([0, 0, 1]);
    const isAway = this.#away.has(adapter);
    const { host } = this.#world;
    const steps: readonly (readonly [number, string, () => void])[] = [
      [8, "set", () => this.#set(this.#random.below(IDS.length), this.#pick([0, 0, 1, "all", "all", "all"]))],
      [2, "save", () => this.#save(adapter)],
      [3, "forget", () => this.#forget(adapter)],
      [1, "kill", () => this.#restart(() => host.killService())],
      [1, "stop", () => this.#restart(() => this.#world.run(host.stopService()))],
      [1, "killed and cleared", () => this.#restart(() => this.#killAndClear(adapter))],
      [1, "reboot", () => this.#reboot()],
      [2, "clear", () => this.#clear(adapter)],
      [1, "reset", () => isAway ? undefined : host.resetAdapter(`hba ${adapter}`)],
      [3, isAway ? "back" : "away", () => isAway ? this.#comeBack(adapter) : this.#goAway(adapter)],
      [2, this.#failing.has(adapter) ? "clears again" : "fails to clear", () => this.#toggleClears(adapter)],
    ];
    let place = this.#random.below(steps.reduce((sum, [weight]) => sum + weight, 0));
    const step = steps.find(([weight]) => (place -= weight) < 0);
    this.log.push(`${step?.[1]} ${adapter}`);
    step?.[2]();
    this.#world.pass(3 * SECOND);
    this.#world.run(host.untilReady());
    return this.look();
  }

  /** What is wrong, if anything is. */
  look(): string | undefined {
    for (const index of this.#world.adapters.keys()) {
      // An adapter that does not carry ClearCache out is not filled: nothing is known of it.
      const isFilled = (this.#world.adapters[index]?.forcedMailboxStatus.size ?? 0) === 0;
      const wrong = this.#away.has(index) || !isFilled ? undefined : this.#wrongOf(index);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /** At the end all is well. */
  lastLook(): string | undefined {
    for (const index of this.#world.adapters.keys()) {
      if (this.#away.has(index)) this.#comeBack(index);
      if (this.#failing.has(index)) this.#toggleClears(index);
    }
    this.#world.run(this.#world.host.untilReady());
    return this.look() ?? (this.#reboot(), this.look());
  }

  #wrongOf(index: number): string | undefined {
    const { options, savedLogins: { saved } } = this.#adapter(index);
    this.#world.run(this.#world.host.api.getIScsiIKEInfo(`hba ${index}`, ALL, undefined, { authMethod: 1, ...NOBODY }));
    const content = this.#adapter(index).content();
    const found = new Map([
      ...IDS.map((id, name) =>
        [`${index}/key ${name}`, content?.keys.get(keyName({ portNumber: id.port, ...id }))] as const
      ),
      ...TARGETS.map((target, name) =>
        [`${index}/login ${name}`, saved.find(({ targetName }) => targetName === target)?.key] as const
      ),
    ]);
    for (const [name, value] of options.storage === "none" ? [] : found) {
      const may = possible(this.#cell(name));
      if (!may.has(undefined) && !may.has(value)) return `${name} is ${value}, not ${[...may].join(" or ")}`;
    }
    return undefined;
  }

  #set(name: number, owner: 0 | 1 | "all"): void {
    const persist = this.#random.chance(2, 3);
    const [key, value] = this.#nextKey();
    const adapter = owner === "all" ? undefined : `hba ${owner}`;
    const status = this.#world.run(this.#world.setKey(key, { adapter, ...IDS[name], persist }));
    this.log.push(`  ${name} of ${owner}, ${persist ? "" : "volatile "}${value}: ${status.toString(16)}`);
    if (status === IsdscStatus.HBA_SECURITY_CACHE_FULL) return;
    for (const index of owner === "all" ? [0, 1] : [owner]) {
      const cell = this.#cell(`${index}/key ${name}`);
      const isAcknowledged = status === IsdscStatus.SUCCESS && !this.#away.has(index);
      if (persist) {
        cell.durable = new Set(isAcknowledged ? [value] : [...possible(cell), ...cell.durable, value]);
        cell.volatile = isAcknowledged ? NONE : new Set([...cell.volatile, undefined]);
      } else cell.volatile = new Set(isAcknowledged ? [value] : [...cell.volatile, value]);
    }
  }

  #save(index: number): void {
    const target = this.#random.below(TARGETS.length);
    const [key, value] = this.#nextKey();
    const login = { adapter: `hba ${index}`, targetName: TARGETS[target] ?? "", isPersistent: true, key };
    const { status } = this.#world.run(this.#world.login(login));
    const cell = this.#cell(`${index}/login ${target}`);
    cell.durable = new Set(status === IsdscStatus.SUCCESS ? [value] : [...cell.durable, value]);
    this.log.push(`  ${target}, ${value}: ${status.toString(16)}`);
  }

  #forget(index: number): void {
    const target = this.#random.below(TARGETS.length);
    const { api } = this.#world.host;
    const status = this.#world.run(
      api.removeIScsiPersistentTarget(`hba ${index}`, ALL, TARGETS[target] ?? "", undefined),
    );
    const cell = this.#cell(`${index}/login ${target}`);
    cell.durable = status === IsdscStatus.SUCCESS ? NONE : new Set([...cell.durable, undefined]);
  }

  #restart(end: () => void): void {
    end();
    this.#runEnds();
    this.#world.run(this.#world.host.startService());
  }

  #killAndClear(index: number): void {
    this.#world.host.killService();
    this.#clear(index);
  }

  #reboot(): void {
    this.#world.powerOff();
    this.#runEnds();
    for (const [index, adapter] of this.#world.adapters.entries()) if (!this.#away.has(index)) adapter.powerOn();
    this.#world.host.powerOn();
    this.#world.run(this.#world.host.untilReady());
  }

  #runEnds(): void {
    for (const cell of this.#cells.values()) cell.volatile = NONE;
  }

  #clear(index: number): void {
    if (this.#away.has(index) || this.#failing.has(index)) return;
    const command = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
    this.#world.run(this.#world.host.mailbox(`hba ${index}`, command));
  }

  #goAway(index: number): void {
    this.#away.add(index);
    this.#adapter(index).powerOff();
  }

  #comeBack(index: number): void {
    this.#away.delete(index);
    this.#adapter(index).powerOn();
    this.#world.pass(3 * SECOND);
  }

  #toggleClears(index: number): void {
    const { forcedStatus, forcedMailboxStatus } = this.#adapter(index);
    if (this.#failing.delete(index)) {
      forcedStatus.clear();
      forcedMailboxStatus.clear();
      this.#world.pass(WELL_AGAIN_SECONDS * SECOND);
      return;
    }
    this.#failing.add(index);
    const how = this.#random.below(5);
    if (how < 3) forcedStatus.set(MailboxCommand.clearCache, IsdscStatus.OUT_OF_RESOURCES);
    else {
      const status = how === 3 ? MailboxStatus.busy : MailboxStatus.hostInterfaceError;
      forcedMailboxStatus.set(MailboxCommand.clearCache, status);
    }
  }

  #nextKey(): readonly [Uint8Array, string] {
    const key = new Uint8Array(16).fill(0xa5);
    new DataView(key.buffer).setUint32(0, ++this.#values);
    return [key, hex(key)];
  }

  #cell(name: string): Cell {
    const cell = this.#cells.get(name) ?? { durable: NONE, volatile: NONE };
    this.#cells.set(name, cell);
    return cell;
  }

  #adapter(index: number): FakeAdapter {
    const adapter = this.#world.adapters[index];
    if (adapter === undefined) throw new RangeError(`No adapter ${index}`);
    return adapter;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)] as T;
  }
}

function outcomeOf(number: number, campaign: CampaignMemory): string | undefined {
  const run = new Run(number, campaign);
  let wrong: string | undefined;
  for (let step = 0; step < STEPS && wrong === undefined; step++) wrong = run.step();
  wrong ??= run.lastLook();
  return wrong === undefined ? undefined : `history ${number}: ${wrong}\n  ${run.log.join("\n  ")}`;
}

Deno.test(`${HISTORIES} random histories of small memories take no room of what was acknowledged`, () => {
  const campaign = new CampaignMemory();
  for (let number = 0; number < HISTORIES; number++) assertEquals(outcomeOf(number, campaign), undefined);
});
