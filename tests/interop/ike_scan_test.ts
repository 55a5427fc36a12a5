/** Our responder as ike-scan sees it, and a weak key as psk-crack finds it. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { answeringScenario, interop, KEY, NAME, startBridge } from "./cases.ts";
import { IPV4, Namespaces } from "./namespaces.ts";
import type { PeerKind } from "./peer.ts";
import { run } from "./processes.ts";

const IKE_SCAN: Pick<PeerKind, "name" | "missing"> = {
  name: "ike-scan",
  missing: () => ["ike-scan", "psk-crack"].find((tool) => !run("which", tool).success)?.concat(" is not installed"),
};

const SETTINGS = { suite: "aes128-sha1-modp1024", aggressive: true };
const TRANSFORM = "--trans=(1=7,14=128,2=2,3=1,4=2)";

interop([IKE_SCAN], "sees both modes, and psk-crack finds a key that is in its dictionary, and no other", async () => {
  const namespaces = new Namespaces();
  const directory = Deno.makeTempDirSync();
  const far = (...args: string[]) => run("ip", "netns", "exec", namespaces.theirs, ...args).text;
  try {
    const keys = `{ ${NAME}: abc123, any: ${KEY} }`;
    const scenario = answeringScenario(SETTINGS, keys);
    const bridge = await startBridge({ namespaces, directory }, SETTINGS, scenario);
    const main = far("ike-scan", "-M", "--sport=500", TRANSFORM, IPV4.ours);
    assertStringIncludes(main, "Main Mode Handshake returned");
    const dictionary = `${directory}/dictionary`;
    Deno.writeTextFileSync(dictionary, "password\nletmein\nabc123\nsecret\n");
    const crack = (name: string) => {
      const parameters = `${directory}/${name}`;
      const answer = far(
        ...["ike-scan", "-A", "-M", "--sport=500", `--id=${name}`, "--idtype=2", "--dhgroup=2"],
        ...[TRANSFORM, `--pskcrack=${parameters}`, IPV4.ours],
      );
      assertStringIncludes(answer, "Aggressive Mode Handshake returned");
      return far("psk-crack", "-d", dictionary, parameters);
    };
    assertStringIncludes(crack(NAME), 'key "abc123" matches');
    assertStringIncludes(crack("somebody.else"), "no match found");
    bridge.interrupt();
    assertEquals((await bridge.end()).code, 130);
  } finally {
    namespaces.remove();
    Deno.removeSync(directory, { recursive: true });
  }
});
