/**
 * What the service's durable store holds, and what it vouches for.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { copyRow, type StoreRow } from "../../../../host/initiator_service/key_store.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";
import type { Value } from "./last_writer.ts";
import { isKey, settingOf, type Settings } from "./observed.ts";

/** A setting, and the adapter that it is for; empty for all. */
interface StoredSetting {
  readonly of: string;
  readonly setting: readonly [name: string, value: string];
}

/** Looks at the store. To open its rows takes longer than a step of a story: it is done once for each content. */
export class StoredSettings {
  readonly #world: World;
  /** Copies: a store of the user's own may write over its rows. */
  #rows: readonly StoreRow[] = [];
  #settings: readonly StoredSetting[] = [];

  /** The store of a world. */
  constructor(world: World) {
    this.#world = world;
  }

  /**
   * The keys that a cache must have which bears the name by which the store vouches for it; `undefined` if none has such
   * a name, or an adapter has refused some of them.
   */
  vouchedKeys({ adapter }: AdapterUnit): Settings | undefined {
    const all = this.#world.serviceRows();
    const guid = adapter.cache?.generationalGuid;
    const rows = all.filter((row) => row.adapter === adapter.name);
    const name = rows.find(({ kind }) => kind === "generational-guid")?.value;
    if (guid === undefined || name === undefined || !equalBytes(guid, name)) return undefined;
    if (rows.some(({ kind }) => kind === "refusal-note")) return undefined;
    const keys = new Map<string, Value>();
    for (const whose of ["", adapter.name]) {
      for (const { of, setting } of this.#open(all)) if (of === whose && isKey(setting[0])) keys.set(...setting);
    }
    return keys;
  }

  #open(rows: readonly StoreRow[]): readonly StoredSetting[] {
    if (!areSame(rows, this.#rows)) {
      this.#rows = rows.map(copyRow);
      this.#settings = this.#world.serviceRecords()
        .map(({ adapter, record }) => ({ of: adapter, setting: settingOf(record) }));
    }
    return this.#settings;
  }
}

function areSame(one: readonly StoreRow[], other: readonly StoreRow[]): boolean {
  return one.length === other.length && one.every((row, index) => {
    const { adapter, kind, name, value } = other[index] as StoreRow;
    return row.adapter === adapter && row.kind === kind && equalBytes(row.name, name) && equalBytes(row.value, value);
  });
}
