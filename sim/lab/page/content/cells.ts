/**
 * What a world looks like at a moment, as texts with names: the state that a
 * page shows. Of keys there are fingerprints.
 *
 * | cell             | what it holds                                                              |
 * | ---------------- | -------------------------------------------------------------------------- |
 * | `host`           | `on` or `off`                                                              |
 * | `store`          | {@linkcode StoreRow}s of the service's durable store, as JSON              |
 * | `power/NAME`     | `on` or `off`, of an adapter                                               |
 * | `driver/NAME`    | how the driver sees the adapter                                            |
 * | `keys/NAME`      | {@linkcode KeyRow}s of the key table in the adapter's RAM; empty without power |
 * | `sessions/NAME`  | {@linkcode SessionRow}s of an adapter or a target                          |
 * | `wear/NAME`      | how often each sector of the flash part was erased                         |
 * | `cuts/NAME`      | weak and stuck bits of the part: `[kind, address, mask]`                   |
 * | `page N/NAME`    | the bytes of page N in hex, without the erased ones at its end             |
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { formatSuite } from "../../../../firmware/ike/suite.ts";
import { ALL_PORTS, decodeKeyName } from "../../../../firmware/manual/interface.ts";
import { recordName } from "../../../../host/initiator_service/security_record.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import { tableKeys } from "../../scenario/looks/keys.ts";
import type { FoundKey } from "../../scenario/looks/setting.ts";
import { SECURITY_FLAG_BITS } from "../../scenario/values.ts";
import type { World } from "../../world/world.ts";
import { idText } from "./id_text.ts";

/** A key where it was found. */
export interface KeyRow {
  /** Whom it is for: an address, a name, or `any`, which is the group key. */
  readonly id: string;
  /** At which port; `all` if at each. */
  readonly port: string;
  /** The words of its flags. */
  readonly flags: string;
  /** Its fingerprint. */
  readonly key: string;
}

/** A row of the service's store. */
export interface StoreRow {
  /** For which adapter; empty for all. */
  readonly adapter: string;
  /** What it holds: `preshared-key`, `generational-guid`. */
  readonly kind: string;
  /** Whom a key is for, as in {@linkcode KeyRow}; empty for what is no key. */
  readonly id: string;
  /** At which port; empty for what is no key. */
  readonly port: string;
  /** The fingerprint of a key; empty for what is none. */
  readonly key: string;
  /** How long its value is, sealed or not. */
  readonly lengthBytes: number;
}

/** A session of an adapter, or an exchange of a target. */
export interface SessionRow {
  /** Its number; 0 for what has none. */
  readonly number: number;
  /** How it stands. */
  readonly state: string;
  /** Main or aggressive; empty as long as that is not known. */
  readonly mode: string;
  /** What was agreed on; empty until then. */
  readonly suite: string;
  /** Of an adapter's session: whether phase 2 wants perfect forward secrecy. */
  readonly pfs: boolean;
}

/** Cells by their names. */
export type Cells = ReadonlyMap<string, string>;

/** All cells of a world, as it stands. */
export function cellsOf(world: World): Cells {
  const cells = new Map<string, string>([
    ["host", world.host.powered ? "on" : "off"],
    ["store", storeCell(world)],
  ]);
  for (const [name, { flash }] of world.adapters) {
    for (const [aspect, look] of Object.entries(ADAPTER_CELLS)) cells.set(`${aspect}/${name}`, look(world, name));
    cells.set(`keys/${name}`, keysCell(tableKeys(world, name)));
    if (flash !== undefined) { for (const [cell, value] of flashCells(name, flash)) cells.set(cell, value); }
  }
  for (const name of world.targets.keys()) cells.set(`sessions/${name}`, targetSessions(world, name));
  return cells;
}

/** What of an adapter is looked at each time, for it costs little. */
export const ADAPTER_CELLS: Readonly<Record<string, (world: World, name: string) => string>> = {
  power: (world, name) => world.adapters.get(name)?.adapter.powered === true ? "on" : "off",
  driver: (world, name) => world.host.powered ? world.host.adapterState(name) : "no host",
  sessions: (world, name) =>
    JSON.stringify(
      (world.adapters.get(name)?.adapter.sessions?.sessions() ?? []).map((session): SessionRow => {
        const { mode, suite } = session.association ?? session.negotiation ?? {};
        return {
          number: session.number,
          state: session.state,
          mode: mode ?? "",
          suite: suite === undefined ? "" : formatSuite(suite),
          pfs: session.phase2.pfs,
        };
      }),
    ),
};

/** The exchanges of a target. */
export function targetSessions(world: World, name: string): string {
  const target = world.targets.get(name);
  const rowOf = (state: string) => ({ mode, suite }: Parameters<typeof suiteOf>[0]): SessionRow => ({
    number: 0,
    state,
    mode,
    suite: suiteOf({ mode, suite }),
    pfs: false,
  });
  return JSON.stringify([
    ...(target?.associations ?? []).map(rowOf("active")),
    ...(target?.negotiating ?? []).map(rowOf("negotiating")),
  ]);
}

function suiteOf({ suite }: { readonly mode: string; readonly suite?: Parameters<typeof formatSuite>[0] | undefined }) {
  return suite === undefined ? "" : formatSuite(suite);
}

/** Rows of keys; the keys are filled with zeros. */
export function keysCell(keys: readonly FoundKey[]): string {
  const rows = keys.map(keyRow);
  for (const { key } of keys) key.fill(0);
  return JSON.stringify(rows);
}

function keyRow({ id, port, flags, key }: FoundKey): KeyRow {
  return {
    id: id === "any" ? "any" : idText(id),
    port: portText(port),
    flags: flagWords(flags),
    key: fingerprint(key),
  };
}

function flagWords(flags: bigint): string {
  return Object.entries(SECURITY_FLAG_BITS).filter(([, bit]) => (flags & bit) !== 0n).map(([word]) => word).join(" ");
}

/** The rows of the service's store. */
export function storeCell(world: World): string {
  const keys = new Map<string, string>();
  for (const { adapter, record } of world.serviceRecords()) {
    if (record.kind === "tunnel-address") continue;
    keys.set(`${adapter}/${rowTitle(record.kind, recordName(record)).join("/")}`, fingerprint(record.key));
    record.key.fill(0);
  }
  return JSON.stringify(
    world.serviceRows().map(({ adapter, kind, name, value }): StoreRow => {
      const [title, id, port] = rowTitle(kind, name);
      const key = keys.get(`${adapter}/${title}/${id}/${port}`) ?? "";
      return { adapter, kind, id, port, key, lengthBytes: value.length };
    }),
  );
}

/** What a row holds, for whom and at which port: its name says so, which is no secret. */
function rowTitle(kind: string, name: Uint8Array): readonly [kind: string, id: string, port: string] {
  if (kind === "group-key") return [kind, "any", "all"];
  if (kind !== "preshared-key") return [kind, "", ""];
  const { idType: type, id: bytes, portNumber: port } = decodeKeyName(name);
  return [kind, idText({ type, bytes }), portText(port)];
}

function portText(port: number): string {
  return port === ALL_PORTS ? "all" : String(port);
}

/** A weak or stuck bit: what ails it, the address of its byte, and which bits of it. */
export type Ailment = readonly [kind: "weak" | "stuck at 0" | "stuck at 1", address: number, mask: number];

/** The cells of a flash part. */
export function* flashCells(name: string, flash: FlashPart): Generator<readonly [cell: string, value: string]> {
  yield [`wear/${name}`, JSON.stringify([...flash.sectorErases])];
  yield [`cuts/${name}`, JSON.stringify(ailments(flash))];
  const image = flash.image();
  const { pageBytes, erasedValue = 0xff } = flash.geometry;
  for (let page = 0; page * pageBytes < image.length; page++) {
    yield [`page ${page}/${name}`, pageText(image, page * pageBytes, pageBytes, erasedValue)];
  }
}

function ailments({ cells }: FlashPart): readonly Ailment[] {
  const of = (kind: Ailment[0], masks: ReturnType<typeof cells.weakBits>) =>
    masks.map(({ address, mask }): Ailment => [kind, address, mask]);
  return [
    ...of("weak", cells.weakBits()),
    ...of("stuck at 0", cells.stuckBits(0)),
    ...of("stuck at 1", cells.stuckBits(1)),
  ];
}

function pageText(image: Uint8Array, begin: number, pageBytes: number, erased: number): string {
  let end = Math.min(begin + pageBytes, image.length);
  while (end > begin && image[end - 1] === erased) end--;
  return end === begin ? "" : bytesToHex(image.subarray(begin, end));
}
