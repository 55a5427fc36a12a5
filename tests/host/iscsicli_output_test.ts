/** What `iscsicli` prints, line by line, as published output of the real command has it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { PersistentLoginInformation, SessionInformation } from "../../host/iscsidsc/structures.ts";
import { Win32Error } from "../../host/status.ts";
import { messageText } from "../../sim/lab/command/iscsicli/message_text.ts";
import {
  idText,
  persistentLoginLines,
  printable,
  securityFlagLines,
  sessionLines,
} from "../../sim/lab/command/iscsicli/output.ts";

const SESSION: SessionInformation = {
  sessionId: { adapterUnique: 0xffffa00012340010n, adapterSpecific: 0x4000013700000001n },
  initiatorName: "iqn.2026-11.example:host",
  targetName: "iqn.2026-11.example:disk",
  isid: Uint8Array.of(0x40, 0, 1, 0x37, 0, 0),
  tsid: Uint8Array.of(1, 0),
  connections: [{
    connectionId: { adapterUnique: 0xffffa00012340010n, adapterSpecific: 1n },
    initiatorAddress: "0.0.0.0",
    initiatorSocket: 49200,
    targetAddress: "192.0.2.10",
    targetSocket: 3260,
    cid: Uint8Array.of(1, 0),
  }],
};

Deno.test("sessions and their connections", () => {
  assertEquals(sessionLines([SESSION]), [
    "Total of 1 sessions",
    "",
    "Session Id             : ffffa00012340010-4000013700000001",
    "Initiator Node Name    : iqn.2026-11.example:host",
    "Target Node Name       : (null)",
    "Target Name            : iqn.2026-11.example:disk",
    "ISID                   : 40 00 01 37 00 00",
    "TSID                   : 01 00",
    "Number Connections     : 1",
    "",
    "    Connections:",
    "",
    "        Connection Id     : ffffa00012340010-1",
    "        Initiator Portal  : 0.0.0.0/49200",
    "        Target Portal     : 192.0.2.10/3260",
    "        CID               : 01 00",
    "",
  ]);
  assertEquals(sessionLines([]), []);
  const retrying = sessionLines([{ ...SESSION, connections: [] }, SESSION]);
  assertEquals(retrying[0], "Total of 2 sessions");
  assertEquals(retrying.slice(8, 11).map((line) => line.split(" ")[0]), ["Number", "", "Session"]);
  assertEquals(idText(SESSION.sessionId), "0xffffa00012340010-0x4000013700000001");
});

const LOGIN: PersistentLoginInformation = {
  targetName: "iqn.2026-11.example:disk",
  isInformationalSession: false,
  initiatorInstance: String.raw`PCI\VEN_1077&DEV_4022\3&1F_0`,
  initiatorPortNumber: 0xffff_ffff,
  targetPortal: { address: "192.0.2.10", socket: 3260 },
  securityFlags: 0x27n,
  loginOptions: { version: 0, informationSpecified: 0, loginFlags: 0 },
};

Deno.test("saved logins", () => {
  assertEquals(persistentLoginLines([LOGIN]), [
    "Total of 1 peristent targets",
    "    Target Name           : iqn.2026-11.example:disk",
    "    Address and Socket    : 192.0.2.10 3260",
    "    Session Type          : Data",
    String.raw`    Initiator Name        : PCI\VEN_1077&DEV_4022\3&1F_0`,
    "    Port Number           : <Any Port>",
    "    Security Flags        : 0x27",
    "        Transport Mode Preferred",
    "        Main Mode Enabled",
    "        IPSEC Enabled",
    "        Security Flags are Valid",
    "    Version               : 0",
    "    Information Specified : 0x0",
    "    Login Flags           : 0x0",
    "",
  ]);
  assertEquals(persistentLoginLines([]), []);
});

Deno.test("saved logins with all options: a password is told to be there, and not shown", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const lines = persistentLoginLines([{
    ...LOGIN,
    isInformationalSession: true,
    initiatorPortNumber: 0,
    targetPortal: undefined,
    securityFlags: 0n,
    mappings: { osBusNumber: 0, osTargetNumber: 0xffff_ffff, lunList: [{ osLun: 3, targetLun: 0x0001000000000000n }] },
    loginOptions: {
      version: 0,
      informationSpecified: 0xff,
      loginFlags: 3,
      authType: 2,
      headerDigest: 1,
      dataDigest: 0,
      maximumConnections: 4,
      defaultTime2Wait: 5,
      defaultTime2Retain: 6,
      username: bytes("somebody\u0007"),
      password: bytes("a secret of 16 b"),
    },
  }]);
  assertEquals(lines.slice(2), [
    "    Address and Socket    : * *",
    "    Session Type          : Informational",
    String.raw`    Initiator Name        : PCI\VEN_1077&DEV_4022\3&1F_0`,
    "    Port Number           : 0",
    "    Security Flags        : 0x0",
    "    Version               : 0",
    "    Information Specified : 0xff",
    "    Login Flags           : 0x3",
    "        Require IPsec",
    "        Multipath Enabled",
    "    Header Digest         : CRC-32C",
    "    Data Digest           : None",
    "    Maximum Connections   : 4",
    "    Default Time 2 Wait   : 5",
    "    Default Time 2 Retain : 6",
    "    Authentication Type   : Mutual CHAP",
    String.raw`    Username              : somebody\u{7}`,
    "    Password              : <is established>",
    "    Initiator Bus         : 0",
    "    Initiator Target Id   : <Any>",
    "        Target LUN: 0x1000000000000 <--> OS Lun: 0x3",
    "",
  ]);
  assert(!lines.join("\n").includes("a secret"));
});

Deno.test("security flags, each that is known with a line of its own", () => {
  assertEquals(securityFlagLines("", 0x27n)[0], "Security Flags       : 0x27");
  assertEquals(securityFlagLines("", 0x7fn).length, 8);
  assertEquals(securityFlagLines("", 0x8000_0000_0000_0000n), ["Security Flags       : 0x8000000000000000"]);
});

Deno.test("message texts, with the blank that stands for the system's line break", () => {
  assertEquals(messageText(0), "The operation completed successfully. ");
  assertEquals(messageText(87), "The parameter is incorrect. ");
  assertEquals(messageText(0xefff_0009), "Authentication Failure. ");
  assertEquals(messageText(0xefff_003e).startsWith("The Microsoft iSCSI Initiator Service is not running."), true);
  // What a shell sees of a status is never what it sees of success.
  for (const status of [...Object.values(IsdscStatus), ...Object.values(Win32Error)]) {
    assert(status === 0 || (status & 0xff) !== 0, String(status));
    assertMatch(messageText(status), /^\S.*\S $/);
  }
  // None that this host has: its number.
  assertEquals(messageText(0xefff_7777), "0xefff7777 ");
});

Deno.test("no text from elsewhere can steer a terminal", () => {
  assertEquals(
    printable("a\u001b[31mb\r\n\u202e\u2028c\ud800"),
    String.raw`a\u{1b}[31mb\u{d}\u{a}\u{202e}\u{2028}c\u{d800}`,
  );
  assertEquals(printable("iqn.2026-01.example:Größe"), "iqn.2026-01.example:Größe");
});
