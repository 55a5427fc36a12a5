import { assertEquals } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import { signFirmwareImage } from "../../../firmware/firmware_image.ts";
import { FIRMWARE_IMAGE, FIRMWARE_VERSION, IMAGE_PUBLIC_KEY } from "../../../sim/lab/world/factory.ts";

Deno.test("the factory's image and public key are what its signing key makes of them", () => {
  const seed = sha256(new TextEncoder().encode("hbasim factory\0image signing key"));
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
  assertEquals(IMAGE_PUBLIC_KEY, publicKey);
  const code = FIRMWARE_IMAGE.slice(12, FIRMWARE_IMAGE.length - 64);
  assertEquals(FIRMWARE_IMAGE, signFirmwareImage(FIRMWARE_VERSION, code, secretKey));
});
