/**
 * The adapter: its hardware manual (registers, mailbox commands, layouts), its
 * firmware's boot, key table, security cache and sessions. Key store and IKE
 * have doors of their own.
 *
 * @example What the mailbox carries
 * ```ts
 * import { ALL_PORTS, PRESHARED_KEY_QUERY } from "@hba/sim/firmware";
 *
 * const query = { portNumber: ALL_PORTS, idType: 1, id: Uint8Array.of(192, 0, 2, 10) };
 * const bytes = PRESHARED_KEY_QUERY.encode(query);
 * if (bytes.length !== 16 || PRESHARED_KEY_QUERY.decode(bytes).idType !== 1) throw new Error("not 12 bytes and the id");
 * ```
 *
 * @module
 */

export * from "./adapter.ts";
export * from "./adapter_options.ts";
export type { CommandEnd, CommandTap } from "./command_tap.ts";
export type { UnusedMemory } from "../sim/parts/unused_memory.ts";
export * from "./boot.ts";
export * from "./cache/cache_damage.ts";
export * from "./cache/key_table.ts";
export * from "./cache/record_writers.ts";
export { type PersistentLoginOptions, PersistentLogins, type SavedLogin } from "./cache/persistent_logins.ts";
export { idStatus, keySizeStatus } from "./cache/request_checks.ts";
export * from "./cache/security_cache.ts";
export * from "./firmware_image.ts";
export * from "./mailbox_output.ts";
export * from "./manual/interface.ts";
export * from "./other_firmware.ts";
export {
  type KeySelection,
  type KeySource,
  type NoPhase1,
  type NoSelection,
  type Selection,
  type SelectionInput,
  selectKey,
} from "./session/key_selection.ts";
export * from "./session/phase1_runner.ts";
export * from "./session/session_manager.ts";
export type { EventOutput } from "./session/session_outcome.ts";
