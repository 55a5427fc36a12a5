/** Words of event patterns: statuses by any of their names, and none that could never fit. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import { describeStatus, NtStatus, Win32Error } from "../../../host/status.ts";
import { isdscStatusName, labelledStatus } from "../../../firmware/manual/isdsc_status.ts";
import { eventFits, type EventPattern, foreignWord } from "../../../sim/lab/faults/event_pattern.ts";
import { wordsOfFields } from "../../../sim/lab/faults/event_words.ts";
import { ISDSC_STATUSES, NT_STATUSES, WIN32_STATUSES } from "../../../sim/lab/faults/status_words.ts";
import { NUMBER, TextForms } from "../../../sim/lab/faults/text_forms.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { refusals, tell } from "../scenario/story.ts";

const world = new World({
  adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }],
  targets: [{ name: "disk", address: Uint8Array.of(192, 0, 2, 20), keys: [] }],
});

function fits(written: string, found: string): boolean {
  const event = { sequence: 0, cycle: 0, component: "hba0", cause: -1, because: -1, kind: "return" };
  return eventFits({ status: written })({ ...event, fields: { status: found } });
}

Deno.test("a pattern in which every event is, and an end without a port, which no event has, are refused", () => {
  const wrong = (event: string) => refusals([...SETUP, `expect: { trace: { never: ${event} } }`]);
  const place = `${SETUP.length + 1}`;
  for (const all of ['{ component: "*" }', "{}"]) assertStringIncludes(wrong(all)[0] ?? "", "an event of any kind");
  for (const peer of ["192.0.2.20", "disk", "192.0.2.10 > 192.0.2.20", "2001:db8::1"]) {
    const [said = ""] = wrong(`{ kind: packet, peer: "${peer}" }`);
    assertStringIncludes(said, `trace.never.peer: ${JSON.stringify(peer)}`);
    assertStringIncludes(said, "192.0.2.20:500");
    assertEquals(said.startsWith(place), true, said);
  }
  for (
    const peer of ["198.51.100.1:500", "192.0.2.20*", "*", "192.0.2.10:500 > 192.0.2.20:501", "[2001:db8::1]:4500"]
  ) {
    assertEquals(
      tell([...SETUP, `expect: { trace: { never: { kind: packet, peer: "${peer}" } } }`]).verdicts.at(-1)?.holds,
      !peer.endsWith("*"),
      peer,
    );
  }
});

Deno.test("a range in which everything is judges nothing, and is refused", () => {
  for (
    const look of [
      "keyTable: { adapter: hba0, count: 0.. }",
      "within: 0ms..",
      'packets: { from: hba0, to: disk, count: "0.." }',
    ]
  ) {
    assertStringIncludes(refusals([`{ ${SETUP[0]}, expect: { ${look} } }`])[0] ?? "", '.." (a ', look);
  }
});

Deno.test("a status is compared as a code, whichever of its names is written and in whatever words a layer tells it", () => {
  const hex = (code: number) => `0x${code.toString(16)}`;
  for (const [name, code] of Object.entries(ISDSC_STATUSES)) {
    if (code === 0) continue;
    for (const found of [isdscStatusName(code), `${labelledStatus("mailbox", 0x4005)} ${isdscStatusName(code)}`]) {
      for (const written of [name, hex(code), String(code), found]) {
        assert(fits(written, found), `${written}, ${found}`);
      }
    }
    assert(!fits(name, "SUCCESS") && !fits(hex(code), describeStatus(Win32Error.timeout)), name);
  }
  for (const [name, code] of Object.entries(WIN32_STATUSES)) {
    for (const written of [name, hex(code), String(code)]) assert(fits(written, describeStatus(code)), written);
  }
  for (const [name, code] of Object.entries(NT_STATUSES)) {
    for (const written of [name, hex(code)]) assert(fits(written, labelledStatus("NTSTATUS", code)), written);
  }
  assertEquals([fits("STATUS_SUCCESS", "STATUS_SUCCESS"), fits("0", "SUCCESS"), fits("SUCCESS", "SRB 0x00")], [
    true,
    true,
    false,
  ]);
  const failure = describeStatus(IsdscStatus.AUTHENTICATION_FAILURE);
  assertEquals(["AUTHENTICATION_*", "*_FAILURE", "ISDSC_*", "NT*"].map((each) => fits(each, failure)), [
    true,
    true,
    true,
    false,
  ]);
  assert(fits("STATUS_NO_*", labelledStatus("NTSTATUS", NtStatus.noSuchDevice)));
});

const SETUP = [
  "setGroupKey: { key: wrong }",
  "{ login: { adapter: hba0, target: disk }, expect: AUTHENTICATION_FAILURE }",
];

Deno.test("never with a status finds it, whichever of its names is written", () => {
  for (const status of ["AUTHENTICATION_FAILURE", "ISDSC_AUTHENTICATION_FAILURE", "0xefff0009", "AUTH*"]) {
    const { verdicts } = tell([...SETUP, `expect: { trace: { never: { kind: return, status: "${status}" } } }`]);
    assertEquals(verdicts.at(-1)?.holds, false, status);
  }
});

Deno.test("a word that its field never holds is refused wherever an event stands, with the nearest one", () => {
  const wrong: readonly (readonly [event: string, meant: string | undefined])[] = [
    ["kind: state, state: phase one established", "phase 1 established"],
    ["kind: state, state: phase 2*", "phase 1*"],
    ["kind: state, state: hba7 synchronised", "hba0 synchronised"],
    ["kind: call, operation: setisciikeinfo", "SetIScsiIKEInfo"],
    ["kind: flash, operation: erase faild", "erase failed"],
    ["kind: flash, operation: commit", undefined],
    ["kind: return, status: AUTHENTICATION_FAILED", "AUTHENTICATION_FAILURE"],
    ["status: comitted", "committed"],
    ["kind: call, to: hba7", "hba0"],
    ["kind: candidate, outcome: outrankd", "outranked"],
    ["kind: candidate, source: all port", "all ports"],
    ["kind: candidate, source: all_ports", "all ports"],
    ["kind: candidate, rank: 9", undefined],
    ["kind: candidate, fingerprint: 8fa3aab", "8fa3aab2"],
    ["kind: candidate, identity: 192.0.2.010", "192.0.2.10"],
    ["kind: flash, address: 99999999", undefined],
    ['kind: packet, peer: "192.0.2.010:500"', "192.0.2.10:500"],
    ["component: hba7", "hba0"],
    ["kind: return, status: NTSTATUS 0x0", undefined],
    ["kind: return, status: NTSTATUS 0xC0*", "NTSTATUS 0xc0*"],
    ['kind: packet, detail: "main mode 9*"', "main mode 1*"],
    ["kind: packet, detail: main mode 3", "main mode 3*"],
    ['detail: "aggressive mode 4*"', "aggressive mode 1*"],
    ["kind: note, text: session 1 uses the all ports key", "session 1 uses the all ports key*"],
    ['text: "session 2 uses the any key*"', "session 1 uses the login key*"],
    ['kind: packet, detail: "Main mode*"', "main mode*"],
    ['kind: packet, detail: "*MAIN*"', "*main*"],
    ['detail: "*MAIN*"', "*main*"],
    ['kind: packet, detail: "mainmode*"', "main mode*"],
    ['kind: packet, detail: "aggresive*"', "aggressive*"],
    ['kind: packet, detail: "*PAYLOAD-MALFORMD*"', "*PAYLOAD-MALFORMED*"],
    ['kind: packet, detail: "*main mode 5, *"', "*main mode 5: *"],
    ['kind: packet, detail: "*encrypted: ID, HASH,N*"', "*encrypted: ID, HASH, N*"],
    ['kind: packet, detail: ""', undefined],
    ['kind: packet, detail: "* "', undefined],
    ['kind: packet, detail: "*mode*mode*mode*"', undefined],
    ['kind: note, text: "Session 1*"', "session 1*"],
    ['kind: note, text: "*Phase 1*"', "*phase 1*"],
    ['kind: note, text: "*payload-malformed"', "*PAYLOAD-MALFORMED"],
    ['kind: note, text: "sesion*"', "session*"],
    ['kind: call, operation: "*iketinfo"', "*IKEInfo"],
    ['kind: call, operation: "*ikeinfo"', "*IKEInfo"],
    ['kind: call, operation: "method x*"', undefined],
    ['kind: return, status: "*SUCCES"', "*SUCCESS"],
    ['kind: state, state: "*Established"', "*established"],
    ['kind: state, detail: "Authentication*"', "authentication*"],
    ['kind: state, detail: "driver laod"', "driver load"],
    ['kind: call, detail: "*msiscsi_operations*"', "*MSiSCSI_Operations*"],
    ['component: "Disk*"', "disk*"],
  ];
  for (const [event, meant] of wrong) {
    const places = [
      `expect: { trace: { never: { ${event} } } }`,
      `wait: { until: { ${event} } }`,
      `{ wait: 1ms, faults: [{ powerOff: { adapter: hba0, event: { ${event} } } }] }`,
    ];
    for (const [index, place] of places.entries()) {
      const found = refusals([place]);
      assertEquals(found.length, 1, place);
      if (index < 2) assertEquals(/did you mean (.*?)\?/.exec(found[0] ?? "")?.[1], meant, `${found}`);
    }
  }
});

const CLOSED = ["state", "operation", "status", "direction", "source", "outcome", "to", "detail", "text"];

Deno.test("patterns that some text fits are accepted", () => {
  const right: readonly EventPattern[] = [
    ...[
      "main mode 1: SA*",
      "*, NAT-D (again)",
      "*HASH, N",
      "informational: NO-PROPOSAL-CHOSEN",
      "exchange type 32, encrypted",
      "payload 8fa3*",
      "****",
    ].map((detail) => ({ kind: "packet", detail })),
    ...[
      "*reserved byte*",
      "phase 1: dropped: unknown cookies",
      "*session*aggressive*",
      "hba0 did not complete IRP_MN_* in time",
    ].map((text) => ({ kind: "note", text })),
    { kind: "call", operation: "method 77 of MSiSCSI_SecurityConfigOperations" },
    ...["no use", "disk", "iqn.1987-05.com.Cisco:*", "key 8fa3aab2, persist true"].map((detail) => ({
      kind: "call",
      detail,
    })),
    { kind: "call", detail: "iqn.2026-01.example:another" },
    { kind: "call", detail: "" },
    { detail: "" },
    { kind: "state", detail: "*answered no more*" },
    { kind: "return", status: "mailbox 0x4005 ISDSC_*_FAILURE" },
    { kind: "return", status: "Win32 error 2 (fileNotFound)" },
  ];
  for (const event of right) assertEquals(foreignWord(event, world), undefined, JSON.stringify(event));
});

Deno.test("classes of WMI are called as the driver stack calls them", () => {
  const { forms = [] } = wordsOfFields("call", world)["detail"] ?? {};
  const names = [...Deno.readTextFileSync("host/wmi/names.ts").matchAll(/"(MSiSCSI_\w+)"/g)].map(([, name = ""]) =>
    name
  );
  assert(names.length > 10);
  for (const name of names) assert(forms.includes(name), name);
});

Deno.test("a pattern of many letters is compared in one walk", () => {
  const forms = new TextForms([[{ many: { oneOf: ["a", "aa", "aaa"] } }, "b"], { many: NUMBER }]);
  assert(!forms.canBe(`${"a".repeat(20_000)}c`, "known"));
  assertEquals(forms.inTheirCase(`${"*A".repeat(200)}*B`), `${"*a".repeat(200)}*b`);
  assertEquals(forms.canBe("7*7", "known"), true);
});

Deno.test("every word that the shipped scenarios have recorded can be written", () => {
  for (const file of Deno.readDirSync("scenarios")) {
    if (!file.name.endsWith(".yaml")) continue;
    const { world } = runScenarioText(Deno.readTextFileSync(`scenarios/${file.name}`), file.name);
    const told = new Set<string>();
    for (const { kind, component, fields } of world.recorder.events()) {
      const text = JSON.stringify([kind, component, fields]);
      if (told.has(text)) continue;
      told.add(text);
      const words = Object.keys(fields).flatMap((name) =>
        name in wordsOfFields(kind, world) ? [[name, `${fields[name]}`]] : []
      );
      assertEquals(words.length, Object.keys(fields).filter((name) => CLOSED.includes(name)).length, kind);
      assertEquals(foreignWord({ component, kind, ...Object.fromEntries(words) }, world), undefined, file.name);
    }
  }
});

Deno.test("every state that the sources record as a literal is known", () => {
  const literals =
    /(?:stateEvent, \{\s*state: |#record\(|#setState\(|return \{ state: |note\(context, link, (?:\w+ \? )?)"([^"]+)"(?: : "([^"]+)")?/g;
  const { words = [] } = wordsOfFields("state", world)["state"] ?? {};
  const sources = [
    "firmware/adapter.ts",
    "firmware/boot.ts",
    "firmware/session/phase1_runner.ts",
    "host/windows_host.ts",
    "host/miniport/miniport.ts",
    "host/initiator_service/synchronization.ts",
  ];
  for (const source of sources) {
    const found = [...Deno.readTextFileSync(source).matchAll(literals)].flatMap(([, ...texts]) =>
      texts.filter(Boolean)
    );
    assert(found.length > 0, source);
    for (const state of found) assert(words.includes(state) || words.includes(`hba0 ${state}`), `${source}: ${state}`);
  }
});

Deno.test("a fingerprint is the same in capitals, and numbers and sources that there are are accepted", () => {
  const key = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
  const holds = (event: string) =>
    tell([key, "login: { adapter: hba0, target: disk }", `expect: { trace: { seen: { kind: ${event} } } }`]).verdicts
      .at(-1)?.holds;
  for (
    const event of [
      "candidate, fingerprint: 8FA3AAB2",
      "candidate, fingerprint: 8fa3*",
      "candidate, rank: 4",
      "candidate, source: any",
      'candidate, identity: "192.0.2.10, all ports"',
      "flash, address: 0..70000",
    ]
  ) assertEquals(holds(event), true, event);
});
