/** The playground as any file server gives it, in Chromium. */

import { type Browser, chromium, type Page } from "playwright-core";
import { buildPlayground } from "../../../../sim/lab/page/playground/build.ts";

const PROGRAM = "/usr/bin/chromium";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  wasm: "application/wasm",
};

/** A browser and a server of files; what a page throws, or asks for elsewhere, fails whoever closes them. */
export class Served implements AsyncDisposable {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = [];
  readonly errors: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly browser: Browser, readonly folder: string) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => this.#give(url));
  }

  /** Builds the folder and serves it; `undefined` where there is no browser, which is said. */
  static async open(): Promise<Served | undefined> {
    try {
      Deno.statSync(PROGRAM);
    } catch {
      console.log(`skipped: there is no ${PROGRAM} on this machine to show the playground`);
      return undefined;
    }
    const folder = buildPlayground();
    const args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
    return new Served(await chromium.launch({ executablePath: PROGRAM, args }), folder);
  }

  /** The address of the page. */
  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
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
    // Other tests may run beside this one.
    context.setDefaultTimeout(120_000);
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
    if (this.errors.length > 0) throw new Error(`the page has thrown: ${this.errors.join("; ")}`);
  }
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

/** Runs what is in the editor; ends when a run is shown that was not there before. */
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
