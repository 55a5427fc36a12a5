/** A trace as a database of SQLite: nothing is lost, and the queries of the README answer. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { StagesProgress } from "../../../sim/lab/command/progress.ts";
import { fillDatabase } from "../../../sim/lab/command/sqlite_export.ts";
import { writeExports } from "../../../sim/lab/command/trace_exports.ts";
import { WatchedWork } from "../../../sim/lab/command/watched_work.ts";
import { isGood } from "../../../sim/trace/explain/status.ts";
import { formatCoordinate } from "../../../sim/trace/coordinate.ts";
import type { TraceEvent } from "../../../sim/trace/recorder.ts";
import { decodeTrace } from "../../../sim/trace/trace_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { shippedTrace } from "../../trace/shipped_trace.ts";
import { hbasim } from "./command_line.ts";

const README = new URL("../../../README.md", import.meta.url);

/** What queries answer of events in a database. */
function ask(events: readonly TraceEvent[], frequencyHz: number, ...queries: string[]): Record<string, unknown>[][] {
  using folder = temporaryFolder();
  const path = `${folder.path}/run.db`;
  for (const _ of fillDatabase(path, events, frequencyHz));
  const database = new DatabaseSync(path, { readOnly: true });
  const answers = queries.map((query) => database.prepare(query).all().map((row) => ({ ...row })));
  database.close();
  return answers;
}

Deno.test("every event is in the table of its kind and in the view, with its coordinate", () => {
  const { events, frequencyHz } = shippedTrace("aggressive_mode_fqdn.yaml");
  const kinds = [...new Set(events.map(({ kind }) => kind))];
  assert(kinds.length >= 6);
  const queries = ["SELECT * FROM event ORDER BY sequence", ...kinds.map((kind) => `SELECT * FROM "${kind}"`)];
  const [all, ...tables] = ask(events, frequencyHz, ...queries);
  const common = (event: TraceEvent) => ({
    sequence: event.sequence,
    at: formatCoordinate(event),
    cycle: event.cycle,
    nanoseconds: Number(BigInt(event.cycle) * 1_000_000_000n / BigInt(frequencyHz)),
    component: event.component,
    cause: event.cause < 0 ? null : event.cause,
    because: event.because < 0 ? null : event.because,
  });
  assertEquals(all, events.map((event) => ({ ...common(event), kind: event.kind })));
  tables.forEach((rows, index) =>
    assertEquals(
      rows,
      events.filter(({ kind }) => kind === kinds[index]).map((event) => ({ ...common(event), ...event.fields })),
    )
  );
});

Deno.test("the queries of the README answer what the trace says", () => {
  const { events, frequencyHz } = shippedTrace("key_survives_power_cycle.yaml");
  const queries = [...Deno.readTextFileSync(README).matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, query = ""]) => query);
  assertEquals(queries.length, 3);
  const [flash, failed, chain] = ask(events, frequencyHz, ...queries);
  const within = events.filter(({ kind, cycle }) =>
    kind === "flash" && cycle * 4 >= 525_000_000 && cycle * 4 <= 527_000_000
  );
  assert(within.length > 0);
  assertEquals(
    flash,
    [...Map.groupBy(within, ({ fields }) => String(fields["operation"]))].map(([operation, own]) => ({
      operation,
      times: own.length,
      bytes: own.reduce((sum, { fields }) => sum + Number(fields["lengthBytes"]), 0),
    })).toSorted((a, b) => a.operation < b.operation ? -1 : 1),
  );
  assertEquals(
    failed?.map(({ at }) => at),
    events.filter((event) => event.kind === "return" && !isGood(event)).map(formatCoordinate),
  );
  // That the store has committed is its success, and that the service does not run is none.
  assertEquals(failed?.filter(({ status }) => status === "committed"), []);
  const led: TraceEvent[] = [];
  let event = events.find(({ kind, fields }) => kind === "flash" && fields["operation"] === "program");
  for (; event !== undefined; event = events[event.cause]) led.unshift(event);
  assert(led.length > 3);
  assertEquals(chain?.map(({ at }) => at), led.map(formatCoordinate));
});

Deno.test("kinds and fields of any name have tables and columns of their own", () => {
  const event = (sequence: number, kind: string, fields: TraceEvent["fields"]): TraceEvent => ({
    ...{ sequence, cycle: Number.MAX_SAFE_INTEGER, component: "c'd", kind, cause: -1, because: -1, fields },
  });
  const events = [
    event(0, `it's "odd"`, { At: "a", at: "b", to: 2 ** 53 - 1 }),
    event(1, "Event", { component: "x" }),
    event(2, "EVENT", {}),
  ];
  const [odd, first, second, kinds] = ask(
    events,
    1_000_000_000,
    'SELECT at_, at__, "to", cycle, component FROM "it\'s ""odd"""',
    "SELECT component_ FROM Event_",
    "SELECT sequence FROM EVENT__",
    "SELECT kind FROM event ORDER BY sequence",
  );
  assertEquals(odd, [{ At_: "a", at__: "b", to: 2 ** 53 - 1, cycle: 2 ** 53 - 1, component: "c'd" }]);
  assertEquals(first, [{ component_: "x" }]);
  assertEquals(second, [{ sequence: 2 }]);
  assertEquals(kinds?.map(({ kind }) => kind), events.map(({ kind }) => kind));
  assertThrows(() => ask([event(0, "sqlite_x", {})], 1, ""), Error, "--sqlite: SQLite refuses: ");
});

Deno.test("a runtime without node:sqlite is told so in a sentence, before anything is written", async () => {
  using folder = temporaryFolder();
  const { getBuiltinModule } = process;
  process.getBuiltinModule = () => undefined;
  try {
    const files = { vcd: `${folder.path}/vcd`, sqlite: `${folder.path}/db` };
    const watch = new WatchedWork(new AbortController().signal, new StagesProgress(true));
    const refusal = await writeExports([], 1, files, "run.cbor", watch).catch((error: unknown) => error);
    assert(refusal instanceof InputError);
    assertEquals(
      refusal.message,
      "--sqlite: no node:sqlite in this runtime; expected Deno, or Node.js 22.13 or newer",
    );
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("hbasim trace --sqlite writes the file whole, replaces the one before, and refuses what is no file", () => {
  using folder = temporaryFolder();
  const [trace, file] = [`${folder.path}/run.cbor`, `${folder.path}/run.db`];
  hbasim("run", "--quiet", "--trace", trace, "scenarios/aggressive_mode_fqdn.yaml");
  Deno.writeTextFileSync(file, "before");
  assertEquals(hbasim("trace", trace, "--kind", "packet", "--sqlite", file), { code: 0, stdout: "", stderr: "" });
  const { events } = decodeTrace(Deno.readFileSync(trace));
  const database = new DatabaseSync(file, { readOnly: true });
  assertEquals({ ...database.prepare("SELECT count(*) AS packets FROM event").get() }, {
    packets: events.filter(({ kind }) => kind === "packet").length,
  });
  database.close();
  assert(!new TextDecoder("latin1").decode(Deno.readFileSync(file)).includes("a key for a name"));
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted(), ["run.cbor", "run.db"]);
  const refused = hbasim("trace", trace, "--sqlite", "-");
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /--sqlite "-" is no file; expected one/);
});
