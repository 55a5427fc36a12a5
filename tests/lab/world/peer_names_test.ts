/** Logins of an adapter that presents a name at a target that knows it by that name. */

import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

/** An adapter presents a name at a target that has a key for another spelling of it, and one for the address. */
function login(mode: "main" | "aggressive", presented: string, known: string, key = "kk") {
  const report = runScenarioText(
    `
name: a login by name
adapters: { hba0: { storage: ram, ports: [192.0.2.10], policy: { suites: [aes128-sha1-modp1536] } } }
targets:
  disk:
    address: 192.0.2.20
    policy: { suites: [aes128-sha1-modp1536] }
    keys: { 192.0.2.10: kk, ${known}: ${key} }
steps:
  - setKey: { adapter: hba0, id: ${presented}, key: kk, flags: [ike, ${mode}] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: ${mode} } }
`,
    "names.yaml",
  );
  assert(report.verdicts.length === 3);
  return report.verdicts.filter(({ holds }) => !holds).map(({ actual }) => actual);
}

const NAMES = ["hba1.example.com", "adapter@example.com"] as const;

Deno.test("An adapter with a name logs in in aggressive mode, with that name's key only", () => {
  for (const name of NAMES) {
    assertEquals(login("aggressive", name, name), []);
    assert(login("aggressive", name, name, "another").length > 0, "the key of the address does not do");
    assert(login("aggressive", name, `x${name}`).length > 0, "another name's key does not do");
  }
});

Deno.test("An adapter with a name logs in in main mode, with the key of its address (RFC 2409 §5.4)", () => {
  for (const name of NAMES) assertEquals(login("main", name, name), []);
});

Deno.test("A target knows a name however its letters are written (RFC 4343)", () => {
  for (const mode of ["aggressive", "main"] as const) {
    for (const name of NAMES) {
      assertEquals(login(mode, name.toUpperCase(), name), [], `${mode} mode, ${name}`);
      assertEquals(login(mode, name, name.toUpperCase()), [], `${mode} mode, ${name}`);
    }
  }
});
