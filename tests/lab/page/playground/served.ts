/** The playground as any file server gives it, in Chromium. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Browser, Locator, Page } from "playwright-core";
import { readAddress, type Shared } from "../../../../sim/lab/page/playground/app/address.ts";
import { buildPlayground } from "../../../../sim/lab/page/playground/build.ts";
import { openBrowser, PATIENCE } from "../browser.ts";

const HOST = "127.0.0.1";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  wasm: "application/wasm",
};

/** Something that somebody does in the playground. */
export interface Walk {
  readonly name: string;
  walk(served: Served): Promise<void>;
}

/** A browser and a server of files, for one walk after the other. */
export class Served implements AsyncDisposable {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = [];
  readonly errors: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly browser: Browser, readonly folder: string) {
    this.#server = Deno.serve({ port: 0, hostname: HOST, onListen() {} }, ({ url }) => this.#give(url));
  }

  /** Builds the folder and serves it; `undefined` where there is no browser, which is said. */
  static async open(): Promise<Served | undefined> {
    const browser = await openBrowser(HOST);
    return browser === undefined ? undefined : new Served(browser, buildPlayground());
  }

  /** Walks; what a page throws meanwhile, or asks for elsewhere, fails it. */
  async take({ walk }: Walk): Promise<void> {
    this.requests.length = 0;
    await walk(this);
    assertEquals(this.errors.splice(0), []);
  }

  /** The address of the page. */
  get address(): string {
    return `http://${HOST}:${this.#server.addr.port}/`;
  }

  /** A page in a context of its own, whose editor can be used. */
  async page(
    { fragment = "", width = 1440, height = 900, scheme = "light" }: {
      readonly fragment?: string;
      readonly width?: number;
      readonly height?: number;
      readonly scheme?: "light" | "dark";
    } = {},
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on("pageerror", ({ message, stack = "" }) => this.errors.push(`${message} ${stack}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(this.address)) this.errors.push(`asked for ${request.url()}`);
    });
    await page.goto(`${this.address}${fragment}`);
    await page.locator(".cm-content, .editor textarea").first().waitFor();
    return page;
  }

  #give(url: string): Response {
    const path = new URL(url).pathname.replace(/^\/$/, "/index.html");
    this.requests.push(path);
    const type = TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain";
    try {
      return new Response(Deno.readFileSync(`${this.folder}${path.slice(1)}`), { headers: { "content-type": type } });
    } catch {
      return new Response(`there is no ${path}`, { status: 404 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.#server.shutdown();
  }
}

/** Waits until an element says something; if it never does, tells what it says. */
export async function says(element: Locator, expected: string | RegExp): Promise<void> {
  try {
    await element.filter({ hasText: expected }).first().waitFor();
  } catch (error) {
    const actual = (await element.allTextContents()).join("; ");
    if (typeof expected === "string") assertStringIncludes(actual, expected);
    else assertMatch(actual, expected);
    throw error;
  }
}

/** Waits until the address holds something, and gives the part of it behind the page. */
export async function addressIn(page: Page, holds: (shared: Shared, moment: string) => boolean): Promise<string> {
  for (;;) {
    const { hash } = new URL(page.url());
    const address = await readAddress(hash);
    if (address.type === "shared" && holds(address.shared, address.moment)) return hash;
    await page.waitForFunction((hash) => location.hash !== hash, hash);
  }
}

/** The moment that is selected, by its name. */
export async function momentIn(page: Page): Promise<string> {
  return (await page.locator(".bar .coordinate").textContent() ?? "").trim();
}

/** Presses a key that selects another moment, and gives that moment. */
export async function press(page: Page, key: string): Promise<string> {
  const before = await momentIn(page);
  await page.keyboard.press(key);
  await page.waitForFunction(
    (before) => document.querySelector(".bar .coordinate")?.textContent?.trim() !== before,
    before,
  );
  return await momentIn(page);
}

/** The text in the editor. */
export async function sourceIn(page: Page): Promise<string> {
  const field = page.locator(".editor textarea");
  if (await field.count() > 0) return await field.inputValue();
  return (await page.locator(".cm-line").allTextContents()).join("\n");
}

/** Writes a text in the place of what is in the editor, as somebody does who pastes. */
export async function write(page: Page, source: string): Promise<void> {
  const field = page.locator(".editor textarea");
  if (await field.count() > 0) await field.fill(source);
  else {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(source);
  }
}

/** Runs what is in the editor. The page is busy as soon as it was told to: what is shown then is this run. */
export async function run(page: Page): Promise<void> {
  await page.locator(".bar .run", { hasText: "Run" }).click();
  await ran(page);
}

/** Ends when nothing runs and a run is shown. */
export async function ran(page: Page): Promise<void> {
  await page.locator(".bar .run", { hasText: "Run" }).waitFor();
  await page.locator(".ladder .rows").waitFor();
  await page.locator(".split:not(.is-old)").waitFor();
}

/** The digest of the run that is shown, as far as the page says it. */
export async function digestIn(page: Page): Promise<string> {
  const term = page.locator(".verdicts .facts dt", { hasText: "digest" });
  return (await term.locator("xpath=following-sibling::dd[1]").textContent() ?? "").trim();
}
