/** A key that stands in the wrong place, or in a file that is broken around it, is not shown in the error. */

import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { Document, isCollection, isMap, parseDocument, visit } from "yaml";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { hbasim, withFile } from "../command/command_line.ts";

const SECRET = "c0ffeec0ffee";

/** Every place that a key, or a buffer with one, can have; each in one line. */
const GOOD = `name: good
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets:
  disk: { address: 192.0.2.20, keys: { any: ${SECRET} } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: ${SECRET} }
  - setGroupKey: { key: ${SECRET} }
  - login: { adapter: hba0, target: disk, key: ${SECRET} }
  - { wmi: { adapter: hba0, method: 4, hex: ${SECRET} }, expect: { hex: ${SECRET} } }
  - { mailbox: { adapter: hba0, command: 1, hex: ${SECRET} }, expect: { hex: ${SECRET} } }
  - sequence: [{ setGroupKey: { key: ${SECRET} } }]
  - expect: { keyTable: { adapter: hba0, key: ${SECRET} }, serviceStore: { key: ${SECRET} } }
  - { wmi: { adapter: hba0, method: 3, in: { Key: ${SECRET} } } }
  - change: { targets: { disk: { keys: { any: ${SECRET} } } } }
`;

/** What the error of a file says; nothing if there is none. */
function said(source: string): string {
  try {
    readScenario(source, "test.yaml");
    return "";
  } catch (error) {
    assert(error instanceof ScenarioError, `${error}\n${source}`);
    return `${error.message} ${JSON.stringify(error.mistakes)} ${error.stack}`;
  }
}

/** Paths of all nodes at or below which a secret stands. */
function holders(): (string | number)[][] {
  const paths = new Map<string, (string | number)[]>();
  const document = parseDocument(GOOD);
  const walk = (node: unknown, path: (string | number)[]): boolean => {
    if (!isCollection(node)) return String(node) === SECRET;
    const parts = isMap(node)
      ? node.items.map(({ key, value }) => [String(key), value] as const)
      : node.items.map((value, index) => [index, value] as const);
    const holds = parts.filter(([name, value]) => {
      const found = walk(value, [...path, name]);
      if (found) paths.set(JSON.stringify([...path, name]), [...path, name]);
      return found;
    });
    return holds.length > 0;
  };
  assert(walk(document.contents, []));
  return [[], ...paths.values()];
}

Deno.test("a key in the place of whatever holds a key is not shown, however it is written", () => {
  assertEquals(said(GOOD), "");
  const paths = holders();
  assertGreater(paths.length, 25);
  let refused = 0;
  for (const path of paths) {
    for (const value of [SECRET, [SECRET], [[SECRET]], { [SECRET]: 1 }, { [SECRET]: { key: SECRET } }, `${SECRET}g`]) {
      const document = path.length === 0 ? new Document(value) : parseDocument(GOOD);
      if (path.length > 0) document.setIn(path, document.createNode(value));
      const text = said(document.toString());
      assert(!text.includes(SECRET), text);
      if (text !== "") refused++;
    }
    const document = parseDocument(GOOD);
    if (!isMap(document.getIn(path, true) ?? (path.length === 0 ? document.contents : undefined))) continue;
    for (const value of [null, 1, { key: SECRET }]) {
      document.setIn([...path, SECRET], value);
      const text = said(document.toString());
      // A table of keys takes any name.
      assert((text !== "" || path.at(-1) === "keys") && !text.includes(SECRET), text);
    }
  }
  assertGreater(refused, 100);
});

Deno.test("a key with a tag, an anchor or an alias about it is not shown", () => {
  const document = parseDocument(GOOD);
  const places: number[] = [];
  visit(document, {
    Scalar(_, { value, range }) {
      if (value === SECRET && range) places.push(range[0]);
    },
  });
  for (const place of places) {
    for (
      const mark of [`!${SECRET} `, `!!${SECRET} `, `&${SECRET} `, `*${SECRET} `, `*`, `%`, `@`, "!!binary ", "!!int "]
    ) {
      const text = said(GOOD.slice(0, place) + mark + GOOD.slice(place));
      assert(!text.includes(SECRET), text);
    }
  }
  assertEquals(said(`%${SECRET}\n---\n${GOOD}`).includes(SECRET), false);
});

Deno.test("a file with keys that is broken anywhere is refused without them", () => {
  const breaks = ['"', "'", "{", "}", "[", "]", ": ", "\t", "*", "\n", "\n- ", "\n---\n", "\\", " key: ", ", "];
  const good = GOOD.replace(/ {2}- (setGroupKey|mailbox|getKey|sequence|expect|change|{ wmi: .*in:).*\n/g, "");
  let refused = 0;
  for (const broken of breaks) {
    for (let at = good.indexOf("targets:"); at <= good.length; at++) {
      const source = good.slice(0, at) + broken + good.slice(at);
      const text = said(source);
      assert(!text.includes(SECRET), `${text}\n${source}`);
      if (text !== "") refused++;
    }
  }
  assertGreater(refused, 3000);
});

Deno.test("the command and runScenarioText() say of a key only how long it is, and what is known in its place", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [`any: ${SECRET} }`, `any: x, ${SECRET} }`, "test.yaml:4:48: targets.disk.keys[1]: nothing is not accepted here"],
    [`any: ${SECRET} }`, `any: ["${SECRET}"] }`, "test.yaml:4:45: targets.disk.keys[0]: a list is not accepted here"],
    [`setGroupKey: { key: ${SECRET} }\n`, `setGroupKey: ${SECRET}\n`, "steps[1].setGroupKey: a text of 12 characters"],
    [
      `key: ${SECRET} }\n`,
      `${SECRET} }\n`,
      "steps[0].setKey: an unknown name of 12 characters is not accepted here; " +
      "expected one of adapter, port, id, key, flags, or persist",
    ],
    [`hex: ${SECRET} },`, `hex: "${SECRET} 5g" },`, "steps[3].wmi.hex: a text of 15 characters"],
    [`method: 4`, `${SECRET}: 4`, "an unknown name of 12 characters"],
    [`method: 4, hex: ${SECRET} },`, `method: 4, hex: *${SECRET} },`, "steps[3].wmi.hex: an alias"],
    [
      `key: ${SECRET} }\n`,
      `key: ${SECRET}, key: ${SECRET} }\n`,
      "test.yaml:6:65: steps[0].setKey: a name that the mapping already has (6:46)",
    ],
    [`key: ${SECRET} }\n`, `key: "${SECRET} }\n`, " is not accepted here; expected "],
  ];
  for (const [good, bad, expected] of cases) {
    const source = GOOD.replace(good, bad);
    const { message } = assertThrows(() => runScenarioText(source, "test.yaml"), ScenarioError);
    assert(message.includes(expected), message);
    withFile(source, (file) => {
      const { code, stdout, stderr } = hbasim("run", file);
      assertEquals([code, stdout], [2, ""]);
      assert(stderr.includes(expected.replace("test.yaml", "scenario.yaml")), stderr);
      assert(!stderr.includes(SECRET), stderr);
    });
  }
});
