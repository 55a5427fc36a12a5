/**
 * The firmware image in flash and its signature.
 *
 * | Offset | Size | Field |
 * |---|---|---|
 * | 0 | 4 | magic "hbaF" |
 * | 4 | 4 | version: major << 16, minor << 8, patch; little-endian |
 * | 8 | 4 | length of the code, little-endian |
 * | 12 | length | code |
 * | 12 + length | 64 | Ed25519 signature (RFC 8032) of everything before it |
 *
 * @module
 */

import { eddsa, edwards } from "@noble/curves/abstract/edwards.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

const MAGIC = [0x68, 0x62, 0x61, 0x46];
const HEADER_BYTES = 12;
const SIGNATURE_BYTES = 64;
const SEED_BYTES = 32;

/** Verifies as the library's own does, in a third of the time if it is the first, and only, time of a process. */
const VERIFIER = verifierWithoutTable();

/**
 * Ed25519 on a curve object of its own, without the table of multiples of the base point: the library makes it at the
 * first verification, and it pays from the twentieth on.
 */
function verifierWithoutTable(): ReturnType<typeof eddsa> {
  const point = edwards(ed25519.Point.CURVE());
  point.BASE.precompute(1);
  return eddsa(point, sha512);
}

/** A verified image. */
export interface VerifiedImage {
  /** The image is whole and signed by the holder of the key. */
  readonly type: "verified";
  /** major << 16, minor << 8, patch. */
  readonly version: number;
}

/** An image that must not be run. */
export interface RefusedImage {
  /** The image must not be run. */
  readonly type: "refused";
  /** Why, in words. */
  readonly reason: string;
}

/**
 * Builds an image.
 *
 * @param version major << 16, minor << 8, patch.
 * @param secretKey 64 bytes: seed and public key; or the seed alone.
 */
export function signFirmwareImage(
  version: number,
  code: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array {
  return assembleFirmwareImage(version, code, (signed) => ed25519.sign(signed, secretKey.subarray(0, SEED_BYTES)));
}

/**
 * Builds an image.
 *
 * @param version major << 16, minor << 8, patch.
 * @param signatureOf Gives the signature of what stands before it, 64 bytes.
 */
export function assembleFirmwareImage(
  version: number,
  code: Uint8Array,
  signatureOf: (signed: Uint8Array) => Uint8Array,
): Uint8Array {
  const image = new Uint8Array(HEADER_BYTES + code.length + SIGNATURE_BYTES);
  const view = new DataView(image.buffer);
  image.set(MAGIC);
  view.setUint32(4, version, true);
  view.setUint32(8, code.length, true);
  image.set(code, HEADER_BYTES);
  const signed = image.subarray(0, HEADER_BYTES + code.length);
  image.set(signatureOf(signed), signed.length);
  return image;
}

/**
 * Checks an image against the public key that is fused into the adapter.
 *
 * @param publicKey 32 bytes.
 */
export function verifyFirmwareImage(
  image: Uint8Array,
  publicKey: Uint8Array,
): VerifiedImage | RefusedImage {
  if (image.length < HEADER_BYTES + SIGNATURE_BYTES) {
    return {
      type: "refused",
      reason: `the image has ${image.length} bytes, fewer than its header and signature`,
    };
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (MAGIC.some((byte, index) => image[index] !== byte)) {
    return { type: "refused", reason: "the magic is wrong" };
  }
  const signedBytes = HEADER_BYTES + view.getUint32(8, true);
  if (signedBytes + SIGNATURE_BYTES !== image.length) {
    return {
      type: "refused",
      reason: "the length in the header is not that of the image",
    };
  }
  const signature = image.subarray(signedBytes);
  // Without its default, which takes points that are written in more than one way.
  if (!VERIFIER.verify(signature, image.subarray(0, signedBytes), publicKey, { zip215: false })) {
    return { type: "refused", reason: "the signature is wrong" };
  }
  return { type: "verified", version: view.getUint32(4, true) };
}
