/**
 * An adapter for the tests of the host: registers and mailbox after the
 * hardware manual, with a small model of a key cache behind them, and faults
 * on demand. It shares no code with the real firmware.
 *
 * @module
 */

import {
  ADAPTER_INFORMATION,
  AdapterStatus,
  ALL_PORTS,
  AsynchronousEvent,
  CipherCapability,
  FirmwareState,
  Functionality,
  GROUP_KEY_REQUEST,
  IsdscStatus,
  MailboxCommand,
  MailboxStatus,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  SESSION_REQUEST,
  SessionState,
  TUNNEL_ADDRESS_REQUEST,
} from "../../firmware/manual/interface.ts";
import type { Timer } from "../../sim/kernel/kernel.ts";
import { Channel } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { StructureError } from "../../sim/layout/structure.ts";
import { RegisterFile } from "../../sim/parts/register_file.ts";
import { FakeSavedLogins } from "./fake_saved_logins.ts";
import { addressStatus, idStatus, keyStatus } from "./fake_statuses.ts";
import {
  type AdapterModel,
  type AdapterModelOptions,
  type CacheContent,
  hex,
  keyName,
  type UsedKey,
} from "./adapter_model.ts";

/** A key as the fake keeps it. */
interface FakeKey {
  readonly portNumber: number;
  readonly idType: number;
  readonly id: Uint8Array;
  readonly securityFlags: bigint;
  readonly key: Uint8Array;
}

/** What survives loss of power on an adapter with nonvolatile memory. */
interface FakeMemory {
  keys: Map<string, FakeKey>;
  groupKey: Uint8Array | undefined;
  tunnels: Map<string, Uint8Array>;
  guid: Uint8Array;
}

const RESET_CYCLES: Cycles = 250_000;
const BOOT_CYCLES: Cycles = 1_000_000;

/** The fake. */
export class FakeAdapter implements AdapterModel {
  readonly registers: RegisterFile;
  readonly options: AdapterModelOptions;
  /** How long a command takes. */
  commandCycles: Cycles = 20_000;
  /** Commands are taken and never answered. */
  hanging = false;
  /** DMA works. */
  reachesMemory = true;
  /** The firmware image is bad. */
  badImage = false;
  /** Nonvolatile memory has a damaged record. */
  damaged = false;
  /** How many commands to answer with busy. */
  busyAnswers = 0;
  /** The status of the next commands of a code, for faults that the model does not have. */
  readonly forcedStatus = new Map<number, number>();
  /** How the mailbox answers the next commands of a code: it does not carry them out. */
  readonly forcedMailboxStatus = new Map<number, number>();
  /** How a login ends. */
  loginStatus: number = IsdscStatus.SUCCESS;
  /** Logins are accepted and no result is ever told. */
  loginHangs = false;
  /** The key of each login. */
  readonly logins: UsedKey[] = [];
  /** Codes of the commands that were taken. */
  readonly commands: number[] = [];
  /** Boots so far. */
  boots = 0;
  /** Nonvolatile memory or RAM has changed: a step that no trace shows. */
  onStep: () => void = () => {};
  /** A command was taken. */
  onCommand: (code: number) => void = () => {};
  /** How many ports it has. */
  numberOfPorts: number;
  /** In nonvolatile memory, without a key of the cache. */
  readonly savedLogins = new FakeSavedLogins();
  nonvolatile: FakeMemory = emptyMemory();
  volatile: FakeMemory = emptyMemory();
  #powered = false;
  #timer: Timer | undefined = undefined;
  #group: TaskGroup;
  #output: Channel<readonly number[]>;
  #nextSession = 1;

  constructor(options: AdapterModelOptions) {
    this.options = options;
    this.numberOfPorts = options.numberOfPorts ?? 2;
    this.registers = new RegisterFile(options.kernel, () => this.reset());
    this.#group = new TaskGroup(options.kernel, options.name);
    this.#output = new Channel(options.kernel, "something to say");
  }

  get powered(): boolean {
    return this.#powered;
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#boot();
  }

  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#stop();
    this.registers.powerOff();
  }

  reset(): void {
    if (!this.#powered) return;
    this.#stop();
    this.registers.beginReset();
    this.#timer = this.options.kernel.schedule(RESET_CYCLES, () => {
      this.#timer = undefined;
      this.#boot();
    });
  }

  /** Reports an event by itself. */
  event(...values: number[]): void {
    this.#output.send(values);
  }

  /** Everything the cache holds, for comparisons before and after. */
  snapshot(): string {
    return JSON.stringify([this.nonvolatile, this.volatile].map((memory) => ({
      keys: [...memory.keys].map(([name, each]) => [name, hex(each.key), `${each.securityFlags}`]),
      group: memory.groupKey === undefined ? null : hex(memory.groupKey),
      tunnels: [...memory.tunnels].map(([name, value]) => [name, hex(value)]),
      guid: hex(memory.guid),
    })));
  }

  content(): CacheContent | undefined {
    if (!this.#powered) return undefined;
    const { keys, groupKey, tunnels, guid } = this.volatile;
    return {
      keys: new Map([...keys].map(([name, { key }]) => [name, hex(key)])),
      groupKey: groupKey === undefined ? undefined : hex(groupKey),
      tunnels: [...tunnels.values()].map((address) => hex(address.subarray(0, 4))),
      guid: hex(guid),
      cacheValid: this.cacheValid,
    };
  }

  image(): unknown {
    return copyMemory(this.nonvolatile);
  }

  restore(image: unknown): void {
    this.nonvolatile = copyMemory(image as FakeMemory);
  }

  get cacheValid(): boolean {
    return this.options.storage === "nvram" && !this.damaged && this.volatile.guid.some((byte) => byte !== 0);
  }

  #stop(): void {
    if (this.#timer !== undefined) this.options.kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#group.kill();
    this.volatile = emptyMemory();
  }

  #boot(): void {
    this.boots++;
    this.registers.reset();
    this.#group = new TaskGroup(this.options.kernel, this.options.name);
    this.#output = new Channel(this.options.kernel, "something to say");
    this.#group.spawn("firmware", this.#firmware(), { daemon: true });
  }

  *#firmware(): Task {
    const { kernel } = this.options;
    this.registers.showBootStatus(MailboxStatus.booting);
    yield* kernel.sleep(BOOT_CYCLES);
    if (this.badImage) {
      this.registers.showBootStatus(MailboxStatus.initializationError);
      this.registers.raiseFatalError();
      return;
    }
    if (this.options.storage === "nvram") this.volatile = copyMemory(this.nonvolatile);
    this.registers.showBootStatus(MailboxStatus.commandComplete);
    this.#group.spawn("output", this.#writeOutput(), { daemon: true });
    if (this.damaged) this.#output.send([AsynchronousEvent.nvramInvalid, 1]);
    this.#output.send([AsynchronousEvent.linkUp, FirmwareState.ready]);
    for (;;) {
      while (!this.registers.doorbellRung) yield* this.registers.doorbell.wait();
      const mailbox = this.registers.takeCommand();
      const code = mailbox[0] ?? 0;
      this.commands.push(code);
      this.onCommand(code);
      if (this.hanging) continue;
      this.#output.send(yield* this.#command(mailbox));
    }
  }

  *#writeOutput(): Task {
    for (;;) {
      const values = yield* this.#output.receive();
      while (this.registers.mailboxOccupied) yield* this.registers.mailboxFree.wait();
      this.registers.post(values);
    }
  }

  *#command(mailbox: Uint32Array): Task<readonly number[]> {
    const { kernel, dmaMemory } = this.options;
    const [code = 0, address = 0, high = 0, length = 0, target = 0, , capacity = 0] = mailbox;
    if (this.busyAnswers > 0) {
      this.busyAnswers--;
      return [MailboxStatus.busy];
    }
    const forcedMailboxStatus = this.forcedMailboxStatus.get(code);
    if (forcedMailboxStatus !== undefined) return [forcedMailboxStatus];
    const request = length === 0 ? new Uint8Array(0) : dmaMemory.view(address, length)?.slice();
    const moves = length > 0 || capacity > 0;
    if (request === undefined || high !== 0 || (moves && !this.reachesMemory)) {
      return [MailboxStatus.hostInterfaceError];
    }
    yield* kernel.sleep(this.commandCycles / 2);
    const forced = this.forcedStatus.get(code);
    if (forced !== undefined) return [MailboxStatus.commandError, forced];
    try {
      const response = capacity === 0 ? undefined : dmaMemory.view(target, capacity);
      return yield* this.#execute(code, mailbox, request, response);
    } catch (error) {
      if (error instanceof StructureError) return [MailboxStatus.parameterError];
      throw error;
    }
  }

  *#execute(
    code: number,
    mailbox: Uint32Array,
    request: Uint8Array,
    response: Uint8Array | undefined,
  ): Task<readonly number[]> {
    switch (code) {
      case MailboxCommand.getFirmwareState:
        return [MailboxStatus.commandComplete, FirmwareState.ready];
      case MailboxCommand.getAdapterInformation: {
        const bytes = ADAPTER_INFORMATION.encode(this.#information());
        response?.set(bytes);
        return [MailboxStatus.commandComplete, 0, bytes.length];
      }
      case MailboxCommand.setPresharedKeyForId:
        return yield* this.#setKey(request);
      case MailboxCommand.getPresharedKeyForId:
        return this.#getKey(request, response);
      case MailboxCommand.setGroupPresharedKey: {
        const key = GROUP_KEY_REQUEST.decode(request).key.slice();
        const refused = this.#noStorage() || keyStatus(key);
        if (refused) return [MailboxStatus.commandError, refused];
        return yield* this.#change((memory) => memory.groupKey = key);
      }
      case MailboxCommand.setTunnelModeOuterAddress: {
        if (this.options.tunnelMode === false) return [MailboxStatus.commandError, IsdscStatus.REQUEST_NOT_SUPPORTED];
        const value = TUNNEL_ADDRESS_REQUEST.decode(request);
        const refused = this.#noStorage() || this.#portStatus(value.portNumber) ||
          addressStatus(value.destination.type) || addressStatus(value.outerAddress.type);
        if (refused) return [MailboxStatus.commandError, refused];
        const name = `${value.portNumber}/${value.destination.type}/${hex(value.destination.bytes)}`;
        return yield* this.#change((memory) => memory.tunnels.set(name, value.outerAddress.bytes.slice()));
      }
      case MailboxCommand.clearCache: {
        const refused = this.#noStorage();
        if (refused) return [MailboxStatus.commandError, refused];
        this.damaged = false;
        return yield* this.#change((memory) => {
          memory.guid = new Uint8Array(16);
          memory.keys.clear();
          memory.groupKey = undefined;
        });
      }
      case MailboxCommand.setGenerationalGuid: {
        if (this.options.storage !== "nvram") {
          return [MailboxStatus.commandError, IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED];
        }
        const guid = request.slice(0, 16);
        return yield* this.#change((memory) => memory.guid = guid);
      }
      case MailboxCommand.openSession:
        return this.#openSession(request);
      case MailboxCommand.savePersistentLogin: {
        const refused = this.options.storage === "nvram" ? 0 : IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
        return refused ? [MailboxStatus.commandError, refused] : this.savedLogins.save(request, this.#hasRoom);
      }
      case MailboxCommand.removePersistentLogin:
        return this.savedLogins.remove(request);
      case MailboxCommand.getPersistentLogin:
        return this.savedLogins.next(mailbox[1] ?? 0, response);
      case MailboxCommand.closeSession:
        return (mailbox[1] ?? 0) < this.#nextSession && (mailbox[1] ?? 0) > 0
          ? [MailboxStatus.commandComplete]
          : [MailboxStatus.commandError, IsdscStatus.INVALID_SESSION_ID];
      case MailboxCommand.getSecurityCapabilities:
        return [MailboxStatus.commandComplete, IsdscStatus.SUCCESS, CipherCapability.tripleDes];
      default:
        return [MailboxStatus.invalidCommand];
    }
  }

  *#setKey(request: Uint8Array): Task<readonly number[]> {
    const value = PRESHARED_KEY_REQUEST.decode(request);
    const name = keyName(value);
    const full = !this.volatile.keys.has(name) && !this.#hasRoom;
    const refused = this.#noStorage() || this.#portStatus(value.portNumber) || idStatus(value.idType, value.id) ||
      keyStatus(value.key) || (full ? IsdscStatus.HBA_SECURITY_CACHE_FULL : 0);
    if (refused) return [MailboxStatus.commandError, refused];
    const entry = { ...value, id: value.id.slice(), key: value.key.slice() };
    return yield* this.#change((memory) => memory.keys.set(name, entry));
  }

  #getKey(request: Uint8Array, response: Uint8Array | undefined): readonly number[] {
    const value = PRESHARED_KEY_QUERY.decode(request);
    const refused = this.#noStorage() || this.#portStatus(value.portNumber) || idStatus(value.idType, value.id);
    if (refused) return [MailboxStatus.commandError, refused];
    if (this.damaged) return [MailboxStatus.commandError, IsdscStatus.CACHE_CORRUPTED];
    const lowest = [...this.volatile.keys.values()]
      .filter((each) => each.idType === value.idType && hex(each.id) === hex(value.id))
      .sort((a, b) => a.portNumber - b.portNumber);
    const found = this.volatile.keys.get(keyName(value)) ??
      this.volatile.keys.get(keyName({ ...value, portNumber: ALL_PORTS })) ??
      (value.portNumber === ALL_PORTS ? lowest[0] : undefined);
    if (found === undefined) return [MailboxStatus.commandError, IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE];
    if (response !== undefined) {
      new DataView(response.buffer, response.byteOffset).setBigUint64(0, found.securityFlags, true);
    }
    return [MailboxStatus.commandComplete, 0, 8];
  }

  #openSession(request: Uint8Array): readonly number[] {
    const value = SESSION_REQUEST.decode(request);
    const found = value.key.length > 0
      ? { source: "login", key: value.key } as const
      : this.#keyFor(value.portNumber === ALL_PORTS ? 0 : value.portNumber);
    const { source, key } = found ?? { source: "none", key: new Uint8Array(0) };
    this.logins.push({ source, key: hex(key), securityFlags: value.securityFlags });
    if (source === "none") return [MailboxStatus.commandError, IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE];
    const session = this.#nextSession++;
    if (!this.loginHangs) this.#group.spawn("session", this.#finishSession(session), { daemon: true });
    return [MailboxStatus.commandComplete, IsdscStatus.SUCCESS, session];
  }

  /** Own address, what a key of the port names, name for all, group key, foreign address for all; of several the oldest. */
  #keyFor(port: number): { readonly source: "explicit" | "group"; readonly key: Uint8Array } | undefined {
    const keys = [...this.volatile.keys.values()];
    const isOf = (each: FakeKey, of: number) => hex(each.id) === hex(Uint8Array.of(192, 0, 2, 10 + of));
    const own = keys.filter((each) => isOf(each, port));
    const explicit = own.find(({ portNumber }) => portNumber === port) ??
      own.find(({ portNumber }) => portNumber === ALL_PORTS) ??
      keys.find(({ portNumber }) => portNumber === port) ??
      keys.find(({ portNumber, idType }) => portNumber === ALL_PORTS && (idType === 2 || idType === 3));
    if (explicit !== undefined) return { source: "explicit", key: explicit.key };
    const { groupKey } = this.volatile;
    if (groupKey !== undefined) return { source: "group", key: groupKey };
    const ports = Array.from({ length: this.numberOfPorts }, (_, each) => each);
    const last = keys.find((each) =>
      each.portNumber === ALL_PORTS && each.idType === 1 && !ports.some((of) => isOf(each, of))
    );
    return last === undefined ? undefined : { source: "explicit", key: last.key };
  }

  *#finishSession(session: number): Task {
    yield* this.options.kernel.sleep(100_000);
    const state = this.loginStatus === IsdscStatus.SUCCESS ? SessionState.active : SessionState.failed;
    this.#output.send([AsynchronousEvent.sessionStateChanged, session, state, this.loginStatus]);
  }

  /** Nonvolatile memory first, then RAM, then the answer. */
  *#change(apply: (memory: FakeMemory) => unknown): Task<readonly number[]> {
    if (this.options.storage === "nvram") apply(this.nonvolatile);
    this.onStep();
    yield* this.options.kernel.sleep(this.commandCycles / 2);
    apply(this.volatile);
    this.onStep();
    return [MailboxStatus.commandComplete, IsdscStatus.SUCCESS];
  }

  #information() {
    const nvram = this.options.storage === "nvram";
    return {
      firmwareVersion: 0x1_0203,
      numberOfPorts: this.numberOfPorts,
      status: this.damaged ? AdapterStatus.degraded : AdapterStatus.working,
      functionality: (nvram ? Functionality.presharedKeyCache : 0) |
        (this.options.tunnelMode === false ? 0 : Functionality.ipsecTunnelMode),
      cacheValid: this.cacheValid,
      keyCapacity: this.options.capacity ?? 128,
      keysStored: this.volatile.keys.size,
      keysDamaged: this.damaged ? 1 : 0,
      generationalGuid: this.volatile.guid,
    };
  }

  /** Keys and saved logins share the memory. */
  get #hasRoom(): boolean {
    return this.volatile.keys.size + this.savedLogins.size < (this.options.capacity ?? 128);
  }

  #noStorage(): number {
    return this.options.storage === "none" ? IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED : 0;
  }

  #portStatus(portNumber: number): number {
    return portNumber === ALL_PORTS || portNumber < (this.numberOfPorts) ? 0 : IsdscStatus.INVALID_PORT_NUMBER;
  }
}

function emptyMemory(): FakeMemory {
  return { keys: new Map(), groupKey: undefined, tunnels: new Map(), guid: new Uint8Array(16) };
}

function copyMemory(memory: FakeMemory): FakeMemory {
  return {
    keys: new Map(memory.keys),
    groupKey: memory.groupKey,
    tunnels: new Map(memory.tunnels),
    guid: memory.guid.slice(),
  };
}
