/**
 * Every argument of every verb of `iscsicli` with words that it does not take:
 * the answer that the real command has, or an error with its place, and in
 * either case nothing done, because there is no world yet.
 */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { IscsicliError, readIscsicli } from "../../sim/lab/command/iscsicli/iscsicli.ts";
import { VERB_NAMES, type VerbName, VERBS } from "../../sim/lab/command/iscsicli/verbs.ts";

const INVALID_PARAMETER = 87;
const LUN = "0x0001000000000000";
const SESSION = "0xffffa00012340010-0x4000013700000001";
const PORTAL = ["192.0.2.20", "3260"];
/** LoginTarget's arguments 1 to 17. */
const LOGIN = ["iqn.2026-01.example:disk", "T", ...PORTAL, "hba0", "*", "0x27", ..."*********", "*"];

/** A command of each verb that is right, with all arguments that there can be. */
const RIGHT: Readonly<Record<VerbName, readonly string[]>> = {
  PSKey: ["hba0", "*", "0x27", "1", "192.0.2.10", "a key", "T"],
  GetPSKey: ["hba0", "*", "1", "192.0.2.10"],
  GroupKey: ["a key", "T"],
  TunnelAddr: ["hba0", "*", "192.0.2.20", "192.0.2.30", "T"],
  LoginTarget: [...LOGIN, "1", LUN, "0", "0", "0"],
  PersistentLoginTarget: [...LOGIN, "1", LUN, "0", "0", "0"],
  QLoginTarget: ["iqn.2026-01.example:disk", "a name", "a password"],
  LogoutTarget: [SESSION],
  AddConnection: [SESSION, "hba0", "*", ...PORTAL, "0x27", ..."*********", "*"],
  SessionList: ["T"],
  ListPersistentTargets: [],
  RemovePersistentTarget: ["hba0", "iqn.2026-01.example:disk", "*", ...PORTAL],
  ListInitiators: [],
};

const NO_NUMBERS = ["", " ", "x", "1x", "0x", "0xg", "1.5", "1e3", " 1", "1 ", "+1", "--1", "0b1", "١"];
const NO_HEX = ["0x1", "0xabc", "0xzz", "0x 11", "0x11-", "0X1"];
/** A text with half a character, which has no bytes. */
const HALF = "k\ud83dy";

/** What each argument does not take, by its name: words that are errors, and words that the real command refuses with 87. */
const WRONG: Readonly<Record<string, { readonly errors?: readonly string[]; readonly refused?: readonly string[] }>> = {
  // Texts, of which the service and the adapter judge, and truth values, of which none is wrong.
  ...Object.fromEntries(
    ["InitiatorName", "InitiatorInstance", "TargetName", "Id", "DestinationAddress", "TunnelAddress"]
      .concat(["ReportToPNP", "Persist", "ShowSessionInfo", "TargetPortalAddress"])
      .map((name) => [name, {}]),
  ),
  ...Object.fromEntries(
    ["LoginFlags", "HeaderDigest", "DataDigest", "MaxConnections", "DefaultTime2Wait", "DefaultTime2Retain"]
      .concat(["AuthType", "MappingCount", "OSLUN"])
      .map((name) => [name, { errors: [...NO_NUMBERS, "-1", "4294967296", "0x100000000"] }]),
  ),
  IdType: { errors: [...NO_NUMBERS, "-1", "*", "4294967296"] },
  TargetPortalSocket: { errors: [...NO_NUMBERS, "-1", "65536", "0x10000"] },
  ...Object.fromEntries(
    ["InitiatorPort", "PortNumber", "OSBus", "OSTarget"]
      .map((name) => [name, { errors: [...NO_NUMBERS, "-2", "-01", "4294967296", "0x100000000"] }]),
  ),
  SecurityFlags: { errors: [...NO_NUMBERS, "-1", "18446744073709551616", "0x10000000000000000"] },
  Key: { errors: [...NO_HEX, HALF] },
  Password: { errors: [...NO_HEX, HALF] },
  CHAPPassword: { errors: [...NO_HEX, HALF] },
  Username: { errors: [HALF] },
  CHAPUsername: { errors: [HALF] },
  TargetLUN: { refused: ["", "0", "0x0", LUN.slice(0, -1), `${LUN}0`, "0001000000000000", "0x000100000000000g", "*"] },
  SessionId: { refused: ["", "1", "0x1", "1-", "-1", "1-2-3", "0x1-0xg", "1 -2", `${"1".repeat(17)}-1`, "*"] },
};

/** The arguments of a verb, in the order of its command in {@linkcode RIGHT}. */
function argumentsOf(verb: VerbName) {
  const { required, optional, repeated } = VERBS[verb];
  return [...required, ...optional, ...repeated];
}

Deno.test("the commands that the tests change are right, and have every argument", () => {
  for (const verb of VERB_NAMES) {
    assertEquals(readIscsicli([verb, ...RIGHT[verb]]).type, "call", verb);
    assertEquals(RIGHT[verb].length, argumentsOf(verb).length, verb);
  }
  const names = new Set(VERB_NAMES.flatMap((verb) => argumentsOf(verb).map(({ name }) => name)));
  assertEquals([...names].toSorted(), Object.keys(WRONG).toSorted());
});

Deno.test("a word that an argument does not take is an error with verb, number, name and what is accepted", () => {
  for (const verb of VERB_NAMES) {
    argumentsOf(verb).forEach(({ name, accepted }, index) => {
      for (const word of WRONG[name]?.errors ?? []) {
        const command = [verb, ...RIGHT[verb].with(index, word)];
        const { message } = assertThrows(() => readIscsicli(command), IscsicliError, undefined, command.join(" "));
        assertStringIncludes(message, `${verb}, argument ${index + 1}, ${name}: `);
        assertStringIncludes(message, `, expected ${accepted}`);
      }
    });
  }
});

Deno.test("a LUN without all its digits, and a session id that is none, are invalid parameters", () => {
  for (const verb of VERB_NAMES) {
    argumentsOf(verb).forEach(({ name }, index) => {
      for (const word of WRONG[name]?.refused ?? []) {
        assertEquals(
          toldStatus([verb, ...RIGHT[verb].with(index, word)]),
          INVALID_PARAMETER,
          `${verb} ${name} ${word}`,
        );
      }
    });
  }
});

/** The status of a command that needs no world for its answer. */
function toldStatus(command: readonly string[]): number {
  const read = readIscsicli(command);
  assert(read.type === "told", `${command.join(" ")} would be carried out`);
  assertStringIncludes(read.result.note ?? "", "nothing was done");
  return read.result.status;
}

Deno.test("any other number of arguments than a verb's shows its usage, and is no error", () => {
  for (const verb of VERB_NAMES) {
    const right = RIGHT[verb];
    const { required, optional, repeated } = VERBS[verb];
    for (let length = 0; length <= right.length + 5; length++) {
      const words = Array.from({ length }, (_, index) => right[index] ?? "*");
      const counts = [required.length, required.length + optional.length];
      if (repeated.length > 0 ? length === right.length : counts.includes(length)) continue;
      const read = readIscsicli([verb, ...words]);
      assert(read.type === "told", `${verb} with ${length} arguments would be carried out`);
      assertEquals(read.result.status, 0);
      assertEquals(read.result.lines[0]?.startsWith(`iscsicli ${verb}`), true);
      assertEquals(read.result.lines.at(-1), "The operation completed successfully. ");
      assertStringIncludes(read.result.note ?? "", "nothing was done");
    }
  }
});

Deno.test("address and socket of a portal go together", () => {
  for (const verb of VERB_NAMES) {
    const at = argumentsOf(verb).findIndex(({ name }) => name === "TargetPortalAddress");
    if (at < 0) continue;
    assertEquals(toldStatus([verb, ...RIGHT[verb].with(at, "*")]), INVALID_PARAMETER, verb);
    assertEquals(toldStatus([verb, ...RIGHT[verb].with(at + 1, "*")]), INVALID_PARAMETER, verb);
    assertEquals(readIscsicli([verb, ...RIGHT[verb].with(at, "*").with(at + 1, "*")]).type, "call", verb);
  }
});

Deno.test("mappings have one bus and one target, and as many units as their count says", () => {
  const two = [LUN, "0", "1", "0", LUN.replace("1", "2"), "0", "1", "1"];
  for (const verb of ["LoginTarget", "PersistentLoginTarget"]) {
    assertEquals(readIscsicli([verb, ...LOGIN, "2", ...two]).type, "call");
    for (const wrong of [two.with(5, "1"), two.with(6, "0"), two.with(5, "-1")]) {
      assertEquals(toldStatus([verb, ...LOGIN, "2", ...wrong]), INVALID_PARAMETER, wrong.join(" "));
    }
    for (const count of ["0", "*", "1", "3", "0xffffffff"]) {
      assertEquals(toldStatus([verb, ...LOGIN, count, ...two]), 0, count);
    }
  }
});

Deno.test("an id type that is none of the verbs' is told, and is no error", () => {
  for (const type of ["0", "4", "6", "9", "11", "4294967295"]) {
    assertEquals(toldStatus(["PSKey", ...RIGHT.PSKey.with(3, type)]), 0, type);
    assertEquals(toldStatus(["GetPSKey", ...RIGHT.GetPSKey.with(2, type)]), 0, type);
  }
});

Deno.test("an identifier is an address of its type", () => {
  const wrong = {
    "1": ["", "192.0.2", "192.0.2.256", "2001:db8::1", "host.example", "*"],
    "5": ["", "192.0.2.10", "::g"],
  };
  for (const [type, ids] of Object.entries(wrong)) {
    for (const id of ids) {
      const set = ["PSKey", ...RIGHT.PSKey.with(3, type).with(4, id)];
      assertThrows(() => readIscsicli(set), IscsicliError, "PSKey, argument 5, Id: ", id);
      const get = ["GetPSKey", ...RIGHT.GetPSKey.with(2, type).with(3, id)];
      assertThrows(
        () => readIscsicli(get),
        IscsicliError,
        `GetPSKey, argument 4, Id: ${id.length} characters, not shown`,
        id,
      );
    }
  }
});

Deno.test("a verb that there is not is answered with the nearest", () => {
  const nearest: Readonly<Record<string, VerbName>> = {
    pskye: "PSKey",
    logut: "LogoutTarget",
    Login: "LoginTarget",
    AddTarget: "LoginTarget",
    AddConection: "AddConnection",
    ListPersistentTarget: "ListPersistentTargets",
    RemovePersistent: "RemovePersistentTarget",
    sessions: "SessionList",
    ListInitiator: "ListInitiators",
  };
  for (const [word, verb] of Object.entries(nearest)) {
    const { message } = assertThrows(() => readIscsicli([word]), IscsicliError);
    assertStringIncludes(message, `expected ${verb}, which is the nearest`, word);
    assertEquals(VERB_NAMES.filter((name) => !message.includes(name)), []);
  }
  assertThrows(() => readIscsicli([]), IscsicliError, "verb: ");
});

Deno.test("verbs have no case", () => {
  for (const verb of VERB_NAMES) {
    for (const word of [verb.toLowerCase(), verb.toUpperCase()]) {
      assertEquals(readIscsicli([word, ...RIGHT[verb]]).type, "call", word);
    }
  }
});

Deno.test("the help of a verb names each of its arguments and what it accepts, and that of all names each verb", () => {
  for (const verb of VERB_NAMES) {
    const ways = [["help", verb], ["--help", verb], ["/?", verb.toLowerCase()], [verb, "/?"], [verb, "-?"], [
      verb,
      "--help",
    ]];
    const texts = ways.map((words) => {
      const read = readIscsicli(words);
      assert(read.type === "told", words.join(" "));
      assertEquals(read.result.status, 0);
      return read.result.lines.join("\n");
    });
    assertEquals(new Set(texts).size, 1);
    const flowing = (texts[0] ?? "").replaceAll(/\s+/g, " ");
    assertStringIncludes(flowing, VERBS[verb].doc);
    for (const { name, accepted } of argumentsOf(verb)) assertStringIncludes(flowing, `${name} ${accepted}`);
    assert((texts[0] ?? "").split("\n").every((line) => line.length <= 100), "a line is too long");
  }
  const all = readIscsicli(["help"]);
  assert(all.type === "told");
  for (const verb of VERB_NAMES) assertStringIncludes(all.result.lines.join("\n"), `iscsicli ${verb}`);
  assertThrows(() => readIscsicli(["help", "Fly"]), IscsicliError, "the nearest");
});

Deno.test("a name with half a character is no identifier", () => {
  for (const command of [["PSKey", "*", "*", "0x27", "2", HALF, "a key", "T"], ["GetPSKey", "*", "*", "3", HALF]]) {
    const { message } = assertThrows(() => readIscsicli(command), IscsicliError);
    assertStringIncludes(message, "Id: 3 characters, not shown, expected a name of whole characters");
  }
});
