/**
 * IRP_MN_QUERY_ALL_DATA: what `SELECT * FROM MSiSCSI_…` sends. The answer is
 * a WNODE_ALL_DATA with instances of one size: their size at 60, the first at
 * DataBlockOffset 64, no names, for WMI adds static ones (WDK,
 * IRP_MN_QUERY_ALL_DATA; `wmistr.h`).
 */

import { assertEquals, assertThrows } from "@std/assert";
import { NtStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID, SECURITY_CAPABILITIES_GUID } from "../../host/wmi/adapter_information.ts";
import { ADAPTER_OPERATIONS_GUID } from "../../host/wmi/adapter_operations.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../host/wmi/security_config_operations.ts";
import { MinorFunction, readAllData, WNODE_HEADER } from "../../host/wmi/wnode.ts";
import { HBA, TestHost } from "./test_host.ts";

const ALL_DATA = 0x01;
/** ALL_DATA, FIXED_INSTANCE_SIZE, STATIC_INSTANCE_NAMES, PDO_INSTANCE_NAMES. */
const ANSWER_FLAGS = 0x0001_0091;
const TOO_SMALL = 0x20;
const FIRST_DATA = 64;

function boot(): TestHost {
  return new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
}

/** Sends the query with room for `roomBytes`. */
function queryAll(world: TestHost, guid: Uint8Array, roomBytes: number) {
  const buffer = new Uint8Array(roomBytes);
  const view = new DataView(buffer.buffer);
  view.setUint32(0, roomBytes, true);
  buffer.set(guid, 24);
  view.setUint32(44, ALL_DATA | 0x0001_0080, true);
  const answer = world.run(world.host.wmi.send(HBA, MinorFunction.queryAllData, buffer));
  return { ...answer, view: new DataView(answer.wnode.buffer, answer.wnode.byteOffset, answer.wnode.length) };
}

/** The classes with their sizes; those of methods alone answer 4 bytes that mean nothing. */
const CLASSES = [
  ["MSiSCSI_HBAInformation", HBA_INFORMATION_GUID, 4152],
  ["MSiSCSI_SecurityCapabilities", SECURITY_CAPABILITIES_GUID, undefined],
  ["MSiSCSI_SecurityConfigOperations", SECURITY_CONFIG_OPERATIONS_GUID, 4],
  ["MSiSCSI_Operations", ADAPTER_OPERATIONS_GUID, 4],
] as const;

for (const [name, guid, sizeBytes] of CLASSES) {
  Deno.test(`All data of ${name} are one instance, the one that a query for it gives`, () => {
    const world = boot();
    const single = world.run(world.host.wmi.queryInstance(HBA, guid, 4152));
    assertEquals(single.ntStatus, NtStatus.success);
    const instanceBytes = single.data.length;
    if (sizeBytes !== undefined) assertEquals(instanceBytes, sizeBytes);

    const { ntStatus, wnode, view } = queryAll(world, guid, 8192);
    assertEquals([ntStatus, wnode.length], [NtStatus.success, FIRST_DATA + instanceBytes]);
    assertEquals(view.getUint32(0, true), wnode.length, "WnodeHeader.BufferSize");
    assertEquals(WNODE_HEADER.decode(wnode).Guid, guid);
    assertEquals(view.getUint32(44, true), ANSWER_FLAGS, "Flags");
    assertEquals([48, 52, 56, 60].map((offset) => view.getUint32(offset, true)), [FIRST_DATA, 1, 0, instanceBytes]);
    assertEquals(wnode.slice(FIRST_DATA), single.data);
  });
}

Deno.test("A query for all data with too little room is told how much it needs, and gets it with that", () => {
  const world = boot();
  const needed = FIRST_DATA + 4152;
  for (const roomBytes of [56, FIRST_DATA, needed - 1]) {
    const { ntStatus, wnode, view } = queryAll(world, HBA_INFORMATION_GUID, roomBytes);
    assertEquals([ntStatus, wnode.length], [NtStatus.success, 56], `${roomBytes} bytes`);
    assertEquals([view.getUint32(44, true) & TOO_SMALL, view.getUint32(48, true)], [TOO_SMALL, needed]);
  }
  assertEquals(queryAll(world, HBA_INFORMATION_GUID, needed).wnode.length, needed);
});

Deno.test("A query for all data with no room for even that is refused as too small", () => {
  const world = boot();
  for (const roomBytes of [48, 55]) {
    const { ntStatus, wnode } = queryAll(world, HBA_INFORMATION_GUID, roomBytes);
    assertEquals([ntStatus, wnode.length], [NtStatus.bufferTooSmall, 0], `${roomBytes} bytes`);
  }
});

Deno.test("A query for all data of a class that nobody registered is refused", () => {
  const { ntStatus, wnode } = queryAll(boot(), new Uint8Array(16).fill(7), 512);
  assertEquals([ntStatus, wnode.length], [NtStatus.wmiGuidNotFound, 0]);
});

/** What a provider of MSiSCSI_MMIPSECStats (168 bytes) answers, in both forms, by the offsets of `wmistr.h`. */
function statisticsAnswer(form: "fixed" | "variable"): Uint8Array {
  const first = form === "fixed" ? 64 : 72;
  const wnode = new Uint8Array(first + 168).fill(0x5a, first);
  const view = new DataView(wnode.buffer);
  view.setUint32(0, wnode.length, true);
  view.setUint32(44, form === "fixed" ? 0x0001_0091 : 0x0001_0081, true);
  view.setUint32(48, form === "fixed" ? first : 0, true);
  view.setUint32(52, 1, true);
  view.setUint32(60, form === "fixed" ? 168 : first, true);
  if (form === "variable") view.setUint32(64, 168, true);
  return wnode;
}

Deno.test("readAllData() reads both forms of a WNODE_ALL_DATA, and refuses what lies outside it", () => {
  for (const [form, lengthBytes] of [["fixed", 232], ["variable", 240]] as const) {
    const wnode = statisticsAnswer(form);
    assertEquals(wnode.length, lengthBytes);
    assertEquals(readAllData(wnode), [new Uint8Array(168).fill(0x5a)], form);
    assertThrows(() => readAllData(wnode.subarray(0, lengthBytes - 1)), RangeError, "Instance 0 ends");
  }
});

Deno.test("readAllData() finds instances of one size on 8 bytes", () => {
  const wnode = new Uint8Array(64 + 8 + 6);
  const view = new DataView(wnode.buffer);
  view.setUint32(44, 0x11, true);
  [64, 2, 0, 6].forEach((value, index) => view.setUint32(48 + 4 * index, value, true));
  wnode.set([1, 2, 3, 4, 5, 6], 64);
  wnode.set([7, 8, 9, 10, 11, 12], 72);
  assertEquals(readAllData(wnode), [Uint8Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(7, 8, 9, 10, 11, 12)]);
});

Deno.test("KernelWmi.queryAllData() reads all instances, and asks again with the room that it needs", () => {
  const world = boot();
  const single = world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152));
  const all = world.run(world.host.wmi.queryAllData(HBA, HBA_INFORMATION_GUID, 8));
  assertEquals(all, { ntStatus: NtStatus.success, instances: [single.data] });
  const nobody = world.run(world.host.wmi.queryAllData(HBA, new Uint8Array(16).fill(7), 8));
  assertEquals(nobody, { ntStatus: NtStatus.wmiGuidNotFound, instances: [] });
});
