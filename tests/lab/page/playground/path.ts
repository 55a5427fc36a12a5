/** A reader's path through the playground, from the gallery to somebody else's browser. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { runScenarioText } from "../../../../sim/lab/scenario/mod.ts";
import { digestIn, momentIn, press, ran, run, says, type Served, sourceIn, type Walk, write } from "./served.ts";

const FILE = "key_survives_power_cycle.yaml";

async function goFromGalleryToShared(served: Served): Promise<void> {
  await using page = await served.page();
  // The editor comes first, the core when it is needed, modules when a scenario names one.
  const core = served.requests.indexOf("/core.js");
  assert(core === -1 || core > served.requests.indexOf("/playground.js"), served.requests.join());
  assert(!served.requests.some((path) => path.endsWith(".wasm")));
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry", { hasText: FILE }).click();
  const shipped = await sourceIn(page);
  assertStringIncludes(shipped, "setKey: { adapter: hba0");

  // Another key: the login fails.
  const wrong = shipped.replace(
    "id: 192.0.2.10, key: a key for this adapter",
    "id: 192.0.2.10, key: quite another one",
  );
  await write(page, wrong);
  await run(page);
  await says(page.locator(".bar .result"), /^\d+ of \d+ fail$/);
  const report = runScenarioText(wrong, FILE);
  assertEquals(await digestIn(page), report.digest.slice(0, 16));

  // The verdict leads to why it failed, and from there to the packet.
  await page.locator(".verdicts .failed .title").first().click();
  await says(page.locator(".event .sentence"), /phase 1 failed/);
  await page.locator(".packets .packet-row").last().click();
  await page.locator(".event .hex").first().waitFor();

  // From the key that was used back to the set.
  await page.locator(".verdicts .failed .title").first().click();
  await page.locator(".verdicts .reason", { hasText: /line \d+ set that key/ }).first().click();
  const line = shipped.split("\n").findIndex((each) => each.includes("setKey")) + 1;
  await says(page.locator(".cm-step"), "setKey");
  await says(page.locator(".event .particulars"), new RegExp(`line ${line}, setKey`));

  // Mended, with a slip on the way, it holds.
  await write(page, shipped.replace("setKey", "setKye"));
  await page.locator(".problems .button", { hasText: "Write setKey" }).click();
  assertEquals(await sourceIn(page), shipped);
  await run(page);
  await says(page.locator(".bar .result"), /^all \d+ hold$/);
  const digest = await digestIn(page);
  assertEquals(digest, runScenarioText(shipped, FILE).digest.slice(0, 16));

  // Whoever gets the address sees the same, at the same moment.
  const moment = await momentIn(page);
  await page.locator(".bar .button", { hasText: "Share" }).click();
  await page.locator(".bar .doing", { hasText: "address" }).waitFor();
  await using other = await served.page({ fragment: new URL(page.url()).hash });
  await ran(other);
  assertEquals(await sourceIn(other), shipped);
  assertEquals(await digestIn(other), digest);
  assertEquals(await momentIn(other), moment);
}

/** Keys as fast as a page can be told of them, none painted before the next. */
async function pressFast(page: Page, key: string, count: number): Promise<void> {
  await page.evaluate(async ({ key, count }) => {
    const { port1, port2 } = new MessageChannel();
    for (let pressed = 0; pressed < count; pressed++) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      // A task of its own, but no frame.
      await new Promise((resume) => {
        port1.onmessage = resume;
        port2.postMessage(undefined);
      });
    }
  }, { key, count });
}

async function pressWithoutLoss(served: Served): Promise<void> {
  await using page = await served.page();
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry", { hasText: FILE }).click();
  await run(page);
  await press(page, "Home");
  const passed = [await momentIn(page)];
  for (let step = 0; step < 8; step++) passed.push(await press(page, "ArrowDown"));
  await press(page, "Home");
  await pressFast(page, "ArrowDown", 8);
  assertEquals(await momentIn(page), passed.at(-1));
  await pressFast(page, "ArrowUp", 5);
  assertEquals(await momentIn(page), passed[3]);
}

/** From the gallery to somebody else. */
export const PATH: readonly Walk[] = [
  {
    name: "gallery, another key, a login that fails, its packet, back to the set, mended, shared: the same digest",
    walk: goFromGalleryToShared,
  },
  { name: "no key is lost, however fast the next one comes", walk: pressWithoutLoss },
];
