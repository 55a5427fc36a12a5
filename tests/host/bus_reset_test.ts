/**
 * HwStorResetBus: the miniport completes every request that it holds inside
 * the routine, with SRB_STATUS_BUS_RESET (WDK, HW_RESET_BUS), so that nobody
 * waits longer than for the first request that ran out of time.
 */

import { assertEquals } from "@std/assert";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import type { WmiAnswer } from "../../host/wmi/kernel_wmi.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const SECOND = 250_000_000;

Deno.test("When one request runs out of time all others of the adapter end in the same bus reset", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.hanging = true;
  const begun = world.kernel.now;
  const ends: number[] = [];
  const request = (task: Task<WmiAnswer>) =>
    world.kernel.spawn(
      "request",
      (function* () {
        const answer = yield* task;
        ends.push(Math.round((world.kernel.now - begun) / SECOND));
        return answer;
      })(),
    );
  const clearCache = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: SecurityMethod.clearCache };
  const first = request(world.host.wmi.executeMethod(HBA, { ...clearCache, input: new Uint8Array(0) }, 4));
  world.pass(10 * SECOND);
  const others = [0, 1].map(() => request(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152)));
  world.pass(60 * SECOND);
  assertEquals(ends, [30, 30, 30], "seconds after the first request, whose timer is 30 s");
  assertEquals([first.result.srbStatus, first.result.ntStatus], [SrbStatus.timeout, NtStatus.ioTimeout]);
  for (const { result } of others) {
    assertEquals([result.srbStatus, result.ntStatus], [SrbStatus.busReset, NtStatus.ioDeviceError]);
  }
});

Deno.test("An adapter that was only slow takes requests after a bus reset, and has its keys", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  world.adapter.commandCycles = 45 * SECOND;
  world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152));
  world.adapter.commandCycles = 20_000;
  world.pass(60 * SECOND);
  assertEquals(world.host.adapterState(HBA), "ready");
  assertEquals(world.run(world.login()).status, 0);
});

Deno.test("A query in the middle of a reset is answered when the adapter is back", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.host.resetAdapter(HBA);
  const answer = world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152));
  assertEquals([answer.ntStatus, answer.data.length], [NtStatus.success, 4152]);
});
