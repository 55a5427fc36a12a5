/**
 * The page of a report: reads the run that is in the document, and shows it.
 *
 * @module
 */

import { render } from "preact";
import { App } from "./app.tsx";
import { loadReport, messageOf } from "./report_source.ts";
import { Run } from "./run.ts";

const page = document.getElementById("page");
try {
  const report = await loadReport(document);
  const run = new Run(report.content);
  if (page !== null) {
    page.textContent = "";
    render(<App report={report} run={run} />, page);
  }
} catch (error) {
  // What was in the file as text stays.
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.textContent = messageOf(error);
  page?.prepend(problem);
  document.getElementById("reading")?.remove();
}
