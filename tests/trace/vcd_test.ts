/** The Value Change Dump, read by GTKWave's own converters: into its format and back. */

import { assert, assertEquals } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { formatCoordinate } from "../../sim/trace/coordinate.ts";
import { noteEvent, stateEvent } from "../../sim/trace/events.ts";
import { Recorder, type TraceEvent } from "../../sim/trace/recorder.ts";
import { renderGtkwaveSave, renderVcd } from "../../sim/trace/vcd.ts";
import { isMissing } from "../support/peers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { shippedTrace } from "./shipped_trace.ts";

const ignore = isMissing("vcd2fst", "no vcd2fst on this machine to read the dump (apt-get install gtkwave)");

/** A change of a variable, as a reader of the dump sees it. */
interface Change {
  readonly nanoseconds: bigint;
  readonly variable: string;
  readonly value: string;
}

/** What GTKWave's reader made of a dump, in the form that its writer gives it; `undefined` if it refuses. */
function throughGtkwave(dump: string): string | undefined {
  using folder = temporaryFolder();
  const [vcd, fst] = [`${folder.path}/run.vcd`, `${folder.path}/run.fst`];
  Deno.writeTextFileSync(vcd, dump);
  const { success } = new Deno.Command("vcd2fst", { args: ["-v", vcd, "-f", fst], stdout: "null", stderr: "null" })
    .outputSync();
  if (!success) return undefined;
  return new TextDecoder().decode(new Deno.Command("fst2vcd", { args: [fst] }).outputSync().stdout);
}

function changesIn(dump: string): Change[] {
  const names = new Map<string, string>();
  const changes: Change[] = [];
  let scope = "";
  let nanoseconds = 0n;
  for (const line of dump.split("\n")) {
    const [first = "", second = "", third = "", identifier = "", name = ""] = line.split(" ");
    if (first === "$scope") scope = third;
    if (first === "$var") names.set(identifier, `${scope}.${name}`);
    if (first.startsWith("#")) nanoseconds = BigInt(first.slice(1));
    if (/^[sb]/.test(first)) changes.push({ nanoseconds, variable: names.get(second) ?? "", value: unescaped(first) });
  }
  return changes;
}

/** A value without its mark: as a number, or with the escapes of the C language undone. */
function unescaped(text: string): string {
  if (text.startsWith("b")) return String(parseInt(text.slice(1), 2));
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };
  const bytes = text.slice(1).replace(
    /\\(?:([0-7]{3})|(.))/g,
    (_, octal, letter) => octal === undefined ? named[letter] ?? letter : String.fromCharCode(parseInt(octal, 8)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}

const text = (lines: Iterable<string>) => [...lines].join("\n") + "\n";

Deno.test({ name: "vcd2fst takes the dump, and each event's coordinate is there at its time", ignore }, () => {
  const { events, frequencyHz } = shippedTrace("aggressive_mode_fqdn.yaml");
  const back = throughGtkwave(text(renderVcd(events, frequencyHz)));
  assert(back !== undefined);
  const found = changesIn(back).filter(({ variable, value }) => variable.endsWith(".at") && value !== "")
    .flatMap(({ nanoseconds, variable, value }) =>
      value.split("; ").map((at) => `${nanoseconds} ${variable.split(".")[0]} ${at}`)
    );
  const expected = events.map((event) => {
    const nanoseconds = BigInt(event.cycle) * 1_000_000_000n / BigInt(frequencyHz);
    return `${nanoseconds} ${event.component.replaceAll(" ", "_")} ${formatCoordinate(event)}`;
  });
  assertEquals(found.toSorted(), expected.toSorted());
});

Deno.test({ name: "states and open calls are waveforms, and no call stays open", ignore }, () => {
  const { events, frequencyHz } = shippedTrace("key_survives_power_cycle.yaml");
  const changes = changesIn(throughGtkwave(text(renderVcd(events, frequencyHz))) ?? "");
  const states = events.filter(({ kind }) => kind === "state");
  const last = (variable: string) => changes.findLast((change) => change.variable === variable)?.value;
  assert(states.length > 3);
  for (const component of new Set(states.map((event) => event.component))) {
    const state = states.findLast((event) => event.component === component)?.fields["state"];
    assertEquals(last(`${component.replaceAll(" ", "_")}.state`), state);
  }
  const calls = changes.filter(({ variable }) => variable === "wmi.calls");
  assert(calls.some(({ value }) => value === "1"));
  assertEquals(calls.at(-1)?.value, "0");
});

Deno.test({ name: "any text comes back as it was, and names that look alike stay apart", ignore }, () => {
  const words = ["a b", "a\\b\\n", "\x07\x1b[31m", "ü\u{1F511}", "$end", "\u2028"];
  const { events } = recorded((recorder) => {
    for (const word of words) recorder.record(recorder.component("a b"), stateEvent, { state: word, detail: "" });
    recorder.record(recorder.component("a_b"), noteEvent, { text: "other" });
  });
  const changes = changesIn(throughGtkwave(text(renderVcd(events, 1_000_000_000))) ?? "");
  const values = (name: string) => changes.filter(({ variable }) => variable === name).map(({ value }) => value);
  assertEquals(values("a_b.state").filter((value) => value !== ""), words);
  assertEquals(values("a_b_.event").filter((value) => value !== ""), ["-- other"]);
});

Deno.test({ name: "the save file names each variable of the dump, and nothing else", ignore }, () => {
  const { events, frequencyHz } = shippedTrace("aggressive_mode_fqdn.yaml");
  const variables = new Set(
    changesIn(throughGtkwave(text(renderVcd(events, frequencyHz))) ?? "").map((change) => change.variable),
  );
  const named = [...renderGtkwaveSave(events)].filter((line) => !/^[@-]/.test(line));
  assertEquals(named.toSorted(), [...variables].toSorted());
});

Deno.test({ name: "more variables than one letter can name", ignore }, () => {
  const { events } = recorded((recorder) => {
    for (let index = 0; index < 40; index++) {
      recorder.record(recorder.component(`c${index}`), noteEvent, { text: String(index) });
    }
  });
  const changes = changesIn(throughGtkwave(text(renderVcd(events, 1_000_000_000))) ?? "");
  for (let index = 0; index < 40; index++) {
    const found = changes.findLast(({ variable }) => variable === `c${index}.event`)?.value;
    assertEquals(found, `-- ${index}`);
  }
});

Deno.test({ name: "the reader does look: a change of a variable that is not there is not taken", ignore }, () => {
  const { events, frequencyHz } = shippedTrace("aggressive_mode_fqdn.yaml");
  const lines = [...renderVcd(events.slice(0, 5), frequencyHz)].filter((line) => !line.startsWith("$var"));
  assertEquals(changesIn(throughGtkwave(text(lines)) ?? ""), []);
});

/** The events that something records, each a cycle later. */
function recorded(record: (recorder: Recorder) => void): { readonly events: readonly TraceEvent[] } {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  record(recorder);
  return { events: [...recorder.events()].map((event) => ({ ...event, cycle: event.sequence })) };
}
