/** What scenario files say of phase 1: every field of a policy, presets, what is refused and where. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { VENDOR_IDS } from "../../../firmware/ike/mod.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import type { Phase1Options } from "../../../sim/lab/world/world_options.ts";

/** A file with an adapter and a target that have these fields besides what they must have. */
function file(adapter: string, target: string, ...steps: readonly string[]): string {
  return `name: test
adapters:
  hba0: { storage: ram, ports: [192.0.2.10]${adapter} }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key }${target} }
steps: [${["setGroupKey: { key: a key }", ...steps].map((step) => `{ ${step} }`).join(", ")}]
`;
}

const LOGIN = "login: { adapter: hba0, target: disk, flags: [ike, main] }, expect: { mode: main }";

/** Every field, as it is written and as it is read. */
const WRITTEN = `
    like: racoon
    suites: [aes128-sha1-modp1024]
    modes: [main]
    numbering: { proposal: 2, firstTransform: 0 }
    attributeOrder: [seconds, kilobytes, encryption, hash, authentication, group, keyLength]
    durationForm: four bytes
    choice: encoded anew
    lifetime: 1.5h
    lifetimeKilobytes: 5000
    nonceBytes: 16
    rekeyMargin: 2min
    retransmission: [300ms, 0.6s]
    halfOpenLimit: 100
    halfOpenPerAddress: 10
    halfOpen: 20s
    deadPeerDetection: { idle: 10s, retry: 1s, attempts: 3 }
    natTraversal: true
    fragmentation: true
    initialContact: informational
    encryptConfirmation: false
    padding: random
    wholeWords: true
    vendorIds: [RFC 3947, dead peer detection, fragmentation, 00ff]
    answeredVendorIds: [dead peer detection, fragmentation, [RFC 3947, 00FF]]
    tolerances: { identificationPortZero: true }
`;

/** What an error says first, without its column, which is told elsewhere, and without the line of the file. */
function sentence({ message }: ScenarioError): string {
  return (message.split("\n")[0] ?? "").replace(/^(\S+:\d+):\d+: /, "$1: ");
}

const READ: Required<Phase1Options> = {
  preset: "racoon",
  suites: [{ cipher: "aes128", hash: "sha1", group: 2 }],
  modes: ["main"],
  numbering: { proposal: 2, firstTransform: 0 },
  attributeOrder: ["seconds", "kilobytes", "encryption", "hash", "authentication", "group", "keyLength"],
  durationForm: "four bytes",
  choice: "encoded anew",
  lifetimeSeconds: 5400,
  lifetimeKilobytes: 5000,
  nonceBytes: 16,
  rekeyMarginSeconds: 120,
  retransmission: { name: "waits of the file", delaysMilliseconds: [300, 600] },
  halfOpenLimit: 100,
  halfOpenPerAddress: 10,
  halfOpenMilliseconds: 20_000,
  deadPeerDetection: { idleMilliseconds: 10_000, retryMilliseconds: 1000, attempts: 3 },
  natTraversal: true,
  fragmentation: true,
  initialContact: "informational",
  encryptConfirmation: false,
  padding: "random",
  wholeWords: true,
  vendorIds: [
    VENDOR_IDS["RFC 3947"],
    VENDOR_IDS["dead peer detection"],
    VENDOR_IDS.fragmentation,
    Uint8Array.of(0, 255),
  ],
  answeredVendorIds: [
    VENDOR_IDS["dead peer detection"],
    VENDOR_IDS.fragmentation,
    [VENDOR_IDS["RFC 3947"], Uint8Array.of(0, 255)],
  ],
  tolerances: { identificationPortZero: true, nameInMainMode: true, reservedBytes: false },
};

Deno.test("Every field of a policy can be said of an adapter and of a target, and is what a program would give", () => {
  const flow = WRITTEN.trim().replaceAll(/\n\s+/g, ", ");
  const { adapters, targets } = readScenario(file(`, policy: { ${flow} }`, `, policy: { ${flow} }`), "test.yaml");
  assertEquals(adapters[0]?.policy, READ);
  assertEquals(targets?.[0]?.policy, READ);
  const none = readScenario(file(", policy: { lifetimeKilobytes: none, deadPeerDetection: none }", ""), "test.yaml");
  assertEquals(none.adapters[0]?.policy, { lifetimeKilobytes: undefined, deadPeerDetection: undefined });
  const report = runScenarioText(file(`, policy: { ${flow} }`, `, policy: { ${flow} }`, LOGIN), "test.yaml");
  assertEquals(report.verdicts.filter(({ holds }) => !holds), []);
});

Deno.test("With a preset an adapter logs in at a target with another, and each sees the daemon in the other", () => {
  const seen = (adapter: string, target: string) => {
    const suites = "suites: [aes128-sha1-modp1024]";
    const report = runScenarioText(
      file(`, policy: { ${suites}, like: ${adapter} }`, `, policy: { ${suites}, like: ${target} }`, LOGIN),
      "test.yaml",
    );
    assertEquals(report.verdicts.filter(({ holds }) => !holds), [], `${adapter} at ${target}`);
    const association = report.world.adapters.get("hba0")?.adapter.sessions?.sessions()[0]?.association;
    return [association?.lifetimeSeconds, ...association?.peerVendorIds ?? []];
  };
  const detection = "dead peer detection";
  assertEquals(seen("libreswan", "strongswan"), [
    15_840,
    "XAUTH",
    detection,
    "fragmentation of phase 1",
    "RFC 3947",
  ]);
  assertEquals(seen("strongswan", "libreswan"), [15_840, "fragmentation", detection, "RFC 3947"]);
  assertEquals(seen("windows", "racoon"), [28_800]);
  assertEquals(seen("racoon", "racoon"), [28_800, detection]);
});

/** What is wrong with the phase 1 of an adapter: as it is written, and what the error says. */
const REFUSALS: readonly (readonly [string, string])[] = [
  ["like: cisco", 'policy.like: "cisco" is not accepted here; expected strongswan, libreswan, racoon, or windows'],
  [
    "lifetime: 0s",
    'policy.lifetime: "0s" is not accepted here; expected a duration such as 30s of whole s, from 1s to',
  ],
  ["lifetime: 1500ms", 'policy.lifetime: "1500ms" is not accepted here'],
  ["lifetime: 3600", 'policy.lifetime: "3600" is not accepted here; expected a duration'],
  [
    "lifetimeSeconds: 3600",
    'policy: "lifetimeSeconds" is not accepted here; did you mean lifetime? expected one of like, suites, modes',
  ],
  ["nonceBytes: 7", 'policy.nonceBytes: "7" is not accepted here; expected a whole number from 8 to 256'],
  ["suites: [aes128-sha1-modp1000]", 'policy.suites[0]: "aes128-sha1-modp1000" is not accepted here; expected a suite'],
  [
    "suites: [3des-sha1-modp1024, 3des-sha1-modp1024]",
    "policy.suites[1]: that 3des-sha1-modp1024 occurs twice is not accepted here; expected another than suites[0]",
  ],
  ["modes: [quick]", 'policy.modes[0]: "quick" is not accepted here; expected main or aggressive'],
  [
    "modes: [aggressive], suites: [3des-sha1-modp1536, 3des-sha1-modp1024]",
    "policy.suites[1]: 2 is not accepted here; expected 5, as suites[0] has: aggressive mode alone offers suites of one group",
  ],
  [
    "attributeOrder: [encryption, keyLength, hash, group, authentication, seconds]",
    "policy.attributeOrder: encryption, keyLength, hash, group, authentication, seconds is not accepted here; " +
    "expected encryption, keyLength, hash, group, authentication, seconds, kilobytes in some order, each once",
  ],
  [
    "attributeOrder: [hash, hash, keyLength, group, encryption, authentication, seconds]",
    "policy.attributeOrder[1]: that hash occurs twice is not accepted here; expected another than attributeOrder[0]",
  ],
  [
    "numbering: { proposal: 1, firstTransform: 253 }",
    "policy.numbering.firstTransform: 253 is not accepted here; expected a whole number from 0 to 252, as there are 4",
  ],
  [
    "natTraversal: false, vendorIds: [RFC 3947, dead peer detection]",
    'policy.vendorIds: vendor id "RFC 3947" is not accepted here; expected none, or natTraversal: true',
  ],
  [
    "like: strongswan, natTraversal: false",
    'policy: vendor id "RFC 3947" is not accepted here; expected none, or natTraversal: true',
  ],
  [
    "vendorIds: [XAUTH]",
    'policy.vendorIds: no vendor id "RFC 3947" is not accepted here; expected it, or natTraversal: false',
  ],
  [
    "vendorIds: [RFC 3947]",
    'policy.vendorIds: no vendor id "dead peer detection" is not accepted here; expected it, or no deadPeerDetection',
  ],
  ["vendorIds: [0ff]", 'policy.vendorIds[0]: "0ff" is not accepted here; expected dead peer detection, RFC 3947'],
  ["retransmission: []", "policy.retransmission: a list of 0 is not accepted here; expected 1 to 1000"],
  ["retransmission: cisco", 'policy.retransmission: "cisco" is not accepted here; expected doubling, strongSwan'],
  ["deadPeerDetection: { idle: 1s, retry: 1s }", "policy.deadPeerDetection: a mapping without the field"],
  ["initialContact: true", 'policy.initialContact: "true" is not accepted here; expected never, message 5'],
];

Deno.test("A policy that makes no sense or contradicts itself is refused with line, column and the names of the file", () => {
  for (const [policy, expected] of REFUSALS) {
    const source = file(`, policy: { ${policy} }`, "");
    const error = assertThrows(() => runScenarioText(source, "test.yaml"), ScenarioError, undefined, policy);
    assert(sentence(error).includes(`test.yaml:3: adapters.hba0.${expected}`), error.message);
    assert((error.first.column ?? 0) > 50, policy);
  }
  // A responder takes any group in aggressive mode: it is the initiator's choice.
  runScenarioText(file("", ", policy: { modes: [aggressive] }"), "test.yaml");
});

Deno.test("A daemon's name alone is its policy; of what is none, names and fields are told", () => {
  const { adapters } = readScenario(file(", policy: strongswan", ""), "test.yaml");
  assertEquals(adapters[0]?.policy, { preset: "strongswan" });
  const error = assertThrows(() => readScenario(file(", policy: strongswam", ""), "test.yaml"), ScenarioError);
  assertEquals(
    sentence(error).startsWith(
      'test.yaml:3: adapters.hba0.policy: "strongswam" is not accepted here; did you mean strongswan? ' +
        "expected strongswan, libreswan, racoon, or windows, or a mapping with the fields like, suites,",
    ),
    true,
    sentence(error),
  );
});

Deno.test("A mode that the adapter's policy does not have is not begun, and the login says so", () => {
  const login = (flags: string, expect: string) =>
    `login: { adapter: hba0, target: disk, flags: [ike, ${flags}] }, ${expect}`;
  const report = runScenarioText(
    file(
      ", policy: { modes: [main] }",
      "",
      login("aggressive", "expect: ISDSC_FAILED_TO_CONFIGURE_IPSEC"),
      login("main, aggressive", "expect: { mode: main }"),
    ),
    "test.yaml",
  );
  assertEquals(report.verdicts.filter(({ holds }) => !holds), []);
});

Deno.test("Waits of the file's own: a silent target is given up as soon as they are over", () => {
  const silent = file(
    ", policy: { retransmission: [300ms, 600ms] }",
    "",
    LOGIN.replace("expect: { mode: main }", "expect: 9"),
  )
    .replace("192.0.2.20, keys: { any: a key }", "192.0.2.20, outside: true");
  const { verdicts, world } = runScenarioText(silent, "test.yaml");
  assertEquals(verdicts.at(-1)?.actual, "ISDSC_CONNECTION_FAILED");
  assert(world.now < 2 * world.kernel.frequencyHz, `${world.now} cycles`);
});

Deno.test("logout ends the session of the login that it names; one without a session is a failure of the run", () => {
  const logout = (name: string) => `logout: { session: ${name} }`;
  const [first, second] = ["first", "second"].map((name) => `${LOGIN}, name: ${name}`);
  const sessionsOf = (steps: readonly (string | undefined)[]) => {
    const report = runScenarioText(
      file("", "", ...steps.filter((each) => each !== undefined), "wait: 1s"),
      "test.yaml",
    );
    assertEquals(report.verdicts.filter(({ holds }) => !holds), []);
    const { adapters, targets } = report.world;
    const sessions = adapters.get("hba0")?.adapter.sessions?.sessions().map(({ number }) => number);
    return [sessions, targets.get("disk")?.exchangeCount];
  };
  assertEquals(sessionsOf([first, second, logout("first")]), [[2], 1]);
  assertEquals(sessionsOf([first, second, logout("second")]), [[1], 1]);
  assertEquals(sessionsOf([first, logout("first"), second, logout("second")]), [[], 0]);

  const failed = "login: { adapter: hba0, target: disk, key: another key }, expect: any, name: first";
  const { verdicts } = runScenarioText(file("", "", failed, logout("first")), "test.yaml");
  assertEquals([verdicts.at(-1)?.holds, verdicts.at(-1)?.actual], [false, "none"]);
});

Deno.test("logout of a session that has ended gives the status of the call", () => {
  const named = `${LOGIN}, name: it`;
  for (const end of ["reset: { adapter: hba0 }", "logout: { session: it }"]) {
    const { verdicts } = runScenarioText(
      file("", "", named, end, "logout: { session: it }, expect: SUCCESS"),
      "test.yaml",
    );
    assertEquals([verdicts.at(-1)?.actual], ["ISDSC_INVALID_SESSION_ID"]);
  }
});
