/**
 * The parts of the board: NOR flash with its faults and its wear, RAM,
 * registers, DMA memory, network interface, public-key engine and key slots.
 *
 * @example Power goes in the middle of a page program
 * ```ts
 * import { Kernel, RandomStreams, type Task } from "@hba/sim/kernel";
 * import { FlashPart, W25Q_REGION } from "@hba/sim/parts";
 *
 * const kernel = new Kernel();
 * const random = new RandomStreams("1").stream("flash");
 * const flash = new FlashPart({ preset: W25Q_REGION, clock: kernel, random });
 * function* write(): Task {
 *   yield* flash.writeEnable();
 *   yield* flash.pageProgram(0, new Uint8Array(256));
 * }
 * kernel.spawn("writer", write());
 * kernel.schedule(20_000, () => flash.powerOff());
 * kernel.run();
 * if (flash.counters.cuts !== 1) throw new Error("nothing was cut");
 * ```
 *
 * @module
 */

export * from "./cost_table.ts";
export * from "./dma_engine.ts";
export * from "./dma_memory.ts";
export * from "./flash/cells.ts";
export {
  type FlashCommandSet,
  type FlashRequest,
  type FlashSuspend,
  type SecondProgram,
  type SerialNorFlash,
} from "./flash/command_set.ts";
export * from "./flash/cut_effects.ts";
export { type FlashFault, FlashFaultError } from "./flash/faults.ts";
export * from "./flash/flash_part.ts";
export * from "./flash/flash_state.ts";
export * from "./flash/heat_map.ts";
export * from "./flash/nor_flash.ts";
export { FlashPresetError } from "./flash/preset_check.ts";
export * from "./flash/presets.ts";
export type { FlashRandom } from "./flash/random.ts";
export type { FlashAges } from "./flash/sector_ages.ts";
export type { StatusCut } from "./flash/status_register.ts";
export * from "./key_slots.ts";
export * from "./modular_exponentiation.ts";
export * from "./network_interface.ts";
export * from "./public_key_engine.ts";
export * from "./ram.ts";
export * from "./register_file.ts";
