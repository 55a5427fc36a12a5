/**
 * IRP_MN_QUERY_ALL_DATA: what `SELECT * FROM MSiSCSI_…` sends. The answer is
 * a WNODE_ALL_DATA with instances of one size: their size at 60, the first at
 * DataBlockOffset 64, no names, for WMI adds static ones (WDK,
 * IRP_MN_QUERY_ALL_DATA; `wmistr.h`).
 */

import { assertEquals } from "@std/assert";
import { NtStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID, SECURITY_CAPABILITIES_GUID } from "../../host/wmi/adapter_information.ts";
import { ADAPTER_OPERATIONS_GUID } from "../../host/wmi/adapter_operations.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../host/wmi/security_config_operations.ts";
import { MinorFunction, WNODE_HEADER } from "../../host/wmi/wnode.ts";
import { openIssue } from "../support/open_issue.ts";
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
  openIssue(10, `All data of ${name} are one instance, the one that a query for it gives`, () => {
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

openIssue(10, "A query for all data with too little room is told how much it needs, and gets it with that", () => {
  const world = boot();
  const needed = FIRST_DATA + 4152;
  for (const roomBytes of [56, FIRST_DATA, needed - 1]) {
    const { ntStatus, wnode, view } = queryAll(world, HBA_INFORMATION_GUID, roomBytes);
    assertEquals([ntStatus, wnode.length], [NtStatus.success, 56], `${roomBytes} bytes`);
    assertEquals([view.getUint32(44, true) & TOO_SMALL, view.getUint32(48, true)], [TOO_SMALL, needed]);
  }
  assertEquals(queryAll(world, HBA_INFORMATION_GUID, needed).wnode.length, needed);
});

openIssue(10, "A query for all data with no room for even that is refused as too small", () => {
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
