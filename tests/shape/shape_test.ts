import { assertEquals } from "@std/assert";
import {
  boolean,
  converted,
  doc,
  either,
  integer,
  list,
  mapping,
  oneOf,
  optional,
  scalar,
  type Shape,
  text,
  type ValueOf,
  variant,
} from "../../sim/shape/shape.ts";

/** True if two types are the same: neither assignability nor `any` is enough. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

Deno.test("the type of a shape's values follows from the shape", () => {
  const LEVEL = scalar<0 | 1>({ accepts: "0, 1", words: ["0", "1"], parse: (word) => word === "0" ? 0 : 1 });
  const shape = mapping({
    name: text(),
    level: doc("How high.", LEVEL),
    modes: optional(list(oneOf("main", "aggressive"))),
    times: doc("How often.", optional(integer(1, 9), Infinity)),
    id: either(text(), converted(mapping({ on: boolean() }), ({ on }) => on)),
  });
  const same: Same<ValueOf<typeof shape>, {
    readonly name: string;
    readonly level: 0 | 1;
    readonly times: number;
    readonly id: string | boolean;
    readonly modes?: readonly ("main" | "aggressive")[];
  }> = true;
  const steps = variant("step", { wait: integer(1, 2), stop: mapping({}) });
  type Step = ValueOf<typeof steps>;
  const sameStep: Same<Extract<Step, { type: "wait" }>["value"], number> = true;
  const sameNames: Same<Step["type"], "wait" | "stop"> = true;
  assertEquals([same, sameStep, sameNames], [true, true, true]);
});

Deno.test("a shape says what it accepts", () => {
  const rows: readonly (readonly [Shape, string])[] = [
    [integer(1, 9), "a whole number from 1 to 9"],
    [list(boolean()), "a list of true or false"],
    [mapping({ a: text(), b: optional(text()) }), "a mapping with the fields a, b"],
    [variant("step", { a: text(), b: text() }), "one step of a or b"],
    [either(oneOf("x", "y"), list(text())), "x or y, or a list of a text"],
    [converted(oneOf("x", "y"), () => 1), "x or y"],
  ];
  for (const [shape, accepts] of rows) assertEquals(shape.accepts, accepts);
});

Deno.test("doc() speaks of one use of a shape and leaves the others alone", () => {
  const shape = integer(1, 9);
  assertEquals([doc("How many.", shape).doc, shape.doc], ["How many.", undefined]);
});
