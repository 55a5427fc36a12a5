/** Commands with a database: the service must know an adapter whose flash is older than what it holds. */

import { assert, assertEquals } from "@std/assert";
import { SqliteKeyStore } from "../../../host/initiator_service/sqlite_key_store.ts";
import { exportKeyStore } from "../../../host/initiator_service/key_store.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { worldOptions } from "../../../sim/lab/scenario/world_of_scenario.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { decodeWorldImage } from "../../../sim/lab/world/world_image.ts";
import { hbasim, HEAD, withFile } from "./command_line.ts";

const WORLD =
  `${HEAD}targets: { disk: { address: 192.0.2.20, keys: { any: CCCCCCCC } } }\nallowNothing: true\nsteps: []\n`;

/** The status of a login in main mode with a flash and a database. */
function login(flash: Uint8Array, database: string): number {
  const keyStore = new SqliteKeyStore(database);
  try {
    const image = { ...decodeWorldImage(flash), serviceStore: exportKeyStore(keyStore) };
    const world = new World({ ...worldOptions(readScenario(WORLD, "world.yaml"), { image }), keyStore });
    world.powerOn();
    world.settle();
    return world.run(world.host.api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: "hba0",
      targetPortal: { address: "192.0.2.20" },
    })).status;
  } finally {
    keyStore.close();
  }
}

Deno.test("hbasim iscsicli: a flash of before the last command gets what the database holds", () => {
  withFile(WORLD, (file, directory) => {
    const [state, database] = [`${directory}/flash`, `${directory}/service.db`];
    const flashes = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"].map((key) => {
      const files = ["--state", state, "--database", database, "--world", file];
      const set = hbasim("iscsicli", ...files, "PSKey", "hba0", "*", "0x27", "1", "192.0.2.10", key, "T");
      assertEquals(set.code, 0, set.stderr + set.stdout);
      return Deno.readFileSync(state);
    });
    assert(flashes.length === 3);
    for (const [index, flash] of flashes.entries()) assertEquals(login(flash, database), 0, `flash ${index}`);
  });
});
