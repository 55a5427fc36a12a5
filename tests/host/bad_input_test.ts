/**
 * Every method with every kind of bad input, on the fake adapter and on the
 * real firmware: the status of the driver stack, OUT.Status, how many bytes
 * come back, and that nothing has changed in the adapter (flash, RAM table) or
 * in the service's store.
 *
 * Input goes in as WMI buffers, past the service, so that only miniport and
 * adapter judge it.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SET_GROUP_PRESHARED_KEY_IN,
} from "../../host/wmi/security_config_operations.ts";
import { METHOD_DATA_OFFSET, MinorFunction, writeMethodCall } from "../../host/wmi/wnode.ts";
import type { AdapterModel, AdapterModelOptions } from "./adapter_model.ts";
import { BAD_INPUTS, type BadInput, OUT_BYTES, setKeyIn } from "./bad_inputs.ts";
import { FakeAdapter } from "./fake_adapter.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, TestHost, testKey } from "./test_host.ts";

const CAPACITY = 4;
const MAKES: Readonly<Record<string, (options: AdapterModelOptions) => AdapterModel>> = {
  "fake adapter": (options) => new FakeAdapter(options),
  "real firmware": (options) => new RealAdapter(options),
};

function execute(world: HostOf<AdapterModel>, methodId: number, input: Uint8Array) {
  const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input };
  return world.run(world.host.wmi.executeMethod(HBA, call, 16));
}

function bringAbout(world: HostOf<AdapterModel>, before: BadInput["before"]): void {
  const { adapter } = world;
  switch (before) {
    case "full table":
      for (let index = 0; index < CAPACITY; index++) {
        execute(world, 1, setKeyIn({ id: Uint8Array.of(10, 0, 0, index) }));
      }
      return;
    case "damaged":
      if (adapter instanceof FakeAdapter) adapter.damaged = true;
      if (adapter instanceof RealAdapter) damageFlash(world, adapter);
      return;
    case "flash fails":
      // With nothing to clear, ClearCache has no need of the flash.
      execute(world, 1, setKeyIn({ id: Uint8Array.of(10, 0, 0, 1) }));
      if (adapter instanceof FakeAdapter) {
        for (let code = MailboxCommand.setPresharedKeyForId; code <= MailboxCommand.setGenerationalGuid; code++) {
          adapter.forcedStatus.set(code, IsdscStatus.OUT_OF_RESOURCES);
        }
      }
      if (adapter instanceof RealAdapter) failFlash(adapter);
      return;
    case undefined:
      return;
    default:
      return before satisfies never;
  }
}

/**
 * The key of the identifier that the rows ask for is stored, another record after it, and bits of the first turn over
 * while the power is off. (A single bit of the last record the store would repair.)
 */
function damageFlash(world: HostOf<AdapterModel>, adapter: RealAdapter): void {
  const before = adapter.part.image();
  execute(world, 1, setKeyIn({ id: Uint8Array.of(192, 0, 2, 1) }));
  const after = adapter.part.image();
  const changed = [...after.keys()].filter((address) => after[address] !== before[address]);
  execute(world, 3, SET_GROUP_PRESHARED_KEY_IN.encode({ Key: testKey(1) }));
  const middle = changed[Math.floor(changed.length * 3 / 4)];
  assert(middle !== undefined);
  world.powerOff();
  adapter.part.inject({ kind: "flip", address: middle, mask: 0x5a });
  world.boot();
}

function failFlash({ part: flash }: RealAdapter): void {
  const { sectorCount, sectorBytes } = flash.geometry;
  const always = { times: Infinity, reported: true };
  flash.inject({ kind: "program failure", address: 0, lengthBytes: sectorCount * sectorBytes, ...always });
  for (let sector = 0; sector < sectorCount; sector++) flash.inject({ kind: "erase failure", sector, ...always });
}

Deno.test(`bad input: the table has ${BAD_INPUTS.length} rows, 120 or more`, () => {
  assertGreaterOrEqual(BAD_INPUTS.length, 120);
  const names = BAD_INPUTS.map(({ name, storage, methodId }) => `${name} ${storage} ${methodId}`);
  assertEquals(new Set(names).size, names.length, "two rows have the same name");
});

for (const [make, create] of Object.entries(MAKES)) {
  for (const row of BAD_INPUTS) {
    Deno.test(`bad input: ${make}, ${row.storage}: ${row.name}`, () => {
      const adapter = {
        storage: row.storage,
        capacity: CAPACITY,
        ...(row.tunnelMode === undefined ? {} : { tunnelMode: row.tunnelMode }),
      };
      const world = new HostOf({ adapters: [adapter], serviceStartsAutomatically: false }, create).boot();
      bringAbout(world, row.before);
      const before = world.adapter.snapshot();
      const contentBefore = world.adapter.content();
      const storeBefore = exportKeyStore(world.store);

      const room = row.capacityBytes ?? Math.max(row.input.length, OUT_BYTES[row.methodId] ?? 16);
      const buffer = new Uint8Array(METHOD_DATA_OFFSET + room);
      writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: row.methodId, input: row.input }, buffer);
      const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, buffer));

      if (row.srb === SrbStatus.dataOverrun) {
        // Not an error for WMI: 56 bytes of WNODE_TOO_SMALL with the size that is needed.
        assertEquals([answer.ntStatus, answer.wnode.length], [NtStatus.success, 56]);
        const view = new DataView(answer.wnode.buffer);
        assertEquals(view.getUint32(44, true), 0x20);
        assertEquals(view.getUint32(48, true), METHOD_DATA_OFFSET + (OUT_BYTES[row.methodId] ?? 0));
      } else if (row.status === undefined) {
        const isUnknown = row.srb === SrbStatus.invalidRequest;
        const ntStatus = isUnknown ? NtStatus.invalidDeviceRequest : NtStatus.ioDeviceError;
        assertEquals([answer.srbStatus, answer.ntStatus], [row.srb, ntStatus]);
        assertEquals(answer.wnode.length, row.bytes);
      } else {
        assertEquals([answer.srbStatus, answer.ntStatus], [row.srb, NtStatus.success]);
        const view = new DataView(answer.wnode.buffer);
        assertEquals(view.getUint32(METHOD_DATA_OFFSET, true).toString(16), row.status.toString(16), "OUT.Status");
        assertEquals(view.getUint32(64, true), row.bytes, "SizeDataBlock");
        assertEquals(view.getUint32(0, true), METHOD_DATA_OFFSET + row.bytes, "WnodeHeader.BufferSize");
        assertEquals(answer.wnode.length, METHOD_DATA_OFFSET + row.bytes, "IoStatus.Information");
      }
      if (row.changes !== true) {
        assertEquals(world.adapter.content(), contentBefore, "the adapter's cache changed");
        // A flash that fails was tried at least.
        if (row.before !== "flash fails") assertEquals(world.adapter.snapshot(), before, "the adapter's flash changed");
      }
      assertEquals(exportKeyStore(world.store), storeBefore, "the service's store changed");
    });
  }
}

/** WNODEs whose own sizes are wrong never reach a driver. */
const WNODES: readonly (readonly [string, (wnode: DataView) => void, number])[] = [
  ["header BufferSize beyond the buffer", (wnode) => wnode.setUint32(0, 121, true), NtStatus.invalidParameter],
  ["header BufferSize of 4 GiB", (wnode) => wnode.setUint32(0, 0xffff_ffff, true), NtStatus.invalidParameter],
  ["SizeDataBlock beyond BufferSize", (wnode) => wnode.setUint32(64, 49, true), NtStatus.invalidParameter],
  ["SizeDataBlock that wraps", (wnode) => wnode.setUint32(64, 0xffff_ffb8, true), NtStatus.invalidParameter],
  ["DataBlockOffset beyond BufferSize", (wnode) => wnode.setUint32(60, 4096, true), NtStatus.invalidParameter],
  ["DataBlockOffset that wraps", (wnode) => wnode.setUint32(60, 0xffff_fff8, true), NtStatus.invalidParameter],
  ["flags of another WNODE", (wnode) => wnode.setUint32(44, 0x82, true), NtStatus.invalidParameter],
  ["unknown class", (wnode) => wnode.setUint8(24, 0x26), NtStatus.wmiGuidNotFound],
  ["instance 1 of 1", (wnode) => wnode.setUint32(52, 1, true), NtStatus.wmiInstanceNotFound],
  ["instance 4294967295", (wnode) => wnode.setUint32(52, 0xffff_ffff, true), NtStatus.wmiInstanceNotFound],
  ["DataBlockOffset inside the header", (wnode) => wnode.setUint32(60, 0, true), NtStatus.ioDeviceError],
  ["DataBlockOffset off its boundary", (wnode) => wnode.setUint32(60, 71, true), NtStatus.ioDeviceError],
];

for (const [name, spoil, ntStatus] of WNODES) {
  Deno.test(`bad input: WNODE with ${name}`, () => {
    const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
    const before = world.adapter.snapshot();
    const buffer = new Uint8Array(METHOD_DATA_OFFSET + 48);
    writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 1, input: setKeyIn() }, buffer);
    spoil(new DataView(buffer.buffer));
    const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, buffer));
    assertEquals([answer.ntStatus.toString(16), answer.wnode.length], [ntStatus.toString(16), 0]);
    assertEquals(world.adapter.snapshot(), before);
  });
}

Deno.test("bad input: a WNODE cut anywhere is refused and changes nothing", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const before = world.adapter.snapshot();
  const whole = new Uint8Array(METHOD_DATA_OFFSET + 48);
  writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 1, input: setKeyIn({ key: testKey(1) }) }, whole);
  for (let length = 0; length < whole.length; length++) {
    const answer = world.run(world.host.wmi.send(HBA, MinorFunction.executeMethod, whole.slice(0, length)));
    assertEquals(answer.ntStatus, NtStatus.invalidParameter, `${length} bytes`);
  }
  assertEquals(world.adapter.snapshot(), before);
});

Deno.test("bad input: a device that is not there, and a minor function that nobody implements", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const buffer = new Uint8Array(METHOD_DATA_OFFSET + 48);
  const input = SET_GROUP_PRESHARED_KEY_IN.encode({ Key: testKey(1) });
  writeMethodCall({ guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 3, input }, buffer);
  const nobody = world.run(world.host.wmi.send("hba 9", MinorFunction.executeMethod, buffer));
  assertEquals(nobody.ntStatus, NtStatus.wmiInstanceNotFound);
  const misled = world.run(world.host.wmi.send(HBA, MinorFunction.queryAllData, buffer));
  assertEquals([misled.ntStatus, misled.srbStatus], [NtStatus.invalidParameter, 0], "a WNODE of another kind");
  for (const minorFunction of [MinorFunction.changeSingleInstance, 0x0a, 0x77]) {
    const answer = world.run(world.host.wmi.send(HBA, minorFunction, buffer));
    assertEquals([answer.ntStatus, answer.srbStatus], [NtStatus.ioDeviceError, SrbStatus.error]);
  }
});
