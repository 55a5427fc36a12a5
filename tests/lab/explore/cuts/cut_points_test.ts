import { assert, assertEquals } from "@std/assert";
import { countCutPoints, cutAt, ERASE_POINTS } from "../../../../sim/lab/explore/cuts/cut_points.ts";
import {
  campaignSealer,
  configurationOf,
  CutHistory,
  ringStoreFactory,
} from "../../../../sim/lab/explore/cuts/cut_history.ts";
import type { FlashAction } from "../../../../sim/lab/explore/cuts/recording_flash.ts";
import { applyToStore } from "../../../../sim/lab/explore/cuts/store_model.ts";
import { RandomStreams } from "../../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../../../sim/parts/flash/presets.ts";
import { CutClock, PowerCut } from "../../../firmware/nvram/cut_clock.ts";

Deno.test("countCutPoints() counts each byte, the phases of erases, and the end", () => {
  const actions: FlashAction[] = [
    { kind: "program", address: 0, bytes: new Uint8Array(10) },
    { kind: "erase", address: 4096, lengthBytes: 4096 },
  ];
  assertEquals(countCutPoints(actions), 10 + ERASE_POINTS + 1);
  assertEquals(countCutPoints([]), 1);
});

/**
 * The campaign works out what a cut leaves from a note of the actions. Here
 * the same operation is really run on the same part, and power is really cut
 * at the cycle that the point stands for.
 */
Deno.test("cutAt() leaves what powerOff() leaves in the middle of the same operation", () => {
  const seed = 5;
  const configuration = configurationOf(seed, ringStoreFactory());
  const sealer = campaignSealer(seed);
  const history = new CutHistory(configuration, sealer);
  const preset = flashRegion(W25Q64JV, 4);
  let compared = 0;
  let operations = 0;
  while (operations < 30) {
    const step = history.next();
    // A boot is run from the image alone; other operations need the store that has been running.
    if (step.operation.kind !== "boot" || step.actions.length === 0 || step.index === 0) continue;
    operations++;
    const points = countCutPoints(step.actions);
    for (let point = 0; point < points - 1; point += 3) {
      const derived = new FlashPart({ preset, clock: new UntimedClock(), random: new RandomStreams(1).stream("x") });
      derived.restore(step.image);
      cutAt(derived, step.actions, point, 0, new RandomStreams(1).stream("x"));

      const clock = new CutClock();
      const real = new FlashPart({
        preset,
        clock,
        random: new RandomStreams(1).stream("x"),
        image: step.image,
        faults: [{ kind: "program cut", cut: "clean" }],
      });
      let left = point;
      // Power goes when the byte of the point is in progress: time is cut in the operation that it belongs to.
      const cutClockAt = (lengthBytes: number, cycles: number) => {
        if (left < lengthBytes) clock.cutAt = clock.now + Math.ceil((cycles * left) / lengthBytes);
        left -= lengthBytes;
      };
      const store = ringStoreFactory()({
        flash: Object.assign(Object.create(real), {
          *pageProgram(address: number, bytes: Uint8Array) {
            if (left >= 0) cutClockAt(bytes.length, Math.ceil((30_000 + (bytes.length - 1) * 2500) / 4));
            return yield* real.pageProgram(address, bytes);
          },
          geometry: real.geometry,
          readInto: real.readInto.bind(real),
          untilWritable: real.untilWritable.bind(real),
          writeEnable: real.writeEnable.bind(real),
        }),
        sealer,
        random: (lengthBytes) => new Uint8Array(lengthBytes),
        maxNameBytes: configuration.maxNameBytes,
        maxValueBytes: configuration.maxValueBytes,
        workspace: real.image(),
      });
      try {
        runToEnd(applyToStore(store, { kind: "boot" }));
        assert(false, "the cut did not come");
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      real.powerOff();
      assertEquals(real.image(), derived.image(), `operation ${step.index}, point ${point}`);
      compared++;
    }
  }
  assert(compared > 500, `only ${compared} were compared`);
});
