/** Writers wait for whoever reads slowly, and end where nobody reads any more. */

import { assertEquals, assertThrows } from "@std/assert";
import { writeWhole } from "../../../sim/lab/command/write_whole.ts";

const refusal = (code: string) => Object.assign(new Error(`${code}: write`), { code });

Deno.test("all of it is written, in order, through a pipe that takes some bytes at a time and is full in between", () => {
  const content = Uint8Array.from({ length: 200_000 }, (_, index) => index * 7 % 251);
  const taken: number[] = [];
  let calls = 0;
  const begin = performance.now();
  writeWhole(1, content, (_handle, bytes, offset) => {
    if (++calls % 2 === 0) throw refusal("EAGAIN");
    const part = bytes.subarray(offset, offset + 65_536);
    taken.push(...part);
    return part.length;
  });
  assertEquals(Uint8Array.from(taken), content);
  assertEquals(calls, 7);
  // It has waited rather than asked again at once.
  assertEquals(performance.now() - begin >= 3, true);
});

Deno.test("what is refused for another reason is said", () => {
  assertThrows(
    () =>
      writeWhole(1, new Uint8Array(9), () => {
        throw refusal("EPIPE");
      }),
    Error,
    "EPIPE",
  );
});
