/** The types of `scenario()` are made of the shapes that read it; wrong words do not compile. */

import { assertEquals } from "@std/assert";
import { storyTypes } from "../../../sim/lab/scenario/declarations.ts";

const TYPES = new URL("../../../sim/lab/scenario/story_types.ts", import.meta.url);

Deno.test("sim/lab/scenario/story_types.ts is what the shapes make", () => {
  const made = storyTypes();
  if (Deno.env.get("WRITE_TYPES") === "1") Deno.writeTextFileSync(TYPES, made);
  assertEquals(Deno.readTextFileSync(TYPES), made);
});
