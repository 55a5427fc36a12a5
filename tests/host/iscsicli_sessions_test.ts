/** Sessions, connections and saved logins by the verbs of `iscsicli`, from their beginning to their end. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { iscsicli } from "../../sim/lab/command/iscsicli/iscsicli.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, OTHER_PORT, PORT, reboot, setKey, targetWithKey } from "./world_support.ts";

const KEY = "a preshared key";
const PASSWORD = "twelve bytes";
const NAME = "iqn.2026-01.example:disk";
const OTHER_NAME = "iqn.2026-01.example:tape";
const ADDRESS = "192.0.2.20";
const NOT_FOUND = 0xefff_000b;
const INVALID_SESSION_ID = 0xefff_001c;
const INITIATOR_NOT_FOUND = 0xefff_0044;

function boot(): World {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT, OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
  assertEquals(setKey(world, KEY), 0);
  return world;
}

/** The lines of a command that succeeds. */
function said(world: World, ...command: string[]): string[] {
  const { status, lines } = iscsicli(world, command);
  assertEquals(status, 0, command.join(" "));
  return [...lines];
}

interface LoginWords {
  readonly name?: string;
  readonly portal?: readonly [string, string];
  readonly port?: string;
  /** LoginFlags to AuthType, and the key. */
  readonly options?: readonly string[];
}

/** The arguments of LoginTarget and PersistentLoginTarget, without mappings. */
function loginWords({ name = NAME, portal = [ADDRESS, "3260"], port = "0", options = [..."**********"] }: LoginWords) {
  return [name, "T", ...portal, ADAPTER, port, "0x27", ...options, "0"];
}

function logIn(world: World): string {
  return /Session Id is (\S+)/.exec(said(world, "LoginTarget", ...loginWords({})).join("\n"))?.[1] ?? "none";
}

Deno.test("AddConnection opens another connection of a session; both are shown, and end with it", () => {
  const world = boot();
  const session = logIn(world);
  const add = ["AddConnection", session, "*", "*", ADDRESS, "3260", "*", ..."**********"];
  const connection = /Connection Id is (\S+)/.exec(said(world, ...add).join("\n"))?.[1] ?? "none";
  const shown = said(world, "SessionList").join("\n");
  assertMatch(shown, /^Number Connections +: 2$/m);
  assertEquals(shown.match(/ Target Portal +: 192\.0\.2\.20\/3260$/gm)?.length, 2);
  assertStringIncludes(shown, `Connection Id     : ${connection.replaceAll("0x", "")}`);
  said(world, "LogoutTarget", session);
  assertEquals(iscsicli(world, add).status, INVALID_SESSION_ID);
  // No session: only banner and message text.
  assertEquals(said(world, "SessionList").slice(2), ["The operation completed successfully. "]);
});

Deno.test("a saved login logs in at the next start, and by what was saved with it", () => {
  const world = boot();
  said(world, "PersistentLoginTarget", ...loginWords({}));
  assertEquals(said(world, "SessionList").length, 3);
  reboot(world);
  assertStringIncludes(said(world, "SessionList").join("\n"), `Target Name            : ${NAME}`);
});

Deno.test("a saved login shows its options, and neither key nor password", () => {
  const world = boot();
  const options = ["1", "1", "0", "4", "5", "6", "somebody", PASSWORD, "1", KEY];
  said(world, "PersistentLoginTarget", ...loginWords({ options }));
  const shown = said(world, "ListPersistentTargets").join("\n");
  for (
    const line of [
      /Total of 1 peristent targets/,
      /Address and Socket +: 192\.0\.2\.20 3260$/m,
      /Session Type +: Data$/m,
      /Initiator Name +: hba0$/m,
      /Port Number +: 0$/m,
      /Security Flags +: 0x27$/m,
      /Login Flags +: 0x1$/m,
      /Header Digest +: CRC-32C$/m,
      /Data Digest +: None$/m,
      /Maximum Connections +: 4$/m,
      /Default Time 2 Wait +: 5$/m,
      /Default Time 2 Retain +: 6$/m,
      /Authentication Type +: CHAP$/m,
      /Username +: somebody$/m,
    ]
  ) assertMatch(shown, line);
  for (const secret of [KEY, PASSWORD]) assert(!shown.includes(secret), "a secret is shown");
});

Deno.test("RemovePersistentTarget goes by adapter, target, port and portal, of which the last two may be any", () => {
  const world = boot();
  const saved: readonly LoginWords[] = [
    { portal: [ADDRESS, "3260"] },
    { portal: [ADDRESS, "3261"] },
    { portal: [ADDRESS, "3260"], port: "1" },
    { name: OTHER_NAME },
  ];
  for (const words of saved) said(world, "PersistentLoginTarget", ...loginWords(words));
  const count = () =>
    iscsicli(world, ["ListPersistentTargets"]).lines.filter((line) => /Target Name/.test(line)).length;
  assertEquals(count(), 4);
  const remove = (...words: string[]) => iscsicli(world, ["RemovePersistentTarget", ...words]).status;
  assertEquals(remove("nobody", NAME, "0", ADDRESS, "3260"), INITIATOR_NOT_FOUND);
  for (
    const words of [
      ["iqn.2026-01.example:nobody", "*", "*", "*"],
      [NAME, "0", ADDRESS, "3262"],
      [NAME, "0", "192.0.2.21", "3260"],
      [OTHER_NAME, "1", "*", "*"],
    ]
  ) assertEquals(remove(ADAPTER, ...words), NOT_FOUND, words.join(" "));
  assertEquals(count(), 4);
  assertEquals(remove(ADAPTER, NAME, "0", ADDRESS, "3261"), 0);
  assertEquals(count(), 3);
  assertEquals(remove(ADAPTER, NAME, "-1", "*", "*"), 0);
  assertEquals(count(), 1);
  assertEquals(remove(ADAPTER, NAME, "-1", "*", "*"), NOT_FOUND);
  assertEquals(remove(ADAPTER, OTHER_NAME, "*", ADDRESS, "3260"), 0);
  assertEquals(said(world, "ListPersistentTargets").slice(2), ["The operation completed successfully. "]);
});
