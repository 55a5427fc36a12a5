/**
 * The numbers in the ISIDs of sessions: none is given to two sessions at a
 * time, also when all have been given once, and a login that no adapter was
 * asked for uses none up.
 */

import { assert, assertEquals } from "@std/assert";
import { IsidNumbers } from "../../host/initiator_service/isid_numbers.ts";
import { LoginFlag, type LoginParameters } from "../../host/iscsidsc/structures.ts";
import { loginToTarget } from "../../host/wmi/adapter_client.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { loginIn } from "./provider_world.ts";
import { ADAPTER, bootWorld, PORT, TARGET, targetWithKey, text } from "./world_support.ts";

const KEY = "the key of the target";
const LAST = 0x7fff;

function boot(): World {
  return bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] });
}

function logIn(world: World, change: Partial<LoginParameters> = {}): number {
  return world.run(world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: ADAPTER,
    targetPortal: { address: TARGET.join(".") },
    securityFlags: 0x27n,
    key: text(KEY),
    loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
    ...change,
  })).status;
}

/** The numbers of the sessions that are open. */
function numbers(world: World): readonly number[] {
  return world.run(world.host.api.getIScsiSessionList()).sessions
    .map(({ isid }) => new DataView(isid.buffer, isid.byteOffset).getUint16(4));
}

/** All numbers are given, but for no session. */
function comeRound(world: World): void {
  const given = world.host.service.run?.isidNumbers;
  assert(given !== undefined);
  while (!given.hasComeRound) given.over(given.next(new Set()) ?? 0);
}

Deno.test("A login that no adapter is asked for uses no number up", () => {
  const world = boot();
  assertEquals(logIn(world), 0);
  const refused: Partial<LoginParameters>[] = [
    { initiatorInstance: "nobody" },
    { initiatorPortNumber: 7 },
    { targetPortal: { address: "disk" } },
    { targetName: "disk" },
    // REQUIRE_IPSEC with flags that switch it off.
    { loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled | 0x01 }, securityFlags: 0x01n },
    // A second session without MULTIPATH.
    { loginOptions: { version: 0 } },
  ];
  for (const change of refused) assertEquals(logIn(world, change) === 0, false, JSON.stringify(Object.keys(change)));
  assertEquals(logIn(world, { isPersistent: true }), 0, "a saved login has a number of another kind");
  assertEquals(logIn(world), 0);
  assertEquals(numbers(world), [1, 2]);
});

Deno.test("When all numbers were given, the next round passes over those of open sessions and of logins under way", () => {
  const given = new IsidNumbers();
  assertEquals(given.hasComeRound, false);
  const [first, second] = [given.next(new Set()), given.next(new Set())];
  assertEquals([first, second], [1, 2]);
  given.over(second ?? 0);
  for (let number = 3; number <= LAST; number++) given.over(given.next(new Set()) ?? 0);
  assertEquals(given.hasComeRound, true);
  // 1 is still under way, 2 and 4 are open.
  assertEquals(given.next(new Set([2, 4])), 3);
  assertEquals(given.next(new Set([2, 4])), 5);
  given.over(3);
  for (let number = 6; number <= LAST; number++) given.over(given.next(new Set()) ?? 0);
  assertEquals(given.next(new Set([2])), 3, "1 is still under way");
});

Deno.test("Without a free number none is given", () => {
  const given = new IsidNumbers();
  const all = new Set(Array.from({ length: LAST }, (_, index) => index + 1));
  assertEquals(given.next(all), undefined);
  all.delete(700);
  assertEquals([given.next(all), given.next(all)], [700, undefined]);
  given.over(700);
  assertEquals(given.next(all), 700);
});

Deno.test("The service asks the adapters for open sessions before it gives a number again", () => {
  const world = boot();
  assertEquals([logIn(world), logIn(world)], [0, 0]);
  // A tool's own session, with the number that comes next but one.
  const foreign = loginIn({
    PersistentLogin: false,
    UniqueIdForISID: 4,
    TargetName: "iqn.2026-01.example:disk",
    Key: text(KEY),
  });
  const opened = world.run(loginToTarget({ wmi: world.host.wmi, deviceName: ADAPTER }, foreign));
  assertEquals(opened.type === "answered" && opened.status, 0);
  comeRound(world);
  for (let count = 0; count < 3; count++) assertEquals(logIn(world), 0);
  assertEquals(numbers(world).toSorted((a, b) => a - b), [1, 2, 3, 4, 5, 6]);
});
