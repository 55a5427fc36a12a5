/**
 * The file of `run --image` as text: the key store in each flash part, sector
 * by sector. Values are not shown, sealed as they are.
 *
 * @module
 */

import { describeRegion } from "../../../../firmware/nvram/region_text.ts";
import { decodeHeader } from "../../../../firmware/nvram/sector_header.ts";
import { InputError } from "../../../kernel/input_error.ts";
import type { FlashState } from "../../../parts/flash/flash_state.ts";
import { decodeWorldImage } from "../../world/world_image.ts";

/**
 * Describes an image.
 *
 * @throws {InputError} It is none, or a part in it has no sectors.
 */
export function describeImage(bytes: Uint8Array): readonly string[] {
  const { flash, serviceStore } = decodeWorldImage(bytes);
  const parts = Object.entries(flash).flatMap((
    [adapter, part],
  ) => [`flash of ${adapter}:`, ...describePart(adapter, part)]);
  return [...parts, `service store: ${serviceStore.rows.length} rows`];
}

/**
 * Describes a flash part with a key store in it, as `describeRegion` does.
 *
 * @param adapter Whose it is, for errors.
 * @throws {InputError} It has no whole sectors.
 */
export function describePart(adapter: string, { image, sectorErases, pagePrograms }: FlashState): readonly string[] {
  const [sectorBytes, pageBytes] = [image.length / sectorErases.length, image.length / pagePrograms.length];
  if (!(Number.isInteger(sectorBytes) && Number.isInteger(pageBytes) && image.length > 0)) {
    throw new InputError(
      `flash of ${adapter}: ${image.length} bytes in ${sectorErases.length} sectors and ${pagePrograms.length} pages; ` +
        `expected whole ones`,
    );
  }
  return describeRegion(asStored(image, sectorBytes), { sectorBytes, pageBytes });
}

/** A part that is erased to 0 holds the store in complement. Which it is, its sector headers tell. */
function asStored(image: Uint8Array, sectorBytes: number): Uint8Array {
  const complement = image.map((byte) => ~byte);
  const headers = (bytes: Uint8Array) =>
    Array.from(
      { length: bytes.length / sectorBytes },
      (_, index) => bytes.slice(index * sectorBytes, (index + 1) * sectorBytes),
    )
      .filter((sector) => decodeHeader(sector) !== undefined).length;
  return headers(complement) > headers(image) ? complement : image;
}
