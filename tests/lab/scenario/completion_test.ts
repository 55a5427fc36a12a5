/**
 * What an editor offers while somebody writes a scenario in block style: the YAML language server is asked, with the
 * schema that the shipped scenarios name.
 */

import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { MailboxStatus } from "../../../firmware/manual/interface.ts";
import { IsdscStatus } from "../../../firmware/manual/isdsc_status.ts";
import { FAULT_ANCHORS } from "../../../sim/lab/faults/fault.ts";
import { NT_STATUSES, WIN32_STATUSES } from "../../../sim/lab/faults/status_words.ts";
import { STEPS } from "../../../sim/lab/scenario/steps/table.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { LanguageServer } from "./language_server.ts";

const MODELINE = "# yaml-language-server: $schema=schema.json\n";
const ADAPTERS = `${MODELINE}name: x
adapters:
  hba0:
    storage: nvram
    ports: [192.0.2.10]
`;

/** A place in a file: its end, in which `|` is the cursor, and the words that belong there, apart by blanks. */
type Position = readonly [end: string, words: string | readonly string[]];

const document = (end: string, words: string | readonly string[]): Position => [`${MODELINE}${end}`, words];
const beside = (end: string, words: string | readonly string[]): Position => [`${ADAPTERS}${end}`, words];
const step = (end: string, words: string | readonly string[]): Position => [`${ADAPTERS}steps:\n  - ${end}`, words];
const fault = (end: string, words: string | readonly string[]): Position =>
  step(`setKey:\n      adapter: hba0\n    faults:\n      - ${end}`, words);

const BESIDE = "name at after repeat faults expect";
const LOOKS = "within since keyTable flash serviceStore sessions packets trace";
const TOP =
  "description tags seed limit parameters matrix cases targets network host costs allowNothing faults steps invariants";
const verbsBut = (...without: readonly string[]) =>
  [...new Set([...Object.keys(STEPS), ...BESIDE.split(" ")])].filter((verb) => !without.includes(verb));
/** Names of iscsierr.h with and without their prefix. */
const ISDSC_STATUSES = Object.keys(IsdscStatus).flatMap((name) => [name, `ISDSC_${name}`]);
const STATUSES = ["any", ...ISDSC_STATUSES, ...Object.keys(WIN32_STATUSES)];
const ON_WAY = "datagram message from to mayMiss";
const ANCHORS = "flashProgram flashErase flashRead command doorbell interrupt dma boot commit event at after adapter";

const POSITIONS: readonly Position[] = [
  document("|", `name adapters ${TOP}`),
  document("name: x\n|", `adapters ${TOP}`),
  beside("|", TOP),
  beside("al|", TOP),
  beside("allowNothing: |", "true false"),
  beside("network:\n  |", "latency jitter loss duplicates corruption reorders reorderDelay links"),
  document(
    "adapters:\n  hba0:\n    |",
    "storage store ports tunnelMode keyTableEntries sessions flash driver eventLimitBytes eventCapacity receiveRingLength " +
      "firmware image policy",
  ),
  document("adapters:\n  hba0:\n    storage: |", "nvram ram none"),
  document("adapters:\n  hba0:\n    tunnelMode: |", "true false"),
  document("adapters:\n  hba0:\n    image: |", "signed tampered"),
  document("adapters:\n  hba0:\n    policy: |", "libreswan racoon strongswan windows"),
  document("adapters:\n  hba0:\n    driver: |", "complete sample absent"),
  document("adapters:\n  hba0:\n    flash:\n      programBytes: |", "1 2 4 8 16 32"),
  document("adapters:\n  hba0:\n    flash:\n      erasedValue: |", "0 255"),
  step("damage:\n      stuck:\n        level: |", "0 1"),
  beside("host:\n  |", "service foreignCaches defaultSecurityFlags sealingKey costs timeouts"),
  beside("host:\n  service: |", "running stopped"),
  beside(
    "host:\n  costs:\n    |",
    "rpc service storeCommit wmiDispatch portDriver miniport registerAccess interrupt",
  ),
  step("wmi:\n      adapter: hba0\n    expect:\n      ntStatus: |", Object.keys(NT_STATUSES)),
  step("wmi:\n      adapter: hba0\n    expect:\n      status: |", ISDSC_STATUSES),
  step("wmi:\n      adapter: hba0\n    expect:\n      status:\n        - |", ISDSC_STATUSES),
  step("wmi:\n      adapter: hba0\n    expect:\n      ntStatus:\n        - |", Object.keys(NT_STATUSES)),
  step("wmi:\n      adapter: hba0\n    expect: |", ["any", ...ISDSC_STATUSES]),
  step("mailbox:\n      adapter: hba0\n    expect: |", ["any", ...ISDSC_STATUSES]),
  step("mailbox:\n      adapter: hba0\n    expect:\n      status: |", ISDSC_STATUSES),
  step("mailbox:\n      adapter: hba0\n    expect:\n      mailbox: |", Object.keys(MailboxStatus)),
  beside("targets:\n  disk:\n    |", "address id keys policy outside"),
  beside("targets:\n  disk:\n    address: 192.0.2.20\n    |", "id keys policy outside"),
  beside("targets:\n  disk:\n    outside: |", "true false"),

  step("|", verbsBut()),
  step("lo|", verbsBut()),
  step("name: a\n    |", verbsBut("name")),
  step("at: 5ms\n    lo|", verbsBut("at")),
  step("repeat:\n      times: 3\n    |", verbsBut("repeat")),
  step("login:\n      |", "adapter port target flags key persistent"),
  step("login:\n      ta|", "adapter port target flags key persistent"),
  step("login:\n      adapter: hba0\n      target: disk\n      |", "port flags key persistent"),
  step("login:\n      persistent: |", "true false"),
  step("login:\n      flags:\n        - |", "ike main aggressive pfs transport tunnel"),
  step("login:\n      target: disk\n    |", BESIDE),
  step("login:\n      target: disk\n    ex|", BESIDE),
  step("login:\n      target: disk\n    expect:\n      |", `status mode suite key session ${LOOKS}`),
  step("login:\n      target: disk\n    expect:\n      mode: |", "main aggressive"),
  step("login:\n      target: disk\n    expect:\n      keyTable:\n        |", "adapter id port key flags count"),
  step("login:\n      target: disk\n    repeat:\n      |", "times every"),
  step("logout:\n      session: a\n    expect: |", STATUSES),
  step("setKey:\n      id: a.example\n    expect: |", [...STATUSES, "old or new"]),
  step("setKey:\n      |", "adapter port id key flags persist"),
  step("setKey:\n      persist: |", "true false"),
  step("setGroupKey:\n      |", "key persist"),
  step("setGroupKey:\n      key: a key\n    expect:\n      |", `status ${LOOKS}`),
  step("information:\n      adapter: hba0\n    expect:\n      health: |", "working degraded failed critical"),
  step("powerCycle:\n      |", "adapter off mayMiss"),
  step("reset:\n      adapter: hba0\n      by: |", "driver firmware bus"),
  step("unplug:\n      |", "adapter for mayMiss"),
  step("wait:\n      |", "until within"),
  step("change:\n      |", "network targets"),
  step("register:\n      adapter: hba0\n      |", "read write value"),
  step("wmi:\n      |", "adapter method in hex outputBytes"),
  step(
    "wmi:\n      adapter: hba0\n      method: |",
    "SetPresharedKeyForId GetPresharedKeyForId SetGroupPresharedKey SetTunnelModeOuterAddress ClearCache " +
      "SetGenerationalGuid",
  ),
  step("mailbox:\n      |", "adapter command hex parameter responseBytes"),
  step("expect:\n      |", LOOKS),
  step("name: a look\n    expect:\n      |", LOOKS),
  step("expect:\n      keyTable:\n        |", "adapter id port key flags count"),
  step("expect:\n      keyTable:\n        adapter: hba0\n      |", LOOKS.replace("keyTable ", "")),
  step("expect:\n      keyTable:\n        count: 0\n    |", "name at after repeat faults"),
  step("login:\n    expect:\n      |", `status mode suite key session ${LOOKS}`),
  step("expect:\n      |\n    login:\n      target: disk", `status mode suite key session ${LOOKS}`),
  step("parallel:\n      backup:\n        - |", verbsBut("parallel")),
  step("sequence:\n      - |", verbsBut("parallel", "sequence")),
  step("parallel:\n      backup:\n        - logout:\n            |", "session"),

  fault("|", Object.keys(FAULT_ANCHORS)),
  fault("lose:\n          |", ON_WAY),
  fault("delay:\n          |", `by ${ON_WAY}`),
  fault("mutate:\n          datagram: 1\n          |", "field value message from to mayMiss"),
  fault(
    "mutate:\n          field: |",
    "initiatorCookie responderCookie nextPayload version exchangeType flags messageId length",
  ),
  fault("powerCycle:\n          |", `off ${ANCHORS} ${ON_WAY}`),
  fault("powerCycle:\n          mayMiss: |", "true false"),
  fault("unplug:\n          event:\n            kind: |", "call return packet state note candidate flash"),
  beside("faults:\n  - |", Object.keys(FAULT_ANCHORS)),
  beside("faults:\n  - loseDoorbell:\n      |", "adapter doorbell mayMiss"),
  beside("invariants:\n  a name:\n    |", "keyTable flash serviceStore sessions"),
  beside(
    "invariants:\n  a name:\n    flash:\n      |",
    "adapter id port key flags records programs erases badSectors count",
  ),
];

/** The positions at which something else is offered than belongs there, told with the difference. */
async function wrongPositions(server: LanguageServer, folder: URL): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [text, words] of POSITIONS) {
    const offered = await server.completions(new URL("cursor", folder).href, text);
    const right = new Set(typeof words === "string" ? words.split(" ") : words);
    const lacking = [...right].filter((word) => !offered.includes(word));
    const foreign = offered.filter((word) => !right.has(word));
    if (lacking.length + foreign.length === 0) continue;
    wrong.push(`${text.slice(MODELINE.length)}: lacks [${lacking.join(" ")}], has [${foreign.join(" ")}]`);
  }
  return wrong;
}

Deno.test("an editor offers the right words and no others at 50 positions; of other schemas it does not", async () => {
  assertGreater(POSITIONS.length, 50);
  await using server = await LanguageServer.start();
  const shipped = new URL("../../../scenarios/", import.meta.url);
  assertEquals(await wrongPositions(server, shipped), []);

  using folder = temporaryFolder();
  const other = new URL(`file://${encodeURI(folder.path)}/`);
  assertEquals((await wrongPositions(server, other)).length, POSITIONS.length, "no schema is there");

  const schema = Deno.readTextFileSync(new URL("schema.json", shipped));
  const control = async (name: string, changed: string) => {
    assert(changed !== schema);
    Deno.mkdirSync(`${folder.path}/${name}`);
    Deno.writeTextFileSync(`${folder.path}/${name}/schema.json`, changed);
    return await wrongPositions(server, new URL(`${name}/`, other));
  };
  // A field with another name is missed and found where it stands, and nowhere else.
  const renamed = await control("renamed", schema.replaceAll('"persist"', '"durable"'));
  assertEquals(renamed.map((each) => each.split("  - ").at(-1)), [
    "setKey:\n      |: lacks [persist], has [durable]",
    "setKey:\n      persist: |: lacks [true false], has []",
    "setGroupKey:\n      |: lacks [persist], has [durable]",
  ]);
  // Of steps that exclude each other only the last one is offered while a verb is typed (yaml-language-server#769).
  const exclusive = await control("exclusive", schema.replaceAll('"anyOf"', '"oneOf"'));
  assertEquals(exclusive.length, 1);
  assertStringIncludes(exclusive[0] ?? "", "  - lo|: lacks [setKey getKey ");
});
