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
import nacl from "tweetnacl";
import { signFirmwareImage } from "../../../firmware/firmware_image.ts";

/** Version 1.0.0, as the image says it. */
export const FIRMWARE_VERSION = 0x10000;

const CODE_BYTES = 2048;

const secret = (name: string) => sha256(new TextEncoder().encode(`hbasim factory\0${name}`));

const signingKeys = nacl.sign.keyPair.fromSeed(secret("image signing key"));

/** The public key fused into every adapter, 32 bytes. */
export const IMAGE_PUBLIC_KEY: Uint8Array = signingKeys.publicKey;

/** The signed firmware image. */
export const FIRMWARE_IMAGE: Uint8Array = signFirmwareImage(
  FIRMWARE_VERSION,
  Uint8Array.from({ length: CODE_BYTES }, (_, index) => (index * 167) & 0xff),
  signingKeys.secretKey,
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
