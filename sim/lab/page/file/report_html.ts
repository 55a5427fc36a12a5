/**
 * A report as one file of HTML: what came of the run as plain text first, for
 * whoever has no script; then the page, the run and the core as data.
 *
 * A part is bytes, deflated (RFC 1950, which has a checksum) and in base64. The
 * page's own script is the only one that may run, and nothing is fetched: the
 * policy in the head says so.
 *
 * @module
 */

import type { RunSummary } from "../content/run_content.ts";
import type { Missing } from "../content/run_again.ts";

/** The version of the form that is written here. */
export const REPORT_FORMAT = 1;

/** The parts of a file. */
export type PartName = "head" | "trace" | "history" | "packets" | "core" | "bundle";

/** What stands in the file in plain text, for the page. */
export interface ReportHead {
  readonly format: number;
  readonly summary: RunSummary;
  readonly missing: Missing;
  readonly sourceDigest: string;
  /** How the command line comes to a moment, which stands in the place of `MOMENT`. */
  readonly command: string;
  /** How many bytes each part has when it is inflated. */
  readonly parts: Readonly<Partial<Record<PartName, number>>>;
}

/** The page as it was built. */
export interface PageAssets {
  /** Its script, and the digest of that in base64 (SHA-256), for the policy. */
  readonly script: string;
  readonly scriptDigest: string;
  /** The digest of {@linkcode END_WATCH}. */
  readonly watchDigest: string;
  /** Its style, and the digest of that. */
  readonly style: string;
  readonly styleDigest: string;
}

/** What a file is made of. */
export interface ReportFile {
  readonly head: ReportHead;
  /** Each part in base64. */
  readonly parts: Readonly<Partial<Record<PartName, string>>>;
  readonly assets: PageAssets;
}

/** Comes behind the plain text, before all data, and says of one that was cut off that it is: what comes last in it then never runs. */
export const END_WATCH = `addEventListener("DOMContentLoaded",()=>{if(document.getElementById("end"))return;` +
  `const p=document.createElement("p");p.className="problem";p.setAttribute("role","alert");` +
  `p.textContent="This file ends early: it was cut off, and not all of the run is in it.";document.body.prepend(p);` +
  `document.getElementById("reading")?.remove()})`;

/** Writes the file. */
export function reportHtml({ head, parts, assets }: ReportFile): string {
  const { summary, missing } = head;
  const bad = summary.verdicts.filter(({ holds }) => !holds).length;
  const title = `${summary.holds ? "ok" : "FAIL"}: ${summary.name}`;
  const policy =
    `default-src 'none'; script-src 'sha256-${assets.scriptDigest}' 'sha256-${assets.watchDigest}' blob: 'wasm-unsafe-eval'; ` +
    `style-src 'sha256-${assets.styleDigest}'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  const secrecy = missing === "nothing"
    ? "This file holds the scenario with its keys (--reveal-keys): it is as secret as they are."
    : "Keys are in this file as fingerprints only.";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="hbasim ${escaped(summary.product)}"><meta name="description" content="${
    escaped(secrecy)
  }">
<title>${escaped(title)}</title><style>${assets.style}</style></head><body>
<div id="page"><main class="plain">
<p class="quiet">hbasim report</p><h1>${escaped(summary.name)}</h1>
<p class="${summary.holds ? "ok" : "bad"}">${resultText(summary, bad)}</p>
<p>${escaped(secrecy)}</p>
<ul>${summary.verdicts.map(verdictItem).join("\n")}</ul>
<p class="quiet">${escaped(summary.case === "" ? summary.file : `${summary.file}[${summary.case}]`)}, seed ${
    escaped(summary.seed)
  }, digest ${summary.digest.slice(0, 16)}, ${summary.events} events</p>
<p class="quiet" id="reading">Reading ${summary.events} events. Without JavaScript, this is all there is to see.</p>
</main></div>
<script>${END_WATCH}</script>
<script type="application/json" id="report">${json(head)}</script>
${
    Object.entries(parts).map(([name, text]) => `<script type="text/plain" id="part-${name}">${text}</script>`).join(
      "\n",
    )
  }
<script type="module">${assets.script}</script>
<i id="end" hidden></i></body></html>
`;
}

function resultText({ verdicts, holds }: RunSummary, bad: number): string {
  if (holds) return `all ${verdicts.length} hold`;
  return bad === 0 ? "nothing was judged" : `${bad} of ${verdicts.length} fail`;
}

function verdictItem({ line, step, expected, actual, holds }: RunSummary["verdicts"][number]): string {
  const place = line === 0 ? "" : `line ${line}, `;
  const found = holds ? "" : `, but found <strong class="bad">${escaped(actual)}</strong>`;
  return `<li>${holds ? "ok" : '<strong class="bad">FAIL</strong>'} ${place}${escaped(step)}: expected ${
    escaped(expected)
  }${found}</li>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML shows it: names and statuses come from scenarios and from the wire. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** JSON that ends no script. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}
