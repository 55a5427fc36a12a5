/**
 * Tunnel addresses that an adapter has and that are not held any more: rows that
 * stand for what holds without them. ClearCache leaves tunnel addresses, and
 * nothing else removes one.
 *
 * @module
 */

import {
  ALL_PORTS,
  decodeTunnel,
  encodeTunnelName,
  encodeTunnelValue,
  TUNNEL_VALUE_BYTES,
} from "../../firmware/manual/interface.ts";
import type { StoreRow } from "./key_store.ts";
import { type HeldRow, nameKey } from "./row_index.ts";
import type { Note } from "./row_note.ts";

/** Whether a row only stands for what an adapter may have left of an earlier one. */
export function isLeftBehind({ row }: HeldRow): boolean {
  return row.ordinal === LEFT_BEHIND;
}

/**
 * The tunnel addresses that an adapter has and that are not held any more, as what holds without them.
 *
 * @param notes Of what the adapter may have.
 * @param rows What is held for it.
 */
export function leftTunnels(notes: readonly Note[], rows: ReadonlyMap<string, HeldRow>): readonly StoreRow[] {
  return notes.flatMap(({ row: { adapter }, tunnelName: name }) => {
    if (name === undefined || rows.has(nameKey({ kind: "tunnel-address", name }))) return [];
    const covering = rows.get(keyForAllPorts({ name }));
    const { destination } = decodeTunnel(name, NO_GATEWAY);
    const value = covering?.row.value ?? encodeTunnelValue({ outerAddress: destination });
    return [{ adapter, kind: "tunnel-address", name, value, ordinal: LEFT_BEHIND }];
  });
}

/** What the row of the tunnel address is called that is for the same destination and all ports. */
export function keyForAllPorts({ name }: Pick<StoreRow, "name">): string {
  const forAll = encodeTunnelName({ ...decodeTunnel(name, NO_GATEWAY), portNumber: ALL_PORTS });
  return nameKey({ kind: "tunnel-address", name: forAll });
}

/** The port that a tunnel address is for. */
export function portOfTunnel({ name }: Pick<StoreRow, "name">): number {
  return decodeTunnel(name, NO_GATEWAY).portNumber;
}

/** The ordinal of rows that were never set: no row of a store has it. */
const LEFT_BEHIND = -1;

/** In place of a value, to read a tunnel address's name. */
const NO_GATEWAY = new Uint8Array(TUNNEL_VALUE_BYTES);
