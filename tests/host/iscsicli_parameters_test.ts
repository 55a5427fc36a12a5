/** What the words of a command become in the call of `iscsidsc.h`: each argument in its place, `*` as the default. */

import { assert, assertEquals } from "@std/assert";
import { readIscsicli } from "../../sim/lab/command/iscsicli/iscsicli.ts";
import type { World } from "../../sim/lab/world/world.ts";

const ANY = 0xffff_ffff;
const bytes = (text: string) => new TextEncoder().encode(text);

/** The function of the API that a command calls, and with what. */
function callOf(...command: string[]): unknown[] {
  const calls: unknown[][] = [];
  const record = (_: unknown, name: string) => (...parameters: unknown[]) => {
    calls.push([name, ...parameters]);
    return { status: 0, authInfo: { securityFlags: 0n }, sessions: [], persistentLogins: [], initiators: [] };
  };
  const world = { run: (task: unknown) => task, host: { api: new Proxy({}, { get: record }) } };
  const read = readIscsicli(command);
  assert(read.type === "call", command.join(" "));
  read.run(world as unknown as World);
  assertEquals(calls.length, 1, command.join(" "));
  return calls[0] ?? [];
}

const NO_OPTIONS = { version: 0, informationSpecified: 0, loginFlags: 0 };
const DEFAULTS = { securityFlags: 0n, loginOptions: NO_OPTIONS, key: bytes("") };

Deno.test("LoginTarget and PersistentLoginTarget with nothing but defaults", () => {
  const expected = {
    targetName: "iqn.a:d",
    isInformationalSession: false,
    initiatorInstance: undefined,
    initiatorPortNumber: ANY,
    targetPortal: undefined,
    mappings: undefined,
    ...DEFAULTS,
  };
  const words = ["iqn.a:d", ..."****************", "*"];
  assertEquals(callOf("LoginTarget", ...words), ["loginIScsiTarget", { ...expected, isPersistent: false }]);
  // As published scripts call it.
  const published = ["iqn.a:d", "T", ..."***************", "0"];
  assertEquals(callOf("PersistentLoginTarget", ...published), ["loginIScsiTarget", {
    ...expected,
    isPersistent: true,
  }]);
});

Deno.test("LoginTarget with all of its arguments", () => {
  const lun = "0x0123456789abcdef";
  const words = ["iqn.a:d", "f", "2001:db8::1", "0xcbc", "hba0", "2", "0x27", "3", "1", "0", "4", "5", "0x10"];
  const more = [
    "somebody",
    "0x00FF",
    "2",
    "a key",
    "2",
    lun,
    "1",
    "-1",
    "7",
    lun.toUpperCase().replace("X", "x"),
    "0x1",
    "0xffffffff",
    "8",
  ];
  assertEquals(callOf("LoginTarget", ...words, ...more), ["loginIScsiTarget", {
    targetName: "iqn.a:d",
    isInformationalSession: true,
    initiatorInstance: "hba0",
    initiatorPortNumber: 2,
    targetPortal: { address: "2001:db8::1", socket: 3260 },
    securityFlags: 0x27n,
    mappings: {
      osBusNumber: 1,
      osTargetNumber: ANY,
      lunList: [{ osLun: 7, targetLun: 0x0123456789abcdefn }, { osLun: 8, targetLun: 0x0123456789abcdefn }],
    },
    loginOptions: {
      version: 0,
      informationSpecified: 0xff,
      loginFlags: 3,
      headerDigest: 1,
      dataDigest: 0,
      maximumConnections: 4,
      defaultTime2Wait: 5,
      defaultTime2Retain: 16,
      username: bytes("somebody"),
      password: Uint8Array.of(0, 255),
      authType: 2,
    },
    key: bytes("a key"),
    isPersistent: false,
  }]);
});

Deno.test("each option sets its bit, and no other; - is an empty name or password", () => {
  const bits = [undefined, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80];
  bits.forEach((bit, index) => {
    const options = [..."*********"].with(index, index === 6 || index === 7 ? "-" : "1");
    const [, parameters] = callOf("LoginTarget", "iqn.a:d", ..."******", ...options, "*", "0");
    const { loginOptions } = parameters as { readonly loginOptions: Readonly<Record<string, unknown>> };
    assertEquals(loginOptions.informationSpecified, bit ?? 0);
    assertEquals(loginOptions.loginFlags, index === 0 ? 1 : 0);
    assertEquals(Object.keys(loginOptions).length, bit === undefined ? 3 : 4);
    if (bit === 0x20) assertEquals(loginOptions.username, bytes(""));
    if (bit === 0x40) assertEquals(loginOptions.password, bytes(""));
  });
});

Deno.test("QLoginTarget: CHAP if a name and a password are given, whatever they are", () => {
  assertEquals(callOf("QLoginTarget", "iqn.a:d"), ["loginIScsiTarget", {
    targetName: "iqn.a:d",
    loginOptions: undefined,
  }]);
  const chap = (username: string, password: string) => {
    const loginOptions = { version: 0, informationSpecified: 0xe0, loginFlags: 0, username: bytes(username) };
    return ["loginIScsiTarget", {
      targetName: "iqn.a:d",
      loginOptions: { ...loginOptions, password: bytes(password), authType: 1 },
    }];
  };
  assertEquals(callOf("QLoginTarget", "iqn.a:d", "somebody", "0x6162"), chap("somebody", "ab"));
  for (const nothing of ["*", "-"]) assertEquals(callOf("QLoginTarget", "iqn.a:d", nothing, nothing), chap("", ""));
});

Deno.test("LogoutTarget, AddConnection, SessionList and the lists", () => {
  const session = { adapterUnique: 0xffffa00012340010n, adapterSpecific: 0x4000013700000001n };
  for (const id of ["0xffffa00012340010-0x4000013700000001", "FFFFA00012340010-4000013700000001"]) {
    assertEquals(callOf("LogoutTarget", id), ["logoutIScsiTarget", session]);
    assertEquals(callOf("AddConnection", id, "hba0", "-1", "a", "1", ..."***********"), ["addIScsiConnection", {
      uniqueSessionId: session,
      initiatorPortNumber: ANY,
      targetPortal: { address: "a", socket: 1 },
      ...DEFAULTS,
    }]);
  }
  for (const show of [[], ["T"], ["f"]]) assertEquals(callOf("SessionList", ...show), ["getIScsiSessionList"]);
  assertEquals(callOf("ListInitiators"), ["reportIScsiInitiatorList"]);
  assertEquals(callOf("ListPersistentTargets"), ["reportIScsiPersistentLogins"]);
});

Deno.test("RemovePersistentTarget: any port, any portal", () => {
  const remove = (...words: string[]) => callOf("RemovePersistentTarget", "hba0", "iqn.a:d", ...words);
  const call = ["removeIScsiPersistentTarget", "hba0"];
  assertEquals(remove("*", "*", "*"), [...call, ANY, "iqn.a:d", undefined]);
  assertEquals(remove("0", "192.0.2.1", "3260"), [...call, 0, "iqn.a:d", { address: "192.0.2.1", socket: 3260 }]);
});

Deno.test("the verbs about keys", () => {
  const id = Uint8Array.of(192, 0, 2, 10);
  const information = { authMethod: 1, securityFlags: 0x27n, idType: 1, id, key: Uint8Array.of(0xab) };
  const set = ["PSKey", "hba0", "0", "39", "1", "192.0.2.10", "0XaB"];
  for (const persist of ["T", "t", "True", "*", "tomorrow"]) {
    assertEquals(callOf(...set, persist), ["setIScsiIKEInfo", "hba0", 0, information, true], persist);
  }
  for (const persist of ["F", "", "yes", "1"]) {
    assertEquals(callOf(...set, persist), ["setIScsiIKEInfo", "hba0", 0, information, false], persist);
  }
  assertEquals(callOf("PSKey", "*", "*", "*", "3", "a@b", "*", "T"), [
    ...["setIScsiIKEInfo", undefined, ANY],
    ...[{ authMethod: 1, securityFlags: 0n, idType: 3, id: bytes("a@b"), key: bytes("") }, true],
  ]);
  const query = { authMethod: 1, idType: 2, id: bytes("a.b") };
  assertEquals(callOf("GetPSKey", "*", "-1", "2", "a.b"), ["getIScsiIKEInfo", undefined, ANY, undefined, query]);
  assertEquals(callOf("GroupKey", "a key", "F"), ["setIScsiGroupPresharedKey", bytes("a key"), false]);
  const tunnel = ["setIScsiTunnelModeOuterAddress", undefined, ANY];
  assertEquals(callOf("TunnelAddr", "*", "*", "::1", "*", "T"), [...tunnel, "::1", "", true]);
});
