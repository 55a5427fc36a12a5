import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../../sim/kernel/input_error.ts";
import { replayTrial } from "../../../../sim/lab/explore/cuts/cut_campaign.ts";
import { formatTrial, parseTrial, TrialNameError } from "../../../../sim/lab/explore/cuts/trial_name.ts";

Deno.test("parseTrial() reads what formatTrial() writes", () => {
  for (
    const name of [
      "1:137:45:w",
      "1000:0:0:c:12:t:7:d",
      "7:flip:524287",
      "5000:clear:9",
      "5003:fault:41",
      "5003:faults:0",
      "5004:pass:811",
    ]
  ) {
    assertEquals(formatTrial(parseTrial(name)), name);
  }
  assertEquals(parseTrial("3:6:2:w:80:a"), {
    seed: 3,
    operation: 6,
    cuts: [{ point: 2, variant: 3 }, { point: 80, variant: 2 }],
  });
});

Deno.test("parseTrial() refuses what names no trial, and says what does", () => {
  for (
    const name of [
      "",
      "1",
      "1:2",
      "1:2:3",
      "1:2:3:x",
      "1:2:3:ct",
      "1:2:-3:c",
      "a:2:3:c",
      "1:2:3:c:4",
      "1:flip:",
      "1:clear:",
      "1:flip:2:3",
      "1:flip:x",
      "1:fault:",
      "1:faults:2:3",
      "1:pass:",
      "1:pass:2:3",
    ]
  ) {
    assertThrows(() => parseTrial(name), TrialNameError, "expected seed:operation:cut:variant");
  }
});

Deno.test("replayTrial() refuses trials that there are not, and says which there are", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["1:99999:1:w", "operation 99999, expected 0 to 4999"],
    ["1:56:99999:w", "cut 1 at point 99999, expected 0 to 47"],
    ["1:56:33:w:9999:c", "cut 2 at point 9999, expected 0 to"],
    ["1:flip:99999999", "bit 99999999, expected 0 to 524287"],
    ["5000:clear:99999999", "bit 99999999, expected one of the image"],
  ];
  for (const [name, message] of rows) assertThrows(() => replayTrial(parseTrial(name)), InputError, message);
});
