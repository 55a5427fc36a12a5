/**
 * The adapter: its hardware manual (registers, mailbox commands, layouts), its
 * firmware's boot, key table, security cache and sessions. Key store and IKE
 * have doors of their own.
 *
 * @example What the mailbox carries
 * ```ts
 * import { decodePresharedKeyQuery, encodePresharedKeyQuery, MailboxCommand } from "@hba/sim/firmware";
 *
 * const query = { portNumber: 1, idType: 1, id: Uint8Array.of(192, 0, 2, 10) };
 * const bytes = encodePresharedKeyQuery(query);
 * if (decodePresharedKeyQuery(bytes).portNumber !== 1) throw new Error("the layout does not hold its own value");
 * if (MailboxCommand.setPresharedKeyForId === undefined) throw new Error("no such command");
 * ```
 *
 * @module
 */

export * from "./adapter.ts";
export * from "./boot.ts";
export * from "./cache/cache_damage.ts";
export * from "./cache/key_table.ts";
export * from "./cache/security_cache.ts";
export * from "./firmware_image.ts";
export * from "./mailbox_output.ts";
export * from "./manual/interface.ts";
export {
  type KeySelection,
  type KeySource,
  type NoSelection,
  SecurityFlag,
  type SelectionInput,
  selectKey,
} from "./session/key_selection.ts";
export * from "./session/phase1_runner.ts";
export * from "./session/session_manager.ts";
export type { EventOutput } from "./session/session_outcome.ts";
