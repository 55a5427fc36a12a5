import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  BLOCK_EVENTS,
  EventHasher,
  type EventHashes,
  firstDifference,
} from "../../../sim/lab/explore/tape/event_hashes.ts";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { noteEvent, stateEvent } from "../../../sim/trace/events.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";

interface Note {
  readonly who: string;
  readonly text: string;
  readonly isState: boolean;
}

function hashesOf(notes: readonly Note[], looks: readonly number[] = []): EventHashes {
  const recorder = new Recorder(new Kernel());
  const hasher = new EventHasher(recorder);
  notes.forEach(({ who, text, isState }, index) => {
    const component = recorder.component(who);
    if (isState) recorder.record(component, stateEvent, { state: text, detail: "" });
    else recorder.record(component, noteEvent, { text });
    if (looks.includes(index)) hasher.hashes();
  });
  return hasher.hashes();
}

const WORD = fc.constantFrom("a", "b", "c", "");
const NOTE: fc.Arbitrary<Note> = fc.record({ who: WORD, text: WORD, isState: fc.boolean() });
const NOTES = fc.array(NOTE, { minLength: 1, maxLength: 300 });

Deno.test("Hashes follow from the events alone, however often somebody looked", () => {
  fc.assert(
    fc.property(NOTES, fc.array(fc.nat(300)), (notes, looks) => {
      const hashes = hashesOf(notes, looks);
      assertEquals(hashes, hashesOf(notes));
      assertEquals(hashes.bytes.length, notes.length);
      assertEquals(hashes.blocks.length, Math.floor(notes.length / BLOCK_EVENTS));
    }),
    { numRuns: 40 },
  );
});

Deno.test("The first difference of two traces is found, in whichever block; one in 256 is seen an event later", () => {
  let [found, late] = [0, 0];
  fc.assert(
    fc.property(NOTES, NOTES, fc.nat(300), (notes, rest, place) => {
      const at = place % notes.length;
      const other = [...notes.slice(0, at), { who: "other", text: "d", isState: false }, ...rest];
      const parted = firstDifference(hashesOf(notes), hashesOf(other));
      assert(parted !== undefined && parted >= at);
      found++;
      if (parted > at) late++;
    }),
    { numRuns: 200 },
  );
  assert(late * 40 < found, `${late} of ${found}`);
});

Deno.test("Equal traces have no difference; where one has ended, that is it", () => {
  const notes = Array.from({ length: 200 }, (_, index) => ({ who: "a", text: `${index}`, isState: false }));
  assertEquals(firstDifference(hashesOf(notes), hashesOf(notes)), undefined);
  for (const length of [0, 1, 63, 64, 65, 128, 199]) {
    assertEquals(firstDifference(hashesOf(notes), hashesOf(notes.slice(0, length))), length);
  }
});

Deno.test("Component, kind, text and its place each count", () => {
  const plain = { who: "a", text: "b", isState: false };
  const others = [{ ...plain, who: "b" }, { ...plain, text: "c" }, { ...plain, isState: true }, { ...plain, text: "" }];
  for (const other of others) {
    // The hash of one event has 8 bits; of 64 it has 32.
    const many = (first: Note) => hashesOf([first, ...Array.from({ length: 63 }, () => plain)]).blocks[0];
    assertNotEquals(many(other), many(plain));
  }
});
