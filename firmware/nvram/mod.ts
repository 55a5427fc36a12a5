/**
 * The key store on NOR flash: a ring of sectors that loses nothing that was
 * acknowledged, whenever the power goes. Its format is in `FORMAT.md`.
 *
 * @example A key survives
 * ```ts
 * import { RandomStreams, runToEnd, UntimedClock } from "@hba/sim/kernel";
 * import { RingStore, SecretboxSealer } from "@hba/sim/nvram";
 * import { FlashPart, W25Q_REGION } from "@hba/sim/parts";
 *
 * const random = new RandomStreams("1").stream("flash");
 * const flash = new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random });
 * const sealer = new SecretboxSealer(new Uint8Array(32).fill(1));
 * const open = () => new RingStore({ flash, random: (lengthBytes) => random.bytes(lengthBytes), sealer });
 * const name = Uint8Array.of(192, 0, 2, 10);
 * const store = open();
 * runToEnd(store.mount());
 * runToEnd(store.put({ class: "preshared-key", name, value: new TextEncoder().encode("a key") }));
 *
 * const again = open();
 * runToEnd(again.mount());
 * if (again.get("preshared-key", name).type !== "found") throw new Error("the key is lost");
 * ```
 *
 * @module
 */

export type { MountRule } from "./mount_rules.ts";
export * from "./region_text.ts";
export * from "./ring_store.ts";
export * from "./sealer.ts";
export * from "./store.ts";
