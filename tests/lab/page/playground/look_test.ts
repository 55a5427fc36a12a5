/** How the playground looks to people and to their tools: axe, widths, themes, the keyboard. */

import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { ran, run, Served, write } from "./served.ts";

/** Pictures of the test run, to be looked at. */
const PICTURES = new URL("../../../../sim/lab/page/built/pictures/", import.meta.url);

const WRONG = `name: the login fails
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: the key of the target } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the one before, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another one, flags: [ike, main] }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 20bytes } }]
    expect: old or new
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

async function violations(page: Page, where: string): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<unknown> } };
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return await axe.run(document, { runOnly: { type: "tag", values } });
  }) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${where}: ${id}: ${html.slice(0, 160)}`));
}

async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Shows a failing run, its problems, the gallery and the tour, one after the other. */
async function* states(page: Page): AsyncGenerator<string> {
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry").nth(1).click();
  yield "start";
  await write(page, WRONG);
  await run(page);
  yield "failed";
  const editor = page.locator(".tabs .button", { hasText: "Editor" });
  if (await editor.isVisible()) await editor.click();
  await write(page, WRONG.replace("setKey", "setKye"));
  await page.locator(".problems .item").first().waitFor();
  yield "problems";
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry").first().waitFor();
  yield "gallery";
  await page.locator(".gallery-dialog .tour-entry").click();
  await page.locator(".tour").waitFor();
  yield "tour";
}

Deno.test("axe finds nothing, nothing is wider than the window, at each width, light and dark", async () => {
  await using served = await Served.open();
  if (served === undefined) return;
  Deno.mkdirSync(PICTURES, { recursive: true });
  const looks = [[1440, "light"], [1440, "dark"], [1180, "light"], [768, "dark"], [320, "light"], [
    320,
    "dark",
  ]] as const;
  const wrong: string[] = [];
  const page = await served.page();
  for (const [width, scheme] of looks) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: width < 700 ? 700 : 900 });
    for await (const state of states(page)) {
      const where = `playground-${state}-${width}-${scheme}`;
      wrong.push(...await violations(page, where));
      const wider = await overflow(page);
      if (wider > 0) wrong.push(`${where}: ${wider} pixels wider than the window`);
      await page.screenshot({ path: new URL(`${where}.png`, PICTURES).pathname });
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the keyboard reaches everything, and is held nowhere", async () => {
  await using served = await Served.open();
  if (served === undefined) return;
  const page = await served.page();
  await write(page, WRONG);
  await page.keyboard.press("Control+Enter");
  await ran(page);
  await page.locator(".bar .scenario").focus();
  const reached = new Set<string>();
  for (let press = 0; press < 120; press++) {
    await page.keyboard.press("Tab");
    const places = await page.evaluate(() => {
      const element = document.activeElement;
      const panels = [
        ".lead",
        ".bar",
        ".editor",
        ".verdicts",
        ".by-hand",
        ".timeline",
        ".ladder",
        ".event",
        ".flash-panel",
        ".keys",
        ".packets",
      ];
      return [
        ...panels.filter((panel) => element?.closest(panel) !== null),
        ...(element?.matches(".run") ? ["run"] : []),
        ...(element?.matches(".by-hand select") ? ["parts"] : []),
        ...(element?.textContent?.startsWith("Pull the plug") ? ["plug"] : []),
      ];
    });
    for (const place of places) reached.add(place);
    if (places.includes(".packets")) break;
  }
  assertEquals([...reached].toSorted(), [
    ".bar",
    ".by-hand",
    ".editor",
    ".event",
    ".flash-panel",
    ".keys",
    ".ladder",
    ".packets",
    ".timeline",
    ".verdicts",
    "parts",
    "plug",
    "run",
  ]);
  // Letters are text in the editor, and keys beside it.
  const moment = await page.locator(".bar .coordinate").textContent();
  await page.locator(".cm-content").focus();
  await page.keyboard.type("f");
  assertEquals(await page.locator(".bar .coordinate").textContent(), moment);
  await page.keyboard.press("Control+z");
  await page.locator(".ladder .rows").focus();
  await page.keyboard.press("ArrowUp");
  await page.locator(".bar .coordinate").filter({ hasNotText: moment ?? "" }).waitFor();
});

Deno.test("completion and documentation come by keyboard", async () => {
  await using served = await Served.open();
  if (served === undefined) return;
  const page = await served.page();
  await write(page, `${WRONG}  - wai`);
  await page.locator(".cm-tooltip-autocomplete li[aria-selected]", { hasText: "wait" }).first().waitFor();
  // For a moment the list takes no key, so that nobody chooses what he has not seen.
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await page.locator(".cm-line", { hasText: "- wait:" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+i");
  await page.locator(".told .word", { hasText: "wait" }).waitFor();
});
