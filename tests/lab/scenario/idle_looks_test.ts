/** Looks that could not fail, whatever happens, are refused before anything runs. */

import { assertEquals } from "@std/assert";
import { failures, refusals } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const NEVER = "trace: { never: { kind: flash } }";

Deno.test("a look since its own beginning sees nothing", () => {
  assertEquals(
    refusals([
      `{ ${SET}, name: first }`,
      `{ expect: { ${NEVER}, since: me }, name: me }`,
      `sequence: [{ expect: { ${NEVER}, since: it }, name: it }]`,
      `{ wait: 1ms, expect: { ${NEVER}, since: own }, name: own }`,
    ]),
    [
      '2:59 steps[1].expect.since: "me" (the name of a step before it (first))',
      '3:70 steps[2].sequence[0].expect.since: "it" (the name of a step before it (first or me))',
      '4:70 steps[3].expect.since: "own" (the name of a step before it (first, me, or it))',
    ],
  );
  assertEquals(
    failures(
      `{ sequence: [{ ${SET} }, { expect: { trace: { seen: { kind: flash } }, since: all } }], name: all }`,
      `{ parallel: { a: [{ expect: { ${NEVER}, since: both } }] }, name: both }`,
    ),
    [],
  );
});

Deno.test("no end has sessions with itself", () => {
  assertEquals(refusals(["expect: { sessions: { of: hba0, with: hba0, count: 0 } }"]), [
    "1:43 steps[0].expect.sessions.with: hba0 (another end than hba0)",
  ]);
  assertEquals(failures("expect: { sessions: { of: hba0, with: disk, count: 0 } }"), []);
});

Deno.test("between two adapters, and between two targets, nothing is ever sent", () => {
  const [adapters, both] = ["hba0, to: hba1", "disk, to: gate"].map((way) => [
    `expect: { packets: { from: ${way}, count: 0 } }`,
    `expect: { sessions: { of: ${way.replace("to", "with")}, count: 0 } }`,
    `{ wait: 1ms, faults: [{ lose: { datagram: 1, from: ${way}, mayMiss: true } }] }`,
    `{ wait: 1ms, faults: [{ delay: { message: main 1, by: 1ms, from: ${way}, mayMiss: true } }] }`,
    `{ wait: 1ms, faults: [{ cutLink: { from: ${way}, after: 1us } }] }`,
    `cutLink: { from: ${way}, for: 1s }`,
    `change: { network: { links: { ${way.replace(", to:", " >")}: { loss: 2% } } } }`,
  ]);
  const fields = [
    ...["expect.packets.to", "expect.sessions.with", "faults[0].lose.to", "faults[0].delay.to", "faults[0].cutLink.to"],
    "cutLink.to",
  ];
  const told = (to: string, from: string, accepted: string) => [
    ...fields.map((field, index) => `steps[${index}].${field}: ${to}, to which ${from}, ${accepted}`),
    `steps[6].change.network.links."${from} > ${to}": ${to}, to which ${from}, ${accepted}`,
  ];
  const more = (link: string) => `network: { links: { ${link}: { loss: 1% } } }\n`;
  assertEquals(
    refusals(adapters ?? []).map(rest),
    told("hba1", "hba0", "an adapter, too, never sends anything, (a target)"),
  );
  assertEquals(
    refusals(both ?? [], "", "gate: { address: 192.0.2.21 }").map(rest),
    told("gate", "disk", "a target, too, never sends anything, (an adapter: hba0 or hba1)"),
  );
  assertEquals(refusals([SET], more("hba1 > hba0")).map(rest), [
    'network.links."hba1 > hba0": hba0, to which hba1, an adapter, too, never sends anything, (a target)',
  ]);
  assertEquals(failures("expect: { packets: { from: disk, to: hba1, count: 0 } }"), []);
});

Deno.test("no key is at a port that its adapter does not have", () => {
  for (const look of ["keyTable", "flash", "serviceStore"]) {
    assertEquals(refusals([`expect: { ${look}: { adapter: hba0, port: 7, count: 0 } }`]).map(rest), [
      `steps[0].expect.${look}.port: 7 (all, or a port of hba0: 0)`,
    ]);
    assertEquals(failures(`expect: { ${look}: { adapter: hba0, port: 0, count: 0 } }`), []);
    assertEquals(refusals([`expect: { ${look}: { adapter: hba0, id: any, port: 0, count: 0 } }`]).map(rest), [
      `steps[0].expect.${look}.port: 0 beside id: any (all: the group key is for all ports)`,
    ]);
    assertEquals(refusals([`expect: { ${look}: { adapter: hba0, id: any, flags: [ike], count: 0 } }`]).map(rest), [
      `steps[0].expect.${look}.flags: 0x3 beside id: any (0: the group key has none)`,
    ]);
    assertEquals(failures(`expect: { ${look}: { adapter: hba0, id: any, port: all, flags: 0, count: 0 } }`), []);
  }
  assertEquals(refusals(["expect: { serviceStore: { port: 1, count: 0 } }"]).map(rest), [
    "steps[0].expect.serviceStore.port: 1 (all, or a port of hba0: 0, hba1: 0)",
  ]);
  const invariant = "invariants: { i: { keyTable: { adapter: hba0, port: 7, count: 0 } } }\n";
  assertEquals(refusals([SET], invariant).map(rest), [
    "invariants.i.keyTable.port: 7 (all, or a port of hba0: 0)",
  ]);
});

Deno.test("nobody has events of a kind that another records", () => {
  const never = (pattern: string) => refusals([`expect: { trace: { never: { ${pattern} } } }`]).map(rest);
  const of = (component: string, accepted: string) =>
    `steps[0].expect.trace.never.component: "${component}" (one of ${accepted})`;
  assertEquals(never("component: application, kind: flash"), [of("application", "hba0 flash or hba1 flash")]);
  assertEquals(never("component: hba0 flash, kind: candidate"), [of("hba0 flash", "hba0, hba1, or disk")]);
  assertEquals(never("component: miniport hba0, kind: packet"), [of("miniport hba0", "hba0, hba1, disk, or network")]);
  assertEquals(
    failures(
      ...["hba0 flash, kind: flash", "'*', kind: flash", "disk, kind: packet", "network, kind: packet"].map(
        (each) => `expect: { trace: { never: { component: ${each} } }, since: it }`,
      ).toSpliced(0, 0, "{ wait: 1ms, name: it }"),
    ),
    [],
  );
});

Deno.test("nothing is longer than a datagram or a flash part; shorter than whole ones there may be what a fault has cut", () => {
  const never = (pattern: string) => `expect: { trace: { never: { ${pattern} } } }`;
  assertEquals(
    refusals([
      ...[never("kind: packet, lengthBytes: 65528.."), never("kind: flash, lengthBytes: 65537")],
      never("kind: flash, address: 65536"),
    ]).map(rest),
    [
      'steps[0].expect.trace.never.lengthBytes: "65528.." (one of 0..65527)',
      'steps[1].expect.trace.never.lengthBytes: "65537" (one of 0..65536)',
      'steps[2].expect.trace.never.address: "65536" (one of 0..65535)',
    ],
  );
  const cut = "{ truncate: { bytes: 5, datagram: 1, from: hba0, to: disk } }";
  const [found = "", ...more] = failures(
    ...[SET, `{ login: { adapter: hba0, target: disk }, expect: any, faults: [${cut}] }`],
    ...[never("kind: packet, lengthBytes: 5"), never("kind: flash, lengthBytes: 5")],
  );
  assertEquals([found.includes("disk at c"), more], [true, []], found);
});

Deno.test("a step within a time that no run lasts cannot be too slow", () => {
  const within = (range: string) => `{ ${SET}, expect: { within: ${range} } }`;
  for (const [range, limit] of [["1h", "1s"], ["1s", "1s"], ["0s..2501h", "1h"], ["..1h", "1h"]] as const) {
    assertEquals(refusals([within(range)], `limit: ${limit}\n`).map(rest), [
      `steps[0].expect.within: ${range} (less than ${limit})`,
    ]);
  }
  assertEquals(failures(within("59min"), within("1ms..2h")), []);
});

Deno.test("there are no more keys, and no more bad sectors, than there is room for", () => {
  const look = (each: string) => `expect: { ${each} }`;
  const table = (fields: string) => look(`keyTable: { adapter: hba0, ${fields} }`);
  const room = "the key table of hba0 has room for";
  const cases: readonly (readonly [step: string, told: string])[] = [
    [table("count: ..128"), `keyTable.count: ..128 (..127, or a range from 1 on: ${room} 128 keys)`],
    [table("id: 192.0.2.10, count: 0..200"), `keyTable.count: 0..200 (..127, or a range from 1 on: ${room} 128 keys)`],
    [table("id: any, count: ..1"), `keyTable.count: ..1 (0, or a range from 1 on: ${room} one group key)`],
    [
      look("flash: { adapter: hba0, badSectors: ..16 }"),
      "flash.badSectors: ..16 (..15, or a range from 1 on: the store of hba0 has 16)",
    ],
  ];
  for (const [step, told] of cases) assertEquals(refusals([step]).map(rest), [`steps[0].expect.${told}`]);
  const invariant = "invariants: { i: { keyTable: { adapter: hba0, count: ..128 } } }\n";
  assertEquals(refusals([SET], invariant).map(rest), [
    `invariants.i.keyTable.count: ..128 (..127, or a range from 1 on: ${room} 128 keys)`,
  ]);
  assertEquals(
    failures(
      ...[table("count: ..127"), table("id: any, count: 0"), look("flash: { adapter: hba0, badSectors: ..15 }")],
      `{ ${SET}, expect: { keyTable: { adapter: hba0, count: 1..128 } } }`,
    ),
    [],
  );
});

Deno.test("nobody asks through a port that is not there, nor expects nothing of an answer that has no status", () => {
  assertEquals(refusals(["information: { adapter: hba0, port: 9 }"]).map(rest), [
    "steps[0].information.port: 9 (all, or a port of hba0: 0)",
  ]);
  for (const step of ["information: { adapter: hba0 }", "register: { adapter: hba0, read: MAILBOX0 }"]) {
    const [mistake = "", ...more] = refusals([`{ ${step}, expect: {} }`]).map(rest);
    assertEquals([mistake.startsWith("steps[0].expect: nothing that could fail (one of "), more], [true, []], mistake);
  }
  assertEquals(failures("information: { adapter: hba0, port: 0 }", "information: { adapter: hba0 }"), []);
});

/** Without the place. */
function rest(refusal: string): string {
  return refusal.slice(refusal.indexOf(" ") + 1);
}
