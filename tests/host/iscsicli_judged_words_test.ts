/**
 * Words of `iscsicli` that only the service or the adapter can judge: names
 * that nobody has, that are too long or hold control characters, addresses
 * that are none, values that no field takes. Each has its status, and leaves
 * flash and service store as they were.
 */

import { assert, assertEquals } from "@std/assert";
import { iscsicli } from "../../sim/lab/command/iscsicli/iscsicli.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { ADAPTER, bootWorld, PORT, setKey, targetWithKey } from "./world_support.ts";

const KEY = "a preshared key";
const NAME = "iqn.2026-01.example:disk";
const WIN32_INVALID_PARAMETER = 87;
const NOT_FOUND = 0xefff_000b;
const INVALID_SESSION_ID = 0xefff_001c;
const INVALID_PORT_NUMBER = 0xefff_002d;
const IKE_ID_PAYLOAD_INCORRECT_SIZE = 0xefff_0031;
const INITIATOR_NOT_FOUND = 0xefff_0044;
const INVALID_TARGET_CHAP_SECRET = 0xefff_004b;
const INVALID_LOGON_AUTH_TYPE = 0xefff_004e;
const INVALID_ISCSI_NAME = 0xefff_0051;
const INVALID_PARAMETER = 0xefff_0056;
const DNS_NAME_UNRESOLVED = 0xefff_005f;

/** Names that are of no form, or hold what RFC 3722 §6 prohibits. */
const BAD_NAMES = Object.fromEntries(
  [
    "disk",
    "iqn.",
    "iqn",
    "eui",
    "*",
    "iqn.a:\u0007",
    "iqn.a:\u001b[2J",
    "iqn.a: d",
    "iqn.a:d\n",
    "iqn.a:d/e",
    "iqn.a:d_e",
  ]
    .concat(["iqn.a:d,e", "iqn.a:\u00a0", "iqn.a:\u0085", "iqn.a:\u2028", "iqn.a:\ud800"])
    .map((name) => [name, INVALID_ISCSI_NAME]),
);

/** Commands that succeed, or would if there were anything to remove. */
const RIGHT = {
  PSKey: ["PSKey", ADAPTER, "*", "0x27", "2", "host.example", KEY, "T"],
  GetPSKey: ["GetPSKey", ADAPTER, "*", "2", "host.example"],
  GroupKey: ["GroupKey", KEY, "T"],
  TunnelAddr: ["TunnelAddr", ADAPTER, "*", "192.0.2.20", "192.0.2.30", "T"],
  LoginTarget: ["LoginTarget", NAME, "T", "192.0.2.20", "3260", ADAPTER, "*", "0x27", ..."*********", "*", "0"],
  PersistentLoginTarget: [
    ...["PersistentLoginTarget", NAME, "T", "192.0.2.20", "3260", ADAPTER, "*", "0x27", ..."*********", "*", "0"],
  ],
  RemovePersistentTarget: ["RemovePersistentTarget", ADAPTER, NAME, "*", "192.0.2.20", "3260"],
  AddConnection: ["AddConnection", "0x1-0x1", "*", "*", "192.0.2.20", "3260", "*", ..."**********"],
} as const;

const TOO_LONG_NAME = "n".repeat(224);
const TOO_LONG = "n".repeat(256);
const TOO_LONG_KEY = "k".repeat(257);

/** Of LoginTarget and PersistentLoginTarget, by number of the argument. */
const LOGIN: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  1: { "": WIN32_INVALID_PARAMETER, [TOO_LONG_NAME]: WIN32_INVALID_PARAMETER, ...BAD_NAMES },
  3: { "": WIN32_INVALID_PARAMETER, "a\u001b[2Jb": DNS_NAME_UNRESOLVED, [TOO_LONG]: WIN32_INVALID_PARAMETER },
  5: { "hba0\u0007": INITIATOR_NOT_FOUND, [TOO_LONG]: WIN32_INVALID_PARAMETER },
  6: { "1": INVALID_PORT_NUMBER },
  8: { "0x40": WIN32_INVALID_PARAMETER },
  9: { "2": WIN32_INVALID_PARAMETER },
  10: { "2": WIN32_INVALID_PARAMETER },
  11: { "0": WIN32_INVALID_PARAMETER, "65536": WIN32_INVALID_PARAMETER },
  16: { "1": INVALID_TARGET_CHAP_SECRET, "3": INVALID_LOGON_AUTH_TYPE },
  17: { [TOO_LONG_KEY]: INVALID_PARAMETER },
};

/** By verb and number of the argument: words, and the status of each. */
const JUDGED: Readonly<Record<keyof typeof RIGHT, Readonly<Record<number, Readonly<Record<string, number>>>>>> = {
  PSKey: {
    1: { "": INITIATOR_NOT_FOUND, nobody: INITIATOR_NOT_FOUND, [TOO_LONG]: WIN32_INVALID_PARAMETER },
    2: { "1": INVALID_PORT_NUMBER, "4294967294": INVALID_PORT_NUMBER },
    5: { "": IKE_ID_PAYLOAD_INCORRECT_SIZE, ["n".repeat(257)]: IKE_ID_PAYLOAD_INCORRECT_SIZE },
    6: { "": INVALID_PARAMETER, "0x": INVALID_PARAMETER, "*": INVALID_PARAMETER, [TOO_LONG_KEY]: INVALID_PARAMETER },
  },
  GetPSKey: {
    1: { "hba0\u0007": INITIATOR_NOT_FOUND, [TOO_LONG]: WIN32_INVALID_PARAMETER },
    2: { "1": INVALID_PORT_NUMBER },
    4: { "": IKE_ID_PAYLOAD_INCORRECT_SIZE },
  },
  GroupKey: {
    1: { "": INVALID_PARAMETER, "0X": INVALID_PARAMETER, "*": INVALID_PARAMETER, [TOO_LONG_KEY]: INVALID_PARAMETER },
  },
  TunnelAddr: {
    1: { nobody: INITIATOR_NOT_FOUND },
    3: {
      "": INVALID_PARAMETER,
      "*": INVALID_PARAMETER,
      "192.0.2.256": DNS_NAME_UNRESOLVED,
      "::1%eth0": DNS_NAME_UNRESOLVED,
    },
    4: { x: DNS_NAME_UNRESOLVED, [TOO_LONG]: WIN32_INVALID_PARAMETER },
  },
  LoginTarget: LOGIN,
  PersistentLoginTarget: LOGIN,
  RemovePersistentTarget: {
    1: { "": INITIATOR_NOT_FOUND, nobody: INITIATOR_NOT_FOUND, [TOO_LONG]: WIN32_INVALID_PARAMETER },
    2: {
      "": WIN32_INVALID_PARAMETER,
      [TOO_LONG_NAME]: WIN32_INVALID_PARAMETER,
      "iqn.a:\u0007": NOT_FOUND,
      disk: NOT_FOUND,
    },
    3: { "2": INVALID_PORT_NUMBER },
    4: { [TOO_LONG]: WIN32_INVALID_PARAMETER, "192.0.2.21": NOT_FOUND },
    5: { "3261": NOT_FOUND },
  },
  AddConnection: {
    1: { "0x1-0x777": INVALID_SESSION_ID, "0x777-0x1": INVALID_SESSION_ID },
    4: { "": WIN32_INVALID_PARAMETER, [TOO_LONG]: WIN32_INVALID_PARAMETER },
    8: { "2": WIN32_INVALID_PARAMETER },
  },
};

function boot(): World {
  return bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] });
}

/** What the flash and the service's store hold. */
function kept(world: World) {
  const { flash, serviceStore } = world.image();
  return { flash: Object.values(flash).map(({ image }) => image), serviceStore };
}

Deno.test("words that only the service or the adapter can judge have their status, and change nothing", () => {
  const world = boot();
  setKey(world, KEY);
  // What RemovePersistentTarget shall not remove.
  assertEquals(iscsicli(world, RIGHT.PersistentLoginTarget).status, 0);
  const before = kept(world);
  for (const [verb, places] of Object.entries(JUDGED)) {
    const right: readonly string[] = RIGHT[verb as keyof typeof RIGHT];
    for (const [place, words] of Object.entries(places)) {
      for (const [word, status] of Object.entries(words)) {
        const command = right.with(Number(place), word);
        const result = iscsicli(world, command);
        assertEquals(result.status, status, command.join(" "));
        assert(!/\p{Cc}/u.test(result.lines.join("")), "a control character is printed");
      }
    }
  }
  assertEquals(kept(world), before);
});

Deno.test("the commands that the test changes succeed, and change what is kept", () => {
  for (const verb of ["PSKey", "GroupKey", "TunnelAddr", "PersistentLoginTarget"] as const) {
    const world = boot();
    const before = kept(world);
    assertEquals(iscsicli(world, RIGHT[verb]).status, 0, verb);
    assert(JSON.stringify(kept(world)) !== JSON.stringify(before), verb);
  }
  const world = boot();
  for (const verb of ["PSKey", "GetPSKey"] as const) assertEquals(iscsicli(world, RIGHT[verb]).status, 0, verb);
  setKey(world, KEY);
  const persistent = ["PersistentLoginTarget", "RemovePersistentTarget"] as const;
  for (const verb of ["LoginTarget", "AddConnection", ...persistent] as const) {
    assertEquals(iscsicli(world, RIGHT[verb]).status, 0, verb);
  }
});

Deno.test("a port without an adapter is no port: the service selects both", () => {
  const command = RIGHT.LoginTarget.with(5, "*").with(6, "0");
  assertEquals(iscsicli(boot(), command).status, WIN32_INVALID_PARAMETER);
});
