/**
 * Phase 1 between two strongSwan daemons, timed by the initiator's own log from
 * the first message to the established association. Needs root and the
 * packages that `.ci/run` installs.
 */

import { Charon, STRONGSWAN } from "../tests/interop/charon.ts";
import { median } from "./sampling.ts";
import { IPV4, Namespaces, namespacesMissing } from "../tests/interop/namespaces.ts";

const EXCHANGES = 25;

/** Exchanges a second of one pair, or why it cannot be measured. */
export async function strongswanPair(suite: string): Promise<number | string> {
  const reason = namespacesMissing() ?? STRONGSWAN.missing();
  if (reason !== undefined) return reason;
  const namespaces = new Namespaces();
  const directories = { ours: Deno.makeTempDirSync(), theirs: Deno.makeTempDirSync() };
  const initiator = new Charon(namespaces, directories.ours, "ours");
  const responder = new Charon(namespaces, directories.theirs);
  try {
    const connection = { ends: IPV4, aggressive: false, suite, ourId: IPV4.ours, key: "a key for both" };
    await responder.start(connection);
    await initiator.start(connection);
    for (let count = 0; count < EXCHANGES; count++) {
      await initiator.initiate();
      await initiator.terminate();
    }
    const times: number[] = [];
    let begun = NaN;
    for (const line of initiator.log().split("\n")) {
      const seconds = /^(\d+)\.(\d{3})/.exec(line);
      if (seconds === null) continue;
      const milliseconds = Number(seconds[1]) * 1000 + Number(seconds[2]);
      if (/initiating Main Mode IKE_SA/.test(line)) begun = milliseconds;
      if (/IKE_SA hba\[\d+\] established/.test(line)) times.push(milliseconds - begun);
    }
    return 1000 / (times.length === 0 ? NaN : Math.max(median(times), 0.5));
  } finally {
    await initiator.stop();
    await responder.stop();
    namespaces.remove();
    for (const directory of Object.values(directories)) Deno.removeSync(directory, { recursive: true });
  }
}
