/**
 * For each rule about boots, and about who waits for what, a bug that no other
 * rule notices.
 *
 * @module
 */

import type { RuleName } from "../../../../sim/lab/explore/oracle/rules.ts";
import type { RuleBug } from "./rule_bug.ts";

/** The bugs of these rules. */
export const BOOT_BUGS = {
  "a name that is gone does not come back": {
    what: "a cache whose last write was cut off has no name in RAM, and keeps it in flash",
    story: "another tool sets a key anew, that is cut off, and the adapter boots twice",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: '      yield* store.delete("generational-guid", GENERATIONAL_GUID_NAME);\n      this.#guid.fill(0);\n',
      fault: "      this.#guid.fill(0);\n",
    },
  },
  "what may be lost is not told as absent": {
    what: "damage that took the name of a record is no reason to doubt that there is none",
    story: "another tool asks for a key of which nobody knows any more that it was there",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: "(entry === undefined && this.#damage.mayHideRecords)",
      fault: "(entry === undefined && this.#damage.storeFailed)",
    },
  },
  "an adapter comes back by itself": {
    what: "a driver that looks for its adapter does not see that it was reset once more",
    story: "an adapter is reset once more while its driver looks for it",
    fault: {
      file: "host/miniport/mailbox.ts",
      text: '      if (status & Control.netResetInterrupt) return { type: "aborted" };\n',
      fault: "",
    },
  },
  "a call does not wait for an adapter that is gone": {
    what: "a driver looks once only whether its adapter is there while the network is waited for",
    story: "an adapter is taken away from a login that nobody answers",
    fault: {
      file: "host/miniport/miniport.ts",
      text: "      if (isWaitedFor()) this.#look();\n    }\n    this.#watching = false;",
      fault: "      if (isWaitedFor()) this.#look();\n    }",
    },
  },
  "who is told of a timeout has waited": {
    what: "a login does not wait for the synchronisation of its adapter",
    story: "a login meets an adapter that is reset",
    fault: {
      file: "host/initiator_service/adapter_link.ts",
      text: "    yield* this.#settledSignal.until(() => this.#settled || this.#removed, limitCycles);\n",
      fault: "    yield* this.#settledSignal.until(() => this.#settled || this.#removed, Math.min(1, limitCycles));\n",
    },
  },
} as const satisfies Partial<Record<RuleName, RuleBug>>;
