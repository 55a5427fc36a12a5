/** Statuses by the names of the Windows headers, each where a status of its kind can stand. */

import { assert, assertEquals } from "@std/assert";
import { NtStatus, Win32Error } from "../../../host/status.ts";
import { NT_STATUSES, WIN32_STATUSES } from "../../../sim/lab/faults/status_words.ts";
import { MailboxStatus } from "../../../firmware/manual/interface.ts";
import { helpTopic } from "../../../sim/lab/scenario/help_topics.ts";
import { failures, refusals } from "./story.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

const source = (path: string) => Deno.readTextFileSync(new URL(`../../../${path}`, import.meta.url));

Deno.test("names are those that the doc comments of the codes give", () => {
  const told = [
    ...source("host/status.ts").matchAll(
      /\/\*\* ((?:ERROR|STATUS|RPC_S)_[A-Z0-9_]+)[.:][^*]*\*\/\s+(\w+): (0x[0-9a-f_]+|\d+)/g,
    ),
  ]
    .map(([, name = "", , code = ""]) => [name, Number(code.replaceAll("_", ""))]);
  const known = [...Object.entries(WIN32_STATUSES), ...Object.entries(NT_STATUSES)];
  assertEquals(known.length, Object.keys(Win32Error).length + Object.keys(NtStatus).length);
  assertEquals(known.toSorted(), told.toSorted());
});

Deno.test("calls take names of iscsierr.h and winerror.h, wmi those of iscsierr.h and ntstatus.h", () => {
  const { verdicts } = runScenarioText(
    `
name: statuses
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] }, hba1: { storage: ram, ports: [192.0.2.11] } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: k }
    faults: [{ powerCycle: { adapter: hba0, after: 1ms } }]
    expect: [ERROR_FILE_NOT_FOUND, ERROR_IO_DEVICE]
  - setKey: { adapter: hba0, id: 192.0.2.11, key: k }
    faults: [{ powerCycle: { adapter: hba0, after: 1ms } }]
    expect: { status: ERROR_FILE_NOT_FOUND }
  - powerOff: { adapter: hba0 }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: { ntStatus: STATUS_NO_SUCH_DEVICE } }
  - { wmi: { adapter: hba1, method: 77 }, expect: { ntStatus: STATUS_INVALID_DEVICE_REQUEST } }
  - { setGroupKey: { key: k }, expect: RPC_S_CALL_FAILED, faults: [{ killService: { after: 100us } }] }
  - { setGroupKey: { key: k }, expect: ISDSC_SERVICE_NOT_RUNNING }
`,
    "statuses.yaml",
  );
  assertEquals(verdicts.filter(({ holds }) => !holds), []);
  assert(verdicts.length >= 6);
});

const WMI = "wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { IdType: 1, Id: c0 00 02 0b } }";
const ABOUT = "mailbox: { adapter: hba0, command: aboutFirmware }";
const MAILBOX = "mailbox: { adapter: hba0, command: 0xfe }";

Deno.test("a status that is expected of a mailbox command decides, with the completion that carries it", () => {
  const none = "TARGET_PRESHAREDKEY_UNAVAILABLE";
  const ask = (identity: string) =>
    `mailbox: { adapter: hba0, command: getPresharedKeyForId, hex: FFFFFFFF 01000000 04000000 ${identity}, ` +
    "responseBytes: 8 }";
  const set = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
  const [absent, present] = [ask("C000020B"), ask("C000020A")];
  for (
    const [step, expected] of [
      [absent, none],
      [absent, `[SUCCESS, ${none}]`],
      [absent, `{ status: ${none} }`],
      [absent, `{ mailbox: commandError, status: ${none} }`],
      [present, "SUCCESS"],
      [present, `[SUCCESS, ${none}]`],
      [present, "{ status: SUCCESS }"],
      // Mailbox 1 is a version here: 1.
      [ABOUT, "SUCCESS"],
      [ABOUT, "{ mailbox: commandComplete }"],
    ]
  ) assertEquals(failures(set, `{ ${step}, expect: ${expected} }`), [], expected);
  for (
    const [step, expected, failure] of [
      [present, none, `ISDSC_${none}, but SUCCESS`],
      [absent, "SUCCESS", `SUCCESS, but ISDSC_${none}`],
      [absent, "[SUCCESS, CACHE_CORRUPTED]", `SUCCESS or ISDSC_CACHE_CORRUPTED, but ISDSC_${none}`],
      [absent, `{ mailbox: commandComplete, status: ${none} }`, "mailbox 0x4000, but mailbox 0x4005"],
      [MAILBOX, none, `ISDSC_${none}, but no status (mailbox 0x4001)`],
      [MAILBOX, "SUCCESS", "SUCCESS, but no status (mailbox 0x4001)"],
      [MAILBOX, "{ mailbox: 0x4001, status: SUCCESS }", "SUCCESS, but no status (mailbox 0x4001)"],
      [ABOUT, "{ mailbox: commandComplete, status: 1 }", "0x00000001, but SUCCESS"],
    ]
  ) assertEquals(failures(set, `{ ${step}, expect: ${expected} }`), [`mailbox: ${failure}`], expected);
});

Deno.test("outputBytes is all the room that an output has; without it there is as much as is needed", () => {
  const set = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
  const wmi = (room: string, expected: string) =>
    `{ wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { IdType: 1, Id: C000020A }${room} }, ` +
    `expect: ${expected} }`;
  const out = "hex: 00 00 00 00 27 00 00 00";
  const small = "STATUS_BUFFER_TOO_SMALL";
  assertEquals(failures(set, wmi("", "SUCCESS")), []);
  const [told = ""] = failures(set, wmi("", "{ hex: '' }"));
  const outBytes = told.split("but ")[1]?.split(" ").length ?? 0;
  assert(outBytes >= 8, `${told}, not ${out}`);
  assertEquals(failures(set, wmi(`, outputBytes: ${outBytes}`, "SUCCESS")), []);
  for (const room of [0, 3, outBytes - 1]) {
    assertEquals(failures(set, wmi(`, outputBytes: ${room}`, `{ ntStatus: ${small} }`)), [], String(room));
    const [failure = ""] = failures(set, wmi(`, outputBytes: ${room}`, "SUCCESS"));
    assert(failure.startsWith(`wmi: STATUS_SUCCESS, but ${small} (0xc0000023)`), failure);
  }
});

Deno.test("wmi and mailbox take one status of a kind or several, and say which names they take", () => {
  const none = "TARGET_PRESHAREDKEY_UNAVAILABLE";
  for (
    const good of [
      `{ ${WMI}, expect: ${none} }`,
      `{ ${WMI}, expect: [SUCCESS, ${none}] }`,
      `{ ${WMI}, expect: { status: [CACHE_CORRUPTED, ISDSC_${none}], ntStatus: [STATUS_SUCCESS, STATUS_CANCELLED] } }`,
      `{ ${MAILBOX}, expect: { mailbox: invalidCommand } }`,
      `{ ${MAILBOX}, expect: { mailbox: [0x4005, invalidCommand] } }`,
    ]
  ) assertEquals(failures(good), [], good);
  assertEquals(failures(`{ ${WMI}, expect: [SUCCESS, CACHE_CORRUPTED] }`), [
    `wmi: SUCCESS or ISDSC_CACHE_CORRUPTED, but ISDSC_${none}`,
  ]);
  assertEquals(failures("wmi: { adapter: hba0, method: 77 }"), [
    "wmi: STATUS_SUCCESS, but STATUS_INVALID_DEVICE_REQUEST (0xc0000010)",
  ]);
  assertEquals(failures(`{ ${MAILBOX}, expect: { mailbox: [busy, commandComplete] } }`), [
    "mailbox: mailbox 0x7 or mailbox 0x4000, but mailbox 0x4001",
  ]);
  const wrong: readonly (readonly [step: string, told: string])[] = [
    [`{ ${WMI}, expect: AUTHENTICATION_FAILUR }`, "hbasim help statuses"],
    [`{ ${WMI}, expect: [] }`, "one entry at least"],
    [`{ ${WMI}, expect: { ntStatus: STATUS_CANCELED } }`, Object.keys(NT_STATUSES).join(", ")],
    [`{ ${MAILBOX}, expect: { mailbox: invalidCommando } }`, Object.keys(MailboxStatus).join(", ")],
    [`{ ${MAILBOX}, expect: { mailbox: 0x10000 } }`, "0 to 0xffff"],
  ];
  for (const [step, told] of wrong) {
    const [mistake = ""] = refusals([step]);
    assert(mistake.includes(told), mistake);
  }
  const rows = helpTopic("statuses")?.sections.flatMap((section) => section.rows.map(({ name }) => name)) ?? [];
  for (const name of [...Object.keys(NT_STATUSES), ...Object.keys(MailboxStatus)]) assert(rows.includes(name), name);
});
