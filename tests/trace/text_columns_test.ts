/** A line fits a terminal by columns, not by characters: some take two, some none. */

import { assert, assertEquals } from "@std/assert";
import { LADDER_HEADER, renderLadder } from "../../sim/trace/ladder.ts";
import type { TraceEvent } from "../../sim/trace/recorder.ts";
import { columnsOf, cutToColumns, padToColumns } from "../../sim/trace/text_columns.ts";

Deno.test("East Asian characters and emoji take two columns, marks none", () => {
  const texts: readonly (readonly [text: string, columns: number])[] = [
    ["hba0 flash…", 11],
    ["für", 3],
    ["fu\u0308r", 3],
    ["接続", 4],
    ["ｶﾅ", 2],
    ["ＡＢ", 4],
    ["한글", 4],
    ["\u1112\u1161\u11ab", 2],
    ["🔌", 2],
    ["⚡", 2],
    ["❤", 1],
    ["❤\ufe0f", 2],
    ["𠮷", 2],
  ];
  for (const [text, columns] of texts) assertEquals(columnsOf(text), columns, text);
});

Deno.test("what is cut takes the columns that there are, keeps marks with their character, and is not cut too early", () => {
  assertEquals(cutToColumns("接続テスト", 10), "接続テスト");
  assertEquals(cutToColumns("接続テスト", 9), "接続テス…");
  assertEquals(cutToColumns("接続テスト", 8), "接続テ…");
  const marked = "u\u0308".repeat(10);
  assertEquals(cutToColumns(marked, 10), marked);
  assertEquals(cutToColumns(marked, 9), `${"u\u0308".repeat(8)}…`);
  for (const text of ["a接b続c".repeat(9), "🔌".repeat(30), marked.repeat(5)]) {
    for (let columns = 1; columns < 60; columns++) {
      const cut = cutToColumns(text, columns);
      const taken = columnsOf(cut);
      assert(taken <= columns && (cut === text || taken >= columns - 1), `${columns}: ${cut}`);
    }
  }
});

Deno.test("what stands behind a name begins in the same column, whatever the name is written in", () => {
  const named = (component: string): TraceEvent => ({
    ...{ sequence: 0, cycle: 7, component, kind: "state", cause: -1, because: -1 },
    fields: { state: "ready", detail: "" },
  });
  for (const name of ["hba0", "接続", "f\u00fcr", "fu\u0308r", "a name of more than eighteen", "⚡❤\ufe0f", "한글"]) {
    assertEquals(columnsOf(padToColumns(name, 18)), Math.max(18, columnsOf(name)), name);
    assertEquals(padToColumns(name, 18).trimEnd(), name);
    const [line = ""] = renderLadder([named(name)], 250_000_000);
    const header = LADDER_HEADER.indexOf("event");
    assertEquals(
      columnsOf(line.slice(0, line.indexOf("=="))),
      Math.max(header, header - 19 + columnsOf(name) + 1),
      name,
    );
  }
});
