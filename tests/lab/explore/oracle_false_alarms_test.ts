/** Runs that are right, though a rule once said otherwise. */

import { assertEquals } from "@std/assert";
import { runTrial } from "../../../sim/lab/explore/search/trial.ts";

const SAME_KEY_TWICE = `name: a key that is set again, with other flags, while power goes
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: one key } } }
steps:
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: one key, flags: [ike, main] } }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: one key, flags: [ike, main, pfs] }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 0bytes } }]
    expect: old or new
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

Deno.test("a login with a key goes by any flags that the key was set with", () => {
  const { signature } = runTrial({ scenario: { file: "run.yaml", source: SAME_KEY_TWICE } }, {});
  assertEquals(signature, undefined);
});
