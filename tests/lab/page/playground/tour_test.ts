/** The tour: each step waits for its deed, and the last one breaks a store. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TOUR, TOUR_SCENARIO } from "../../../../sim/lab/page/playground/app/tour.ts";
import { runScenarioText } from "../../../../sim/lab/scenario/mod.ts";
import { ran, run, Served, sourceIn } from "./served.ts";

const EARLY = Deno.readFileSync(new URL("../../../../scenarios/foreign/store_early.hba.wasm", import.meta.url));

Deno.test("the scenario of the tour holds, with the plug pulled amid the write, too; the early store fails it", () => {
  const { source, file } = TOUR_SCENARIO;
  const torn = source.replace(
    "    expect: old or new",
    "    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 20bytes } }]\n    expect: old or new",
  );
  assertEquals([source, torn].map((text) => runScenarioText(text, file).holds), [true, true]);
  const early = source.replace("192.0.2.10] }", "192.0.2.10], store: { module: store_early.hba.wasm } }");
  const files = { "store_early.hba.wasm": EARLY };
  const { verdicts } = runScenarioText(early, file, { files });
  assertEquals(verdicts.filter(({ holds }) => !holds).map(({ line, expected }) => [line, expected]), [
    [9, "old or new"],
  ]);
});

Deno.test("the tour goes on by deeds alone, to a store that is broken", async () => {
  await using served = await Served.open();
  if (served === undefined) return;
  const page = await served.page();
  const at = async (step: number) => {
    await page.locator(".tour .quiet", { hasText: `${step} of ${TOUR.length}` }).waitFor();
    return await page.locator(".tour p").textContent() ?? "";
  };
  await page.locator(".tour-entry").first().click();
  assertMatch(await at(1), /Press Run/);
  await run(page);
  assertMatch(await at(2), /Press ↓/);
  await page.locator(".ladder .rows").focus();
  for (let press = 0; press < 80 && !/^3/.test(await page.locator(".tour .quiet").textContent() ?? ""); press++) {
    await page.keyboard.press("ArrowDown");
  }
  assertMatch(await at(3), /Click its fingerprint/);
  const write = await page.locator(".bar .coordinate").textContent() ?? "";
  await page.locator(".keys button.go").first().click();
  assertMatch(await at(4), /Pull the plug here/);

  // Back to the write: the plug is pulled in the middle of it.
  await page.locator(".ladder .rows").focus();
  for (let press = 0; press < 40 && await page.locator(".bar .coordinate").textContent() !== write; press++) {
    await page.keyboard.press("w");
  }
  const plug = page.locator(".by-hand .button", { hasText: "Pull the plug here, after" });
  const [, part = "", whole = ""] = /after (\d+) of (\d+) bytes/.exec(await plug.textContent() ?? "") ?? [];
  await plug.click();
  assertMatch(await at(5), new RegExp(`torn after ${part} bytes`));
  await ran(page);
  assertStringIncludes(
    await page.locator(".cm-added").textContent() ?? "",
    "powerCycle: { adapter: hba0, flashProgram:",
  );
  assertStringIncludes(await page.locator(".keys").textContent() ?? "", `torn, ${part} of ${whole} B`);
  await page.locator(".ladder .rows").focus();
  for (let press = 0; press < 60 && /^5/.test(await page.locator(".tour .quiet").textContent() ?? ""); press++) {
    await page.keyboard.press("ArrowDown");
  }

  // The scenario is whole again; another store says SUCCESS and lies.
  assertMatch(await at(6), /early store/);
  await ran(page);
  assertEquals(await sourceIn(page), TOUR_SCENARIO.source);
  assertMatch(await page.locator(".bar .result").textContent() ?? "", /^all \d+ hold$/);
  await page.locator(".by-hand .parts select").selectOption("store_early.hba.wasm");
  await page.locator(".bar .result.bad").waitFor();
  assertStringIncludes(await page.locator(".verdicts .failed").first().textContent() ?? "", "old or new");
  assertMatch(await at(6), /pull the plug after it/);
  await page.locator(".ladder .rows").focus();
  await page.locator(".verdicts .failed .title").first().click();
  await page.locator(".by-hand .button", { hasText: "Pull the plug here" }).click();
  await page.locator(".tour p", { hasText: "what was lost" }).waitFor();
  await ran(page);
  const failed = await page.locator(".verdicts .failed").first().textContent() ?? "";
  assertMatch(failed, /old or new/);

  // The address is the proof.
  await page.waitForTimeout(1000);
  const other = await served.page({ fragment: new URL(page.url()).hash });
  await ran(other);
  assertEquals(await other.locator(".verdicts .failed").first().textContent(), failed);
});
