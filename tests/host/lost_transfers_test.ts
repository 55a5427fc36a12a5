/**
 * Keys that are lost on their way to an adapter while its cache is filled. Of several keys the best counts: a login does
 * not go with the next one because the bus has refused the best. It fails, or goes when the best has come after all.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { IdentificationType } from "../../firmware/manual/interface.ts";
import { Win32Error } from "../../host/status.ts";
import { bootWorld, login, PORT, setKey, targetWithKey, text, unit } from "./world_support.ts";

const NAME = { idType: IdentificationType.ID_FQDN, id: text("backup.example") };

/** An adapter in memory that lost power and is filled, then logs in, while some transfers are refused. */
function loginAfterFill(refused: readonly number[], targetKey: string) {
  const world = bootWorld({
    adapters: [{ name: "hba0", keyStorage: "ram", ports: [PORT] }],
    targets: [targetWithKey(targetKey)],
  });
  assertEquals(setKey(world, "of a name", NAME), 0);
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(text("of all"), true)), 0);
  const { adapter } = unit(world);
  let transfers = 0;
  adapter.dma.taps.add(() => refused.includes(++transfers) ? "refuse" : undefined);
  adapter.powerOff();
  adapter.powerOn();
  world.settle();
  return { status: login(world), later: login(world) };
}

Deno.test("A login does not go with the group key because the bus has refused the key of a name in a fill", () => {
  assertEquals(loginAfterFill([], "of a name").status, 0);
  // The fill takes three transfers, the login has it done again and takes four.
  for (let first = 1; first <= 8; first++) {
    for (let second = first; second <= 8; second++) {
      assertNotEquals(loginAfterFill([first, second], "of all").status, 0, `transfers ${first} and ${second}`);
    }
  }
});

Deno.test("A login whose key was lost on the way says so, and comes about when the key gets there", () => {
  // A fill: what the adapter tells of itself, then the settings. The first login asks it once more, in vain.
  const { status, later } = loginAfterFill([2, 3, 4], "of a name");
  assertEquals([status, later], [Win32Error.ioDevice, 0]);
});
