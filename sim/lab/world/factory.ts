/**
 * What the factory put into every adapter: the signed firmware image, the
 * public key that checks it, and the device root key that seals the flash.
 *
 * Root keys depend on the adapter's name alone, so that a flash image can be
 * carried from one run to the next.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { assembleFirmwareImage } from "../../../firmware/firmware_image.ts";

/** Version 1.0.0, as the image says it. */
export const FIRMWARE_VERSION = 0x10000;

const CODE_BYTES = 2048;

const secret = (name: string) => sha256(new TextEncoder().encode(`hbasim factory\0${name}`));

/** The public key fused into every adapter, 32 bytes: of the pair whose seed is the factory's "image signing key". */
export const IMAGE_PUBLIC_KEY: Uint8Array = hexToBytes(
  "28ce56dffb578cdc7ab528d44b21dd19270cf7606098227cc4635462b3324249",
);

/** What the factory's machine gave for the image, once: a signature costs as much as a run of a scenario. */
const SIGNATURE = hexToBytes(
  "31cfb3471c8f508e44f5b2e48c06ff6a18bbb2054a7b60de7eba914140a0eaca" +
    "7fd09d14753815b8b7188d8ef002d99aef2968620302783166f891f71bbc5d04",
);

/** The signed firmware image. */
export const FIRMWARE_IMAGE: Uint8Array = assembleFirmwareImage(
  FIRMWARE_VERSION,
  Uint8Array.from({ length: CODE_BYTES }, (_, index) => (index * 167) & 0xff),
  () => SIGNATURE,
);

/** The firmware image with one bit of its code flipped. */
export const TAMPERED_IMAGE: Uint8Array = tamperedImage(FIRMWARE_IMAGE);

/** A firmware image with one bit flipped: of its code, if it is longer than 100 bytes. */
export function tamperedImage(image: Uint8Array): Uint8Array {
  const flipped = Math.min(100, image.length - 1);
  return image.map((byte, index) => (index === flipped ? byte ^ 1 : byte));
}

/** The device root key of an adapter, 32 bytes; kept outside the flash. */
export function deviceRootKey(adapterName: string): Uint8Array {
  return secret(`device root key\0${adapterName}`);
}
