/**
 * Counts of the strings in IN that the field cannot hold: Microsoft's iSCSI
 * sample takes the field for the string then, and does not look at the text of
 * an address that is binary.
 */

import { assertEquals } from "@std/assert";
import {
  ADAPTER_OPERATIONS_GUID,
  LOGIN_TO_TARGET_IN,
  OperationsMethod,
  REMOVE_PERSISTENT_LOGIN_IN,
} from "../../host/wmi/adapter_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { bootProvider, loginIn, persistentLogins, TARGET_NAME } from "./provider_world.ts";
import { ADAPTER } from "./world_support.ts";

/** Of each string: where its count lies, and how many bytes of text the field holds. */
const LOGIN_STRINGS = {
  TextAddress: [48 + 32, 512],
  InitiatorNode: [620, 446],
  InitiatorAlias: [1068, 510],
  TargetName: [1580, 446],
  MappingsTargetName: [2052, 446],
} as const;

/** OUT.Status of a method. */
function execute(world: World, methodId: number, input: Uint8Array, outputBytes: number): number {
  const call = { guid: ADAPTER_OPERATIONS_GUID, methodId, input };
  const { data } = world.run(world.host.wmi.executeMethod(ADAPTER, call, outputBytes));
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

function withCount(input: Uint8Array, offset: number, count: number): Uint8Array {
  new DataView(input.buffer, input.byteOffset).setUint16(offset, count, true);
  return input;
}

for (const [name, [offset, roomBytes]] of Object.entries(LOGIN_STRINGS)) {
  Deno.test(`LoginToTarget takes a count of ${name} that is odd, the whole field, or more`, () => {
    const world = bootProvider();
    for (const count of [roomBytes - 1, roomBytes, roomBytes + 1, roomBytes + 2, 0xffff]) {
      const encoded = LOGIN_TO_TARGET_IN.encode(loginIn());
      const input = new Uint8Array(Math.max(2536, encoded.length));
      input.set(encoded);
      const status = execute(world, OperationsMethod.loginToTarget, withCount(input, offset, count), 24);
      assertEquals(
        [status, persistentLogins(world).map(({ TargetName }) => TargetName)],
        [0, [TARGET_NAME]],
        `${count}`,
      );
    }
  });
}

Deno.test("RemovePersistentLogin takes such counts, too", () => {
  const { TargetName, TargetPortal } = loginIn();
  for (const [offset, count] of [[4, 448], [4, 447], [4, 0xffff], [452 + 32, 514], [452 + 32, 1]] as const) {
    const world = bootProvider();
    const login = LOGIN_TO_TARGET_IN.encode(loginIn());
    assertEquals(execute(world, OperationsMethod.loginToTarget, login, 24), 0);
    const input = REMOVE_PERSISTENT_LOGIN_IN.encode({ PortNumber: 0, TargetName, TargetPortal });
    const status = execute(world, OperationsMethod.removePersistentLogin, withCount(input, offset, count), 4);
    assertEquals([status, persistentLogins(world)], [0, []], `${count} at ${offset}`);
  }
});
