/** Scenario files explain themselves: hover texts and a reference are made of what the shapes say. */

import { assertEquals } from "@std/assert";
import { SCENARIO } from "../../../sim/lab/scenario/scenario.ts";
import { type Fields, parseScalar, type Shape, type Variants } from "../../../sim/shape/shape.ts";

/** What is wrong with the texts of a shape, each with its path. */
function problems(shape: Shape, path: string): string[] {
  switch (shape.kind) {
    case "scalar": {
      const texts = [...shape.words ?? [], ...shape.example === undefined ? [] : [shape.example]];
      return texts.filter((text) => parseScalar(shape, text) === undefined).map((text) =>
        `${path}: refuses its own ${text}`
      );
    }
    case "list":
      return problems(shape.item, `${path}[]`);
    case "mapping":
      return partProblems(shape.fields, path);
    case "entries":
      return [...problems(shape.name, `${path} (name)`), ...problems(shape.item, `${path}.*`)];
    case "variant":
      return partProblems(shape.variants, path);
    case "either":
      return [...problems(shape.scalar, path), ...problems(shape.other, path)];
    case "converted":
      return problems(shape.written, path);
    default:
      return shape satisfies never;
  }
}

function partProblems(parts: Fields | Variants, path: string): string[] {
  return Object.entries(parts).flatMap(([name, part]) => {
    const shape = "optional" in part ? part.optional : part;
    const undocumented = /\w.*\.$/.test(part.doc ?? "") ? [] : [`${path}.${name}: no sentence says what it is`];
    return [...undocumented, ...problems(shape, `${path}.${name}`)];
  });
}

Deno.test("every field and every step of a scenario says what it means, and examples are accepted", () => {
  assertEquals(problems(SCENARIO, "scenario"), []);
});
