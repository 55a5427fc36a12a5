/**
 * Scenarios that were reported as failing, by their names, in today's language:
 * what each of them says holds.
 */

import { assertHolds } from "./world_support.ts";

const CASES = {
  r1_persistent_key_lost: `
name: a key that was set with persist=false must not outlive the one it hides
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the lasting key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the lasting key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: only for today, flags: [ike, main], persist: false }
  - stopService: {}
  - startService: {}
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
  - rebootHost: {}
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`,
  r2_identity_changes_after_reset: `
name: a reset of the adapter must not change which of two names it presents
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { zeta.example: the key of zeta } } }
steps:
  - setKey: { adapter: hba0, id: zeta.example, key: the key of zeta, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: alpha.example, key: the key of alpha, flags: [ike, aggressive] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
  - reset: { adapter: hba0 }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
`,
  r3_cleared_by_another_tool: `
name: an acknowledged persistent key is usable after another tool has cleared the cache
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the lasting key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the lasting key, flags: [ike, main] }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`,
  r4_name_without_storage: `
name: what was acknowledged can be used, and a name on an adapter without key storage cannot
adapters: { hba0: { storage: none, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { host.example: the key of a name } } }
steps:
  - setKey: { adapter: hba0, id: host.example, key: the key of a name, flags: [ike, aggressive] }
    expect: HBA_SECURITY_CACHE_NOT_SUPPORTED
  - { getKey: { adapter: hba0, id: host.example }, expect: TARGET_PRESHAREDKEY_UNAVAILABLE }
  - { login: { adapter: hba0, target: disk }, expect: TARGET_PRESHAREDKEY_UNAVAILABLE }
`,
} as const;

for (const [name, scenario] of Object.entries(CASES)) Deno.test(name, () => assertHolds(scenario));
