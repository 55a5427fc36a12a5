/**
 * A name is lost, the value that belongs to it stands in a later sector, and secrets were cleared behind it: that the name may
 * have been none of a secret is told by its own record alone. It goes on to be told once that has left the log.
 */

import { assert, assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeRecord, type Found, recordsIn } from "../../../firmware/nvram/log_format.ts";
import { decodeHeader, PROGRAM_UNITS, type SectorHeader } from "../../../firmware/nvram/sector_header.ts";
import { roundUp, writeUint32 } from "../../../firmware/nvram/words.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { CLASSES, ReadLife } from "./read_life.ts";

/** The newest sector of an image, and its header. */
function newestOf(life: ReadLife, image: Uint8Array): readonly [sector: Uint8Array, header: SectorHeader] {
  const sector = image.subarray(1024 * life.newest, 1024 * (life.newest + 1));
  const header = decodeHeader(sector.slice());
  assert(header !== undefined);
  return [sector, header];
}

function lastRecord(sector: Uint8Array, header: SectorHeader): Found {
  const found = recordsIn(sector, header).at(-1);
  assert(found !== undefined);
  return found;
}

for (const programBytes of PROGRAM_UNITS) {
  for (const recordClass of CLASSES) {
    Deno.test(`RingStore on words of ${programBytes}, ${recordClass}: a name that was lost before secrets were cleared goes on to be told`, () => {
      const life = new ReadLife(programBytes);
      life.turn("tunnel-address");
      const first = life.newest;
      life.put(recordClass, "lost");
      const name = 1024 * first + lastRecord(...newestOf(life, life.flash.image())).offset + 6;
      life.turn("tunnel-address");
      life.put(recordClass, "lost");
      const image = life.flash.image();
      // Two bits of what was written of the name, and the record of a clearing that has nothing to erase.
      const [sector, header] = newestOf(life, image);
      for (const at of [name, name + 1]) image[at] = (image[at] as number) ^ 1;
      const last = lastRecord(sector, header);
      const offset = roundUp(last.offset + last.lengthBytes, programBytes);
      const payload = new Uint8Array(4);
      writeUint32(payload, 0, header.sequence);
      const head = { kind: RecordKind.clearSecrets, carried: false, slot: 0, payloadBytes: payload.length };
      sector.set(encodeRecord(head, payload, header.sequence, offset), offset);
      const later = new ReadLife(programBytes, image);
      for (let turn = 0; turn < 12; turn++) {
        assertEquals(later.store.health().unidentifiedDamage, 1, `turn ${turn}`);
        later.turn("tunnel-address");
        later.boot();
      }
      assertEquals(runToEnd(later.store.forgetLosses()).type, "stored");
      assertEquals(later.boot().health().unidentifiedDamage, 0);
    });
  }
}
