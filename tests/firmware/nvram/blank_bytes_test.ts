/** Bytes are blank if all are FF, wherever they lie. */

import { assertEquals } from "@std/assert";
import { isBlank } from "../../../firmware/nvram/words.ts";

Deno.test("isBlank() sees each bit of each byte, of ranges that begin and end anywhere, and none beside them", () => {
  for (let start = 0; start < 8; start++) {
    for (let end = start; end <= 24; end++) {
      const memory = new Uint8Array(32);
      memory.fill(0xff, start, end);
      const bytes = memory.subarray(start, end);
      assertEquals(isBlank(bytes), true, `${start} to ${end}`);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        bytes[bit >> 3] = 0xff ^ (1 << (bit & 7));
        assertEquals(isBlank(bytes), false, `${start} to ${end}, bit ${bit}`);
        bytes[bit >> 3] = 0xff;
      }
    }
  }
});
