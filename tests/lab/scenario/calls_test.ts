/** Every call by its name, and what its answer is. */

import { assertEquals } from "@std/assert";
import { failures, refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";
const ID = "C0 00 02 0A";
const FIRST = `{ ${LOGIN}, name: first }`;

/** What the steps of the last line came to, if they are no success. */
const short = (...steps: readonly string[]) => failures(...steps).map((each) => each.replace(/^[^:]*: /, ""));

Deno.test("login: mode, suite, key and session of its answer; each is judged by what was found", () => {
  const right = "mode: main, suite: aes256-sha256-modp2048, key: a key, session: true";
  const suite = failures(SET, `{ ${LOGIN}, expect: { suite: 3des-sha1-modp1024 } }`)[0]?.split("but ")[1] ?? "";
  assertEquals(failures(SET, `{ ${LOGIN}, expect: { ${right.replace("aes256-sha256-modp2048", suite)} } }`), []);
  const wrong = "mode: aggressive, key: another key, session: false";
  assertEquals(short(SET, `{ ${LOGIN}, expect: { ${wrong} } }`), [
    "aggressive mode, but main mode",
    "key 2aa50b47, but key 8fa3aab2",
    "no session, but a session",
  ]);
  assertEquals(short(SET, "{ login: { adapter: hba0, target: disk, key: wrong }, expect: { key: wrong } }").slice(1), [
    "key 8810ad58, but no key",
  ]);
});

Deno.test("login without an adapter: the service chooses one, and its session is found", () => {
  const { sessions, verdicts } = tell([
    "setGroupKey: { key: a key }",
    "{ login: { target: disk }, name: it }",
    "logout: { session: it }",
  ]);
  assertEquals(verdicts.filter(({ holds }) => !holds), []);
  assertEquals(sessions.map(({ adapter, mode }) => [adapter, mode]), [["hba1", "main"]]);
});

Deno.test("a persistent login only saves; the next start logs in; removed, none does", () => {
  const persistent = "{ login: { adapter: hba0, target: disk, persistent: true }, expect: { session: false } }";
  const sessions = (count: number) => `{ listSessions: {}, expect: { count: ${count} } }`;
  const saved = (count: number, names: string) =>
    `{ listPersistentLogins: {}, expect: { count: ${count}, names: [${names}] } }`;
  const reset = "reset: { adapter: hba0 }";
  assertEquals(failures(SET, persistent, saved(1, "disk"), sessions(0), reset, "wait: 1s", sessions(1)), []);
  const remove = "removePersistentLogin: { adapter: hba0, target: disk }";
  assertEquals(failures(SET, persistent, remove, saved(0, ""), reset, "wait: 1s", sessions(0)), []);
  assertEquals(short(remove).length, 1);
});

Deno.test("addConnection: another connection of a named session, with an exchange of its own", () => {
  const add = "addConnection: { session: first }";
  const { world, verdicts } = tell([SET, FIRST, add]);
  assertEquals(verdicts.map(({ holds }) => holds), [true, true, true]);
  assertEquals(world.targets.get("disk")?.established, 2);
  assertEquals(short(SET, FIRST, "logout: { session: first }", add).length, 1);
});

Deno.test("lists: the adapters by name, and the sessions by target", () => {
  assertEquals(
    failures(
      SET,
      // In order of arrival: an adapter without flash is up first.
      "{ listInitiators: {}, expect: { names: [hba1, hba0], count: 2 } }",
      LOGIN,
      LOGIN,
      "{ listSessions: {}, expect: { names: [disk, disk] } }",
    ),
    [],
  );
  assertEquals(short("{ listInitiators: {}, expect: { names: [hba1], count: 3.. } }"), [
    "3.. in the list, but 2",
    "hba1, but hba1, hba0",
  ]);
});

Deno.test("wmi: IN by field is laid out as by bytes, and lengths may lie", () => {
  const get = (input: string, expect: string) =>
    `{ wmi: { adapter: hba0, method: GetPresharedKeyForId, ${input} }, expect: ${expect} }`;
  const flags = "{ hex: 00 00 00 00 | 00 00 00 00 | 07 00 00 00 00 00 00 00 }";
  const byBytes = `hex: FF FF FF FF 01 00 00 00 04 00 00 00 ${ID}`;
  assertEquals(failures(SET, get(byBytes, flags), get(`in: { Id: ${ID} }`, flags)), []);
  const set = (input: string, expect: string) =>
    `{ wmi: { adapter: hba0, method: SetPresharedKeyForId, in: { ${input} } }, expect: ${expect} }`;
  const right = `SecurityFlags: [ike, main], Id: ${ID}, Key: 61 20 6b 65 79`;
  assertEquals(failures(set(right, "SUCCESS"), get(byBytes, flags)), []);
  assertEquals(short(set(`${right}, KeySize: 500`, "SUCCESS")).length, 2);
  const tunnel = "DestinationAddress: 192.0.2.20, TunnelModeOuterAddress: 192.0.2.1";
  assertEquals(failures(`wmi: { adapter: hba0, method: SetTunnelModeOuterAddress, in: { ${tunnel} } }`), []);
});

Deno.test("wmi: fields of another method, and bytes besides fields, are refused with their place", () => {
  assertEquals(
    refusals([
      "wmi: { adapter: hba0, method: ClearCache, in: { Key: AA } }",
      "wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { Key: AA } }",
      "wmi: { adapter: hba0, method: SetGenerationalGuid, in: { GenerationalGuid: AA } }",
      "wmi: { adapter: hba0, method: ClearCache, in: {}, hex: AA }",
    ]),
    [
      "1:58 steps[0].wmi.in.Key: the field Key (no fields: the method has no IN)",
      "2:68 steps[1].wmi.in.Key: the field Key (one of PortNumber, IdType, IdSize, or Id)",
      "3:80 steps[2].wmi.in.GenerationalGuid: 1 bytes (16)",
      "4:60 steps[3].wmi.hex: bytes besides in (either in or hex)",
    ],
  );
});

Deno.test("register: read and written as by a driver", () => {
  const read = (name: string, value: string) =>
    `{ register: { adapter: hba0, read: ${name} }, expect: { value: ${value} } }`;
  const unknown = "{ mailbox: { adapter: hba0, command: 0xfe }, expect: { mailbox: 0x4001 } }";
  const masked = "register: { adapter: hba0, write: INTERRUPT_MASK, value: 0 }";
  assertEquals(
    failures(unknown, read("MAILBOX0", "0x4001"), read("INTERRUPT_MASK", "4"), masked, read("INTERRUPT_MASK", "0")),
    [],
  );
  assertEquals(short(read("INTERRUPT_MASK", "5")), ["0x00000005, but 0x00000004"]);
  assertEquals(
    refusals(["register: { adapter: hba0 }", "register: { adapter: hba0, read: MAILBOX0, value: 4 }"]).map((each) =>
      each.replace(/^\S+ /, "")
    ),
    ["steps[0].register: no register (read or write)", "steps[1].register.value: a value to read (one with write)"],
  );
});

Deno.test("accidents: power off and on, unplugged for a while, the service killed", () => {
  const gone = ["SUCCESS, but Win32 error 2 (fileNotFound)"];
  assertEquals([short("powerOff: { adapter: hba0 }", SET), short("unplug: { adapter: hba0 }", SET)], [gone, gone]);
  assertEquals(failures("powerOff: { adapter: hba0 }", "powerOn: { adapter: hba0 }", SET, LOGIN), []);
  const unplug = "unplug: { adapter: hba0, for: 2s }";
  assertEquals(short(unplug, "wait: 1s", SET), gone);
  assertEquals(failures(unplug, "wait: 3s", SET), []);
  assertEquals(short("killService: {}", SET), ["SUCCESS, but ISDSC_SERVICE_NOT_RUNNING"]);
  assertEquals(failures("killService: {}", "startService: {}", SET, LOGIN), []);
});

Deno.test("reset: the driver's and the firmware's end sessions, that of the bus does not", () => {
  const after = (by: string) => {
    const { world, verdicts } = tell([SET, LOGIN, `reset: { adapter: hba0, by: ${by} }`, LOGIN]);
    assertEquals(verdicts.filter(({ holds }) => !holds), [], by);
    return world.adapters.get("hba0")?.adapter.sessions?.sessions().length;
  };
  assertEquals(["driver", "firmware", "bus"].map(after), [1, 1, 2]);
});

Deno.test("cutLink: nothing passes for a while, or in one direction only", () => {
  const cut = (more: string) => `cutLink: { from: hba0, to: disk${more} }`;
  const fates = (more: string) => {
    const { world } = tell([SET, cut(more), `{ ${LOGIN}, expect: any }`]);
    return [
      ...new Set(world.network.captures.map(({ fate, datagram }) => `${datagram.source.address.at(-1)} ${fate}`)),
    ];
  };
  assertEquals(fates(""), ["10 blocked"]);
  assertEquals(fates(", for: 1500ms"), ["10 blocked", "10 delivered", "20 delivered"]);
  const back = "cutLink: { from: disk, to: hba0, oneWay: true }";
  const { world } = tell([SET, back, `{ ${LOGIN}, expect: any }`]);
  assertEquals([...new Set(world.network.captures.map(({ fate }) => fate))], ["delivered", "blocked"]);
  assertEquals(refusals([cut("").replace("disk", "hba0")]), [
    "1:32 steps[0].cutLink.to: hba0 (another end than hba0)",
  ]);
});

Deno.test("damage: a bit of the key table turns, and the login fails", () => {
  const damage = "damage: { adapter: hba0, keyTableBit: { row: 1, bit: 2200 } }";
  assertEquals(short(SET, damage, LOGIN), ["SUCCESS, but ISDSC_AUTHENTICATION_FAILURE"]);
  assertEquals(failures(SET, damage, "powerCycle: { adapter: hba0 }", LOGIN), []);
  assertEquals(
    refusals(["damage: { adapter: hba0 }", "damage: { adapter: hba1, flip: { address: 0, mask: 1 } }"])
      .map((each) => each.replace(/ \(.*/, "")),
    [
      "1:13 steps[0].damage: no damage",
      "2:36 steps[1].damage.flip: a flash fault of hba1, which has no such part",
    ],
  );
  assertEquals(refusals(["damage: { adapter: hba1, flip: { address: 0, mask: 1 } }"]), [
    "1:36 steps[0].damage.flip: a flash fault of hba1, which has no such part (one of RAM)",
  ]);
});

Deno.test("change: the network gets slower, a target falls silent or gets another key", () => {
  const length = (...steps: readonly string[]) =>
    tell([SET, ...steps, LOGIN]).world.now - tell([SET, ...steps]).world.now;
  const slow = length("change: { network: { latency: 10ms } }") - length();
  assertEquals(Math.round(slow / 250_000), Math.round(6 * 9.95));
  const oneWay = length("change: { network: { links: { hba0 > disk: { latency: 10ms } } } }") - length();
  assertEquals(Math.round(oneWay / 250_000), Math.round(3 * 9.95));
  assertEquals(short(SET, "change: { targets: { disk: { silent: true } } }", LOGIN), [
    "SUCCESS, but ISDSC_CONNECTION_FAILED",
  ]);
  const back = "change: { targets: { disk: { silent: false } } }";
  assertEquals(failures(SET, "change: { targets: { disk: { silent: true } } }", back, LOGIN), []);
  assertEquals(short(SET, "change: { targets: { disk: { keys: { any: b } } } }", LOGIN), [
    "SUCCESS, but ISDSC_AUTHENTICATION_FAILURE",
  ]);
  assertEquals(refusals(["change: { network: { links: { hba0 > disk: { reorders: 1% } } } }"]).length, 1);
});
