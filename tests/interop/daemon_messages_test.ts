/**
 * The first messages of real daemons are still those that tests/vectors/daemon-messages.json has, by which presets are
 * tested without a daemon. `WRITE_DAEMON_MESSAGES=1` writes it anew.
 */

import { assertEquals } from "@std/assert";
import { masked, suitesInAggressiveMode } from "../firmware/ike/masked_message.ts";
import { interop, withPeer } from "./cases.ts";
import { STRONGSWAN } from "./charon.ts";
import { IPV4, type Namespaces } from "./namespaces.ts";
import type { PeerKind } from "./peer.ts";
import { LIBRESWAN } from "./pluto.ts";
import { until } from "./processes.ts";

const ROOT = new URL("../../", import.meta.url);
const FILE = new URL("tests/vectors/daemon-messages.json", ROOT);

interface Messages {
  readonly daemon: string;
  readonly captured: string;
  /** Suites that the daemon was told to offer; its own if there are none. */
  readonly suites: readonly string[];
  readonly first: { readonly main: string; readonly aggressive: string };
  readonly answers: readonly { readonly to: string; readonly message: string; readonly answer: string }[];
}

const vectors = JSON.parse(Deno.readTextFileSync(FILE)) as Record<string, Messages>;

/** Prints the first datagram that comes to our end, after one is sent or something else begins. */
async function firstDatagram(namespaces: Namespaces, begin: () => void, ...hex: string[]): Promise<string> {
  const program = ["run", "-A", "--no-check", new URL("tests/interop/one_datagram.ts", ROOT).pathname];
  const child = new Deno.Command("ip", {
    args: [
      "netns",
      "exec",
      namespaces.ours,
      "timeout",
      "10",
      Deno.execPath(),
      ...program,
      IPV4.ours,
      IPV4.theirs,
      ...hex,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const watch = async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) said += chunk;
  };
  watch();
  await until(() => said.includes("listens"));
  begin();
  return (await new Response(child.stdout).text()).trim();
}

async function capture(kind: PeerKind, { suites, answers }: Messages): Promise<Pick<Messages, "first" | "answers">> {
  const first = { main: "", aggressive: "" };
  const captured: Messages["answers"][number][] = [];
  for (const mode of ["main", "aggressive"] as const) {
    const suite = (mode === "main" ? suites : suitesInAggressiveMode(suites)).join(",");
    await withPeer(kind, async ({ peer, namespaces }) => {
      await peer.start({ ends: IPV4, aggressive: mode === "aggressive", suite, ourId: IPV4.ours, key: "a key" });
      if (mode === "main") {
        for (const { to, message } of answers) {
          captured.push({ to, message, answer: await firstDatagram(namespaces, () => {}, message) });
        }
      }
      first[mode] = await firstDatagram(namespaces, () => void peer.initiate());
    });
  }
  return { first, answers: captured };
}

for (const kind of [STRONGSWAN, LIBRESWAN]) {
  interop([kind], "its first messages and answers are those of the vectors", async () => {
    const known = vectors[kind.name];
    if (known === undefined) throw new Error(`no messages of ${kind.name}`);
    const found = await capture(kind, known);
    if (Deno.env.get("WRITE_DAEMON_MESSAGES") !== undefined) {
      vectors[kind.name] = { ...known, ...found };
      Deno.writeTextFileSync(FILE, `${JSON.stringify(vectors, null, 2)}\n`);
      return;
    }
    assertEquals(masked(found.first.main), masked(known.first.main), "main mode");
    assertEquals(masked(found.first.aggressive), masked(known.first.aggressive), "aggressive mode");
    for (const [index, { to, answer }] of known.answers.entries()) {
      assertEquals(masked(found.answers[index]?.answer ?? ""), masked(answer), `answer to ${to}`);
    }
  });
}
