/**
 * Policies of phase 1 that a world refuses, each with the path, what was given
 * and what is accepted.
 *
 * @module
 */

import { adapter, type Row, target } from "./refused_options.ts";

const SUITE = { cipher: "3des", hash: "sha1", group: 2 };

/** Options, and the path, what was given and what is accepted, or a part of it. */
export const PHASE1_ROWS: readonly Row[] = [
  [adapter({ phase1: { lifetimeSeconds: 0 } }), "adapters[0].phase1.lifetimeSeconds", "0", "from 1 to 4294967295"],
  [adapter({ phase1: { suites: [] } }), "adapters[0].phase1.suites", "a list of 0", "1 to 64"],
  [
    adapter({ phase1: { suites: [{ cipher: "des", hash: "md5", group: 999 }] } }),
    "adapters[0].phase1.suites[0].group",
    "999",
    "1 or 2 or 5 or 14",
  ],
  [
    target({ phase1: { retransmission: { name: "none", delaysMilliseconds: [0] } } }),
    "targets[0].phase1.retransmission.delaysMilliseconds[0]",
    "0",
    "a whole number from 1 to 2147483647",
  ],
  [target({ phase1: { modes: ["quick"] } }), "targets[0].phase1.modes[0]", '"quick"', '"main" or "aggressive"'],
  [
    adapter({ phase1: { preset: "cisco" } }),
    "adapters[0].phase1.preset",
    '"cisco"',
    '"strongswan" or "libreswan" or "racoon" or "windows"',
  ],
  [target({ phase1: { preset: null } }), "targets[0].phase1.preset", "null", '"strongswan" or'],
  [target({ phase1: { Preset: "racoon" } }), "targets[0].phase1.Preset", "an unknown name", "one of preset, suites"],
  [adapter({ phase1: { lifetimeKilobytes: 0 } }), "adapters[0].phase1.lifetimeKilobytes", "0", "from 1 to 4294967295"],
  [adapter({ phase1: { nonceBytes: 257 } }), "adapters[0].phase1.nonceBytes", "257", "a whole number from 8 to 256"],
  [
    adapter({ phase1: { initialContact: true } }),
    "adapters[0].phase1.initialContact",
    "true",
    '"never" or "message 5"',
  ],
  [target({ phase1: { padding: "most" } }), "targets[0].phase1.padding", '"most"', '"least" or "at least one"'],
  [
    adapter({ phase1: { suites: [SUITE, { ...SUITE }] } }),
    "adapters[0].phase1.suites[1]",
    "3des-sha1-modp1024 occurs twice",
    "another than suites[0]",
  ],
  [
    adapter({ phase1: { modes: ["aggressive"], suites: [SUITE, { ...SUITE, group: 5 }] } }),
    "adapters[0].phase1.suites[1].group",
    "5",
    "2, as suites[0] has: aggressive mode alone offers suites of one group",
  ],
  [target({ phase1: { modes: ["main", "main"] } }), "targets[0].phase1.modes[1]", "main occurs twice", "modes[0]"],
  [
    adapter({ phase1: { attributeOrder: ["hash", "size"] } }),
    "adapters[0].phase1.attributeOrder[1]",
    '"size"',
    '"encryption" or "keyLength"',
  ],
  [
    adapter({ phase1: { attributeOrder: [] } }),
    "adapters[0].phase1.attributeOrder",
    "",
    "encryption, keyLength, hash, group, authentication, seconds, kilobytes in some order, each once",
  ],
  [
    adapter({ phase1: { numbering: { proposal: 256, firstTransform: 1 } } }),
    "adapters[0].phase1.numbering.proposal",
    "256",
    "a whole number from 0 to 255",
  ],
  [
    adapter({ phase1: { preset: "libreswan", numbering: { proposal: 0, firstTransform: 240 } } }),
    "adapters[0].phase1.numbering.firstTransform",
    "240",
    "a whole number from 0 to 238, as there are 18 suites",
  ],
  [
    target({ phase1: { preset: "windows", natTraversal: false } }),
    "targets[0].phase1.vendorIds",
    'vendor id "RFC 3947"',
    "none, or natTraversal: true",
  ],
  [
    target({ phase1: { answeredVendorIds: [[]] } }),
    "targets[0].phase1.answeredVendorIds[0]",
    "a list of 0",
    "1 to 24",
  ],
  [
    target({ phase1: { answeredVendorIds: [new Uint8Array(0)] } }),
    "targets[0].phase1.answeredVendorIds[0]",
    "0 bytes",
    "1 to 1024 bytes",
  ],
  ...([NaN, 0, -1, 2 ** 32] as const).map((value) =>
    [
      adapter({ phase1: { lifetimeSeconds: value } }),
      "adapters[0].phase1.lifetimeSeconds",
      `${value}`,
      "a whole number from 1 to 4294967295",
    ] as const
  ),
  ...([NaN, 0, 2 ** 31] as const).map((value) =>
    [
      adapter({ phase1: { deadPeerDetection: { idleMilliseconds: 1, retryMilliseconds: value, attempts: 1 } } }),
      "adapters[0].phase1.deadPeerDetection.retryMilliseconds",
      `${value}`,
      "a whole number from 1 to 2147483647",
    ] as const
  ),
];
