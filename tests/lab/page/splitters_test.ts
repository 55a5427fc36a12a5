/** Splitters between the panels of a report: by arrow keys, by the pointer, and put back. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { auditOf } from "./axe.ts";
import { drawn, ReportPage, testInBrowser, writeReport } from "./browser.ts";
import { POWER_CUT } from "./scenarios.ts";

const SIDE = "Width of event and packets";
const FOOT = "Height of flash, keys and packets";

function splitter(page: Page, name: string) {
  return page.getByRole("separator", { name });
}

/** How wide the event panel is, and how high that of packets; what separators say must be the same. */
async function sizesIn(page: Page): Promise<readonly [side: number, foot: number]> {
  await drawn(page);
  const [event, packets] = [await page.locator(".event").boundingBox(), await page.locator(".packets").boundingBox()];
  const sizes = [event?.width ?? 0, packets?.height ?? 0] as const;
  const said = [SIDE, FOOT].map((name) => splitter(page, name).getAttribute("aria-valuenow").then(Number));
  assertEquals(await Promise.all(said), [...sizes]);
  return sizes;
}

testInBrowser("splitters between panels", async (t, browser) => {
  using folder = temporaryFolder();
  const file = `${folder.path}/report.html`;
  writeReport(file, POWER_CUT);

  await t.step(
    "arrow keys move them, and nothing else; Home and End go to their ends, Enter puts them back",
    async () => {
      await using report = await ReportPage.open(browser, file);
      const { page } = report;
      const moment = await report.moment();
      const [side, foot] = await sizesIn(page);
      assertEquals([side, foot], [384, 244]);
      for (const key of ["ArrowLeft", "ArrowLeft", "ArrowRight"]) await splitter(page, SIDE).press(key);
      for (const key of ["ArrowDown", "ArrowUp", "ArrowUp"]) await splitter(page, FOOT).press(key);
      assertEquals(await sizesIn(page), [side + 16, foot + 16]);
      assertEquals(await report.moment(), moment, "nobody has stepped");
      for (const name of [SIDE, FOOT]) {
        for (const [key, end] of [["End", "aria-valuemax"], ["Home", "aria-valuemin"]] as const) {
          await splitter(page, name).press(key);
          await splitter(page, name).press(name === SIDE ? "ArrowUp" : "ArrowLeft");
          await drawn(page);
          const said = await splitter(page, name).getAttribute(end);
          assertEquals((await sizesIn(page))[name === SIDE ? 0 : 1], Number(said), `${name}: ${key}`);
        }
      }
      assert(await report.moment() !== moment, "the other arrow keys still step");
      for (const name of [SIDE, FOOT]) await splitter(page, name).press("Enter");
      assertEquals(await sizesIn(page), [side, foot]);
    },
  );

  await t.step("the pointer drags them, a double click puts them back, a smaller window takes of them", async () => {
    await using report = await ReportPage.open(browser, file);
    const { page } = report;
    const own = await sizesIn(page);
    await page.mouse.move(1440 - own[0], 400);
    await page.mouse.down();
    await page.mouse.move(900, 300, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(500, 900 - own[1] - 1);
    await page.mouse.down();
    await page.mouse.move(520, 500, { steps: 4 });
    await page.mouse.up();
    assertEquals(await sizesIn(page), [540, 400]);
    assertEquals(await auditOf(page), []);
    await page.setViewportSize({ width: 1200, height: 760 });
    const [side, foot] = await sizesIn(page);
    assert(side < 540 && foot < 400, `${side} and ${foot} of a smaller window`);
    await page.setViewportSize({ width: 1440, height: 900 });
    assertEquals(await sizesIn(page), [540, 400]);
    for (const name of [SIDE, FOOT]) await splitter(page, name).dblclick({ position: { x: 3, y: 3 } });
    assertEquals(await sizesIn(page), own);
    assertEquals(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  });

  await t.step("where panels stand one below the other there are none", async () => {
    await using report = await ReportPage.open(browser, file, { width: 768 });
    assertEquals(await report.page.getByRole("separator").count(), 0);
  });
});
