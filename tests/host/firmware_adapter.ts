/**
 * The real firmware's boot, command loop, security cache, key table and key
 * store on a real flash part, for the tests of the host. Only phase 1 is left
 * out: a login ends with the key that the firmware selects for it.
 *
 * @module
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { boot } from "../../firmware/boot.ts";
import { commandLoop } from "../../firmware/commands.ts";
import { signFirmwareImage } from "../../firmware/firmware_image.ts";
import { AsynchronousEvent, IsdscStatus, SessionState } from "../../firmware/manual/interface.ts";
import { selectKey } from "../../firmware/session/key_selection.ts";
import { KEY_TABLE_ENTRY_BYTES, KeyTable } from "../../firmware/cache/key_table.ts";
import { MailboxOutput } from "../../firmware/mailbox_output.ts";
import { RingStore } from "../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../firmware/nvram/sealer.ts";
import { SecurityCache } from "../../firmware/cache/security_cache.ts";
import type { SessionManager } from "../../firmware/session/session_manager.ts";
import { Core } from "../../sim/kernel/core.ts";
import type { Timer } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { DEFAULT_COSTS } from "../../sim/parts/cost_table.ts";
import { FlashPart } from "../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../sim/parts/flash/presets.ts";
import { Ram } from "../../sim/parts/ram.ts";
import { RegisterFile } from "../../sim/parts/register_file.ts";
import {
  type AdapterModel,
  type AdapterModelOptions,
  type CacheContent,
  hex,
  keyName,
  type UsedKey,
} from "./adapter_model.ts";

const KEY_PAIR = ed25519.keygen(new Uint8Array(32).fill(3));
const IMAGE = signFirmwareImage(0x1_0203, new Uint8Array(256).fill(0xc3), KEY_PAIR.secretKey);
const RESET_CYCLES = 250_000;

/** The phases of a login that the tests need, behind the interface of the command loop. */
type SessionsOfTest = Pick<SessionManager, "open" | "close">;

/** An adapter with the real firmware, without its phase 1. */
export class FirmwareAdapter implements AdapterModel {
  readonly options: AdapterModelOptions;
  readonly registers: RegisterFile;
  readonly flash: FlashPart;
  readonly logins: UsedKey[] = [];
  /** What the login's key selection answered when it refused. */
  readonly refusals: string[] = [];
  readonly ram: Ram;
  onStep: () => void = () => {};
  cache: SecurityCache | undefined = undefined;
  readonly #core: Core;
  readonly #streams: RandomStreams;
  #group: TaskGroup;
  #timer: Timer | undefined = undefined;
  #powered = false;

  constructor(options: AdapterModelOptions) {
    const { kernel, name } = options;
    this.options = options;
    this.registers = new RegisterFile(kernel, () => this.reset());
    this.#core = new Core(kernel, `${name} core`);
    this.#streams = new RandomStreams(`adapter ${name}`);
    this.flash = new FlashPart({
      // As few sectors as a key store needs, so that campaigns over all its steps stay short.
      preset: flashRegion(W25Q64JV, 4),
      clock: kernel,
      random: this.#streams.stream("flash"),
      onOperation: ({ kind }) => kind === "read" || this.onStep(),
    });
    this.ram = new Ram((this.#tableEntries + 1) * KEY_TABLE_ENTRY_BYTES);
    this.#group = new TaskGroup(kernel, name);
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#start();
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
      this.#start();
    });
  }

  content(): CacheContent | undefined {
    const { cache } = this;
    if (cache === undefined) return undefined;
    const table = cache.keyTable;
    const groupKey = table.copyGroupKey();
    const information = cache.information();
    const gateway = cache.tunnelAddress(0, { type: 1, bytes: withAddress(203, 0, 113, 9) });
    return {
      keys: new Map(table.entries().map((entry) => [keyName(entry), hex(table.copyKey(entry) ?? new Uint8Array(0))])),
      groupKey: groupKey === undefined ? undefined : hex(groupKey),
      tunnels: gateway === undefined || gateway === "damaged" ? [] : [hex(gateway.bytes.subarray(0, 4))],
      guid: hex(information.generationalGuid),
      cacheValid: information.cacheValid,
    };
  }

  image(): unknown {
    return this.flash.image();
  }

  restore(image: unknown): void {
    this.flash.restore(image as Uint8Array);
  }

  snapshot(): string {
    const content = this.content();
    return JSON.stringify([
      content === undefined ? null : { ...content, keys: [...content.keys] },
      this.flash.counters.programs,
      this.flash.counters.erases,
    ]);
  }

  get #tableEntries(): number {
    return this.options.capacity ?? 32;
  }

  #stop(): void {
    if (this.#timer !== undefined) this.options.kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#group.kill();
    this.flash.powerOff();
    this.ram.clear();
    this.cache = undefined;
  }

  #start(): void {
    this.registers.reset();
    this.#group = new TaskGroup(this.options.kernel, this.options.name);
    this.#group.spawn("firmware", this.#run(), { daemon: true });
  }

  *#run(): Task {
    const { kernel, recorder, dmaMemory, name } = this.options;
    const shared = {
      kernel,
      recorder,
      core: this.#core,
      costs: DEFAULT_COSTS,
      registers: this.registers,
      component: recorder.component(name),
      output: new MailboxOutput(this.registers, this.#core, DEFAULT_COSTS.completionCycles),
    };
    const booted = yield* boot({
      ...shared,
      image: IMAGE,
      imagePublicKey: KEY_PAIR.publicKey,
      createCache: (firmwareVersion) => this.#createCache(firmwareVersion),
    });
    if (booted.type === "failed") return;
    this.#group.spawn("output", shared.output.run(), { daemon: true });
    yield* commandLoop({
      ...shared,
      dmaMemory,
      cache: booted.cache,
      sessions: this.#sessions(shared.output, booted.cache) as SessionManager,
    });
  }

  #createCache(firmwareVersion: number): SecurityCache {
    const { storage, numberOfPorts = 2, tunnelMode = true } = this.options;
    const random = this.#streams.stream("store");
    this.cache = new SecurityCache({
      core: this.#core,
      costs: DEFAULT_COSTS,
      keyStorage: storage,
      keyTable: new KeyTable(this.ram.region("key table", (this.#tableEntries + 1) * KEY_TABLE_ENTRY_BYTES)),
      store: storage === "nvram"
        ? new RingStore({
          flash: this.flash,
          sealer: new SecretboxSealer(new Uint8Array(32).fill(9)),
          random: (length) => random.bytes(length),
        })
        : undefined,
      numberOfPorts,
      tunnelMode,
      firmwareVersion,
    });
    return this.cache;
  }

  #sessions(output: MailboxOutput, cache: SecurityCache): SessionsOfTest {
    const { logins, refusals } = this;
    let number = 0;
    return {
      *open(request) {
        const selection = selectKey({
          request,
          portNumber: request.portNumber === 0xffff_ffff ? 0 : request.portNumber,
          portAddress: Uint8Array.of(192, 0, 2, 10),
          keyTable: cache.keyTable,
          damage: cache.damage,
        });
        if (selection.type === "refused") {
          refusals.push(selection.reason);
          return { type: "refused", status: selection.status };
        }
        const source = selection.source === "all ports" ? "explicit" : selection.source;
        logins.push({ source, key: hex(selection.key), securityFlags: selection.securityFlags });
        const session = ++number;
        output.event(AsynchronousEvent.sessionStateChanged, session, SessionState.active, IsdscStatus.SUCCESS);
        return { type: "accepted", session };
      },
      *close() {
        return IsdscStatus.SUCCESS;
      },
    };
  }
}

function withAddress(...address: number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(address);
  return bytes;
}
