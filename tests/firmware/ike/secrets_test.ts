/** Secrets: where they live, when they go, and that nothing else shows them. */

import { assert, assertEquals } from "@std/assert";
import { cipher } from "../../../firmware/ike/ciphers.ts";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import { hashFunction } from "../../../firmware/ike/hash_functions.ts";
import { decodePacket } from "../../../firmware/ike/header.ts";
import { deriveCipherKey, deriveKeys, deriveSkeyid } from "../../../firmware/ike/key_derivation.ts";
import { compute, type IkeAction, type Phase1Mode, SecretRegion } from "../../../firmware/ike/mod.ts";
import { findPayload } from "../../../firmware/ike/payloads.ts";
import { type End, KEY, policy, text, toHex, TwoEngines } from "./two_engines.ts";

const BOTH = ["initiator", "responder"] as const;

/** Two engines whose secrets live in regions of RAM, and who listens to every action. */
class Watched {
  readonly ram = { initiator: new Uint8Array(16_384), responder: new Uint8Array(16_384) };
  readonly keySlots = { initiator: new Uint8Array(1024), responder: new Uint8Array(1024) };
  readonly actions: IkeAction[] = [];
  readonly given: Uint8Array[] = [];
  readonly exponents = new Map<End, Uint8Array>();
  readonly sharedSecrets: Uint8Array[] = [];
  readonly pair: TwoEngines;

  constructor(responderKey = KEY, wire?: (from: End, nth: number) => readonly number[]) {
    const options = (end: End) => ({
      keyLog: false,
      secretMemory: new SecretRegion(this.ram[end]),
      associationMemory: new SecretRegion(this.keySlots[end]),
    });
    this.pair = new TwoEngines({
      policy: policy("aes256-sha1-modp1024"),
      initiatorOptions: options("initiator"),
      responderOptions: options("responder"),
      responderKey: () => {
        const key = text(responderKey);
        this.given.push(key);
        return key;
      },
      observe: (end, action) => {
        this.actions.push(action);
        if (action.type !== "compute") return;
        const { computation } = action;
        this.exponents.set(end, computation.exponent.slice());
        if (computation.kind === "shared") this.sharedSecrets.push(compute(computation));
      },
      ...(wire === undefined ? {} : { wire }),
    });
  }

  /** All secrets of the exchange, computed from what was seen. */
  secrets(key: string): ReadonlyMap<string, Uint8Array> {
    const packets = this.pair.sent.map(({ datagram }) => {
      const packet = decodePacket(datagram.payload);
      assert(packet.type === "packet");
      return packet;
    });
    const nonces = packets.filter(({ encrypted }) => !encrypted).flatMap(({ header, body }) => {
      const decoded = decodePayloads(header.nextPayload, body, false);
      const nonce = decoded.type === "payloads" ? findPayload(decoded.payloads, "nonce") : undefined;
      return nonce === undefined ? [] : [nonce.body];
    });
    const last = packets.findLast(({ encrypted }) => encrypted) ?? packets.at(-1);
    const hash = hashFunction("sha1");
    const [ni, nr] = [nonces[0], nonces.findLast((nonce) => nonce !== nonces[0])];
    const [sharedSecret] = this.sharedSecrets;
    assert(ni !== undefined && nr !== undefined && sharedSecret !== undefined && last !== undefined);
    const skeyid = deriveSkeyid(hash, text(key), ni, nr);
    const { initiatorCookie, responderCookie } = last.header;
    const keys = deriveKeys(hash, skeyid, sharedSecret, initiatorCookie, responderCookie);
    return new Map([
      ["preshared key", text(key)],
      ["exponent of the initiator", this.exponents.get("initiator") ?? new Uint8Array(0)],
      ["exponent of the responder", this.exponents.get("responder") ?? new Uint8Array(0)],
      ["g^xy", sharedSecret],
      ["SKEYID", skeyid],
      ["SKEYID_d", keys.skeyidD],
      ["SKEYID_a", keys.skeyidA],
      ["SKEYID_e", keys.skeyidE],
      ["cipher key", deriveCipherKey(hash, keys.skeyidE, cipher("aes256"))],
    ]);
  }

  /** Names of the secrets of which any eight bytes in a row are in an end's RAM, or in other memory. */
  found(end: End, secrets: ReadonlyMap<string, Uint8Array>, memory = this.ram): readonly string[] {
    const ram = toHex(memory[end]);
    return [...secrets].filter(([, bytes]) => {
      assert(bytes.length >= 8);
      for (let at = 0; at + 8 <= bytes.length; at++) if (ram.includes(toHex(bytes.subarray(at, at + 8)))) return true;
      return false;
    }).map(([name]) => name);
  }

  /** Whether an end's RAM and key slots are all zeros. */
  isEmpty(end: End): boolean {
    return [this.ram[end], this.keySlots[end]].every((memory) => memory.every((byte) => byte === 0));
  }
}

for (const mode of ["main", "aggressive"] as const satisfies readonly Phase1Mode[]) {
  Deno.test(`IkeEngine, ${mode} mode: after success RAM holds nothing, key slots SKEYID_a and the cipher's key until the end`, () => {
    const watched = new Watched();
    const exchange = watched.pair.initiate(mode);
    // The search finds what is there.
    assert(watched.found("initiator", new Map([["preshared key", text(KEY)]])).length === 1);
    watched.pair.settle(1000);
    assertEquals(watched.pair.establishedEnds, BOTH);
    const secrets = watched.secrets(KEY);
    for (const end of BOTH) {
      assertEquals(watched.found(end, secrets), []);
      assert(watched.ram[end].every((byte) => byte === 0));
      assertEquals(watched.found(end, secrets, watched.keySlots), ["SKEYID_a", "cipher key"]);
    }
    watched.pair.perform("initiator", watched.pair.engines.initiator.close(exchange));
    watched.pair.settle(1000);
    for (const end of BOTH) {
      assert(watched.isEmpty(end));
    }
    assert(watched.given.every((key) => key.every((byte) => byte === 0)), "selectKey's copies are zeros");
    assertEquals(watched.given.length, 1);
  });

  Deno.test(`IkeEngine, ${mode} mode: after every kind of failure nothing is left in RAM`, () => {
    const failures: readonly Watched[] = [
      new Watched("another key"),
      ...[1, 2, 3, 4, 5].map((last) => {
        let sent = 0;
        return new Watched(KEY, () => ++sent > last ? [] : [5]);
      }),
    ];
    for (const watched of failures) {
      watched.pair.initiate(mode);
      watched.pair.settle(400_000);
      for (const end of BOTH) {
        assert(watched.isEmpty(end));
        assertEquals(watched.pair.engines[end].exchangeCount, 0);
      }
    }
  });

  Deno.test(`IkeEngine, ${mode} mode: close(), shutDown() and forget() leave nothing in RAM, at any time`, () => {
    for (let time = 0; time < 60; time += 1) {
      for (const end of ["close", "shutDown", "forget"] as const) {
        const watched = new Watched();
        const exchange = watched.pair.initiate(mode);
        watched.pair.run(time);
        for (const each of BOTH) {
          const engine = watched.pair.engines[each];
          if (end === "close") watched.pair.perform(each, engine.close(exchange));
          else if (end === "shutDown") watched.pair.perform(each, engine.shutDown());
          else engine.forget();
          if (end !== "close" || each === "initiator") assert(watched.isEmpty(each));
        }
      }
    }
  });

  Deno.test(`IkeEngine, ${mode} mode: no action but the computations shows a secret`, () => {
    const watched = new Watched();
    const exchange = watched.pair.initiate(mode);
    watched.pair.settle(1000);
    watched.pair.perform("initiator", watched.pair.engines.initiator.close(exchange));
    watched.pair.settle(1000);
    const told = watched.actions.filter(({ type }) => type !== "compute").map((action) =>
      JSON.stringify(action, (_, value) => value instanceof Uint8Array ? toHex(value) : value)
    ).join("\n");
    for (const [name, bytes] of watched.secrets(KEY)) {
      for (let at = 0; at + 8 <= bytes.length; at++) assert(!told.includes(toHex(bytes.subarray(at, at + 8))), name);
    }
    assert(!told.includes(KEY));
  });
}

Deno.test("IkeEngine: when RAM is full, half-open exchanges give way, and a request fails with a reason", () => {
  const full = new SecretRegion(new Uint8Array(SecretRegion.regionBytesFor(3, 64)));
  const pair = new TwoEngines({
    policy: policy("aes128-sha1-modp768", { deadPeerDetection: undefined }),
    initiatorOptions: { secretMemory: full },
  });
  for (let count = 0; count < 5; count++) pair.initiate("main");
  assertEquals(pair.failed.map(({ reason }) => reason), ["no memory", "no memory"]);
  pair.settle(1000);
  assertEquals(pair.engines.initiator.exchangeCount, 3);
  pair.perform("initiator", pair.engines.initiator.shutDown());
  for (let count = 0; count < 3; count++) pair.initiate("aggressive");
  assertEquals(pair.failed.length, 2);

  const small = new SecretRegion(new Uint8Array(SecretRegion.regionBytesFor(2, 64)));
  const flooded = new TwoEngines({
    policy: policy("aes128-sha1-modp768"),
    responderOptions: { secretMemory: small },
  });
  for (let count = 0; count < 20; count++) flooded.initiate("main");
  flooded.settle(10_000);
  assert(flooded.failed.some(({ end, reason }) => end === "responder" && reason === "crowded out"));
  assertEquals(flooded.established.filter(({ end }) => end === "responder").length, 2);
  // Associations do not give way.
  flooded.initiate("main");
  flooded.settle(100);
  assert(flooded.notes.at(-1)?.includes("no memory"), flooded.notes.at(-1));
  assertEquals(flooded.engines.responder.exchangeCount, 2);
});

Deno.test("IkeEngine: without memory for associations their secrets stay where the exchange had them", () => {
  const region = new Uint8Array(16_384);
  const pair = new TwoEngines({
    policy: policy("aes256-sha1-modp1024"),
    initiatorOptions: { secretMemory: new SecretRegion(region) },
  });
  const exchange = pair.initiate("main");
  pair.settle(1000);
  assertEquals(pair.establishedEnds, BOTH);
  const used = Array.from({ length: region.length / 64 }, (_, slot) => region.subarray(64 * slot, 64 * slot + 64))
    .filter((slot) => slot.some((byte) => byte !== 0));
  assertEquals(used.length, 2);
  pair.perform("initiator", pair.engines.initiator.close(exchange));
  assert(region.every((byte) => byte === 0));
});

Deno.test("IkeEngine: when key slots are full, a request fails with a reason and takes no RAM", () => {
  const region = new Uint8Array(16_384);
  const keySlots = new Uint8Array(SecretRegion.associationBytesFor(2));
  const pair = new TwoEngines({
    policy: policy("aes128-sha1-modp768", { deadPeerDetection: undefined }),
    initiatorOptions: { secretMemory: new SecretRegion(region), associationMemory: new SecretRegion(keySlots) },
  });
  for (let count = 0; count < 2; count++) pair.initiate("main");
  pair.settle(1000);
  assert(region.every((byte) => byte === 0) && keySlots.some((byte) => byte !== 0));
  pair.initiate("main");
  assertEquals(pair.failed.map(({ reason }) => reason), ["no memory"]);
  assert(region.every((byte) => byte === 0));
  pair.perform("initiator", pair.engines.initiator.shutDown());
  assert(keySlots.every((byte) => byte === 0));
  pair.initiate("main");
  assertEquals(pair.failed.length, 1);
});

Deno.test("SecretRegion hands out zeros that do not overlap, takes them back, and says when none are left", () => {
  const region = new Uint8Array(64 * 40);
  const memory = new SecretRegion(region);
  const pieces: Uint8Array[] = [];
  for (let round = 0; round < 500; round++) {
    const piece = memory.allocate(1 + (round * 37) % 200);
    assert(piece !== undefined && piece.every((byte) => byte === 0));
    piece.fill(round % 255 + 1);
    pieces.push(piece);
    if (pieces.length < 7) continue;
    const [freed] = pieces.splice((round * 7) % pieces.length, 1);
    assert(freed !== undefined && new Set(freed).size === 1, "nothing else has written there");
    freed.fill(0);
    memory.release(freed);
  }
  for (const piece of pieces.splice(0)) memory.release(piece.fill(0));
  assertEquals(Array.from({ length: 41 }, () => memory.allocate(64)).filter((piece) => piece === undefined).length, 1);
  assertEquals(new SecretRegion(new Uint8Array(63)).allocate(1), undefined);
});
