/**
 * An example of every step, as help and the reference show it.
 *
 * Adapters are hba0 with nonvolatile memory and hba1, the target is disk, and `first` is a login before.
 *
 * @module
 */

import type { STEPS } from "./steps/table.ts";

/** The text of one list entry for each step; a step without one does not compile. */
export const STEP_EXAMPLES = {
  setKey: "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }",
  getKey: "{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: { flags: [ike, main] } }",
  setGroupKey: "setGroupKey: { key: a key for the others }",
  setTunnelAddress: "setTunnelAddress: { adapter: hba0, destination: 192.0.2.20, outer: 198.51.100.1 }",
  login: "{ login: { adapter: hba0, target: disk }, name: backup, expect: { mode: main } }",
  addConnection: "addConnection: { session: first }",
  logout: "logout: { session: first }",
  removePersistentLogin: "removePersistentLogin: { adapter: hba0, target: disk }",
  listInitiators: "{ listInitiators: {}, expect: { count: 2 } }",
  listSessions: "{ listSessions: {}, expect: { count: 1.. } }",
  listPersistentLogins: "{ listPersistentLogins: {}, expect: { count: 0 } }",
  wmi: "{ wmi: { adapter: hba0, method: ClearCache }, expect: { keyTable: { adapter: hba0, count: 0 } } }",
  mailbox: "{ mailbox: { adapter: hba0, command: 0xfe }, expect: { mailbox: 0x4001 } }",
  register: "{ register: { adapter: hba0, read: MAILBOX0 }, expect: { value: 0x4000 } }",
  powerCycle: "powerCycle: { adapter: hba0, off: 2s }",
  powerOff: "powerOff: { adapter: hba1 }",
  powerOn: "powerOn: { adapter: hba1 }",
  reset: "reset: { adapter: hba0, by: bus }",
  unplug: "unplug: { adapter: hba0, for: 2s }",
  startService: "startService: {}",
  stopService: "stopService: {}",
  killService: "killService: {}",
  rebootHost: "rebootHost: { orderly: true }",
  cutLink: "cutLink: { from: hba0, to: disk, for: 3s }",
  damage: "damage: { adapter: hba0, eraseFailure: { sector: 3 } }",
  change: "change: { network: { loss: 2% }, targets: { disk: { silent: true } } }",
  information: "{ information: { adapter: hba0 }, expect: { health: working } }",
  wait: "wait: { until: { component: hba0, kind: state, state: phase 1 established }, within: 10s }",
  expect: "expect: { keyTable: { adapter: hba0, count: 1 }, packets: { from: hba0, to: disk, count: 3 } }",
  sequence: "{ sequence: [powerCycle: { adapter: hba0 }, wait: 1s], repeat: 3 }",
  parallel: "parallel: { backup: [login: { target: disk }], admin: [setGroupKey: { key: another key }] }",
} as const satisfies Readonly<Record<keyof typeof STEPS, string>>;
