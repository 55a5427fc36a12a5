/**
 * Identification type x storage x port x whose address it is x flags: no key is
 * acknowledged that every later login contradicts, and what is refused is not
 * there.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { KeyStorage } from "../../firmware/cache/security_cache.ts";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { LoginFlag } from "../../host/iscsidsc/structures.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../sim/lab/world/world_options.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  assertHolds,
  bootWorld,
  getKey,
  login,
  MAIN,
  PORT,
  reboot,
  setKey,
  TARGET,
  text,
} from "./world_support.ts";

const KEY = "the key of the port";
/** ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED. */
const CACHE_NOT_SUPPORTED = 0xefff_002f;
const STORAGES: readonly KeyStorage[] = ["nvram", "ram", "none"];
const PORT_V6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), 1);

/** Identifiers by type, and whether an adapter without storage can use them. */
const IDENTIFIERS = [
  { what: "IPv4 address", idType: 1, id: PORT, port: PORT, usable: true },
  { what: "IPv6 address", idType: 5, id: PORT_V6, port: PORT_V6, usable: true },
  { what: "FQDN", idType: 2, id: text("host.example"), port: PORT, usable: false },
  { what: "user FQDN", idType: 3, id: text("user@host.example"), port: PORT, usable: false },
] as const;

const FLAGS = { main: MAIN, aggressive: AGGRESSIVE, both: 0x2fn, "none valid": 0n } as const;

function worldFor({ id, idType, port }: typeof IDENTIFIERS[number], keyStorage: KeyStorage) {
  const address = port.length === 4 ? Uint8Array.of(192, 0, 2, 20) : Uint8Array.of(...PORT_V6.subarray(0, 15), 2);
  return {
    address,
    world: bootWorld({
      adapters: [{ name: ADAPTER, keyStorage, ports: [port] }],
      targets: [{ name: "disk", address, keys: [{ id: { type: idType, bytes: id }, key: text(KEY) }] }],
    }),
  };
}

for (const identifier of IDENTIFIERS) {
  for (const keyStorage of STORAGES) {
    for (const [name, flags] of Object.entries(FLAGS)) {
      Deno.test(`A key of an ${identifier.what} with flags ${name} is usable or refused, storage ${keyStorage}`, () => {
        const { world, address } = worldFor(identifier, keyStorage);
        const status = setKey(world, KEY, { ...identifier, flags });
        assertEquals(status === 0, identifier.usable || keyStorage !== "none", `status 0x${status.toString(16)}`);
        assertEquals(getKey(world, identifier) === 0, status === 0, "the query");
        const logins = [0n, MAIN, AGGRESSIVE].map((securityFlags) =>
          world.run(world.host.api.loginIScsiTarget({
            targetName: "iqn.2026-01.example:disk",
            initiatorInstance: ADAPTER,
            targetPortal: { address: formatInternetAddress(address) },
            securityFlags,
          })).status
        );
        assertEquals(logins.includes(0), status === 0, `logins: ${logins.map((each) => each.toString(16))}`);
      });
    }
  }
}

/** Addresses and names by whose they are; the adapter has two ports. */
const GATEWAY = Uint8Array.of(203, 0, 113, 9);
const SECOND_PORT = Uint8Array.of(192, 0, 2, 11);
const WHOSE = {
  "port 0's address": { idType: 1, id: PORT, owner: 0 },
  "port 1's address": { idType: 1, id: SECOND_PORT, owner: 1 },
  "nobody's address": { idType: 1, id: Uint8Array.of(192, 0, 2, 99), owner: undefined },
  "a gateway's address": { idType: 1, id: GATEWAY, owner: undefined },
  "an IPv6 address": { idType: 5, id: PORT_V6, owner: undefined },
  "a name": { idType: 2, id: text("host.example"), owner: undefined },
} as const;
const PORT_NUMBERS = { "port 0": 0, "port 1": 1, "all ports": 0xffff_ffff } as const;

/** An adapter with two ports, a gateway, and a target that knows one identifier. */
function worldOfTwoPorts(
  keyStorage: KeyStorage,
  { id, idType }: typeof WHOSE[keyof typeof WHOSE],
  more: Partial<WorldOptions> = {},
) {
  return bootWorld({
    adapters: [{ name: ADAPTER, keyStorage, ports: [PORT, SECOND_PORT] }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: { type: idType, bytes: id }, key: text(KEY) }] }],
    ...more,
  });
}

/** The statuses of logins through a port, by what they say of modes. */
function loginsThrough(world: World, initiatorPortNumber: number): readonly number[] {
  return [0n, MAIN, AGGRESSIVE].map((securityFlags) =>
    world.run(world.host.api.loginIScsiTarget({
      targetName: "iqn.2026-01.example:disk",
      initiatorInstance: ADAPTER,
      initiatorPortNumber,
      targetPortal: { address: formatInternetAddress(TARGET) },
      securityFlags,
      loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
    })).status
  );
}

for (const keyStorage of STORAGES) {
  for (const [whose, identifier] of Object.entries(WHOSE)) {
    Deno.test(`Of which port ever a key of ${whose} is, a login through that port can use it or it is refused, storage ${keyStorage}`, () => {
      for (const [ports, portNumber] of Object.entries(PORT_NUMBERS)) {
        for (const [name, flags] of Object.entries(FLAGS)) {
          const at = `${ports}, flags ${name}`;
          const world = worldOfTwoPorts(keyStorage, identifier);
          const status = setKey(world, KEY, { ...identifier, flags, portNumber });
          const { owner } = identifier;
          const isOwn = owner !== undefined && (portNumber === owner || portNumber === 0xffff_ffff);
          assertEquals(status, keyStorage !== "none" || isOwn ? 0 : CACHE_NOT_SUPPORTED, at);
          assertEquals(getKey(world, identifier) === 0, status === 0, `${at}: the query`);
          // Whoever may present it does; nobody else. A port does not present another port's address for all ports' sake.
          for (const port of [0, 1]) {
            const mayPresent = status === 0 && (portNumber === port || portNumber === 0xffff_ffff) &&
              (portNumber !== 0xffff_ffff || owner === undefined || owner === port);
            const logins = loginsThrough(world, port);
            const texts = logins.map((each) => each.toString(16)).join();
            assertEquals(logins.includes(0), mayPresent, `${at}: logins through port ${port}: ${texts}`);
          }
        }
      }
    });
  }
}

for (const keyStorage of STORAGES) {
  Deno.test(`A gateway set after the key, and logins that begin anew, change nothing of who can use it, storage ${keyStorage}`, () => {
    const world = worldOfTwoPorts(keyStorage, WHOSE["a gateway's address"]);
    const status = setKey(world, KEY, { ...WHOSE["a gateway's address"], flags: AGGRESSIVE, portNumber: 1 });
    const tunnel = world.host.api.setIScsiTunnelModeOuterAddress(
      ADAPTER,
      1,
      formatInternetAddress(TARGET),
      formatInternetAddress(GATEWAY),
      true,
    );
    world.run(tunnel);
    assertEquals(loginsThrough(world, 1).includes(0), status === 0);
    reboot(world);
    assertEquals(loginsThrough(world, 1).includes(0), status === 0);
  });
}

Deno.test("When a port gets another address, the key of its old one is in force still where the adapter keeps it, and is told of nowhere else", () => {
  for (const keyStorage of STORAGES) {
    const before = worldOfTwoPorts(keyStorage, WHOSE["port 1's address"]);
    assertEquals(setKey(before, KEY, { ...WHOSE["port 1's address"], flags: AGGRESSIVE, portNumber: 1 }), 0);
    before.powerOff();
    const after = worldOfTwoPorts(keyStorage, WHOSE["port 1's address"], {
      adapters: [{ name: ADAPTER, keyStorage, ports: [PORT, Uint8Array.of(192, 0, 2, 12)] }],
      image: before.image(),
    });
    assertEquals(loginsThrough(after, 1).includes(0), keyStorage !== "none", keyStorage);
    assertEquals(getKey(after, WHOSE["port 1's address"]) === 0, keyStorage !== "none", keyStorage);
  }
});

Deno.test("Who a port says it is: its address, what a key of the port names, a name, the group key, an address for all", () => {
  const flags = "flags: [ike, main, aggressive]";
  assertHolds(`
name: who a port says it is
adapters: { hba0: { storage: nvram, ports: [192.0.2.10, 192.0.2.11] } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.99, key: key of nobody, ${flags} }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.99 } }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: key of port 0, ${flags} }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: 192.0.2.10 } }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.99 } }
  - setGroupKey: { key: key of the group }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.11 } }
  - setKey: { adapter: hba0, id: host.example, key: key of a name, ${flags} }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: host.example } }
  - setKey: { adapter: hba0, port: 1, id: 192.0.2.10, key: key of port 1, ${flags} }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.10 } }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: 192.0.2.10 } }
  - setKey: { adapter: hba0, port: 1, id: port1.example, key: key of a name of port 1, ${flags} }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.10 } }
  - rebootHost: {}
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.10 } }
  - setKey: { adapter: hba0, port: 1, id: 192.0.2.11, key: key of its own, ${flags} }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.11 } }
`);
});

/** What no adapter takes: an adapter without storage must not be the excuse to take it. */
const REFUSED = [
  { what: "an unknown type", idType: 4, id: PORT, key: KEY },
  { what: "an address of five bytes", idType: 1, id: Uint8Array.of(1, 2, 3, 4, 5), key: KEY },
  { what: "an IPv6 address of four bytes", idType: 5, id: PORT, key: KEY },
  { what: "no name", idType: 2, id: new Uint8Array(0), key: KEY },
  { what: "no key", idType: 1, id: PORT, key: "" },
  { what: "a key of 257 bytes", idType: 1, id: PORT, key: "k".repeat(257) },
] as const;

for (const { what, key, ...identifier } of REFUSED) {
  Deno.test(`SetIScsiIKEInfo refuses ${what}, whatever the storage, and stores nothing`, () => {
    for (const keyStorage of STORAGES) {
      const world = bootWorld({ adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }] });
      assertNotEquals(setKey(world, key, identifier), 0, keyStorage);
      const rows = world.image().serviceStore.rows.filter(({ kind }) => kind === "preshared-key");
      assertEquals(rows, [], keyStorage);
      assertNotEquals(login(world), 0);
    }
  });
}

Deno.test("SetIScsiGroupPresharedKey refuses an empty key and one of 257 bytes, whatever the storage", () => {
  for (const keyStorage of STORAGES) {
    const world = bootWorld({ adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }] });
    for (const length of [0, 257]) {
      assertNotEquals(world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(length), true)), 0, keyStorage);
    }
    assert(world.image().serviceStore.rows.every(({ kind }) => kind !== "group-key"));
  }
});

Deno.test("IPsec that is required, and that the flags of whatever key would be used switch off, is no usable key", () => {
  const identifiers = {
    "a name": { id: text("host.example"), idType: 2 },
    "a name of the port": { id: text("host.example"), idType: 2, portNumber: 0 },
    "another address, of the port": { id: Uint8Array.of(192, 0, 2, 77), portNumber: 0 },
    "another address": { id: Uint8Array.of(192, 0, 2, 77) },
    "its own address": {},
  };
  for (const [whose, identifier] of Object.entries(identifiers)) {
    for (const keyStorage of ["nvram", "ram"] as const) {
      // VALID alone, VALID with MAIN and TRANSPORT; with IKE and nothing VALID there is a usable key.
      for (const [flags, isUsable] of [[0x1n, false], [0x25n, false], [AGGRESSIVE, true], [0n, true]] as const) {
        const world = bootWorld({
          adapters: [{ name: ADAPTER, keyStorage, ports: [PORT] }],
          targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: text(KEY) }] }],
        });
        assertEquals(setKey(world, KEY, { ...identifier, flags }), 0);
        const { status } = world.run(world.host.api.loginIScsiTarget({
          targetName: "iqn.2026-01.example:disk",
          initiatorInstance: ADAPTER,
          targetPortal: { address: formatInternetAddress(TARGET) },
          loginOptions: { version: 0, loginFlags: LoginFlag.requireIpsec },
        }));
        const unusable = IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
        assertEquals(status, isUsable ? 0 : unusable, `a key of ${whose}, flags ${flags}, storage ${keyStorage}`);
      }
    }
  }
});

Deno.test("An address that is not the port's is accepted by a target that knows it: in main mode beside the port's, with the same key", () => {
  const foreign = { type: 1, bytes: Uint8Array.of(192, 0, 2, 77) };
  const own = { type: 1, bytes: PORT };
  const key = text(KEY);
  // Main mode finds the key by the address from which the datagrams come, aggressive mode by the identification.
  const targets = [
    { what: "both", keys: [{ id: foreign, key }, { id: own, key }], main: true, aggressive: true },
    { what: "everybody", keys: [{ id: "any", key }], main: true, aggressive: true },
    { what: "it, and everybody", keys: [{ id: foreign, key }, { id: "any", key }], main: true, aggressive: true },
    { what: "it alone", keys: [{ id: foreign, key }], main: false, aggressive: true },
    { what: "the port's alone", keys: [{ id: own, key }], main: false, aggressive: false },
    {
      what: "it with another key",
      keys: [{ id: foreign, key: text("another") }, { id: own, key }],
      main: false,
      aggressive: false,
    },
  ] as const;
  for (const { what, keys, ...expected } of targets) {
    for (const mode of ["main", "aggressive"] as const) {
      const world = bootWorld({
        adapters: [{ name: ADAPTER, ports: [PORT] }],
        targets: [{ name: "disk", address: TARGET, keys }],
      });
      assertEquals(setKey(world, KEY, { id: foreign.bytes, portNumber: 0, flags: FLAGS[mode] }), 0);
      const isLoggedIn = login(world) === 0;
      // In aggressive mode the target has the last word after the adapter's.
      world.advance(world.cycles(1e9));
      const isEstablished = world.targets.get("disk")?.established === 1;
      assertEquals(
        [isLoggedIn, isEstablished],
        [expected[mode], expected[mode]],
        `the target knows ${what}; ${mode} mode`,
      );
    }
  }
});

for (const keyStorage of ["nvram", "ram"] as const) {
  Deno.test(`A login is saved only if a port reaches such a target, storage ${keyStorage}`, () => {
    const world = bootWorld({
      adapters: [{ name: ADAPTER, keyStorage, ports: [PORT, PORT_V6] }],
      targets: [{ name: "disk", address: TARGET, keys: [] }],
    });
    const saved = (address: string, initiatorPortNumber: number) =>
      world.run(world.host.api.loginIScsiTarget({
        targetName: "iqn.2026-01.example:disk",
        initiatorInstance: ADAPTER,
        initiatorPortNumber,
        targetPortal: { address },
        isPersistent: true,
      })).status;
    const refused = keyStorage === "nvram" ? 0 : IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
    const ends = [["192.0.2.20", 0], ["2001:db8::2", 1]] as const;
    for (const [address, port] of ends) {
      assertEquals(saved(address, port), refused, address);
      assertEquals(saved(address, 1 - port), IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED, address);
    }
    const { persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
    assertEquals(persistentLogins.length, keyStorage === "nvram" ? 2 : 0);
  });
}
