/** Statuses by the names of the Windows headers, each where a status of its kind can stand. */

import { assert, assertEquals } from "@std/assert";
import { NtStatus, Win32Error } from "../../../host/status.ts";
import { NT_STATUSES, WIN32_STATUSES } from "../../../sim/lab/faults/status_words.ts";
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
