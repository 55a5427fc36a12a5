/**
 * hbasim: a deterministic, cycle-oriented simulator of an iSCSI host bus
 * adapter's firmware, its Windows driver stack, and the targets it talks to.
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

export * from "./sim/lab/world/world.ts";
export * from "./sim/lab/world/world_options.ts";
export * from "./sim/lab/world/world_image.ts";
export * from "./sim/lab/world/factory.ts";
export * from "./sim/kernel/core.ts";
export * from "./sim/kernel/event_queue.ts";
export * from "./sim/kernel/kernel.ts";
export * from "./sim/kernel/outside.ts";
export * from "./sim/kernel/process.ts";
export * from "./sim/kernel/process_error.ts";
export * from "./sim/kernel/random.ts";
export * from "./sim/kernel/run_outcome.ts";
export * from "./sim/kernel/signal.ts";
export * from "./sim/kernel/task.ts";
export * from "./sim/kernel/task_group.ts";
export * from "./sim/kernel/untimed_clock.ts";
export * from "./sim/network/datagram.ts";
export * from "./sim/network/internet_address.ts";
export * from "./sim/network/network.ts";
export * from "./sim/parts/cost_table.ts";
export * from "./sim/parts/flash/flash_part.ts";
export * from "./sim/parts/flash/cells.ts";
export * from "./sim/parts/flash/cut_effects.ts";
export { type FlashFault, FlashFaultError } from "./sim/parts/flash/faults.ts";
export * from "./sim/parts/flash/flash_state.ts";
export * from "./sim/parts/flash/heat_map.ts";
export * from "./sim/parts/flash/nor_flash.ts";
export * from "./sim/parts/flash/presets.ts";
export type { FlashRandom } from "./sim/parts/flash/random.ts";
export * from "./sim/parts/key_slots.ts";
export * from "./sim/parts/modular_exponentiation.ts";
export * from "./sim/parts/network_interface.ts";
export * from "./sim/parts/public_key_engine.ts";
export * from "./sim/parts/ram.ts";
export * from "./sim/parts/register_file.ts";
export * from "./sim/lab/scenario/report.ts";
export { type RunOptions, runScenarioText } from "./sim/lab/scenario/runner.ts";
export type { ScenarioOverrides } from "./sim/lab/scenario/world_of_scenario.ts";
export { ScenarioError } from "./sim/lab/scenario/read_yaml.ts";
export * from "./sim/lab/world/target.ts";
export * from "./sim/trace/cbor_file.ts";
export * from "./sim/trace/digest.ts";
export * from "./sim/trace/fingerprint.ts";
export * from "./sim/trace/key_log.ts";
export * from "./sim/trace/ladder.ts";
export * from "./sim/trace/pcapng.ts";
export * from "./sim/trace/recorder.ts";
export * from "./sim/trace/trace_file.ts";
export * from "./firmware/cache/cache_damage.ts";
export * from "./firmware/adapter.ts";
export * from "./firmware/boot.ts";
export * from "./firmware/manual/interface.ts";
export {
  type KeySelection,
  type KeySource,
  type NoSelection,
  type SelectionInput,
  selectKey,
} from "./firmware/session/key_selection.ts";
export * from "./firmware/cache/key_table.ts";
export * from "./firmware/mailbox_output.ts";
export * from "./firmware/session/phase1_runner.ts";
export * from "./firmware/cache/security_cache.ts";
export * from "./firmware/session/session_manager.ts";
export type { EventOutput } from "./firmware/session/session_outcome.ts";
export * from "./firmware/firmware_image.ts";
export * from "./firmware/ike/mod.ts";
export type { MountRule } from "./firmware/nvram/ring_log.ts";
export * from "./firmware/nvram/ring_store.ts";
export * from "./firmware/nvram/sealer.ts";
export * from "./firmware/nvram/store.ts";
export * from "./host/windows_host.ts";
export * from "./host/iscsidsc.ts";
export * from "./host/costs.ts";
export * from "./host/initiator_service/key_store.ts";
export * from "./host/initiator_service/memory_key_store.ts";
export * from "./host/initiator_service/initiator_service.ts";
export * from "./host/initiator_service/held_records.ts";
export * from "./host/initiator_service/security_record.ts";
export * from "./host/initiator_service/adapter_link.ts";
export * from "./host/initiator_service/row_sealer.ts";
export type { ServiceContext } from "./host/initiator_service/synchronization.ts";
export * from "./host/miniport/mailbox.ts";
export * from "./host/miniport/miniport.ts";
export * from "./host/port_driver.ts";
export * from "./host/srb.ts";
export * from "./host/wmi/kernel_wmi.ts";
export * from "./host/wmi/system_buffers.ts";
export type { MethodCall } from "./host/wmi/wnode.ts";
export * from "./host/miniport/sessions.ts";
export * from "./host/scsiwmi.ts";
export * from "./host/wmi/adapter_information.ts";
export * from "./sim/layout/field.ts";
export * from "./sim/layout/structure.ts";
export * from "./sim/layout/fields.ts";
