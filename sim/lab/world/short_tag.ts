/**
 * The tag of {@linkcode QuickBox}: what `firmware/nvram/sealed_box.ts` keeps of Poly1305's (RFC 8439 §2.5).
 *
 * @module
 */

/** Numbers of 130 bits lie in ten limbs of 13: sums of products of two are exact. */
const LIMBS = 10;
const LIMB_BITS = 13;
const LIMB = 1 << LIMB_BITS;
const PART_BYTES = 16;

/** Takes one tag after the other. */
export class ShortTag {
  /** A part of the message, and the bit that stands behind it. */
  readonly #part = new Uint8Array(PART_BYTES + 1);
  readonly #factor = new Float64Array(LIMBS);
  readonly #sum = new Float64Array(LIMBS);
  readonly #product = new Float64Array(LIMBS);
  readonly #pad = new Uint8Array(PART_BYTES);

  /** Takes the key from the first 32 of some bytes. */
  begin(key: Uint8Array): void {
    const part = this.#part;
    part[PART_BYTES] = 0;
    for (let index = 0; index < PART_BYTES; index++) {
      const clamp = index % 4 === 3 ? 0x0f : index % 4 === 0 && index > 0 ? 0xfc : 0xff;
      part[index] = (key[index] as number) & clamp;
      this.#pad[index] = key[PART_BYTES + index] as number;
    }
    for (let limb = 0; limb < LIMBS; limb++) this.#factor[limb] = this.#limbOfPart(limb);
    this.#sum.fill(0);
  }

  /** Writes the last bytes of the tag of what stands in a box, before it. */
  write(box: Uint8Array, tagBytes: number): void {
    for (let at = tagBytes; at < box.length; at += PART_BYTES) {
      const lengthBytes = Math.min(PART_BYTES, box.length - at);
      this.#part.fill(0);
      for (let index = 0; index < lengthBytes; index++) this.#part[index] = box[at + index] as number;
      this.#part[lengthBytes] = 1;
      this.#multiply();
    }
    this.#reduce();
    let carry = 0;
    for (let index = 0; index < PART_BYTES; index++) {
      const limb = Math.floor((8 * index) / LIMB_BITS);
      const bits = (this.#sum[limb] as number) + (this.#sum[limb + 1] ?? 0) * LIMB;
      const byte = ((bits >>> ((8 * index) % LIMB_BITS)) & 0xff) + (this.#pad[index] as number) + carry;
      carry = byte >>> 8;
      if (index >= PART_BYTES - tagBytes) box[index - PART_BYTES + tagBytes] = byte;
    }
  }

  #limbOfPart(limb: number): number {
    const bit = LIMB_BITS * limb;
    const at = bit >>> 3;
    const part = this.#part;
    const bits = (part[at] as number) | ((part[at + 1] as number) << 8) | ((part[at + 2] ?? 0) << 16);
    return (bits >>> (bit & 7)) & (LIMB - 1);
  }

  /** Adds the part, and multiplies by the key modulo 2^130 - 5. */
  #multiply(): void {
    const sum = this.#sum;
    const factor = this.#factor;
    const product = this.#product;
    product.fill(0);
    for (let one = 0; one < LIMBS; one++) {
      const limb = (sum[one] as number) + this.#limbOfPart(one);
      for (let other = 0; other < LIMBS; other++) {
        const place = one + other;
        // What is beyond 2^130 counts five times.
        const at = place < LIMBS ? place : place - LIMBS;
        product[at] = (product[at] as number) + (place < LIMBS ? limb : 5 * limb) * (factor[other] as number);
      }
    }
    sum.set(product);
    this.#carry();
    this.#carry();
  }

  #carry(): void {
    const sum = this.#sum;
    let carry = 0;
    for (let limb = 0; limb < LIMBS; limb++) {
      const whole = (sum[limb] as number) + carry;
      carry = Math.floor(whole / LIMB);
      sum[limb] = whole - carry * LIMB;
    }
    sum[0] = (sum[0] as number) + 5 * carry;
  }

  /** The sum below 2^130 - 5. */
  #reduce(): void {
    this.#carry();
    this.#carry();
    const sum = this.#sum;
    let carry = 5;
    for (let limb = 0; limb < LIMBS; limb++) carry = Math.floor(((sum[limb] as number) + carry) / LIMB);
    if (carry === 0) return;
    sum[0] = (sum[0] as number) + 5;
    this.#carry();
    // One of 2^130 went round, and five with it.
    sum[0] = (sum[0] as number) - 5;
  }
}
