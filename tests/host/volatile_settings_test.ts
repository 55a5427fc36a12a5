/** A setting with Persist false hides the persistent one only until the service ends, whatever memory the adapter has. */

import { assertHolds } from "./world_support.ts";

/** Ways in which a run of the service ends and another one begins. */
const RESTARTS = {
  "a restart of the service": ["stopService: {}", "startService: {}"],
  "a reboot in good order": ["rebootHost: { orderly: true }"],
  "a loss of power": ["rebootHost: {}"],
};

function scenario(storage: string, steps: readonly string[]): string {
  return `
name: a volatile key over a persistent one
adapters: [{ name: hba0, storage: ${storage}, ports: [192.0.2.10] }]
targets: [{ name: disk, address: 192.0.2.20, keys: [{ id: 192.0.2.10, key: the lasting key }] }]
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the lasting key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: only for today, flags: [ike, main], persist: false }
${steps.map((step) => `  - ${step}`).join("\n")}
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;
}

for (const [name, steps] of Object.entries(RESTARTS)) {
  Deno.test(`After ${name} the persistent key is in force again on an adapter with NVRAM`, () => {
    assertHolds(scenario("nvram", steps));
  });
  Deno.test(`After ${name} the persistent key is in force again on an adapter without NVRAM`, () => {
    for (const storage of ["ram", "none"]) assertHolds(scenario(storage, steps));
  });
}

Deno.test(
  "A persistent key that a volatile one hides outlives a restart of the service and a reboot after it",
  () => {
    assertHolds(
      scenario("nvram", [
        "stopService: {}",
        "startService: {}",
        "login: { adapter: hba0, target: disk }",
        "rebootHost: {}",
      ]),
    );
  },
);
