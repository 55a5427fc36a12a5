/** Who may have been last: the next call of a program begins in the cycle in which the one before is answered. */

import { assertEquals } from "@std/assert";
import { LastWriter } from "../../../sim/lab/explore/oracle/last_writer.ts";

function allowedAfter(second: { readonly begun: number }): readonly (string | undefined)[] {
  const writer = new LastWriter(1);
  const common = { adapter: 0, name: "a key", persist: true, run: 0 } as const;
  writer.written({ ...common, value: "old", begun: 0 }, true, 10);
  writer.written({ ...common, ...second, value: "new" }, true, 20);
  return [...writer.allowed(0, "a key")].toSorted();
}

Deno.test("of two calls of one program, one right after the other, the second has won", () => {
  assertEquals(allowedAfter({ begun: 10 }), ["new"]);
});

Deno.test("of two calls that overlap each may have won", () => {
  assertEquals(allowedAfter({ begun: 9 }), ["new", "old"]);
});
