/**
 * LoginToTarget_IN as Microsoft's iSCSI miniport sample judges it
 * (`storage/iscsi/src/client/wmisample.c`): fewer bytes than the C structure's
 * 2536 are SRB_STATUS_INVALID_REQUEST; fewer than 2512 + 16 * LUNCount and the
 * lengths of key, user name and password are ISDSC_LOGIN_USER_INFO_BAD. That
 * sum is what puts Key at 2512 + 16 * LUNCount. The structure is written here
 * byte by byte, not with the project's layout.
 */

import { assertEquals } from "@std/assert";
import { SrbStatus } from "../../host/status.ts";
import { ADAPTER_OPERATIONS_GUID, OperationsMethod } from "../../host/wmi/adapter_operations.ts";
import { METHOD_DATA_OFFSET, MinorFunction, writeMethodCall } from "../../host/wmi/wnode.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, ALL_PORTS, bootWorld, MAIN, PORT, TARGET, targetWithKey, text } from "./world_support.ts";

const KEY = "a key in LoginToTarget";
const STRUCTURE_BYTES = 2536;
const LUN_LIST_OFFSET = 2512;
const LUN_BYTES = 16;
const SUCCESS = 0;
const AUTHENTICATION_FAILURE = 0xefff_0009;
const SESSION_TYPE_NOT_SUPPORTED = 0xefff_0011;
const LOGIN_USER_INFO_BAD = 0xefff_002a;

interface LoginIn {
  readonly lunCount?: number;
  /** Where the key stands; 2512 + 16 * LUNCount by default. */
  readonly keyOffset?: number;
  readonly keySize?: number;
  readonly sessionType?: number;
  readonly lengthBytes?: number;
}

function loginIn(options: LoginIn = {}): Uint8Array {
  const key = text(KEY);
  const { lunCount = 0, sessionType = 2, keySize = key.length } = options;
  const keyOffset = options.keyOffset ?? LUN_LIST_OFFSET + LUN_BYTES * lunCount;
  const whole = new Uint8Array(Math.max(STRUCTURE_BYTES, keyOffset + key.length));
  const view = new DataView(whole.buffer);
  view.setUint32(0, ALL_PORTS, true);
  view.setUint32(36, sessionType, true);
  view.setBigUint64(40, MAIN, true);
  view.setUint32(48, 1, true); // Portal: an IPv4 address.
  whole.set(TARGET, 52);
  view.setUint16(600, 3260, true);
  view.setUint32(612, keySize, true);
  view.setUint32(2032, 0xffff_ffff, true); // OSBus and OSTarget: any.
  view.setUint32(2036, 0xffff_ffff, true);
  view.setUint32(2048, lunCount, true);
  whole.set(key, keyOffset);
  return whole.slice(0, options.lengthBytes ?? whole.length);
}

function bootDisk(): World {
  return bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] });
}

/** The SRB status, and OUT.Status if there is an answer. */
function logIn(world: World, input: Uint8Array): { readonly srbStatus: number; readonly status: number | undefined } {
  const buffer = new Uint8Array(METHOD_DATA_OFFSET + Math.max(input.length, 24));
  writeMethodCall({ guid: ADAPTER_OPERATIONS_GUID, methodId: OperationsMethod.loginToTarget, input }, buffer);
  const { srbStatus, wnode } = world.run(world.host.wmi.send(ADAPTER, MinorFunction.executeMethod, buffer));
  const answered = wnode.length >= METHOD_DATA_OFFSET + 4;
  const view = new DataView(wnode.buffer, wnode.byteOffset);
  return { srbStatus, status: answered ? view.getUint32(METHOD_DATA_OFFSET, true) : undefined };
}

for (const lunCount of [0, 2, 3, 17]) {
  Deno.test(
    `LoginToTarget with LUNCount ${lunCount} takes the key at ${LUN_LIST_OFFSET + LUN_BYTES * lunCount}`,
    () => {
      assertEquals(logIn(bootDisk(), loginIn({ lunCount })), { srbStatus: SrbStatus.success, status: SUCCESS });
    },
  );
}

Deno.test("LoginToTarget with LUNCount 1 takes the key at 2528, its offset in the C structure", () => {
  assertEquals(logIn(bootDisk(), loginIn({ lunCount: 1 })), { srbStatus: SrbStatus.success, status: SUCCESS });
});

Deno.test("LoginToTarget with LUNCount 0 does not find a key at 2528", () => {
  const answer = logIn(bootDisk(), loginIn({ lunCount: 0, keyOffset: 2528 }));
  assertEquals(answer, { srbStatus: SrbStatus.success, status: AUTHENTICATION_FAILURE });
});

Deno.test("LoginToTarget that is shorter than its C structure means nothing to the miniport", () => {
  const world = bootDisk();
  // 2534 bytes hold this key, by the sum; they are refused all the same.
  for (const lengthBytes of [0, 100, 2511, LUN_LIST_OFFSET + KEY.length, STRUCTURE_BYTES - 1]) {
    const answer = logIn(world, loginIn({ lengthBytes }));
    assertEquals(answer, { srbStatus: SrbStatus.invalidRequest, status: undefined }, `${lengthBytes} bytes`);
  }
});

Deno.test("LoginToTarget whose lengths add up to more than is there is bad login information", () => {
  const world = bootDisk();
  const bad = { srbStatus: SrbStatus.success, status: LOGIN_USER_INFO_BAD };
  for (const keySize of [25, 100, 0xffff_ffff, 0xffff_f600]) {
    assertEquals(logIn(world, loginIn({ keySize, lengthBytes: STRUCTURE_BYTES })), bad, `KeySize ${keySize}`);
  }
  for (const lunCount of [2, 0x0fff_ffff, 0xffff_ffff]) {
    assertEquals(logIn(world, loginIn({ keyOffset: 2512, lunCount, keySize: 0 })), bad, `LUNCount ${lunCount}`);
  }
});

Deno.test("LoginToTarget refuses a type of session that there is not", () => {
  for (const sessionType of [3, 0xffff_ffff]) {
    // LUNCount 1, which has its key where it always was: nothing but the type is wrong.
    const answer = logIn(bootDisk(), loginIn({ lunCount: 1, sessionType }));
    assertEquals(answer, { srbStatus: SrbStatus.success, status: SESSION_TYPE_NOT_SUPPORTED }, `type ${sessionType}`);
  }
});
