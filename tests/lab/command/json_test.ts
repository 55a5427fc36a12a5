/** What commands say to programs: one JSON document each, with names that stay, and no key in any of them. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../../sim/lab/command/commands/table.ts";
import { SET_PRESHARED_KEY_FOR_ID_IN } from "../../../host/wmi/security_config_operations.ts";
import { fingerprint } from "../../../sim/trace/fingerprint.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, hbasimWithInput, HEAD } from "./command_line.ts";

const SCENARIO = "scenarios/key_survives_power_cycle.yaml";
const KEY = "a key for this adapter";

/** The names of all fields of a document: `files[].cases[]`; what has names of its own, by `*`. */
function namesOf(value: unknown, at = ""): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((each) => [...namesOf(each, `${at}[]`)]));
  if (typeof value !== "object" || value === null) return new Set([at]);
  return new Set(
    Object.entries(value).flatMap(([name, each]) => [...namesOf(each, at === "" ? name : `${at}.${name}`)]),
  );
}

/** The one document that was printed. */
function document(text: string): unknown {
  assert(text.endsWith("\n") && !text.includes(KEY));
  return JSON.parse(text);
}

Deno.test("every command but schema and debug speaks JSON, and says so in its help", async () => {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const { options } = await entry.load();
    // The schema is JSON; with a debugger a person talks.
    if (name !== "schema" && name !== "debug") assert(options["json"]?.about.includes("JSON"), name);
  }
});

Deno.test("check --json: files with their cases, and mistakes with their places", () => {
  using folder = temporaryFolder();
  const [good, bad, latin] = ["good", "bad", "latin"].map((name) => `${folder.path}/${name}.yaml`) as [
    string,
    string,
    string,
  ];
  Deno.writeTextFileSync(
    good,
    `matrix: { wait: [1ms, 2ms] }\n${HEAD}steps:\n  - wait: $wait\n  - setGroupKey: { key: k }\n`,
  );
  Deno.writeTextFileSync(bad, `${HEAD}steps:\n  - wiat: 5ms\n  - setGroupKey: { key: k }\n`);
  Deno.writeFileSync(latin, Uint8Array.of(0x61, 0xe9));
  const { code, stdout, stderr } = hbasim("check", "--json", good, bad, latin);
  assertEquals([code, stderr], [2, ""]);
  const found = document(stdout) as { files: unknown; mistakes: Record<string, unknown>[] };
  assertEquals(found.files, [{ file: good, cases: ["wait=1ms", "wait=2ms"] }]);
  const [first, second] = found.mistakes;
  assertEquals(Object.keys(first ?? {}).toSorted(), [
    "accepted",
    "column",
    "field",
    "file",
    "frame",
    "given",
    "line",
    "meant",
  ]);
  assertEquals([first?.["file"], first?.["line"], first?.["column"], first?.["meant"]], [bad, 5, 5, "wait"]);
  assertEquals(Object.keys(second ?? {}), ["file", "message"]);
  assertEquals(found.mistakes.length, 2);
  const right = hbasim("check", "--json", good);
  assertEquals([right.code, document(right.stdout)], [0, { files: found.files, mistakes: [] }]);
  assertEquals(hbasim("check", "--json", "--quiet", good).code, 2);
});

Deno.test("decode --json: an image, a capture, a message and a structure by their fields", async () => {
  using folder = temporaryFolder();
  const [image, pcap] = [`${folder.path}/image`, `${folder.path}/pcap`];
  assertEquals(hbasim("run", "--quiet", "--image", image, "--pcap", pcap, SCENARIO).code, 0);
  const flash = document(hbasim("decode", "--json", image).stdout);
  assertEquals([...namesOf(flash)].toSorted(), [
    ...["flash.hba0.sectors[].number", "flash.hba0.sectors[].records[].address", "flash.hba0.sectors[].records[].text"],
    ...["flash.hba0.sectors[].state", "flash.hba0.summary", "serviceStoreRows", "type"],
  ]);
  const lines = hbasim("decode", image).stdout.split("\n");
  const records = lines.filter((line) => /^ {2}0x/.test(line)).length;
  const { sectors } = (flash as { flash: { hba0: { sectors: { records: unknown[] }[] } } }).flash.hba0;
  assertEquals([sectors.length, sectors.flatMap((each) => each.records).length], [16, records]);

  const capture = document(hbasim("decode", "--json", pcap).stdout) as { messages: Record<string, unknown>[] };
  const message = "messages[].";
  assertEquals(
    [...namesOf(capture)].toSorted(),
    [
      ...[
        "comment",
        "destination",
        "encrypted",
        "exchange",
        "firstPayload",
        "flags[]",
        "initiatorCookie",
        "lengthBytes",
      ],
      ...["messageId", "packet", "payloads[].parts[]", "payloads[].text", "responderCookie", "source"],
    ].map((name) => message + name).concat("otherPackets", "type"),
  );
  assertEquals(capture.messages.length, hbasim("decode", pcap).stdout.match(/^packet /gm)?.length);

  const key = new TextEncoder().encode(KEY);
  const bytes = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    ...{ PortNumber: 0xffffffff, SecurityFlags: 0x27n, IdType: 1, Id: Uint8Array.of(192, 0, 2, 10), Key: key },
  });
  const decoded = await hbasimWithInput(
    bytesToHex(bytes),
    "decode",
    "--json",
    "--structure",
    "SetPresharedKeyForId_IN",
    "-",
  );
  const fields = { PortNumber: 0xffffffff, SecurityFlags: "0x27", IdType: 1, Id: "c000020a" };
  assertEquals(document(decoded.stdout), {
    ...{ type: "structure", name: "SetPresharedKeyForId_IN", lengthBytes: bytes.length },
    fields: { ...fields, Key: { lengthBytes: key.length, fingerprint: fingerprint(key) } },
    restBytes: 0,
  });
  assert(!decoded.stdout.includes(bytesToHex(key)));
});

Deno.test("cuts --json: trials by kinds, and of one trial whether it holds", () => {
  const { code, stdout } = hbasim("cuts", "--json", "--replay", "1:56:33:w");
  assertEquals([code, document(stdout)], [0, { trial: "1:56:33:w", holds: true }]);
  const tier = hbasim("cuts", "--tier", "quick", "--json");
  assertEquals(tier.code, 0, tier.stderr);
  const found = document(tier.stdout) as { trials: number; kinds: { trials: number }[]; violations: unknown[] };
  const kind = ["kind", "operations", "seconds", "trials", "violations"].map((name) => `kinds[].${name}`);
  assertEquals([...namesOf(found)].toSorted(), [...kind, "seconds", "tier", "trials", "workers"]);
  assertEquals(found.violations, []);
  assertEquals(found.kinds.reduce((sum, { trials }) => sum + trials, 0), found.trials);
});

Deno.test("iscsicli --json: a document for each command, with what lists hold, and without passwords", async () => {
  using folder = temporaryFolder();
  const files = ["--state", `${folder.path}/state`, "--world", SCENARIO];
  const login = "iqn.2026-01.example:disk T 192.0.2.20 3260 hba0 * * * * * * * * user a_password CHAP * 0";
  const commands = [
    `PSKey hba0 * 0x27 1 192.0.2.10 "${KEY}" T`,
    "GetPSKey hba0 * 1 192.0.2.10",
    "GetPSKey hba0 * 1 192.0.2.11",
    `PersistentLoginTarget ${login.replace("CHAP", "1")}`,
    `LoginTarget ${login.replace("CHAP", "1")}`,
    "SessionList",
    "ListPersistentTargets",
    "ListInitiators",
  ];
  const { stdout, stderr } = await hbasimWithInput(`${commands.join("\n")}\n`, "iscsicli", "--json", ...files);
  assertEquals(stderr.match(/^hbasim: (?!status)/gm), null, stderr);
  const told = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(told.length, commands.length);
  const [set, got, absent, saved, loggedIn, sessions, logins, initiators] = told;
  assertEquals(Object.keys(set), ["status", "name", "lines"]);
  assertEquals([set.status, saved.status, loggedIn.status], [0, 0, 0], stdout);
  assertEquals(got.data, { securityFlags: "0x27" });
  assertEquals([absent.name, typeof absent.note], ["ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE", "string"]);
  assertEquals(loggedIn.data.session, sessions.data.sessions[0].sessionId);
  assertMatch(loggedIn.data.session.adapterSpecific, /^0x[0-9a-f]+$/);
  assertEquals(logins.data.persistentLogins[0].targetName, "iqn.2026-01.example:disk");
  assertEquals(initiators.data.initiators, ["hba0"]);
  assert(!stdout.includes("a_password") && !stdout.includes(bytesToHex(new TextEncoder().encode("a_password"))));
  const one = hbasim("iscsicli", "--json", ...files, "ListInitiators");
  assertEquals([one.code, document(one.stdout)], [0, initiators]);
});

Deno.test("replay --json and explore --json: one document each, and whether all is as it was", () => {
  using folder = temporaryFolder();
  const bundle = `${folder.path}/run.bundle`;
  assertEquals(hbasim("run", "--quiet", "--bundle", bundle, SCENARIO).code, 0);
  const replayed = hbasim("replay", "--json", bundle);
  const { agrees, digest, expectedDigest, verdicts } = document(replayed.stdout) as Record<string, unknown>;
  assertEquals([replayed.code, agrees, digest, Array.isArray(verdicts)], [0, true, expectedDigest, true]);
  const explored = hbasim("explore", "--json", "--seeds", "1..2", "--jobs", "1");
  const { seeds, failed, failures } = document(explored.stdout) as Record<string, unknown>;
  assertEquals([explored.code, seeds, failed, failures], [0, 2, 0, []]);
  const refused = hbasim("explore", "--json", "--shard", "1/2", "--out", folder.path);
  assertEquals([refused.code, refused.stdout], [2, ""]);
});

Deno.test("README says which commands speak no JSON by an option, and no others", async () => {
  const readme = Deno.readTextFileSync("README.md").replaceAll("\n", " ");
  const [, sentence = ""] = /(Every command but [^:]*speaks JSON \([^)]*\))/.exec(readme) ?? [];
  const named = [...sentence.matchAll(/`(\w+)/g)].map(([, name]) => name).toSorted();
  const without: string[] = [];
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if ((await entry.load()).options["json"] === undefined) without.push(name);
  }
  assertEquals(named, without.toSorted());
});
