/** Stores in C on small parts, driven operation by operation. */

import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramStore, RecordClass } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import type { StoreMeans } from "../../../sim/lab/foreign/store_imports.ts";

export const FOLDER = new URL("../../../scenarios/foreign/", import.meta.url);

/** A module that lies in `scenarios/foreign`, or elsewhere. */
export function shipped(name = "store.hba.wasm", folder = FOLDER) {
  return { name, bytes: Deno.readFileSync(new URL(name, folder)) };
}

/** What a store works with: three sectors of a KiB, so that an operation takes some ten thousand cycles. */
export function meansOf(spend: (cycles: number) => Task): StoreMeans & { readonly flash: FlashPart } {
  const preset = { ...W25Q_REGION, geometry: { sectorBytes: 1024, sectorCount: 3, pageBytes: 256 } };
  const flash = new FlashPart({ preset, clock: new UntimedClock(), random: stream("flash") });
  const random = stream("random");
  return {
    flash,
    random: (lengthBytes) => random.bytes(lengthBytes),
    sealer: new SecretboxSealer(new Uint8Array(32)),
    spend,
  };
}

function stream(name: string): RandomStream {
  return new RandomStreams("foreign").stream(name);
}

const CLASSES: readonly RecordClass[] = [
  "preshared-key",
  "tunnel-address",
  "persistent-logon",
  "persistent-logon-part",
];

/** The history: most operations are puts of 12 keys, some remove one, a few clear the secrets. */
export function* operations(store: NvramStore, count: number): Generator<Task<unknown>> {
  const random = stream("history");
  for (let index = 0; index < count; index++) {
    const kind = random.below(40);
    const recordClass = CLASSES[random.below(CLASSES.length)] ?? "preshared-key";
    const name = Uint8Array.of(10, 0, 0, random.below(3));
    if (kind === 0) yield store.clearSecrets();
    else if (kind < 4) yield store.delete(recordClass, name);
    else yield store.put({ class: recordClass, name, value: random.bytes(4 + random.below(24)) });
  }
}

/** Runs a task to its end, however often it waits. */
export function finish<T>(task: Task<T>): T {
  for (;;) {
    const { done, value } = task.next();
    if (done === true) return value;
  }
}
