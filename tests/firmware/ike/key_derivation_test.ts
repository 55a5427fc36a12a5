import { assert, assertEquals } from "@std/assert";
import { cipher, CIPHER_NAMES } from "../../../firmware/ike/ciphers.ts";
import { hashFunction, type HashName } from "../../../firmware/ike/hash_functions.ts";
import {
  deriveCipherKey,
  deriveKeys,
  deriveSkeyid,
  firstVector,
  initiatorHash,
  responderHash,
} from "../../../firmware/ike/key_derivation.ts";
import { type Texts, vectors } from "./vectors.ts";
import { fromHex, text, toHex } from "./two_engines.ts";

Deno.test("deriveSkeyid() and deriveKeys() give the values of the published vectors (NIST SP 800-135)", () => {
  const cases = vectors<
    readonly Texts<
      "hash" | "psk" | "ni" | "nr" | "cky_i" | "cky_r" | "g_xy" | "skeyid" | "skeyid_d" | "skeyid_a" | "skeyid_e"
    >[]
  >("ikev1-psk-kdf").filter(({ hash }) => hash !== "sha224"); // phase 1 has no SHA-224
  for (const each of cases) {
    const hash = hashFunction(each.hash as HashName);
    const skeyid = deriveSkeyid(hash, fromHex(each.psk), fromHex(each.ni), fromHex(each.nr));
    assertEquals(toHex(skeyid), each.skeyid);
    const keys = deriveKeys(hash, skeyid, fromHex(each.g_xy), fromHex(each.cky_i), fromHex(each.cky_r));
    assertEquals(
      [toHex(keys.skeyidD), toHex(keys.skeyidA), toHex(keys.skeyidE)],
      [each.skeyid_d, each.skeyid_a, each.skeyid_e],
    );
  }
  assertEquals(new Set(cases.map(({ hash }) => hash)), new Set(["sha1", "sha256", "sha512"]));
});

Deno.test("responderHash() gives HASH_R of aggressive mode tuples of ike-scan and hashcat, long keys too", () => {
  const { cases } = vectors<
    {
      readonly cases: readonly Texts<
        "hash" | "psk_ascii" | "g_xr" | "g_xi" | "cky_r" | "cky_i" | "sai_b" | "idir_b" | "ni_b" | "nr_b" | "hash_r"
      >[];
    }
  >("ikev1-psk-hash-r");
  for (const each of cases) {
    const hash = hashFunction(each.hash as HashName);
    const skeyid = deriveSkeyid(hash, text(each.psk_ascii), fromHex(each.ni_b), fromHex(each.nr_b));
    const input = {
      gxi: fromHex(each.g_xi),
      gxr: fromHex(each.g_xr),
      initiatorCookie: fromHex(each.cky_i),
      responderCookie: fromHex(each.cky_r),
      offer: fromHex(each.sai_b),
    };
    assertEquals(toHex(responderHash(hash, skeyid, input, fromHex(each.idir_b))), each.hash_r);
  }
  assert(cases.some(({ psk_ascii }) => psk_ascii.length > 64), "one key is longer than the HMAC's block");
});

Deno.test("deriveCipherKey(), firstVector(), initiatorHash() and responderHash() equal what charon and pluto logged", () => {
  const names = [
    "strongswan-libreswan-main-aes128-sha1-modp1536",
    "strongswan-libreswan-aggr-aes128-sha1-modp1536",
    "strongswan-main-leading-zero-aes128-sha1-modp1024",
    "strongswan-main-several-proposals",
  ];
  for (const name of names) {
    const run = vectors<
      & Texts<
        | "psk_ascii"
        | "cky_i"
        | "cky_r"
        | "ni_b"
        | "nr_b"
        | "g_xi"
        | "g_xr"
        | "g_xy"
        | "sai_b"
        | "skeyid"
        | "skeyid_e"
        | "enc_key"
        | "iv"
        | "id_i_body"
        | "id_r_body"
        | "hash_i"
        | "hash_r"
      >
      & { readonly negotiated: { readonly encryption: number } }
    >(name);
    const hash = hashFunction("sha1");
    const suiteCipher = cipher(run.negotiated.encryption === 5 ? "3des" : "aes128");
    const skeyid = deriveSkeyid(hash, text(run.psk_ascii), fromHex(run.ni_b), fromHex(run.nr_b));
    assertEquals(toHex(skeyid), run.skeyid);
    const keys = deriveKeys(hash, skeyid, fromHex(run.g_xy), fromHex(run.cky_i), fromHex(run.cky_r));
    assertEquals(toHex(keys.skeyidE), run.skeyid_e);
    assertEquals(toHex(deriveCipherKey(hash, keys.skeyidE, suiteCipher)), run.enc_key);
    const [gxi, gxr] = [fromHex(run.g_xi), fromHex(run.g_xr)];
    assertEquals(toHex(firstVector(hash, suiteCipher, gxi, gxr)), run.iv);
    const input = {
      gxi,
      gxr,
      initiatorCookie: fromHex(run.cky_i),
      responderCookie: fromHex(run.cky_r),
      offer: fromHex(run.sai_b),
    };
    assertEquals(toHex(initiatorHash(hash, skeyid, input, fromHex(run.id_i_body))), run.hash_i);
    assertEquals(toHex(responderHash(hash, skeyid, input, fromHex(run.id_r_body))), run.hash_r);
  }
});

Deno.test("deriveCipherKey() expands every hash to every cipher's key, and cuts when it is long enough", () => {
  const skeyidE = fromHex("00112233445566778899aabbccddeeff00112233");
  for (const hashName of ["md5", "sha1", "sha256", "sha384", "sha512"] as const) {
    for (const name of CIPHER_NAMES) {
      const hash = hashFunction(hashName);
      const source = new Uint8Array(hash.outputBytes).map((_, index) => skeyidE[index % skeyidE.length] ?? 0);
      const { keyBytes } = cipher(name);
      const key = deriveCipherKey(hash, source, cipher(name));
      assertEquals(key.length, keyBytes);
      if (hash.outputBytes >= keyBytes) assertEquals(key, source.slice(0, keyBytes));
      else assertEquals(key.slice(0, hash.outputBytes), hash.prf(source, Uint8Array.of(0)));
    }
  }
});

Deno.test("cipher(): known answers of NIST (SP 800-38A, SP 800-67) and decryption undoes encryption", () => {
  // SP 800-38A F.2.1, F.2.3, F.2.5: CBC with AES; first block.
  const iv = fromHex("000102030405060708090a0b0c0d0e0f");
  const plaintext = fromHex("6bc1bee22e409f96e93d7e117393172a");
  const cases = [
    ["aes128", "2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d"],
    ["aes192", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "4f021db243bc633d7178183a9fa071e8"],
    [
      "aes256",
      "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
    ],
  ] as const;
  for (const [name, key, expected] of cases) {
    assertEquals(toHex(cipher(name).encrypt(fromHex(key), iv, plaintext)), expected);
  }
  // SP 800-67 appendix B.1: "The qufck brown fox jump", each block with a zero vector.
  const key = fromHex("0123456789abcdef23456789abcdef01456789abcdef0123");
  const blocks = ["The qufc", "k brown ", "fox jump"].map(text);
  assertEquals(
    blocks.map((block) => toHex(cipher("3des").encrypt(key, new Uint8Array(8), block))),
    ["a826fd8ce53b855f", "cce21c8112256fe6", "68d5c05dd9b6b900"],
  );
  for (const name of CIPHER_NAMES) {
    const { keyBytes, blockBytes, encrypt, decrypt } = cipher(name);
    const [anyKey, anyVector] = [new Uint8Array(keyBytes).fill(0x5a), new Uint8Array(blockBytes).fill(7)];
    for (let blockCount = 1; blockCount < 6; blockCount++) {
      const bytes = new Uint8Array(blockCount * blockBytes).map((_, index) => index * 37);
      assertEquals(decrypt(anyKey, anyVector, encrypt(anyKey, anyVector, bytes)), bytes);
    }
  }
});
