/** A bridge that has no way to its peer says so before anything is sent. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { callingScenario, interop } from "./cases.ts";
import { IPV4, IPV6, Namespaces } from "./namespaces.ts";
import { OurBridge } from "./our_bridge.ts";
import { run } from "./processes.ts";

const SETTINGS = { suite: "aes128-sha1-modp1024", aggressive: false };

for (const ends of [{ ...IPV4, theirs: "203.0.113.7" }, { ...IPV6, theirs: "2001:db8::7" }]) {
  interop(
    [{ name: "no peer", missing: () => undefined }],
    `without a route to ${ends.theirs} nothing is sent`,
    async () => {
      const namespaces = new Namespaces();
      const directory = Deno.makeTempDirSync();
      try {
        // Whatever leaves the namespace is counted; the count of neighbour discovery stands still by then.
        const sent = () =>
          run("ip", "netns", "exec", namespaces.ours, "cat", "/proc/net/snmp", "/proc/net/snmp6").text
            .match(/Udp: (?:\d+ ){3}(\d+)|Udp6OutDatagrams\s+\d+/g);
        const before = sent();
        const scenario = callingScenario({ ...SETTINGS, ends });
        const end = await (await OurBridge.start({ namespaces, directory, ends, scenario })).end();
        assertEquals(end.code, 2, end.text);
        assertStringIncludes(
          end.text,
          `no route to ${ends.theirs}): expected an address of this machine, free ports, and a way`,
        );
        assertEquals(sent(), before);
      } finally {
        namespaces.remove();
        Deno.removeSync(directory, { recursive: true });
      }
    },
  );
}
