/** The second parent of events: who wrote what they have read, each held against what is known from elsewhere. */

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { traceDigest } from "../../sim/trace/digest.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import { explain } from "../../sim/trace/explain/explain.ts";
import { renderExplanation } from "../../sim/trace/explain/render_explanation.ts";
import { TraceGraph } from "../../sim/trace/explain/trace_graph.ts";
import { fingerprint } from "../../sim/trace/fingerprint.ts";
import { Recorder, type TraceEvent } from "../../sim/trace/recorder.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";
import { SHIPPED_SCENARIOS } from "../support/shipped_scenarios.ts";
import { shippedTrace } from "./shipped_trace.ts";

const key = (text: string) => fingerprint(new TextEncoder().encode(text));

function run(adapter: string, steps: string, keys = "any: a key"): readonly TraceEvent[] {
  const text = `
name: because
adapters: { hba0: { storage: ${adapter}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { ${keys} } } }
steps:
${steps}
`;
  const { world, holds, verdicts } = runScenarioText(text, "because.yaml");
  assert(holds, JSON.stringify(verdicts));
  return [...world.recorder.events()];
}

/** The event and all that led to it, the first cause first. */
function chainOf(events: readonly TraceEvent[], event: TraceEvent | undefined): readonly TraceEvent[] {
  return event === undefined ? [] : [...chainOf(events, events[event.cause]), event];
}

/** Among what led to what an event has read, the last call of an operation. */
function writerOf(events: readonly TraceEvent[], event: TraceEvent | undefined, operation: string) {
  assert(event !== undefined && event.because >= 0, `event ${event?.sequence} does not say who wrote what it read`);
  return chainOf(events, events[event.because]).findLast(({ fields }) => fields["operation"] === operation);
}

/** The setting that what an event has read goes back to, by way of the service's store if the service replayed it. */
function settingOf(events: readonly TraceEvent[], reader: TraceEvent | undefined): TraceEvent | undefined {
  if (reader === undefined) return undefined;
  const chain = chainOf(events, events[reader.because]);
  const setting = chain.find(({ component }) => component === "application");
  return setting ?? settingOf(events, chain.findLast(({ kind, because }) => kind === "call" && because >= 0));
}

const used = (events: readonly TraceEvent[]) =>
  events.findLast(({ component, fields }) => component === "hba0" && fields["outcome"] === "used");
const calls = (events: readonly TraceEvent[], operation: string) =>
  events.filter(({ kind, fields }) => kind === "call" && fields["operation"] === operation);

Deno.test("a key of RAM leads to the command that set it, and to no other", () => {
  const events = run(
    "ram",
    `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: an older key }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
  - setKey: { adapter: hba0, id: type2:6162, key: another key }
  - login: { adapter: hba0, target: disk }`.slice(1),
  );
  const commands = calls(events, "setPresharedKeyForId").filter(({ component }) => component === "hba0");
  // The service sets it once more behind the other key, as long as there are no two that bear witness for all.
  assertEquals(commands.length, 4);
  assertEquals(writerOf(events, used(events), "setPresharedKeyForId")?.sequence, commands[3]?.sequence);
  assertEquals(used(events)?.fields["fingerprint"], key("a key"));
});

Deno.test("a key that was read from flash at the boot leads to the program of its record, before the power cycle", () => {
  const { events } = shippedTrace("key_survives_power_cycle.yaml");
  const candidates = events.filter(({ component, fields }) => component === "hba0" && fields["outcome"] === "used");
  assertEquals(candidates.length, 2);
  const off = events.findIndex(({ fields }) => fields["state"] === "power off");
  const [before, after] = candidates.map(({ because }) =>
    chainOf(events, events[because]).findLast(({ fields }) => fields["operation"] === "program")
  );
  assert(off > 0 && (candidates[0]?.sequence ?? 0) < off && (candidates[1]?.sequence ?? 0) > off);
  assertEquals([before?.kind, before?.component], ["flash", "hba0 flash"]);
  assertEquals(after?.sequence, before?.sequence);
});

Deno.test("after a power cut the writer is whoever wrote the value that is there: the old one or the new one", () => {
  const both = ["1ms", "5.05ms", "5.1ms", "5.15ms", "5.2ms", "6ms"].map((after) => {
    const events = run(
      "nvram",
      `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the old one }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the new one }
    faults: [{ powerCycle: { adapter: hba0, after: ${after} } }]
    expect: old or new
  - { login: { adapter: hba0, target: disk }, expect: any }`.slice(1),
    );
    const isNew = used(events)?.fields["fingerprint"] === key("the new one");
    const written = isNew ? key("the new one") : key("the old one");
    const setting = settingOf(events, used(events));
    assert(String(setting?.fields["detail"]).includes(written), `${after}: ${setting?.fields["detail"]}`);
    return isNew;
  });
  assertEquals(new Set(both).size, 2, "one cut before the write, one after it");
});

Deno.test("ClearCache is why no key is there", () => {
  const events = run(
    "ram",
    `
  - wmi: { adapter: hba0, method: SetPresharedKeyForId, in: { Id: c0 00 02 0a, Key: 61 20 6b 65 79 } }
  - mailbox: { adapter: hba0, command: clearCache }
  - { login: { adapter: hba0, target: disk, key: a key } }`.slice(1),
  );
  const candidates = events.filter(({ kind, component }) => kind === "candidate" && component === "hba0");
  const place = (source: string) => candidates.find(({ fields }) => fields["source"] === source);
  assertEquals(place("all ports")?.fields["outcome"], "none");
  assertEquals(writerOf(events, place("all ports"), "clearCache")?.kind, "call");
  // Where none ever was, nobody has removed one.
  assertEquals([place("explicit")?.because, place("group")?.because], [-1, -1]);
});

Deno.test("what the service gives an adapter leads to the transaction that made it durable", () => {
  const { events } = shippedTrace("no_nvram_service_replays.yaml");
  const replayed = calls(events, "SetPresharedKeyForId").at(-1);
  const commit = events[replayed?.because ?? -1];
  assertEquals([commit?.component, commit?.fields["status"]], ["key store", "committed"]);
  const call = events[Number(commit?.fields["call"])];
  assertEquals(call?.fields["detail"], "preshared-key");
  const handed = shippedTrace("no_key_storage.yaml").events;
  const logins = calls(handed, "LoginToTarget").filter(({ because }) => because >= 0);
  assert(logins.length > 0);
  for (const { because } of logins) assertEquals(handed[because]?.component, "key store");
});

Deno.test("a failure leads to the packet that was complained of, and the end of an association to its beginning", () => {
  const { events } = shippedTrace("wrong_key_at_target.yaml");
  const failures = events.filter(({ fields }) => fields["state"] === "phase 1 failed");
  assert(failures.length >= 4);
  for (const failure of failures) {
    const [, told] = /before that, (.*)$/.exec(String(failure.fields["detail"])) ?? [];
    const note = events[failure.because];
    if (told === undefined) continue;
    assertEquals([note?.kind, note?.component], ["note", failure.component]);
    assert(
      told.endsWith(String(note?.fields["text"]).replace(/^phase 1: \w+: /, "")),
      `${told} | ${note?.fields["text"]}`,
    );
  }
  const ended = run(
    "ram",
    `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key }
  - { login: { adapter: hba0, target: disk }, name: first }
  - logout: { session: first }`.slice(1),
  );
  const deleted = ended.filter(({ fields }) => fields["state"] === "phase 1 deleted");
  assert(deleted.length >= 1);
  for (const event of deleted) {
    const beginning = ended[event.because];
    assertEquals([beginning?.fields["state"], beginning?.component], ["phase 1 established", event.component]);
  }
});

Deno.test("a generation that matches leads to the transaction that vouches for it", () => {
  const { events } = shippedTrace("key_survives_power_cycle.yaml");
  const matched = events.find(({ fields }) => fields["detail"] === "generational GUID matches");
  assertEquals(events[matched?.because ?? -1]?.component, "key store");
  const information = events.findLast(({ kind, fields }) =>
    kind === "return" && fields["operation"] === "getAdapterInformation"
  );
  const answer = events.findLast(({ component, sequence }) =>
    component === "hba0 firmware" && sequence <= (information?.sequence ?? 0)
  );
  assertEquals(writerOf(events, answer, "setGenerationalGuid")?.kind, "call");
});

Deno.test("the second parent is before its event, in no digest, and comes back from a file", () => {
  const digests = [false, true].map((isTold) => {
    const kernel = new Kernel();
    const recorder = new Recorder(kernel);
    const component = recorder.component("a");
    for (let index = 0; index < 3000; index++) {
      recorder.record(component, noteEvent, { text: "b" }, isTold && index > 2000 ? index - 2000 : undefined);
    }
    const { events } = decodeTrace(encodeTrace(recorder, 1));
    assertEquals(events, [...recorder.events()]);
    assertEquals(
      events.map(({ because }) => because),
      events.map((_, index) => isTold && index > 2000 ? index - 2000 : -1),
    );
    assertEquals(recorder.columns().because === undefined, !isTold);
    return traceDigest(recorder);
  });
  assertEquals(digests[0], digests[1]);
  for (const name of SHIPPED_SCENARIOS) {
    const { events } = shippedTrace(name);
    assert(events.every(({ because, sequence }) => because < sequence));
    assertNotEquals(events.filter(({ because }) => because >= 0).length, 0, name);
  }
});

Deno.test("a file in which an event has read what comes after it is refused", () => {
  const recorder = new Recorder(new Kernel());
  recorder.record(recorder.component("a"), noteEvent, { text: "b" }, 5);
  assertThrows(() => decodeTrace(encodeTrace(recorder, 1)), Error, "names event 5 as the one that wrote what it read");
});

const PERSISTENT = `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another key }
  - { login: { adapter: hba0, target: disk, key: a key, persistent: true }, expect: { session: false } }
  - powerCycle: { adapter: hba0 }
  - wait: 10s
  - { listPersistentLogins: {}, expect: { count: 1 } }`.slice(1);

Deno.test("a saved login leads to the command that saved it, when the adapter logs in by itself and when it is asked", () => {
  const events = run("nvram", PERSISTENT);
  const save = calls(events, "savePersistentLogin").find(({ component }) => component === "hba0");
  const own = used(events);
  assertEquals([own?.fields["source"], own?.fields["fingerprint"]], ["login", key("a key")]);
  assertEquals(writerOf(events, own, "savePersistentLogin")?.sequence, save?.sequence);
  assertEquals(settingOf(events, own)?.fields["operation"], "LoginIScsiTarget");
  const told = events.filter(({ kind, component, because, fields }) =>
    kind === "return" && component === "hba0 firmware" && fields["operation"] === "getPersistentLogin" && because >= 0
  );
  assert(told.length > 0);
  for (const each of told) assertEquals(writerOf(events, each, "savePersistentLogin")?.sequence, save?.sequence);
  // The head is the commit: it is the last record that is programmed.
  const programs = events.filter(({ kind, fields, sequence }) =>
    kind === "flash" && fields["operation"] === "program" && sequence > (save?.sequence ?? 0)
  );
  const written = chainOf(events, events[own?.because ?? -1]).findLast(({ fields }) =>
    fields["operation"] === "program"
  );
  assert(written !== undefined && programs.some(({ sequence }) => sequence === written.sequence));
});

Deno.test("a session in tunnel mode leads to whoever set the outer address that it uses, and explain says so", () => {
  const steps = `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main, tunnel] }
  - setTunnelAddress: { adapter: hba0, destination: 192.0.2.99, outer: 198.51.100.2 }
  - setTunnelAddress: { adapter: hba0, destination: 192.0.2.20, outer: 198.51.100.1 }
  - setTunnelAddress: { adapter: hba0, destination: 192.0.2.98, outer: 198.51.100.3 }
  - powerCycle: { adapter: hba0 }
  - login: { adapter: hba0, target: disk }`.slice(1);
  const events = run("nvram", steps);
  const note = events.find(({ fields }) => String(fields["text"]).startsWith("session 1 uses"));
  const setting = settingOf(events, note);
  assertEquals(setting?.fields["operation"], "SetIScsiTunnelModeOuterAddress");
  const all = calls(events, "SetIScsiTunnelModeOuterAddress").filter(({ component }) => component === "application");
  assertEquals(setting?.sequence, all[1]?.sequence);
  const graph = new TraceGraph({ events, frequencyHz: 250_000_000, marks: [] });
  const login = events.findLast(({ component, kind }) => component === "application" && kind === "call");
  assert(login !== undefined);
  const lines = [...renderExplanation(explain(graph, login))];
  const coordinate = `c${setting?.cycle}.s${setting?.sequence}`;
  const said = `hba0 has read what was set by SetIScsiTunnelModeOuterAddress at ${coordinate}`;
  assert(lines.some((line) => line.includes(said)), lines.join("\n"));
});

Deno.test("explain tells of a login that an adapter made by itself in which line it was saved", () => {
  const text = `
name: explained
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
${PERSISTENT}
`;
  const { world } = runScenarioText(text, "explained.yaml");
  const { recorder, kernel } = world;
  const graph = new TraceGraph({
    events: [...recorder.events()],
    frequencyHz: kernel.frequencyHz,
    marks: recorder.marks,
  });
  const own = graph.events.findLast(({ component, fields }) =>
    component === "hba0" && fields["state"] === "phase 1 established"
  );
  assert(own !== undefined);
  const lines = [...renderExplanation(explain(graph, own))];
  const line = lines.find((each) => /^ {2}1 login /.test(each)) ?? "";
  assert(line.includes("used") && line.includes("set by LoginIScsiTarget in line 7 "), lines.join("\n"));
});
