/** Faults at one operation of the bus: one is told as missed exactly if the run is the same without it. */

import { assertEquals } from "@std/assert";
import { tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";

/** What becomes of faults beside a login. */
const beside = (...faults: readonly string[]) =>
  tell([
    SET,
    `{ login: { adapter: hba0, target: disk }, expect: any, faults: [${faults.map((each) => `{ ${each} }`)}] }`,
    "wait: 20s",
  ]);

/** Whether the second of two is told as missed, in either order, and whether the run is the same without it. */
function both(first: string, second: string): readonly (readonly [missed: boolean, isSame: boolean])[] {
  const { digest } = beside(first);
  return [[first, second], [second, first]].map((order) => {
    const told = beside(...order);
    return [told.faults[order.indexOf(second)]?.missed !== undefined, told.digest === digest];
  });
}

const ACCIDENTS = [
  "powerCycle: { adapter: hba0, AT }",
  "powerOff: { adapter: hba0, AT }",
  "unplug: { adapter: hba0, for: 1s, AT }",
  "reset: { adapter: hba0, AT }",
  "reset: { adapter: hba0, by: firmware, AT }",
  "reset: { adapter: hba0, by: bus, AT }",
  "rebootHost: { adapter: hba0, AT }",
];

const HARMS: readonly (readonly [anchor: string, harm: string])[] = [
  ["doorbell: 1", "loseDoorbell: { adapter: hba0, doorbell: 1 }"],
  ["interrupt: 1", "loseInterrupt: { adapter: hba0, interrupt: 1 }"],
  ["interrupt: 1", "lateInterrupt: { adapter: hba0, interrupt: 1, by: 1ms }"],
];

Deno.test("what is done to a doorbell or an interrupt whose adapter goes in the same moment is told as missed if it changes nothing", () => {
  let count = 0;
  for (const [anchor, harm] of HARMS) {
    for (const accident of ACCIDENTS) {
      for (const [missed, isSame] of both(accident.replace("AT", anchor), harm)) {
        assertEquals(missed, isSame, `${accident} and ${harm}`);
        if (missed) count++;
      }
    }
  }
  assertEquals(count, 34);
});

Deno.test("an interrupt that one fault loses comes no later by another, whichever is written first", () => {
  const [, [anchor] = [""]] = HARMS;
  const lose = `loseInterrupt: { adapter: hba0, ${anchor} }`;
  const late = (by: string) => `lateInterrupt: { adapter: hba0, ${anchor}, by: ${by} }`;
  assertEquals(both(lose, late("1ms")), [[true, true], [true, true]]);
  assertEquals(both(late("5ms"), late("1ms")), [[true, true], [true, true]]);
  const { faults } = beside(late("1ms"), lose);
  assertEquals(faults[0]?.missed, "the 1st interrupt of hba0: another fault had lost it");
});
