/** A report of 100,000 events in Chromium: how much of it is there at once, and how long it holds anybody up. */

import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { drawn, ReportPage, testInBrowser, writeReport } from "./browser.ts";
import { LongTasks } from "./long_tasks.ts";
import { manySettings } from "./scenarios.ts";

/** What else the machine does only makes tasks longer: the best of so many rounds counts. */
const ROUNDS = 4;

/** Scrolls through the ladder, in leaps and by the wheel; gives how many elements there were at the most. */
async function scroll(page: Page): Promise<number> {
  let most = 0;
  const rows = page.locator(".ladder .rows");
  for (const part of [0, 0.1, 0.3, 0.5, 0.8, 1]) {
    await rows.evaluate((rows, part) => {
      rows.scrollTop = rows.scrollHeight * part;
    }, part);
    await drawn(page);
    most = Math.max(most, await page.evaluate(() => document.querySelectorAll("*").length));
  }
  await rows.hover();
  for (let turn = 0; turn < 12; turn++) {
    await page.mouse.wheel(0, -400);
    await drawn(page);
  }
  return most;
}

/** Searches, letter by letter; each letter is drawn. */
async function search(page: Page): Promise<void> {
  const box = page.getByRole("searchbox");
  await box.fill("");
  await box.press("End");
  for (const letter of "kind:packet and no kind:packet within 1s") {
    await page.keyboard.type(letter);
    await drawn(page);
  }
  await page.locator("#found", { hasText: / of 1/ }).waitFor();
}

/** @param page Gives the page that a round is done with. */
async function assertShort(page: () => Promise<Page>, does: (page: Page) => Promise<unknown>): Promise<void> {
  const told: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const shown = await page();
    const tasks = await LongTasks.watch(shown);
    const longest = await tasks.longestWhile(() => does(shown));
    const bound = await tasks.bound();
    if (longest <= bound) return;
    told.push(`${longest.toFixed(0)} ms, at the most ${bound.toFixed(0)}`);
  }
  throw new Error(`the longest task of each round: ${told.join("; ")}`);
}

testInBrowser("a report of 100,000 events", async (t, browser) => {
  using folder = temporaryFolder();
  const file = `${folder.path}/long.html`;
  const { summary: { events } } = writeReport(file, manySettings(360));
  assert(events > 100_000, `${events} events`);
  await using report = await ReportPage.open(browser, file);
  const { page } = report;

  await t.step("a task that is too long is seen", async () => {
    const tasks = await LongTasks.watch(page);
    const bound = await tasks.bound();
    const longest = await tasks.longestWhile(() =>
      page.evaluate((time) =>
        new Promise<void>((done) =>
          setTimeout(() => {
            const end = performance.now() + time;
            while (performance.now() < end);
            done();
          })
        ), 1.5 * bound)
    );
    assert(longest > bound, `${longest} ms, expected more than ${bound}`);
  });

  for (const level of ["Calls", "All"]) {
    await t.step(
      `whoever scrolls at the level ${level} waits for no task over 50 ms, and for no element`,
      async () => {
        await page.getByRole("group", { name: "Level of detail" }).getByRole("button", { name: level, exact: true })
          .click();
        await drawn(page);
        let most = 0;
        await assertShort(() => Promise.resolve(page), async () => {
          most = Math.max(most, await scroll(page));
        });
        assert(most > 500 && most <= 2000, `${most} elements`);
      },
    );
  }

  await t.step("nor does whoever types, as soon as the page is there", async () => {
    await using opened = new AsyncDisposableStack();
    // What is searched is made ready once: each round has a page that has not begun.
    const fresh = async () => opened.use(await ReportPage.open(browser, file)).page;
    await assertShort(fresh, search);
  });
});
