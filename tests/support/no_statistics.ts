/** What a script in place of phase 1 has counted. */

import type { Phase1Statistics } from "../../firmware/manual/interface.ts";

export const NO_PHASE1_STATISTICS: Phase1Statistics = {
  negotiating: 0,
  queued: 0,
  established: 0,
  failed: 0,
  authenticationFailures: 0,
  invalidCookies: 0,
  invalidPackets: 0,
  receiveFailures: 0,
};
