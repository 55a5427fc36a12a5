/** What was done is taken back whole: the text, its file, its case, and where its run deviates. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { addressOf } from "../../../../sim/lab/page/playground/app/address.ts";
import { digestIn, ran, run, says, type Served, sourceIn, type Walk, write } from "./served.ts";

const FAILS = `name: the login fails
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: the key of the target } } }
steps:
  - information: { adapter: hba0 }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another one, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

const fileIn = (page: Page) => page.locator(".writing .head .code").innerText();
const deviationsIn = (page: Page) => page.locator(".deviation").allTextContents();
const undo = (page: Page) => page.getByRole("button", { name: "Undo" }).click();

async function open(served: Served, width: number): Promise<Page> {
  const shared = { file: "fails.yaml", source: FAILS, case: "", tape: [], recipe: [] };
  const page = await served.page({ fragment: await addressOf(shared), width });
  await ran(page);
  return page;
}

/** Something in the half of a narrow page that holds it. */
async function inHalf(page: Page, half: "Editor" | "Result", does: () => Promise<void>): Promise<void> {
  const tab = page.locator(".tabs .button", { hasText: half });
  if (await tab.isVisible()) await tab.click();
  await does();
}

async function undoAt(served: Served, width: number): Promise<void> {
  await using page = await open(served, width);
  const digest = await digestIn(page);

  // Another future.
  await inHalf(page, "Result", () => page.getByRole("button", { name: "Another future" }).click());
  await page.locator(".deviation").waitFor({ state: "attached" });
  await ran(page);
  const [deviation = ""] = await deviationsIn(page);

  // Shrunk: another text, and no deviation.
  await inHalf(page, "Result", () => page.getByRole("button", { name: "Shrink the failure" }).click());
  await page.locator(".deviation").waitFor({ state: "detached" });
  await ran(page);
  assert(!(await sourceIn(page)).includes("information"));
  await inHalf(page, "Editor", () => undo(page));
  await page.locator(".deviation").waitFor();
  assertEquals([await sourceIn(page), await deviationsIn(page)], [FAILS, [deviation]]);
  await page.locator(".split.is-old").waitFor();

  // The gallery's: another file.
  await page.locator(".bar .scenario").click();
  await page.locator(".gallery-dialog .entry").nth(1).click();
  await page.locator(".deviation").waitFor({ state: "detached" });
  assert(await fileIn(page) !== "fails.yaml");
  await inHalf(page, "Editor", () => undo(page));
  await page.locator(".deviation").waitFor();
  assertEquals([await sourceIn(page), await fileIn(page)], [FAILS, "fails.yaml"]);

  // Back before the fork, and it is the run of the beginning.
  await undo(page);
  await page.locator(".deviation").waitFor({ state: "detached" });
  assertEquals(await sourceIn(page), FAILS);
  await run(page);
  assertEquals(await digestIn(page), digest);
}

async function undoWide(served: Served): Promise<void> {
  await undoAt(served, 1440);
}

async function undoNarrow(served: Served): Promise<void> {
  await undoAt(served, 320);
}

async function undoTyped(served: Served): Promise<void> {
  await using page = await open(served, 1440);
  const shown = await digestIn(page);
  await page.getByRole("button", { name: "Another future" }).click();
  await page.locator(".deviation").waitFor();
  await ran(page);
  const [deviation = ""] = await deviationsIn(page);
  await write(page, FAILS.replace("another one", "a third one"));
  // The keyboard takes back, and does again, what the button does.
  await page.keyboard.press("Control+z");
  assertEquals([await sourceIn(page), await deviationsIn(page)], [FAILS, [deviation]]);
  await page.keyboard.press("Control+z");
  await page.locator(".deviation").waitFor({ state: "detached" });
  assertEquals(await sourceIn(page), FAILS);
  await page.keyboard.press("Control+y");
  await page.locator(".deviation").waitFor();
  await page.keyboard.press("Control+z");
  await page.locator(".deviation").waitFor({ state: "detached" });
  // Ctrl+Enter runs, wherever the focus is.
  await page.locator(".split.is-old").waitFor();
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Control+Enter");
  await ran(page);
  assertEquals(await digestIn(page), shown);
}

async function undoByHand(served: Served): Promise<void> {
  await using page = await open(served, 1440);
  await page.getByRole("button", { name: "Pull the plug here" }).click();
  await says(page.locator(".cm-added"), "powerCycle");
  await ran(page);
  assertStringIncludes(await sourceIn(page), "faults:");
  await undo(page);
  await page.locator(".split.is-old").waitFor();
  assertEquals(await sourceIn(page), FAILS);
}

/** Undo. */
export const UNDO: readonly Walk[] = [
  { name: "undo takes back a shrunk failure, the gallery's scenario and a fork, each whole", walk: undoWide },
  { name: "undo does so in the plain field of a small screen, too", walk: undoNarrow },
  { name: "undo by the keyboard tells typing from deviations; Ctrl+Enter runs from anywhere", walk: undoTyped },
  { name: "undo takes a fault by hand out of the text", walk: undoByHand },
];
