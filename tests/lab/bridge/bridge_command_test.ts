/** The bridge command by itself: what it draws, how it is stopped, and what it refuses before anything is sent. */

import dgram from "node:dgram";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { decodeRecording } from "../../../sim/lab/bridge/recording.ts";

const CLI = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
const LINUX = { ignore: Deno.build.os !== "linux", sanitizeResources: false, sanitizeOps: false };

/** An adapter calls somebody who never answers. */
const CALLING = (adapter: string, target: string) => `
name: calling
adapters: { hba0: { storage: ram, ports: ["${adapter}"] } }
targets: { disk: { address: "${target}", outside: true } }
steps:
  - setKey: { adapter: hba0, id: "${adapter}", key: a key, flags: [ike, main] }
  - login: { adapter: hba0, target: disk }
`;

function command(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--config", CONFIG, "-A", CLI, ...args],
    stdout: "piped",
    stderr: "piped",
  });
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync();
  try {
    await use(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** A socket at a free port, and the first datagram that comes to it. */
async function openSocket(host: string): Promise<{ socket: dgram.Socket; port: number; first: Promise<Uint8Array> }> {
  const socket = dgram.createSocket(host.includes(":") ? "udp6" : "udp4");
  const first = new Promise<Uint8Array>((resolve) => socket.once("message", (bytes: Uint8Array) => resolve(bytes)));
  await new Promise<void>((resolve) => socket.bind(0, host, () => resolve()));
  return { socket, port: socket.address().port, first };
}

interface Stopped {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The first datagram that came out. */
  readonly first: Uint8Array;
}

/** Runs a bridge until its first datagram has come out at a socket of ours, and then presses Ctrl-C. */
async function stopAfterFirst(directory: string, host: string, scenario: string, ...args: string[]): Promise<Stopped> {
  const { socket, port, first } = await openSocket(host);
  const file = `${directory}/calling.yaml`;
  Deno.writeTextFileSync(file, scenario);
  const brackets = (address: string) => address.includes(":") ? `[${address}]` : address;
  const ends = [
    "--listen",
    `${brackets(host)}:0`.replace(/0$/, String(port + 1)),
    "--peer",
    `${brackets(host)}:${port}`,
  ];
  const child = command("bridge", "--quiet", ...ends, ...args, file).spawn();
  const datagram = await first;
  child.kill("SIGINT");
  const { code, stdout, stderr } = await child.output();
  socket.close();
  return { code, stdout: text(stdout), stderr: text(stderr), first: datagram };
}

for (const [family, host, adapter] of [["IPv4", "127.0.0.1", "192.0.2.10"], ["IPv6", "::1", "2001:db8::10"]] as const) {
  Deno.test({
    name: `hbasim bridge over ${family}: Ctrl-C writes recording, pcap and verdicts, and the recording plays again`,
    ...LINUX,
    fn: () =>
      inDirectory(async (directory) => {
        const [recording, pcap] = [`${directory}/recording`, `${directory}/pcap`];
        const files = ["--record", recording, "--pcap", pcap];
        const stopped = await stopAfterFirst(directory, host, CALLING(adapter, host), ...files);
        assertEquals(stopped.code, 130, stopped.stderr);
        assertEquals(stopped.first[17], 0x10, "an ISAKMP message of version 1.0");
        assertStringIncludes(stopped.stdout, "ok    line   6  setKey");
        assertStringIncludes(stopped.stdout, "interrupted: 1 of 1 expectations that were judged so far hold");
        assertStringIncludes(stopped.stderr, `the peer is ${host.includes(":") ? `[${host}]` : host}`);
        assert(Deno.readFileSync(pcap).length > 200, "the pcap holds the datagram");
        assert(decodeRecording(Deno.readFileSync(recording)).interruption !== undefined);
        const replayed = await command("run", "--quiet", "--replay", recording, `${directory}/calling.yaml`).output();
        assertEquals(text(replayed.stdout), stopped.stdout);
        assertEquals(replayed.code, 130);
      }),
  });
}

Deno.test({
  name:
    "hbasim bridge draws its chance anew for each run, tells nobody but the recording, and keeps a seed that is given",
  ...LINUX,
  fn: () =>
    inDirectory(async (directory) => {
      const recording = `${directory}/recording`;
      const run = (...args: string[]) =>
        stopAfterFirst(directory, "127.0.0.1", CALLING("192.0.2.10", "127.0.0.1"), "--record", recording, ...args);
      const cookie = ({ first }: Stopped) => first.slice(0, 8).join();
      const one = await run();
      const { seed, drawn } = decodeRecording(Deno.readFileSync(recording));
      assert(drawn && seed.length === 32);
      assert(!(one.stdout + one.stderr).includes(seed), "the seed leads to the keys");
      const two = await run();
      assertNotEquals(cookie(one), cookie(two));
      assertNotEquals(decodeRecording(Deno.readFileSync(recording)).seed, seed);
      const [three, four] = [await run("--seed", "fixed"), await run("--seed", "fixed")];
      assertEquals(cookie(three), cookie(four));
      assertStringIncludes(three.stderr, "warning: with --seed");
      assert(!one.stderr.includes("warning"));
    }),
});

Deno.test({
  name: "hbasim bridge refuses bad ends with place, given and accepted",
  ...LINUX,
  fn: () =>
    inDirectory(async (directory) => {
      const file = `${directory}/calling.yaml`;
      Deno.writeTextFileSync(file, CALLING("192.0.2.10", "127.0.0.1"));
      const taken = await openSocket("127.0.0.1");
      const inUse = `127.0.0.1:${taken.port}`;
      const cases: readonly (readonly [listen: string, peer: string, said: string])[] = [
        ["127.0.0.1:15700", "127.0.0.1", '--peer "127.0.0.1": expected ADDRESS:PORT'],
        ["127.0.0.1:0", "127.0.0.1:500", '--listen "127.0.0.1:0": expected ADDRESS:PORT'],
        ["127.0.0.1:70000", "127.0.0.1:500", '--listen "127.0.0.1:70000": expected ADDRESS:PORT'],
        ["::1:500", "127.0.0.1:500", '--listen "::1:500": expected ADDRESS:PORT'],
        ["[::1]:15700", "127.0.0.1:500", "expected two IPv4 or two IPv6 addresses"],
        ["127.0.0.300:15700", "127.0.0.1:500", '"127.0.0.300" is no address'],
        ["127.0.0.1:15700", "127.0.0.1:15700", "to itself: expected a peer of another address or port"],
        ["[::1]:15700", "[::1]:15701", "Nobody in the scenario has the address ::1: expected one of 192.0.2.10"],
        ["127.0.0.1:15700", "0.0.0.0:500", '--peer "0.0.0.0:500": expected the address of one host'],
        ["127.0.0.1:15700", "224.0.0.1:500", "expected the address of one host"],
        ["[::1]:15700", "[ff02::1]:500", "expected the address of one host"],
        [inUse, "127.0.0.1:15701", "EADDRINUSE"],
        ["203.0.113.77:15700", "203.0.113.78:15701", "EADDRNOTAVAIL"],
      ];
      for (const [listen, peer, said] of cases) {
        const { code, stderr } = await command("bridge", "--listen", listen, "--peer", peer, file).output();
        assertEquals([code, text(stderr).includes(said)], [2, true], text(stderr));
      }
      taken.socket.close();
    }),
});

Deno.test("hbasim run: a recording brings its seed, and another beside it is refused", () =>
  inDirectory(async (directory) => {
    const file = `${directory}/calling.yaml`;
    Deno.writeTextFileSync(file, CALLING("192.0.2.10", "127.0.0.1"));
    const { code, stderr } = await command("run", "--replay", file, "--seed", "1", file).output();
    assertEquals(code, 2);
    assertStringIncludes(text(stderr), '--seed "1" with --replay: expected --replay alone');
  }));

Deno.test({
  name:
    "hbasim bridge: steps that find nothing to do are failures of the run, which writes its files and ends its sessions",
  ...LINUX,
  fn: () =>
    inDirectory(async (directory) => {
      const { socket, port } = await openSocket("127.0.0.1");
      const file = `${directory}/scenario.yaml`;
      // Nobody answers, so that there is no session to log out of.
      const silent = CALLING("192.0.2.10", "127.0.0.1").replace('"] }]', '"], retransmission: [300ms] }]')
        .replace(/- (login: .*)/, "- { $1, expect: any, name: it }");
      Deno.writeTextFileSync(file, `${silent}  - logout: { session: it }\n`);
      const [recording, pcap] = [`${directory}/recording`, `${directory}/pcap`];
      const ends = ["--listen", `127.0.0.1:${port + 1}`, "--peer", `127.0.0.1:${port}`];
      const { code, stdout, stderr } = await command(
        ...["bridge", "--quiet", ...ends, "--record", recording, "--pcap", pcap, file],
      ).output();
      socket.close();
      assertEquals(code, 1, text(stderr));
      assertStringIncludes(text(stdout), 'logout: expected the session of "it", but found none');
      assert(Deno.readFileSync(pcap).length > 200);
      assert(decodeRecording(Deno.readFileSync(recording)).arrivals.length === 0);
    }),
});
