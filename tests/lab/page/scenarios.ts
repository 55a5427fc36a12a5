/** Scenarios whose reports are looked at. */

/** The keys in {@linkcode POWER_CUT}: none may be where it is not revealed. */
export const KEYS: readonly string[] = [
  "a key for this adapter",
  "a key nobody told hba0",
  "a key for everyone",
  "another key, which disk has not",
];

/** Power goes amid a write; a login fails, for its target has another key. */
export const POWER_CUT = `
name: A power cut in the middle of a set leaves the old key or the new one
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10, 192.0.2.11] }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key for this adapter, 192.0.2.11: a key nobody told hba0 } }
steps:
  - setGroupKey: { key: a key for everyone }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key for this adapter, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.11, key: "another key, which disk has not", flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key for this adapter, flags: [ike, main, pfs] }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 17bytes } }]
    expect: old or new
  - { login: { adapter: hba0, port: 0, target: disk }, expect: { mode: main } }
  - { login: { adapter: hba0, port: 1, target: disk }, expect: { mode: main } }
  - { information: { adapter: hba0 }, expect: { health: working } }
`;

/** The line of the login that fails in {@linkcode POWER_CUT}. */
export const FAILED_LINE = 15;

/** Some 280 events a time. */
export function manySettings(times: number): string {
  return `
name: many settings
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10, 192.0.2.11] }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key for this adapter } }
steps:
  - sequence:
      - setKey: { adapter: hba0, id: 192.0.2.10, key: a key for this adapter, flags: [ike, main] }
      - setKey: { adapter: hba0, id: 192.0.2.11, key: "another key, which disk has not", flags: [ike, main] }
      - { name: s, login: { adapter: hba0, port: 0, target: disk }, expect: { mode: main } }
      - logout: { session: s }
    repeat: ${times}
`;
}

/** Numbers below a limit, the same each time (Numerical Recipes' generator). */
export function numbers(count: number, limit: number, seed = 1): readonly number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  });
}
