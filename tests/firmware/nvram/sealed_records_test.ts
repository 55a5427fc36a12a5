/** Records that are sealed as keys are, and stay when the keys are cleared: what a persistent logon is made of. */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { Bench, text } from "./bench.ts";

const OPTIONS = { maxNameBytes: 40, maxValueBytes: 100 };
const PART = "persistent-logon-part";
const SECRET = text("the key of a persistent logon");
const KEY = text("a key of the key cache");

function holds(image: Uint8Array, bytes: Uint8Array): boolean {
  return image.toHex().includes(bytes.toHex());
}

Deno.test("A part of a persistent logon lies sealed, and outlives clearSecrets() and the mounts after it", () => {
  const bench = new Bench(7, 4, OPTIONS);
  bench.boot();
  assertEquals(bench.put({ class: PART, name: text("a"), value: SECRET }), { type: "stored" });
  assertEquals(bench.put({ class: "preshared-key", name: text("b"), value: KEY }), { type: "stored" });
  assert(!holds(bench.flash.image(), SECRET), "it lies in the open");
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  for (let boot = 0; boot < 2; boot++) {
    assertEquals(bench.get(PART, "a"), { type: "found", value: SECRET });
    assertEquals(bench.get("preshared-key", "b"), { type: "absent" });
    assert(!holds(bench.flash.image(), SECRET));
    bench.boot();
  }
});

Deno.test("A store that holds no keys but parts of persistent logons has nothing to clear", () => {
  const bench = new Bench(7, 4, OPTIONS);
  bench.boot();
  bench.put({ class: PART, name: text("a"), value: SECRET });
  bench.put({ class: PART, name: text("a"), value: text("another one") });
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "unchanged" });
});

Deno.test("A plain record lies in the open, which is how the test above would find one", () => {
  const bench = new Bench(7, 4, OPTIONS);
  bench.boot();
  bench.put({ class: "persistent-logon", name: text("a"), value: SECRET });
  assert(holds(bench.flash.image(), SECRET));
});
