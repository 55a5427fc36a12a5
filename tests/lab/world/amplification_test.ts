/**
 * What a target sends to somebody who has proved nothing, measured on the simulated wire for each policy: printed, held
 * against the bound, and compared with the table in firmware/ike/README.md, which
 * `WRITE_AMPLIFICATION=1 deno test -A tests/lab/world/amplification_test.ts` writes anew.
 */

import { assert, assertEquals } from "@std/assert";
import {
  type Datagram,
  DEFAULT_POLICY,
  formatSuite,
  type IkePolicy,
  parseSuite,
  STRONGSWAN_RETRANSMISSION,
} from "../../../firmware/ike/mod.ts";
import { Target } from "../../../sim/lab/world/target.ts";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { Network } from "../../../sim/network/network.ts";
import { DEFAULT_COSTS } from "../../../sim/parts/cost_table.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";
import { fragment } from "../../firmware/ike/fragmenting.ts";
import { FQDN_ID, KEY, RESPONDER, text, TwoEngines } from "../../firmware/ike/two_engines.ts";

const README = new URL("../../../firmware/ike/README.md", import.meta.url);
const BEGIN = "<!-- Made by WRITE_AMPLIFICATION=1 deno test -A tests/lab/world/amplification_test.ts -->";
const END = "<!-- The end of what is made. -->";

/** The bound: so many times what came, and so many sendings of a message. */
const MOST = 3;
/** As long as any half-open exchange lasts: strongSwan's waits take 165 s. */
const HALF_OPEN_SECONDS = 200;
const FORGED = { address: Uint8Array.of(203, 0, 113, 9), port: 500 };

function policyOf(suite: string, other: Partial<IkePolicy> = {}): IkePolicy {
  return { ...DEFAULT_POLICY, suites: [parseSuite(suite)], ...other };
}

const POLICIES: Readonly<Record<string, IkePolicy>> = {
  default: DEFAULT_POLICY,
  "strongSwan's waits": { ...DEFAULT_POLICY, retransmission: STRONGSWAN_RETRANSMISSION },
  "fragments taken": { ...DEFAULT_POLICY, fragmentation: true },
  "group 1, strongSwan's waits": policyOf("aes128-sha1-modp768", { retransmission: STRONGSWAN_RETRANSMISSION }),
  "group 18": policyOf("aes256-sha512-modp8192"),
  "group 21": policyOf("aes256-sha512-ecp521"),
  "group 31": policyOf("aes128-sha256-curve25519"),
};

/** Message 1 of an initiator with a policy. */
function firstMessage(policy: IkePolicy, mode: "main" | "aggressive"): Uint8Array {
  const pair = new TwoEngines({ policy, wire: () => [] });
  pair.initiate(mode, mode === "aggressive" ? { identity: FQDN_ID } : {});
  pair.run(10);
  const [sent] = pair.sent;
  assert(sent !== undefined);
  return sent.datagram.payload;
}

/** Pieces of a message with the initiator's cookie, and one of the responder that is guessed. */
function forgedPieces(message: Uint8Array): readonly Uint8Array[] {
  const guessed = message.map((byte, index) => index >= 8 && index < 16 ? 0x55 : byte);
  return Array.from(
    { length: 20 },
    (_, index) => fragment(guessed, { id: 1, copiesHeader: false }, index + 1, index === 19, new Uint8Array(100)),
  );
}

/** What the forged address is sent, one second after another, and for as long as the exchange may be half open. */
const ATTACKS: Readonly<Record<string, (message: Uint8Array) => readonly Uint8Array[]>> = {
  once: (message) => [message],
  "six times": (message) => Array.from({ length: 6 }, () => message),
  "once, and 20 fragments": (message) => [message, ...forgedPieces(message)],
};

interface Measured {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly sendings: number;
}

function measure(policy: IkePolicy, datagrams: readonly Uint8Array[]): Measured {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const streams = new RandomStreams("amplification");
  const network = new Network(kernel, recorder, streams.stream("network"));
  const target = new Target({
    kernel,
    recorder,
    network,
    costs: DEFAULT_COSTS,
    name: "disk",
    address: RESPONDER.address,
    keys: [{ id: "any", key: text(KEY) }],
    policy,
    random: streams.stream("target"),
  });
  datagrams.forEach((payload, index) =>
    kernel.schedule(
      index * kernel.frequencyHz,
      () => network.send({ source: FORGED, destination: RESPONDER, payload }),
    )
  );
  kernel.run(HALF_OPEN_SECONDS * kernel.frequencyHz);
  assertEquals(target.established, 0);
  const bytes = (captured: readonly Datagram[]) => captured.reduce((sum, { payload }) => sum + payload.length, 0);
  const all = network.captures.map(({ datagram }) => datagram);
  const sent = all.filter(({ source }) => source !== FORGED);
  return { receivedBytes: bytes(all) - bytes(sent), sentBytes: bytes(sent), sendings: sent.length };
}

function rows(): readonly (readonly string[])[] {
  const table: (readonly string[])[] = [];
  for (const [name, policy] of Object.entries(POLICIES)) {
    for (const mode of ["main", "aggressive"] as const) {
      const message = firstMessage(policy, mode);
      const cells = Object.entries(ATTACKS).map(([attack, datagramsOf]) => {
        const { receivedBytes, sentBytes, sendings } = measure(policy, datagramsOf(message));
        const place = `${name}, ${mode} mode, ${attack}`;
        assert(sendings >= 1 && sendings <= MOST, `${place}: ${sendings} sendings`);
        assert(sentBytes <= MOST * receivedBytes, `${place}: ${receivedBytes} bytes in, ${sentBytes} out`);
        return `${receivedBytes} / ${sentBytes} / ${sendings}, ${(sentBytes / receivedBytes).toFixed(2)}`;
      });
      table.push([`${name} (\`${formatSuite(policy.suites[0] ?? parseSuite(""))}\`)`, mode, ...cells]);
    }
  }
  return table;
}

Deno.test("a target sends no more than three times what it gets, in three sendings, to who has proved nothing", () => {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = ["policy", "mode", ...Object.keys(ATTACKS)];
  const table = [head, head.map(() => "---"), ...rows()].map(line).join("\n");
  console.log(table);
  const readme = Deno.readTextFileSync(README);
  const begin = readme.indexOf(BEGIN) + BEGIN.length;
  const end = readme.indexOf(END, begin);
  assert(begin >= BEGIN.length && end > begin, "the README has no place for the table");
  if (Deno.env.get("WRITE_AMPLIFICATION") !== undefined) {
    Deno.writeTextFileSync(README, `${readme.slice(0, begin)}\n\n${table}\n\n${readme.slice(end)}`);
    return;
  }
  // The formatter aligns the columns.
  const cellsOf = (text: string) =>
    text.trim().split("\n").map((each) => each.split("|").map((cell) => cell.trim().replace(/^-+$/, "---")));
  assertEquals(cellsOf(readme.slice(begin, end)), cellsOf(table));
});
