/**
 * A run of the command that has to do with the world outside: a bridge to a
 * real peer, or the recording of one.
 *
 * @module
 */

import type { Endpoint } from "../../network/datagram.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import { quoted } from "../../kernel/given.ts";
import { formatEndpoint } from "../../network/network.ts";
import { drawSeed } from "../bridge/drawn_seed.ts";
import { endSessions } from "../bridge/farewell.ts";
import { decodeRecording, encodeRecording, RecordedOutside, type Recording } from "../bridge/recording.ts";
import { BridgeError, type BridgeProgress, UdpBridge } from "../bridge/udp_bridge.ts";
import { InputError } from "../../kernel/input_error.ts";
import { closedWorld, type OutsideWorld } from "./closed_world.ts";

const DRAWN_SEED = "drawn, in the recording";

/** A run against a real peer. */
export interface BridgeSettings {
  /** `ADDRESS:PORT` of the local socket. */
  readonly listen: string;
  /** `ADDRESS:PORT` of the peer. */
  readonly peer: string;
  /** A seed that the user insists on; drawn if `undefined`. */
  readonly seed: string | undefined;
  /** The digest of the world's description, for the recording. */
  readonly world: string;
  /** Where lines about the run's progress go. */
  readonly tell: (line: string) => void;
}

/**
 * A run against a real peer, through a UDP socket.
 *
 * @throws {BridgeError} An end is no address and port.
 */
export function bridgedWorld({ listen, peer, seed, world: described, tell }: BridgeSettings): OutsideWorld {
  const [local, remote] = [endpoint("--listen", listen), endpoint("--peer", peer)];
  if (!isOfOneHost(remote.address)) {
    throw new BridgeError(`--peer ${quoted(peer)}: expected the address of one host, from which answers can come`);
  }
  const recorded = { seed: seed ?? drawSeed(), drawn: seed === undefined };
  let bridge: UdpBridge | undefined;
  if (seed !== undefined) {
    tell(
      `hbasim: warning: with --seed, cookies, nonces and secrets are the same in every run: a peer that lives on ` +
        `refuses the second run, and whoever knows the seed knows the keys`,
    );
  }
  return {
    seed: recorded.seed,
    shownSeed: recorded.drawn ? DRAWN_SEED : undefined,
    connect: (world) => {
      bridge = new UdpBridge(world, local, remote, { onProgress: (progress) => tell(progressLine(progress)) });
      tell(`bridge: ${formatEndpoint(local)} listens, the peer is ${formatEndpoint(remote)}`);
    },
    end: (world) => {
      bridge?.ignoreInterruptions();
      endSessions(world);
    },
    close: () => {
      const problem = bridge?.close();
      if (problem !== undefined) tell(`hbasim: warning: ${problem}`);
    },
    recording: () => {
      if (bridge === undefined) return undefined;
      const { arrivals, interruption } = bridge;
      return encodeRecording({
        world: described,
        ...recorded,
        arrivals,
        ...(interruption === undefined ? {} : { interruption }),
      });
    },
  };
}

/**
 * A run that a bridge has recorded.
 *
 * @param bytes The recording.
 * @param world The digest of the world's description.
 * @throws {InputError} The bytes are no recording, or one of another world.
 */
export function recordedWorld(bytes: Uint8Array, world: string): OutsideWorld {
  const recording: Recording = decodeRecording(bytes);
  if (recording.world !== world) {
    throw new InputError(
      "the recording was made with another scenario; expected one whose adapters, targets and network are " +
        "those of this file",
    );
  }
  return {
    ...closedWorld(recording.seed),
    shownSeed: recording.drawn ? DRAWN_SEED : undefined,
    connect: (world) => {
      world.kernel.outside = new RecordedOutside(recording, world.network);
    },
    end: endSessions,
  };
}

/** Whether an address is that of one host: neither any, nor broadcast, nor a group (RFC 1122 §3.2.1.3, RFC 4291 §2.7). */
function isOfOneHost(address: Uint8Array): boolean {
  const [first = 0] = address;
  const isGroup = address.length === 4 ? first >= 0xe0 : first === 0xff;
  return !isGroup && address.some((byte) => byte !== 0);
}

function progressLine({ elapsedMilliseconds, sent, received }: BridgeProgress): string {
  const seconds = Math.round(elapsedMilliseconds / 1000);
  return `bridge: ${seconds} s, ${sent} datagrams sent, ${received} received, waiting`;
}

/** `192.0.2.1:500` or `[2001:db8::1]:500`. */
function endpoint(option: string, text: string): Endpoint {
  const match = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 0xffff) {
    throw new BridgeError(
      `${option} ${JSON.stringify(text)}: expected ADDRESS:PORT such as 192.0.2.1:500 or [2001:db8::1]:500`,
    );
  }
  try {
    return { address: parseInternetAddress(match[1] ?? match[2] ?? ""), port };
  } catch (error) {
    if (error instanceof InternetAddressError) throw new BridgeError(`${option} ${text}: ${error.message}`);
    throw error;
  }
}
