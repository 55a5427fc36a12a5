/**
 * From a command that takes the part a while to what is to be done: the range
 * that it concerns, how long it takes, and whether the part takes it at all.
 *
 * @module
 */

import type { Cycle, Cycles } from "../../kernel/task.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { type FlashCommandSet, type FlashRequest, halfBlockBytes } from "./command_set.ts";
import { type FlashGeometry, FlashMisuseError } from "./nor_flash.ts";
import type { OperationTimes } from "./operation_times.ts";
import { KEPT_STATUS_BITS } from "./status_register.ts";
import type { Supply } from "./supply.ts";

/** An operation before it begins. */
export interface PreparedOperation {
  readonly kind: "program" | "erase" | "status write";
  readonly address: number;
  readonly lengthBytes: number;
  readonly cycles: Cycles;
  /** What is programmed. */
  readonly bytes?: Uint8Array;
  /** What the register is to hold. */
  readonly value?: number;
  /** Whether suspend stops it. */
  readonly canBeSuspended: boolean;
}

/** What lets commands through. */
interface Gate {
  readonly isWriteEnabled: boolean;
  hears(command: string): boolean;
  isInRange(command: string, address: number, lengthBytes: number): boolean;
  ignores(command: string, given: string, accepted: string): false;
}

/** What the preparation hangs on. */
interface FlashRequestsOptions {
  readonly geometry: FlashGeometry;
  readonly commands: FlashCommandSet;
  readonly times: OperationTimes;
  readonly supply: Supply;
  readonly strictPages: boolean;
}

/** Prepares operations. */
export class FlashRequests {
  readonly #options: FlashRequestsOptions;
  readonly #lengthBytes: number;

  /**
   * Of a part.
   *
   * @param options What it hangs on.
   */
  constructor(options: FlashRequestsOptions) {
    this.#options = options;
    this.#lengthBytes = options.geometry.sectorBytes * options.geometry.sectorCount;
  }

  /**
   * Prepares an operation.
   *
   * @param request The command.
   * @param gate Whether it is heard.
   * @param now When it arrives.
   * @returns `undefined` if the part does not take it.
   */
  prepare(request: FlashRequest, gate: Gate, now: Cycle): PreparedOperation | undefined {
    switch (request.kind) {
      case "page program":
        return this.#program(request.address, request.bytes, gate, now);
      case "sector erase":
      case "half block erase":
      case "block erase":
        return this.#erase(request.kind, request.address, gate, now);
      case "chip erase":
        return this.#chipErase(gate);
      case "status write":
        return this.#statusWrite(request.value, gate);
      default:
        throw unknownRequest(request satisfies never);
    }
  }

  #program(address: number, bytes: Uint8Array, gate: Gate, now: Cycle): PreparedOperation | undefined {
    const { geometry: { pageBytes, programBytes = 1 }, strictPages, times } = this.#options;
    const command = "page program";
    if (!this.#isAllowed(command, gate) || !gate.isInRange(command, address, 1)) return undefined;
    const room = strictPages ? pageBytes - (address % pageBytes) : pageBytes;
    const given = () => `${bytes.length} bytes at ${address}`;
    if (bytes.length < 1 || bytes.length > room) {
      gate.ignores(command, given(), `1 to ${room}`);
      if (strictPages || bytes.length < 1) return undefined;
      return this.#program(...lastOfPage(address, bytes, pageBytes), gate, now);
    }
    if (address % programBytes !== 0 || bytes.length % programBytes !== 0) {
      gate.ignores(command, given(), `words of ${programBytes} bytes`);
      return undefined;
    }
    const arrived = this.#arrive(address, now);
    if (arrived === undefined) return undefined;
    const start = arrived - (arrived % programBytes);
    const cycles = times.program(start, bytes.length);
    return { kind: "program", address: start, lengthBytes: bytes.length, cycles, bytes, canBeSuspended: true };
  }

  #erase(
    kind: "sector erase" | "half block erase" | "block erase",
    address: number,
    gate: Gate,
    now: Cycle,
  ): PreparedOperation | undefined {
    const { geometry, times } = this.#options;
    const { sectorBytes, blockSectors } = geometry;
    const lengths = {
      "sector erase": sectorBytes,
      "half block erase": halfBlockBytes(geometry),
      "block erase": blockSectors === undefined ? undefined : sectorBytes * blockSectors,
    };
    const lengthBytes = lengths[kind];
    const isKnown = lengthBytes !== undefined && times.erase(kind, 0) !== undefined;
    if (!isKnown) {
      gate.ignores(kind, "the command", "a sector erase: the part has no blocks of this size");
      return undefined;
    }
    if (!this.#isAllowed(kind, gate) || !gate.isInRange(kind, address, 1)) return undefined;
    const arrived = this.#arrive(address, now);
    if (arrived === undefined) return undefined;
    const start = arrived - (arrived % lengthBytes);
    const cycles = times.erase(kind, start);
    if (cycles === undefined || !gate.isInRange(kind, start, lengthBytes)) return undefined;
    return { kind: "erase", address: start, lengthBytes, cycles, canBeSuspended: true };
  }

  #chipErase(gate: Gate): PreparedOperation | undefined {
    const cycles = this.#options.times.erase("chip erase", 0);
    if (cycles === undefined) {
      gate.ignores("chip erase", "the command", "a sector erase: the part does not know it");
      return undefined;
    }
    if (!this.#isAllowed("chip erase", gate)) return undefined;
    return { kind: "erase", address: 0, lengthBytes: this.#lengthBytes, cycles, canBeSuspended: false };
  }

  #statusWrite(value: number, gate: Gate): PreparedOperation | undefined {
    const command = "status register write";
    // No bus carries more: that is a mistake of the program, and no command that a part could ignore.
    if (!(Number.isInteger(value) && value >= 0 && value <= 255)) {
      throw new FlashMisuseError(command, String(value), "a byte, 0 to 255");
    }
    const cycles = this.#options.times.statusWrite();
    if (cycles === undefined) {
      gate.ignores(command, "the command", "none: the part does not know it");
      return undefined;
    }
    if (!this.#isAllowed(command, gate)) return undefined;
    const kept = value & KEPT_STATUS_BITS;
    return { kind: "status write", address: 0, lengthBytes: 0, cycles, value: kept, canBeSuspended: false };
  }

  #isAllowed(command: string, gate: Gate): boolean {
    if (!gate.hears(command)) return false;
    if (gate.isWriteEnabled) return true;
    return gate.ignores(command, "no write enable", "the write enable command before each program and erase");
  }

  /** The address that a command has when it arrives; `undefined` if it does not. */
  #arrive(address: number, now: Cycle): number | undefined {
    const reception = this.#options.supply.receive(now, address, this.#lengthBytes);
    return reception.kind === "lost" ? undefined : reception.kind === "elsewhere" ? reception.address : address;
  }
}

/** Of more bytes than a page has the last ones count; each goes where the address counter has come to, which wraps. */
function lastOfPage(address: number, bytes: Uint8Array, pageBytes: number): [number, Uint8Array] {
  const offset = (address % pageBytes) + bytes.length - pageBytes;
  return [address - (address % pageBytes) + (offset % pageBytes), bytes.subarray(-pageBytes)];
}

const REQUEST_KINDS = {
  "page program": true,
  "sector erase": true,
  "half block erase": true,
  "block erase": true,
  "chip erase": true,
  "status write": true,
} satisfies Record<FlashRequest["kind"], true>;

/** What only a program without types can ask for. */
function unknownRequest(request: never): FlashMisuseError {
  const { kind }: { readonly kind?: unknown } = request;
  return new FlashMisuseError("begin", `kind ${String(kind)}`, alternatives(Object.keys(REQUEST_KINDS)));
}
