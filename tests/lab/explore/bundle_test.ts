import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { MisfitError, replay } from "../../../sim/lab/explore/replay.ts";
import {
  type Bundle,
  bundleName,
  bundleOf,
  decodeBundle,
  encodeBundle,
  isBundle,
} from "../../../sim/lab/explore/tape/bundle.ts";
import type { Subject } from "../../../sim/lab/explore/tape/subject.ts";
import type { Tape } from "../../../sim/lab/explore/tape/tape.ts";
import type { World } from "../../../sim/lab/world/world.ts";
import { decodeFile, decodeItem, encodeFile, encodeItem, FileFormatError } from "../../../sim/trace/cbor_file.ts";
import { LOGIN, shipped, shufflingTies } from "./explored.ts";

const TAPE: Tape = [
  {
    decision: "fault",
    fault: {
      harm: { kind: "delay", by: 300_000.5 },
      anchor: { at: "message", from: "hba0", to: "disk", message: "main 3" },
    },
  },
  {
    decision: "fault",
    fault: {
      harm: { kind: "lateInterrupt", by: 2000 },
      anchor: { at: "interrupt", adapter: "hba0", ordinals: { least: 2, most: Infinity } },
    },
  },
  { decision: "step", step: { type: "login", ordinal: 1 }, change: "repeated" },
  { decision: "draw", stream: "disk/random number generator", ordinal: 1, value: 2 ** 32 - 1 },
];

const SUBJECT: Subject = {
  scenario: LOGIN,
  tape: TAPE,
  recipe: [{ at: { cycle: 0, sequence: 60 }, salt: "a" }, { at: { cycle: 0, sequence: 120 }, salt: "b" }],
  mostEvents: 100_000,
};

const OUTCOME = execute(SUBJECT);
const BUNDLE = bundleOf(SUBJECT, OUTCOME);
const BYTES = encodeBundle(BUNDLE);
/** What of it is under the checksum. */
const CONTENT = decodeItem(
  "hbasim bundle",
  (decodeFile("hbasim bundle", 2, BYTES) as { readonly run: Uint8Array }).run,
) as Record<string, unknown>;

/** A bundle with another content, and the checksum of that. */
function summed(content: unknown): Uint8Array {
  const run = encodeItem(content);
  return encodeFile("hbasim bundle", 2, { sum: sha256(run), run });
}

Deno.test("A bundle holds a run: what is read is what was written, and does the same again", () => {
  assert(OUTCOME.holds && OUTCOME.misfits.length === 0, OUTCOME.signature);
  assert(isBundle(BYTES));
  const read = decodeBundle(BYTES);
  assertEquals(read, BUNDLE);
  const again = replay(read);
  assertEquals([again.agrees, again.digest, again.verdicts], [true, OUTCOME.digest, OUTCOME.verdicts]);
  const half = replay(read, { until: { cycle: 0, sequence: 150 } });
  assertEquals([half.agrees, half.reachesEnd], [true, false]);
});

Deno.test("Equal runs have equal bytes and one name, whoever has put their parts in which order; others have another", () => {
  const { recipe = [], mostEvents = 0, scenario } = SUBJECT;
  const turned = TAPE.map((deviation) => Object.fromEntries(Object.entries(deviation).toReversed())) as unknown as Tape;
  const other: Subject = { mostEvents, recipe, tape: turned, scenario };
  const bytes = encodeBundle(bundleOf(other, execute(other)));
  assertEquals(bytes, BYTES);
  assert(/^[0-9a-f]{32}\.bundle$/.test(bundleName(bytes)));
  const third = { ...SUBJECT, recipe: [] };
  assertNotEquals(bundleName(encodeBundle(bundleOf(third, execute(third)))), bundleName(BYTES));
});

Deno.test("A bundle has only those deviations that came to pass, and a run with ties and an image replays", () => {
  const missing: Tape = [...TAPE, { decision: "draw", stream: "nobody", ordinal: 1, value: 1 }];
  assertEquals(encodeBundle(bundleOf({ ...SUBJECT, tape: missing }, execute({ ...SUBJECT, tape: missing }))), BYTES);
  const image = execute({ scenario: LOGIN }).world.image();
  const subject: Subject = { scenario: { ...LOGIN, seed: "5", image } };
  const outcome = execute(subject, { strategy: shufflingTies(4) });
  const read = decodeBundle(encodeBundle(bundleOf(subject, outcome)));
  assertEquals([replay(read).agrees, read.subject.tape], [true, outcome.tape]);
});

Deno.test("A case and parameters of a file are part of its bundle", () => {
  const scenario = {
    file: "cases.yaml",
    source: `
name: keys
parameters: { word: one }
matrix: { storage: [ram, nvram] }
adapters: { hba0: { storage: $storage, ports: [192.0.2.10] } }
steps: [setGroupKey: { key: $word }]
`,
    case: "storage=nvram",
    set: { word: "another" },
  };
  const outcome = execute({ scenario });
  const read = decodeBundle(encodeBundle(bundleOf({ scenario }, outcome)));
  assertEquals(read.subject.scenario, scenario);
  assert(replay(read).agrees);
});

/** A bundle's file with another content. */
function changed(change: (content: Record<string, unknown>) => Record<string, unknown>): Uint8Array {
  return summed(change(CONTENT));
}

const withTape = (deviation: unknown) => changed((content) => ({ ...content, tape: [deviation] }));

const FAULT = { harm: { kind: "lose" }, anchor: { at: "begin" } };

Deno.test("What is no bundle of this program is refused, with what is wrong", () => {
  const rows: [Uint8Array, string][] = [
    [new Uint8Array(0), "no CBOR"],
    [new TextEncoder().encode("name: a scenario"), "Not a hbasim bundle file"],
    [encodeFile("hbasim bundle", 3, {}), "it has version 3, this program reads 1 and 2"],
    [encodeFile("hbasim bundle", 2, CONTENT), "product: an unknown name, expected one of sum or run"],
    [encodeFile("hbasim trace", 1, {}), 'it says it is "hbasim trace"'],
    [changed((content) => ({ ...content, product: "9.9.9" })), 'it was made by hbasim "9.9.9", this is'],
    // Another version may have another form: its name comes first.
    [encodeFile("hbasim bundle", 1, { product: "9.9.9" }), 'it was made by hbasim "9.9.9", this is'],
    [
      encodeFile("hbasim bundle", 1, [1]),
      "product: nothing, expected a text".replace("product: nothing", "options: a list of 1").replace(
        "a text",
        "an object",
      ),
    ],
    [changed(({ digest: _, ...content }) => content), "digest: something else, expected 64 hex digits"],
    [changed((content) => ({ ...content, blocks: [1] })), "it has hashes of"],
    [changed((content) => ({ ...content, more: 1 })), "more: an unknown name"],
    [changed((content) => ({ ...content, set: [["a"]] })), "set[0]: a list of 1, expected 2 to 2"],
    [withTape({ decision: "wish" }), 'tape[0].decision: "wish", expected one of draw, tie, fault, or step'],
    [withTape(7), "tape[0].decision: nothing"],
    [withTape({ decision: "draw", stream: "a", ordinal: 0, value: 1 }), "tape[0].ordinal: 0, expected"],
    [withTape({ decision: "draw", stream: "a", ordinal: 1, value: 2 ** 32 }), "tape[0].value: 4294967296, expected"],
    [withTape({ decision: "tie", first: { who: "a", what: "b", ordinal: 1 } }), "tape[0].before: nothing, expected"],
    [
      withTape({ decision: "step", step: { type: "a", ordinal: 1 }, change: "gone" }),
      'tape[0].change: "gone", expected',
    ],
    [withTape({ decision: "fault", fault: { ...FAULT, harm: { kind: "rain" } } }), 'tape[0].fault.harm.kind: "rain"'],
    [withTape({ decision: "fault", fault: { ...FAULT, anchor: { at: "noon" } } }), 'tape[0].fault.anchor.at: "noon"'],
    [
      withTape({ decision: "fault", fault: { ...FAULT, harm: { kind: "lateInterrupt", by: -1 } } }),
      "harm.by: -1, expected",
    ],
    [
      withTape({
        decision: "fault",
        fault: { ...FAULT, harm: { kind: "damage", adapter: "a", damage: { kind: "moth" } } },
      }),
      'harm.damage.kind: "moth"',
    ],
    [
      changed((content) => ({ ...content, recipe: [{ at: { cycle: 1, sequence: -2 }, salt: "" }] })),
      "recipe[0].at.sequence: -2",
    ],
  ];
  for (const [bytes, problem] of rows) assertThrows(() => decodeBundle(bytes), FileFormatError, problem);
});

Deno.test("A bundle that is cut off anywhere is refused, and never crashes", () => {
  for (let length = 0; length < BYTES.length; length += length < 400 ? 1 : 41) {
    assertThrows(() => decodeBundle(BYTES.slice(0, length)), FileFormatError);
  }
});

Deno.test("A bundle with any bit changed is refused, and never crashes", () => {
  assertEquals(isBundle(new TextEncoder().encode("# a hbasim bundle\nname: a scenario")), false);
  for (let place = 0; place < BYTES.length; place++) {
    for (const mask of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff]) {
      const bytes = BYTES.slice();
      bytes[place] = (bytes[place] ?? 0) ^ mask;
      assertThrows(() => decodeBundle(bytes), FileFormatError, undefined, `byte ${place}, ${mask}`);
    }
  }
  const swapped = BYTES.map((byte, index) => index === BYTES.length - 1 ? byte ^ 1 : byte);
  assertThrows(() => decodeBundle(swapped), FileFormatError, "it is damaged");
});

Deno.test("A bundle of version 1, which has no checksum, is read as it was", () => {
  const old = encodeFile("hbasim bundle", 1, CONTENT);
  assertEquals(decodeBundle(old), BUNDLE);
  assertEquals(encodeBundle(decodeBundle(old)), BYTES);
  for (let place = 0; place < old.length; place++) {
    const bytes = old.slice();
    bytes[place] = (bytes[place] ?? 0) ^ 0x20;
    try {
      decodeBundle(bytes);
    } catch (error) {
      assert(error instanceof FileFormatError, `byte ${place}: ${error}`);
    }
  }
});

Deno.test("A tape that does not fit, and a scenario that is not understood, are told", () => {
  const with_ = (tape: Tape): Bundle => ({ ...BUNDLE, subject: { ...SUBJECT, tape } });
  const never: Tape = [{ decision: "draw", stream: "network", ordinal: 999, value: 1 }];
  assertThrows(
    () => replay(with_(never)),
    MisfitError,
    'the tape does not fit: "the 999th draw of network gives 1": network was drawn from',
  );
  const elsewhere: Tape = [{
    decision: "fault",
    fault: { harm: { kind: "powerOff", adapter: "hba7" }, anchor: { at: "begin" } },
  }];
  assertThrows(
    () => replay(with_(elsewhere)),
    InputError,
    'the tape does not fit: Cannot plan "at the beginning: power',
  );
  const late = { ...BUNDLE, subject: { ...SUBJECT, recipe: [{ at: { cycle: 0, sequence: 10_000 }, salt: "" }] } };
  assertThrows(() => replay(late), MisfitError, "a split of the recipe: the run has ended before");
  const old = {
    ...BUNDLE,
    schema: "0".repeat(64),
    subject: { scenario: { ...LOGIN, source: LOGIN.source.replace("setKey", "setKeys") } },
  };
  assertThrows(() => replay(old), InputError, "scenarios were written in another way");
});

Deno.test("A run that is another one is told, with the first event that differs", () => {
  const { world: { recorder } } = OUTCOME;
  const at = 130;
  const { cycle } = recorder.at(at);
  const { recipe = [] } = SUBJECT;
  const other = { ...SUBJECT, recipe: [...recipe, { at: { cycle, sequence: at }, salt: "c" }] };
  const first = (a: World, b: World) =>
    Array.from({ length: b.recorder.length }, (_, index) => index).find((index) =>
      JSON.stringify(a.recorder.at(index)) !== JSON.stringify(b.recorder.at(index))
    );
  const differing = execute(other);
  const { agrees, parted } = replay({ ...BUNDLE, subject: other });
  assertEquals([agrees, parted], [false, first(OUTCOME.world, differing.world)]);
  const until = { cycle: 0, sequence: OUTCOME.events - 1 };
  assertEquals(replay({ ...BUNDLE, subject: other }, { until }).agrees, false);
});

Deno.test("A bundle whose digest and hashes are of different runs is told as that", () => {
  const blocks = BUNDLE.hashes.blocks.map((hash) => hash ^ 1).map((hash) => hash >>> 0);
  const bytes = BUNDLE.hashes.bytes.map((hash) => hash ^ 1);
  const other = { ...BUNDLE, hashes: { blocks, bytes } };
  assertThrows(() => replay(other), InputError, "the bundle contradicts itself");
  const digest = replay({ ...BUNDLE, digest: "0".repeat(64) });
  assertEquals([digest.agrees, digest.parted], [false, undefined]);
});

Deno.test("Of all shipped scenarios with a fault, one is the same from its bundle", () => {
  const subject = { scenario: shipped("power_cut_during_set.yaml") };
  assert(replay(decodeBundle(encodeBundle(bundleOf(subject, execute(subject))))).agrees);
});
