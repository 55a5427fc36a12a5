/** The commands that look into trace files: which events they choose, and where two runs part. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { noteEvent } from "../../../sim/trace/events.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";
import { encodePerfetto } from "../../../sim/trace/perfetto.ts";
import { decodeTrace, encodeTrace } from "../../../sim/trace/trace_file.ts";
import { renderGtkwaveSave, renderVcd } from "../../../sim/trace/vcd.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

const SCENARIO = "scenarios/aggressive_mode_fqdn.yaml";

Deno.test("hbasim trace prints the events that are asked for, and all of them as the ladder that run prints", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  const ran = hbasim("run", "--trace", file, SCENARIO);
  const { events } = decodeTrace(Deno.readFileSync(file));
  const lines = (...args: string[]) => hbasim("trace", file, ...args).stdout.trimEnd().split("\n");
  // How deep a line stands is told by what led to it, which a step of `run` knows from its own beginning on.
  const flat = (line: string) => line.replace(/ +/g, " ");
  const ladder = ran.stdout.split("\n").filter((line) => /^ *\d+ +\d+\.\d{6} ms /.test(line));
  assertEquals(lines().map(flat), ladder.map(flat));
  const packets = lines("--kind", "packet");
  assert(packets.length > 5 && packets.every((line) => / \.\. /.test(line)), packets[0]);
  assertEquals(packets.length, events.filter(({ kind }) => kind === "packet").length);
  const json = lines("--json").map((line) => JSON.parse(line));
  assertEquals(json.map(({ at, component, kind, cause = -1, fields }) => ({ at, component, kind, cause, fields })), [
    ...events.map(({ cycle, sequence, component, kind, cause, fields }) => ({
      at: `c${cycle}.s${sequence}`,
      component,
      kind,
      cause,
      fields,
    })),
  ]);
  // A chain of causes goes back to an event that nothing has led to, and each of it is the cause of the next.
  const last = json.findLast(({ kind }) => kind === "packet").at;
  const chain = lines("--cause", last, "--json").map((line) => JSON.parse(line));
  assert(chain.length > 5);
  assertEquals(chain[0].cause, undefined);
  chain.slice(1).forEach(({ cause }, index) => assertEquals(`s${cause}`, chain[index].at.split(".")[1]));
  // From one event to another, both included.
  const [from, to] = [json[10].at, json[20].at];
  assertEquals(lines("--from", from, "--to", to, "--json").length, 11);
  assertEquals(lines("--from", String(json[10].cycle), "--json").map((line) => JSON.parse(line).at)[0], json[10].at);
});

Deno.test("hbasim trace refuses what the trace does not have, with the nearest name", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--component", "hba1"], /the trace has none of it; did you mean "hba0"\?/],
    [["--kind", "paket"], /did you mean "packet"\?/],
    [["--cause", "12"], /expected an event such as c130247966\.s256/],
    [["--cause", "c1.s0"], /the trace has no such event/],
    [["--from", "c0.s99999"], /the trace has no such event/],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = hbasim("trace", file, ...args);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
  assertEquals(hbasim("trace").code, 2);
  assertEquals(hbasim("trace", SCENARIO).code, 2);
});

Deno.test("hbasim trace writes files for other programs of the events that are chosen, and no key is in them", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const [vcd, gtkwave, perfetto] = ["vcd", "gtkw", "pftrace"].map((end) => `${folder.path}/run.${end}`) as [
    string,
    string,
    string,
  ];
  const { code, stdout, stderr } = hbasim(
    ...["trace", file, "--kind", "packet", "--vcd", vcd, "--gtkwave", gtkwave, "--perfetto", perfetto],
  );
  assertEquals([code, stdout, stderr], [0, "", ""]);
  const { events, frequencyHz } = decodeTrace(Deno.readFileSync(file));
  const packets = events.filter(({ kind }) => kind === "packet");
  assertEquals(Deno.readTextFileSync(vcd), [...renderVcd(packets, frequencyHz), ""].join("\n"));
  assertEquals(Deno.readTextFileSync(gtkwave), [...renderGtkwaveSave(packets), ""].join("\n"));
  assertEquals(Deno.readFileSync(perfetto), encodePerfetto(packets, frequencyHz));
  assertEquals(hbasim("trace", file, "--vcd", vcd, "--perfetto", perfetto).code, 0);
  const key = "a key for a name";
  assertStringIncludes(Deno.readTextFileSync(SCENARIO), key);
  const texts = [Deno.readTextFileSync(vcd).replaceAll("\\040", " "), Deno.readTextFileSync(perfetto)];
  for (const text of texts) assert(text.includes("SetPresharedKeyForId") && !text.includes(key));
});

Deno.test("hbasim trace says beside the result that it has found nothing, and which word may be mistyped", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const none = (filter: string) => `hbasim: --filter ${JSON.stringify(filter)}: no event of the trace is meant`;
  const cases: readonly (readonly [args: readonly string[], told: string])[] = [
    [["--filter", "setKey nto before flash"], `${none("setKey nto before flash")}; "nto": did you mean not?\n`],
    [
      ["--filter", "packet and beofre xyzzy"],
      `${
        none("packet and beofre xyzzy")
      }; nothing in it has "beofre", did you mean before?; nothing in it has "xyzzy"\n`,
    ],
    [["--filter", "kind:flash kind:packet"], `${none("kind:flash kind:packet")}\n`],
    [
      ["--filter", "xyzzy before flash within 1s"],
      `${none("xyzzy before flash within 1s")}; nothing in it has "xyzzy"\n`,
    ],
    [
      ["--kind", "flash", "--component", "application"],
      "hbasim: no event of the trace is among those that are meant\n",
    ],
    [["--filter", "packet"], ""],
    [["--kind", "state", "--level", "messages"], ""],
  ];
  for (const choice of [["--kind", "packet"], ["--filter", "kind:packet"]]) {
    const { code, stdout, stderr } = hbasim("trace", file, "--level", "calls", ...choice);
    assertEquals([code, stdout], [0, ""]);
    assertMatch(stderr, /^hbasim: --level calls shows none of the \d+ events that are meant: they are packet\n$/);
  }
  for (const [args, told] of cases) {
    const { code, stdout, stderr } = hbasim("trace", file, ...args);
    assertEquals([code, stderr, stdout === ""], [0, told, told !== ""], args.join(" "));
  }
});

Deno.test("hbasim trace refuses to write over its input, two files in one, and to print beside", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const before = Deno.readFileSync(file);
  const out = `${folder.path}/out`;
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--vcd", file], /--vcd ".*" is ".*", which is read/],
    [["--vcd", out, "--perfetto", out], /--perfetto ".*" is the file of --vcd/],
    [["--json", "--vcd", out], /--vcd does not go with --json/],
    [["--json", "--coordinates"], /--coordinates does not go with --json/],
    [["--from", "10", "--to", "5"], /--from "10" --to "5" ends before it begins; expected the earlier first/],
    [["--from", "c126301127.s9", "--to", "5"], /--from "c126301127\.s9"/],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = hbasim("trace", file, ...args);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
  assertEquals(Deno.readFileSync(file), before);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["run.cbor"]);
});

Deno.test("hbasim diff tells the first event in which two runs part, and nothing of two that are the same", () => {
  using folder = temporaryFolder();
  const [a, b, c] = ["a", "b", "c"].map((name) => `${folder.path}/${name}.cbor`) as [string, string, string];
  hbasim("run", "--quiet", "--trace", a, SCENARIO);
  hbasim("run", "--quiet", "--trace", b, SCENARIO);
  hbasim("run", "--quiet", "--trace", c, "--seed", "another", SCENARIO);
  const same = hbasim("diff", a, b);
  assertEquals(same.code, 0, same.stdout);
  assertMatch(same.stdout, /^the same \d+ events\n$/);
  const { code, stdout } = hbasim("diff", a, c);
  assertEquals(code, 1);
  const [first, second] = [a, c].map((file) => decodeTrace(Deno.readFileSync(file)).events);
  const parted = first?.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(second?.[index])) ?? -1;
  assert(parted > 0);
  assertStringIncludes(stdout, `the same ${parted} events, then they differ in `);
  assertStringIncludes(stdout, `\n< c${first?.[parted]?.cycle}.s${parted} `);
  assertStringIncludes(stdout, `\n> c${second?.[parted]?.cycle}.s${parted} `);
  const told = JSON.parse(hbasim("diff", "--json", a, c).stdout).parted;
  for (const [of, events] of [["first", first], ["second", second]] as const) {
    const { at, ...event } = told[of];
    assertEquals([at, event], [`c${events?.[parted]?.cycle}.s${parted}`, JSON.parse(JSON.stringify(events?.[parted]))]);
    assertStringIncludes(hbasim("trace", of === "first" ? a : c, "--coordinates").stdout, `${at} `);
  }
});

Deno.test("hbasim diff compares events by their numbers: of a ring those that it has kept", () => {
  using folder = temporaryFolder();
  const [whole, kept, other, early] = ["whole", "kept", "other", "early"].map((name) =>
    `${folder.path}/${name}.cbor`
  ) as [string, string, string, string];
  hbasim("run", "--quiet", "--trace", whole, SCENARIO);
  hbasim("run", "--quiet", "--ring", "50", "--trace", kept, SCENARIO);
  hbasim("run", "--quiet", "--ring", "50", "--seed", "another", "--trace", other, SCENARIO);
  const { events, frequencyHz } = decodeTrace(Deno.readFileSync(kept));
  const first = events[0]?.sequence ?? 0;
  assert(first > 0);
  for (const files of [[whole, kept], [kept, whole]] as const) {
    const { code, stdout } = hbasim("diff", ...files);
    assertEquals(stdout, `the same ${events.length} events from event ${first} on, which both have kept\n`);
    assertEquals(code, 0);
  }
  assertEquals(JSON.parse(hbasim("diff", "--json", whole, kept).stdout), { same: events.length, from: first });
  assertEquals(hbasim("diff", whole, other).code, 1);
  // What was recorded before the ring begins has nothing in common with it.
  const recorder = new Recorder(new Kernel(frequencyHz));
  Deno.writeFileSync(early, encodeTrace(recorder, frequencyHz));
  recorder.record(recorder.component("hba0"), noteEvent, { text: "alone" });
  Deno.writeFileSync(early, encodeTrace(recorder, frequencyHz));
  assertMatch(
    hbasim("diff", early, kept).stderr,
    /one trace ends with event 0, the other begins with event \d+: expected/,
  );
});

Deno.test("hbasim run --stream writes all events of a run that keeps a few, as --trace does of one that keeps all", () => {
  using folder = temporaryFolder();
  const [whole, stream, kept] = ["whole", "stream", "kept"].map((name) => `${folder.path}/${name}.cbor`) as [
    string,
    string,
    string,
  ];
  assertEquals(hbasim("run", "--quiet", "--trace", whole, SCENARIO).code, 0);
  const { code, stderr } = hbasim("run", "--quiet", "--ring", "40", "--stream", stream, "--trace", kept, SCENARIO);
  assertEquals([code, stderr], [0, ""]);
  const [all, streamed, last] = [whole, stream, kept].map((file) => decodeTrace(Deno.readFileSync(file)));
  assertEquals(streamed, all);
  assert((last?.events.length ?? 0) <= 50 && (all?.events.length ?? 0) > 200);
  assertEquals(last?.events, all?.events.slice(-(last?.events.length ?? 0)));
  assertMatch(hbasim("run", "--stream", stream, SCENARIO).stderr, /--stream goes with --ring/);
});

Deno.test("hbasim trace --level all shows flash reads, and without it says how many it leaves out", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const { events } = decodeTrace(Deno.readFileSync(file));
  const flash = events.filter(({ kind }) => kind === "flash");
  const reads = flash.filter(({ fields }) => fields["operation"] === "read");
  assert(reads.length > 1);
  const count = (text: string) => text.split("\n").filter((line) => / ## /.test(line)).length;
  const whole = hbasim("trace", file, "--level", "all", "--kind", "flash", "--coordinates");
  assertEquals([count(whole.stdout), whole.stderr], [flash.length, ""]);
  const [first] = reads;
  const at = `c${first?.cycle}.s${first?.sequence}`;
  const one = hbasim("trace", file, "--level", "all", "--coordinates", "--from", at, "--to", at).stdout;
  assertMatch(one, new RegExp(`^${at} +\\d+ .* ## read at \\d+, \\d+ bytes\\n$`));
  const usual = hbasim("trace", file);
  assertEquals(count(usual.stdout), flash.length - reads.length);
  assertEquals(usual.stderr, `hbasim: ${reads.length} flash reads are not shown; --level all shows them\n`);
  assertEquals(hbasim("trace", file, "--level", "messages").stderr, "");
});

Deno.test("hbasim diff - - says that standard input can be read once", () => {
  const { code, stderr } = hbasim("diff", "-", "-");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "standard input can be read once; expected one of the two as a file");
});
