/**
 * What a whole firmware in C can call beside what a key store can: registers, DMA, network, the IKE engine, time.
 *
 * @module
 */

import {
  AsynchronousEvent,
  INTERNET_ADDRESS,
  internetAddress,
  IsdscStatus,
  MailboxStatus,
  MAX_TRANSFER_BYTES,
  PHASE1_STATISTICS,
  SESSION_REQUEST,
} from "../../../firmware/manual/interface.ts";
import type { FirmwareMeans } from "../../../firmware/other_firmware.ts";
import type { AdapterSessions } from "../../../firmware/session/sessions.ts";
import { TracedCommand } from "../../../firmware/traced_command.ts";
import { Signal } from "../../kernel/signal.ts";
import type { Cycle, Task } from "../../kernel/task.ts";
import { runToEnd } from "../../kernel/untimed_clock.ts";
import { StructureError } from "../../layout/structure.ts";
import { dmaCycles } from "../../parts/cost_table.ts";
import type { DmaWindow } from "../../parts/dma_engine.ts";
import { MAILBOX_COUNT } from "../../parts/register_file.ts";
import { stateEvent } from "../../trace/events.ts";
import type { FIRMWARE_IMPORTS, STORE_IMPORTS } from "./abi.ts";
import type { ForeignFunction, ForeignInstance } from "./suspendable.ts";

/** What can be waited for, as `hba_firmware.h` has it. */
const READY = { doorbell: 1, completionRoom: 2, eventRoom: 4, session: 8 } as const;
const DEFAULT_EVENT_CAPACITY = 512;
const FAILED = -1;
const WORD_BYTES = 4;

/** Ends a call that cannot be: where, what was given, what is accepted. */
type Refuse = (place: string, given: string, accepted: string) => never;

/** The imports of one boot. */
export class FirmwareImports {
  /** The instance that calls them: set before its first call. */
  instance: ForeignInstance | undefined = undefined;
  readonly #means: FirmwareMeans;
  readonly #refuse: Refuse;
  readonly #sessions: AdapterSessions;
  readonly #start: Cycle;
  /** Something may hold now that is waited for. */
  readonly #woken: Signal;
  /** What the IKE engine has to tell. */
  readonly #events: (readonly number[])[] = [];
  #eventsLost = 0;
  #command: TracedCommand | undefined = undefined;
  /** Something was written to the host's memory since. */
  #hasResponse = false;
  /** The firmware may have changed its records since they were last looked at. */
  #mayHaveChanged = true;

  /** Starts what serves the firmware: the IKE engine, and what wakes it. */
  constructor(means: FirmwareMeans, refuse: Refuse) {
    const { kernel, registers, component } = means;
    this.#means = means;
    this.#refuse = refuse;
    this.#start = kernel.now;
    this.#woken = new Signal(kernel, `something for the firmware of ${component.name} to do`);
    means.serve("doorbell", this.#wake(registers.doorbell));
    means.serve("mailbox free", this.#wake(registers.mailboxFree));
    const eventsLost = () => this.#eventsLost;
    this.#sessions = means.startSessions({
      event: (...values) => this.#enter(values),
      get eventsLost() {
        return eventsLost();
      },
    });
  }

  /** By their names. */
  readonly functions: Readonly<
    Record<Exclude<keyof typeof FIRMWARE_IMPORTS, keyof typeof STORE_IMPORTS>, ForeignFunction>
  > = {
    wait: (what, cycles) => this.#wait(what >>> 0, cycles >>> 0),
    ready: (what) => this.#ready(what >>> 0),
    clock: () => this.#means.kernel.now - this.#start + (this.instance?.pendingCycles ?? 0) | 0,
    mailbox_take: (to) => this.#take(this.#words("mailbox_take", to)),
    post: (from) => this.#post([...this.#words("post", from)]),
    boot_status: (status) => this.#showBootStatus(status >>> 0),
    dma_read: (low, high, to, lengthBytes) => this.#dma("dma_read", low >>> 0, high >>> 0, to, lengthBytes >>> 0),
    dma_write: (low, high, from, lengthBytes) => this.#dma("dma_write", low >>> 0, high >>> 0, from, lengthBytes >>> 0),
    link: (isUp) => {
      this.#means.network.setLink(isUp !== 0);
      return 0;
    },
    ports: () => this.#means.network.addresses.length,
    port_address: (port, to) => this.#portAddress(port >>> 0, to),
    ike_open: (request, lengthBytes) => this.#open(this.#part("ike_open", request, lengthBytes >>> 0).slice()),
    ike_close: (session) => this.#close(session >>> 0),
    ike_event: (to) => this.#takeEvent(to),
    ike_statistics: (to) => {
      this.#put("ike_statistics", to, PHASE1_STATISTICS.encode(this.#sessions.statistics()));
      return 0;
    },
    ike_ciphers: () => this.#means.cipherCapabilities,
  };

  *#wake(signal: Signal): Task {
    for (;;) {
      yield* signal.wait();
      this.#woken.fire();
    }
  }

  #enter([code, ...values]: readonly number[]): void {
    if (code !== AsynchronousEvent.sessionStateChanged) return;
    const { eventCapacity = DEFAULT_EVENT_CAPACITY } = this.#means;
    if (this.#events.length >= eventCapacity) this.#eventsLost++;
    else this.#events.push(values);
    this.#woken.fire();
  }

  #ready(what: number): number {
    const { doorbellRung, mailboxOccupied, interruptsEnabled } = this.#means.registers;
    const all = (doorbellRung ? READY.doorbell : 0) |
      (mailboxOccupied ? 0 : READY.completionRoom) |
      (!mailboxOccupied && interruptsEnabled ? READY.eventRoom : 0) |
      (this.#events.length > 0 ? READY.session : 0);
    return all & what;
  }

  *#wait(what: number, limitCycles: number): Task<number> {
    const { kernel } = this.#means;
    this.#look();
    const end = limitCycles === 0 ? Infinity : kernel.now + limitCycles;
    for (let ready = this.#ready(what);; ready = this.#ready(what)) {
      if (ready !== 0) return ready;
      if (end === Infinity) yield* this.#woken.wait();
      else if (kernel.now < end) yield* this.#woken.waitFor(end - kernel.now);
      else return 0;
    }
  }

  /** Looks at the records of the firmware, at a moment of its own choice. */
  #look(): void {
    if (!this.#mayHaveChanged) return;
    this.#mayHaveChanged = false;
    runToEnd(this.#means.cache.load());
  }

  #take(to: Uint32Array): number {
    const { registers, recorder, component, taps, onWork } = this.#means;
    if (!registers.doorbellRung) return 0;
    const mailbox = registers.takeCommand();
    this.#mayHaveChanged = true;
    this.#hasResponse = false;
    onWork(true);
    this.#command = new TracedCommand(recorder, component, mailbox, taps);
    to.set(mailbox);
    return 1;
  }

  *#post(values: readonly number[]): Task<number> {
    const { registers, core, costs, onWork } = this.#means;
    const [code = 0, status = 0, lengthBytes = 0] = values;
    const isEvent = code >>> 12 === AsynchronousEvent.systemError >>> 12;
    if (!isEvent && this.#command !== undefined) {
      this.#command.complete(code, status, this.#hasResponse ? lengthBytes : 0);
      this.#command = undefined;
    }
    yield* core.spend(costs.completionCycles);
    registers.post(values);
    if (!isEvent) onWork(false);
    return 0;
  }

  #showBootStatus(status: number): number {
    const { registers, recorder, component, cache } = this.#means;
    if (status === MailboxStatus.commandComplete) {
      this.#look();
      const keys = cache.keyTable.size + Number(cache.keyTable.hasGroupKey);
      recorder.record(component, stateEvent, { state: "ready", detail: `${keys} keys in the key table` });
    }
    registers.showBootStatus(status);
    if (status === MailboxStatus.initializationError) registers.raiseFatalError();
    return 0;
  }

  *#dma(
    name: "dma_read" | "dma_write",
    low: number,
    high: number,
    address: number,
    lengthBytes: number,
  ): Task<number> {
    const { core, costs, dma } = this.#means;
    this.#part(name, address, lengthBytes);
    const direction = name === "dma_read" ? "in" : "out";
    const isInRange = high === 0 && lengthBytes > 0 && lengthBytes <= MAX_TRANSFER_BYTES;
    const window: DmaWindow | undefined = isInRange ? dma.open({ direction, busAddress: low, lengthBytes }) : undefined;
    if (window === undefined) return FAILED;
    yield* core.spend(dmaCycles(costs, lengthBytes));
    const part = this.#part(name, address, lengthBytes);
    if (direction === "in") part.set(dma.fetch(window));
    else {
      dma.store(window, part);
      this.#hasResponse = true;
    }
    return 0;
  }

  #portAddress(port: number, to: number): number {
    const address = this.#means.network.addresses[port];
    const typed = address === undefined ? undefined : internetAddress(address);
    if (typed === undefined) return FAILED;
    this.#put("port_address", to, INTERNET_ADDRESS.encode(typed));
    return 0;
  }

  *#open(request: Uint8Array): Task<number> {
    this.#look();
    try {
      const opened = yield* this.#sessions.open(SESSION_REQUEST.decode(request));
      return opened.type === "accepted" ? opened.session : opened.status | 0;
    } catch (error) {
      if (error instanceof StructureError) return 0;
      throw error;
    } finally {
      request.fill(0);
    }
  }

  *#close(session: number): Task<number> {
    if (session !== 0) return (yield* this.#sessions.close(session)) | 0;
    this.#sessions.closeAll();
    return IsdscStatus.SUCCESS;
  }

  #takeEvent(to: number): number {
    const event = this.#events.shift();
    if (event === undefined) return 0;
    const [session = 0, state = 0, status = 0, mode = 0] = event;
    this.#put("ike_event", to, new Uint8Array(Uint32Array.of(session, state, status, mode).buffer));
    return 1;
  }

  #put(name: string, to: number, bytes: Uint8Array): void {
    this.#part(name, to, bytes.length).set(bytes);
  }

  /** Registers in the module's memory. */
  #words(name: string, address: number): Uint32Array {
    if ((address & (WORD_BYTES - 1)) !== 0) this.#refuse(`hba.${name}`, `registers at ${address >>> 0}`, "words");
    const { buffer, byteOffset } = this.#part(name, address, MAILBOX_COUNT * WORD_BYTES);
    return new Uint32Array(buffer, byteOffset, MAILBOX_COUNT);
  }

  #part(name: string, address: number, lengthBytes: number): Uint8Array<ArrayBuffer> {
    const part = this.instance?.part(address, lengthBytes, `hba.${name}`);
    return part ?? this.#refuse(`hba.${name}`, "a call before there is an instance", "calls of exports");
  }
}
