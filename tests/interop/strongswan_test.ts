/** Our engine against strongSwan, in both roles and modes, over real sockets. Run with `deno task interop`. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { callingScenario, connectionOf, interop, registerCases, startBridge, withPeer, wordOn } from "./cases.ts";
import { assertDeleted, assertWord } from "./cases.ts";
import { STRONGSWAN } from "./charon.ts";
import { until } from "./processes.ts";

registerCases(STRONGSWAN, {
  suites: [
    "aes128-sha1-modp1536",
    "3des-sha1-modp1024",
    "3des-md5-modp1024",
    "aes256-sha256-modp2048",
    "aes192-sha384-modp3072",
    "aes256-sha512-modp4096",
    "aes256-sha384-modp8192",
  ],
  // It answers a name that it does not know with AUTHENTICATION-FAILED.
  unknownName: "ISDSC_AUTHENTICATION_FAILURE",
});

const SETTINGS = { suite: "aes128-sha1-modp1024", aggressive: false };

interop(
  [STRONGSWAN],
  "a fifth of the datagrams lost, both ways, and phase 1 comes about",
  () =>
    withPeer(STRONGSWAN, async (place) => {
      await place.peer.start(connectionOf(SETTINGS));
      // With this seed four datagrams are lost before the exchange comes about; deletes may be, too.
      const scenario = callingScenario(SETTINGS, "SUCCESS", "network: { lossPerMille: 200 }");
      const end = await (await startBridge(place, SETTINGS, scenario, "--seed", "1")).end();
      assertEquals(end.code, 0, `${end.text}${place.peer.log()}`);
      assertWord(place.peer, [wordOn(SETTINGS, "responder")]);
    }),
);

interop(
  [STRONGSWAN],
  "killed after message 2 and started again, the next login succeeds",
  () =>
    withPeer(STRONGSWAN, async (place) => {
      const { peer } = place;
      await peer.start(connectionOf(SETTINGS));
      // Our messages take 600 ms, which is less than the first wait, so there is time to kill the daemon between its message 2 and our message 3.
      const slow = "network: { latency: 600ms }";
      const scenario = callingScenario(SETTINGS, "ISDSC_CONNECTION_FAILED", slow, "[2s, 2s]") +
        "  - login: { adapter: hba0, target: daemon, expectMode: main }\n";
      const bridge = await startBridge(place, SETTINGS, scenario);
      await until(() => peer.log().includes("generating ID_PROT response 0 [ SA"));
      assertStringIncludes(peer.log(), "generating ID_PROT response 0 [ SA");
      await peer.stop();
      await peer.start(connectionOf(SETTINGS));
      const end = await bridge.end();
      assertEquals(end.code, 0, `${end.text}${peer.log()}`);
      assertWord(peer, [wordOn(SETTINGS, "responder")]);
      await assertDeleted(peer, 1);
    }),
);
