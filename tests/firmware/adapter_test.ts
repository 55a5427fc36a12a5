import { assert, assertEquals } from "@std/assert";
import {
  AddressType,
  ALL_PORTS,
  Control,
  GROUP_KEY_REQUEST,
  IsdscStatus,
  isdscStatusName,
  MailboxCommand,
  MailboxStatus,
  PRESHARED_KEY_REQUEST,
  Register,
  TUNNEL_ADDRESS_REQUEST,
} from "../../firmware/manual/interface.ts";
import { TAMPERED_IMAGE } from "../../sim/lab/world/factory.ts";

import { address, Bench, PORT, TARGET, text } from "./adapter_bench.ts";

Deno.test("Adapter boots: mailbox 0 shows it; a tampered image leaves it failed and the fatal error bit set", () => {
  assertEquals(new Bench().boot(), MailboxStatus.commandComplete);
  const tampered = new Bench({ image: TAMPERED_IMAGE });
  assertEquals(tampered.boot(), MailboxStatus.initializationError);
  assert((tampered.adapter.registers.read(Register.controlStatus) & Control.fatalError) !== 0);
  assert(tampered.adapter.registers.interruptAsserted);
});

Deno.test("Adapter keeps keys over a power cycle with flash, and loses them without", () => {
  for (const keyStorage of ["nvram", "ram"] as const) {
    const bench = new Bench(keyStorage === "nvram" ? {} : { keyStorage, flash: undefined, createStore: undefined });
    bench.boot();
    assertEquals(bench.setKey("a secret").status, MailboxStatus.commandComplete);
    assertEquals(bench.getFlags(), 0x27n);
    bench.adapter.powerOff();
    assertEquals(bench.adapter.ram.bytes.every((byte) => byte === 0), true);
    bench.kernel.run(bench.kernel.now + 1_000_000);
    bench.boot();
    assertEquals(bench.getFlags(), keyStorage === "nvram" ? 0x27n : "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
    assertEquals(bench.information().functionality & 1, keyStorage === "nvram" ? 1 : 0);
  }
});

Deno.test("Adapter without key storage refuses every change, and a login brings its key", () => {
  const bench = new Bench({ keyStorage: "none", flash: undefined, createStore: undefined }, [
    { id: "any", key: text("per login") },
  ]);
  bench.boot();
  assertEquals(bench.setKey("a secret").detail, IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED);
  assertEquals(bench.login(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
  assertEquals(bench.login(0n, { key: "per login" }), "main");
});

Deno.test("Adapter's login uses the explicit key before the group key, and the group key for others", () => {
  const bench = new Bench({}, [{ id: { type: 1, bytes: PORT }, key: text("explicit") }]);
  bench.boot();
  bench.command(MailboxCommand.setGroupPresharedKey, GROUP_KEY_REQUEST.encode({ key: text("explicit") }));
  assertEquals(bench.login(), "main");
  bench.command(MailboxCommand.setGroupPresharedKey, GROUP_KEY_REQUEST.encode({ key: text("group") }));
  assertEquals(bench.login(), "ISDSC_AUTHENTICATION_FAILURE");
  bench.setKey("explicit");
  assertEquals(bench.login(), "main");
  bench.setKey("wrong", PORT, 1, 0);
  assertEquals(bench.login(), "ISDSC_AUTHENTICATION_FAILURE");
});

Deno.test("Adapter uses a name in aggressive mode, falls back to it after main mode, and fails with main mode alone", () => {
  const name = text("host.example");
  const bench = new Bench({}, [{ id: { type: 2, bytes: name }, key: text("secret") }]);
  bench.boot();
  const AGGRESSIVE = 0x2bn;
  const BOTH = 0x2fn;
  bench.setKey("secret", name, 2, ALL_PORTS, AGGRESSIVE);
  assertEquals(bench.login(), "aggressive");
  assertEquals(bench.login(BOTH), "aggressive");
  assertEquals(bench.login(0x27n), "ISDSC_AUTHENTICATION_FAILURE");
  assertEquals(bench.login(0x23n), "ISDSC_INVALID_PARAMETER");
});

Deno.test("Adapter checks in the order of the specification and changes nothing when it refuses", () => {
  const bench = new Bench();
  bench.boot();
  const before = bench.flash.image();
  const detail = (reply: { readonly detail: number }) => isdscStatusName(reply.detail);
  assertEquals(detail(bench.setKey("k", PORT, 4, 9)), "ISDSC_INVALID_PORT_NUMBER");
  assertEquals(detail(bench.setKey("k", text("x"), 4)), "ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED");
  assertEquals(detail(bench.setKey("", text("x"), 1)), "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE");
  assertEquals(detail(bench.setKey("", new Uint8Array(0), 2)), "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE");
  assertEquals(detail(bench.setKey("")), "ISDSC_INVALID_PARAMETER");
  assertEquals(detail(bench.setKey("x".repeat(257))), "ISDSC_INVALID_PARAMETER");
  const tunnel = (destination: Uint8Array, type: number) =>
    bench.command(
      MailboxCommand.setTunnelModeOuterAddress,
      TUNNEL_ADDRESS_REQUEST.encode({
        portNumber: ALL_PORTS,
        destination: address(destination, type),
        outerAddress: address(TARGET),
      }),
    );
  assertEquals(detail(tunnel(TARGET, AddressType.text)), "ISDSC_ADDRESS_TYPE_NOT_SUPPORTED");
  assertEquals(bench.flash.image(), before);
  assertEquals(tunnel(TARGET, AddressType.ipv4).status, MailboxStatus.commandComplete);
});

Deno.test("Adapter answers malformed commands with the code of the manual, and goes on", () => {
  const bench = new Bench();
  bench.boot();
  assertEquals(bench.raw([0xff]).status, MailboxStatus.invalidCommand);
  assertEquals(bench.raw([0xffff]).status, MailboxStatus.invalidCommand);
  // Bus address, low and high half, and length: nothing of the host's, more than 32 bits, nowhere, more than there is.
  for (const request of [[0x10, 0, 40], [0x1000_0000, 1, 40], [0, 0, 40], [0x1000_0000, 0, 0xffff_ffff]]) {
    const { status } = bench.raw([MailboxCommand.setPresharedKeyForId, ...request]);
    assertEquals(status, MailboxStatus.hostInterfaceError, request.join(", "));
  }
  assertEquals(
    bench.command(MailboxCommand.setPresharedKeyForId, new Uint8Array(10)).status,
    MailboxStatus.parameterError,
  );
  const lying = PRESHARED_KEY_REQUEST.encode({ portNumber: 0, idType: 1, securityFlags: 0n, id: PORT, key: text("k") });
  new DataView(lying.buffer).setUint32(16, 0xffff_fff0, true);
  assertEquals(bench.command(MailboxCommand.setPresharedKeyForId, lying).status, MailboxStatus.parameterError);
  assertEquals(bench.command(MailboxCommand.getAdapterInformation, undefined, 8).status, MailboxStatus.parameterError);
  assertEquals(bench.setKey("still works").status, MailboxStatus.commandComplete);
});

Deno.test("Adapter's ClearCache drops keys, group key and generational GUID, and keeps tunnel addresses", () => {
  const bench = new Bench();
  bench.boot();
  bench.setKey("a secret");
  bench.command(MailboxCommand.setGroupPresharedKey, GROUP_KEY_REQUEST.encode({ key: text("group") }));
  bench.command(MailboxCommand.setGenerationalGuid, new Uint8Array(16).fill(7));
  bench.setTunnel(TARGET, Uint8Array.of(198, 51, 100, 1));
  assertEquals([bench.information().cacheValid, bench.information().keysStored], [true, 2]);
  assertEquals(bench.command(MailboxCommand.clearCache).status, MailboxStatus.commandComplete);
  const { cacheValid, keysStored, generationalGuid } = bench.information();
  assertEquals([cacheValid, keysStored, generationalGuid], [false, 0, new Uint8Array(16)]);
  assertEquals(bench.login(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
  for (let boot = 0; boot < 2; boot++) {
    const outer = bench.adapter.cache?.tunnelAddress(0, address(TARGET));
    assertEquals(outer, address(Uint8Array.of(198, 51, 100, 1)));
    bench.cycle();
  }
});

Deno.test("Adapter: power cut at any moment of a set leaves the old key or the new one, never neither", () => {
  for (let cut = 0; cut < 60; cut++) {
    const bench = new Bench({}, [{ id: "any", key: text("old key") }]);
    bench.boot();
    bench.setKey("old key", PORT, 1, ALL_PORTS, 0x27n);
    const buffer = PRESHARED_KEY_REQUEST.encode({
      portNumber: ALL_PORTS,
      idType: 1,
      securityFlags: 0x2fn,
      id: PORT,
      key: text("old key"),
    });
    const dma = bench.dma.allocate(buffer.length);
    dma.bytes.set(buffer);
    const { registers } = bench.adapter;
    [MailboxCommand.setPresharedKeyForId, dma.busAddress, 0, buffer.length].forEach((value, index) =>
      registers.write(Register.mailbox + 4 * index, value)
    );
    registers.write(Register.controlStatus, (Control.doorbell << 16) | Control.doorbell);
    bench.kernel.run(bench.kernel.now + cut * 1500);
    bench.adapter.powerOff();
    bench.kernel.run(bench.kernel.now + 1000);
    bench.boot();
    assert([0x27n, 0x2fn].includes(bench.getFlags() as bigint), `cut ${cut}`);
    assertEquals(bench.login(), "main", `cut ${cut}`);
  }
});
