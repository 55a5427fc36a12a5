import { assertEquals } from "@std/assert";
import {
  correctHead,
  encodeHead,
  headCarried,
  headKind,
  headPayloadBytes,
  headSlot,
  RecordKind,
} from "../../../firmware/nvram/head_word.ts";

const heads = [
  { kind: RecordKind.full, carried: false, slot: 0, payloadBytes: 0 },
  { kind: RecordKind.value, carried: true, slot: 1023, payloadBytes: 4095 },
  { kind: RecordKind.name, carried: false, slot: 511, payloadBytes: 77 },
];

Deno.test("encodeHead() can be read back", () => {
  for (const head of heads) {
    const word = encodeHead(head);
    assertEquals(correctHead(word), word);
    assertEquals(
      {
        kind: headKind(word),
        carried: headCarried(word),
        slot: headSlot(word),
        payloadBytes: headPayloadBytes(word),
      },
      head,
    );
  }
});

Deno.test("correctHead() puts each single wrong bit right and notices each two", () => {
  for (const head of heads) {
    const word = encodeHead(head);
    for (let first = 0; first < 32; first++) {
      const one = word ^ (1 << first);
      assertEquals(correctHead(one), word);
      for (let second = first + 1; second < 32; second++) assertEquals(correctHead(one ^ (1 << second)), undefined);
    }
  }
});

Deno.test("correctHead() takes erased flash for a head of the kind blank", () => {
  assertEquals(correctHead(0xffff_ffff), 0xffff_ffff);
  assertEquals(correctHead(0xffff_7fff), 0xffff_ffff);
  assertEquals(headKind(0xffff_ffff), RecordKind.blank);
});
