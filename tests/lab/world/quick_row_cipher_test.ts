/** The boxes of the rows of worlds are those of the host, and of RFC 8452. */

import { assertEquals, assertThrows } from "@std/assert";
import { ROW_CIPHER } from "../../../host/initiator_service/row_cipher.ts";
import { RowSealer } from "../../../host/initiator_service/row_sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { QuickRowCipher } from "../../../sim/lab/world/quick_row_cipher.ts";

interface Published {
  readonly key: string;
  readonly nonce: string;
  readonly name: string;
  readonly value: string;
  readonly box: string;
}

const ZEROS = "0".repeat(64);

/** RFC 8452 appendix C.2, of all lengths around a block, and C.3, in which the counter begins anew. */
const PUBLISHED: readonly Published[] = [
  {
    key: "01".padEnd(64, "0"),
    nonce: "03".padEnd(24, "0"),
    name: "",
    value: "",
    box: "07f5f4169bbf55a8400cd47ea6fd400f",
  },
  {
    key: "01".padEnd(64, "0"),
    nonce: "03".padEnd(24, "0"),
    name: "01",
    value: [2, 3, 4, 5].map((byte) => `0${byte}`.padEnd(32, "0")).join(""),
    box: "67fd45e126bfb9a79930c43aad2d36967d3f0e4d217c1e551f59727870beefc9" +
      "8cb933a8fce9de887b1e40799988db1fc3f91880ed405b2dd298318858467c895bde0285037c5de81e5b570a049b62a0",
  },
  {
    key: "01".padEnd(64, "0"),
    nonce: "03".padEnd(24, "0"),
    name: "01".padEnd(32, "0") + "0200",
    value: "03".padEnd(32, "0") + "04000000",
    box: "43dd0163cdb48f9fe3212bf61b201976067f342bb879ad976d8242acc188ab59cabfe307",
  },
  {
    key: "e66021d5eb8e4f4066d4adb9c33560e4f46e44bb3da0015c94f7088736864200",
    nonce: "e0eaf5284d884a0e77d31646",
    name: "",
    value: "",
    box: "169fbb2fbf389a995f6390af22228a62",
  },
  {
    key: "9745b3d1ae06556fb6aa7890bebc18fe6b3db4da3d57aa94842b9803a96e07fb",
    nonce: "6de71860f762ebfbd08284e4",
    name: "f37de21c7ff901cfe8a69615a93fdf7a98cad481796245709f",
    value: "21702de0de18baa9c9596291b08466",
    box: "793576dfa5c0f88729a7ed3c2f1bffb3080d28f6ebb5d3648ce97bd5ba67fd",
  },
  {
    key: "3c535de192eaed3822a2fbbe2ca9dfc88255e14a661b8aa82cc54236093bbc23",
    nonce: "688089e55540db1872504e1c",
    name: "734320ccc9d9bbbb19cb81b2af4ecbc3e72834321f7aa0f70b7282b4f33df23f167541",
    value: "ced532ce4159b035277d4dfbb7db62968b13cd4eec",
    box: "626660c26ea6612fb17ad91e8e767639edd6c9faee9d6c7029675b89eaf4ba1ded1a286594",
  },
  {
    key: ZEROS,
    nonce: "0".repeat(24),
    name: "",
    value: "0".repeat(32) + "4db923dc793ee6497c76dcc03a98e108",
    box: "f3f80f2cf0cb2dd9c5984fcda908456cc537703b5ba70324a6793a7bf218d3eaffffffff000000000000000000000000",
  },
  {
    key: ZEROS,
    nonce: "0".repeat(24),
    name: "",
    value: "eb3640277c7ffd1303c7a542d02d3e4c0000000000000000",
    box: "18ce4f0b8cb4d0cac65fea8f79257b20888e53e72299e56dffffffff000000000000000000000000",
  },
];

Deno.test("QuickRowCipher and the host's cipher make and open the boxes that RFC 8452 publishes", () => {
  const quick = new QuickRowCipher();
  for (const { key, nonce, name, value, box } of PUBLISHED) {
    const known = [bytesOf(key), bytesOf(nonce), bytesOf(name)] as const;
    for (const cipher of [quick, ROW_CIPHER]) {
      assertEquals(cipher.seal(...known, bytesOf(value)), bytesOf(box), box);
      assertEquals(cipher.open(...known, bytesOf(box)), bytesOf(value), box);
    }
  }
});

Deno.test("QuickRowCipher makes the boxes of the host's cipher, of names and values of all lengths", () => {
  const random = new RandomStreams(1).stream("rows");
  const quick = new QuickRowCipher();
  const keys = [random.bytes(32), random.bytes(32), new Uint8Array(32).fill(0xff)];
  for (let lengthBytes = 0; lengthBytes <= 300; lengthBytes++) {
    const key = keys[lengthBytes % keys.length] ?? random.bytes(32);
    const [nonce, value] = [random.bytes(12), random.bytes(lengthBytes)];
    for (const name of [random.bytes(300 - lengthBytes), new Uint8Array(lengthBytes % 40).fill(0xff)]) {
      const box = quick.seal(key, nonce, name, value);
      assertEquals(box, ROW_CIPHER.seal(key, nonce, name, value), `${lengthBytes} bytes`);
      assertEquals(quick.open(key, nonce, name, box), value, `${lengthBytes} bytes`);
    }
  }
});

Deno.test("QuickRowCipher opens nothing in which a bit of box, nonce, name or key is another", () => {
  const random = new RandomStreams(2).stream("rows");
  const quick = new QuickRowCipher();
  const [key, nonce, name, value] = [random.bytes(32), random.bytes(12), random.bytes(37), random.bytes(41)];
  const box = quick.seal(key, nonce, name, value);
  const parts = [key, nonce, name, box] as const;
  for (const part of parts) {
    for (let bit = 0; bit < 8 * part.length; bit++) {
      const flip = () => part[bit >> 3] = (part[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      flip();
      assertThrows(() => quick.open(...parts), Error, "not made of");
      assertThrows(() => ROW_CIPHER.open(...parts));
      flip();
    }
  }
  assertEquals(quick.open(...parts), value);
});

Deno.test("Rows that a world has sealed open in a host with its own cipher, and the other way about", () => {
  const key = new Uint8Array(32).fill(7);
  const sealer = (quick: boolean) => {
    const random = new RandomStreams(3).stream("nonces");
    return quick ? new RowSealer(key, random, undefined, new QuickRowCipher()) : new RowSealer(key, random);
  };
  const [quick, ours] = [sealer(true), sealer(false)];
  const row = { adapter: "hba0", kind: "group-key", name: Uint8Array.of(1, 2, 3) } as const;
  const value = Uint8Array.from({ length: 60 }, (_, index) => index);
  const sealed = quick.seal(row, value);
  assertEquals(sealed, ours.seal(row, value));
  for (const each of [quick, ours]) {
    assertEquals(each.open(row, sealed), value);
    assertEquals(each.open({ ...row, adapter: "hba1" }, sealed), undefined);
    assertEquals(each.open(row, sealed.subarray(0, 27)), undefined);
  }
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
