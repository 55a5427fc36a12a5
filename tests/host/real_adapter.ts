/**
 * The real adapter on a real flash part, for the tests of the host. Only phase
 * 1 is scripted: a login ends with the key that the firmware selects for it.
 *
 * @module
 */

import { Adapter } from "../../firmware/adapter.ts";
import type { SecurityCache } from "../../firmware/cache/security_cache.ts";
import { DEFAULT_POLICY } from "../../firmware/ike/mod.ts";
import { AsynchronousEvent, IsdscStatus, SessionState } from "../../firmware/manual/interface.ts";
import { RingStore } from "../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../firmware/nvram/sealer.ts";
import { selectKey } from "../../firmware/session/key_selection.ts";
import type { OtherFirmware } from "../../firmware/other_firmware.ts";
import type { AdapterSessions, SessionManagerOptions } from "../../firmware/session/sessions.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { NO_PHASE1_STATISTICS } from "../support/no_statistics.ts";
import type { FirmwareParts } from "../../sim/lab/foreign/foreign_firmware.ts";
import { FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY } from "../../sim/lab/world/factory.ts";
import { DEFAULT_COSTS } from "../../sim/parts/cost_table.ts";
import { FlashPart } from "../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../sim/parts/flash/presets.ts";
import { NetworkInterface } from "../../sim/parts/network_interface.ts";
import {
  type AdapterModel,
  type AdapterModelOptions,
  type CacheContent,
  hex,
  keyName,
  type UsedKey,
} from "./adapter_model.ts";

/** The real adapter with a script in place of phase 1. */
export class RealAdapter extends Adapter implements AdapterModel {
  readonly options: AdapterModelOptions;
  readonly part: FlashPart;
  readonly logins: UsedKey[];
  onStep: () => void = () => {};

  /** The adapter's own firmware, or one that is put in its place. */
  constructor(options: AdapterModelOptions, firmware?: (parts: FirmwareParts) => OtherFirmware) {
    const { kernel, recorder, dmaMemory, name, storage, numberOfPorts = 2, tunnelMode = true, capacity = 32 } = options;
    const streams = new RandomStreams(`adapter ${name}`);
    const part = new FlashPart({
      // As few sectors as a key store needs, so that campaigns over all its steps stay short.
      preset: flashRegion(W25Q64JV, 4),
      clock: kernel,
      random: streams.stream("flash"),
      onOperation: ({ kind }) => kind === "read" || this.onStep(),
    });
    const random = streams.stream("adapter");
    const sealer = new SecretboxSealer(new Uint8Array(32).fill(9));
    const draw = (length: number) => random.bytes(length);
    const logins: UsedKey[] = [];
    const ports = Array.from({ length: numberOfPorts }, (_, port) => Uint8Array.of(192, 0, 2, 10 + port));
    super({
      name,
      kernel,
      recorder,
      random,
      dmaMemory,
      network: new NetworkInterface(kernel, ports),
      costs: DEFAULT_COSTS,
      keyStorage: storage,
      flash: part,
      createStore: () => new RingStore({ flash: part, sealer, random: draw }),
      ...(firmware === undefined ? {} : { createFirmware: () => firmware({ flash: part, sealer, random: draw }) }),
      keyTableEntries: capacity,
      sessionCapacity: 1,
      tunnelMode,
      image: FIRMWARE_IMAGE,
      imagePublicKey: IMAGE_PUBLIC_KEY,
      phase1: DEFAULT_POLICY,
      createSessions: (means) => scriptedSessions(means, logins),
    });
    this.options = options;
    this.part = part;
    this.logins = logins;
  }

  content(): CacheContent | undefined {
    return this.cache === undefined ? undefined : contentOf(this.cache);
  }

  image(): unknown {
    return this.part.image();
  }

  restore(image: unknown): void {
    this.part.restore(image as Uint8Array);
  }

  snapshot(): string {
    const content = this.content();
    return JSON.stringify([
      content === undefined ? null : { ...content, keys: [...content.keys] },
      this.part.counters.programs,
      this.part.counters.erases,
    ]);
  }
}

function contentOf(cache: SecurityCache): CacheContent {
  const table = cache.keyTable;
  const groupKey = table.copyGroupKey();
  const information = cache.information();
  const gateway = cache.tunnelAddress(0, { type: 1, bytes: withAddress(203, 0, 113, 9) });
  return {
    keys: new Map(table.entries().map((entry) => [keyName(entry), hex(table.copyKey(entry) ?? new Uint8Array(0))])),
    groupKey: groupKey === undefined ? undefined : hex(groupKey),
    tunnels: gateway === undefined || gateway === "damaged" ? [] : [hex(gateway.bytes.subarray(0, 4))],
    guid: hex(information.generationalGuid),
    cacheValid: information.cacheValid,
  };
}

/** Every login for which the firmware finds a key succeeds at once. */
function scriptedSessions({ cache, network, output }: SessionManagerOptions, logins: UsedKey[]): AdapterSessions {
  let number = 0;
  return {
    exchangeCount: 0,
    sessions: () => [],
    statistics: () => NO_PHASE1_STATISTICS,
    *open(request) {
      const portNumber = request.portNumber === 0xffff_ffff ? 0 : request.portNumber;
      const { addresses: portAddresses } = network;
      const { keyTable, damage } = cache;
      const selection = selectKey({ request, portNumber, portAddresses, keyTable, damage });
      if (selection.type === "withoutPhase1") throw new Error("The tests of the host log in with phase 1");
      if (selection.type === "refused") return { type: "refused", status: selection.status };
      const source = selection.source === "all ports" ? "explicit" : selection.source;
      logins.push({ source, key: hex(selection.key), securityFlags: selection.securityFlags });
      const session = ++number;
      output.event(AsynchronousEvent.sessionStateChanged, session, SessionState.active, IsdscStatus.SUCCESS);
      return { type: "accepted", session };
    },
    *close() {
      return IsdscStatus.SUCCESS;
    },
    closeAll() {},
    stop() {},
    *run() {},
    *receive() {},
  };
}

function withAddress(...address: number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(address);
  return bytes;
}
