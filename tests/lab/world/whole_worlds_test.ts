/** Every part of a world can be another: each option of host and adapter has its effect through `World`. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatInternetAddress } from "../../../sim/network/internet_address.ts";
import { parseSuite } from "../../../firmware/ike/mod.ts";
import { AsynchronousEvent, IsdscStatus, SessionState } from "../../../firmware/manual/interface.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramRecord, StoreStatus } from "../../../firmware/nvram/store.ts";
import { NO_PHASE1_STATISTICS } from "../../support/no_statistics.ts";
import type { AdapterSessions, SessionManagerOptions } from "../../../firmware/session/sessions.ts";
import type { HostTimeouts } from "../../../host/costs.ts";
import { NtStatus } from "../../../host/status.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_GROUP_PRESHARED_KEY_IN,
} from "../../../host/wmi/security_config_operations.ts";
import { FIRMWARE_IMAGE, IMAGE_PUBLIC_KEY, TAMPERED_IMAGE } from "../../../sim/lab/world/factory.ts";
import { World } from "../../../sim/lab/world/world.ts";
import type { AdapterDescription, AdapterFlash, WorldOptions } from "../../../sim/lab/world/world_options.ts";
import type { Core } from "../../../sim/kernel/core.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { type DmaBuffer, DmaMemory } from "../../../sim/parts/dma_memory.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus } from "../../../sim/parts/flash/nor_flash.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const DISK = Uint8Array.of(192, 0, 2, 20);
const KEY = new TextEncoder().encode("a preshared key");
const ALL_PORTS = 0xffff_ffff;

function boot(adapter: Partial<AdapterDescription> = {}, options: Partial<WorldOptions> = {}): World {
  const world = new World({
    adapters: [{ name: "hba0", ports: [PORT], ...adapter }],
    targets: [{ name: "disk", address: DISK, keys: [{ id: "any", key: KEY }] }],
    ...options,
  });
  world.powerOn();
  world.settle();
  return world;
}

const information = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: PORT, key: KEY };
const setKey = (world: World) => world.run(world.host.api.setIScsiIKEInfo("hba0", ALL_PORTS, information, true));
const getKey = (world: World) =>
  world.run(world.host.api.getIScsiIKEInfo("hba0", ALL_PORTS, undefined, { authMethod: 1, idType: 1, id: PORT }))
    .status;
const login = (world: World) =>
  world.run(world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: "hba0",
    targetPortal: { address: formatInternetAddress(DISK) },
    securityFlags: 0x27n,
  })).status;
const unit = (world: World) => world.adapters.get("hba0") ?? raise("no adapter");
const raise = (text: string): never => {
  throw new Error(text);
};

/** How long something takes in a world, in cycles. */
function taken(world: World, act: (world: World) => unknown): number {
  const before = world.now;
  act(world);
  return world.now - before;
}

Deno.test("WorldOptions: the host's costs are those given, field by field", () => {
  const normal = taken(boot(), getKey);
  const slow = taken(boot({}, { host: { costs: { rpcCycles: 5_000 + 1_000_000 } } }), getKey);
  assertEquals(slow - normal, 2 * 1_000_000, "there and back");
});

Deno.test("WorldOptions: the host's waiting times are those given, the others stay the default ones", () => {
  // An adapter whose boot never ends is reset and given up; each attempt waits as long as it is told to.
  const createFlash: AdapterDescription["createFlash"] = (options) =>
    new class extends FlashPart {
      override *readInto(): Task {
        yield* options.clock.sleep(1_000_000_000_000);
      }
    }(options);
  const gaveUp = (timeouts: Partial<HostTimeouts>) => {
    const world = new World({ adapters: [{ name: "hba0", ports: [PORT], createFlash }], host: { timeouts } });
    world.powerOn();
    do world.advance(250_000); while (world.host.adapterState("hba0") !== "failed");
    return world.now;
  };
  const bootCycles = 50_000_000;
  const oneTry = gaveUp({ bootCycles, resetRetries: 0 });
  const longer = gaveUp({ bootCycles: 3 * bootCycles, resetRetries: 0 }) - oneTry;
  assert(longer > 0 && longer % (2 * bootCycles) < 2_500_000 * 2, `${longer}`);
  assert(gaveUp({ bootCycles }) >= oneTry + 2 * bootCycles, "two more tries by default");
});

Deno.test("WorldOptions: each adapter's driver implements the security methods that it is said to", () => {
  const world = new World({
    adapters: (["complete", "sample", "absent"] as const).map((securityProvider, index) => ({
      name: securityProvider,
      ports: [PORT.with(3, 10 + index)],
      securityProvider,
    })),
  });
  world.powerOn();
  world.settle();
  const input = SET_GROUP_PRESHARED_KEY_IN.encode({ Key: KEY });
  const answer = (name: string, methodId: number) => {
    const call = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input };
    return world.run(world.host.wmi.executeMethod(name, call, 64)).ntStatus === NtStatus.success;
  };
  const { setGroupPresharedKey, clearCache } = SecurityMethod;
  const answers = ["complete", "sample", "absent"].map((name) =>
    [setGroupPresharedKey, clearCache].map((method) => answer(name, method))
  );
  assertEquals(answers, [[true, true], [true, false], [false, false]]);
});

Deno.test("WorldOptions: the service starts with the host, or only when it is started", () => {
  assertEquals(boot().host.service.state, "running");
  const world = boot({}, { host: { serviceStartsAutomatically: false } });
  assertEquals(world.host.service.state, "stopped");
  world.run(world.host.startService());
  assertEquals(setKey(world), 0);
});

Deno.test("WorldOptions: what was sealed with a machine's key is nothing to a machine with another", () => {
  const sealingKey = new Uint8Array(32).fill(7);
  const ram = { keyStorage: "ram" } as const;
  const first = boot(ram, { host: { sealingKey } });
  assertEquals(setKey(first), 0);
  const image = first.image();
  assertEquals(getKey(boot(ram, { image, host: { sealingKey } })), 0);
  assertNotEquals(getKey(boot(ram, { image })), 0);
});

Deno.test("WorldOptions: the host's memory can be the user's own", () => {
  class CountingMemory extends DmaMemory {
    allocations = 0;
    override allocate(lengthBytes: number): DmaBuffer {
      this.allocations++;
      return super.allocate(lengthBytes);
    }
  }
  const dmaMemory = new CountingMemory();
  const world = boot({}, { host: { dmaMemory } });
  const before = dmaMemory.allocations;
  assertEquals(setKey(world), 0);
  assert(dmaMemory.allocations > before);
});

/** A part of another make: it does everything twice, to be sure. */
class OtherPart implements AdapterFlash {
  readonly geometry: FlashGeometry;
  reads = 0;
  readonly #part: FlashPart;

  constructor(part: FlashPart) {
    this.#part = part;
    this.geometry = part.geometry;
  }
  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    this.reads++;
    return yield* this.#part.read(address, lengthBytes);
  }
  *readInto(address: number, target: Uint8Array): Task {
    this.reads++;
    yield* this.#part.readInto(address, target);
  }
  readStatus = (): Task<FlashStatus> => this.#part.readStatus();
  writeEnable = (): Task => this.#part.writeEnable();
  pageProgram = (address: number, bytes: Uint8Array): Task<FlashOutcome> => this.#part.pageProgram(address, bytes);
  sectorErase = (address: number): Task<FlashOutcome> => this.#part.sectorErase(address);
  blockErase = (address: number): Task<FlashOutcome> => this.#part.blockErase(address);
  powerOff = () => this.#part.powerOff();
  state = () => this.#part.state();
}

Deno.test("WorldOptions: a flash part of the user's own keeps keys over a power cycle, and into the next world", () => {
  const parts: OtherPart[] = [];
  const createFlash: AdapterDescription["createFlash"] = (options) => {
    const part = new OtherPart(new FlashPart(options));
    parts.push(part);
    return part;
  };
  const world = boot({ createFlash });
  assertEquals(unit(world).flash, undefined);
  assertEquals(unit(world).nvram, parts[0]);
  assertEquals(setKey(world), 0);
  world.host.killService();
  unit(world).adapter.powerOff();
  unit(world).adapter.powerOn();
  world.settle();
  assertEquals(unit(world).adapter.cache?.keyTable.entries().length, 1);
  assert((parts[0]?.reads ?? 0) > 0);
  world.powerOff();
  const image = world.image();
  // The part of the factory reads what the other one wrote.
  assertEquals(
    unit(boot({}, { image, host: { serviceStartsAutomatically: false } })).adapter.cache?.keyTable.entries().length,
    1,
  );
});

Deno.test("WorldOptions: a store of the user's own is given part, random numbers and core", () => {
  class PonderingStore extends RingStore {
    readonly #core: Core;
    constructor(options: ConstructorParameters<typeof RingStore>[0], core: Core) {
      super(options);
      this.#core = core;
    }
    override *put(record: NvramRecord): Task<StoreStatus> {
      yield* this.#core.spend(3_000_000);
      return yield* super.put(record);
    }
  }
  const sealer = new SecretboxSealer(new Uint8Array(32));
  const createStore: AdapterDescription["createStore"] = (flash, random, core) =>
    new PonderingStore({ flash, random, sealer }, core);
  const plain = boot({ createStore: (flash, random) => new RingStore({ flash, random, sealer }) });
  const pondering = boot({ createStore });
  const busy = (world: World) => unit(world).adapter.core.busyCycles;
  const before = [busy(plain), busy(pondering)];
  assertEquals([setKey(plain), setKey(pondering)], [0, 0]);
  const [ofPlain, ofPondering] = [busy(plain) - (before[0] ?? 0), busy(pondering) - (before[1] ?? 0)];
  assert(ofPondering - ofPlain >= 3_000_000, `${ofPondering} cycles, and ${ofPlain} without`);
});

/** Accepts every session, and says how it went. */
function scripted({ output }: SessionManagerOptions, state: number, status: number): AdapterSessions {
  let number = 0;
  return {
    exchangeCount: 0,
    sessions: () => [],
    statistics: () => NO_PHASE1_STATISTICS,
    *open() {
      output.event(AsynchronousEvent.sessionStateChanged, ++number, state, status);
      return { type: "accepted", session: number };
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

Deno.test("WorldOptions: what opens sessions can be a script", () => {
  const { SUCCESS, AUTHENTICATION_FAILURE } = IsdscStatus;
  const withScript = (state: number, status: number) =>
    boot({ createSessions: (means) => scripted(means, state, status) }, { targets: [] });
  // There is no target: only the script can have answered.
  assertEquals(login(withScript(SessionState.active, SUCCESS)), SUCCESS);
  assertEquals(login(withScript(SessionState.failed, AUTHENTICATION_FAILURE)), AUTHENTICATION_FAILURE);
});

Deno.test("WorldOptions: queues of the adapter are as long as they are said to be", () => {
  const overruns = (receiveRingLength: number) => {
    const world = boot({ receiveRingLength });
    const source = { address: DISK, port: 500 };
    const destination = { address: PORT, port: 500 };
    for (let count = 0; count < 10; count++) world.network.send({ source, destination, payload: new Uint8Array(28) });
    world.advance(world.cycles(1e6));
    return unit(world).networkInterface.counters.overruns;
  };
  assertEquals([overruns(10), overruns(3)], [0, 7]);
  const lost: number[] = [];
  for (const eventCapacity of [4, 8]) {
    boot({
      eventCapacity,
      createSessions: (means) => {
        // More events at once than the queue holds, before the host takes the first.
        for (let count = 0; count < 20; count++) means.output.event(AsynchronousEvent.linkUp, 0);
        lost.push("eventsLost" in means.output ? Number(means.output.eventsLost) : NaN);
        return scripted(means, SessionState.active, IsdscStatus.SUCCESS);
      },
    });
  }
  assertEquals(lost[0] === undefined || lost[1] === undefined ? NaN : lost[0] - lost[1], 4);
});

Deno.test("WorldOptions: firmware images and the key that checks them can be the user's own", () => {
  const state = (options: Partial<AdapterDescription>) => boot(options).host.adapterState("hba0");
  assertEquals(state({ firmwareImage: FIRMWARE_IMAGE, imagePublicKey: IMAGE_PUBLIC_KEY }), "ready");
  assertEquals(state({ firmwareImage: TAMPERED_IMAGE }), "failed");
  assertEquals(state({ imagePublicKey: IMAGE_PUBLIC_KEY.map((byte) => byte ^ 1) }), "failed");
  // A bit that is flipped twice is as it was.
  assertEquals(state({ firmwareImage: TAMPERED_IMAGE, tamperedImage: true }), "ready");
});

Deno.test("WorldOptions: policies and costs of phase 1 are given field by field", () => {
  const suites = [parseSuite("aes128-sha1-modp1024")];
  const world = boot({ phase1: { suites, lifetimeSeconds: 600 } });
  assertEquals([setKey(world), login(world)], [0, 0]);
  const association = unit(world).adapter.sessions?.sessions()[0]?.association;
  assertEquals([association?.suite, association?.lifetimeSeconds], [suites[0], 600]);
  const slow = boot({ phase1: { suites } }, { costs: { exponentiationCycles: 5_000_000 } });
  assertEquals(setKey(slow), 0);
  // Two exponentiations of each end are one after the other at the least.
  assert(taken(slow, login) > 2 * 5_000_000);
  assert(taken(world, login) < 2 * 5_000_000);
});
