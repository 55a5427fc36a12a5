/** What happens has changed something: accidents that did nothing are told as such, and explain nothing. */

import { assert, assertEquals } from "@std/assert";
import { PROGRAM_CUTS } from "../../../sim/parts/flash/cut_effects.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { STATUS_CUTS } from "../../../sim/parts/flash/status_register.ts";
import { STEPS } from "../../../sim/lab/scenario/steps/table.ts";
import { failures, refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const LOGIN = "login: { adapter: hba0, target: disk }";
const WAY = "from: hba0, to: disk";

const during = (step: string, faults: string, expect = "any") => `{ ${step}, faults: [${faults}], expect: ${expect} }`;
const missed = (...steps: readonly string[]) => tell(steps).faults.map(({ missed }) => missed);

Deno.test("a range of ordinals must happen at each of them; one without an end once at least", () => {
  const login = (harm: string) => missed(SET, during(LOGIN, `{ ${harm}, ${WAY} } }`))[0];
  const end = "the 4th to 100th datagram from hba0 to disk never came (there were 3)";
  assertEquals(login("duplicate: { datagram: 1..100"), `3 of 100 happened: ${end}`);
  for (const ordinals of ["1..3", "2", "2..", "each"]) {
    assertEquals(login(`duplicate: { datagram: ${ordinals}`), undefined, ordinals);
  }
  assertEquals(
    login("duplicate: { datagram: 4.."),
    "each datagram from the 4th on from hba0 to disk never came (there were 3)",
  );
  const [cut] =
    tell([SET, during(SET.replace("main]", "main, pfs]"), "{ powerOff: { adapter: hba0, flashProgram: 1..5 } }")])
      .faults;
  assert(cut?.missed?.startsWith("1 of 5 happened: "), cut?.missed);
  const report = tell([SET, during(LOGIN, `{ duplicate: { datagram: 1..9, ${WAY}, mayMiss: true } }`)]);
  assertEquals([report.holds, report.faults[0]?.missed?.startsWith("3 of 9 happened")], [true, true]);
});

Deno.test("a harm that leaves a datagram as it was has missed", () => {
  const harms: readonly (readonly [string, string])[] = [
    ["truncate: { bytes: 5000", "the 1st datagram from hba0 to disk: it had 228 bytes only"],
    ["mutate: { field: version, value: 0x10", "the 1st datagram from hba0 to disk: it was so already"],
  ];
  for (const [harm, why] of harms) {
    assertEquals(missed(SET, during(LOGIN, `{ ${harm}, datagram: 1, ${WAY} } }`)), [why]);
  }
  const lose = `{ lose: { datagram: 1, ${WAY} } }`;
  assertEquals(missed(SET, during(LOGIN, `${lose}, ${lose}`)), [
    undefined,
    "the 1st datagram from hba0 to disk: another fault had lost it",
  ]);
  assertEquals(missed(SET, "cutLink: { from: hba0, to: disk, for: 1s }", during(LOGIN, lose)), [
    "the 1st datagram from hba0 to disk: its link was cut",
  ]);
});

Deno.test("two faults at one operation: the second misses when it adds nothing, or would undo the first", () => {
  const get = "getKey: { adapter: hba0, id: 192.0.2.10 }";
  const twice = (step: string, fault: string) => missed(SET, during(step, `${fault}, ${fault}`));
  const bus: readonly (readonly [fault: string, why: string])[] = [
    ["{ loseInterrupt: { adapter: hba0, interrupt: 1 } }", "the 1st interrupt of hba0: another fault had lost it"],
    ["{ loseDoorbell: { adapter: hba0, doorbell: 1 } }", "the 1st doorbell of hba0: another fault had lost it"],
    [
      "{ lateInterrupt: { adapter: hba0, interrupt: 1, by: 1ms } }",
      "the 1st interrupt of hba0: another fault had it come as late",
    ],
    ["{ refuseDma: { adapter: hba0, dma: 1 } }", "the 1st DMA transfer of hba0: another fault had it refused"],
    [
      "{ corruptDma: { adapter: hba0, dma: 1, bit: 5 } }",
      "the 1st DMA transfer of hba0: another fault had corrupted it",
    ],
  ];
  for (const [fault, why] of bus) assertEquals(twice(get, fault), [undefined, why], fault);
  const first = "the 1st datagram from hba0 to disk";
  const wire: readonly (readonly [fault: string, why: string])[] = [
    ["corrupt: { bit: 5", "it would undo what another fault had done"],
    ["corrupt: { ", "another fault had corrupted it"],
    ["duplicate: { ", "another fault had duplicated it"],
    ["truncate: { bytes: 5", "it had 5 bytes only"],
  ];
  for (const [fault, why] of wire) {
    const whole = `{ ${fault}${fault.endsWith("{ ") ? "" : ", "}datagram: 1, ${WAY} } }`;
    assertEquals(twice(LOGIN, whole), [undefined, `${first}: ${why}`], fault);
  }
  const at = `datagram: 1, ${WAY} } }`;
  assertEquals(missed(SET, during(LOGIN, `{ corrupt: { bit: 5, ${at}, { corrupt: { bit: 6, ${at}`)), [
    undefined,
    undefined,
  ]);
  assertEquals(missed(SET, during(LOGIN, `{ truncate: { bytes: 10, ${at}, { corrupt: { bit: 80, ${at}`)), [
    undefined,
    `${first}: it had 10 bytes only`,
  ]);
  assertEquals(missed(SET, during(LOGIN, `{ corrupt: { bit: 5, ${at}, { lose: { ${at}`)), [
    `${first}: another fault had lost it`,
    undefined,
  ]);
});

Deno.test("a bit that is not there is not flipped", () => {
  assertEquals(missed(SET, during(LOGIN, `{ corrupt: { bit: 1000000, datagram: 1, ${WAY} } }`)), [
    "the 1st datagram from hba0 to disk: it had 228 bytes only",
  ]);
  const [dma = ""] = missed(SET, during(SET, "{ corruptDma: { adapter: hba0, dma: 1, bit: 65535 } }"));
  assert(/^the 1st DMA transfer of hba0: it had \d+ bytes only$/.test(dma), dma);
});

Deno.test("what chance does anyway, a fault has not done", () => {
  const lossy = "network: { loss: 100% }\n";
  for (const harm of ["lose: { ", "duplicate: { ", "delay: { by: 1ms, ", "corrupt: { bit: 5, "]) {
    const report = tell([SET, during(LOGIN, `{ ${harm}datagram: 1, ${WAY} } }`)], lossy);
    assertEquals(report.faults.map(({ missed }) => missed), [
      "the 1st datagram from hba0 to disk: the wire had lost it",
    ], harm);
    assertEquals(report.holds, false);
  }
});

Deno.test("damage that changes no cell, a cut over which nothing goes, power of what is off: in vain", () => {
  const erased = "address: 60000, lengthBytes: 10, bits: 3";
  const damage = (what: string) => `damage: { adapter: hba0, ${what} }`;
  assert(failures(damage(`retention: { ${erased} }`))[0]?.endsWith("nothing: no bit of the range is programmed"));
  assertEquals(failures(damage(`readDisturb: { ${erased} }`)), []);
  assert(refusals([damage("brownOut: { nanoseconds: 0 }")])[0]?.includes("brownOut"));
  assert(refusals([damage("keyTableBit: { row: 4000, bit: 1 }")])[0]?.includes("row: 4000 (0 to "));
  const cut = `{ cutLink: { ${WAY}, for: 10ms, after: 1ms } }`;
  assertEquals(missed(SET, `{ wait: 1s, faults: [${cut}] }`), [
    "nothing was sent over the link until it was whole again",
  ]);
  assertEquals(missed(SET, during(LOGIN, cut.replace("1ms", "1us"))), [undefined]);
  for (const accident of ["powerCycle: { adapter: hba0", "unplug: { adapter: hba0, for: 1ms"]) {
    const fault = `{ wait: 1s, faults: [{ ${accident}, after: 1ms } }] }`;
    assertEquals(missed("powerOff: { adapter: hba0 }", fault), ["hba0 is off already"]);
  }
});

Deno.test("a cut that outlasts its step has happened if anything is sent over it later, and else missed", () => {
  const cut = (more: string) => `{ wait: 1ms, faults: [{ cutLink: { ${WAY}, after: 500us${more} } }] }`;
  const login = `{ ${LOGIN}, expect: any }`;
  const never = "nothing was sent over the link any more";
  const whole = "nothing was sent over the link until it was whole again";
  const stories: readonly (readonly [steps: readonly string[], missed: string | undefined])[] = [
    [[cut(", for: 10s"), login], undefined],
    [[cut(""), "wait: 1s", login], undefined],
    [[cut(", for: 10s"), "wait: 11s", login], whole],
    [[cut(", for: 10s"), "wait: 9s"], never],
    [[cut("")], never],
    [[`{ sequence: [${cut("")}, wait: 1s], name: s }`, login], undefined],
    [[`parallel: { a: [${cut(", for: 1s")}], b: [${login}] }`], undefined],
  ];
  for (const [steps, expected] of stories) {
    assertEquals(missed(SET, ...steps), [expected], steps.join());
    const allowed = steps.map((each) => each.replace("after: 500us", "after: 500us, mayMiss: true"));
    assertEquals([tell([SET, ...steps]).holds, tell([SET, ...allowed]).holds], [expected === undefined, true]);
  }
  // A run that does not come to its end tells it as it stands.
  const { faults, verdicts } = tell([SET, cut(""), "wait: 30s"], "limit: 40s\n");
  assertEquals([faults.length, verdicts.length], [1, 2]);
  const stuck = tell([SET, cut(""), "{ wait: 1s, repeat: 5 }"], "limit: 3s\n");
  assertEquals([stuck.faults.map((each) => each.missed), stuck.verdicts.at(-1)?.actual], [[undefined], "none"]);
});

Deno.test("what lasts no cycle is refused before the run", () => {
  const wrong = [
    `{ delay: { by: 0us, datagram: 1, ${WAY} } }`,
    "{ lateInterrupt: { adapter: hba0, by: 0ms, interrupt: 1 } }",
    `{ cutLink: { for: 0us, ${WAY}, after: 1ms } }`,
    "{ powerCycle: { adapter: hba0, off: 0s, after: 1ms } }",
    "{ unplug: { adapter: hba0, for: 0s, after: 1ms } }",
    "{ rebootHost: { off: 0s, after: 1ms } }",
  ];
  for (const fault of wrong) {
    const [mistake = ""] = refusals([during(LOGIN, fault)]);
    assert(mistake.includes("(a cycle at least)") && mistake.startsWith("1:"), mistake);
  }
  for (
    const step of [
      `cutLink: { for: 0us, ${WAY} }`,
      "powerCycle: { adapter: hba0, off: 0s }",
      "unplug: { adapter: hba0, for: 0s }",
      "rebootHost: { off: 0s }",
    ]
  ) {
    assert(refusals([step])[0]?.includes("(a cycle at least)"), step);
  }
});

Deno.test("an accident that changes nothing fails as a step, and misses as a fault", () => {
  const vain: readonly (readonly [before: string, accident: string, why: string])[] = [
    ["powerOff: { adapter: hba0 }", "powerOff: { adapter: hba0 }", "hba0 is off already"],
    ["powerOff: { adapter: hba0 }", "unplug: { adapter: hba0 }", "hba0 is off already"],
    ["powerOff: { adapter: hba0 }", "reset: { adapter: hba0 }", "hba0 is off"],
    [
      "powerOff: { adapter: hba0 }",
      "damage: { adapter: hba0, keyTableBit: { row: 1, bit: 0 } }",
      "hba0 is off, and its RAM with it",
    ],
    ["wait: 1ms", "powerOn: { adapter: hba0 }", "hba0 is on already"],
    ["wait: 1ms", "startService: {}", "the service is running already"],
    ["stopService: {}", "stopService: {}", "the service is stopped already"],
    ["stopService: {}", "killService: {}", "the service is stopped already"],
    [`cutLink: { ${WAY} }`, `cutLink: { ${WAY} }`, "it is cut already"],
  ];
  for (const [before, accident, why] of vain) {
    const [failure = "", ...others] = failures(before, accident);
    assertEquals([failure.endsWith(`, but nothing: ${why}`), others], [true, []], `${accident}: ${failure}`);
    const allowed = accident.replace("{}", "{ }").replace(
      / }$/,
      `${accident.includes("{}") ? "" : ","} mayMiss: true }`,
    );
    assertEquals(failures(before, allowed), [], allowed);
    const fault = accident.replace("{}", "{ }").replace(/ }$/, `${accident.includes("{}") ? "" : ","} after: 1ms }`);
    assertEquals(missed(before, `{ wait: 5ms, faults: [{ ${fault} }] }`), [why], fault);
    const other = "startService powerOn".includes(accident.split(":")[0] ?? "")
      ? "expect: { keyTable: { adapter: hba0, count: 0 } }"
      : before;
    assertEquals(
      failures(
        other.startsWith("expect")
          ? (accident.startsWith("start") ? "stopService: {}" : "powerOff: { adapter: hba0 }")
          : "wait: 1ms",
        accident,
      ),
      [],
      accident,
    );
  }
});

Deno.test("old or new accepts the status of a lost adapter, and no other failure", () => {
  const interrupted = (...steps: readonly string[]) =>
    tell(steps).verdicts.filter(({ holds }) => !holds).map(({ actual }) => actual);
  const nothing: readonly (readonly string[])[] = [
    ["stopService: {}", `{ ${SET}, expect: old or new }`],
    ["powerOff: { adapter: hba0 }", `{ ${SET}, expect: old or new }`],
    ["unplug: { adapter: hba0 }", `{ ${SET}, expect: old or new }`],
    [`{ ${SET.replace("id:", "port: 7, id:")}, expect: old or new }`],
    [
      during(SET, "{ powerCycle: { adapter: hba0, after: 10s, mayMiss: true } }", "old or new").replace(
        "id:",
        "port: 7, id:",
      ),
    ],
  ];
  for (const steps of nothing) {
    const [actual = ""] = interrupted(...steps);
    assert(actual.includes("but nothing has interrupted the call"), `${steps}: ${actual}`);
  }
  const cut = (fault: string, set = SET) => during(set, `{ ${fault} }`, "old or new");
  for (
    const fault of [
      "powerCycle: { adapter: hba0, command: 1 }",
      "killService: { adapter: hba0, command: 1 }",
      "loseDoorbell: { adapter: hba0, doorbell: 1 }",
    ]
  ) {
    assertEquals(interrupted(SET, cut(fault, SET.replace("main]", "main, pfs]"))), [], fault);
  }
  const refused = interrupted(
    cut("damage: { adapter: hba0, flip: { address: 60, mask: 1 }, after: 0us }", SET.replace("id:", "port: 7, id:")),
  );
  assert(refused[0]?.includes("the call was refused, not interrupted"), `${refused}`);
});

const KEPT = "invariants: { k: { flash: { adapter: hba0, id: 192.0.2.10, key: a key } } }\n";
const FLIP = "damage: { adapter: hba0, flip: { address: 60, mask: 255 } }";

Deno.test("an invariant is judged after each accident, of which the trace may tell nothing", () => {
  const told = (...steps: readonly string[]) => tell([SET, ...steps], KEPT).verdicts.at(-1);
  const flip = (after: string) =>
    `{ ${FLIP.replace(" }", ` }, after: ${after}`).replace(/, after: (\w+) }$/, ", after: $1 }")} }`;
  const twice = told(FLIP, "wait: 1s", FLIP);
  assertEquals([twice?.holds, twice?.actual.includes("by flip in hba0, none")], [false, true], twice?.actual);
  const faults = told(`{ wait: 1s, faults: [${flip("1ms")}, ${flip("500ms")}] }`);
  assertEquals(faults?.holds, false);
  const whole = tell([SET, "wait: 1s"], `${KEPT}faults: [${flip("700ms")}, ${flip("800ms")}]\n`).verdicts.at(-1);
  assertEquals(whole?.holds, false);
  assertEquals(told("wait: 1s")?.holds, true);
  assertEquals(tell([SET, FLIP, "wait: 1s", FLIP], KEPT).digest, tell([SET, FLIP, "wait: 1s", FLIP]).digest);
});

/** Each kind of damage where nothing is kept and nobody comes by. */
const UNUSED = {
  flip: "flip: { address: 60000, mask: 1 }",
  stuck: "stuck: { address: 60000, mask: 1, level: 1 }",
  weak: "weak: { address: 60000, mask: 1 }",
  retention: "retention: { address: 60000, lengthBytes: 1, bits: 1 }",
  "read disturb": "readDisturb: { address: 60001, lengthBytes: 1, bits: 1 }",
  "program failure": "programFailure: { address: 60000, lengthBytes: 10 }",
  "erase failure": "eraseFailure: { sector: 15 }",
  endurance: "endurance: { failure: silent }",
  "bad cells": "badCells: 1",
  "disturbing reads": "disturbingReads: 1000000000",
  "charge loss": "chargeLoss: 1000000",
  storage: "storage: 1",
  "brown out": "brownOut: { nanoseconds: 1 }",
  "program cut": "programCut: { cut: PHASE }",
  "erase cut": "eraseCut: { cut: not begun }",
  "status cut": "statusCut: STATUS",
} as const satisfies Readonly<Record<FlashFault["kind"], string>>;

Deno.test("the reference says of which damage it is asked whether it changes anything, and of no other it is", () => {
  const { doc } = STEPS.damage;
  const [, asked = ""] = /as soon as it is there, but for ([^.]*)\./.exec(doc) ?? [];
  const names = [...asked.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  // All bits of one byte are programmed: reads can give it no more charge.
  const programmed = "damage: { adapter: hba0, flip: { address: 60001, mask: 255 } }";
  const vain = Object.values(UNUSED).flatMap((written) => {
    const damage = written.replace("PHASE", String(PROGRAM_CUTS[0])).replace("STATUS", String(STATUS_CUTS[0]));
    const [failure] = failures("wait: 1ms", programmed, `damage: { adapter: hba0, ${damage} }`);
    const [told] = missed(programmed, `{ wait: 5ms, faults: [{ damage: { adapter: hba0, ${damage}, after: 1ms } }] }`);
    assertEquals(failure === undefined, told === undefined, written);
    return failure === undefined ? [] : [written.split(":")[0]];
  });
  const [bit] = failures("powerOff: { adapter: hba0 }", "damage: { adapter: hba0, keyTableBit: { row: 1, bit: 0 } }");
  assertEquals(names, [...vain, ...(bit === undefined ? [] : ["keyTableBit"])]);
});
