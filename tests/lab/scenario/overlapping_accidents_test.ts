/** The end of an accident brings back what it has taken, and nothing that another keeps away for longer. */

import { assertEquals } from "@std/assert";
import { failures, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";
const FAILED = `{ ${LOGIN}, expect: CONNECTION_FAILED }`;
const COMES_ABOUT = `{ ${LOGIN}, expect: { mode: main } }`;
const WAY = "from: hba0, to: disk";
const BACK = "from: disk, to: hba0";
const IS_OFF = "{ register: { adapter: hba0, read: MAILBOX0 }, expect: { value: 0xffffffff } }";

/** What is missed of faults beside a setting, and what else fails. */
function beside(faults: readonly string[], ...steps: readonly string[]) {
  const written = faults.map((each) => `{ ${each} }`).join(", ");
  const { faults: told, verdicts } = tell([`{ ${SET}, faults: [${written}] }`, ...steps]);
  return {
    missed: told.map(({ missed }) => missed),
    failed: verdicts.filter(({ holds }) => !holds).map(({ step, actual }) => `${step}: ${actual}`),
  };
}

Deno.test("a link is cut until the last of its cuts ends, whichever way these began", () => {
  const short = `cutLink: { ${WAY}, oneWay: true, for: 1s }`;
  const long = `cutLink: { ${WAY}, for: 20s }`;
  assertEquals(failures(SET, `{ ${short} }`, `{ ${long} }`, "wait: 3s", FAILED), []);
  assertEquals(failures(SET, `{ ${long} }`, "wait: 1s", `{ ${short.replace(" }", ", mayMiss: true }")} }`, FAILED), []);
  assertEquals(failures(SET, `{ ${short} }`, `{ ${long} }`, "wait: 20s", COMES_ABOUT), []);
});

Deno.test("a cut is in vain only if all of its ways are cut for as long", () => {
  const both = (time: string) => [
    `cutLink: { ${WAY}, oneWay: true, for: 1s, after: 1ms, mayMiss: true }`,
    `cutLink: { ${BACK}, oneWay: true, for: 1s, after: 1ms, mayMiss: true }`,
    `cutLink: { ${WAY}, for: ${time}, after: 1ms, mayMiss: true }`,
  ];
  assertEquals(beside(both("20s"), "wait: 2s", FAILED).failed, []);
  assertEquals(beside(both("1s"), "wait: 2s", COMES_ABOUT).missed.at(0), "it is cut already");
});

Deno.test("a cut that is told as missed heals nothing, and what another cut stops is no datagram that it has struck", () => {
  const forGood = `cutLink: { ${BACK}, oneWay: true, after: 1ms }`;
  const { missed, failed } = beside([forGood, `cutLink: { ${WAY}, for: 1ms, after: 1ms, mayMiss: true }`], FAILED);
  assertEquals([missed[0], failed], ["nothing was sent over the link until it was whole again", []]);
  const all = `cutLink: { ${WAY}, after: 1ms }`;
  const later = `cutLink: { from: hba1, to: disk, for: 1ms, after: 1ms, mayMiss: true }`;
  assertEquals(beside([all, later], FAILED).failed, []);
});

Deno.test("an adapter is away until the last accident ends that has taken it: faults, steps and applications at once", () => {
  const unplug = (time: string) => `unplug: { adapter: hba0, for: ${time} }`;
  for (const [first, second] of [["1s", "50s"], ["50s", "1s"]] as const) {
    const more = first === "50s" ? ", mayMiss: true" : "";
    const apps = `parallel: { a: [{ ${unplug(first)} }], b: [{ ${unplug(second).replace(" }", `${more} }`)} }] }`;
    assertEquals(failures(SET, apps, "wait: 5s", IS_OFF, "wait: 46s", COMES_ABOUT), [], `${first}, ${second}`);
  }
  const faults =
    "{ powerCycle: { adapter: hba0, off: 1s, after: 10ms } }, { powerOff: { adapter: hba0, after: 20ms } }";
  const off = tell([SET, `{ wait: 2s, faults: [${faults}] }`, IS_OFF]);
  assertEquals([off.holds, off.faults.map(({ missed }) => missed)], [true, [undefined, undefined]]);
  const [vain] = failures(`{ ${unplug("50s")} }`, `{ ${unplug("1s")} }`, IS_OFF);
  assertEquals(vain?.endsWith("but nothing: hba0 is off already"), true, vain);
});

Deno.test("a reboot of the host brings back neither what is unplugged nor what was switched off; power does", () => {
  for (const taken of ["unplug: { adapter: hba0 }", "powerOff: { adapter: hba0 }"]) {
    assertEquals(failures(SET, `{ ${taken} }`, "wait: 3s", "rebootHost: {}", IS_OFF), [], taken);
    assertEquals(failures(SET, `{ ${taken} }`, "wait: 3s", "powerOn: { adapter: hba0 }", COMES_ABOUT), [], taken);
    assertEquals(failures(SET, `{ ${taken} }`, "wait: 3s", "powerCycle: { adapter: hba0 }", COMES_ABOUT), [], taken);
  }
  const reboots = "parallel: { a: [rebootHost: { off: 1s }], b: [rebootHost: { off: 5s }], c: [wait: 3s, LOOK] }";
  assertEquals(failures(SET, reboots.replace("LOOK", `{ ${LOGIN}, expect: any }`), COMES_ABOUT), []);
});

Deno.test("an adapter that comes back under a host without power waits for the host's", () => {
  const { world } = tell([
    SET,
    "parallel: { a: [{ unplug: { adapter: hba0, for: 1s } }], b: [wait: 500ms, { rebootHost: { off: 5s } }] }",
  ]);
  const events = [...world.recorder.events()].filter(({ fields: { state } }) => state === "power on");
  const [adapter, host] = events.slice(-2).map(({ cycle }) => cycle);
  assertEquals(adapter, host);
});

Deno.test("a setting that a bus reset has failed is in force until the next call, of whatever kind, takes it back", () => {
  const set = (key: string) => `setKey: { adapter: hba0, id: 192.0.2.10, key: ${key}, flags: [ike, main] }`;
  const failed = `{ ${set("new")}, expect: ERROR_IO_DEVICE, ` +
    "faults: [{ reset: { adapter: hba0, by: bus, flashProgram: 1 } }] }";
  const all = (key: string) =>
    ["keyTable", "flash", "serviceStore"].map((look) =>
      `expect: { ${look}: { adapter: hba0, id: 192.0.2.10, key: ${key} } }`
    );
  const [inForce = ""] = all("new");
  for (
    const next of [
      "{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }",
      "{ login: { adapter: hba0, target: disk }, expect: any }",
      "{ setGroupKey: { key: another }, expect: any }",
    ]
  ) assertEquals(failures(set("old"), failed, "wait: 300s", inForce, next, ...all("old")), [], next);
});
