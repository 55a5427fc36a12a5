/** Chromium with name resolution off, and reports as the command writes them. */

import { type Browser, chromium, type Page } from "playwright-core";
import { reportPage } from "../../../sim/lab/command/report_page.ts";
import { bundleOf } from "../../../sim/lab/explore/tape/bundle.ts";
import type { Subject } from "../../../sim/lab/explore/tape/subject.ts";
import { type RunContent, watchRun } from "../../../sim/lab/page/content/run_content.ts";
import { buildPage } from "../../../sim/lab/page/build.ts";
import { hbasim } from "../command/command_line.ts";

const PROGRAM = "/usr/bin/chromium";

/** The browser, which reaches no host but one; `undefined` where there is no browser, which is said. */
export async function openBrowser(reached?: string): Promise<Browser | undefined> {
  try {
    Deno.statSync(PROGRAM);
  } catch {
    console.log(`skipped: there is no ${PROGRAM} on this machine to show the page`);
    return undefined;
  }
  const rules = `MAP * ~NOTFOUND${reached === undefined ? "" : `, EXCLUDE ${reached}`}`;
  const args = ["--no-sandbox", "--disable-gpu", `--host-resolver-rules=${rules}`];
  return await chromium.launch({ executablePath: PROGRAM, args });
}

/** A test in a browser of its own, which is closed behind it; none where there is no browser. */
export function testInBrowser(name: string, fn: (t: Deno.TestContext, browser: Browser) => Promise<void>): void {
  Deno.test({
    name,
    // The browser is a process, and its pipes are open as long as it is.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      const browser = await openBrowser();
      if (browser === undefined) return;
      try {
        await fn(t, browser);
      } finally {
        await browser.close();
      }
    },
  });
}

/** A machine may have much else to do: how long an action of a page is waited for. */
export const PATIENCE = 180_000;

/** Waits until what was done shows: two frames, of which the second comes after all that the first has drawn. */
export function drawn(page: Page): Promise<void> {
  return page.evaluate(() =>
    new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
  );
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  /** The moment in the address. */
  readonly hash?: string;
}

/** A page with a report, ready to be used. What its script throws fails whoever closes it. */
export class ReportPage implements AsyncDisposable {
  readonly errors: string[] = [];
  /** Addresses that were asked for, the file's own left out. */
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on("pageerror", ({ message }) => this.errors.push(message));
    page.on("request", (request) => {
      if (!/^(file|blob):/.test(request.url())) this.requests.push(request.url());
    });
  }

  /** Opens a file; waits for the ladder, unless the file is damaged. */
  static async open(browser: Browser, file: string, look: Look = {}, ready = ".ladder"): Promise<ReportPage> {
    const { width = 1440, height = 900, scheme = "light", hash = "" } = look;
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
    page.setDefaultTimeout(PATIENCE);
    const opened = new ReportPage(page);
    const address = new URL("file:///");
    address.pathname = file;
    address.hash = hash;
    await page.goto(address.href);
    await page.locator(ready).first().waitFor();
    return opened;
  }

  /** The event that is selected, as the page shows it. */
  async moment(): Promise<string> {
    return (await this.page.locator(".bar .coordinate, .dock .code").first().textContent() ?? "").trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    if (this.errors.length > 0) throw new Error(`the page has thrown: ${this.errors.join("; ")}`);
    if (this.requests.length > 0) throw new Error(`the page has asked for ${this.requests.join(", ")}`);
  }
}

/** Runs the command in a process of its own, which must end with a code; the page is built before it. */
export function command(code: number, ...args: string[]): void {
  buildPage();
  const ended = hbasim(...args);
  if (ended.code !== code) {
    throw new Error(`hbasim ${args.join(" ")}: ${ended.code}, expected ${code}: ${ended.stderr}`);
  }
}

/** A report that is made here, without a process: faster than the command, and the same file. */
export function writeReport(file: string, source: string, revealsKeys = false): RunContent {
  buildPage();
  const subject: Subject = { scenario: { file: "run.yaml", source } };
  const { content, outcome } = watchRun(subject);
  const command = "hbasim run --quiet --bundle run.bundle run.yaml; hbasim replay --quiet --to MOMENT run.bundle";
  Deno.writeTextFileSync(file, reportPage({ content, bundle: bundleOf(subject, outcome), revealsKeys, command }));
  return content;
}
