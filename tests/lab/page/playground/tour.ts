/** The tour: each step waits for its deed, and the last one breaks a store. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Run } from "../../../../sim/lab/page/app/run.ts";
import { watchRun } from "../../../../sim/lab/page/content/run_content.ts";
import { TOUR, TOUR_SCENARIO } from "../../../../sim/lab/page/playground/app/tour.ts";
import { addressIn, momentIn, press, ran, run, says, type Served, sourceIn, type Walk } from "./served.ts";

/** Where the bytes of the new key begin to reach the flash, by the tour's own judgement. */
function newKeyWrite(): string {
  const { source } = TOUR_SCENARIO;
  const run = new Run(watchRun({ scenario: TOUR_SCENARIO }).content);
  for (let event = 0; event < run.length; event++) {
    if (TOUR[1]?.isDone({ run, source, event, hasFollowedKey: false }) === true) return run.coordinate(event);
  }
  throw new Error("the tour's scenario never writes its key");
}

/** Presses a key until a moment is selected. */
async function pressTo(page: Page, key: string, moment: string): Promise<void> {
  await page.locator(".ladder .rows").focus();
  const passed = new Set<string>();
  for (let now = await momentIn(page); now !== moment; now = await press(page, key)) {
    assert(!passed.has(now), `${key} comes back to ${now}, and never to ${moment}`);
    passed.add(now);
  }
}

/** Waits for a step of the tour, and for what it says. */
async function at(page: Page, step: number, expected: RegExp): Promise<void> {
  await says(page.locator(".tour .quiet"), `${step} of ${TOUR.length}`);
  await says(page.locator(".tour p"), expected);
}

async function takeTour(served: Served): Promise<void> {
  await using page = await served.page();
  await page.locator(".tour-entry").first().click();
  await at(page, 1, /Press Run/);
  await run(page);
  await at(page, 2, /Press ↓/);
  const write = newKeyWrite();
  await pressTo(page, "w", write);
  await at(page, 3, /Click its fingerprint/);
  await page.locator(".keys button.go").first().click();
  await at(page, 4, /Pull the plug here/);
  await breakWrite(page, write);
  await breakStore(page);

  // The address is the proof.
  const failed = await page.locator(".verdicts .failed").first().textContent() ?? "";
  const moment = await momentIn(page);
  const source = await sourceIn(page);
  const fragment = await addressIn(page, (shared, at) => shared.source === source && at === moment);
  await using other = await served.page({ fragment });
  await ran(other);
  assertEquals(await other.locator(".verdicts .failed").first().textContent(), failed);
}

/** Back to the write: the plug is pulled in the middle of it, and the reader waits for power. */
async function breakWrite(page: Page, write: string): Promise<void> {
  await pressTo(page, "w", write);
  const plug = page.locator(".by-hand .button", { hasText: "Pull the plug here, after" });
  const [, part = "", whole = ""] = /after (\d+) of (\d+) bytes/.exec(await plug.textContent() ?? "") ?? [];
  await plug.click();
  await at(page, 5, new RegExp(`torn after ${part} bytes`));
  await ran(page);
  await says(page.locator(".cm-added"), "powerCycle: { adapter: hba0, flashProgram:");
  await says(page.locator(".keys"), `torn, ${part} of ${whole} B`);
  await page.locator(".ladder .rows").focus();
  // The deed that ends the step has the run begin anew: then no key selects another moment of this one.
  while (await page.locator(".tour .quiet", { hasText: "5 of" }).count() > 0) {
    const before = await momentIn(page);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((before) => {
      const isStep = [...document.querySelectorAll(".tour .quiet")].some((each) => each.textContent?.includes("5 of"));
      return !isStep || document.querySelector(".bar .coordinate")?.textContent?.trim() !== before;
    }, before);
  }
}

/** The scenario is whole again; another store says SUCCESS and lies. */
async function breakStore(page: Page): Promise<void> {
  await at(page, 6, /early store/);
  await ran(page);
  assertEquals(await sourceIn(page), TOUR_SCENARIO.source);
  await says(page.locator(".bar .result"), /^all \d+ hold$/);
  await page.locator(".by-hand .parts select").selectOption("store_early.hba.wasm");
  await page.locator(".bar .result.bad").waitFor();
  await says(page.locator(".verdicts .failed"), "old or new");
  // What the records of that store mean nobody here knows: it is said, and no old key is shown for them.
  await says(page.locator(".flash-panel"), "its records cannot be read here");
  await says(page.locator(".keys"), "not readable");
  await at(page, 6, /pull the plug after it/);
  await page.locator(".verdicts .failed .title").first().click();
  await page.locator(".by-hand .button", { hasText: "Pull the plug here" }).click();
  await at(page, 6, /what was lost/);
  await ran(page);
  await says(page.locator(".verdicts .failed"), "old or new");
}

/** The whole tour. */
export const TOUR_WALK: readonly Walk[] = [
  { name: "the tour goes on by deeds alone, to a store that is broken", walk: takeTour },
];
