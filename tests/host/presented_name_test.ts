/**
 * Of two names without a port the adapter presents the one that was set first
 * (a rule of the project: no source orders them), and no replay changes that.
 */

import { openIssue } from "../support/open_issue.ts";
import { assertHolds } from "./world_support.ts";

/** What makes the service replay keys to an adapter, or the adapter load them. */
const REPLAYS = {
  reset: ["reset: { adapter: hba0 }"],
  "restart of the service": ["stopService: {}", "startService: {}"],
  reboot: ["rebootHost: {}"],
};

function scenario(storage: string, first: string, second: string, steps: readonly string[]): string {
  return `
name: two names
adapters: [{ name: hba0, storage: ${storage}, ports: [192.0.2.10] }]
targets: [{ name: disk, address: 192.0.2.20, keys: [{ id: ${first}, key: the key of the first }] }]
steps:
  - setKey: { adapter: hba0, id: ${first}, key: the key of the first, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: ${second}, key: the key of the second, flags: [ike, aggressive] }
  - login: { adapter: hba0, target: disk, expectMode: aggressive }
${steps.map((step) => `  - ${step}`).join("\n")}
  - login: { adapter: hba0, target: disk, expectMode: aggressive }
`;
}

/** Both alphabetical orders: an order that only looks like that of setting must be found out. */
const NAMES = [["zeta.example", "alpha.example"], ["alpha.example", "zeta.example"]] as const;

function keepsItsName(storage: string, replay: keyof typeof REPLAYS): void {
  for (const [first, second] of NAMES) assertHolds(scenario(storage, first, second, REPLAYS[replay]));
}

openIssue(10, "A reset does not change which of two names an adapter presents whose keys are replayed", () => {
  keepsItsName("ram", "reset");
});

openIssue(10, "A reboot does not change which of two names an adapter presents whose keys are replayed", () => {
  keepsItsName("ram", "reboot");
});

Deno.test("A restart of the service does not change which of two names an adapter presents", () => {
  for (const storage of ["ram", "nvram"]) keepsItsName(storage, "restart of the service");
});

Deno.test("Neither reset nor reboot change which of two names an adapter presents that loads its keys itself", () => {
  keepsItsName("nvram", "reset");
  keepsItsName("nvram", "reboot");
});
