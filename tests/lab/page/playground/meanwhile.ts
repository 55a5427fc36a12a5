/** Whoever stops, chooses, types or shares while something runs, or after it, has what he sees. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { addressOf, readAddress } from "../../../../sim/lab/page/playground/app/address.ts";
import { drawn } from "../browser.ts";
import { auditOf } from "../axe.ts";
import { ENDLESS } from "./bad_input.ts";
import { ran, run, says, type Served, sourceIn, type Walk, write } from "./served.ts";

/** One case ends at once, the others do not. */
const ENDLESS_CASES = ENDLESS.replace("steps:", "matrix: { n: [1, 999999, 1000000] }\nsteps:")
  .replace("repeat: 1000000", "repeat: $n");

const FAILS = `name: the login fails
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: the key of the target } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another one, flags: [ike, main] }
  - information: { adapter: hba0 }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

const shared = (source: string) => addressOf({ file: "a.yaml", source, case: "", tape: [], recipe: [] });

async function chooseWhileItRuns(served: Served): Promise<void> {
  await using page = await served.page({ fragment: await shared(ENDLESS_CASES) });
  await ran(page);
  const choice = page.locator(".head select[aria-label=Case]");
  const working = page.locator(".bar .doing", { hasText: "cycle" });
  await choice.selectOption("n=999999");
  await working.waitFor();
  await choice.selectOption("n=1000000");
  await drawn(page);
  // The work that was stopped is over, and has not taken the new one's button away.
  await working.waitFor();
  await page.locator(".bar .run", { hasText: "Stop" }).click();
  await page.locator(".bar .run", { hasText: "Run" }).waitFor();
  assertEquals(await choice.inputValue(), "n=1000000");
  await says(page.locator(".verdicts .facts"), "a.yaml[n=1]");
  await page.locator(".split.is-old").waitFor();
  await says(page.locator(".by-hand"), "This is the run before");
}

async function stopWhileItIsRead(served: Served): Promise<void> {
  await using page = await served.page();
  const many = FAILS.replace("steps:", "matrix: { w: 1us..3000us step 1us }\nsteps:\n  - wait: $w");
  await write(page, many);
  await page.keyboard.press("Control+Enter");
  await page.locator(".bar .run", { hasText: "Stop" }).click();
  // When it is read its cases are there, and nothing has run.
  await page.locator(".head select[aria-label=Case]").waitFor();
  await page.locator(".bar .run", { hasText: "Run" }).waitFor();
  assertEquals(await page.locator(".ladder").count(), 0);
}

async function writeWhileItShrinks(served: Served): Promise<void> {
  await using page = await served.page({ fragment: await shared(FAILS) });
  await ran(page);
  await page.evaluate(() => {
    const button = [...document.querySelectorAll<HTMLElement>(".by-hand button")].find(({ textContent }) =>
      textContent === "Shrink the failure"
    );
    button?.click();
    document.querySelector<HTMLElement>(".cm-content")?.focus();
    document.execCommand("insertText", false, "# typed meanwhile\n");
  });
  await says(page.locator(".problem"), "The text was changed meanwhile");
  assertEquals((await sourceIn(page)).replace("# typed meanwhile\n", ""), FAILS);
  assertStringIncludes(await sourceIn(page), "# typed meanwhile");
  // Stopped, it can be begun again.
  await run(page);
  await page.evaluate(() => {
    const find = (text: string, where: string) =>
      [...document.querySelectorAll<HTMLElement>(`${where} button`)].find((each) => each.textContent === text);
    new MutationObserver((_, observer) => {
      const stop = find("Stop", ".bar");
      if (stop === undefined) return;
      observer.disconnect();
      stop.click();
    }).observe(document.body, { childList: true, subtree: true });
    find("Shrink the failure", ".by-hand")?.click();
  });
  await page.getByRole("button", { name: "Shrink the failure" }).click();
  await page.locator(".cm-line", { hasText: "information" }).waitFor({ state: "detached" });
  await ran(page);
  assertEquals(await page.locator(".problem").count(), 0);
}

async function shareUnrun(served: Served): Promise<void> {
  await using page = await served.page({ fragment: await shared(FAILS) });
  await ran(page);
  const mended = FAILS.replace("another one", "the key of the target");
  await write(page, mended);
  await page.locator(".split.is-old").waitFor();
  await page.locator(".bar .button", { hasText: "Share" }).click();
  await page.locator(".bar .doing", { hasText: "address" }).waitFor();
  const address = await readAddress(new URL(page.url()).hash);
  assertEquals(address.type === "shared" ? [address.shared.source, address.moment] : address, [mended, ""]);
}

async function pullAmongCarriageReturns(served: Served): Promise<void> {
  await using page = await served.page({ fragment: await shared(FAILS.replaceAll("\n", "\r\n")) });
  await ran(page);
  await page.getByRole("button", { name: "Pull the plug here" }).click();
  await says(page.locator(".cm-added"), "powerCycle");
  await ran(page);
  assertEquals((await sourceIn(page)).replace(/^faults:\n {2}- .*\n/m, ""), FAILS);
}

/** The widest in their panels: many keys, long names, places that cannot be read, sessions. */
const WIDE: readonly string[] = [
  "key_survives_power_cycle.yaml",
  "aggressive_mode_fqdn.yaml",
  "three_driver_ends.yaml",
  "c_store.yaml",
];

async function showShipped(served: Served): Promise<void> {
  const gallery: readonly { readonly file: string; readonly source: string }[] = JSON.parse(
    Deno.readTextFileSync(`${served.folder}gallery.json`),
  );
  const wide = gallery.filter(({ file }) => WIDE.includes(file));
  assertEquals(wide.length, WIDE.length);
  const wrong: string[] = [];
  for (const { file, source } of wide) {
    await using page = await served.page({ fragment: await shared(source) });
    await ran(page);
    await drawn(page);
    wrong.push(...(await auditOf(page)).map((each) => `${file}: ${each}`));
    const beyond = await page.locator(".keys .scroll").evaluate((box) => box.scrollWidth - box.clientWidth);
    if (beyond > 0) wrong.push(`${file}: ${beyond} pixels of the keys are out of sight`);
  }
  assertEquals(wrong, []);
}

/** What somebody does meanwhile, and after it. */
export const MEANWHILE: readonly Walk[] = [
  {
    name: "a case that is chosen while another runs can be stopped, and is not taken for what is shown",
    walk: chooseWhileItRuns,
  },
  { name: "what is stopped while its text is read never runs", walk: stopWhileItIsRead },
  {
    name: "what is typed while a failure shrinks stays; what was stopped can be shrunk again",
    walk: writeWhileItShrinks,
  },
  { name: "an address of a text that was not run names no moment of another", walk: shareUnrun },
  {
    name: "a text whose lines end with carriage returns is changed by hand in the right place",
    walk: pullAmongCarriageReturns,
  },
  {
    name: "axe finds nothing in shipped scenarios after their runs, and all three places of keys are seen",
    walk: showShipped,
  },
];
