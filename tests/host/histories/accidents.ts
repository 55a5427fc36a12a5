/**
 * What happens to the adapters of a host and to its disk, and when that is over.
 *
 * @module
 */

import { IsdscStatus, MailboxCommand, MailboxStatus } from "../../../firmware/manual/interface.ts";
import type { Cycle, Cycles } from "../../../sim/kernel/task.ts";
import type { FakeAdapter } from "../fake_adapter.ts";
import type { TestHost } from "../test_host.ts";
import type { ClearFailure, Step } from "./history.ts";
import { LONGEST_CLEAR_PAUSE_CYCLES } from "./limits.ts";
import { adapterName } from "./named.ts";

/** An accident. */
export type Accident = Extract<
  Step,
  {
    readonly type:
      | "driver reset"
      | "bus reset"
      | "firmware reset"
      | "power cut"
      | "no DMA"
      | "clears fail"
      | "full disk";
  }
>;

/** How the next ClearCaches are answered. */
const FAILS: Readonly<Record<ClearFailure, (adapter: FakeAdapter) => void>> = {
  busy: ({ forcedMailboxStatus }) => forcedMailboxStatus.set(MailboxCommand.clearCache, MailboxStatus.busy),
  "hardware error": ({ forcedMailboxStatus }) =>
    forcedMailboxStatus.set(MailboxCommand.clearCache, MailboxStatus.hostInterfaceError),
  refused: ({ forcedStatus }) => forcedStatus.set(MailboxCommand.clearCache, IsdscStatus.OUT_OF_RESOURCES),
};

/** The accidents of a host. */
export class Accidents {
  readonly #world: TestHost;
  /** When all that they have taken away is back. */
  #quietFrom: Cycle = 0;
  /** Adapters that fail to clear their caches, or did. */
  readonly #failing = new Set<FakeAdapter>();

  /** None has happened. */
  constructor(world: TestHost) {
    this.#world = world;
  }

  /** Whether nothing is wrong any more. */
  get areOver(): boolean {
    return this.#world.kernel.now >= this.#quietFrom && this.#failing.size === 0;
  }

  /** One happens. */
  happen(step: Accident): void {
    const { host, memoryStore } = this.#world;
    switch (step.type) {
      case "driver reset":
        if (host.powered) host.resetAdapter(adapterName(step.adapter));
        return;
      case "bus reset":
        if (host.powered) host.resetBus(adapterName(step.adapter));
        return;
      case "firmware reset":
        this.#adapter(step.adapter).reset();
        return;
      case "power cut":
        this.#adapter(step.adapter).powerOff();
        this.#later(step.offCycles, () => this.#adapter(step.adapter).powerOn());
        return;
      case "no DMA":
        this.#adapter(step.adapter).reachesMemory = false;
        this.#later(step.offCycles, () => this.#adapter(step.adapter).reachesMemory = true);
        return;
      case "clears fail":
        this.#failClears(this.#adapter(step.adapter), step.how, step.times);
        return;
      case "full disk":
        memoryStore.setFailing(true);
        this.#later(step.offCycles, () => memoryStore.setFailing(false));
        return;
      default:
        return step satisfies never;
    }
  }

  /** All that they have taken away comes back, and so much time passes that nobody waits to try once more. */
  end(): void {
    const { kernel } = this.#world;
    if (kernel.now < this.#quietFrom) this.#world.pass(this.#quietFrom - kernel.now);
    if (this.#failing.size === 0) return;
    for (const adapter of this.#failing) clearsAgain(adapter);
    this.#failing.clear();
    this.#world.pass(LONGEST_CLEAR_PAUSE_CYCLES);
  }

  #failClears(adapter: FakeAdapter, how: ClearFailure, times: number): void {
    clearsAgain(adapter);
    this.#failing.add(adapter);
    FAILS[how](adapter);
    let left = times;
    adapter.onCommand = (code) => {
      if (code === MailboxCommand.clearCache && left-- <= 0) clearsAgain(adapter);
    };
  }

  #later(delayCycles: Cycles, action: () => void): void {
    const { kernel } = this.#world;
    kernel.schedule(delayCycles, action);
    this.#quietFrom = Math.max(this.#quietFrom, kernel.now + delayCycles);
  }

  #adapter(index: number): FakeAdapter {
    const adapter = this.#world.adapters[index];
    if (adapter === undefined) throw new RangeError(`No adapter ${index}`);
    return adapter;
  }
}

function clearsAgain(adapter: FakeAdapter): void {
  adapter.onCommand = () => {};
  adapter.forcedStatus.delete(MailboxCommand.clearCache);
  adapter.forcedMailboxStatus.delete(MailboxCommand.clearCache);
}
