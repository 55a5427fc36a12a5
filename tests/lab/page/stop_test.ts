/** What runs in the page of a report is stopped at any time; the page stays alive meanwhile, and so does what it shows. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { drawn, ReportPage, testInBrowser, writeReport } from "./browser.ts";
import { manySettings } from "./scenarios.ts";

/** Long enough that nobody is too late to stop it; it fails at its end, so that it can be made smaller. */
const LONG = `${manySettings(150)}  - { information: { adapter: hba0 }, expect: { health: failed } }\n`;

function button(page: Page, name: string) {
  return page.locator(".lab").getByRole("button", { name });
}

async function saidIn(page: Page): Promise<string> {
  return await page.locator(".lab .said").textContent() ?? "";
}

/** Begins something with the keyboard, reads on while it runs, stops it with the keyboard. */
async function stopWhile(report: ReportPage, name: string): Promise<void> {
  const { page } = report;
  await button(page, name).press("Enter");
  await button(page, "Stop").waitFor();
  assertEquals(await saidIn(page), "", "what was said before is over");
  const before = await report.moment();
  await page.keyboard.press("ArrowUp");
  await drawn(page);
  assert(await report.moment() !== before, `${name}: the page is alive`);
  // The button that began it is gone: the keyboard is at the one that ends it.
  await page.keyboard.press("Enter");
  await page.locator(".lab .said", { hasText: "Stopped." }).waitFor();
  assertEquals(await button(page, "Stop").count(), 0);
  assert(await page.evaluate(() => document.activeElement?.closest(".lab") !== null), `${name}: the keyboard is lost`);
  assertEquals(await page.locator(".compare-bar").count(), 0);
}

testInBrowser("what runs in a report is stopped", async (t, browser) => {
  using folder = temporaryFolder();
  const file = `${folder.path}/long.html`;
  const { summary: { failed, events } } = writeReport(file, LONG, true);
  assertEquals(failed.length, 1);

  await t.step("before its core has begun", async () => {
    await using report = await ReportPage.open(browser, file);
    const { page } = report;
    await button(page, "Run again").waitFor();
    await page.evaluate(() =>
      new Promise<void>((done) => {
        const find = (name: string) =>
          [...document.querySelectorAll<HTMLElement>(".lab button")].find((each) => each.textContent === name);
        // As soon as it is there: the core's script is being read.
        new MutationObserver((_, observer) => {
          const stop = find("Stop");
          if (stop === undefined) return;
          observer.disconnect();
          stop.click();
          done();
        }).observe(document.body, { childList: true, subtree: true });
        find("Run again")?.click();
      })
    );
    await page.locator(".lab .said", { hasText: /./ }).waitFor();
    assertEquals(await saidIn(page), "Stopped.");
  });

  await t.step("again, seek, fork and shrink; afterwards it runs as before", async () => {
    await using report = await ReportPage.open(browser, file);
    const { page } = report;
    await stopWhile(report, "Run again");
    await button(page, "Run again").click();
    await page.getByText(`The same run: ${events} events`).waitFor();
    for (const name of ["Go here by execution", "Another future", "Shrink the failure"]) {
      await stopWhile(report, name);
    }
    await button(page, "Go here by execution").click();
    await page.getByText("cells of its state are as recorded").waitFor();
  });
});
