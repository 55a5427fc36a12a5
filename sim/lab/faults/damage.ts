/**
 * What can be damaged in an adapter: its flash part, and its key table.
 *
 * @module
 */

import { type FlashFault, FlashFaultError, kindOf } from "../../parts/flash/faults.ts";
import { KEY_TABLE_ENTRY_BYTES } from "../../../firmware/cache/key_table.ts";
import type { AdapterUnit } from "../world/adapter_unit.ts";
import type { Impossible } from "./impossible.ts";

/** A bit of the key table in RAM turns over, as a particle does it. */
export interface KeyTableBit {
  /** Tells it from faults of the flash part. */
  readonly kind: "key table bit";
  /** Which row: 0 is the group key, 1 the first key that was set. */
  readonly row: number;
  /** Which bit of the row, from 0; `KEY_TABLE_ENTRY_BYTES` tells how many there are. */
  readonly bit: number;
}

/** Something that is damaged. */
export type Damage = FlashFault | KeyTableBit;

/** How many bits a row of the key table has. */
export const KEY_TABLE_ROW_BITS: number = 8 * KEY_TABLE_ENTRY_BYTES;

/** Why an adapter cannot be damaged so; `undefined` if it can. */
export function impossibleDamage(damage: Damage, unit: AdapterUnit): Impossible | undefined {
  if (damage.kind === "key table bit") {
    const { keyTableEntries } = unit.adapter;
    if (damage.row <= keyTableEntries) return undefined;
    return { field: "row", given: String(damage.row), accepted: `0 to ${keyTableEntries}` };
  }
  const { flash } = unit;
  if (flash === undefined) {
    return {
      field: "",
      given: `a flash fault of ${unit.adapter.name}, which has no such part`,
      accepted: "one of RAM",
    };
  }
  try {
    kindOf(damage).check(damage, flash.geometry);
    return undefined;
  } catch (error) {
    if (!(error instanceof FlashFaultError)) throw error;
    return { field: error.field, given: String(error.given), accepted: error.accepted };
  }
}

/** Why a damage would change nothing of an adapter now, in words; `undefined` if it would change something. */
export function vainDamage(damage: Damage, { adapter, flash }: AdapterUnit): string | undefined {
  if (damage.kind === "key table bit") {
    return adapter.powered ? undefined : `${adapter.name} is off, and its RAM with it`;
  }
  return flash === undefined ? undefined : kindOf(damage).vain?.(damage, flash.cells);
}

/** Damages an adapter. */
export function damageUnit(damage: Damage, { adapter, flash }: AdapterUnit): void {
  if (damage.kind !== "key table bit") return flash?.inject(damage);
  // The key table is the region at the bottom of RAM, as the firmware's linker script has it.
  const at = damage.row * KEY_TABLE_ENTRY_BYTES + (damage.bit >> 3);
  adapter.ram.flip(at, 1 << (damage.bit & 7));
}
