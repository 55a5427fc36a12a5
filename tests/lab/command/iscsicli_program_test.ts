/** `hbasim iscsicli` as a user has it: processes, files, exit codes. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { replaceFile } from "../../../sim/lab/command/output_files.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, hbasimWithInput, startHbasim } from "./command_line.ts";

const BANNER = ["Microsoft iSCSI Initiator Version 10.0 Build 17763", ""];
const SUCCESS = "The operation completed successfully. ";
/** ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE, 0xEFFF0027: a shell sees the lowest 8 bits. */
const NO_KEY = 0x27;

Deno.test("a key that is set survives in the state file; the exit code is the status", () => {
  using folder = temporaryFolder();
  const state = `${folder.path}/state`;
  const command = (...args: string[]) => hbasim("iscsicli", "--state", state, ...args);
  const set = command("PSKey", "hba0", "*", "0x27", "1", "192.0.2.10", "0x00010203", "T");
  assertEquals([set.code, set.stdout.split("\n"), set.stderr], [0, [...BANNER, SUCCESS, ""], ""]);
  const found = command("GetPSKey", "hba0", "*", "1", "192.0.2.10");
  assertEquals([found.code, found.stdout.split("\n")[2]], [0, "Security Flags       : 0x27"]);
  const absent = command("GetPSKey", "hba0", "*", "1", "192.0.2.11");
  assertEquals(absent.code, NO_KEY);
  assertStringIncludes(
    absent.stdout,
    "\nThe preshared key for the target or IKE identification payload is not available. ",
  );
  assertStringIncludes(absent.stderr, "status 0xefff0027: ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
  assertEquals(command("GroupKey", "for all", "F").code, 0);
  assertEquals(command("TunnelAddr", "*", "*", "198.51.100.1", "192.0.2.1", "T").code, 0);
});

Deno.test("a login in a world of a scenario file prints its session", () => {
  using folder = temporaryFolder();
  const login = hbasim(
    ...["iscsicli", "--state", `${folder.path}/state`, "--world", "scenarios/wmi_vector.yaml"],
    ...["LoginTarget", "iqn.2026-01.example:disk", "T", "192.0.2.20", "3260", "hba0", "*", "0x27", ..."*********"],
    ...["0x000102030405060708090a0b0c0d0e0f", "0"],
  );
  assertEquals(login.code, 0, login.stderr + login.stdout);
  const [told = "", session = "", connection = "", verdict = ""] = login.stdout.split("\n").slice(2);
  assertEquals(told, "LoginTarget to iqn.2026-01.example:disk on hba0 to 192.0.2.20/3260");
  assert(/^Session Id is 0x[0-9a-f]+-0x[0-9a-f]+$/.test(session), session);
  assert(/^Connection Id is 0x[0-9a-f]+-0x[0-9a-f]+$/.test(connection), connection);
  assertEquals(verdict, SUCCESS);
});

Deno.test("a world needs no steps", () => {
  using folder = temporaryFolder();
  for (const steps of ["", "steps: []\n"]) {
    const world = `${folder.path}/world.yaml`;
    Deno.writeTextFileSync(
      world,
      `name: two\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] }, hba1: { storage: ram, ports: [192.0.2.11] } }\n${steps}`,
    );
    const list = hbasim("iscsicli", "--state", `${folder.path}/state`, "--world", world, "ListInitiators");
    assertEquals([list.code, list.stderr], [0, ""]);
    for (const name of ["hba0", "hba1"]) assertStringIncludes(list.stdout, name);
    assertEquals(hbasim("run", world).code, 2, "a scenario does");
  }
});

Deno.test("with a database the service's keys outlive a new flash", () => {
  using folder = temporaryFolder();
  const database = ["--state", `${folder.path}/flash`, "--database", `${folder.path}/service.sqlite`];
  assertEquals(hbasim("iscsicli", ...database, "PSKey", "hba0", "*", "0x27", "2", "host.example", "key", "T").code, 0);
  Deno.removeSync(`${folder.path}/flash`);
  // A new flash: the service clears it and replays what its database holds.
  assertEquals(hbasim("iscsicli", ...database, "GetPSKey", "hba0", "*", "2", "host.example").code, 0);
});

Deno.test("what is not understood leaves no state file and does not change one", async () => {
  using folder = temporaryFolder();
  const state = `${folder.path}/state`;
  const command = (...args: string[]) => hbasim("iscsicli", "--state", state, ...args);
  const mistakes: readonly (readonly [code: number, ...command: string[]])[] = [
    [2, "Fly"],
    [2, "PSKey", "hba0", "x", "0x27", "1", "192.0.2.10", "a key", "T"],
    // As the real command has it: no error, and nothing done.
    [0, "PSKey", "hba0"],
    [0, "PSKey", "hba0", "*", "0x27", "9", "192.0.2.10", "a key", "T"],
    [87, "LogoutTarget", "none"],
  ];
  const fails = async () => {
    for (const [code, ...args] of mistakes) {
      const ended = await command(...args);
      assertEquals(ended.code, code, args.join(" "));
      assert(ended.stderr.startsWith("hbasim: "), ended.stderr);
      assert(!ended.stderr.includes("a key") && !ended.stderr.includes("    at "), ended.stderr);
    }
  };
  await fails();
  assertEquals([...Deno.readDirSync(folder.path)].length, 0);
  assertEquals((await command("GroupKey", "k", "T")).code, 0);
  const before = Deno.readFileSync(state);
  await fails();
  assertEquals(Deno.readFileSync(state), before);
});

Deno.test("options that cannot be used are told in a sentence, with exit code 2", () => {
  using folder = temporaryFolder();
  const there = `${folder.path}/there`;
  Deno.writeTextFileSync(there, "no state");
  const mistakes: readonly (readonly [message: string, ...args: string[]])[] = [
    ["needs --state FILE", "GroupKey", "k", "T"],
    ["needs --state FILE"],
    ["--state needs its value: --state FILE", "--state"],
    ["--world needs its value: --world FILE", "--state", there, "--world", "", "ListInitiators"],
    ['iscsicli has no option "--colour"', "--colour", "red", "GroupKey", "k", "T"],
    ["there is no such file or folder", "--state", there, "--world", `${folder.path}/none.yaml`, "ListInitiators"],
    ["cannot read", "--state", folder.path, "ListInitiators"],
    [`--state "${there}": Not a hbasim image file`, "--state", there, "ListInitiators"],
    ["cannot write", "--state", `${folder.path}/none/state`, "ListInitiators"],
  ];
  for (const [message, ...args] of mistakes) {
    const { code, stderr } = hbasim("iscsicli", ...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, message);
    assert(!stderr.includes("    at "), stderr);
  }
  assertEquals(Deno.readTextFileSync(there), "no state");
});

Deno.test("help needs no state", () => {
  assertStringIncludes((hbasim("iscsicli", "help")).stdout, "iscsicli LoginTarget <TargetName>");
  const { code, stdout } = hbasim("iscsicli", "PSKey", "/?");
  assertEquals([code, stdout.split("\n").slice(0, 2)], [0, BANNER]);
  assertStringIncludes(stdout, "IdType");
});

Deno.test("a saved login is in the flash, and so in the state file: the adapter logs in at each start", async () => {
  using folder = temporaryFolder();
  const world = ["--state", `${folder.path}/state`, "--world", "scenarios/key_survives_power_cycle.yaml"];
  const command = (...args: string[]) => hbasim("iscsicli", ...world, ...args).stdout;
  const target = "iqn.2026-01.example:disk";
  const login = [target, "T", "192.0.2.20", "3260", "hba0", "*", "0x27", ..."*********"];
  assertStringIncludes(await command("PersistentLoginTarget", ...login, "a key for this adapter", "0"), SUCCESS);
  for (let start = 0; start < 2; start++) {
    assertStringIncludes(await command("ListPersistentTargets"), `Target Name           : ${target}`);
    assertStringIncludes(await command("SessionList"), "Number Connections     : 1");
  }
  const session = /^Session Id +: (\S+)$/m.exec(await command("SessionList"))?.[1] ?? "none";
  assertStringIncludes(await command("LogoutTarget", session), SUCCESS);
  // Logging out removes nothing that is saved.
  assertStringIncludes(await command("SessionList"), "Total of 1 sessions");
  assertStringIncludes(await command("RemovePersistentTarget", "hba0", target, "*", "*", "*"), SUCCESS);
  assertEquals(await command("SessionList"), [...BANNER, SUCCESS, ""].join("\n"));
  assertEquals(await command("ListPersistentTargets"), [...BANNER, SUCCESS, ""].join("\n"));
});

Deno.test("a file is replaced whole: a link stays one, the mode too, and nothing is left beside it", () => {
  using folder = temporaryFolder();
  const [file, link] = [`${folder.path}/file`, `${folder.path}/link`];
  replaceFile("--state", file, Uint8Array.of(1));
  Deno.chmodSync(file, 0o600);
  Deno.symlinkSync(file, link);
  const held = Deno.openSync(file);
  replaceFile("--state", link, Uint8Array.of(2, 3));
  assertEquals(Deno.readFileSync(file), Uint8Array.of(2, 3));
  assertEquals(Deno.lstatSync(link).isSymlink, true);
  assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  // Who had the old file open still reads it as it was: it was not written over.
  const bytes = new Uint8Array(4);
  assertEquals([held.readSync(bytes), bytes[0]], [1, 1]);
  held.close();
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted(), ["file", "link"]);
});

Deno.test("without a verb, commands are read from standard input, and the world keeps its power between them", async () => {
  using folder = temporaryFolder();
  const world = ["--state", `${folder.path}/state`, "--world", "scenarios/wmi_vector.yaml"];
  const login = "LoginTarget iqn.2026-01.example:disk T 192.0.2.20 3260 hba0 * 0x27 * * * * * * * * *";
  const lines = [
    `PSKey hba0 * 0x27 2 host.example "a key of 'words'" T`,
    "",
    "Fly",
    `${login} 0x000102030405060708090a0b0c0d0e0f 0`,
    "LogoutTarget 0x1-0x777",
    "exit",
    "GroupKey never T",
  ];
  const first = await hbasimWithInput(lines.join("\n"), "iscsicli", ...world);
  const said = first.stdout.split("\n");
  assertEquals(said.slice(0, 3), [...BANNER, SUCCESS]);
  assertEquals(said.filter((line) => line === BANNER[0]).length, 1);
  assert(said.some((line) => line.startsWith("Session Id is ")), first.stdout + first.stderr);
  assertStringIncludes(first.stderr, "verb: a word of 3 characters that is none");
  // The status of the last command: ISDSC_INVALID_SESSION_ID, 0xEFFF001C.
  assertEquals(first.code, 0x1c);
  const second = await hbasimWithInput("GetPSKey hba0 * 2 host.example\nGroupKey 'no end\n", "iscsicli", ...world);
  assertStringIncludes(second.stdout, "Security Flags       : 0x27");
  assertEquals(second.code, 2);
  assertStringIncludes(second.stderr, "a quote without an end");
});

Deno.test("what a command read from standard input has acknowledged outlives the process, whatever ends it", async () => {
  using folder = temporaryFolder();
  const world = ["iscsicli", "--state", `${folder.path}/state`];
  const process = startHbasim(...world);
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode("PSKey hba0 * 0x27 1 192.0.2.10 'a key' T\n"));
  let said = "";
  for await (const chunk of process.stdout.values({ preventCancel: true })) {
    said += new TextDecoder().decode(chunk);
    if (said.includes(SUCCESS)) break;
  }
  process.kill("SIGKILL");
  await Promise.all([process.status, process.stdout.cancel(), process.stderr.cancel(), writer.abort().catch(() => {})]);
  assertEquals(hbasim(...world, "GetPSKey", "hba0", "*", "1", "192.0.2.10").code, 0);
});

/** `GroupKey kéy F` with é as one byte of Latin-1, which is not UTF-8. */
const NOT_UTF8 = Uint8Array.of(...new TextEncoder().encode("GroupKey k"), 0xe9, ...new TextEncoder().encode("y T\n"));

Deno.test("a line of standard input that is not UTF-8 is refused with its place, and no key is set", async () => {
  using folder = temporaryFolder();
  const arguments_ = ["iscsicli", "--state", `${folder.path}/state`] as const;
  const before = new TextEncoder().encode("ListInitiators\r\n\n");
  const after = new TextEncoder().encode("GroupKey ké\u{fffd}y T\n");
  const { code, stdout, stderr } = await hbasimWithInput(
    Uint8Array.of(...before, ...NOT_UTF8, ...after),
    ...arguments_,
  );
  assertEquals(code, 0, "that of the last line, whose characters are what they are");
  assertEquals(stderr, "hbasim: -:3:11: a byte that is not UTF-8, expected a text in UTF-8\n");
  assertEquals(stdout.split(SUCCESS).length - 1, 2, "the first line and the last one");
  const mistaken = await hbasimWithInput(NOT_UTF8, ...arguments_);
  assertEquals([mistaken.code, mistaken.stdout.includes(SUCCESS)], [2, false]);
  assertStringIncludes(mistaken.stderr, "-:1:11: ");
});

Deno.test("an argument that was not UTF-8 comes as U+FFFD, which no key may hold: it is refused, and not shown", () => {
  using folder = temporaryFolder();
  const state = `${folder.path}/state`;
  const { code, stderr } = hbasim(
    "iscsicli",
    "--state",
    state,
    "PSKey",
    "hba0",
    "*",
    "0x27",
    "2",
    "host",
    "k\u{fffd}y",
    "T",
  );
  assertEquals(code, 2);
  assertStringIncludes(stderr, "PSKey, argument 6: 3 characters, not shown, one of them U+FFFD");
  assertStringIncludes(stderr, "0x");
  assertEquals(stderr.includes("k\u{fffd}y"), false);
  assertEquals(hbasim("iscsicli", "--state", state, "GroupKey", "ké", "T").code, 0);
});

Deno.test("several at once on one state file: what each acknowledges is in it, whoever writes last", async () => {
  using folder = temporaryFolder();
  const state = ["--state", `${folder.path}/state`];
  const ids = [10, 11, 12, 13].map((last) => `198.51.100.${last}`);
  const ended = await Promise.all(ids.map(async (id) => {
    const process = startHbasim("iscsicli", ...state, "PSKey", "hba0", "*", "0x27", "1", id, "key", "T");
    await process.stdin.close();
    return (await process.output()).code;
  }));
  assertEquals(ended, ids.map(() => 0));
  const found = ids.map((id) => hbasim("iscsicli", ...state, "GetPSKey", "hba0", "*", "1", id).code);
  assertEquals(found, ids.map(() => 0));
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["state"]);
});

Deno.test("command line mode ends with an error when another has written the file: its world is not that one any more", async () => {
  using folder = temporaryFolder();
  const state = ["--state", `${folder.path}/state`];
  const key = (id: string) => ["PSKey", "hba0", "*", "0x27", "1", id, "key", "T"];
  const lines = startHbasim("iscsicli", ...state);
  const writer = lines.stdin.getWriter();
  const write = (text: string) => writer.write(new TextEncoder().encode(text));
  await write(`${key("198.51.100.1").join(" ")}\n`);
  while (![...Deno.readDirSync(folder.path)].some(({ name }) => name === "state")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(hbasim("iscsicli", ...state, ...key("198.51.100.2")).code, 0);
  await write(`${key("198.51.100.3").join(" ")}\n`);
  await writer.close();
  const { code, stderr } = await lines.output();
  assertEquals(code, 2);
  assertStringIncludes(new TextDecoder().decode(stderr), "was written by another process meanwhile");
  const found = [1, 2, 3].map((last) =>
    hbasim("iscsicli", ...state, "GetPSKey", "hba0", "*", "1", `198.51.100.${last}`)
  );
  assertEquals(found.map(({ code }) => code), [0, 0, NO_KEY]);
});

Deno.test("a lock that a killed process has left is told, and nothing is done", () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/.state.lock`, "");
  const { code, stderr } = hbasim("iscsicli", "--state", `${folder.path}/state`, "GroupKey", "for all", "F");
  assertEquals(code, 2);
  assertStringIncludes(stderr, ".state.lock");
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [".state.lock"]);
});
