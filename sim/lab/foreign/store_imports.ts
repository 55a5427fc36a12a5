/**
 * What a key store in C can call: the flash part, the random number generator, the sealer, the core.
 *
 * @module
 */

import type { BoxPlace, Sealer } from "../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";
import type { Task } from "../../kernel/task.ts";
import { FlashMisuseError, type FlashOutcome, type NorFlash } from "../../parts/flash/nor_flash.ts";
import { RECORD_CLASSES, type STORE_IMPORTS } from "./abi.ts";
import type { CycleProfile } from "./cycle_profile.ts";
import type { ForeignFunction, ForeignInstance } from "./suspendable.ts";

/** What a store works with. */
export interface StoreMeans {
  /** The part, or its region. */
  readonly flash: NorFlash;
  /** The adapter's random number generator. */
  readonly random: (lengthBytes: number) => Uint8Array;
  /** Seals values of secret classes when the module asks for it. */
  readonly sealer: Sealer;
  /** Lets the cycles pass that the module has taken. */
  readonly spend: (cycles: number) => Task;
  /** What the module writes to its log, a line each; nowhere by default. */
  readonly onLog?: (text: string) => void;
  /** Told what takes the cycles; nobody by default. */
  readonly profile?: CycleProfile | undefined;
}

/** Offsets in `struct hba_place`, which has 20 bytes. */
const PLACE = { openId: 0, sequence: 8, offset: 12, slot: 16, lengthBytes: 20 } as const;
const OPEN_ID_BYTES = 8;
/** A line of a log is cut here; a boot logs no more than the second figure. */
const LONGEST_LINE_BYTES = 256;
const MOST_LOG_BYTES = 65_536;
const FAILED = -1;

/** The imports of one instance. */
export class StoreImports {
  /** How many bytes were read from the flash. */
  readBytes = 0;
  /** The instance that calls them: set before its first call. */
  memory: Pick<ForeignInstance, "part"> | undefined = undefined;
  readonly #means: StoreMeans;
  readonly #refuse: (place: string, given: string, accepted: string) => never;
  #logBytes = 0;

  /**
   * Made with:
   *
   * @param means What they give.
   * @param refuse Ends a call that cannot be: where, what was given, what is accepted.
   */
  constructor(means: StoreMeans, refuse: (place: string, given: string, accepted: string) => never) {
    this.#means = means;
    this.#refuse = refuse;
  }

  /** By their names. */
  readonly functions: Readonly<Record<keyof typeof STORE_IMPORTS, ForeignFunction>> = {
    flash_read: (address, to, lengthBytes) => this.#flash("flash_read", this.#read(address, to, lengthBytes)),
    flash_write_enable: () => this.#flash("flash_write_enable", this.#writeEnable()),
    flash_program: (address, from, lengthBytes) => {
      const bytes = this.#part(from, lengthBytes, "flash_program").slice();
      return this.#flash("flash_program", this.#change(this.#means.flash.pageProgram(address >>> 0, bytes)));
    },
    flash_erase: (address) => this.#flash("flash_erase", this.#change(this.#means.flash.sectorErase(address >>> 0))),
    flash_status: () => this.#flash("flash_status", this.#status()),
    core_spend: (cycles) => this.#spend(cycles >>> 0),
    preempt: () => 0,
    settle: () => 0,
    flash_geometry: (what) => this.#geometry(what),
    random: (to, lengthBytes) => {
      const part = this.#part(to, lengthBytes, "random");
      part.set(this.#means.random(part.length));
      return 0;
    },
    seal: (recordClass, name, nameBytes, place, value, valueBytes, box) => {
      const sealed = this.#means.sealer.seal(
        this.#identity("seal", recordClass, name, nameBytes),
        this.#place("seal", place),
        this.#part(value, valueBytes, "seal").slice(),
      );
      this.#part(box, sealed.length, "seal").set(sealed);
      return sealed.length;
    },
    open: (recordClass, name, nameBytes, place, box, boxBytes, value) => {
      const opened = this.#means.sealer.open(
        this.#identity("open", recordClass, name, nameBytes),
        this.#place("open", place),
        this.#part(box, boxBytes, "open").slice(),
      );
      if (opened === undefined) return FAILED;
      this.#part(value, opened.length, "open").set(opened);
      opened.fill(0);
      return opened.length;
    },
    log: (text, lengthBytes) => this.#log(this.#part(text, lengthBytes, "log")),
  };

  *#read(address: number, to: number, lengthBytes: number): Task<number> {
    this.#part(to, lengthBytes, "flash_read");
    const bytes = yield* this.#means.flash.read(address >>> 0, lengthBytes >>> 0);
    this.#part(to, lengthBytes, "flash_read").set(bytes);
    this.readBytes += bytes.length;
    return 0;
  }

  *#writeEnable(): Task<number> {
    yield* this.#means.flash.writeEnable();
    return 0;
  }

  *#change(outcome: Task<FlashOutcome>): Task<number> {
    return (yield* outcome) === "done" ? 0 : FAILED;
  }

  /** As the register has it: bit 0 busy, bit 1 write enable latch, bit 5 program failed, bit 6 erase failed (Macronix). */
  *#status(): Task<number> {
    const { busy, writeEnabled, programFailed, eraseFailed } = yield* this.#means.flash.readStatus();
    return Number(busy) | Number(writeEnabled) << 1 | Number(programFailed) << 5 | Number(eraseFailed) << 6;
  }

  *#spend(cycles: number): Task<number> {
    yield* this.#means.spend(cycles);
    return 0;
  }

  /** What a part would ignore or garble is a bug of the firmware: it is told with the function that did it. */
  *#flash(name: string, task: Task<number>): Task<number> {
    try {
      return yield* task;
    } catch (error) {
      if (!(error instanceof FlashMisuseError)) throw error;
      return this.#refuse(`hba.${name}`, error.given, error.accepted);
    }
  }

  #geometry(what: number): number {
    const { sectorBytes, sectorCount, pageBytes, programBytes = 1, erasedValue = 255 } = this.#means.flash.geometry;
    const answers = [sectorBytes, sectorCount, pageBytes, programBytes, erasedValue];
    return answers[what] ?? this.#refuse("hba.flash_geometry", `${what}`, `0 to ${answers.length - 1}`);
  }

  #identity(place: string, number: number, name: number, nameBytes: number): RecordIdentity {
    const recordClass = RECORD_CLASSES[number];
    if (recordClass === undefined) {
      return this.#refuse(`hba.${place}`, `class ${number}`, `0 to ${RECORD_CLASSES.length - 1}`);
    }
    return { class: recordClass, name: this.#part(name, nameBytes, place).slice() };
  }

  #place(name: string, address: number): BoxPlace {
    const bytes = this.#part(address, PLACE.lengthBytes, name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return {
      openId: bytes.slice(PLACE.openId, OPEN_ID_BYTES),
      sequence: view.getUint32(PLACE.sequence, true),
      offset: view.getUint32(PLACE.offset, true),
      slot: view.getUint32(PLACE.slot, true),
    };
  }

  #log(text: Uint8Array): number {
    this.#logBytes += text.length;
    if (this.#logBytes > MOST_LOG_BYTES) {
      this.#refuse("hba.log", `${this.#logBytes} bytes since the boot`, `up to ${MOST_LOG_BYTES}`);
    }
    this.#means.onLog?.(new TextDecoder().decode(text.subarray(0, LONGEST_LINE_BYTES)));
    return 0;
  }

  #part(address: number, lengthBytes: number, name: string): Uint8Array<ArrayBuffer> {
    const part = this.memory?.part(address, lengthBytes, `hba.${name}`);
    return part ?? this.#refuse(`hba.${name}`, "a call before there is an instance", "calls of exports");
  }
}
