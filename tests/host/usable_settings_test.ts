/**
 * Identification type x storage x flags: no key is acknowledged that every
 * later login contradicts, and what is refused is not there.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import type { KeyStorage } from "../../firmware/cache/security_cache.ts";
import { ADAPTER, AGGRESSIVE, bootWorld, getKey, login, MAIN, PORT, setKey, text } from "./world_support.ts";

const KEY = "the key of the port";
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
