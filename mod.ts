/**
 * hbasim: a deterministic, cycle-oriented simulator of an iSCSI host bus
 * adapter's firmware, its Windows driver stack, and the targets it talks to.
 *
 * Here is what a test or a program of one's own begins with: worlds, scenarios,
 * traces, and the errors of all of them. Each room has a door of its own beside
 * this one: `kernel`, `network`, `parts`, `layout`, `trace`, `firmware`, `nvram`, `ike`,
 * `host`, `scenario`, `explore`, `cli`.
 *
 * @example A world in five lines
 * ```ts
 * import { World } from "@hba/sim";
 *
 * const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
 * world.powerOn();
 * world.settle();
 * const status = world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(7), true));
 * ```
 *
 * @module
 */

export * from "./sim/lab/world/factory.ts";
export type { FlashContents } from "./sim/lab/world/flash_contents.ts";
export * from "./sim/lab/world/target.ts";
export * from "./sim/lab/world/world.ts";
export * from "./sim/lab/world/world_image.ts";
export * from "./sim/lab/world/world_options.ts";
export { report, type ReportOptions } from "./sim/lab/world/world_report.ts";
export * from "./sim/lab/scenario/report.ts";
export { caseNames, type Mistake, type RunOptions, runScenarioText } from "./sim/lab/scenario/mod.ts";
export { ScenarioError, type ScenarioOverrides } from "./sim/lab/scenario/mod.ts";
// What a program reads, writes and asks of a world.
export type { Cycle, Cycles, Task } from "./sim/kernel/mod.ts";
export { formatInternetAddress, parseInternetAddress } from "./sim/network/mod.ts";
export { type Component, type EventKind, KeyLog, Recorder, type TraceEvent, type TraceFile } from "./sim/trace/mod.ts";
export { decodeTrace, encodePcapng, encodeTrace, renderLadder, traceDigest } from "./sim/trace/mod.ts";
export { IsdscStatus, type IsdscStatusName, isdscStatusName, SecurityFlag } from "./firmware/mod.ts";
// The errors.
export { ProcessError } from "./sim/kernel/mod.ts";
export { InternetAddressError, NetworkError } from "./sim/network/mod.ts";
export { FlashFaultError, FlashMisuseError, RamExhaustedError, RegisterAccessError } from "./sim/parts/mod.ts";
export { StructureError } from "./sim/layout/mod.ts";
export { FileFormatError, PcapngError } from "./sim/trace/mod.ts";
export { ComputationLengthError, IkePolicyError, SuiteError } from "./firmware/ike/mod.ts";
export { NvramMisuseError } from "./firmware/nvram/mod.ts";
export { KeyStoreContentError, UnknownAdapterError } from "./host/mod.ts";
