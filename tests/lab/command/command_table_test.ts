import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../../sim/lab/command/commands/table.ts";

Deno.test("help says of each command before it is loaded whether it has options", async () => {
  for (const [name, { takesOptions, load }] of Object.entries(COMMANDS)) {
    assertEquals(takesOptions, Object.keys((await load()).options).length > 0, name);
  }
});
