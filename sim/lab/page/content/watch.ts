/**
 * Watches a run and writes its cells down, dispatch by dispatch.
 *
 * What costs much is looked at only when something has changed: keys are
 * compared as bytes before they are hashed, rows before they are opened, and a
 * flash part when it has counted something or an accident has happened.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Outside } from "../../../kernel/outside.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import { tableKeys } from "../../scenario/looks/keys.ts";
import type { FoundKey } from "../../scenario/looks/setting.ts";
import type { World } from "../../world/world.ts";
import { ADAPTER_CELLS, flashCells, keysCell, storeCell, targetSessions } from "./cells.ts";
import { type HistoryData, HistoryWriter } from "./history.ts";

/** After how many events somebody is told how far the run is. */
const PROGRESS_EVENTS = 500;

/** Writes the cells of a world down as long as it runs. */
export class Watch {
  readonly #world: World;
  readonly #writer = new HistoryWriter();
  readonly #flash = new Map<string, string>();
  readonly #keys = new Map<string, readonly FoundKey[]>();
  #rows: ReturnType<World["serviceRows"]> | undefined;
  readonly #onProgress: (cycle: number) => void;
  /** How many events have their cells. */
  #length = 0;

  /** Begins, before anything has happened in the world. */
  constructor(world: World, onProgress: (cycle: number) => void) {
    this.#world = world;
    this.#onProgress = onProgress;
    world.kernel.outside = this.#before(world.kernel.outside);
  }

  /** The history, when the run is over. */
  end(): HistoryData {
    this.#look();
    for (const keys of this.#keys.values()) erase(keys);
    this.#keys.clear();
    return this.#writer.data();
  }

  /** Looks before the kernel goes on: what was dispatched before is over. */
  #before(inner: Outside | undefined): Outside {
    return {
      next: (now, cycle) => {
        this.#look();
        return inner?.next(now, cycle);
      },
    };
  }

  #look(): void {
    const world = this.#world;
    const event = this.#length;
    if (world.recorder.length === event) return;
    this.#length = world.recorder.length;
    if (Math.floor(event / PROGRESS_EVENTS) !== Math.floor(this.#length / PROGRESS_EVENTS)) this.#onProgress(world.now);
    this.#writer.set("host", world.host.powered ? "on" : "off", event);
    const rows = world.serviceRows();
    if (this.#rows === undefined || !isSame(rows, this.#rows)) this.#writer.set("store", storeCell(world), event);
    this.#rows = rows;
    for (const [name, { flash }] of world.adapters) {
      for (const [aspect, look] of Object.entries(ADAPTER_CELLS)) {
        this.#writer.set(`${aspect}/${name}`, look(world, name), event);
      }
      this.#lookAtKeys(name, event);
      if (flash !== undefined) this.#lookAtFlash(name, flash, event);
    }
    for (const name of world.targets.keys()) {
      this.#writer.set(`sessions/${name}`, targetSessions(world, name), event);
    }
  }

  #lookAtKeys(name: string, event: number): void {
    const keys = tableKeys(this.#world, name);
    const last = this.#keys.get(name);
    if (last !== undefined && isSameTable(keys, last)) {
      erase(keys);
      return;
    }
    if (last !== undefined) erase(last);
    this.#keys.set(name, keys.map((each) => ({ ...each, key: each.key.slice() })));
    this.#writer.set(`keys/${name}`, keysCell(keys), event);
  }

  #lookAtFlash(name: string, flash: FlashPart, event: number): void {
    const state = `${Object.values(flash.counters).join()} ${this.#world.disturbances.count}`;
    if (this.#flash.get(name) === state) return;
    this.#flash.set(name, state);
    for (const [cell, value] of flashCells(name, flash)) this.#writer.set(cell, value, event);
  }
}

function erase(keys: readonly FoundKey[]): void {
  for (const { key } of keys) key.fill(0);
}

function isSame(a: ReturnType<World["serviceRows"]>, b: ReturnType<World["serviceRows"]>): boolean {
  return a.length === b.length && a.every((row, index) => {
    const other = b[index];
    return other !== undefined && (row === other || (row.adapter === other.adapter && row.kind === other.kind &&
      equalBytes(row.name, other.name) && equalBytes(row.value, other.value)));
  });
}

function isSameTable(a: readonly FoundKey[], b: readonly FoundKey[]): boolean {
  return a.length === b.length && a.every((entry, index) => {
    const other = b[index];
    return other !== undefined && entry.port === other.port && entry.flags === other.flags &&
      equalBytes(entry.key, other.key) && isSameId(entry.id, other.id);
  });
}

function isSameId(a: FoundKey["id"], b: FoundKey["id"]): boolean {
  return a === "any" || b === "any" ? a === b : a.type === b.type && equalBytes(a.bytes, b.bytes);
}
