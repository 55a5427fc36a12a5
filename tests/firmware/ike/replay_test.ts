/**
 * Recorded exchanges of real daemons, played again: given the recorded nonces,
 * cookies and shared secret, the engine in the one role must accept each packet
 * of the other and produce each of its own, byte for byte.
 */

import { assert, assertEquals } from "@std/assert";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import { decodePacket } from "../../../firmware/ike/header.ts";
import { DEFAULT_POLICY, type ExchangeId, type IkeAction, IkeEngine } from "../../../firmware/ike/mod.ts";
import { findPayload, type Payload } from "../../../firmware/ike/payloads.ts";
import { meaningOf, type Suite } from "../../../firmware/ike/suite.ts";
import { announces, FRAGMENTATION_VENDOR_ID, NAT_TRAVERSAL_VENDOR_ID } from "../../../firmware/ike/vendor_ids.ts";
import { parseInternetAddress } from "../../../sim/network/internet_address.ts";
import { type End, fromHex, otherEnd, text, toHex } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

interface Recording {
  readonly mode: "main" | "aggressive";
  readonly addresses: { readonly [Name in End]: Uint8Array };
  readonly key: Uint8Array;
  readonly sharedSecret: Uint8Array;
  readonly packets: readonly { readonly from: End; readonly bytes: Uint8Array }[];
}

/** Recordings are in two shapes. */
function recording(name: string): Recording {
  const file = vectors<{
    readonly [field: string]: unknown;
    readonly psk_ascii: string;
    readonly packets: readonly {
      readonly from?: End;
      readonly dir?: string;
      readonly hex?: string;
      readonly isakmp_hex?: string;
    }[];
  }>(name);
  const address = (...fields: readonly string[]) => {
    const value = fields.map((field) => file[field]).find((each) => typeof each === "string");
    return parseInternetAddress(String(value).replace(/:500$/, ""));
  };
  const packets = file.packets.map(({ from, dir, hex, isakmp_hex }) => ({
    from: from ?? (dir === "I->R" ? "initiator" as const : "responder" as const),
    bytes: fromHex(hex ?? isakmp_hex ?? ""),
  }));
  return {
    mode: packets[0]?.bytes[18] === 2 ? "main" : "aggressive",
    addresses: {
      initiator: address("initiator_address", "initiator"),
      responder: address("responder_address", "responder"),
    },
    key: text(file.psk_ascii),
    sharedSecret: fromHex(String(file.g_xy ?? file.dh_shared_secret)),
    packets,
  };
}

function payloadsOf(bytes: Uint8Array): readonly Payload[] {
  const packet = decodePacket(bytes);
  if (packet.type === "refused" || packet.encrypted) return [];
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
  assert(decoded.type === "payloads", decoded.type === "refused" ? decoded.reason : "");
  return decoded.payloads;
}

/** What an end put into its messages that are not encrypted. */
function contributionOf({ packets, mode, addresses }: Recording, end: End) {
  const payloads = packets.filter(({ from }) => from === end).flatMap(({ bytes }) => payloadsOf(bytes));
  const suites: Suite[] = [];
  let lifetimeSeconds = 0;
  for (const { transforms } of findPayload(payloads, "security-association")?.proposals ?? []) {
    for (const transform of transforms) {
      const meaning = meaningOf(transform);
      assert(meaning.type === "usable");
      suites.push(meaning.suite);
      lifetimeSeconds = meaning.lifetimeSeconds ?? 0;
    }
  }
  const identification = findPayload(payloads, "identification");
  return {
    suites,
    lifetimeSeconds,
    vendorIds: payloads.filter(({ type }) => type === "vendor-id").map(({ body }) => body),
    nonce: findPayload(payloads, "nonce")?.body ?? new Uint8Array(0),
    publicValue: findPayload(payloads, "key-exchange")?.body ?? new Uint8Array(0),
    identity: mode === "main" || identification === undefined
      ? { idType: 1, data: addresses[end] }
      : { idType: identification.idType, data: identification.data },
  };
}

/** An engine in one role, which draws what that end drew. */
class Player {
  readonly #recording: Recording;
  readonly #role: End;
  readonly #draws: Uint8Array[];
  readonly #publicValue: Uint8Array;
  readonly #engine: IkeEngine;
  readonly sent: string[] = [];
  readonly events: string[] = [];
  exchange: ExchangeId | undefined;

  constructor(source: Recording, role: End, padding: "least" | "at least one") {
    this.#recording = source;
    this.#role = role;
    const own = contributionOf(source, role);
    const cookies = source.packets[1]?.bytes ?? new Uint8Array(0);
    const cookie = role === "initiator" ? cookies.slice(0, 8) : cookies.slice(8, 16);
    this.#draws = [cookie, own.nonce.slice(), new Uint8Array(40)];
    this.#publicValue = own.publicValue;
    this.#engine = new IkeEngine({
      random: (length) => this.#draws.shift()?.slice(0, length) ?? new Uint8Array(length),
      policy: {
        ...DEFAULT_POLICY,
        suites: own.suites,
        lifetimeSeconds: own.lifetimeSeconds,
        vendorIds: own.vendorIds,
        natTraversal: announces(own.vendorIds, NAT_TRAVERSAL_VENDOR_ID),
        fragmentation: announces(own.vendorIds, FRAGMENTATION_VENDOR_ID),
        // charon sends INITIAL-CONTACT in main mode only.
        initialContact: "message 5",
        deadPeerDetection: undefined,
        padding,
      },
      identityFor: () => own.identity,
      selectKey: () => source.key.slice(),
    });
  }

  initiate(): void {
    const { addresses: { initiator, responder }, key, mode } = this.#recording;
    const { exchange, actions } = this.#engine.initiate({
      mode,
      local: { address: initiator, port: 500 },
      peer: { address: responder, port: 500 },
      identity: contributionOf(this.#recording, "initiator").identity,
      key,
    });
    this.exchange = exchange;
    this.#perform(actions);
  }

  receive(bytes: Uint8Array): void {
    const { addresses } = this.#recording;
    this.#perform(this.#engine.receive({
      source: { address: addresses[otherEnd(this.#role)], port: 500 },
      destination: { address: addresses[this.#role], port: 500 },
      payload: bytes,
    }));
  }

  /** A packet that must be dropped or ignored. */
  receiveRefused(bytes: Uint8Array): void {
    const { addresses } = this.#recording;
    const actions = this.#engine.receive({
      source: { address: addresses[otherEnd(this.#role)], port: 500 },
      destination: { address: addresses[this.#role], port: 500 },
      payload: bytes,
    });
    assert(actions.some((action) => action.type === "note" && /dropped|ignored/.test(action.text)));
  }

  /** Ends the association; the delete has a recorded message id. */
  close(messageId: Uint8Array): void {
    assert(this.exchange !== undefined);
    this.#draws.splice(0, Infinity, messageId);
    this.#perform(this.#engine.close(this.exchange));
  }

  #perform(actions: readonly IkeAction[]): void {
    for (const action of actions) {
      switch (action.type) {
        case "send":
          this.sent.push(toHex(action.datagram.payload));
          break;
        case "compute": {
          const isPublic = action.computation.kind === "public";
          const result = isPublic ? this.#publicValue : this.#recording.sharedSecret;
          this.#perform(this.#engine.cryptoDone(action.job, result.slice()));
          break;
        }
        case "established":
          this.exchange = action.exchange;
          this.events.push("established");
          assertEquals(action.summary.translators, { own: false, peer: false });
          break;
        case "failed":
          this.events.push(`failed: ${action.text}`);
          break;
        case "deleted":
          this.events.push(action.cause);
          break;
        case "note":
          assert(!/dropped|ignored/.test(action.text), action.text);
          break;
        case "start-timer":
        case "cancel-timer":
        case "cancel-compute":
        case "re-key-due":
        case "work":
        case "key-log":
          break;
        default:
          action satisfies never;
      }
    }
  }
}

/** Plays phase 1 in one role. */
function play(source: Recording, role: End, padding: "least" | "at least one" = "at least one"): Player {
  const player = new Player(source, role, padding);
  if (role === "initiator") player.initiate();
  const phase1 = source.packets.slice(0, source.mode === "main" ? 6 : 3);
  for (const { from, bytes } of phase1) if (from !== role) player.receive(bytes);
  return player;
}

function recorded(source: Recording, end: End): readonly string[] {
  return source.packets.slice(0, source.mode === "main" ? 6 : 3).filter(({ from }) => from === end)
    .map(({ bytes }) => toHex(bytes));
}

const CHARON_TO_CHARON = [
  "strongswan-main-mode-3des-sha1-modp1024",
  "strongswan-main-several-proposals",
  "strongswan-main-leading-zero-aes128-sha1-modp1024",
  "strongswan-aggressive-mode-aes128-sha1-modp1536",
];

const CHARON_TO_PLUTO = [
  "strongswan-libreswan-main-aes128-sha1-modp1536",
  "strongswan-libreswan-aggr-aes128-sha1-modp1536",
];

for (const name of [...CHARON_TO_CHARON, ...CHARON_TO_PLUTO]) {
  Deno.test(`IkeEngine as initiator: every packet of ${name}, byte for byte`, () => {
    const source = recording(name);
    const player = play(source, "initiator");
    assertEquals(player.sent, recorded(source, "initiator"));
    assertEquals(player.events, ["established"]);
  });
}

for (const name of CHARON_TO_CHARON) {
  Deno.test(`IkeEngine as responder: every packet of ${name}, byte for byte`, () => {
    const source = recording(name);
    const player = play(source, "responder");
    assertEquals(player.sent, recorded(source, "responder"));
    assertEquals(player.events, ["established"]);
  });
}

Deno.test("IkeEngine as responder: every packet of pluto in main mode, byte for byte", () => {
  const source = recording("strongswan-libreswan-main-aes128-sha1-modp1536");
  const player = play(source, "responder", "least");
  assertEquals(player.sent, recorded(source, "responder"));
  assertEquals(player.events, ["established"]);
});

Deno.test("IkeEngine as responder accepts charon's aggressive mode that pluto accepted", () => {
  // pluto puts the hash before its vendor ids, so only what it accepted can be compared, not its message 2.
  const source = recording("strongswan-libreswan-aggr-aes128-sha1-modp1536");
  assertEquals(play(source, "responder").events, ["established"]);
});

Deno.test("IkeEngine.close() sends the recorded deletes, byte for byte, and the other role accepts them", () => {
  const names = [
    "strongswan-main-several-proposals",
    "strongswan-main-leading-zero-aes128-sha1-modp1024",
    ...CHARON_TO_PLUTO,
  ];
  let deletes = 0;
  for (const name of names) {
    const source = recording(name);
    for (const { from, bytes } of source.packets.slice(source.mode === "main" ? 6 : 3)) {
      const sender = play(source, from);
      sender.close(bytes.slice(20, 24));
      assertEquals(sender.sent.at(-1), toHex(bytes), name);
      assertEquals(sender.events, ["established", "closed"]);
      const receiver = play(source, otherEnd(from));
      receiver.receive(bytes);
      assertEquals(receiver.events, ["established", "deleted by peer"]);
      deletes++;
    }
  }
  assertEquals(deletes, 6);
});

Deno.test("IkeEngine refuses a recorded message 5 with a bit of its ciphertext changed, then takes the genuine one", () => {
  const source = recording("strongswan-main-mode-3des-sha1-modp1024");
  const packet = source.packets[4]?.bytes ?? new Uint8Array(0);
  // The blocks of identification and hash; HASH_I does not cover the notification behind them.
  for (let bit = 28 * 8; bit < (28 + 32) * 8; bit += 3) {
    const player = new Player(source, "responder", "at least one");
    for (const { from, bytes } of source.packets.slice(0, 4)) if (from === "initiator") player.receive(bytes);
    const changed = packet.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    player.receiveRefused(changed);
    player.receive(packet);
    assertEquals(player.events, ["established"], `bit ${bit}`);
  }
});
