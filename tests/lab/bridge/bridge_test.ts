/** Two bridges on the loopback network: what one sends comes in at the other, and each run plays again alone. */

import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";

const CLI = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

const CALLING = `
name: calling
adapters: { hba0: { storage: ram, ports: [127.0.0.2] } }
targets: { disk: { address: 127.0.0.3, outside: true } }
steps:
  - setKey: { adapter: hba0, id: 127.0.0.2, key: a key, flags: [ike, main] }
  - wait: 2s
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

const ANSWERING = `
name: answering
adapters: { hba1: { storage: none, ports: [127.0.0.4] } }
targets: { disk: { address: 127.0.0.3, keys: { any: a key } } }
steps:
  - wait: 6s
  - expect: { trace: { seen: { component: disk, state: phase 1 established } } }
`;

function command(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--config", CONFIG, "-A", CLI, ...args],
    stdout: "piped",
    stderr: "piped",
  });
}

const textOf = ({ stdout, stderr }: Deno.CommandOutput) =>
  new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
const digestOf = (output: string) => /digest ([0-9a-f]+)/.exec(output)?.[1];

Deno.test({
  name: "hbasim bridge: two of them meet on any ports, and each run plays again without the other",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using directory = temporaryFolder();
    const run = async (name: string, scenario: string, listen: string, peer: string) => {
      const file = `${directory.path}/${name}.yaml`;
      Deno.writeTextFileSync(file, scenario);
      const recording = `${directory.path}/${name}.recording`;
      const ends = ["--listen", listen, "--peer", peer, "--record", recording];
      const live = await command("bridge", "--quiet", ...ends, file).output();
      const replayed = await command("run", "--quiet", "--replay", recording, file).output();
      return { live: textOf(live), replayed: textOf(replayed), codes: [live.code, replayed.code] };
    };
    const runs = await Promise.all([
      run("answering", ANSWERING, "127.0.0.3:15501", "127.0.0.2:15500"),
      run("calling", CALLING, "127.0.0.2:15500", "127.0.0.3:15501"),
    ]);
    for (const { live, replayed, codes } of runs) {
      assertEquals(codes, [0, 0], live + replayed);
      assert(digestOf(live) !== undefined);
      assertEquals(digestOf(replayed), digestOf(live));
    }
  },
});
