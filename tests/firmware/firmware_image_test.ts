import { assertEquals } from "@std/assert";
import nacl from "tweetnacl";
import { signFirmwareImage, verifyFirmwareImage } from "../../firmware/firmware_image.ts";

const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(
  new Uint8Array(32).fill(7),
);
const image = signFirmwareImage(
  0x10203,
  new TextEncoder().encode("code"),
  secretKey,
);

Deno.test("verifyFirmwareImage() accepts what signFirmwareImage() made", () => {
  assertEquals(verifyFirmwareImage(image, publicKey), {
    type: "verified",
    version: 0x10203,
  });
});

Deno.test("verifyFirmwareImage() refuses an image in which one bit is flipped, every seventh in turn", () => {
  for (let bit = 0; bit < image.length * 8; bit += 7) {
    const flipped = image.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    assertEquals(
      verifyFirmwareImage(flipped, publicKey).type,
      "refused",
      `bit ${bit}`,
    );
  }
});

Deno.test("verifyFirmwareImage() refuses every truncation, and another key", () => {
  for (let length = 0; length < image.length; length++) {
    assertEquals(
      verifyFirmwareImage(image.subarray(0, length), publicKey).type,
      "refused",
    );
  }
  const other = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(8));
  assertEquals(verifyFirmwareImage(image, other.publicKey), {
    type: "refused",
    reason: "the signature is wrong",
  });
});
