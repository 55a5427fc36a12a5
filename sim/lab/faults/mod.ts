/**
 * Faults as data, for a world: what goes wrong, at the n-th operation of a
 * kind, and whether it did.
 *
 * @example The power goes in the middle of a flash program
 * ```ts
 * import { PlannedFaults } from "@hba/sim/faults";
 * import { World } from "@hba/sim";
 *
 * const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
 * world.powerOn();
 * world.settle();
 * const faults = new PlannedFaults([{
 *   harm: { kind: "powerCycle", adapter: "hba0", off: 100_000_000 },
 *   anchor: { at: "flashProgram", adapter: "hba0", ordinals: { least: 1, most: 1 } },
 *   after: { bytes: 17 },
 * }], world);
 * world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16), true));
 * const [outcome] = faults.end();
 * console.assert(outcome?.fired === 1, outcome?.missed);
 * ```
 *
 * @module
 */

export {
  type Accident,
  ACCIDENT_DOCS,
  accidentHappens,
  type AccidentKind,
  type ResetBy,
  tellAccident,
} from "./accidents.ts";
export type { Damage, KeyTableBit } from "./damage.ts";
export type { EventPattern } from "./event_pattern.ts";
export {
  type AdapterOperation,
  type Anchor,
  type BusHarm,
  type DatagramHarm,
  type Fault,
  FAULT_ANCHORS,
  type FaultKind,
  type Harm,
  type HeaderField,
  type Offset,
  type OperationAnchor,
} from "./fault.ts";
export type { Impossible } from "./impossible.ts";
export { FaultError } from "./fault_error.ts";
export { type FaultOutcome, LASTING_ACCIDENTS, PlannedFaults } from "./injector.ts";
export { impossibleAccident, impossibleFault } from "./possible.ts";
export type { Bounds, Range } from "./range.ts";
export { tellFault } from "./sentence.ts";
