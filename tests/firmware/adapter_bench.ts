/** An adapter with its flash part and a target, and the least of a driver. */

import { assert } from "@std/assert";
import { Adapter } from "../../firmware/adapter.ts";
import type { AdapterOptions } from "../../firmware/adapter_options.ts";
import {
  ADAPTER_INFORMATION,
  AddressType,
  ALL_PORTS,
  AsynchronousEvent,
  CHOOSE_IDENTIFICATION,
  Control,
  GROUP_KEY_REQUEST,
  INTERRUPT_ENABLE,
  isdscStatusName,
  MailboxCommand,
  MailboxStatus,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  Register,
  SESSION_REQUEST,
  SessionState,
  TUNNEL_ADDRESS_REQUEST,
} from "../../firmware/manual/interface.ts";
import { RingStore } from "../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../firmware/nvram/sealer.ts";
import { deviceRootKey, FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY } from "../../sim/lab/world/factory.ts";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { Network } from "../../sim/network/network.ts";
import { DEFAULT_COSTS } from "../../sim/parts/cost_table.ts";
import { DmaMemory } from "../../sim/parts/dma_memory.ts";
import { FlashPart } from "../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../sim/parts/flash/presets.ts";
import { NetworkInterface } from "../../sim/parts/network_interface.ts";
import { Target, type TargetKey } from "../../sim/lab/world/target.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import type { IkePolicy } from "../../firmware/ike/mod.ts";
import { policy } from "./ike/two_engines.ts";

export const PORT = Uint8Array.of(192, 0, 2, 10);
export const TARGET = Uint8Array.of(192, 0, 2, 20);
export const text = (value: string) => new TextEncoder().encode(value);
export const address = (bytes: Uint8Array, type: number = AddressType.ipv4) => {
  const sixteen = new Uint8Array(16);
  sixteen.set(bytes);
  return { type, bytes: sixteen };
};

/** An adapter, a flash part, a target, and the least of a driver: one command at a time, polled. */
export class Bench {
  readonly kernel = new Kernel();
  readonly recorder = new Recorder(this.kernel);
  readonly dma = new DmaMemory();
  readonly flash: FlashPart;
  readonly network: Network;
  readonly adapter: Adapter;
  readonly target: Target;
  readonly events: number[][] = [];
  readonly keys: Uint8Array[] = [];

  constructor(
    options: Partial<AdapterOptions> = {},
    targetKeys: readonly TargetKey[] = [],
    targetPolicy: IkePolicy = policy("aes128-sha1-modp1024"),
  ) {
    const { kernel, recorder } = this;
    const streams = new RandomStreams("adapter test");
    this.flash = new FlashPart({ preset: W25Q_REGION, clock: kernel, random: streams.stream("flash") });
    const random = streams.stream("adapter");
    const network = this.network = new Network(kernel, recorder, streams.stream("network"));
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
      policy: targetPolicy,
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
      PRESHARED_KEY_REQUEST.encode({ portNumber, idType, securityFlags, id, key: text(key) }),
    );
  }

  getFlags(id = PORT, idType = 1, portNumber: number = ALL_PORTS) {
    const reply = this.command(
      MailboxCommand.getPresharedKeyForId,
      PRESHARED_KEY_QUERY.encode({ portNumber, idType, id }),
      8,
    );
    const flags = new DataView(reply.response.buffer).getBigUint64(0, true);
    return reply.status === MailboxStatus.commandComplete ? flags : isdscStatusName(reply.detail);
  }

  setGroupKey(key: string) {
    return this.command(MailboxCommand.setGroupPresharedKey, GROUP_KEY_REQUEST.encode({ key: text(key) }));
  }

  setTunnel(destination: Uint8Array, outerAddress: Uint8Array, portNumber: number = ALL_PORTS) {
    return this.command(
      MailboxCommand.setTunnelModeOuterAddress,
      TUNNEL_ADDRESS_REQUEST.encode({
        portNumber,
        destination: address(destination),
        outerAddress: address(outerAddress),
      }),
    );
  }

  /** Power off and on. */
  cycle(): number {
    this.adapter.powerOff();
    return this.boot();
  }

  information() {
    return ADAPTER_INFORMATION.decode(this.command(MailboxCommand.getAdapterInformation, undefined, 48).response);
  }

  login(securityFlags = 0n, options: { key?: string; idType?: number; id?: Uint8Array } = {}): string {
    const opened = this.command(
      MailboxCommand.openSession,
      SESSION_REQUEST.encode({
        portNumber: 0,
        target: address(TARGET),
        securityFlags,
        idType: options.idType ?? CHOOSE_IDENTIFICATION,
        reserved: 0,
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
