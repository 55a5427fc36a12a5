/**
 * WMI requests as a driver test sends them: which instance they name, and
 * which classes, methods and data blocks are refused before anything happens.
 */

import { assert, assertEquals } from "@std/assert";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import { ADAPTER_OPERATIONS_GUID } from "../../host/wmi/adapter_operations.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { MinorFunction, WnodeFlag, writeInstanceQuery, writeMethodCall } from "../../host/wmi/wnode.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

/** Enough for every instance. */
const BUFFER_BYTES = 8192;
const NAME_OFFSET = 128;
/** Room for the count of a name, and for nothing of it. */
const LAST_COUNT_OFFSET = BUFFER_BYTES - 2;
const NO_CLASS = new Uint8Array(16).fill(7);

function boot(): TestHost {
  return new TestHost({ adapters: [{ storage: "nvram" }, { storage: "nvram" }] }).boot();
}

function groupKeyIn(): Uint8Array {
  return Uint8Array.of(16, 0, 0, 0, ...testKey(1));
}

/** Writes a counted string: its length in bytes, then UTF-16. */
function writeName(buffer: Uint8Array, offset: number, name: string): void {
  const view = new DataView(buffer.buffer);
  view.setUint16(offset, name.length * 2, true);
  for (let index = 0; index < name.length; index++) {
    view.setUint16(offset + 2 + index * 2, name.charCodeAt(index), true);
  }
}

/** A text, or only the count of one that is not there. */
type InstanceName = string | number | undefined;

/** Takes the flag of static names away, so that the name counts and not the index. */
function nameInstance(buffer: Uint8Array, flag: number, nameOffset: number, name: InstanceName): void {
  const view = new DataView(buffer.buffer);
  view.setUint32(44, flag, true);
  view.setUint32(48, nameOffset, true);
  if (typeof name === "number") view.setUint16(nameOffset, name, true);
  if (typeof name === "string") writeName(buffer, nameOffset, name);
}

/** SetGroupPresharedKey for the instance of a name. */
function setGroupKeyOf(world: TestHost, nameOffset: number, name: InstanceName) {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const methodId = SecurityMethod.setGroupPresharedKey;
  writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input: groupKeyIn() }, buffer);
  new DataView(buffer.buffer).setUint32(0, buffer.length, true);
  nameInstance(buffer, WnodeFlag.methodItem, nameOffset, name);
  return world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, buffer));
}

function queryInformationOf(world: TestHost, nameOffset: number, name: InstanceName) {
  const buffer = new Uint8Array(BUFFER_BYTES);
  writeInstanceQuery(HBA_INFORMATION_GUID, 0, buffer);
  new DataView(buffer.buffer).setUint32(0, buffer.length, true);
  nameInstance(buffer, WnodeFlag.singleInstance, nameOffset, name);
  return world.run(world.host.wmi.send(HBA, MinorFunction.querySingleInstance, buffer));
}

const WRONG_NAMES = [
  ["a name that nobody has", NAME_OFFSET, "PCI\\NOT_THIS_ONE_0"],
  ["the name of another adapter", NAME_OFFSET, "hba 1"],
  ["a beginning of the name", NAME_OFFSET, "hba"],
  ["an empty name", NAME_OFFSET, ""],
  ["a name beyond the buffer", 0xffff_0000, undefined],
  ["a name whose length leads beyond the buffer", LAST_COUNT_OFFSET, 10],
] as const;

for (const [what, nameOffset, name] of WRONG_NAMES) {
  Deno.test(`A method call by ${what} is refused and changes nothing`, () => {
    const world = boot();
    const before = world.adapters.map((adapter) => adapter.snapshot());
    const answer = setGroupKeyOf(world, nameOffset, name);
    assertEquals(world.adapters.map((adapter) => adapter.snapshot()), before);
    assertEquals([answer.ntStatus, answer.wnode.length], [NtStatus.wmiInstanceNotFound, 0]);
  });
}

Deno.test("A query by a name that is not the adapter's is refused", () => {
  const world = boot();
  for (const [what, nameOffset, name] of WRONG_NAMES) {
    const answer = queryInformationOf(world, nameOffset, name);
    assertEquals([answer.ntStatus, answer.wnode.length], [NtStatus.wmiInstanceNotFound, 0], what);
  }
});

Deno.test("A method call and a query by the adapter's own name reach it", () => {
  const world = boot();
  // The adapter's name, or its device's with the index of the instance.
  const own = [HBA, `${HBA}_0`];
  assert(own.some((name) => queryInformationOf(world, NAME_OFFSET, name).ntStatus === NtStatus.success));
  assert(own.some((name) => setGroupKeyOf(world, NAME_OFFSET, name).ntStatus === NtStatus.success));
  assertEquals(world.adapters.map(({ nonvolatile }) => nonvolatile.groupKey !== undefined), [true, false]);
});

Deno.test("Names compare without case, those of instances as those by which callers mean an adapter", () => {
  const world = boot();
  const names = [`${HBA}_0`.toUpperCase(), "Hba 0_0"];
  for (const name of names) {
    assertEquals(queryInformationOf(world, NAME_OFFSET, name).ntStatus, NtStatus.success, name);
    assertEquals(setGroupKeyOf(world, NAME_OFFSET, name).ntStatus, NtStatus.success, name);
  }
  const call = {
    guid: SECURITY_CONFIG_OPERATIONS_GUID,
    methodId: SecurityMethod.setGroupPresharedKey,
    input: groupKeyIn(),
  };
  for (const deviceName of [HBA, HBA.toUpperCase(), "hbA 0"]) {
    const { ntStatus, data } = world.run(world.host.wmi.executeMethod(deviceName, call, 4));
    assertEquals([ntStatus, data], [NtStatus.success, new Uint8Array(4)], deviceName);
  }
  const { ntStatus } = world.run(world.host.wmi.executeMethod("hba 9", call, 4));
  assertEquals(ntStatus, NtStatus.wmiInstanceNotFound);
  assertEquals(world.adapters.map(({ nonvolatile }) => nonvolatile.groupKey !== undefined), [true, false]);
});

Deno.test("A request for a class that nobody registered is refused, whatever it asks", () => {
  const world = boot();
  const { queryAllData, changeSingleInstance, changeSingleItem, enableEvents, disableEvents } = MinorFunction;
  const call = new Uint8Array(512);
  writeMethodCall({ guid: NO_CLASS, methodId: 1, input: new Uint8Array(0) }, call);
  const query = new Uint8Array(512);
  writeInstanceQuery(NO_CLASS, 0, query);
  const requests = [[MinorFunction.executeMethod, call], [MinorFunction.querySingleInstance, query]] as const;
  const others = [queryAllData, changeSingleInstance, changeSingleItem, enableEvents, disableEvents];
  for (const [minor, buffer] of [...requests, ...others.map((minor) => [minor, query] as const)]) {
    const answer = world.run(world.host.wmi.send(HBA, minor, buffer));
    assertEquals([answer.ntStatus, answer.srbStatus], [NtStatus.wmiGuidNotFound, 0], `minor function ${minor}`);
  }
});

Deno.test("A method that MSiSCSI_Operations does not have means nothing to the miniport", () => {
  const world = boot();
  for (const methodId of [0, 1, 29, 90, 200, 0xffff_ffff]) {
    const call = new Uint8Array(512);
    writeMethodCall({ guid: ADAPTER_OPERATIONS_GUID, methodId, input: new Uint8Array(0) }, call);
    const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, call));
    assertEquals([answer.srbStatus, answer.wnode.length], [SrbStatus.invalidRequest, 0], `method ${methodId}`);
  }
});

Deno.test("A data block of a method that is not on 8 bytes is refused and changes nothing", () => {
  const world = boot();
  const before = world.adapter.snapshot();
  for (const offset of [68, 76, 84]) {
    const call = new Uint8Array(512);
    const methodId = SecurityMethod.setGroupPresharedKey;
    writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input: groupKeyIn() }, call);
    const view = new DataView(call.buffer);
    view.setUint32(0, call.length, true);
    view.setUint32(60, offset, true);
    call.set(groupKeyIn(), offset);
    const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, call));
    assert(answer.ntStatus !== NtStatus.success, `DataBlockOffset ${offset}`);
  }
  assertEquals(world.adapter.snapshot(), before);
});

Deno.test("A query with too little room for the instance is told how much it needs", () => {
  const world = boot();
  for (const roomBytes of [64, 65, 64 + 4151]) {
    const query = new Uint8Array(roomBytes);
    writeInstanceQuery(HBA_INFORMATION_GUID, 0, query);
    const answer = world.run(world.host.wmi.send(HBA, MinorFunction.querySingleInstance, query));
    assertEquals([answer.ntStatus, answer.wnode.length], [NtStatus.success, 56], `${roomBytes} bytes`);
    const view = new DataView(answer.wnode.buffer, answer.wnode.byteOffset);
    assertEquals([view.getUint32(44, true) & WnodeFlag.tooSmall, view.getUint32(48, true)], [0x20, 64 + 4152]);
  }
});
