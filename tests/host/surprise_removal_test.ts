/**
 * An adapter that is not there any more: its registers read as all ones. Its
 * driver says so at once (SRB_STATUS_NO_HBA, never BUSY: that is a promise to
 * accept later), and nobody else waits for it.
 */

import { assert, assertEquals } from "@std/assert";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import { HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, ALL_PORTS, bootWorld, login, loginCall, OTHER_PORT, PORT, secondsOf } from "./world_support.ts";
import { setKey, targetWithKey, text, unit } from "./world_support.ts";

const SECOND_NS = 1e9;
const KEY = "a key for all";
const OPERATION_NOT_ALL_SUCCESS = 0xafff_002e;
/** STATUS_WMI_GUID_DISCONNECTED (`ntstatus.h`): the provider is gone. */
const GUID_DISCONNECTED = 0xc000_0301;

/** Two adapters with a key for all; the first has just lost its power. */
function worldAfterRemoval(): World {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)), 0);
  unit(world).adapter.powerOff();
  return world;
}

Deno.test(
  "A request to an adapter that is gone ends at once, as NO_HBA or because its classes are withdrawn",
  () => {
    const world = worldAfterRemoval();
    for (const moment of ["in the cycle of the removal", "later"]) {
      const seconds = secondsOf(world, () => {
        const answer = world.run(world.host.wmi.queryInstance(ADAPTER, HBA_INFORMATION_GUID, 4152));
        const withdrawn = [NtStatus.wmiGuidNotFound, NtStatus.wmiInstanceNotFound, GUID_DISCONNECTED];
        assert(
          answer.srbStatus === SrbStatus.noHba || withdrawn.includes(answer.ntStatus),
          `${moment}: SRB 0x${answer.srbStatus.toString(16)}, NTSTATUS 0x${answer.ntStatus.toString(16)}`,
        );
      });
      assert(seconds < 1, `${moment}: ${seconds} s`);
      world.advance(world.cycles(10 * SECOND_NS));
    }
  },
);

Deno.test("The driver of an adapter that is gone is absent after the first request", () => {
  const world = worldAfterRemoval();
  world.run(world.host.wmi.queryInstance(ADAPTER, HBA_INFORMATION_GUID, 4152));
  assertEquals([world.host.adapterState(ADAPTER), world.host.adapterState("hba1")], ["absent", "ready"]);
});

Deno.test(
  "A setting for all adapters does not wait for one that is gone, and neither does a login elsewhere",
  () => {
    const world = worldAfterRemoval();
    const statuses: number[] = [];
    const seconds = secondsOf(world, () => {
      const setting = world.kernel.spawn("group key", world.host.api.setIScsiGroupPresharedKey(text(KEY), true));
      world.advance(world.cycles(SECOND_NS / 1000));
      statuses.push(login(world, { adapter: "hba1" }));
      world.kernel.runUntil(setting, world.now + world.cycles(60 * SECOND_NS));
      statuses.push(setting.result);
    });
    assertEquals(statuses[0], 0, "the login on the healthy adapter");
    assert([0, OPERATION_NOT_ALL_SUCCESS].includes(statuses[1] ?? -1), `the group key's status is ${statuses[1]}`);
    assert(seconds < 2, `both took ${seconds} s`);
  },
);

Deno.test("No later setting waits for an adapter that is gone", () => {
  const world = worldAfterRemoval();
  world.advance(world.cycles(10 * SECOND_NS));
  const information = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: PORT, key: text("another key") };
  const calls = [
    () => world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)),
    () => world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true)),
    () => world.run(world.host.api.setIScsiIKEInfo(undefined, ALL_PORTS, information, true)),
  ];
  for (const [index, call] of calls.entries()) {
    const seconds = secondsOf(world, () => {
      const status = call();
      assert([0, OPERATION_NOT_ALL_SUCCESS].includes(status), `call ${index}: ${status}`);
    });
    assert(seconds < 2, `call ${index} took ${seconds} s`);
  }
});

Deno.test("A login that leaves the adapter to the service takes the next one when the first is gone", () => {
  const world = worldAfterRemoval();
  world.advance(world.cycles(2 * SECOND_NS));
  assertEquals(login(world, { adapter: undefined }), 0);
});

Deno.test("A login that leaves the adapter to the service takes the first one", () => {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(setKey(world, KEY), 0);
  const { status, session } = world.run(loginCall(world, { adapter: undefined }));
  assertEquals([status, session?.adapterUnique], [0, 1n]);
});

Deno.test("An adapter that comes back has the group key that was set while it was away", () => {
  const world = worldAfterRemoval();
  world.run(world.host.api.setIScsiGroupPresharedKey(text("the key of before"), true));
  world.run(world.host.api.setIScsiGroupPresharedKey(text(KEY), true));
  unit(world).adapter.powerOn();
  world.settle();
  assertEquals([world.host.adapterState(ADAPTER), login(world)], ["ready", 0]);
});
