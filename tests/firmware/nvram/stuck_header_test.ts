/** Header cells that take no program: what was acknowledged around them is still there after the next boot. */

import { assertEquals } from "@std/assert";
import { headerBytes } from "../../../firmware/nvram/sector_header.ts";
import { Bench, text } from "./bench.ts";

const SECTOR_BYTES = 4096;
const HEADER_BYTES = headerBytes(1);
const REFUSED_AFTER = 200;

/** Puts a key, fills sectors until the part refuses or has gone round, puts two more; what was acknowledged, by name. */
function fillOverHeader(bench: Bench): ReadonlyMap<string, number> {
  const acknowledged = new Map<string, number>();
  const put = (name: string, lengthBytes: number, content: number) => {
    const value = new Uint8Array(lengthBytes).fill(content);
    const stored = bench.put({ class: "preshared-key", name: text(name), value }).type === "stored";
    if (stored) acknowledged.set(name, content);
    return stored;
  };
  put("A", 40, 1);
  for (let round = 0; round < REFUSED_AFTER && put("filler", 256, 4 + round % 200); round++);
  put("B", 40, 2);
  put("A", 40, 3);
  return acknowledged;
}

Deno.test("RingStore keeps what it acknowledged whichever cell of the next sector's header cannot be cleared", () => {
  const lost: string[] = [];
  for (let bit = 0; bit < 8 * HEADER_BYTES; bit++) {
    const stuck = { kind: "stuck", address: SECTOR_BYTES + (bit >>> 3), mask: 1 << (bit & 7), level: 1 } as const;
    const bench = new Bench(70, 4, {}, undefined, [stuck]);
    bench.boot();
    const acknowledged = fillOverHeader(bench);
    for (let boot = 0; boot < 2; boot++) {
      assertEquals(bench.boot().type, "mounted");
      for (const [name, content] of acknowledged) {
        const answer = bench.get("preshared-key", name);
        const found = answer.type === "found" ? answer.value[0] : answer.type;
        if (found !== content) lost.push(`bit ${bit}, boot ${boot}: ${name} is ${found}, acknowledged ${content}`);
      }
    }
  }
  assertEquals(lost, []);
});
