/** The hint at keys that a dictionary would find, and that it says nothing else of them. */

import { assert, assertEquals } from "@std/assert";
import { isFoundByTrying } from "../../../firmware/cache/key_strength.ts";
import { World } from "../../../sim/lab/world/world.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** The length from which on keys of a kind are too many to be tried: the least n with alphabet^n >= 2^64. */
const LEAST: readonly (readonly [kind: string, character: string, length: number])[] = [
  ["digits", "0", 20],
  ["one case", "a", 14],
  ["the other case", "Z", 14],
  ["other characters", "!", 13],
  ["a case and digits", "a0", 13],
  ["a case and blanks", "a ", 11],
  ["both cases", "aZ", 12],
  ["both cases and digits", "aZ0", 11],
  ["everything that can be printed", "aZ0~", 10],
  ["bytes", "\u0001", 8],
  ["letters beyond ASCII, of two bytes each", "ü", 4],
];

Deno.test("isFoundByTrying(): fewer than 2^64 keys of the length and the kinds of characters", () => {
  for (const [kind, characters, length] of LEAST) {
    const key = (count: number) => text(characters.padEnd(count, characters).slice(0, count));
    assertEquals([isFoundByTrying(key(length - 1)), isFoundByTrying(key(length))], [true, false], kind);
  }
  assert(isFoundByTrying(new Uint8Array(7).fill(200)));
  assert(!isFoundByTrying(new Uint8Array(1024).fill(0x30)));
});

/** What the trace says when a key is set by either call; the service may have an adapter set one more than once. */
interface Told {
  /** The adapter's hints. */
  readonly notes: readonly string[];
  /** How many commands that set a key have come to the firmware. */
  readonly commands: number;
  readonly trace: string;
}

function notesOf(key: string): Told {
  const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
  world.powerOn();
  world.settle();
  const { api } = world.host;
  const information = { authMethod: 1, securityFlags: 0n, idType: 2, id: text("a.example"), key: text(key) };
  assertEquals(world.run(api.setIScsiIKEInfo("hba0", 0xffffffff, information, true)), 0);
  assertEquals(world.run(api.setIScsiGroupPresharedKey(text(key), true)), 0);
  const events = Array.from({ length: world.recorder.length }, (_, index) => world.recorder.at(index));
  const trace = JSON.stringify(events);
  const commands = events.filter(({ kind, fields }) =>
    kind === "call" && fields.to === "hba0 firmware" &&
    /^set(PresharedKeyForId|GroupPresharedKey)$/.test(`${fields.operation}`)
  );
  return { notes: trace.match(/the key is weak[^"]*/g) ?? [], commands: commands.length, trace };
}

Deno.test("A weak key that is set is hinted at in the trace, once for each time; of the key nothing else is said", () => {
  const { notes, commands, trace } = notesOf("hunter2");
  assert(commands >= 2);
  assertEquals(notes.length, commands);
  assertEquals(new Set(notes).size, 1);
  assertEquals(notes[0], notesOf("other0").notes[0], "neither length nor kinds are told");
  assert(!trace.includes("hunter2"));
  assertEquals(notesOf("a key of many words").notes, []);
});
