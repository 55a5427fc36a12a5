/**
 * The state machine of a part: busy or not, suspended, write-enabled, in deep
 * power-down; which commands are heard in which state, and what becomes of
 * those that are not.
 *
 * @module
 */

import type { Clock, Cycle, Task } from "../../kernel/task.ts";
import type { BegunOperation } from "./flash_array.ts";
import { BusyTime } from "./busy_time.ts";
import type { CellRange } from "./cells.ts";
import type { FlashCommandSet, FlashRequest } from "./command_set.ts";
import type { BusyOperation, FlashArray } from "./flash_array.ts";
import { FlashRequests, type PreparedOperation } from "./flash_requests.ts";
import { FlashMisuseError, type FlashOutcome } from "./nor_flash.ts";
import type { OperationTimes } from "./operation_times.ts";
import { protectedRange } from "./status_register.ts";

/** What becomes of commands that a part ignores. */
export type FlashMisuse =
  /** They throw a {@linkcode FlashMisuseError}: they are bugs of the firmware. */
  | "error"
  /** They have no effect, and only the status says so. */
  | "ignored";

/** All that can become of them. */
export const FLASH_MISUSES: readonly FlashMisuse[] = ["error", "ignored"];

/** How often a driver looks whether something suspended goes on. */
const POLL_NANOSECONDS = 10_000;

/** What a state machine is made with. */
interface FlashControllerOptions {
  readonly array: FlashArray;
  readonly times: OperationTimes;
  readonly clock: Clock;
  readonly commands: FlashCommandSet;
  readonly misuse: FlashMisuse;
  readonly strictPages: boolean;
  /** Bits of the bus that are stored turned over. */
  readonly turned: number;
  /** Told of each program and erase when it begins. */
  readonly onBegin: ((operation: BegunOperation) => void) | undefined;
}

/** The state machine of a part. */
export class FlashController {
  readonly #options: FlashControllerOptions;
  readonly #requests: FlashRequests;
  #running: BusyOperation | undefined = undefined;
  #suspended: BusyOperation | undefined = undefined;
  /** When what was suspended last went on. */
  #resumedAt: Cycle = -Infinity;
  #writeEnabled = false;
  #outcome: FlashOutcome = "done";
  #isInDeepPowerDown = false;
  /** Until then the part hears nothing: after a reset, and on the way out of deep power-down. */
  #deafUntil: Cycle = 0;

  /**
   * A part that was just powered up.
   *
   * @param options What it is made with.
   */
  constructor(options: FlashControllerOptions) {
    this.#options = options;
    const { array: { geometry, supply }, commands, times, strictPages } = options;
    this.#requests = new FlashRequests({ geometry, supply, commands, times, strictPages });
  }

  /** Whether the part hears nothing but its release. */
  get isInDeepPowerDown(): boolean {
    return this.#isInDeepPowerDown;
  }

  /** Whether something is in progress. */
  get isBusy(): boolean {
    return this.#running !== undefined || this.#options.clock.now < this.#deafUntil;
  }

  /** Whether the next program or erase is allowed. */
  get isWriteEnabled(): boolean {
    return this.#writeEnabled;
  }

  /** How the last operation ended, as the status tells it. */
  get outcome(): FlashOutcome {
    return this.#outcome;
  }

  /** What stands still. */
  get suspended(): BusyOperation | undefined {
    return this.#suspended;
  }

  /** Brings what nobody waits for to its end, if its time has passed. A part would have done so by itself. */
  settle(): void {
    const running = this.#running;
    if (running === undefined || running.isAwaited || running.time.left(this.#options.clock.now) > 0) return;
    this.#finish(running);
  }

  /** Whether a command is heard. */
  hears(command: string): boolean {
    this.settle();
    if (this.#running !== undefined) return this.ignores(command, "a busy part", "one that is ready");
    if (this.#isInDeepPowerDown) return this.ignores(command, "a part in deep power-down", "one that was released");
    if (this.#options.clock.now >= this.#deafUntil) return true;
    return this.ignores(command, "a part on its way out of a reset or deep power-down", "one that is ready");
  }

  /** Whether a range lies in the part. */
  isInRange(command: string, address: number, lengthBytes: number): boolean {
    const end = this.#options.array.cells.lengthBytes;
    if (Number.isInteger(address) && address >= 0 && address + lengthBytes <= end) return true;
    return this.ignores(command, `${lengthBytes} bytes at ${address}`, `a range inside 0 to ${end}`);
  }

  /** A command is ignored; where that is an error, it throws. */
  ignores(command: string, given: string, accepted: string): false {
    if (this.#options.misuse === "error") throw new FlashMisuseError(command, given, accepted);
    return false;
  }

  /** Write Enable or Write Disable. */
  *setWriteEnabled(command: string, enabled: boolean): Task {
    const { array, clock, times } = this.#options;
    if (!this.hears(command)) return;
    if (enabled && array.supply.isInhibited(clock.now)) {
      this.ignores(command, "a part that was just powered up", "one that takes writes (tPUW)");
      return;
    }
    yield* clock.sleep(times.transfer(1));
    this.#writeEnabled = enabled;
  }

  /** Begins something, and waits until the part is ready. */
  *perform(request: FlashRequest): Task<FlashOutcome> {
    const running = this.start(request, true);
    if (running !== undefined) return yield* this.#wait(running);
    return yield* this.untilReady();
  }

  /** Begins something; `undefined` if the part does not. */
  start(request: FlashRequest, isAwaited: boolean): BusyOperation | undefined {
    const { array, clock } = this.#options;
    const prepared = this.#requests.prepare(request, this, clock.now);
    if (prepared === undefined || this.#collides(request.kind, prepared) || this.#isProtected(prepared)) {
      return undefined;
    }
    const { kind, address, lengthBytes, cycles, canBeSuspended, bytes, value = 0 } = prepared;
    if (bytes !== undefined) this.#fillPageBuffer(bytes);
    if (request.kind === "block erase") array.counters.blockErases++;
    this.#options.onBegin?.({ kind, address, lengthBytes, cycles });
    const startedAt = clock.now;
    const time = new BusyTime(cycles, startedAt);
    const what = { kind, address, lengthBytes, startedAt, time, value, canBeSuspended, isAwaited };
    return this.#running = { ...what, outcome: "done", isLeft: false };
  }

  /** Waits until the part is ready. */
  *untilReady(): Task<FlashOutcome> {
    const { clock } = this.#options;
    const running = this.#running;
    if (running !== undefined) return yield* this.#wait(running);
    if (clock.now < this.#deafUntil) yield* clock.sleep(this.#deafUntil - clock.now);
    return this.#outcome;
  }

  /** Stops what is in progress for a while. */
  *suspend(): Task {
    this.settle();
    const { commands, times, clock } = this.#options;
    const { suspend } = commands;
    const running = this.#running;
    if (suspend === undefined || running === undefined || !running.canBeSuspended || this.#suspended !== undefined) {
      this.ignores("suspend", "nothing that the part can suspend", "an erase or a program, one at a time");
      return;
    }
    const { eraseIntervalNanoseconds, programIntervalNanoseconds, latencyNanoseconds } = suspend;
    const interval = running.kind === "erase" ? eraseIntervalNanoseconds : programIntervalNanoseconds;
    if (clock.now < this.#resumedAt + times.cycles(interval)) {
      this.ignores("suspend", "an operation resumed just before", `one that has run for ${interval} ns`);
    }
    yield* clock.sleep(times.cycles(latencyNanoseconds));
    // It may have come to its end in the meantime.
    if (this.#running !== running || running.time.left(clock.now) === 0) return;
    running.time.suspend(clock.now);
    this.#suspended = running;
    this.#running = undefined;
  }

  /** Goes on with what was suspended. */
  *resume(): Task {
    const { commands: { suspend }, times, clock } = this.#options;
    if (!this.hears("resume")) return;
    const suspended = this.#suspended;
    if (suspended === undefined || suspend === undefined) {
      this.ignores("resume", "nothing suspended", "an operation that is");
      return;
    }
    yield* clock.sleep(times.transfer(1));
    if (this.#suspended !== suspended) return;
    const step = suspended.kind === "erase" ? times.cycles(suspend.erasePulseNanoseconds) : 1;
    suspended.time.resume(clock.now, step);
    this.#resumedAt = clock.now;
    this.#running = suspended;
    this.#suspended = undefined;
  }

  /** Leaves what is in progress, and begins as after power-up. */
  *reset(): Task {
    const { commands: { resetNanoseconds }, times } = this.#options;
    this.settle();
    if (resetNanoseconds === undefined || this.#isInDeepPowerDown) {
      const accepted = "a part that knows the command, not in deep power-down";
      this.ignores("reset", "a part that does not hear it", accepted);
      return;
    }
    this.#leaveAll();
    yield* this.#beDeaf(times.cycles(resetNanoseconds));
  }

  /** Hears nothing from now on. */
  *enterDeepPowerDown(): Task {
    const { commands: { deepPowerDownNanoseconds }, times, clock } = this.#options;
    if (!this.hears("deep power-down")) return;
    if (deepPowerDownNanoseconds === undefined) {
      this.ignores("deep power-down", "the command", "none: the part does not know it");
      return;
    }
    this.#isInDeepPowerDown = true;
    yield* clock.sleep(times.cycles(deepPowerDownNanoseconds));
  }

  /** Hears again. */
  *releaseDeepPowerDown(): Task {
    const { deepPowerDownNanoseconds } = this.#options.commands;
    if (!this.#isInDeepPowerDown || deepPowerDownNanoseconds === undefined) return;
    this.#isInDeepPowerDown = false;
    yield* this.#beDeaf(this.#options.times.cycles(deepPowerDownNanoseconds));
  }

  /** Power comes. */
  powerOn(): void {
    const { array, times, clock, commands: { writeInhibitNanoseconds } } = this.#options;
    const inhibited = writeInhibitNanoseconds === undefined ? 0 : times.cycles(writeInhibitNanoseconds);
    array.supply.comeUp(clock.now + inhibited);
  }

  /** Power goes: what is in progress or suspended stays as far as it has come. */
  powerOff(): void {
    this.#wakeUp();
    this.#leaveAll();
  }

  /** The content of the part was exchanged, with power off meanwhile: nothing of what was in progress is in it. */
  forget(): void {
    this.#wakeUp();
    this.#leave();
  }

  *#beDeaf(cycles: number): Task {
    const { clock } = this.#options;
    this.#deafUntil = clock.now + cycles;
    yield* clock.sleep(cycles);
  }

  #wakeUp(): void {
    this.#isInDeepPowerDown = false;
    this.#deafUntil = 0;
  }

  #leaveAll(): void {
    const { array } = this.#options;
    this.settle();
    for (const operation of this.#leave()) array.cutOff(operation);
  }

  /** Nothing is in progress or suspended any more, and the status tells of nothing. */
  #leave(): readonly BusyOperation[] {
    const left = [this.#running, this.#suspended].filter((each) => each !== undefined);
    for (const operation of left) operation.isLeft = true;
    this.#running = undefined;
    this.#suspended = undefined;
    this.#resumedAt = -Infinity;
    this.#writeEnabled = false;
    this.#outcome = "done";
    return left;
  }

  *#wait(operation: BusyOperation): Task<FlashOutcome> {
    const { clock, times } = this.#options;
    for (;;) {
      if (this.#running !== operation && this.#suspended !== operation) {
        // Who polls after a reset sees a part that is ready and tells of no failure, or how what was begun since ends.
        return operation.isLeft ? yield* this.untilReady() : operation.outcome;
      }
      const left = operation.time.isSuspended ? times.cycles(POLL_NANOSECONDS) : operation.time.left(clock.now);
      if (left === 0) break;
      yield* clock.sleep(left);
    }
    this.#finish(operation);
    return operation.outcome;
  }

  #finish(operation: BusyOperation): void {
    this.#running = undefined;
    this.#writeEnabled = false;
    this.#outcome = operation.outcome = this.#options.array.finish(operation);
  }

  #fillPageBuffer(bytes: Uint8Array): void {
    const { array: { pageBuffer }, turned } = this.#options;
    pageBuffer.set(bytes);
    if (turned !== 0) {
      for (let index = 0; index < bytes.length; index++) pageBuffer[index] = (bytes[index] as number) ^ turned;
    }
  }

  /** While something is suspended only the other of erase and program is taken, and elsewhere; of erases no second one. */
  #collides(command: string, operation: PreparedOperation): boolean {
    const suspended = this.#suspended;
    if (suspended === undefined) return false;
    const isOther = operation.kind !== "status write" && operation.kind !== suspended.kind;
    if (isOther && !overlap(suspended, operation)) return false;
    this.ignores(command, `one while another ${suspended.kind} is suspended`, "a program or an erase elsewhere");
    return true;
  }

  /** Whether the status register protects what is to be changed: nothing happens then, and fail bits tell, where there are any. */
  #isProtected(operation: PreparedOperation): boolean {
    const { array: { statusRegister, cells }, commands } = this.#options;
    const { kind } = operation;
    const area = kind === "status write" ? undefined : protectedRange(statusRegister, cells.lengthBytes);
    if (area === undefined || !overlap(area, operation)) return false;
    this.#writeEnabled = false;
    this.#outcome = commands.failBits ? (kind === "program" ? "program failed" : "erase failed") : "done";
    return true;
  }
}

function overlap(one: CellRange, other: CellRange): boolean {
  return one.address < other.address + other.lengthBytes && other.address < one.address + one.lengthBytes;
}
