/** What never came is not judged as something empty: fields of an answer fail where a call has not succeeded. */

import { assertEquals } from "@std/assert";
import { failures } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";

Deno.test("a list that never came has no length, no names, and is not empty", () => {
  for (const list of ["listInitiators", "listSessions", "listPersistentLogins"]) {
    assertEquals(
      failures("stopService: {}", `{ ${list}: {}, expect: { status: any, count: 0, names: [] } }`),
      [
        `${list}: 0 in the list, but no list (ISDSC_SERVICE_NOT_RUNNING)`,
        `${list}: none, but no list (ISDSC_SERVICE_NOT_RUNNING)`,
      ],
    );
  }
  assertEquals(failures("{ listSessions: {}, expect: { status: any, count: 0, names: [] } }"), []);
});

Deno.test("flags of a key that was not told are not 0", () => {
  const get = (expect: string) => `{ getKey: { adapter: hba0, id: 192.0.2.99 }, expect: ${expect} }`;
  assertEquals(failures(get("{ status: any, flags: 0 }")), [
    "getKey: flags 0x0, but no flags (ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE)",
  ]);
  const key = SET.replace(", flags: [ike, main]", "");
  assertEquals(failures(key, "{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: { status: any, flags: 0 } }"), []);
});

Deno.test("bytes that never came from WMI or the mailbox are not empty, and no zeros", () => {
  const wmi = (expect: string) => `{ wmi: { adapter: hba0, method: ClearCache }, expect: ${expect} }`;
  const gone = "STATUS_NO_SUCH_DEVICE";
  const [failure] = failures("powerOff: { adapter: hba0 }", wmi(`{ ntStatus: ${gone}, hex: '' }`));
  assertEquals(failure, `wmi: no bytes, but no output (${gone} (0xc000000e))`);
  const mailbox = (command: string, expect: string) =>
    `{ mailbox: { adapter: hba0, command: ${command}, responseBytes: 4 }, expect: ${expect} }`;
  const zeros = "hex: 00 00 00 00";
  assertEquals(failures(mailbox("0xfe", `{ mailbox: 0x4001, ${zeros} }`)), [
    "mailbox: 00 00 00 00, but no response (mailbox 0x4001)",
  ]);
  assertEquals(failures(mailbox("clearCache", `{ ${zeros} }`)), [
    "mailbox: 00 00 00 00, but no response (mailbox 0x4000)",
  ]);
});
