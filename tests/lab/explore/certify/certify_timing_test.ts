/** Certificates of outcomes that hang on when things happen: what brute force finds is found, also if delays add up. */

import { assert, assertEquals } from "@std/assert";
import { certify, type CertifyOptions } from "../../../../sim/lab/explore/certify/certify.ts";
import type { Fault } from "../../../../sim/lab/faults/fault.ts";
import { tellFault } from "../../../../sim/lab/faults/sentence.ts";
import { bruteForce } from "./brute_force.ts";

const END = "policy: { suites: [aes128-sha1-modp768] }";

/** An application's questions come first; then the service is away, for a login that two of them have made late enough. */
const QUESTIONS_THEN_STOP = `name: an application that works beside a login
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key } }
steps:
  - setGroupKey: { key: a key }
  - parallel:
      a:
        - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
        - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
        - stopService: {}
        - startService: {}
      b:
        - wait: 501.6ms
        - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

/** The same with the seconds that repetitions wait, on another adapter. */
const LOGIN_THEN_STOP = `name: a service that is stopped after the login of another application
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], ${END} }
  hba1: { storage: nvram, ports: [192.0.2.11], ${END} }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key }, ${END} }
  tape: { address: 192.0.2.21, keys: { any: a key }, ${END} }
steps:
  - setGroupKey: { key: a key }
  - parallel:
      a:
        - { login: { adapter: hba1, target: tape }, expect: any }
        - stopService: {}
        - startService: {}
      b:
        - wait: 2.2s
        - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

/** What the other application does in the time of the login does it no harm: the service gives the key again. */
const CLEARED = `name: a cache that is cleared after two questions, beside a login
adapters:
  hba0: { storage: ram, ports: [192.0.2.10] }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key } }
steps:
  - setGroupKey: { key: a key }
  - parallel:
      a:
        - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
        - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
        - { wmi: { adapter: hba0, method: ClearCache }, expect: any }
        - wait: 600us
        - setGroupKey: { key: a key }
      b:
        - wait: 2.3ms
        - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;

/** Late enough together, questions keep the step after them from its moment; the other application is done long before. */
const MISSED_MOMENT = `name: a moment that two late answers take away
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: nvram, ports: [192.0.2.11] }
steps:
  - setGroupKey: { key: a key }
  - parallel:
      a:
        - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: any }
        - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: any }
        - { wait: 1us, after: 1520us }
      b:
        - listInitiators: {}
`;

/** The same of a repetition. */
const MISSED_REPETITION = `name: a repetition that two late answers hold up
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
steps:
  - setGroupKey: { key: a key }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any, repeat: { times: 2, every: 1700us } }
`;

const sentence = (faults: readonly Fault[]) => faults.map(tellFault).toSorted().join(" + ");

const SCENARIOS: readonly (readonly [what: string, source: string, options: CertifyOptions, breaking: number])[] = [
  ["late interrupts", QUESTIONS_THEN_STOP, { kinds: ["lateInterrupt"], lines: [16] }, 6],
  ["interrupts and datagrams that are late", QUESTIONS_THEN_STOP, {
    kinds: ["delay", "lateInterrupt"],
    lines: [16],
  }, 6],
  ["repetitions of what was lost", LOGIN_THEN_STOP, { kinds: ["lose"], lines: [17] }, 12],
  ["late interrupts that do no harm", CLEARED, { kinds: ["lateInterrupt"], lines: [17] }, 0],
  ["late interrupts before a moment", MISSED_MOMENT, { kinds: ["lateInterrupt"] }, 6],
  ["late interrupts before a repetition", MISSED_REPETITION, { kinds: ["lateInterrupt"] }, 1],
];

for (const [what, source, options, count] of SCENARIOS) {
  Deno.test(`${what}: the certificate is brute force's answer`, () => {
    const scenario = { file: "timed.yaml", source };
    const { breaking, executions: all } = bruteForce(scenario, options);
    assertEquals([breaking.length, breaking.every(({ length }) => length === 2)], [count, true]);
    const { counterexample, executions } = certify({ scenario }, options);
    assertEquals(counterexample === undefined, count === 0);
    if (counterexample === undefined) assert(executions < all, `${executions} of ${all}`);
    else assert(breaking.map(sentence).includes(sentence(counterexample.faults)), sentence(counterexample.faults));
  });
}
