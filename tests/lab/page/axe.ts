/** What axe-core finds wrong with a page. */

import type { Page } from "playwright-core";

const SCRIPT = new URL(import.meta.resolve("axe-core")).pathname.replace(/axe\.js$/, "axe.min.js");

/** Rules that are broken, each with the elements that break it. */
export async function auditOf(page: Page): Promise<readonly string[]> {
  if (await page.evaluate(() => !("axe" in globalThis))) await page.evaluate(Deno.readTextFileSync(SCRIPT));
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as Axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(" | ")}`
    );
  });
}

/** What is used of the library in the page. */
interface Axe {
  readonly axe: {
    run(options: { readonly runOnly: readonly string[] }): Promise<{
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    }>;
  };
}
