/** All of a playground is in its address, in less than 4 KiB; an address that is damaged says where. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { addressOf, readAddress, type Shared } from "../../../../sim/lab/page/playground/app/address.ts";

const SCENARIOS = new URL("../../../../scenarios/", import.meta.url);

const SHARED: Shared = {
  file: "a file.yaml",
  source: "name: Schlüssel \u{1f511}\nsteps: []\n",
  case: "cut=5ms,storage=ram",
  tape: [{ decision: "draw", stream: "network", ordinal: 3, value: 1 }],
  recipe: [{ at: { cycle: 12, sequence: 3 }, salt: "1" }],
};

Deno.test("what is written to an address is read from it", async () => {
  assertEquals(await readAddress(await addressOf(SHARED, "c12.s3")), {
    type: "shared",
    shared: SHARED,
    moment: "c12.s3",
  });
  const plain: Shared = { file: "a.yaml", source: "", case: "", tape: [], recipe: [] };
  assertEquals(await readAddress(await addressOf(plain)), { type: "shared", shared: plain, moment: "" });
  assertEquals(await readAddress(""), { type: "none" });
  assertEquals(await readAddress("#"), { type: "none" });
});

Deno.test("a scenario of 200 lines, a tape of ten faults and a moment have less than 4 KiB", async () => {
  const texts = [...Deno.readDirSync(SCENARIOS)].map(({ name }) => name).filter((name) => name.endsWith(".yaml"))
    .toSorted().map((name) => Deno.readTextFileSync(new URL(name, SCENARIOS)));
  const lines = texts.join("").split("\n").slice(0, 200);
  assertEquals(lines.length, 200);
  const tape = Array.from({ length: 10 }, (_, index) => ({
    decision: "fault",
    fault: {
      harm: { kind: "lose" },
      anchor: { at: "datagram", from: "hba0", to: "disk", ordinals: { least: index + 1, most: index + 1 } },
    },
  }));
  const fragment = await addressOf({ ...SHARED, source: lines.join("\n"), tape }, "c138040718.s287");
  assert(fragment.length < 4096, `${fragment.length} characters`);
  assertMatch(fragment, /^#[\w=&.-]+$/);
});

Deno.test("an address that does not decode says why, whatever was done to it", async () => {
  const whole = await addressOf(SHARED);
  const problem = async (fragment: string) => {
    const address = await readAddress(fragment);
    assertEquals(address.type, "problem", fragment);
    return address.type === "problem" ? address.problem : "";
  };
  assertMatch(await problem(whole.slice(0, 40)), /does not decode: it ends inside the scenario/);
  assertMatch(await problem(`${whole.slice(0, 60)}!${whole.slice(61)}`), /character 58 of the scenario is "!"/);
  assertMatch(await problem("#c12.s3"), /it is "#c12.s3", expected #s=/);
  assertMatch(await problem(`#s=${packed("no JSON")}`), /damaged|no JSON/);
  // Each character but one: the checksum finds what the form does not.
  for (let at = 3; at < whole.length; at += 7) {
    const other = whole[at] === "A" ? "B" : "A";
    assertMatch(await problem(`${whole.slice(0, at)}${other}${whole.slice(at + 1)}`), /does not decode: /);
  }
});

Deno.test("an address of another version is refused, and one without a version is of the first", async () => {
  const content = { f: "a.yaml", s: "name: x", z: { newer: true } };
  assertEquals((await readAddress(await addressFor({ v: 1, ...content }))).type, "shared");
  assertEquals((await readAddress(await addressFor(content))).type, "shared");
  const other = await readAddress(await addressFor({ v: 9, ...content }));
  assertEquals(other.type, "problem");
  assertMatch(other.type === "problem" ? other.problem : "", /it is of version 9, this page reads 1\./);
});

async function addressFor(content: unknown): Promise<string> {
  const stream = new Blob([JSON.stringify(content)]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return `#s=${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

function packed(text: string): string {
  return btoa(text).replaceAll("=", "");
}
