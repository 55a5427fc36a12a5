/**
 * The verbs of `iscsicli` as its help text lists them (builds 14393 to 19041),
 * in the order of arguments in which published scripts call them.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { iscsicli, IscsicliError } from "../../sim/lab/command/iscsicli/iscsicli.ts";
import { REFUSED } from "../../sim/lab/command/iscsicli/verb.ts";
import { VERB_NAMES, verbNamed, VERBS } from "../../sim/lab/command/iscsicli/verbs.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, OTHER_PORT, PORT, setKey, targetWithKey } from "./world_support.ts";

const KEY = "a preshared key";
const NAME = "iqn.2026-01.example:disk";
const PORTAL = ["192.0.2.20", "3260"] as const;
const INVALID_PARAMETER = 87;
const AUTHENTICATION_FAILURE = 0xefff_0009;
const INVALID_SESSION_ID = 0xefff_001c;
const TARGET_NOT_FOUND = 0xefff_0029;

/** Two adapters that have the target's key, or none. */
function boot(keys: "with keys" | "without keys" = "with keys"): World {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [OTHER_PORT] }],
    targets: [targetWithKey(KEY)],
  });
  if (keys === "with keys") {
    for (const [adapter, id] of [[ADAPTER, PORT], ["hba1", OTHER_PORT]] as const) {
      assertEquals(setKey(world, KEY, { adapter, id }), 0);
    }
  }
  return world;
}

interface LoginArguments {
  readonly verb?: string;
  readonly portal?: readonly [address: string, socket: string];
  /** InitiatorInstance, PortNumber, SecurityFlags. */
  readonly initiator?: readonly [instance: string, port: string, flags: string];
  readonly key?: string;
  /** MappingCount, and four arguments for each mapping. */
  readonly mappings?: readonly string[];
}

/** LoginTarget's 18 arguments: name, PnP, portal, initiator, LoginFlags to AuthType, key, mapping count and mappings. */
function loginArguments(options: LoginArguments = {}): string[] {
  const { verb = "LoginTarget", portal = PORTAL, initiator = ["*", "*", "*"], key = "*", mappings = ["0"] } = options;
  return [verb, NAME, "T", ...portal, ...initiator, ..."*********", key, ...mappings];
}

Deno.test("LoginTarget takes instance, port and flags where the help text has them", () => {
  const calls: readonly (readonly [string, string, string])[] = [
    ["hba0", "0", "0x27"],
    ["hba1", "-1", "0x27"],
    ["hba1", "*", "*"],
    ["*", "*", "*"],
  ];
  for (const initiator of calls) {
    const { status, lines } = iscsicli(boot(), loginArguments({ initiator }));
    assertEquals(status, 0, initiator.join(" "));
    const [session = "", connection = ""] = lines.filter((line) => /Id is/.test(line));
    const adapter = initiator[0] === "hba1" ? 2 : 1;
    assertMatch(session, new RegExp(`Session Id is 0x${adapter}-0x[0-9a-f]+$`));
    assertMatch(connection, new RegExp(`Connection Id is 0x${adapter}-0x[0-9a-f]+$`));
  }
});

Deno.test("LoginTarget takes its key as argument 17, before the mappings", () => {
  assertEquals(iscsicli(boot("without keys"), loginArguments({ key: KEY })).status, 0);
  assertEquals(iscsicli(boot("without keys"), loginArguments({ key: "another key" })).status, AUTHENTICATION_FAILURE);
});

Deno.test("LoginTarget takes four arguments for each mapping, and its LUN only as 0x and 16 digits", () => {
  const lun = "0x0000000000000000";
  const good = [["1", lun, "0", "0", "0"], ["2", lun, "0", "0", "0", "0x0001000000000000", "0", "0", "1"]];
  for (const mappings of good) assertEquals(iscsicli(boot(), loginArguments({ mappings })).status, 0);
  const bad = [["1", "0x0", "0", "0", "0"], ["2", lun, "0", "0", "0", lun, "1", "0", "1"]];
  for (const mappings of bad) {
    assertEquals(iscsicli(boot(), loginArguments({ mappings })).status, INVALID_PARAMETER, mappings.join(" "));
  }
});

Deno.test("LoginTarget takes a portal's address and socket only together", () => {
  for (const portal of [["192.0.2.20", "*"], ["*", "3260"]] as const) {
    assertEquals(iscsicli(boot(), loginArguments({ portal })).status, INVALID_PARAMETER, portal.join(" "));
  }
});

Deno.test("QLoginTarget takes a name, which the service must know", () => {
  assertEquals(iscsicli(boot(), ["QLoginTarget", "iqn.2026-01.example:nobody"]).status, TARGET_NOT_FOUND);
});

Deno.test("ListInitiators lists the adapters", () => {
  const { status, lines } = iscsicli(boot(), ["ListInitiators"]);
  assertEquals(status, 0);
  const texts = lines.map((line) => line.trim());
  const at = texts.indexOf("Initiators List:");
  assertEquals(texts.slice(at, at + 3), ["Initiators List:", ADAPTER, "hba1"]);
});

/** Logs in, and gives the session's id as it is printed. */
function sessionOf(world: World): string {
  const { lines } = iscsicli(world, loginArguments({ initiator: ["hba0", "*", "*"] }));
  return /Session Id is (\S+)/.exec(lines.join("\n"))?.[1] ?? "no session";
}

Deno.test("LogoutTarget ends a session by the id that LoginTarget and SessionList print", () => {
  for (const spelling of [(id: string) => id, (id: string) => id.replaceAll("0x", "")]) {
    const world = boot();
    const id = spelling(sessionOf(world));
    assertEquals(iscsicli(world, ["LogoutTarget", id]).status, 0, id);
    world.advance(world.cycles(1e9));
    assertEquals(world.targets.get("disk")?.exchangeCount, 0);
    assertEquals(iscsicli(world, ["LogoutTarget", id]).status, INVALID_SESSION_ID, "a second time");
  }
});

Deno.test("SessionList shows each session with its id and its target", () => {
  const world = boot();
  const id = sessionOf(world).replaceAll("0x", "");
  const { status, lines } = iscsicli(world, ["SessionList"]);
  assertEquals(status, 0);
  const shown = lines.join("\n");
  assertMatch(shown, /^Total of 1 sessions$/m);
  assertMatch(shown, new RegExp(`^Session Id +: ${id}$`, "m"));
  assertMatch(shown, new RegExp(`^Target Name +: ${NAME}$`, "m"));
  assertMatch(shown, /^Number Connections +: 1$/m);
  assertMatch(shown, /^ *Target Portal +: 192\.0\.2\.20\/3260$/m);
  iscsicli(world, ["LogoutTarget", id]);
  assert(!iscsicli(world, ["SessionList"]).lines.join("\n").includes(NAME), "the session is still shown");
});

Deno.test("AddConnection takes its 16 arguments, and knows a session from none", () => {
  const call = ["AddConnection", "0x1-0x777", "hba0", "*", ...PORTAL, ..."**********"];
  assertEquals(iscsicli(boot(), [...call, "*"]).status, INVALID_SESSION_ID);
});

Deno.test("A persistent login is saved, listed and removed, and does not log in before the next start", () => {
  const world = boot();
  const saved = iscsicli(world, loginArguments({ verb: "PersistentLoginTarget", initiator: ["hba0", "*", "*"] }));
  assertEquals([saved.status, saved.lines.some((line) => line.includes("Session Id"))], [0, false]);
  assertEquals(world.targets.get("disk")?.exchangeCount, 0);
  const listed = () => iscsicli(world, ["ListPersistentTargets"]).lines.join("\n");
  assertMatch(listed(), new RegExp(`Target Name +: ${NAME}`));
  assertEquals(iscsicli(world, ["RemovePersistentTarget", "hba0", NAME, "*", ...PORTAL]).status, 0);
  assert(!listed().includes(NAME), "the login is still listed");
});

Deno.test("PSKey takes every spelling of an IPv6 address, and GetPSKey finds it by another one", () => {
  const spellings = {
    "2001:db8:0:0:0:0:0:1": "2001:db8::1",
    "::": "0:0:0:0:0:0:0:0",
    "2001:db8:8001:3::": "2001:0DB8:8001:0003:0:0:0:0",
    "2001:db8::192.0.2.1": "2001:db8::c000:201",
  };
  for (const [set, get] of Object.entries(spellings)) {
    const world = boot("without keys");
    assertEquals(iscsicli(world, ["PSKey", ADAPTER, "*", "0x27", "5", set, KEY, "T"]).status, 0, set);
    const { status, lines } = iscsicli(world, ["GetPSKey", ADAPTER, "*", "5", get]);
    assertEquals(status, 0, get);
    assertMatch(lines.join("\n"), /0x27/);
  }
});

Deno.test("PSKey and GetPSKey refuse a link-local address with a zone: an identifier has no place for one", () => {
  const id = "FE80::1%eth0";
  const set = ["PSKey", ADAPTER, "*", "0x27", "5", id, KEY, "T"];
  assertThrows(
    () => iscsicli(boot(), set),
    IscsicliError,
    "argument 5, Id: 12 characters, not shown, expected an IPv6",
  );
  const get = ["GetPSKey", ADAPTER, "*", "5", id];
  assertThrows(
    () => iscsicli(boot(), get),
    IscsicliError,
    "argument 4, Id: 12 characters, not shown, expected an IPv6",
  );
});

/** Each verb that takes a secret, with one in its place. */
const SECRET_VERBS: Readonly<Record<string, readonly ((secret: string) => string[])[]>> = {
  PSKey: [(key) => ["PSKey", "*", "*", "0x27", "2", "a.example", key, "T"]],
  GroupKey: [(key) => ["GroupKey", key, "T"]],
  LoginTarget: [(key) => loginArguments({ key }), (password) => loginArguments().with(15, password)],
  PersistentLoginTarget: [
    (key) => loginArguments({ verb: "PersistentLoginTarget", key }),
    (password) => loginArguments({ verb: "PersistentLoginTarget" }).with(15, password),
  ],
  QLoginTarget: [(password) => ["QLoginTarget", NAME, "somebody", password]],
  AddConnection: [
    (key) => ["AddConnection", "0x1-0x777", "hba0", "*", ...PORTAL, ..."**********", key],
    (password) => ["AddConnection", "0x1-0x777", "hba0", "*", ...PORTAL, ..."********", password, "*", "*"],
  ],
};

Deno.test("no verb shows a key or a password that it refuses, wherever it went wrong", () => {
  const takesSecret = VERB_NAMES.filter((verb) => {
    return [...VERBS[verb].required, ...VERBS[verb].optional].some(({ isSecret }) => isSecret === true);
  });
  assertEquals(takesSecret.map(String), Object.keys(SECRET_VERBS));
  const world = boot("without keys");
  const digits = "c0ffee5ec2e7";
  const malformed = [`0x${digits}0`, `0x${digits}zz`, `0x ${digits}`, `0x${digits}-`, `0x${digits.toUpperCase()}!`];
  for (const [verb, places] of Object.entries(SECRET_VERBS)) {
    for (const withSecret of places) {
      for (const secret of malformed) {
        const error = assertThrows(() => iscsicli(world, withSecret(secret)), IscsicliError, "not shown");
        for (const shown of [error.message, String(error.stack), JSON.stringify(error), Deno.inspect(error)]) {
          assert(!shown.toLowerCase().includes(digits), `${verb} shows ${shown}`);
        }
      }
      // A secret that is right, with arguments that are not: too many, too few, and each other one of no use.
      const args = withSecret(`0x${digits}`);
      const at = args.indexOf(`0x${digits}`);
      const wrong = args.map((_, index) => args.with(index, index === at ? `0x${digits}` : "no use"));
      for (const call of [[...args, "more", "than that"], args.slice(0, -1), args.slice(1), ...wrong]) {
        const said = outcomeOf(world, call);
        assert(!said.toLowerCase().includes(digits), `${verb} shows ${said}`);
      }
    }
    // The secret in the place of an argument that does not take it.
    const right = places[0]?.("a key") ?? [];
    VERBS[verbNamed(verb) ?? "PSKey"].required.forEach(({ read }, index) => {
      if (read(digits) !== REFUSED) return;
      const said = outcomeOf(world, right.with(index + 1, digits));
      assert(!said.toLowerCase().includes(digits), `${verb} shows ${said}`);
    });
  }
  // A key where an address belongs, of the verb that has no key.
  for (const idType of ["1", "5"]) {
    const said = outcomeOf(world, ["GetPSKey", ADAPTER, "*", idType, digits]);
    assertStringIncludes(said, "not shown");
    assert(!said.includes(digits), said);
  }
  // The search finds what is shown: an argument of a verb without secrets is repeated.
  assertStringIncludes(outcomeOf(world, ["GetPSKey", "*", digits, "2", "a.example"]), digits);
});

/** All that a command says, right or wrong. */
function outcomeOf(world: World, args: readonly string[]): string {
  try {
    const { lines, note } = iscsicli(world, args);
    return [...lines, note].join("\n");
  } catch (error) {
    if (error instanceof IscsicliError) return Deno.inspect(error);
    throw error;
  }
}
