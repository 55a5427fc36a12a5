/**
 * Looks at where keys are: the key table of an adapter, its flash, the
 * service's durable store.
 *
 * @module
 */

import { readKeyRecord } from "../../../../firmware/cache/security_records.ts";
import type { NvramRecord } from "../../../../firmware/nvram/store.ts";
import { ALL_PORTS } from "../../../../firmware/manual/interface.ts";
import { doc, mapping, nameOf, optional } from "../../../shape/shape.ts";
import { AdapterComponents, Components } from "../../../trace/components.ts";
import { callEvent, stateEvent } from "../../../trace/events.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";
import { isIn, type Range } from "../../faults/range.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { adapter } from "../steps/fields.ts";
import { type Finding, look, titledLook } from "./look.ts";
import { checkPattern, findKeys, type FoundKey, KEY_PATTERN } from "./setting.ts";

/** Looks at keys. */
export const KEY_LOOKS = {
  keyTable: look({
    doc: "The key table in an adapter's RAM; empty while it has no power.",
    shape: titledLook("keyTable", mapping({ adapter, ...KEY_PATTERN })),
    check({ adapter, ...pattern }, check) {
      checkPattern(pattern, [adapter], check);
      const entries = check.world.adapters.get(adapter)?.adapter.keyTableEntries;
      if (entries === undefined || pattern.count === undefined) return;
      const [room, what] = pattern.id === "any" ? [1, "one group key"] : [entries, `${entries} keys`];
      const count = check.part("count").about([adapter], "keyTableEntries");
      count.requireCanBeMore(pattern.count, room, `the key table of ${adapter} has room for ${what}`);
    },
    changedBy: ({ adapter }) => ({ component }) => component === adapter,
    // Commands that write the table, and the power and boots that it does not outlive.
    shownBy: ({ adapter }) => [({ component, kind, fields: { operation } }) =>
      component === adapter &&
      (kind === stateEvent.name || (kind === callEvent.name && /^(set|clear).*(Key|Cache)/.test(String(operation))))],
    find: ({ adapter, ...pattern }, world) =>
      findKeys(`in the key table of ${adapter}`, pattern, tableKeys(world, adapter)),
  }),
  flash: look({
    doc: "An adapter's flash part as its firmware would find it if the power went now.",
    shape: titledLook(
      "flash",
      mapping({
        adapter,
        ...KEY_PATTERN,
        records: doc("How many records there must be, of keys and of all else.", optional(COUNT_RANGE)),
        programs: doc("How many programs the part must have seen.", optional(COUNT_RANGE)),
        erases: doc("How many sector erases the part must have seen.", optional(COUNT_RANGE)),
        badSectors: doc("How many sectors must have been given up.", optional(COUNT_RANGE)),
      }),
    ),
    check({ adapter, ...pattern }, check) {
      checkPattern(pattern, [adapter], check);
      const unit = check.world.adapters.get(adapter);
      if (unit?.contents() === undefined) {
        return check.part("adapter").about([adapter], "storage").refuse(adapter, "an adapter with storage: nvram");
      }
      const { sectorCount } = unit.flash?.geometry ?? {};
      if (sectorCount === undefined || pattern.badSectors === undefined) return;
      check.part("badSectors").about([adapter], "storage", "flash").requireCanBeMore(
        pattern.badSectors,
        sectorCount,
        `the store of ${adapter} has ${sectorCount}`,
      );
    },
    changedBy({ adapter }) {
      const part = AdapterComponents.flash(adapter);
      return ({ component, fields }) => component === part && fields["operation"] !== "read";
    },
    find({ adapter, records, programs, erases, badSectors, ...pattern }, world) {
      const unit = world.adapters.get(adapter);
      const contents = unit?.contents();
      if (unit === undefined || contents === undefined) return nothing(`the flash of ${adapter}`);
      const figures = figuresOf(unit, contents.records.length, contents.badSectors);
      const expected = { records, programs, erases, badSectors };
      const wrong = (Object.keys(expected) as (keyof typeof expected)[]).flatMap((name) =>
        figure(`${name} in the flash of ${adapter}`, expected[name], figures[name])
      );
      const isAboutKeys = Object.keys(pattern).length > 0 || wrong.length === 0;
      const keys = findKeys(`in the flash of ${adapter}`, pattern, contents.records.flatMap(keyOf));
      return all(isAboutKeys ? [...wrong, keys] : wrong);
    },
  }),
  serviceStore: look({
    doc: "The durable store of the initiator service.",
    shape: titledLook(
      "serviceStore",
      mapping({
        adapter: doc("Of which adapter, by its name; of all by default.", optional(nameOf("adapter"))),
        ...KEY_PATTERN,
      }),
    ),
    check({ adapter, ...pattern }, check) {
      checkPattern(pattern, adapter === undefined ? [...check.world.adapters.keys()] : [adapter], check);
    },
    changedBy: () => ({ component }) => component === Components.keyStore,
    find: ({ adapter, ...pattern }, world) => {
      return findKeys("in the service's store", pattern, storeKeys(world, adapter));
    },
  }),
};

/** The keys in the service's durable store, of one adapter or of all. The caller fills them with zeros. */
export function storeKeys(world: World, adapter?: string): FoundKey[] {
  const records = world.serviceRecords().filter((each) => adapter === undefined || each.adapter === adapter);
  return records.flatMap(({ record }): FoundKey[] => {
    if (record.kind === "tunnel-address") return [];
    if (record.kind === "group-key") return [{ id: "any", port: ALL_PORTS, flags: 0n, key: record.key }];
    const { idType: type, id: bytes, portNumber: port, securityFlags: flags, key } = record;
    return [{ id: { type, bytes }, port, flags, key }];
  });
}

/** The keys in the key table of an adapter; none while it has no power. The caller fills them with zeros. */
export function tableKeys(world: World, adapter: string): FoundKey[] {
  const keyTable = world.adapters.get(adapter)?.adapter.cache?.keyTable;
  if (keyTable === undefined) return [];
  const group = keyTable.copyGroupKey();
  return [
    ...keyTable.entries().flatMap((entry) => {
      const key = keyTable.copyKey(entry);
      const { idType: type, id: bytes, portNumber: port, securityFlags: flags } = entry;
      return key === undefined ? [] : [{ id: { type, bytes }, port, flags, key }];
    }),
    ...(group === undefined ? [] : [{ id: "any" as const, port: ALL_PORTS, flags: 0n, key: group }]),
  ];
}

/** The key that a record on flash holds, if it holds one. The caller fills it with zeros. */
export function keyOf(record: NvramRecord): FoundKey[] {
  if (record.class === "group-key") return [{ id: "any", port: ALL_PORTS, flags: 0n, key: record.value }];
  if (record.class !== "preshared-key") return [];
  const { entry: { idType: type, id: bytes, portNumber: port, securityFlags: flags }, key } = readKeyRecord(record);
  return [{ id: { type, bytes }, port, flags, key }];
}

function figuresOf({ flash }: AdapterUnit, records: number, badSectors: number) {
  return { records, programs: flash?.counters.programs ?? 0, erases: flash?.counters.erases ?? 0, badSectors };
}

function figure(what: string, expected: Range | undefined, found: number): Finding[] {
  if (expected === undefined) return [];
  return [{ expected: `${expected.text} ${what}`, actual: String(found), holds: isIn(expected, found) }];
}

/** Several findings as one. */
function all(findings: readonly Finding[]): Finding {
  return {
    expected: findings.map(({ expected }) => expected).join(", "),
    actual: findings.map(({ actual }) => actual).join(", "),
    holds: findings.every(({ holds }) => holds),
  };
}

function nothing(what: string): Finding {
  return { expected: what, actual: "none", holds: false };
}
