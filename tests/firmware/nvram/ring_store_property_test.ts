import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramStore, RecordClass } from "../../../firmware/nvram/store.ts";
import {
  agrees,
  applyToModel,
  applyToStore,
  describeDifference,
  modelKey,
} from "../../../sim/lab/explore/cuts/store_model.ts";
import type { StoreModel, StoreOperation } from "../../../sim/lab/explore/cuts/store_model.ts";
import { RememberingSealer } from "../../../sim/lab/world/remembering_sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { CutClock, PowerCut } from "./cut_clock.ts";

interface Command {
  readonly operation: StoreOperation;
  /** Power goes so many microseconds after the operation has begun, if it is not done by then. */
  readonly cutAfter: number | undefined;
  /** And again in the mount that follows. */
  readonly cutAgainAfter: number | undefined;
}

const CYCLES_PER_MICROSECOND = 250;

const identity = fc.record({
  class: fc.constantFrom<RecordClass>("preshared-key", "tunnel-address", "group-key", "persistent-logon"),
  name: fc.uint8Array({ minLength: 0, maxLength: 2 }).map((name) => name.map((byte) => byte & 1)),
});

const operation: fc.Arbitrary<StoreOperation> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(identity, fc.uint8Array({ maxLength: 120 })).map(([each, value]): StoreOperation => ({
      kind: "put",
      record: { ...each, value },
    })),
  },
  { weight: 3, arbitrary: identity.map((each): StoreOperation => ({ kind: "delete", identity: each })) },
  { weight: 2, arbitrary: fc.constant<StoreOperation>({ kind: "boot" }) },
  { weight: 1, arbitrary: fc.constant<StoreOperation>({ kind: "clear secrets" }) },
);

// Programs take tens of microseconds, erases tens of milliseconds: cuts aim at either.
const moment = fc.option(fc.oneof(fc.nat(400), fc.nat(60_000), fc.nat(200_000)), { nil: undefined, freq: 2 });

const command: fc.Arbitrary<Command> = fc.record({ operation, cutAfter: moment, cutAgainAfter: moment });

class Device {
  readonly clock = new CutClock();
  readonly part: FlashPart;
  readonly #random = new RandomStreams(1).stream("open ids");
  readonly #sealer = new RememberingSealer(new SecretboxSealer(new Uint8Array(32).fill(3)));
  store: NvramStore;

  constructor(seed: number, sectors: number) {
    const random = new RandomStreams(seed).stream("flash");
    this.part = new FlashPart({ preset: flashRegion(W25Q64JV, sectors), clock: this.clock, random });
    this.store = this.fresh();
  }

  fresh(): NvramStore {
    return this.store = new RingStore({
      flash: this.part,
      sealer: this.#sealer,
      random: (lengthBytes) => this.#random.bytes(lengthBytes),
      maxNameBytes: 2,
      maxValueBytes: 120,
    });
  }

  /** True if power went before the operation was done. */
  isCut(operation: StoreOperation, microseconds: number | undefined): boolean {
    this.clock.cutAt = microseconds === undefined ? Infinity : this.clock.now + microseconds * CYCLES_PER_MICROSECOND;
    try {
      const status = runToEnd(applyToStore(this.store, operation));
      assert(["stored", "unchanged", "mounted"].includes(status), `${operation.kind} answered ${status}`);
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.part.powerOff();
      return true;
    } finally {
      this.clock.cutAt = Infinity;
    }
  }
}

Deno.test("RingStore agrees with a map whatever is done to it, and wherever it is cut", () => {
  const property = fc.property(
    fc.integer(),
    fc.integer({ min: 3, max: 5 }),
    fc.array(command, { maxLength: 60, size: "max" }),
    (seed, sectors, commands) => {
      const device = new Device(seed, sectors);
      let model: StoreModel = new Map();
      let isCut = device.isCut({ kind: "boot" }, undefined);
      for (const { operation, cutAfter, cutAgainAfter } of commands) {
        if (operation.kind === "boot") device.fresh();
        isCut = device.isCut(operation, cutAfter);
        const after = applyToModel(model, operation);
        if (isCut) {
          device.fresh();
          if (device.isCut({ kind: "boot" }, cutAgainAfter)) {
            device.fresh();
            device.isCut({ kind: "boot" }, undefined);
          }
        }
        if (agrees(device.store, after)) model = after;
        else assert(isCut && agrees(device.store, model), describeDifference(device.store, isCut ? model : after));
        assert(device.store.health().damaged.length === 0, "a cut was taken for damage");
      }
      device.fresh();
      device.isCut({ kind: "boot" }, undefined);
      assert(agrees(device.store, model), describeDifference(device.store, model));
      const entries = new Map(device.store.entries().map((record) => [modelKey(record), record.value.join()]));
      assertEquals(entries, new Map([...model].map(([key, { value }]) => [key, value.join()])));
      assert(device.part.counters.impossibleBits === 0, "a bit was to turn from 0 to 1");
    },
  );
  fc.assert(property, { numRuns: 150, seed: 20_261_123 });
});
