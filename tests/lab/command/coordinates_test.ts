/** One name for an event in all that is written of a run: a hundred events drawn at random are found by it everywhere. */

import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { chosenEvents } from "../../../sim/lab/command/trace_filter.ts";
import { formatCoordinate, parseCoordinate } from "../../../sim/trace/coordinate.ts";
import { explain } from "../../../sim/trace/explain/explain.ts";
import { TraceGraph } from "../../../sim/trace/explain/trace_graph.ts";
import { decodeTrace } from "../../../sim/trace/trace_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

const SCENARIO = "scenarios/wrong_key_at_target.yaml";
const DRAWN = 100;

/** A coordinate in a text, and no longer one that begins with it. */
const finder = (text: string) => {
  const all = new Set(text.match(/c\d+\.s\d+/g));
  return (at: string) => all.has(at);
};

Deno.test("100 random events: each export has the coordinate, and the commands take it", () => {
  using folder = temporaryFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  assertEquals(hbasim("run", "--quiet", "--trace", path("cbor"), "--pcap", path("pcapng"), SCENARIO).code, 0);
  const trace = decodeTrace(Deno.readFileSync(path("cbor")));
  const { events } = trace;
  const random = new RandomStreams("coordinates").stream("events");
  const drawn = Array.from({ length: DRAWN }, () => events[random.below(events.length)]).filter((each) =>
    each !== undefined
  );
  assert(drawn.length === DRAWN && new Set(drawn).size > DRAWN / 2);

  const files = ["--vcd", path("vcd"), "--perfetto", path("pftrace"), "--sqlite", path("db")];
  assertEquals(hbasim("trace", path("cbor"), ...files).code, 0);
  const bytes = (name: string) => new TextDecoder("latin1").decode(Deno.readFileSync(path(name)));
  const database = new DatabaseSync(path("db"), { readOnly: true });
  const query = database.prepare("SELECT count(*) AS found FROM event WHERE at = ?");
  const exports: Readonly<Record<string, (at: string) => boolean>> = {
    vcd: finder(bytes("vcd")),
    perfetto: finder(bytes("pftrace")),
    sqlite: (at) => query.get(at)?.["found"] === 1,
    json: finder(hbasim("trace", path("cbor"), "--json").stdout),
    ladder: finder(hbasim("trace", path("cbor"), "--coordinates").stdout),
  };
  const graph = new TraceGraph(trace);
  // A capture has what goes over the wire, through a mailbox or WMI.
  const isCaptured = finder(bytes("pcapng"));
  let captured = 0;
  for (const event of drawn) {
    const at = formatCoordinate(event);
    for (const [name, has] of Object.entries(exports)) {
      // Flash and keys have no line in the ladder.
      if (name === "ladder" && (event.kind === "candidate" || event.kind === "flash")) continue;
      assert(has(at), `${at} is not in ${name}`);
    }
    assertEquals(parseCoordinate(at), { cycle: event.cycle, sequence: event.sequence });
    assertEquals(chosenEvents(trace, { from: at, to: at }), [event]);
    assertEquals(chosenEvents(trace, { cause: at }).at(-1), event);
    assert(explain(graph, event).chain.length > 0);
    const { kind, component, fields } = event;
    if (kind !== "call" || component !== "wmi" || fields["to"] !== "port driver") continue;
    captured++;
    assert(isCaptured(at), `${at} is not in the capture`);
  }
  assert(captured > 0);
  // What is not there is not found.
  for (const [name, has] of Object.entries(exports)) assert(!has("c1.s999999"), name);
  database.close();
});
