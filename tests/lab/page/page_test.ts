/**
 * The page of a report in Chromium, from a file, with name resolution off. Beside what must be there stands what must
 * not: a damaged file, an address of another run, a scenario that is another.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Session } from "../../../sim/lab/explore/session/session.ts";
import { findingOf } from "../../../sim/lab/explore/search/finding.ts";
import { bundleOf, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { runTrial } from "../../../sim/lab/explore/search/trial.ts";
import { shrink } from "../../../sim/lab/explore/shrink/shrink.ts";
import { readStory } from "../../../sim/lab/explore/workload/story.ts";
import { History } from "../../../sim/lab/page/content/history.ts";
import type { CoreAnswer, CoreRequest } from "../../../sim/lab/page/core/requests.ts";
import type { RunAgain } from "../../../sim/lab/page/content/run_again.ts";
import { filteredEvents, readFilter } from "../../../sim/trace/event_filter.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { auditOf } from "./axe.ts";
import { drawn, ReportPage, testInBrowser, writeReport } from "./browser.ts";
import { FAILED_LINE, KEYS, numbers, POWER_CUT } from "./scenarios.ts";

/** What the page has in common with what the tests put into it: the core of the file, driven by its messages. */
interface CoreInPage {
  ask(request: CoreRequest): Promise<CoreAnswer>;
  again(): Promise<RunAgain>;
}

declare global {
  var coreInPage: CoreInPage;
}

/** Starts the core that is in the file, and the bundle beside it, as the page would. */
async function startCore(): Promise<void> {
  const inflated = (name: string) => {
    const packed = Uint8Array.from(
      atob(document.getElementById(name)?.textContent ?? ""),
      (each) => each.charCodeAt(0),
    );
    return new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  };
  const script = await new Response(inflated("part-core")).blob();
  const worker = new Worker(URL.createObjectURL(script));
  const head = JSON.parse(document.getElementById("report")?.textContent ?? "");
  globalThis.coreInPage = {
    ask: (request) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => {
          if (data.type === "answer") resolve(data.answer);
          if (data.type === "problem") reject(new Error(data.problem));
        };
        worker.postMessage(request);
      }),
    again: async () => ({
      missing: head.missing,
      sourceDigest: head.sourceDigest,
      bundle: new Uint8Array(await new Response(inflated("part-bundle")).arrayBuffer()),
    }),
  };
}

testInBrowser("the page of a report", async (t, browser) => {
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const { summary, history: written } = writeReport(at("report.html"), POWER_CUT);
  const history = new History(written);
  writeReport(at("secret.html"), POWER_CUT, true);
  const subject = { scenario: { file: "run.yaml", source: POWER_CUT } };
  const session = new Session(subject);
  const { recorder, kernel } = session.outcome.world;
  const events = [...recorder.events()];
  const open = (name = "report.html", look = {}, ready?: string) => ReportPage.open(browser, at(name), look, ready);

  await t.step("questions of a red build: why has the login failed, and which packet was it", async () => {
    await using report = await open();
    const { page } = report;
    assertStringIncludes(await page.title(), "FAIL: A power cut");
    // Nothing was clicked: the first failure is selected, and its reasons are there.
    assertStringIncludes(await page.locator(".failed").textContent() ?? "", "ISDSC_AUTHENTICATION_FAILURE");
    assertStringIncludes(await page.locator(".sentence").textContent() ?? "", "phase 1 failed");
    await page.locator(".reason", { hasText: "uses the explicit key" }).click();
    assertStringIncludes(await page.locator(".sentence").textContent() ?? "", "explicit: key");
    await page.locator(".packet-row").nth(10).click();
    assertStringIncludes(await page.locator(".fields").textContent() ?? "", "exchange main mode");
  });

  await t.step("questions of a firmware engineer: was the key on flash when power went", async () => {
    await using report = await open();
    const { page } = report;
    await page.locator(".item", { hasText: "torn" }).click();
    const row = page.locator(".key-table tr", { hasText: "192.0.2.10" }).first();
    assertStringIncludes(await row.textContent() ?? "", "no power");
    assertStringIncludes(await row.textContent() ?? "", "torn, 17 of");
    assertStringIncludes(await page.locator(".hex .torn").first().textContent() ?? "", " ");
    const before = await report.moment();
    await row.locator("[data-label='service store'] button").click();
    assert(await report.moment() !== before, "a place leads to the event that wrote it");
  });

  await t.step(
    "the core in the file comes to the command's digest, states, futures and smallest failure",
    async () => {
      await using report = await open("secret.html");
      const { page } = report;
      await page.evaluate(startCore);
      const opened = await page.evaluate(async () => {
        const { ask, again } = globalThis.coreInPage;
        const answer = await ask({ type: "open", again: await again(), given: undefined });
        return answer.type === "opened" ? answer.made.content.summary.digest : answer.type;
      });
      assertEquals(opened, session.outcome.digest);
      // That the command's history is what its own seeks come to, another test has shown.
      for (const sequence of numbers(200, events.length, 7)) {
        const cells = await page.evaluate(async (sequence) => {
          const answer = await globalThis.coreInPage.ask({ type: "seek", sequence });
          return answer.type === "seeked" ? answer.cells : [];
        }, sequence);
        assert(cells.length > 20);
        for (const [cell, value] of cells) assertEquals(value, history.at(cell, sequence), `${cell} at ${sequence}`);
      }
      for (const [index, sequence] of numbers(20, events.length, 3).entries()) {
        const digest = await page.evaluate(async ([sequence, salt]) => {
          const variation = { kind: "salt", sequence, salt: `${salt}` } as const;
          const answer = await globalThis.coreInPage.ask({ type: "vary", variation });
          return answer.type === "varied" ? answer.made.content.summary.digest : answer.type;
        }, [sequence, index] as const);
        assertEquals(
          digest,
          session.fork(session.momentOf(sequence), `${index}`).outcome.digest,
          `event ${sequence}`,
        );
      }
      const bundle = await page.evaluate(async () => {
        const answer = await globalThis.coreInPage.ask({ type: "shrink" });
        return answer.type === "shrunk" ? [...answer.made.bundle] : [];
      });
      const { signature = "" } = session.outcome;
      const small = shrink({ signature, story: readStory(POWER_CUT, "run.yaml"), tape: [] });
      assertEquals(Uint8Array.from(bundle), findingOf(0, small, (subject) => runTrial(subject)).bundle);
    },
  );

  await t.step("a run needs its scenario, and no other", async () => {
    await using report = await open();
    const { page } = report;
    const give = (content: string | Uint8Array) => {
      const file = { name: "given.yaml", mimeType: "text/yaml", buffer: Buffer.from(content) };
      return page.getByLabel("Scenario file or bundle").setInputFiles(file);
    };
    await give(POWER_CUT.replace("everyone", "nobody"));
    await page.getByText("is another scenario: its digest is").waitFor();
    await give(encodeBundle({ ...bundleOf(subject, session.outcome), product: "0.0.9" }));
    await page.getByText('it was made by hbasim "0.0.9"').waitFor();
    await give(POWER_CUT);
    await page.getByText(`The same run: ${events.length} events, digest ${summary.digest.slice(0, 16)}`).waitFor();
    await page.getByRole("button", { name: "Go here by execution" }).click();
    await page.getByText("cells of its state are as recorded").waitFor();
    await page.locator(".packet-row").first().click();
    await page.getByRole("button", { name: "Lose packet 1" }).click();
    await page.locator(".compare-bar").waitFor();
    assertStringIncludes(await page.locator(".compare-bar").textContent() ?? "", "equal up to s");
    assertEquals(await page.locator(".two-ladders .ladder").count(), 2);
    const text = await page.evaluate(() =>
      document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage })
    );
    for (const key of KEYS) assert(!text.includes(key), key);
    await page.locator(".compare-bar").getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Pull the plug here" }).click();
    await page.locator(".compare-bar").waitFor();
    // Of another run nothing is done as if it were the recorded one; its own bundle comes to its moments.
    await page.locator(".compare-bar .choice button").nth(1).click();
    await page.getByText("begins with the recorded run, and another one is shown").waitFor();
    assertEquals(await page.locator(".lab .actions").count(), 0);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save its bundle" }).click(),
    ]);
    const command = await page.locator(".command code").textContent();
    assertEquals(command, `hbasim replay --quiet --to ${await report.moment()} ${saved.suggestedFilename()}`);
    await page.getByRole("button", { name: "Show the recorded run" }).click();
    await page.locator(".lab .actions").waitFor();
    assertStringIncludes(await page.locator(".command code").textContent() ?? "", "hbasim run --quiet");
  });

  await t.step("a search finds what the command's filter finds", async () => {
    await using report = await open();
    const { page } = report;
    const seen = filteredEvents(events, kernel.frequencyHz, recorder.marks);
    for (
      const query of ["packet not again", "setKey before flash", "kind:packet and no kind:packet within 1s", "key 2"]
    ) {
      await page.getByRole("searchbox").fill(query);
      const expected = readFilter(query)(seen).reduce((sum, hit) => sum + hit, 0);
      assert(expected > 0, query);
      await page.locator("#found", { hasText: `${expected} of ${events.length}` }).waitFor();
    }
    await page.getByRole("searchbox").fill("packet and");
    await page.getByText('the filter "packet and" ends; expected a word').waitFor();
    await page.getByRole("searchbox").fill("packt");
    await page.locator("#found", { hasText: "no event" }).waitFor();
  });

  await t.step("all is reached with the keyboard", async () => {
    await using report = await open("report.html", { hash: "c0.s0" });
    const { page } = report;
    const press = async (key: string) => {
      await page.keyboard.press(key);
      await drawn(page);
      return await report.moment();
    };
    assertEquals(await report.moment(), "c0.s0");
    assertEquals(await press("ArrowDown"), "c0.s1");
    assertEquals(await press("ArrowLeft"), "c0.s0", "to its cause");
    const failure = await press("f");
    assertStringIncludes(await page.locator(".sentence").textContent() ?? "", "phase 1 failed");
    await press("Home");
    await press("p");
    assertStringIncludes(await page.locator(".sentence").textContent() ?? "", "main mode 1");
    await press("Home");
    await press("w");
    assertStringIncludes(await page.locator(".event .head").first().textContent() ?? "", "flash");
    await press("m");
    await press("End");
    assertEquals(
      await press("'"),
      events.filter(({ kind, fields }) => kind === "flash" && fields["operation"] !== "read").map((
        { cycle, sequence },
      ) => `c${cycle}.s${sequence}`)[0],
    );
    await press("3");
    assertStringIncludes(
      await page.locator(".ladder > .head").textContent() ?? "",
      `${events.length} of ${events.length} events`,
    );
    await press("/");
    await page.keyboard.type("phase 1 failed");
    await page.locator("#found", { hasText: " of " }).waitFor();
    assertEquals(await press("Enter"), failure);
    await press("Escape");
    await press("?");
    await page.getByRole("heading", { name: "Keyboard" }).waitFor();
    await press("Escape");
    const reached = new Set<string>();
    for (let count = 0; count < 120; count++) {
      await page.keyboard.press("Tab");
      reached.add(
        await page.evaluate(() => document.activeElement?.closest("section")?.getAttribute("aria-label") ?? ""),
      );
    }
    for (const panel of ["Verdicts", "Timeline", "Ladder", "Event", "Flash", "Keys", "Packets"]) {
      assert(reached.has(panel), `Tab never comes to ${panel}`);
    }
  });

  await t.step("nobody is shut out: axe finds nothing, and nothing sticks out of 320 to 1440 pixels", async () => {
    // Places are those of a width, colours those of a scheme: axe looks at each of them once.
    const looks = [[320, "light"], [768, "dark"], [1200, "light"], [1440, "dark"]] as const;
    for (const [width, scheme] of looks) {
      await using report = await open("report.html", { width, scheme });
      if (width === 320 || width === 1440) assertEquals(await auditOf(report.page), [], `${width} ${scheme}`);
      const beyond = await report.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(beyond <= 0, `${beyond} pixels beyond ${width}`);
    }
    await using control = await open();
    await control.page.evaluate(() => document.querySelector("h1")?.insertAdjacentHTML("afterend", "<img src=''>"));
    assert((await auditOf(control.page)).length > 0, "axe finds a picture without words");
    control.requests.length = 0;
  });

  await t.step("an address that does not decode, or is of another run, is said, and nothing is lost", async () => {
    const [first] = events;
    for (
      const [hash, said] of [
        ["c12x", "The address does not decode"],
        [`c${(first?.cycle ?? 0) + 5}.s0`, "is of another run: here event 0 is c0.s0"],
        ["c1.s99999", "names event 99999; this run has"],
      ] as const
    ) {
      await using report = await open("report.html", { hash });
      assertStringIncludes(await report.page.getByRole("alert").textContent() ?? "", said);
      assertEquals(await report.page.locator(".failed").count(), 1);
    }
  });

  await t.step("a damaged file shows what could be read, and says what is missing", async () => {
    const html = Deno.readTextFileSync(at("report.html"));
    const damaged = (part: string) =>
      html.replace(new RegExp(`(id="part-${part}">.{40})(.{8})`), (_, before: string) => `${before}AAAAAAAA`);
    assert(damaged("history") !== html);
    Deno.writeTextFileSync(at("history.html"), damaged("history"));
    Deno.writeTextFileSync(at("trace.html"), damaged("trace"));
    Deno.writeTextFileSync(at("later.html"), html.replace('"format":1', '"format":9'));
    {
      await using report = await open("history.html");
      const told = await report.page.getByRole("alert").textContent() ?? "";
      assertStringIncludes(told, 'The part "history" is damaged (its bytes are not those that were written)');
      assertEquals(await report.page.locator(".failed").count(), 1);
    }
    for (
      const [file, said] of [["trace.html", "The events cannot be read"], [
        "later.html",
        "of form 9; this page reads form 1",
      ]] as const
    ) {
      await using report = await open(file, {}, ".problem");
      assertStringIncludes(await report.page.getByRole("alert").textContent() ?? "", said);
      assertStringIncludes(
        await report.page.locator(".plain").textContent() ?? "",
        `line ${FAILED_LINE}`,
        "the verdicts stay",
      );
    }
  });

  await t.step("a file that was cut off says so, wherever that was", async () => {
    const html = Deno.readTextFileSync(at("report.html"));
    for (const share of [0.2, 0.6, 0.999]) {
      Deno.writeTextFileSync(at("cut.html"), html.slice(0, Math.floor(html.length * share)));
      await using report = await open("cut.html", {}, ".problem");
      const told = await report.page.getByRole("alert").allTextContents();
      assert(told.some((each) => each.includes("This file ends early")), `${share}: ${told.join("; ")}`);
      assert(!(await report.page.locator("body").innerText()).includes("Reading"));
    }
  });
});
