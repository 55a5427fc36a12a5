/** Our engine against strongSwan, in both roles and modes, over real sockets. Run with `deno task interop`. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  answeringScenario,
  callingScenario,
  connectionOf,
  interop,
  registerCases,
  startBridge,
  withPeer,
  wordOn,
} from "./cases.ts";
import { assertDeleted, assertWord } from "./cases.ts";
import { STRONGSWAN } from "./charon.ts";
import { registerFragments } from "./fragment_cases.ts";
import { IPV4 } from "./namespaces.ts";
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
    "aes128-sha256-ecp256",
  ],
  moreSuites: ["aes256-sha384-ecp384", "aes256-sha512-ecp521", "aes128-sha256-curve25519"],
  // It answers a name that it does not know with AUTHENTICATION-FAILED.
  unknownName: "ISDSC_AUTHENTICATION_FAILURE",
});

registerFragments(STRONGSWAN, "aes128-sha1-modp2048");

/** As many transforms as a proposal can have, the last of which is ours: a message of more than nine kilobytes. */
function longOffer(last: string): string {
  const ciphers = ["aes128", "aes192", "aes256", "3des"];
  const hashes = ["md5", "sha1", "sha256", "sha384", "sha512"];
  const groups = ["modp768", "modp1024", "modp1536", "modp2048", "modp3072", "modp4096", "modp6144", "modp8192"];
  const curves = ["ecp256", "ecp384", "ecp521", "curve25519"];
  const suites = ciphers.flatMap((cipher) =>
    hashes.flatMap((hash) => [...groups, ...curves, "modp2048s256"].map((group) => `${cipher}-${hash}-${group}`))
  );
  return [...suites.filter((suite) => suite !== last).slice(0, 254), last].join(", ");
}

interop(
  [STRONGSWAN],
  "as initiator, main mode, the last of 255 transforms: a message of 9 KB, in fragments of IP",
  () =>
    withPeer(STRONGSWAN, async (place) => {
      const suite = "aes256-sha256-modp2048";
      const { peer } = place;
      await peer.start({ ...connectionOf({ suite: longOffer(suite), aggressive: false }), ourId: IPV4.ours });
      const bridge = await startBridge(
        place,
        { suite, aggressive: false },
        answeringScenario({ suite, aggressive: false }),
      );
      await peer.initiate();
      assertWord(peer, [{ mode: "main", role: "initiator", suite, identity: IPV4.ours }]);
      const sent = [...peer.log().matchAll(/sending packet: .* \((\d+) bytes\)/g)].map(([, bytes]) => Number(bytes));
      assert(Math.max(...sent) > 8972, `${sent}`);
      bridge.interrupt();
      await bridge.end();
    }),
);

const SETTINGS = { suite: "aes128-sha1-modp1024", aggressive: false };

interop(
  [STRONGSWAN],
  "a fifth of the datagrams lost, both ways, and phase 1 comes about",
  () =>
    withPeer(STRONGSWAN, async (place) => {
      await place.peer.start(connectionOf(SETTINGS));
      // With this seed four datagrams are lost before the exchange comes about; deletes may be, too.
      const scenario = callingScenario(SETTINGS, "SUCCESS", "network: { loss: 20% }");
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
      // Our messages take 1.5 s, which is less than the first wait, so there is time on a busy machine, too, to kill the
      // daemon between its message 2 and our message 3.
      const slow = "network: { latency: 1500ms }";
      const scenario = callingScenario(SETTINGS, "ISDSC_CONNECTION_FAILED", slow, "[4s, 4s]") +
        "  - { login: { adapter: hba0, target: daemon }, expect: { mode: main } }\n";
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
