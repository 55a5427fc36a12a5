import { assert, assertEquals } from "@std/assert";
import { Adapter, type AdapterOptions } from "../../firmware/adapter.ts";
import {
  AddressType,
  ALL_PORTS,
  AsynchronousEvent,
  Control,
  decodeAdapterInformation,
  encodeGroupKeyRequest,
  encodePresharedKeyQuery,
  encodePresharedKeyRequest,
  encodeSessionRequest,
  encodeTunnelAddressRequest,
  INTERRUPT_ENABLE,
  IsdscStatus,
  isdscStatusName,
  MailboxCommand,
  MailboxStatus,
  Register,
  SessionState,
} from "../../firmware/interface.ts";
import { RingStore } from "../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../firmware/nvram/sealer.ts";
import { deviceRootKey, FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY, TAMPERED_IMAGE } from "../../sim/factory.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { Network } from "../../sim/network/network.ts";
import { DEFAULT_COSTS } from "../../sim/parts/cost_table.ts";
import { DmaMemory } from "../../sim/parts/dma_memory.ts";
import { FlashPart } from "../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../sim/parts/flash/presets.ts";
import { NetworkInterface } from "../../sim/parts/network_interface.ts";
import { Target, type TargetKey } from "../../sim/target/target.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import { policy } from "./ike/two_engines.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const TARGET = Uint8Array.of(192, 0, 2, 20);
const text = (value: string) => new TextEncoder().encode(value);
const address = (bytes: Uint8Array, type: number = AddressType.ipv4) => {
  const sixteen = new Uint8Array(16);
  sixteen.set(bytes);
  return { type, bytes: sixteen };
};

/** An adapter, a flash part, a target, and the least of a driver: one command at a time, polled. */
class Bench {
  readonly kernel = new Kernel();
  readonly recorder = new Recorder(this.kernel);
  readonly dma = new DmaMemory();
  readonly flash: FlashPart;
  readonly adapter: Adapter;
  readonly target: Target;
  readonly events: number[][] = [];
  readonly keys: Uint8Array[] = [];

  constructor(options: Partial<AdapterOptions> = {}, targetKeys: readonly TargetKey[] = []) {
    const { kernel, recorder } = this;
    const streams = new RandomStreams("adapter test");
    this.flash = new FlashPart({ preset: W25Q_REGION, clock: kernel, random: streams.stream("flash") });
    const random = streams.stream("adapter");
    const network = new Network(kernel, recorder, streams.stream("network"));
    const networkInterface = new NetworkInterface(kernel, [PORT]);
    networkInterface.connect((datagram) => network.send(datagram));
    network.attach(PORT, (datagram) => networkInterface.deliver(datagram));
    const sealer = new SecretboxSealer(deviceRootKey("hba0"));
    this.adapter = new Adapter({
      name: "hba0",
      kernel,
      recorder,
      random,
      dmaMemory: this.dma,
      network: networkInterface,
      costs: DEFAULT_COSTS,
      keyStorage: "nvram",
      flash: this.flash,
      createStore: () => new RingStore({ flash: this.flash, sealer, random: (length) => random.bytes(length) }),
      keyTableEntries: 128,
      sessionCapacity: 8,
      tunnelMode: true,
      image: FIRMWARE_IMAGE,
      imagePublicKey: IMAGE_PUBLIC_KEY,
      phase1: policy("aes128-sha1-modp1024"),
      onKey: (_cookie, key) => this.keys.push(key.slice()),
      ...options,
    });
    this.target = new Target({
      name: "disk",
      address: TARGET,
      keys: targetKeys,
      policy: policy("aes128-sha1-modp1024"),
      kernel,
      network,
      random: streams.stream("target"),
      costs: DEFAULT_COSTS,
      recorder,
    });
  }

  /** Runs until the condition holds, or a second has passed. */
  until(condition: () => boolean, seconds = 1): boolean {
    const end = this.kernel.now + seconds * this.kernel.frequencyHz;
    while (!condition() && this.kernel.now < end) this.kernel.run(Math.min(end, this.kernel.now + 25_000));
    return condition();
  }

  boot(): number {
    this.adapter.powerOn();
    const status = () => this.adapter.registers.read(Register.mailbox);
    this.until(() => [MailboxStatus.commandComplete, MailboxStatus.initializationError].includes(status() as never));
    const result = status();
    this.adapter.registers.write(Register.interruptMask, INTERRUPT_ENABLE);
    return result;
  }

  take(): number[] | undefined {
    const { registers } = this.adapter;
    if ((registers.read(Register.controlStatus) & Control.processorInterrupt) === 0) return undefined;
    const values = Array.from({ length: 8 }, (_, index) => registers.read(Register.mailbox + 4 * index));
    registers.write(Register.controlStatus, Control.processorInterrupt << 16);
    return values;
  }

  command(code: number, request: Uint8Array = new Uint8Array(0), responseBytes = 0) {
    const { registers } = this.adapter;
    const buffer = this.dma.allocate(Math.max(1, request.length + responseBytes));
    buffer.bytes.set(request);
    const values = [code, buffer.busAddress, 0, request.length, buffer.busAddress + request.length, 0, responseBytes];
    return this.raw(values, () => {
      const response = buffer.bytes.slice(request.length);
      this.dma.free(buffer);
      return response;
    }, registers);
  }

  raw(values: number[], finish: () => Uint8Array = () => new Uint8Array(0), registers = this.adapter.registers) {
    values.forEach((value, index) => registers.write(Register.mailbox + 4 * index, value));
    registers.write(Register.controlStatus, (Control.doorbell << 16) | Control.doorbell);
    let completion: number[] | undefined;
    this.until(() => {
      const taken = this.take();
      if (taken === undefined) return false;
      if ((taken[0] as number) >> 12 === 8) {
        this.events.push(taken);
        return false;
      }
      completion = taken;
      return true;
    });
    assert(completion !== undefined, "the command did not complete");
    return {
      status: completion[0] as number,
      detail: completion[1] as number,
      registers: completion,
      response: finish(),
    };
  }

  setKey(key: string, id = PORT, idType = 1, portNumber: number = ALL_PORTS, securityFlags = 0x27n) {
    return this.command(
      MailboxCommand.setPresharedKeyForId,
      encodePresharedKeyRequest({ portNumber, idType, securityFlags, id, key: text(key) }),
    );
  }

  getFlags(id = PORT, idType = 1, portNumber: number = ALL_PORTS) {
    const reply = this.command(
      MailboxCommand.getPresharedKeyForId,
      encodePresharedKeyQuery({ portNumber, idType, id }),
      8,
    );
    const flags = new DataView(reply.response.buffer).getBigUint64(0, true);
    return reply.status === MailboxStatus.commandComplete ? flags : isdscStatusName(reply.detail);
  }

  information() {
    return decodeAdapterInformation(this.command(MailboxCommand.getAdapterInformation, undefined, 48).response);
  }

  login(securityFlags = 0n, options: { key?: string; idType?: number; id?: Uint8Array } = {}): string {
    const opened = this.command(
      MailboxCommand.openSession,
      encodeSessionRequest({
        portNumber: 0,
        target: address(TARGET),
        securityFlags,
        idType: options.idType ?? 0,
        id: options.id ?? new Uint8Array(0),
        key: text(options.key ?? ""),
      }),
    );
    if (opened.status !== MailboxStatus.commandComplete) return isdscStatusName(opened.detail);
    const session = opened.registers[2];
    let result = "no event";
    this.until(() => {
      const event = this.take();
      if (event?.[0] !== AsynchronousEvent.sessionStateChanged || event[1] !== session) return false;
      result = event[2] === SessionState.active
        ? (event[4] === 1 ? "main" : "aggressive")
        : isdscStatusName(event[3] as number);
      return true;
    }, 120);
    return result;
  }
}

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
  bench.command(MailboxCommand.setGroupPresharedKey, encodeGroupKeyRequest(text("explicit")));
  assertEquals(bench.login(), "main");
  bench.command(MailboxCommand.setGroupPresharedKey, encodeGroupKeyRequest(text("group")));
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
      encodeTunnelAddressRequest({
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
  assertEquals(bench.raw([MailboxCommand.setPresharedKeyForId, 0x10, 0, 40]).status, MailboxStatus.hostInterfaceError);
  assertEquals(
    bench.command(MailboxCommand.setPresharedKeyForId, new Uint8Array(10)).status,
    MailboxStatus.parameterError,
  );
  const lying = encodePresharedKeyRequest({ portNumber: 0, idType: 1, securityFlags: 0n, id: PORT, key: text("k") });
  new DataView(lying.buffer).setUint32(16, 0xffff_fff0, true);
  assertEquals(bench.command(MailboxCommand.setPresharedKeyForId, lying).status, MailboxStatus.parameterError);
  assertEquals(bench.command(MailboxCommand.getAdapterInformation, undefined, 8).status, MailboxStatus.parameterError);
  assertEquals(bench.setKey("still works").status, MailboxStatus.commandComplete);
});

Deno.test("Adapter's ClearCache drops keys, group key and generational GUID, and keeps tunnel addresses", () => {
  const bench = new Bench();
  bench.boot();
  bench.setKey("a secret");
  bench.command(MailboxCommand.setGroupPresharedKey, encodeGroupKeyRequest(text("group")));
  bench.command(MailboxCommand.setGenerationalGuid, new Uint8Array(16).fill(7));
  assertEquals([bench.information().cacheValid, bench.information().keysStored], [true, 2]);
  assertEquals(bench.command(MailboxCommand.clearCache).status, MailboxStatus.commandComplete);
  const { cacheValid, keysStored, generationalGuid } = bench.information();
  assertEquals([cacheValid, keysStored, generationalGuid], [false, 0, new Uint8Array(16)]);
  assertEquals(bench.login(), "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE");
});

Deno.test("Adapter: power cut at any moment of a set leaves the old key or the new one, never neither", () => {
  for (let cut = 0; cut < 60; cut++) {
    const bench = new Bench({}, [{ id: "any", key: text("old key") }]);
    bench.boot();
    bench.setKey("old key", PORT, 1, ALL_PORTS, 0x27n);
    const buffer = encodePresharedKeyRequest({
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
