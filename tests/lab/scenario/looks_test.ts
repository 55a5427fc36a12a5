/** What `expect` and `invariants` find in the world, and what they say of it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { failures, refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const OLD = SET.replace("a key", "old key");
const LOGIN = "login: { adapter: hba0, target: disk }";

/** What is found of a look that must fail. */
const found = (...steps: readonly string[]) => failures(...steps).map((each) => each.replace(/^[^:]*: /, ""));

/** The same look, as a step and beside one: it must find the same. */
function both(before: readonly string[], look: string): string[] {
  const alone = found(...before, `expect: { ${look} }`);
  assertEquals(found(...before, `{ wait: 0ms, expect: { ${look} } }`), alone);
  return alone;
}

Deno.test("keyTable: keys by whom they are for, the group key apart", () => {
  const group = "setGroupKey: { key: for all }";
  const keys = [SET, group];
  const holds = [
    "keyTable: { adapter: hba0 }",
    "keyTable: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main], port: all, count: 1 }",
    "keyTable: { adapter: hba0, key: [b, a key] }",
    "keyTable: { adapter: hba0, id: any, key: for all, count: 1 }",
    "keyTable: { adapter: hba0, id: host.example, count: 0 }",
    "keyTable: { adapter: hba1, count: 0 }",
    "keyTable: { adapter: hba0, count: 1..2 }",
  ];
  for (const look of holds) assertEquals(both(keys, look), [], look);
  assertEquals(both(keys, "keyTable: { adapter: hba0, id: 192.0.2.10, key: b }"), [
    "1.. key 3e23e816 for 192.0.2.10 in the key table of hba0, but " +
    "none; besides: key 8fa3aab2 for 192.0.2.10 at all ports with flags 0x7",
  ]);
  assertEquals(both(keys, "keyTable: { adapter: hba0, count: 0 }"), [
    "0 keys in the key table of hba0, but 1: key 8fa3aab2 for 192.0.2.10 at all ports with flags 0x7",
  ]);
  assertEquals(both([...keys, "powerOff: { adapter: hba0 }"], "keyTable: { adapter: hba0 }").length, 1);
});

Deno.test("flash: what a boot would find, with or without power; figures of the part", () => {
  const look = "flash: { adapter: hba0, id: 192.0.2.10, key: a key, count: 1 }";
  assertEquals(both([OLD, SET], look), []);
  assertEquals(both([OLD, SET, "powerOff: { adapter: hba0 }"], look), []);
  assertEquals(both([SET, OLD], look), [
    "1 key 8fa3aab2 for 192.0.2.10 in the flash of hba0, but " +
    "none; besides: key 2d9ac2b9 for 192.0.2.10 at all ports with flags 0x7",
  ]);
  assertEquals(both([SET], "flash: { adapter: hba0, records: 2, programs: 4, erases: 1, badSectors: 0 }"), []);
  assertEquals(both([SET], "flash: { adapter: hba0, programs: 5.. }"), ["5.. programs in the flash of hba0, but 4"]);
  assertEquals(refusals(["expect: { flash: { adapter: hba1 } }"]), [
    "1:33 steps[0].expect.flash.adapter: hba1 (an adapter with storage: nvram)",
  ]);
});

Deno.test("flash: a look changes nothing of the part that it looks at", () => {
  const digest = (...steps: readonly string[]) => tell([SET, ...steps, "powerCycle: { adapter: hba0 }", LOGIN]).digest;
  assertEquals(
    digest("expect: { flash: { adapter: hba0 }, serviceStore: {} }"),
    digest("expect: { keyTable: { adapter: hba0 } }"),
  );
});

Deno.test("serviceStore: what the service keeps, of one adapter or of all", () => {
  assertEquals(both([SET], "serviceStore: { adapter: hba0, id: 192.0.2.10, key: a key, count: 1 }"), []);
  assertEquals(both([SET], "serviceStore: { adapter: hba1, count: 0 }"), []);
  const cleared = [SET, "wmi: { adapter: hba0, method: ClearCache }"];
  assertEquals(both(cleared, "serviceStore: { id: 192.0.2.10, count: 1 }, keyTable: { adapter: hba0, count: 0 }"), []);
  assertEquals(both([SET.replace(" }", ", persist: false }")], "serviceStore: { count: 1 }"), [
    "1 key in the service's store, but none",
  ]);
});

Deno.test("sessions: at both ends, by mode, suite and peer", () => {
  for (const look of ["sessions: { of: hba0, with: disk, count: 1 }", "sessions: { of: disk, with: hba0, count: 1 }"]) {
    assertEquals(both([SET, LOGIN], look), []);
    assertEquals(both([SET, LOGIN], look.replace("count: 1", "state: established, mode: main")), []);
    assertMatch(
      both([SET, LOGIN], look.replace("count: 1", "mode: aggressive"))[0] ?? "",
      /^1\.\. aggressive mode sessions of .* but none; besides: established in main mode, aes/,
    );
  }
  assertEquals(both([SET, LOGIN], "sessions: { of: disk, with: hba1, count: 0 }"), []);
  const named = `{ ${LOGIN}, name: it }`;
  const after = [SET, named, "logout: { session: it }", "wait: 1s"];
  assertEquals(both(after, "sessions: { of: disk, count: 0 }"), []);
});

Deno.test("sessions: exchanges count by their mode from the first message on, by their suite once it is chosen", () => {
  const aggressive = (step: string) => step.replace("main]", "aggressive]");
  const login = aggressive(LOGIN.replace("disk }", "disk, flags: [ike, main] }"));
  const none = "{ of: disk, mode: aggressive, count: 0 }";
  for (const end of ["disk", "hba0"]) {
    const never = `invariants: { never: { sessions: ${none.replace("disk", end)} } }\n`;
    assertEquals(tell([aggressive(SET), login], never).holds, false, end);
    assertEquals(tell([SET, LOGIN], never).holds, true, end);
  }
  const lost = `faults: [lose: { from: disk, to: hba0, message: aggressive 2 }]`;
  const during = (...looks: readonly string[]) =>
    found(
      aggressive(SET),
      `parallel: { a: [{ ${login}, ${lost} }], b: [wait: 500ms, ${
        looks.map((each) => `expect: { sessions: ${each} }`).join(", ")
      }] }`,
    );
  const suite = "suite: aes256-sha256-modp2048";
  assertEquals(
    during(
      "{ of: disk, with: hba0, state: negotiating, mode: aggressive, count: 1 }",
      "{ of: hba0, with: disk, state: negotiating, mode: aggressive, count: 1 }",
      "{ of: disk, mode: main, count: 0 }",
      `{ of: hba0, ${suite}, count: 0 }`,
    ),
    [],
  );
  assertMatch(during("{ of: disk, mode: main }")[0] ?? "", /besides: negotiating in aggressive mode, aes/);
});

Deno.test("packets: by way, message, notification and encryption; beside a step of that step, alone of the run", () => {
  const packets = (fields: string) => `packets: { from: hba0, to: disk, ${fields} }`;
  const [first, again] = [`{ ${LOGIN}, name: first }`, `{ ${LOGIN}, name: again, expect: { ${packets("count: 3")} } }`];
  assertEquals(found(SET, first, again), []);
  assertEquals(found(SET, first, again, `expect: { ${packets("count: 6")} }`), []);
  assertEquals(found(SET, first, again, `expect: { since: again, ${packets("count: 3")} }`), []);
  assertEquals(found(SET, LOGIN, `expect: { ${packets("message: main 5, encrypted: true, count: 1")} }`), []);
  assertEquals(found(SET, LOGIN, `expect: { ${packets("encrypted: false, count: 2")} }`), []);
  const wrong = SET.replace("a key", "ours").replace("main", "aggressive");
  const refused = `{ ${LOGIN}, expect: { status: AUTHENTICATION_FAILURE, ${
    packets("notify: INVALID-HASH-INFORMATION, count: 1")
  } } }`;
  assertEquals(found(wrong, refused), []);
  assertMatch(
    found(SET, LOGIN, `expect: { ${packets("notify: R-U-THERE")} }`)[0] ?? "",
    /^1\.\. packets R-U-THERE from hba0 to disk, but none; besides: main mode 1: SA.*, main mode 3: KE, NONCE/,
  );
});

Deno.test("trace: seen, never, and one before the other", () => {
  const sets = "{ component: hba0 flash, operation: program }";
  const commits = "{ component: key store, kind: return }";
  const look = (what: string) => found(`{ ${SET}, expect: { trace: { ${what} } } }`);
  assertEquals(look(`seen: ${sets}`), []);
  assertMatch(look(`never: ${sets}`)[0] ?? "", /but hba0 flash at c\d+\.s\d+: ## program at 53, 43 bytes$/);
  assertEquals(look("seen: { kind: state, state: phase 1 * }"), ['state of anybody, state "phase 1 *", but none']);
  assertEquals(look(`before: [${sets}, { kind: return, to: application }]`), []);
  assertEquals(look(`before: [{ kind: return, to: application }, ${commits}]`).length, 1);
  assertEquals(refusals([`{ ${SET}, expect: { trace: { never: { component: hba9 } } } }`]).length, 1);
  assertEquals(refusals([`{ ${SET}, expect: { trace: {} } }`]).length, 1);
});

Deno.test("within: how long a step takes, at most or between two", () => {
  const within = (range: string) => found(SET, `{ ${LOGIN}, expect: { within: ${range} } }`);
  assertEquals(["40ms", "30ms..40ms", "1ms.."].flatMap(within), []);
  for (const range of ["10ms", "40ms..", "1ms..2ms"]) {
    assertMatch(within(range)[0] ?? "", /for the step, but 3\d\.\d+ms$/, range);
  }
});

Deno.test("invariants: judged all the time, from the first moment on; what breaks one for a while is told", () => {
  const more = (look: string) => `invariants: { kept: { ${look} } }\n`;
  const verdict = (steps: readonly string[], look: string) => {
    const { verdicts } = tell(steps, more(look));
    const { step, line, actual, holds } = verdicts.at(-1) ?? { step: "", line: 0, actual: "", holds: false };
    assertEquals([step, line], ['invariant "kept"', 7]);
    return holds ? "holds" : actual;
  };
  const flash = "flash: { adapter: hba0, id: 192.0.2.10, key: a key, count: 1 }";
  assertEquals(verdict([SET, SET, "powerCycle: { adapter: hba0 }"], flash), "holds");
  // It holds before and after.
  assertMatch(verdict([SET, OLD, SET], flash), /^from c\d+\.s\d+ on none; besides: key 2d9ac2b9 for 192\.0\.2\.10/);
  assertMatch(verdict([OLD], flash), /^never that: none; besides: key 2d9ac2b9/);
  assertEquals(verdict([SET, LOGIN], "sessions: { of: hba0, state: established, count: 1 }"), "holds");
  assertEquals(
    refusals([SET], more("")).map((each) => each.replace(/^\S+ /, "")),
    ["invariants[0]: no look (one of keyTable, flash, serviceStore, or sessions)"],
  );
});

Deno.test("looks show no key", () => {
  const text = JSON.stringify([
    ...found(SET, "expect: { keyTable: { adapter: hba0, key: another }, flash: { adapter: hba0, key: another } }"),
    ...found(SET, "expect: { serviceStore: { key: another } }"),
  ]);
  assert(text.length > 100 && !/a key\b|another/.test(text.replaceAll("a key for", "")), text);
});
