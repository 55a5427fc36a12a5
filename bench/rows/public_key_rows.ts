/**
 * Rows of public keys: powers of the generator and shared secrets beside `node:crypto` of Deno and of Node.js.
 *
 * @module
 */

import type { DiffieHellmanGroup } from "../../firmware/ike/diffie_hellman.ts";
import type { Checkout } from "../checkout.ts";
import { PeerProcess } from "../peer_process.ts";
import { isMissing, type NotMeasured, type Row, type Sample, type Target } from "../row.ts";
import { timed } from "../sampling.ts";

type GroupsModule = typeof import("../../firmware/ike/groups.ts");

const GROUPS = [2, 5, 14, 15, 16] as const;
const RUNTIMES = { "Deno": Deno.execPath(), "Node.js": "node" } as const;
type Runtime = keyof typeof RUNTIMES;
type Operation = "generator" | "shared";

/** How many exponents are drawn: more than a table could have been made for. */
const EXPONENTS = 1000;

async function groupOf(checkout: Checkout, number: number): Promise<DiffieHellmanGroup> {
  const { diffieHellmanGroup } = await checkout.module<GroupsModule>("firmware/ike/groups.ts");
  const group = diffieHellmanGroup(number);
  if (group === undefined) throw new Error(`no group ${number}`);
  return group;
}

async function powers(checkout: Checkout, number: number, operation: Operation): Promise<Sample> {
  const group = await groupOf(checkout, number);
  const exponents = Array.from(
    { length: EXPONENTS },
    () => crypto.getRandomValues(new Uint8Array(group.exponentBytes)),
  );
  const peerValue = group.publicValue(exponents[0] as Uint8Array);
  let next = 0;
  const milliseconds = timed(() => {
    const exponent = exponents[next++ % EXPONENTS] as Uint8Array;
    if (operation === "generator") group.publicValue(exponent);
    else group.sharedSecret(exponent, peerValue);
  });
  // Tables are filled by use: what is measured is how it is after the first thousand.
  if (operation === "generator") { for (const exponent of exponents) group.publicValue(exponent); }
  return async () => 1000 * await milliseconds();
}

/** Processes of peers, one for each runtime. */
const PEERS = new Map<Runtime, PeerProcess | NotMeasured>();

function peerOf(runtime: Runtime): PeerProcess | NotMeasured {
  const script = new URL("../public_key_peer.mjs", import.meta.url).pathname;
  const args = runtime === "Deno" ? ["run", "--no-check", "--allow-all", script] : [script];
  const peer = PEERS.get(runtime) ?? PeerProcess.start(RUNTIMES[runtime], args);
  PEERS.set(runtime, peer);
  return peer;
}

/** Ends the peers. */
export async function endPeers(): Promise<void> {
  for (const peer of PEERS.values()) if (!isMissing(peer)) await peer.end();
  PEERS.clear();
}

function row(number: number, operation: Operation, runtime: Runtime, target: Target | undefined): Row {
  const suffix = runtime === "Deno" ? "deno" : "node";
  return {
    name: `${operation === "generator" ? "gx" : "gxy"}-${number}-${suffix}`,
    about: `${
      operation === "generator" ? "g^x" : "shared secret"
    } of group ${number}; node:crypto of ${runtime} over it`,
    unit: "us",
    ours: (checkout) => powers(checkout, number, operation),
    peer: {
      name: runtime,
      async sample({ ours }) {
        const { exponentBytes } = await groupOf(ours, number);
        const peer = peerOf(runtime);
        return isMissing(peer) ? peer : () => peer.ask(`${operation} modp${number} ${exponentBytes}`);
      },
    },
    ratio: "peer / ours",
    ...(target === undefined ? {} : { target }),
    pairs: 7,
  };
}

/** Rows of public keys. Of shared secrets it is asked that they get no slower than they were: compare revisions. */
export const PUBLIC_KEY_ROWS: readonly Row[] = [
  ...GROUPS.map((number) => row(number, "generator", "Deno", { least: 5 })),
  ...GROUPS.map((number) => row(number, "generator", "Node.js", undefined)),
  ...GROUPS.map((number) => row(number, "shared", "Deno", undefined)),
  ...GROUPS.map((number) => row(number, "shared", "Node.js", undefined)),
];
