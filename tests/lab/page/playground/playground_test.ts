/** The playground in Chromium: one browser for all that is done in it. */

import { BAD_INPUT } from "./bad_input.ts";
import { LOOK } from "./look.ts";
import { MEANWHILE } from "./meanwhile.ts";
import { PATH } from "./path.ts";
import { Served } from "./served.ts";
import { TOUR_WALK } from "./tour.ts";
import { UNDO } from "./undo.ts";

Deno.test({
  name: "the playground",
  // The browser is a process, and its pipes are open as long as it is.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using served = await Served.open();
    if (served === undefined) return;
    for (const walk of [...PATH, ...TOUR_WALK, ...LOOK, ...BAD_INPUT, ...UNDO, ...MEANWHILE]) {
      await t.step(walk.name, () => served.take(walk));
    }
  },
});
