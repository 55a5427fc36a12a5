import { assert, assertEquals } from "@std/assert";
import { cipher } from "../../../firmware/ike/ciphers.ts";
import { hashFunction, type HashName } from "../../../firmware/ike/hash_functions.ts";
import {
  deriveCipherKey,
  deriveKeys,
  deriveSkeyid,
  firstVector,
  responderHash,
} from "../../../firmware/ike/key_derivation.ts";
import { bytesToBigint, MODP_GROUP_NUMBERS, modpGroup } from "../../../firmware/ike/groups.ts";
import { decodePacket, decodePayloads, findPayload } from "../../../firmware/ike/message.ts";
import { FixedBaseTable, modularExponentiation } from "../../../sim/parts/modular_exponentiation.ts";
import { fromHex, text, toHex } from "./two_engines.ts";

function vectors<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`../../vectors/${name}.json`, import.meta.url)));
}

type Hexes<Name extends string> = { readonly [N in Name]: string };

Deno.test("deriveSkeyid() and deriveKeys() give the values of the published vectors (NIST SP 800-135)", () => {
  const cases = vectors<
    readonly Hexes<
      "hash" | "psk" | "ni" | "nr" | "cky_i" | "cky_r" | "g_xy" | "skeyid" | "skeyid_d" | "skeyid_a" | "skeyid_e"
    >[]
  >("ikev1-psk-kdf").filter(({ hash }) => hash !== "sha224");
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
  assert(cases.length >= 5, `${cases.length} cases`);
});

Deno.test("responderHash() gives HASH_R of published aggressive mode tuples", () => {
  const { cases } = vectors<
    {
      readonly cases: readonly Hexes<
        | "hash"
        | "psk_ascii"
        | "g_xr"
        | "g_xi"
        | "cky_r"
        | "cky_i"
        | "sai_b"
        | "idir_b"
        | "ni_b"
        | "nr_b"
        | "hash_r"
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
  assert(cases.length >= 4);
});

Deno.test("A recorded main mode of two strongSwan daemons decrypts: keys, first vector, message 5 and 6", () => {
  const run = vectors<
    & Hexes<"psk_ascii" | "dh_shared_secret" | "skeyid_d" | "skeyid_e" | "encryption_key" | "initial_iv" | "hash_i">
    & { readonly packets: readonly { readonly isakmp_hex: string }[] }
  >("strongswan-main-mode-3des-sha1-modp1024");
  const packets = run.packets.map(({ isakmp_hex }) => {
    const packet = decodePacket(fromHex(isakmp_hex));
    assert(packet.type === "packet", packet.type === "refused" ? packet.reason : "");
    return packet;
  });
  const plain = packets.slice(0, 4).map(({ header, body }) => {
    const decoded = decodePayloads(header.nextPayload, body, false);
    assert(decoded.type === "payloads", decoded.type === "refused" ? decoded.reason : "");
    return decoded.payloads;
  });
  const body = (message: number, type: "key-exchange" | "nonce") => {
    const payload = findPayload(plain[message] ?? [], type);
    assert(payload !== undefined);
    return payload.body;
  };
  const hash = hashFunction("sha1");
  const skeyid = deriveSkeyid(hash, text(run.psk_ascii), body(2, "nonce"), body(3, "nonce"));
  const { initiatorCookie, responderCookie } = packets[5]?.header ?? packets[0]?.header ?? {} as never;
  const keys = deriveKeys(hash, skeyid, fromHex(run.dh_shared_secret), initiatorCookie, responderCookie);
  assertEquals([toHex(keys.skeyidD), toHex(keys.skeyidE)], [run.skeyid_d, run.skeyid_e]);
  const tripleDes = cipher("3des");
  const key = deriveCipherKey(hash, keys.skeyidE, tripleDes);
  assertEquals(toHex(key), run.encryption_key);
  let vector = firstVector(hash, tripleDes, body(2, "key-exchange"), body(3, "key-exchange"));
  assertEquals(toHex(vector), run.initial_iv);
  const opened = packets.slice(4).map(({ header, body: ciphertext }) => {
    const plaintext = tripleDes.decrypt(key, vector, ciphertext);
    assertEquals(toHex(tripleDes.encrypt(key, vector, plaintext)), toHex(ciphertext));
    vector = ciphertext.slice(-8);
    const decoded = decodePayloads(header.nextPayload, plaintext, true);
    assert(decoded.type === "payloads", decoded.type === "refused" ? decoded.reason : "");
    return decoded.payloads;
  });
  assertEquals(toHex(findPayload(opened[0] ?? [], "hash")?.body ?? new Uint8Array(0)), run.hash_i);
});

Deno.test("modularExponentiation() reproduces the public value of a recorded exchange from its exponent", () => {
  const run = vectors<Hexes<"g_xi" | "g_xr" | "g_xy"> & { readonly dh_exponent_i: Hexes<"x"> }>(
    "strongswan-libreswan-main-aes128-sha1-modp1536",
  );
  const prime = modpGroup(5)?.prime ?? 0n;
  const exponent = bytesToBigint(fromHex(run.dh_exponent_i.x));
  const size = run.g_xi.length;
  assertEquals(modularExponentiation(2n, exponent, prime).toString(16).padStart(size, "0"), run.g_xi);
  assertEquals(new FixedBaseTable(2n, prime).power(exponent).toString(16).padStart(size, "0"), run.g_xi);
  const shared = modularExponentiation(bytesToBigint(fromHex(run.g_xr)), exponent, prime);
  assertEquals(shared.toString(16).padStart(size, "0"), run.g_xy);
});

Deno.test("modpGroup() has the primes of the RFCs", () => {
  const { groups } = vectors<{ readonly groups: readonly { readonly group: number; readonly p: string }[] }>(
    "modp-groups",
  );
  for (const number of MODP_GROUP_NUMBERS) {
    const expected = groups.find(({ group }) => group === number);
    assertEquals(modpGroup(number)?.prime, BigInt(`0x${expected?.p}`), `group ${number}`);
  }
});

Deno.test("decodePacket() and decodePayloads() refuse published malformed packets and take the good ones", () => {
  type Packets = readonly { readonly hex: string }[];
  const malformed = vectors<{ readonly bad_payload_length: Packets }>("public-malformed");
  const first = malformed.bad_payload_length[0];
  assert(first !== undefined);
  const packet = decodePacket(fromHex(first.hex));
  assert(packet.type === "packet");
  assertEquals(decodePayloads(packet.header.nextPayload, packet.body, false).type, "refused");
  for (const { hex } of vectors<{ readonly packets: Packets }>("public-cisco-main").packets) {
    const good = decodePacket(fromHex(hex));
    assert(good.type === "packet");
    if (!good.encrypted) assertEquals(decodePayloads(good.header.nextPayload, good.body, false).type, "payloads");
  }
});
