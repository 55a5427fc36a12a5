/** The packets of a published IKE exchange, as a capture of the simulated wire would have them. */

import { hexToBytes } from "@noble/hashes/utils.js";
import { parseInternetAddress } from "../../sim/network/internet_address.ts";
import type { CapturedDatagram } from "../../sim/trace/pcapng.ts";

interface Vector {
  readonly initiator_address: string;
  readonly responder_address: string;
  readonly encryption_key: string;
  readonly packets: readonly { readonly from: string; readonly isakmp_hex: string }[];
}

const MAIN_MODE_3DES = new URL("../vectors/strongswan-main-mode-3des-sha1-modp1024.json", import.meta.url);

/** A main mode exchange of two strongSwan 5.9.8 with 3DES, SHA-1 and group 2: its packets and its key. */
export function capturedExchange() {
  const vector: Vector = JSON.parse(Deno.readTextFileSync(MAIN_MODE_3DES));
  const initiator = { address: parseInternetAddress(vector.initiator_address), port: 500 };
  const responder = { address: parseInternetAddress(vector.responder_address), port: 500 };
  const captures = vector.packets.map(({ from, isakmp_hex }, index): CapturedDatagram => ({
    cycle: 250_000_000 + 1_500 * index,
    datagram: {
      source: from === "initiator" ? initiator : responder,
      destination: from === "initiator" ? responder : initiator,
      payload: hexToBytes(isakmp_hex),
    },
    fate: "delivered",
  }));
  return {
    captures,
    key: {
      initiatorCookie: captures[0]?.datagram.payload.subarray(0, 8) ?? new Uint8Array(8),
      encryptionKey: hexToBytes(vector.encryption_key),
    },
  };
}
