/**
 * Calls through the whole host: from the API of the management application
 * down to the adapter's cache and back, on the real firmware with RAM storage
 * and with flash, and the share of each hop, in wall time and in simulated
 * time.
 *
 * Each level is entered directly; the share of a hop is the difference between
 * its level and the one below.
 */

import nacl from "tweetnacl";
import { Adapter } from "../firmware/adapter.ts";
import { signFirmwareImage } from "../firmware/firmware_image.ts";
import { DEFAULT_POLICY } from "../firmware/ike/mod.ts";
import {
  ALL_PORTS,
  DmaMemory,
  IdentificationType,
  MailboxCommand,
  PRESHARED_KEY_REQUEST,
} from "../firmware/manual/interface.ts";
import { RingStore } from "../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../firmware/nvram/sealer.ts";
import type { KeyStorage } from "../firmware/cache/security_cache.ts";
import { MemoryKeyStore } from "../host/initiator_service/memory_key_store.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../host/wmi/security_config_operations.ts";
import { WindowsHost } from "../host/windows_host.ts";
import { Kernel } from "../sim/kernel/kernel.ts";
import { RandomStreams } from "../sim/kernel/random.ts";
import type { Task } from "../sim/kernel/task.ts";
import { DEFAULT_COSTS } from "../sim/parts/cost_table.ts";
import { FlashPart } from "../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../sim/parts/flash/presets.ts";
import { NetworkInterface } from "../sim/parts/network_interface.ts";
import { Recorder } from "../sim/trace/recorder.ts";

const NAME = "hba 0";
const ADDRESS = Uint8Array.of(192, 0, 2, 10);
const KEY_PAIR = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(1));
const IMAGE = signFirmwareImage(0x1_0000, new Uint8Array(1024), KEY_PAIR.secretKey);

/** A host with one adapter, up and synchronised. */
class Bench {
  readonly kernel = new Kernel();
  readonly recorder = new Recorder(this.kernel);
  readonly host: WindowsHost;
  #count = 0;

  constructor(keyStorage: KeyStorage) {
    const { kernel, recorder } = this;
    const streams = new RandomStreams("bench");
    const dmaMemory = new DmaMemory();
    const random = streams.stream("store");
    const flash = new FlashPart({ preset: W25Q_REGION, clock: kernel, random: streams.stream("flash") });
    const adapter = new Adapter({
      name: NAME,
      kernel,
      recorder,
      random: streams.stream("adapter"),
      dmaMemory,
      network: new NetworkInterface(kernel, [ADDRESS]),
      costs: DEFAULT_COSTS,
      keyStorage,
      flash: keyStorage === "nvram" ? flash : undefined,
      createStore: () =>
        new RingStore({
          flash,
          sealer: new SecretboxSealer(new Uint8Array(32)),
          random: (length) => random.bytes(length),
        }),
      keyTableEntries: 128,
      sessionCapacity: 16,
      tunnelMode: true,
      image: IMAGE,
      imagePublicKey: KEY_PAIR.publicKey,
      phase1: DEFAULT_POLICY,
    });
    this.host = new WindowsHost({
      kernel,
      recorder,
      streams,
      dmaMemory,
      adapters: [{ name: NAME, registers: adapter.registers, portAddresses: [ADDRESS] }],
      keyStore: new MemoryKeyStore(),
    });
    adapter.powerOn();
    this.host.powerOn();
    this.run(this.host.untilReady());
  }

  run<T>(task: Task<T>): T {
    const process = this.kernel.spawn("bench", task);
    this.kernel.runUntil(process);
    return process.result;
  }

  /** A key that is new each time, so that no layer can leave the work out. */
  key(): Uint8Array {
    const key = new Uint8Array(16);
    new DataView(key.buffer).setUint32(0, this.#count++);
    return key;
  }

  api(): void {
    const information = {
      authMethod: 1,
      securityFlags: 0x27n,
      idType: IdentificationType.ID_IPV4_ADDR,
      id: ADDRESS,
      key: this.key(),
    };
    this.run(this.host.api.setIScsiIKEInfo(NAME, ALL_PORTS, information, true));
  }

  wmi(): void {
    const input = SET_PRESHARED_KEY_FOR_ID_IN.encode({
      PortNumber: ALL_PORTS,
      SecurityFlags: 0x27n,
      IdType: IdentificationType.ID_IPV4_ADDR,
      Id: ADDRESS,
      Key: this.key(),
    });
    this.run(this.host.wmi.executeMethod(NAME, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: 1, input }, 4));
  }

  mailbox(): void {
    const request = PRESHARED_KEY_REQUEST.encode({
      portNumber: ALL_PORTS,
      idType: IdentificationType.ID_IPV4_ADDR,
      securityFlags: 0x27n,
      id: ADDRESS,
      key: this.key(),
    });
    this.run(
      this.host.mailbox(NAME, { command: MailboxCommand.setPresharedKeyForId, request, responseBytes: 0 }),
    );
  }

  codec(): void {
    const input = SET_PRESHARED_KEY_FOR_ID_IN.encode({
      PortNumber: ALL_PORTS,
      SecurityFlags: 0x27n,
      IdType: IdentificationType.ID_IPV4_ADDR,
      Id: ADDRESS,
      Key: this.key(),
    });
    SET_PRESHARED_KEY_FOR_ID_IN.decode(input);
  }
}

const LEVELS = ["api", "wmi", "mailbox", "codec"] as const;
const LABELS = {
  api: "SetIScsiIKEInfo: API, service, WMI, drivers, firmware",
  wmi: "SetPresharedKeyForId through WMI: drivers and firmware",
  mailbox: "the mailbox command: miniport's mailbox and firmware",
  codec: "the IN structure alone: encode and decode",
} as const;

for (const storage of ["ram", "nvram"] as const) {
  const bench = new Bench(storage);
  for (const level of LEVELS) {
    Deno.bench(LABELS[level], { group: `storage "${storage}"`, baseline: level === "api" }, () => bench[level]());
  }
}

/** Wall time and simulated time of one call at a level, averaged. */
function measure(bench: Bench, level: (typeof LEVELS)[number]): { readonly wall: number; readonly cycles: number } {
  const calls = 1000;
  for (let call = 0; call < calls; call++) bench[level]();
  const cycle = bench.kernel.now;
  const begin = performance.now();
  for (let call = 0; call < calls; call++) bench[level]();
  return { wall: (performance.now() - begin) * 1000 / calls, cycles: (bench.kernel.now - cycle) / calls };
}

function share(part: number, whole: number): string {
  return `${(100 * Math.max(0, part) / whole).toFixed(1)} %`;
}

for (const storage of ["ram", "nvram"] as const) {
  const bench = new Bench(storage);
  const [api, wmi, mailbox] = LEVELS.slice(0, 3).map((level) => measure(bench, level));
  if (api === undefined || wmi === undefined || mailbox === undefined) throw new Error("no levels");
  console.log(
    `storage "${storage}": ${Math.round(1e6 / api.wall)} calls/s of SetIScsiIKEInfo, ${api.cycles} cycles each; of it`,
  );
  const parts = [
    ["API, service, its store, GUID and check of it", api.wall - wmi.wall, api.cycles - wmi.cycles],
    ["WMI, port driver, miniport's provider", wmi.wall - mailbox.wall, wmi.cycles - mailbox.cycles],
    ["mailbox, firmware, its storage", mailbox.wall, mailbox.cycles],
  ] as const;
  for (const [name, wall, cycles] of parts) {
    console.log(`  ${name.padEnd(46)} ${share(wall, api.wall)} of wall time, ${share(cycles, api.cycles)} of cycles`);
  }
}
