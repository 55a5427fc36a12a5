/** What does not work is said in place; what was typed stays, and the page stays alive. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { addressOf } from "../../../../sim/lab/page/playground/app/address.ts";
import { drawn } from "../browser.ts";
import { addressIn, momentIn, ran, run, says, type Served, sourceIn, type Walk, write } from "./served.ts";

const KEY = "a key that nobody may see";
const SECRET = `name: keys stay where they are typed
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: ${KEY} } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: ${KEY}, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

/** Few events, but each login computes. */
export const ENDLESS = `${SECRET.replace("keys stay where they are typed", "it does not end")}  - sequence:
      - { name: s, login: { adapter: hba0, target: disk } }
      - logout: { session: s }
    repeat: 1000000
`;

async function readBadAddresses(served: Served): Promise<void> {
  await using page = await served.page({ fragment: "#s=nonsense!" });
  await says(page.locator(".problem"), /The address does not decode: character 9 .* "!"/);
  await write(page, SECRET);
  await addressIn(page, ({ source }) => source === SECRET);
  const whole = await addressOf({ file: "a.yaml", source: ENDLESS, case: "", tape: [], recipe: [] });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, whole.slice(0, 60));
  await page.locator(".problem", { hasText: "it ends inside the scenario" }).waitFor();
  assertEquals(await sourceIn(page), SECRET);
  // A tape of another form is told by the core, which knows forms.
  const tape = await addressOf({ file: "a.yaml", source: SECRET, case: "", tape: [{ decision: "no" }], recipe: [] });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, tape);
  await page.locator(".problem", { hasText: "tape[0]" }).waitFor();
}

async function stopByHand(served: Served): Promise<void> {
  await using page = await served.page();
  await run(page);
  await write(page, ENDLESS);
  await drawn(page);
  const before = await momentIn(page);
  await page.keyboard.press("Control+Enter");
  const stop = page.locator(".bar .run", { hasText: "Stop" });
  await page.locator(".bar .doing", { hasText: "cycle" }).waitFor();
  await page.locator(".cm-content").press("Control+End");
  await page.keyboard.type("# typed meanwhile");
  assertStringIncludes(await sourceIn(page), "# typed meanwhile");
  await stop.click();
  await page.locator(".bar .run", { hasText: "Run" }).waitFor();
  assertEquals(await momentIn(page), before, "the old run is still there");
  assertStringIncludes(await sourceIn(page), "# typed meanwhile");
}

async function searchForKeys(served: Served): Promise<void> {
  await using page = await served.page();
  await write(page, SECRET);
  await run(page);
  await page.locator(".packets .packet-row").last().click();
  const text = await page.evaluate(() => {
    const copy = document.body.cloneNode(true) as HTMLElement;
    for (const part of copy.querySelectorAll(".editor, script, style")) part.remove();
    return copy.outerHTML;
  });
  const hex = [...new TextEncoder().encode(KEY)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assert(!text.includes(KEY) && !text.replaceAll(/\s/g, "").includes(hex));
  assertStringIncludes(await sourceIn(page), KEY, "the search would find it");
  const stored = await page.evaluate(async () => [
    Object.entries(localStorage),
    Object.entries(sessionStorage),
    (await indexedDB.databases()).map(({ name }) => name),
    await caches.keys(),
    document.cookie,
  ]);
  assertEquals(stored, [[], [], [], [], ""]);
}

const MATRIX = SECRET.replace("steps:", "matrix: { wait: [1s, 2s] }\nsteps:\n  - wait: $wait");

async function refuseUnknownCases(served: Served): Promise<void> {
  for (const [source, name, told] of [[MATRIX, "wait=3s", "wait=1s, wait=2s"], [SECRET, "x=1", "one alone"]] as const) {
    const fragment = await addressOf({ file: "a.yaml", source, case: name, tape: [], recipe: [] });
    await using page = await served.page({ fragment });
    await says(page.locator(".problem"), `a.yaml has no case "${name}"`);
    await says(page.locator(".problem"), told);
    await page.locator(".bar .run", { hasText: "Run" }).waitFor();
    assertEquals(await page.locator(".ladder").count(), 0, "no other case is run in its place");
    await run(page);
    await says(page.locator(".verdicts .facts"), source === MATRIX ? "a.yaml[wait=1s]" : "a.yaml");
  }
}

/** Deeper than any stack, and than any person writes. */
async function readDeepText(served: Served): Promise<void> {
  const source = `a: ${"[".repeat(2_000)}`;
  const fragment = await addressOf({ file: "a.yaml", source, case: "", tape: [], recipe: [] });
  await using page = await served.page({ fragment });
  await page.locator(".problems").waitFor();
  await page.locator(".bar .run[disabled]").waitFor();
  await write(page, SECRET);
  await page.locator(".cm-line span").first().waitFor();
  await write(page, `- ${"- ".repeat(5_000)}`);
  await page.locator(".problems").waitFor();
  await write(page, SECRET);
  await run(page);
  assertEquals(await page.locator(".problem").count(), 0);
}

async function leaveAtOnce(served: Served): Promise<void> {
  await using page = await served.page();
  await write(page, SECRET);
  await addressIn(page, ({ source }) => source === SECRET);
  await page.locator(".cm-content").press("Control+End");
  await page.keyboard.type("# typed last");
  await page.goto("about:blank");
  await page.goBack();
  await page.locator(".cm-content").waitFor();
  assertStringIncludes(await sourceIn(page), "# typed last");
}

const STORES = `name: two stores # store: { module: store_hasty.hba.wasm } would be another
matrix: { store: ["store.hba.wasm", "store_early.hba.wasm"] }
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], store: { module: $store } }
  hba1: { storage: nvram, ports: [192.0.2.11] }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key of it, flags: [ike, main] }
  - setKey: { adapter: hba1, id: 192.0.2.11, key: a key of it, flags: [ike, main] }
`;

async function showStores(served: Served): Promise<void> {
  for (const name of ["store=store.hba.wasm", "store=store_early.hba.wasm"]) {
    const fragment = await addressOf({ file: "a.yaml", source: STORES, case: name, tape: [], recipe: [] });
    await using page = await served.page({ fragment });
    await ran(page);
    for (const [key, adapter, store] of [["Home", "hba0", name.slice(6)], ["End", "hba1", ""]] as const) {
      await page.locator(".ladder .rows").focus();
      await page.keyboard.press(key);
      await says(page.locator(".by-hand .parts"), `store of ${adapter}`);
      assertEquals(await page.locator(".by-hand .parts select").inputValue(), store, `${name}, ${adapter}`);
    }
  }
}

async function leaveDeviationOut(served: Served): Promise<void> {
  const source = MATRIX;
  const recipe = [{ at: { cycle: 130_000_000, sequence: 20 }, salt: "7" }];
  const fragment = await addressOf({ file: "a.yaml", source, case: "wait=2s", tape: [], recipe });
  await using page = await served.page({ fragment });
  await ran(page);
  assertEquals(await page.locator(".head select[aria-label=Case]").inputValue(), "wait=2s");
  await says(page.locator(".verdicts .facts"), "a.yaml[wait=2s]");
  await page.locator(".deviation .button").click();
  await page.locator(".deviation").waitFor({ state: "detached" });
  await ran(page);
}

/** What does not work. */
export const BAD_INPUT: readonly Walk[] = [
  { name: "an address that does not decode is said, and what was typed stays", walk: readBadAddresses },
  { name: "a scenario that does not end is stopped by hand, and meanwhile one can type", walk: stopByHand },
  { name: "keys are in the editor alone, and in no storage of the browser", walk: searchForKeys },
  { name: "a case that the file does not have is said, and no other is run", walk: refuseUnknownCases },
  { name: "a text of 2,000 brackets is a problem, and no end of the page", walk: readDeepText },
  { name: "what was typed last is there when one goes elsewhere at once, and comes back", walk: leaveAtOnce },
  {
    name: "Parts shows the store of the adapter and the case that are shown, whatever else the text says",
    walk: showStores,
  },
  { name: "a matrix lets one choose its case, a deviation of the address can be left out", walk: leaveDeviationOut },
];
