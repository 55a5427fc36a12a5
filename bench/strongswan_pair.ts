/**
 * Phase 1 between two strongSwan daemons, timed by the initiator's own log from
 * the first message to the established association. Needs root and the
 * packages that `.ci/run` installs.
 */

import { Charon, missing, OURS } from "../tests/interop/charon.ts";

const EXCHANGES = 25;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Exchanges a second of one pair, or why it cannot be measured. */
export async function strongswanPair(suite: string): Promise<number | string> {
  const reason = missing();
  if (reason !== undefined) return reason;
  const pair = new Charon();
  try {
    const connection = { aggressive: false, proposals: suite, ourId: OURS, key: "a key for both" };
    await pair.start(connection, "theirs");
    await pair.start(connection, "ours");
    for (let count = 0; count < EXCHANGES; count++) {
      await pair.initiate("ours");
      await pair.terminate("ours");
    }
    const times: number[] = [];
    let begun = NaN;
    for (const line of pair.fullLog("ours").split("\n")) {
      const seconds = /^(\d+)\.(\d{3})/.exec(line);
      if (seconds === null) continue;
      const milliseconds = Number(seconds[1]) * 1000 + Number(seconds[2]);
      if (/initiating Main Mode IKE_SA/.test(line)) begun = milliseconds;
      if (/IKE_SA hba\[\d+\] established/.test(line)) times.push(milliseconds - begun);
    }
    return 1000 / (times.length === 0 ? NaN : Math.max(median(times), 0.5));
  } finally {
    await pair.remove();
  }
}
