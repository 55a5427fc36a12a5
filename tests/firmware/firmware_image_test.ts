import { assertEquals } from "@std/assert";
import { ed25519 } from "@noble/curves/ed25519.js";
import nacl from "tweetnacl";
import { assembleFirmwareImage, signFirmwareImage, verifyFirmwareImage } from "../../firmware/firmware_image.ts";

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

Deno.test("signFirmwareImage() signs as a second implementation does, with seed and public key or the seed alone", () => {
  const code = new TextEncoder().encode("code");
  assertEquals(assembleFirmwareImage(0x10203, code, (signed) => nacl.sign.detached(signed, secretKey)), image);
  assertEquals(signFirmwareImage(0x10203, code, secretKey.subarray(0, 32)), image);
});

Deno.test("verifyFirmwareImage() refuses a second signature that is made of the first without the key", () => {
  // RFC 8032, 5.1.7: the scalar is below the group's order. With the order added it solves the same equation.
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const forged = image.slice();
  const scalar = forged.subarray(-32);
  const digits = [...scalar].toReversed().map((byte) => byte.toString(16).padStart(2, "0"));
  const sum = BigInt(`0x${digits.join("")}`) + order;
  scalar.forEach((_, index) => scalar[index] = Number((sum >> BigInt(8 * index)) & 0xffn));
  assertEquals(verifyFirmwareImage(forged, publicKey), { type: "refused", reason: "the signature is wrong" });
});

Deno.test("verifyFirmwareImage() decides as the library's own verification does about keys and signatures of small order", () => {
  // Points of order 1 to 8, canonical or not, with both signs: whoever takes one as R or A takes signatures of nobody.
  const encodings = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ].flatMap((hex) => {
    const point = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
    return [point, point.map((byte, index) => index === 31 ? byte ^ 0x80 : byte)];
  });
  const signed = image.subarray(0, -64);
  for (const key of [...encodings, publicKey]) {
    for (const point of encodings) {
      const signature = Uint8Array.from([...point, ...new Uint8Array(32)]);
      const expected = ed25519.verify(signature, signed, key, { zip215: false }) ? "verified" : "refused";
      assertEquals(verifyFirmwareImage(Uint8Array.from([...signed, ...signature]), key).type, expected);
    }
  }
});
