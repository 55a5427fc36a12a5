/** Mailbox and WMI beside the wire, read by tshark with the dissector that the package ships. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { MailboxCommand, MailboxStatus } from "../../firmware/manual/interface.ts";
import { IsdscStatus, isdscStatusName } from "../../firmware/manual/isdsc_status.ts";
import { NtStatus } from "../../host/status.ts";
import { minorFunctionName } from "../../host/wmi/names.ts";
import { MinorFunction } from "../../host/wmi/wnode.ts";
import { describeCapture } from "../../sim/lab/command/decode/capture_text.ts";
import { driverInterfaces } from "../../sim/lab/command/driver_frames.ts";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { formatCoordinate } from "../../sim/trace/coordinate.ts";
import { encodePcapng } from "../../sim/trace/pcapng.ts";
import type { TraceEvent } from "../../sim/trace/recorder.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../support/shipped_scenarios.ts";
import { decodeCapture, tsharkMissing } from "./tshark.ts";

const SCRIPT = new URL("../../sim/trace/wireshark/hbasim.lua", import.meta.url).pathname;
const DISSECTOR = ["-X", `lua_script:${SCRIPT}`];

function captured(source: string) {
  const { world } = runScenarioText(source, "captured.yaml");
  const events = [...world.recorder.events()];
  const interfaces = driverInterfaces(events);
  const { captures } = world.network;
  return { world, events, interfaces, capture: encodePcapng(captures, world.kernel.frequencyHz, interfaces) };
}

/** What tshark says of each frame that a filter lets through, by fields. */
function rows(capture: Uint8Array, keyLog: string, options: readonly string[], filter: string, ...fields: string[]) {
  const shown = ["-Y", filter, "-T", "fields", "-E", "separator=|", ...fields.flatMap((field) => ["-e", field])];
  const text = decodeCapture(capture, keyLog, ...options, ...shown).trimEnd();
  return text === "" ? [] : text.split("\n").map((line) => line.split("|"));
}

/** Calls of a component and their answers, in order. */
const pairs = (events: readonly TraceEvent[], isOne: (call: TraceEvent) => boolean) =>
  events.flatMap((event) => {
    const call = event.kind === "return" ? events[Number(event.fields["call"])] : event;
    return call !== undefined && ["call", "return"].includes(event.kind) && isOne(call) ? [{ event, call }] : [];
  });

Deno.test("the dissector's tables are the program's", () => {
  const text = Deno.readTextFileSync(SCRIPT);
  const table = (name: string) => {
    const [, body = ""] = new RegExp(`^local ${name} = \\{\\n([^}]*)\\}`, "m").exec(text) ?? [];
    return new Map(
      [...body.matchAll(/\[0x([0-9a-f]+)\] = "(\w+)"/g)].map(([, code = "", is = ""]) => [parseInt(code, 16), is]),
    );
  };
  const named = (codes: Readonly<Record<string, number>>) =>
    new Map(Object.entries(codes).toReversed().map(([name, code]) => [code, name]));
  const sorted = (names: ReadonlyMap<number, string>) => [...names].sort(([a], [b]) => a - b);
  assertEquals(sorted(table("COMMANDS")), sorted(named(MailboxCommand)));
  assertEquals(sorted(table("MAILBOX_STATUSES")), sorted(named(MailboxStatus)));
  assertEquals(sorted(table("NT_STATUSES")), sorted(named(NtStatus)));
  const by = (codes: Readonly<Record<string, number>>, name: (code: number) => string) =>
    new Map(Object.values(codes).map((code) => [code, name(code)]));
  assertEquals(sorted(table("ISDSC_STATUSES")), sorted(by(IsdscStatus, isdscStatusName)));
  assertEquals(sorted(table("MINOR_FUNCTIONS")), sorted(by(MinorFunction, minorFunctionName)));
});

Deno.test({
  name: "README shows what tshark prints of the mailbox",
  ignore: tsharkMissing,
  fn() {
    const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
    const [, shown = ""] = /```\n(\d+ [\d.]+ +host → hba0 [^`]*)```/.exec(readme) ?? [];
    const { capture } = captured(readShipped("key_survives_power_cycle.yaml"));
    const printed = decodeCapture(capture, "", ...DISSECTOR, "-Y", "hbasim_mailbox").split("\n");
    const lines = shown.trimEnd().split("\n");
    assertEquals(lines.length, 2, "README has lost its frames");
    assertEquals(lines.filter((line) => !printed.some((each) => each.trim() === line)), []);
  },
});

/** What tshark must say of an event of the mailbox: name, status, adapter, as the trace has them. */
function expectedOf(events: readonly TraceEvent[], event: TraceEvent, call: TraceEvent): readonly unknown[] {
  const { operation, to } = call.fields;
  const status = String(event.fields["status"] ?? "");
  const [, digits] = /^mailbox 0x([0-9a-f]+)$/i.exec(status) ?? [];
  if (event.kind === "call" || digits === undefined) return [operation, status, to];
  // What the firmware said, found by time and name: not by the way that the frames are made.
  const inner = events.findLast(({ kind, component, fields, sequence }) =>
    kind === "return" && component === `${to} firmware` && sequence < event.sequence &&
    fields["operation"] === operation
  );
  const [, reason] = /^mailbox \S+ (\S+)$/.exec(String(inner?.fields["status"])) ?? [];
  const [name] = Object.entries(MailboxStatus).find(([, code]) => code === parseInt(digits, 16)) ?? [];
  return [operation, reason === undefined ? name : `${name} ${reason}`, to];
}

Deno.test({
  name: "tshark names command and status of every mailbox frame and every IRP, and has the coordinate of every packet",
  ignore: tsharkMissing,
  fn() {
    let frames = 0;
    for (const name of SHIPPED_SCENARIOS) {
      const { events, capture, world } = captured(readShipped(name));
      const all = rows(
        ...[capture, "", DISSECTOR, "frame", "frame.interface_id", "frame.comment"] as const,
        ...["hbasim_mailbox.name", "hbasim_mailbox.status_name", "hbasim_mailbox.device"],
        ...["hbasim_wmi.name", "hbasim_wmi.text", "hbasim_wmi.status_name"],
        ...["hbasim_mailbox.malformed", "hbasim_wmi.malformed", "_ws.malformed"],
      );
      const told = (id: string, from: number) =>
        all.filter(([each]) => each === id).map((row) => row.slice(from, from + 3));
      const mailbox = pairs(events, ({ component, fields }) => component === `miniport ${fields["to"]}`);
      assertEquals<unknown>(told("1", 2), mailbox.map(({ event, call }) => expectedOf(events, event, call)));
      const irps = pairs(events, ({ component, fields }) => component === "wmi" && fields["to"] === "port driver");
      const wmi = told("2", 5);
      assertEquals<unknown>(
        wmi.map((row) => row.slice(0, 2)),
        irps.map(({ call }) => [call.fields["operation"], call.fields["detail"]]),
      );
      assertEquals(wmi.map(([, , status]) => status !== ""), irps.map(({ event }) => event.kind === "return"));
      assertEquals(wmi.filter(([, , status = ""]) => status.startsWith("0x")), [], "statuses without a name");
      const coordinates = [...mailbox, ...irps].map(({ event }) => formatCoordinate(event));
      const comments = all.map(([, comment = ""]) => comment.split(",")[0] ?? "");
      assertEquals(comments.length, coordinates.length + world.network.captures.length);
      assertEquals(new Set(comments), new Set([...coordinates, ...world.network.captures.map(formatCoordinate)]));
      assert(all.every((row) => row.slice(8).every((malformed) => malformed === "")));
      frames += mailbox.length;
    }
    console.log(`${frames} mailbox frames, each named`);
  },
});

Deno.test({
  name: "tshark decrypts the wire beside them, and links requests and answers; without the dissector it names nothing",
  ignore: tsharkMissing,
  fn() {
    const { capture, world } = captured(readShipped("key_survives_power_cycle.yaml"));
    const encrypted = "isakmp.flag_e == 1 and isakmp.exchangetype == 2";
    const identities = (keyLog: string) =>
      rows(capture, keyLog, DISSECTOR, encrypted, "isakmp.id.data.ipv4_addr").map(([identity]) => identity);
    const open = identities(world.keyLog.toText());
    assert(open.length >= 4 && open.every((identity) => /^192\.0\.2\.[12]0$/.test(identity ?? "")), open.join());
    assert(identities("").every((identity) => identity === ""));
    const linked = rows(
      capture,
      "",
      [...DISSECTOR, "-2"],
      "hbasim_mailbox.response_in",
      "frame.number",
      "hbasim_mailbox.response_in",
    );
    const back = rows(
      capture,
      "",
      [...DISSECTOR, "-2"],
      "hbasim_mailbox.request_in",
      "hbasim_mailbox.request_in",
      "frame.number",
    );
    assert(linked.length > 10);
    assertEquals(new Set(linked.map(String)), new Set(back.map(String)));
    const names = rows(capture, "", [], "frame.interface_id == 1", "frame.protocols");
    assertEquals(new Set(names.map(([protocols]) => protocols)), new Set(["user_dlt:data"]));
  },
});

Deno.test({
  name: "a frame that is cut short, or of another version, is malformed to the dissector",
  ignore: tsharkMissing,
  fn() {
    const { interfaces: [mailbox] } = captured(readShipped("wmi_vector.yaml"));
    const [frame] = mailbox?.frames ?? [];
    assert(mailbox !== undefined && frame !== undefined);
    const cut = [0, 1, 19, 20, frame.bytes.length - 1].map((length) => frame.bytes.slice(0, length));
    const frames = [...cut, frame.bytes.with(0, 2), frame.bytes].map((bytes, sequence) => ({
      cycle: 0,
      sequence,
      bytes,
    }));
    const capture = encodePcapng([], 1, [{ ...mailbox, frames }]);
    const malformed = rows(capture, "", DISSECTOR, "hbasim_mailbox.malformed", "frame.number").map(([number]) =>
      number
    );
    assertEquals(malformed, ["1", "2", "3", "4", "5", "6"]);
    assertEquals(rows(capture, "", DISSECTOR, "hbasim_mailbox.name", "frame.number"), [["7"]]);
  },
});

Deno.test("frames have no key, and hbasim decode passes over them", () => {
  const source = readShipped("key_survives_power_cycle.yaml");
  const { capture, interfaces, world } = captured(source);
  const key = "a key for this adapter";
  assert(source.includes(key));
  const text = new TextDecoder("latin1").decode(capture);
  assert(text.includes("SetPresharedKeyForId") && !text.includes(key));
  assertNotEquals(interfaces.flatMap(({ frames }) => frames).length, 0);
  const packets = (lines: readonly string[]) => lines.filter((line) => line.startsWith("packet ")).length;
  assertEquals(packets(describeCapture(capture)), world.network.captures.length);
});
