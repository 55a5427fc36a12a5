/**
 * The flash parts that scenarios can name.
 *
 * @module
 */

import { BY25Q64AS, type FlashPreset, MX25V1635F, W25Q64JV } from "../../parts/flash/presets.ts";

/** Parts by their names in scenarios. */
export const FLASH_PARTS = { W25Q64JV, BY25Q64AS, MX25V1635F } satisfies Record<string, FlashPreset>;

/** Their names. */
export const FLASH_PART_NAMES = Object.keys(FLASH_PARTS) as (keyof typeof FLASH_PARTS)[];
