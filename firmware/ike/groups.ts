/**
 * The Diffie-Hellman groups of phase 1: the one place where they are listed.
 *
 * @module
 */

import { x25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { curve25519Group, ecpGroup } from "./curve_groups.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";
import { requireDistinct } from "./distinct_rows.ts";
import { modpGroups } from "./modp_groups.ts";

/** All groups, by rising number. */
export const DIFFIE_HELLMAN_GROUPS: readonly DiffieHellmanGroup[] = [
  ...modpGroups([
    // RFC 2409 §6.1 and §6.2.
    { number: 1, bits: 768, constant: 149686n, lastDigits: 0xf44c42e9_a63a3620n, exponentBytes: 32 },
    { number: 2, bits: 1024, constant: 129093n, lastDigits: 0x49286651_ece65381n, exponentBytes: 32 },
    // RFC 3526 §2 to §7.
    { number: 5, bits: 1536, constant: 741804n, lastDigits: 0xf1746c08_ca237327n, exponentBytes: 32 },
    { number: 14, bits: 2048, constant: 124476n, lastDigits: 0x15728e5a_8aacaa68n, exponentBytes: 32 },
    { number: 15, bits: 3072, constant: 1690314n, lastDigits: 0x4b82d120_a93ad2can, exponentBytes: 40 },
    { number: 16, bits: 4096, constant: 240904n, lastDigits: 0x4df435c9_34063199n, exponentBytes: 40 },
    { number: 17, bits: 6144, constant: 929484n, lastDigits: 0xe694f91e_6dcc4024n, exponentBytes: 48 },
    { number: 18, bits: 8192, constant: 4743158n, lastDigits: 0x60c980dd_98edd3dfn, exponentBytes: 48 },
  ]),
  // RFC 5903 §3.
  ecpGroup(19, "ecp256", p256),
  ecpGroup(20, "ecp384", p384),
  ecpGroup(21, "ecp521", p521),
  // RFC 8031 §2, RFC 7748 §4.1.
  curve25519Group(31, "curve25519", {
    curve: x25519,
    prime: 2n ** 255n - 19n,
    // 0 and -1, of order 2 and 4 on curve and twist; 1, of order 4; the last two, of order 8.
    smallOrders: [
      0n,
      1n,
      2n ** 255n - 20n,
      325606250916557431795983626356110631294008115727848805560023387167927233504n,
      39382357235489614581723060781553021112529911719440698176882885853963445705823n,
    ],
  }),
];
requireDistinct("number of a group", DIFFIE_HELLMAN_GROUPS.map(({ number }) => number));
requireDistinct("name of a group", DIFFIE_HELLMAN_GROUPS.map(({ name }) => name));

const GROUPS: ReadonlyMap<number, DiffieHellmanGroup> = new Map(
  DIFFIE_HELLMAN_GROUPS.map((group) => [group.number, group]),
);

/** The group with this number, or `undefined`. */
export function diffieHellmanGroup(number: number): DiffieHellmanGroup | undefined {
  return GROUPS.get(number);
}

/** The numbers of all groups. */
export const GROUP_NUMBERS: readonly number[] = [...GROUPS.keys()];
