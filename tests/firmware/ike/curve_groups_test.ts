/** The groups on elliptic curves: published answers, what is refused, and phase 1 with each in both modes and roles. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { x25519 } from "@noble/curves/ed25519.js";
import { createECDH } from "node:crypto";
import { publicValueProblem } from "../../../firmware/ike/diffie_hellman.ts";
import { DIFFIE_HELLMAN_GROUPS, diffieHellmanGroup } from "../../../firmware/ike/groups.ts";
import { type Computation, compute, type DiffieHellmanGroup } from "../../../firmware/ike/mod.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { bigintToBytes, bytesToBigint } from "../../../sim/parts/modular_exponentiation.ts";
import { fromHex, policy, toHex, TwoEngines } from "./two_engines.ts";
import { type Texts, vectors } from "./vectors.ts";

const CURVES = DIFFIE_HELLMAN_GROUPS.filter(({ operation }) => operation === "scalar multiplication");
const BOTH = ["initiator", "responder"] as const;

/** The curves over prime fields that the runtime's own cryptography has, too, by its names. */
const RUNTIME: ReadonlyMap<number, string> = new Map([[19, "prime256v1"], [20, "secp384r1"]]);

/** What the group must draw to get a scalar: FIPS 186-5 A.2.1 takes it modulo the order less 1, and adds 1. */
function exponentFor({ exponentBytes, number }: DiffieHellmanGroup, scalar: Uint8Array): Uint8Array {
  return number === 31 ? scalar : bigintToBytes(bytesToBigint(scalar) - 1n, exponentBytes);
}

type Vector = Texts<"i" | "gi" | "r" | "gr" | "gir"> & { readonly group: number };

Deno.test("groups on curves give the published values: RFC 5903 §8, RFC 7748 §6.1", () => {
  const { groups } = vectors<{ readonly groups: readonly Vector[] }>("curve-groups");
  assertEquals(groups.map(({ group }) => group), CURVES.map(({ number }) => number));
  for (const { group: number, i, gi, r, gr, gir } of groups) {
    const group = diffieHellmanGroup(number);
    assert(group !== undefined);
    for (const [own, ownPublic, peerPublic] of [[i, gi, gr], [r, gr, gi]] as const) {
      const exponent = exponentFor(group, fromHex(own));
      assertEquals(toHex(compute({ kind: "public", group, exponent })), ownPublic, `group ${number}`);
      const shared = { kind: "shared", group, exponent, peerValue: fromHex(peerPublic) } as const;
      assertEquals(toHex(compute(shared)), gir, `group ${number}`);
      assertEquals(publicValueProblem(group, fromHex(ownPublic)), undefined);
      assertEquals([ownPublic.length, gir.length], [group.publicBytes * 2, group.sharedBytes * 2]);
    }
  }
});

Deno.test("groups over prime fields agree with those of the runtime, whatever is drawn, zeros and ones included", () => {
  const random = new RandomStreams("curves").stream("exponents");
  for (const [number, name] of RUNTIME) {
    const group = diffieHellmanGroup(number);
    assert(group !== undefined);
    const { exponentBytes } = group;
    const draws = [
      new Uint8Array(exponentBytes),
      new Uint8Array(exponentBytes).fill(0xff),
      random.bytes(exponentBytes),
    ];
    for (const exponent of draws) {
      const peer = createECDH(name);
      const peerValue = new Uint8Array(peer.generateKeys()).slice(1);
      const own = compute({ kind: "public", group, exponent });
      const shared = compute({ kind: "shared", group, exponent, peerValue });
      assertEquals(toHex(shared), toHex(new Uint8Array(peer.computeSecret(Uint8Array.of(4, ...own)))), name);
    }
  }
});

Deno.test("a public value that is no point on the curve is refused", () => {
  const random = new RandomStreams("curves").stream("points");
  // Points that travel as x and y; of Curve25519 each x is one, on it or its twist.
  for (const group of CURVES.filter(({ publicBytes, sharedBytes }) => publicBytes === 2 * sharedBytes)) {
    const { number, publicBytes, sharedBytes, exponentBytes } = group;
    const point = group.publicValue(random.bytes(exponentBytes));
    const changed = (at: number) => point.map((byte, index) => index === at ? byte ^ 1 : byte);
    const swapped = Uint8Array.of(...point.subarray(sharedBytes), ...point.subarray(0, sharedBytes));
    const beyondPrime = point.slice().fill(0xff, 0, sharedBytes);
    const cases = [
      changed(sharedBytes - 1),
      changed(publicBytes - 1),
      swapped,
      beyondPrime,
      new Uint8Array(publicBytes),
    ];
    for (const value of cases) {
      assertEquals(publicValueProblem(group, value), "a public value that is no point on the curve", toHex(value));
    }
    // x alone, with the octet for a form in front, compressed: other lengths than the group's.
    for (const value of [point.slice(0, sharedBytes), Uint8Array.of(4, ...point), Uint8Array.of(2, ...point)]) {
      assertEquals(publicValueProblem(group, value), `a public value of ${value.length} bytes in group ${number}`);
    }
  }
});

/** All points of Curve25519 and its twist whose order divides 8, in every encoding: with the prime added, with the highest bit. */
function smallOrderEncodings(): readonly Uint8Array[] {
  const prime = 2n ** 255n - 19n;
  const eight = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
  const eightToo = "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157";
  const orders = [0n, 1n, prime - 1n, ...[eight, eightToo].map((hex) => bytesToBigint(fromHex(hex).toReversed()))];
  return orders.flatMap((u) => [u, u + prime].filter((each) => each < 2n ** 255n))
    .flatMap((u) => [u, u + 2n ** 255n]).map((u) => bigintToBytes(u, 32).toReversed());
}

Deno.test("a public value of Curve25519 whose secret would be zero is refused, in each of its encodings", () => {
  const group = diffieHellmanGroup(31);
  assert(group !== undefined);
  const encodings = smallOrderEncodings();
  // Only 0 and 1 are small enough to have the prime added below 2^255: p - 1 + p is not.
  assertEquals(encodings.length, 14);
  const scalar = new Uint8Array(32).fill(0x55);
  for (const value of encodings) {
    assertThrows(() => x25519.getSharedSecret(scalar, value), Error, "invalid");
    assertEquals(publicValueProblem(group, value), "a public value of small order", toHex(value));
  }
  for (const length of [0, 31, 33]) assert(publicValueProblem(group, new Uint8Array(length).fill(9)) !== undefined);
  assertEquals(publicValueProblem(group, new Uint8Array(32).fill(9)), undefined);
  // RFC 7748 §5: the highest bit is masked, and a value of the prime and more is taken.
  const plain = Uint8Array.of(...fromHex("09"), ...new Uint8Array(31));
  const masked = plain.map((byte, index) => index === 31 ? byte | 0x80 : byte);
  assertEquals(publicValueProblem(group, masked), undefined);
  assertEquals(toHex(group.sharedSecret(scalar, masked)), toHex(group.sharedSecret(scalar, plain)));
});

for (const { name } of CURVES) {
  for (const mode of ["main", "aggressive"] as const) {
    Deno.test(`IkeEngine, ${mode} mode, ${name}: both ends have the same keys, and x alone makes them`, () => {
      const computations: { readonly result: Uint8Array; readonly computation: Computation }[] = [];
      const pair = new TwoEngines({
        policy: policy(`aes256-sha512-${name}`),
        observe: (_, action) => {
          if (action.type !== "compute") return;
          computations.push({ result: compute(action.computation), computation: action.computation });
        },
      });
      pair.initiate(mode);
      pair.settle(1000);
      assertEquals(pair.establishedEnds, BOTH);
      assertEquals(new Set(pair.cipherKeys).size, 1);
      const shared = computations.filter(({ computation }) => computation.kind === "shared");
      assertEquals(shared.length, 2);
      for (const { result, computation: { group } } of shared) assertEquals(result.length, group.sharedBytes);
      assertEquals(toHex(shared[0]?.result ?? new Uint8Array(0)), toHex(shared[1]?.result ?? new Uint8Array(1)));
    });
  }
}

/** The body of a message's key exchange, to be written over. */
function keyExchangeOf(message: Uint8Array): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset);
  let type = message[16];
  for (let at = 28; at < message.length; at += view.getUint16(at + 2)) {
    if (type === 4) return message.subarray(at + 4, at + view.getUint16(at + 2));
    type = message[at];
  }
  return new Uint8Array(0);
}

for (const { name, publicBytes } of CURVES) {
  for (const victim of BOTH) {
    for (const mode of ["main", "aggressive"] as const) {
      Deno.test(`IkeEngine, ${mode} mode, ${name}: the ${victim} refuses an invalid point by name, and goes on`, () => {
        let spoilt = false;
        const pair: TwoEngines = new TwoEngines({
          policy: policy(`aes128-sha1-${name}`),
          arrive: (to, datagram, deliver) => {
            const payload = datagram.payload.slice();
            const body = keyExchangeOf(payload);
            if (to !== victim || spoilt || body.length === 0) return deliver();
            spoilt = true;
            assertEquals(body.length, publicBytes);
            body.fill(0);
            const sent = pair.deliver(to, { ...datagram, payload }).flatMap((action) =>
              action.type === "send" ? [action.description] : []
            );
            assertEquals(sent, ["informational: INVALID-KEY-INFORMATION"]);
            // The genuine message is taken after it.
            deliver();
          },
        });
        pair.initiate(mode);
        pair.settle();
        assert(spoilt);
        assertEquals(pair.establishedEnds, BOTH);
        assert(
          pair.notes.some((note) => /ignored: a public value (of small order|that is no point)/.test(note)) ||
            pair.failed.some(({ text }) => /a public value (of small order|that is no point)/.test(text)),
        );
      });
    }
  }
}
