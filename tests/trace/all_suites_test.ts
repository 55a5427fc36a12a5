import { assert, assertEquals } from "@std/assert";
import { formatInternetAddress } from "../../sim/network/internet_address.ts";
import { CIPHER_NAMES } from "../../firmware/ike/ciphers.ts";
import { GROUP_NUMBERS } from "../../firmware/ike/groups.ts";
import { HASH_NAMES } from "../../firmware/ike/hash_functions.ts";
import { DEFAULT_POLICY, formatSuite, type Suite } from "../../firmware/ike/mod.ts";
import { KeyLog } from "../../sim/trace/key_log.ts";
import { type CapturedDatagram, encodePcapng } from "../../sim/trace/pcapng.ts";
import { World } from "../../sim/lab/world/world.ts";
import { decodeCapture, tsharkMissing } from "./tshark.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a key");

/** Every cipher with every hash and every group. */
const SUITES: readonly Suite[] = CIPHER_NAMES.flatMap((cipher) =>
  HASH_NAMES.flatMap((hash) => GROUP_NUMBERS.map((group) => ({ cipher, hash, group })))
);

function exchange(suite: Suite, flags: bigint): World {
  const phase1 = { ...DEFAULT_POLICY, suites: [suite] };
  const world = new World({
    // Another seed for each mode: the same cookie twice in one capture would confuse the key log.
    seed: `${formatSuite(suite)} ${flags}`,
    adapters: [{ name: "hba0", keyStorage: "ram", ports: [PORT], phase1 }],
    targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }], phase1 }],
  });
  world.powerOn();
  world.settle();
  const { api } = world.host;
  world.run(api.setIScsiGroupPresharedKey(KEY, true));
  const { status, session } = world.run(api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: "hba0",
    targetPortal: { address: formatInternetAddress(TARGET) },
    securityFlags: flags,
  }));
  assertEquals(status, 0, formatSuite(suite));
  // Dead peer detection, and the delete at the end, are encrypted, too.
  world.advance(world.cycles(40_000_000_000));
  if (session !== undefined) world.run(api.logoutIScsiTarget(session));
  world.advance(world.cycles(1_000_000_000));
  return world;
}

Deno.test({
  name: "tshark decodes and decrypts every packet of both modes with every suite: nothing malformed, no expert error",
  ignore: tsharkMissing,
  fn: () => {
    const captures: CapturedDatagram[] = [];
    let keys = "";
    let frequencyHz = 1;
    for (const suite of SUITES) {
      for (const flags of [0x07n, 0x0bn]) {
        const world = exchange(suite, flags);
        captures.push(...world.network.captures.map((each) => ({ ...each, cycle: captures.length })));
        keys += world.keyLog.toText();
        frequencyHz = world.kernel.frequencyHz;
      }
    }
    const capture = encodePcapng(captures, frequencyHz);
    const count = (filter: string) =>
      decodeCapture(capture, keys, "-Y", filter, "-T", "fields", "-e", "frame.number").trim().split("\n").filter(
        Boolean,
      )
        .length;
    assertEquals(count("isakmp"), captures.length);
    assertEquals(count("_ws.malformed || _ws.expert.severity == error"), 0);
    const encrypted = count("isakmp.flag_e == 1");
    assert(encrypted >= SUITES.length * 2 * 5, `${encrypted} encrypted packets`);
    assertEquals(count("isakmp.flag_e == 1 && isakmp.hash"), encrypted);
    console.log(`${captures.length} packets of ${SUITES.length} suites, ${encrypted} decrypted`);
  },
});

Deno.test("KeyLog keeps one line for each exchange, however often it is told", () => {
  const log = new KeyLog();
  const cookie = new Uint8Array(8).fill(1);
  log.add(cookie, new Uint8Array(2).fill(0xab));
  log.add(cookie, new Uint8Array(2).fill(0xab));
  assertEquals(log.toText(), "0101010101010101,abab\n");
});
