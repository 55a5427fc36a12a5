/**
 * Short stories, each for a rule of the oracle that chance meets too rarely for
 * a test: what happens, and then the world is healed.
 *
 * @module
 */

const POLICY = "policy: { suites: [aes128-sha1-modp768] }";

/** Steps before the healing: of a world with four adapters and one target that knows three of them. */
const STEPS = {
  "a group key, for an adapter without flash too, where another tool is about": `
  - setGroupKey: { key: a key }
  - { wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { IdType: 1, Id: c0 00 02 0a } }, expect: any }`,
  "a login with a key of one's own, beside a group key": `
  - setGroupKey: { key: another key }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any }`,
  "a key is set": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }`,
  "a key is set anew": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another key, flags: [ike, main] }`,
  "a key for this run of the service alone": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another key, flags: [ike, main], persist: false }`,
  "flash takes nothing": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: another key, flags: [ike, main] }
    expect: any
    faults: [{ damage: { adapter: hba0, programFailure: { address: 0, lengthBytes: 65536, times: 20 }, after: 0us } }]`,
  "a reset during a login": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [{ reset: { adapter: hba0, by: firmware, after: 1ms } }] }`,
  "a logout at the second of two adapters": `
  - setKey: { adapter: hba1, id: 192.0.2.11, key: a key, flags: [ike, main] }
  - { login: { adapter: hba1, target: disk }, name: backup, expect: any }
  - { logout: { session: backup }, expect: any }`,
  "a bus reset during a login": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [{ reset: { adapter: hba0, by: bus, after: 1ms } }] }`,
  "the service is killed during a login, and starts again": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - parallel:
      backup: [{ login: { adapter: hba0, target: disk }, expect: any }]
      accident: [{ killService: {}, after: 1ms }]`,
  "the interrupt of a login's end is lost": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - login: { adapter: hba0, target: disk }
    expect: { status: ERROR_SEM_TIMEOUT, within: 359s..361s }
    faults: [{ loseInterrupt: { adapter: hba0, interrupt: 3 } }]`,
  "message 3 of aggressive mode is lost": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, aggressive] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [{ lose: { from: hba0, to: disk, datagram: 2 } }] }`,
  "message 1 is lost twice": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [{ lose: { from: hba0, to: disk, datagram: 1..2 } }] }`,
  "the service is killed while a call is on its way to it": `
  - parallel:
      admin: [{ setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main], persist: false }, expect: any }]
      accident: [{ killService: {}, after: 10us }]`,
  "the service is stopped during a call": `
  - parallel:
      backup: [{ setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }, expect: any }]
      admin: [{ stopService: {}, after: 1ms }]
  - { startService: {} }`,
  "two names are set, for an adapter without flash that loses its power": `
  - setKey: { adapter: hba2, id: one.example, key: a key, flags: [ike, aggressive] }
  - setKey: { adapter: hba2, id: another.example, key: another key, flags: [ike, aggressive] }
  - powerCycle: { adapter: hba2 }`,
  "a gateway is set": `
  - setTunnelAddress: { adapter: hba0, destination: 192.0.2.20, outer: 198.51.100.1 }`,
  "a login": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, expect: any }`,
  "a login of two minutes": `
  - setKey: { adapter: hba3, id: 192.0.2.13, key: a key, flags: [ike, main] }
  - { login: { adapter: hba3, target: disk }, expect: any }
  - wait: 3min`,
  "a login, and a logout": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { login: { adapter: hba0, target: disk }, name: backup }
  - logout: { session: backup }`,
  "a login where nobody knows the adapter": `
  - setKey: { adapter: hba2, id: 192.0.2.12, key: a key, flags: [ike, main] }
  - { login: { adapter: hba2, target: disk }, expect: any }`,
  "a login is saved, and removed": `
  - login: { adapter: hba0, target: disk, persistent: true }
  - removePersistentLogin: { adapter: hba0, target: disk }`,
  "two logins are saved at once": `
  - parallel:
      backup: [{ login: { adapter: hba0, target: disk, persistent: true }, expect: any }]
      admin: [{ login: { adapter: hba1, target: disk, persistent: true }, expect: any }]`,
  "a session of two lifetimes, once all is well": `
  - { wait: 1s, name: healing 1 }
  - setKey: { adapter: hba3, id: 192.0.2.13, key: a key, flags: [ike, main] }
  - { login: { adapter: hba3, target: disk }, expect: any }
  - wait: 130s`,
  "a saved login is logged out at the moment at which it is made again": `
  - { login: { adapter: hba0, target: disk, persistent: true, key: a key, flags: [ike, main, tunnel] }, expect: any }
  - parallel:
      driver:
        - { mailbox: { adapter: hba0, command: getFirmwareState }, expect: any }
        - { setTunnelAddress: { adapter: hba0, destination: 192.0.2.20, outer: 198.51.100.1 }, expect: any }
      another tool:
        - { wait: 5000002500ns }
        - { mailbox: { adapter: hba0, command: closeSession, parameter: 0x80000001 }, expect: any }`,
  "of the keys for a port and for all ports the first is damaged": `
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] } }
  - { setKey: { adapter: hba0, port: 0, id: 192.0.2.10, key: another key, flags: [ike, main] } }
  - sequence:
      - { stopService: {} }
      - { powerOff: { adapter: hba0 } }
      - { damage: { adapter: hba0, retention: { address: 102, lengthBytes: 24, bits: 3 } } }
      - { powerOn: { adapter: hba0 } }
      - { wait: 200ms }
  - startService: {}`,
  "a saved login whose target is away when its driver starts": `
  - login: { adapter: hba0, target: disk, persistent: true, key: a key }
  - change: { targets: { disk: { silent: true } } }
  - reset: { adapter: hba0 }
  - wait: 20s
  - change: { targets: { disk: { silent: false } } }`,
  "another tool sets a key anew, that is cut off, and the adapter boots twice": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - stopService: {}
  - wmi:
      adapter: hba0
      method: SetPresharedKeyForId
      in: { SecurityFlags: [ike, aggressive], IdType: 1, Id: c0 00 02 0a, Key: 61 20 6b 65 79 }
    expect: any
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 30bytes } }]
  - { wait: 1s }
  - powerCycle: { adapter: hba0 }
  - { wait: 1s }`,
  "another tool asks for a key of which nobody knows any more that it was there": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.11, key: another key, flags: [ike, main] }
  - stopService: {}
  - damage: { adapter: hba0, flip: { address: 75, mask: 255 } }
  - damage: { adapter: hba0, flip: { address: 80, mask: 255 } }
  - powerCycle: { adapter: hba0 }
  - { wmi: { adapter: hba0, method: GetPresharedKeyForId, in: { IdType: 1, Id: c0 00 02 0a } }, expect: any }`,
  "an adapter is reset once more while its driver looks for it": `
  - parallel:
      adapter: [{ reset: { adapter: hba0, by: firmware } }]
      application: [{ wait: 15s }, { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }]
    faults:
      - reset:
          adapter: hba0
          by: firmware
          event: { component: miniport hba0, kind: call, operation: getFirmwareState }
          after: 3ms`,
  "an adapter is taken away from a login that nobody answers": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - { wait: 3s }
  - change: { targets: { disk: { silent: true } } }
  - { login: { adapter: hba0, target: disk }, expect: any, faults: [{ unplug: { adapter: hba0, for: 8s, after: 100ms } }] }
  - change: { targets: { disk: { silent: false } } }`,
  "a login meets an adapter that is reset": `
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - parallel:
      operator: [{ reset: { adapter: hba0, by: driver } }]
      application: [{ wait: 1ms }, { login: { adapter: hba0, target: disk }, expect: any }]`,
} as const satisfies Readonly<Record<string, string>>;

/** The name of a story. */
export type StoryName = keyof typeof STEPS;

/** The names of all stories. */
export const STORY_NAMES: readonly StoryName[] = Object.keys(STEPS) as StoryName[];

/** A story as a scenario file. */
export function storySource(name: StoryName): string {
  return `name: ${name}
allowNothing: true
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], ${POLICY} }
  hba1: { storage: nvram, ports: [192.0.2.11], ${POLICY} }
  hba2: { storage: ram, ports: [192.0.2.12], ${POLICY} }
  hba3: { storage: ram, ports: [192.0.2.13], policy: { suites: [aes128-sha1-modp768], lifetime: 60s, rekeyMargin: 20s } }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key, 192.0.2.11: a key, 192.0.2.13: a key }, ${POLICY} }
steps:${STEPS[name]}
  - name: healing
    sequence:
      - { startService: { mayMiss: true } }
      - { wait: 45s }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }
  - { getKey: { adapter: hba0, port: 0, id: 192.0.2.10 }, expect: any }
  - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: any }
  - { getKey: { adapter: hba2, id: 192.0.2.12 }, expect: any }
  - { getKey: { adapter: hba2, id: one.example }, expect: any }
  - { getKey: { adapter: hba2, id: another.example }, expect: any }
  - { listSessions: {}, expect: any }
  - { setKey: { adapter: hba2, id: 192.0.2.12, key: a key, flags: [ike, main] }, expect: any }
  - { login: { adapter: hba1, target: disk, persistent: true }, expect: any }
`;
}
