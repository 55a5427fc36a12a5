/** How the playground looks to people and to their tools: axe, widths, themes, the keyboard. */

import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { auditOf } from "../axe.ts";
import { drawn } from "../browser.ts";
import { momentIn, press, ran, run, says, type Served, sourceIn, type Walk, write } from "./served.ts";

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

/** Places are those of a width, colours those of a scheme: axe looks at each of them once, in two looks. */
const LOOKS = [
  { width: 1440, scheme: "light", audit: "none" },
  { width: 1440, scheme: "dark", audit: "all" },
  { width: 768, scheme: "dark", audit: "none" },
  { width: 768, scheme: "light", audit: "none" },
  { width: 320, scheme: "light", audit: "all" },
  { width: 320, scheme: "dark", audit: "none" },
] as const;

/** The state of which there is a picture in each look. */
const MAIN = "failed";

/** Shows a failing run, its problems, the gallery and the tour, one after the other, and which half of it is meant. */
async function* states(page: Page): AsyncGenerator<readonly [name: string, tab: "Editor" | "Result"]> {
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry").nth(1).click();
  await page.locator(".gallery-dialog").waitFor({ state: "hidden" });
  yield ["start", "Editor"];
  await write(page, WRONG);
  await run(page);
  yield ["failed", "Result"];
  await write(page, WRONG.replace("setKey", "setKye"));
  await says(page.locator(".problems .button"), "Write setKey");
  yield ["problems", "Editor"];
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry").first().waitFor();
  yield ["gallery", "Editor"];
  await page.locator(".gallery-dialog .tour-entry").click();
  await page.locator(".tour").waitFor();
  yield ["tour", "Editor"];
}

async function look(served: Served): Promise<void> {
  Deno.mkdirSync(PICTURES, { recursive: true });
  const wrong: string[] = [];
  await using page = await served.page();
  for await (const [state, tab] of states(page)) {
    const source = await sourceIn(page);
    for (const { width, scheme, audit } of LOOKS) {
      if (audit === "none" && state !== MAIN && scheme === (width === 768 ? "light" : "dark")) continue;
      const where = `playground-${state}-${width}-${scheme}`;
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width < 700 ? 700 : 900 });
      await drawn(page);
      const half = page.locator(".tabs .button", { hasText: tab });
      if (state !== "gallery" && await half.isVisible()) await half.click();
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) wrong.push(`${where}: ${wider} pixels wider than the window`);
      if (audit !== "none") {
        const found = await auditOf(page);
        wrong.push(...found.map((each) => `${where}: ${each}`));
      }
      if (state === MAIN || audit !== "none") {
        await page.screenshot({ path: new URL(`${where}.png`, PICTURES).pathname });
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.locator(".cm-content").waitFor();
    assertEquals(await sourceIn(page), source, "what is written goes from one editor into the other");
  }
  assertEquals(wrong, []);
}

/** What the keyboard must come to. */
const REACHED = [
  ".bar",
  ".run",
  ".editor",
  ".verdicts",
  ".by-hand",
  ".by-hand select",
  ".by-hand .button",
  ".timeline",
  ".ladder",
  ".event",
  ".flash-panel",
  ".keys",
  ".packets",
];

declare global {
  var reachedInPage: Set<string>;
}

/** Lets the page note to which of them the focus comes, from now on. */
async function listenForFocus(page: Page): Promise<() => Promise<ReadonlySet<string>>> {
  await page.evaluate((all) => {
    globalThis.reachedInPage = new Set();
    addEventListener("focusin", ({ target }) => {
      if (!(target instanceof Element)) return;
      for (const each of all) if (target.closest(each) !== null) globalThis.reachedInPage.add(each);
    });
  }, REACHED);
  return async () => new Set(await page.evaluate(() => [...globalThis.reachedInPage]));
}

/** Completion and documentation. */
async function complete(page: Page): Promise<void> {
  await write(page, `${WRONG}  - wai`);
  await says(page.locator(".cm-tooltip-autocomplete li[aria-selected]"), "wait");
  // For 75 ms by the page's own clock the list takes no key, so that nobody chooses what he has not seen.
  const seen = await page.evaluate(() => Date.now());
  await page.waitForFunction((seen) => Date.now() > seen + 75, seen);
  await page.keyboard.press("Enter");
  await says(page.locator(".cm-line"), "- wait:");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+i");
  await says(page.locator(".told .word"), "wait");
}

async function useKeyboard(served: Served): Promise<void> {
  await using page = await served.page();
  await write(page, WRONG);
  await page.keyboard.press("Control+Enter");
  await ran(page);
  await page.locator(".bar .scenario").focus();
  const reached = await listenForFocus(page);
  for (let count = 0; count < 120 && !(await reached()).has(".packets"); count += 10) {
    for (let press = 0; press < 10; press++) await page.keyboard.press("Tab");
  }
  const all = await reached();
  assertEquals(REACHED.filter((place) => !all.has(place)), []);
  // Letters are text in the editor, and keys beside it.
  const moment = await momentIn(page);
  await page.locator(".cm-content").focus();
  await page.keyboard.type("f");
  await drawn(page);
  assertEquals(await momentIn(page), moment);
  await page.keyboard.press("Control+z");
  await page.locator(".ladder .rows").focus();
  await press(page, "ArrowUp");
  await complete(page);
}

/** What is seen, and reached. */
export const LOOK: readonly Walk[] = [
  { name: "axe finds nothing, nothing is wider than the window, at each width, light and dark", walk: look },
  { name: "the keyboard reaches everything, completion too, and is held nowhere", walk: useKeyboard },
];
