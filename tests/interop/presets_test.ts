/** Our ends with presets against real daemons, in both roles: each says that it established. */

import { IKE_PRESETS, type IkePresetName } from "../../firmware/ike/mod.ts";
import { interop, weAreCalled, weCall, withPeer } from "./cases.ts";
import { STRONGSWAN } from "./charon.ts";
import { LIBRESWAN } from "./pluto.ts";

const SUITE = "aes128-sha1-modp1536";

for (const kind of [STRONGSWAN, LIBRESWAN]) {
  for (const preset of Object.keys(IKE_PRESETS) as IkePresetName[]) {
    const { modes } = IKE_PRESETS[preset].policy;
    for (const mode of modes) {
      // pluto takes message 3 that is not encrypted, but its vectors differ then: it reads no informational message.
      if (kind === LIBRESWAN && preset === "racoon" && mode === "aggressive") continue;
      const settings = { suite: SUITE, aggressive: mode === "aggressive", preset };
      interop(
        [kind],
        `as responder, ${mode} mode, our adapter is like ${preset}`,
        () =>
          withPeer(kind, async (place) => {
            await weCall(place, settings);
          }),
      );
    }
    interop([kind], `as initiator, main mode, our target is like ${preset}`, () =>
      withPeer(kind, async (place) => {
        await weAreCalled(place, { suite: SUITE, aggressive: false, preset });
      }));
  }
}
