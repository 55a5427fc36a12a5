/**
 * Keys that are lost on their way to an adapter while its cache is filled. Of several keys the best counts: a login does
 * not go with the next one because the bus has refused the best. It fails, or goes when the best has come after all.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { IdentificationType } from "../../firmware/manual/interface.ts";
import { Win32Error } from "../../host/status.ts";
import { bootWorld, login, PORT, setKey, targetWithKey, text, unit } from "./world_support.ts";

const NAME = { idType: IdentificationType.ID_FQDN, id: text("backup.example") };

/** An adapter in memory that lost power and is filled while transfers are refused from one on; then it logs in. */
function loginAfterFill(first: number, last: number, targetKey: string) {
  const world = bootWorld({
    adapters: [{ name: "hba0", keyStorage: "ram", ports: [PORT] }],
    targets: [targetWithKey(targetKey)],
  });
  assertEquals(setKey(world, "of a name", NAME), 0);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text("of all"), true)), 0);
  const { adapter } = unit(world);
  let transfers = 0;
  adapter.dma.taps.add(() => ++transfers >= first && transfers <= last ? "refuse" : undefined);
  adapter.powerOff();
  adapter.powerOn();
  world.settle();
  const filled = transfers;
  return { status: login(world), later: login(world), filled };
}

Deno.test("A login does not go with the group key because the bus has refused the key of a name in a fill", () => {
  const { status, filled } = loginAfterFill(0, 0, "of a name");
  assertEquals(status, 0);
  assert(filled > 2, `${filled} transfers`);
  for (let first = 1; first <= filled; first++) {
    for (const many of [1, 2, 100]) {
      assertNotEquals(
        loginAfterFill(first, first + many - 1, "of all").status,
        0,
        `${many} transfers from ${first} on`,
      );
    }
  }
});

Deno.test("A login whose key was lost on the way says so, and comes about when the key gets there", () => {
  // A fill: what the adapter tells of itself, then the settings. The first login asks it once more, in vain.
  const { status, later } = loginAfterFill(2, 4, "of a name");
  assertEquals([status, later], [Win32Error.ioDevice, 0]);
});
