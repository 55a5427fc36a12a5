/** What daemons say they have cut into fragments is put together. */

import { assert, assertEquals } from "@std/assert";
import {
  assertWord,
  callingScenario,
  connectionOf,
  interop,
  startBridge,
  weAreCalled,
  weCall,
  withPeer,
} from "./cases.ts";
import type { PeerKind } from "./peer.ts";
import { sleep, until } from "./processes.ts";

/**
 * The cases of a daemon in both roles, and where we take no fragments: it says that nothing came about.
 *
 * @param suite One whose public values are so long that the daemon cuts the messages that they are in.
 */
export function registerFragments(kind: PeerKind, suite: string): void {
  const main = { suite, aggressive: false, fragments: true };
  // No daemon cuts message 1, and message 3 of aggressive mode is too short for it: there it only answers in fragments.
  for (const settings of [main, { ...main, aggressive: true }]) {
    interop(
      [kind],
      `as responder, ${settings.aggressive ? "aggressive" : "main"} mode, ${suite}, in fragments`,
      () =>
        withPeer(kind, async (place) => {
          await weCall(place, settings);
          assert(place.peer.cut() > 0, place.peer.log());
        }),
    );
  }
  interop([kind], `as initiator, main mode, ${suite}, in fragments`, () =>
    withPeer(kind, async (place) => {
      await weAreCalled(place, main);
      assert(place.peer.cut() > 0, place.peer.log());
    }));
  interop(
    [kind],
    `as responder, main mode, ${suite}, in fragments that we do not take: it never established`,
    () =>
      withPeer(kind, async (place) => {
        const { peer } = place;
        const refusing = { ...main, weTakeFragments: false };
        await peer.start(connectionOf(refusing));
        const bridge = await startBridge(place, refusing, callingScenario(refusing));
        assert(await until(() => peer.cut() > 0), peer.log());
        // Longer than the whole exchange takes where they are taken.
        await sleep(1500);
        bridge.interrupt();
        assertEquals((await bridge.end()).code, 130, peer.log());
        assertWord(peer, []);
        assertEquals(peer.alive(), []);
      }),
  );
}
