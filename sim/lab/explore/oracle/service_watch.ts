/**
 * The runs of the initiator service: who has ended them, and when.
 *
 * @module
 */

import type { ServiceRun } from "../../../../host/initiator_service/service_run.ts";
import type { ServiceOrder } from "../../../../host/windows_host.ts";
import type { Cycle } from "../../../kernel/task.ts";
import type { World } from "../../world/world.ts";

/** Something that has come of a run of the service. */
export type ServiceEvent =
  /** It takes calls. */
  | { readonly type: "begun"; readonly run: ServiceRun }
  /** It is over. */
  | { readonly type: "ended"; readonly run: ServiceRun; readonly isOrdered: boolean }
  /** An orderly stop of it is over. */
  | { readonly type: "stopped"; readonly run: ServiceRun; readonly begun: Cycle };

/** Watches the service of a world. */
export class ServiceWatch {
  readonly #world: World;
  readonly #tell: (event: ServiceEvent) => void;
  readonly #ordered = new WeakMap<ServiceRun, true>();
  readonly #ends = new WeakMap<ServiceRun, Cycle>();
  #run: ServiceRun | undefined;

  /**
   * Watches from now on.
   *
   * @param tell Is told of each event once.
   */
  constructor(world: World, tell: (event: ServiceEvent) => void) {
    this.#world = world;
    this.#tell = tell;
    world.host.serviceTaps.add((order) => this.#told(order));
  }

  /** Looks whether there is another run than before: whoever has ended one need not say so. */
  look(): void {
    const { run } = this.#world.host.service;
    const before = this.#run;
    if (run === before) return;
    this.#run = run;
    if (before === undefined) return;
    this.#ends.set(before, this.#world.now);
    this.#tell({ type: "ended", run: before, isOrdered: this.#ordered.has(before) });
  }

  /** When a run has ended; `undefined` if it has not, or nobody has looked since. */
  endOf(run: ServiceRun): Cycle | undefined {
    return this.#ends.get(run);
  }

  #told(order: ServiceOrder): () => void {
    this.look();
    const { service } = this.#world.host;
    const { run } = service;
    const begun = this.#world.now;
    if (order !== "start" && run !== undefined) this.#ordered.set(run, true);
    return () => {
      this.look();
      const isNew = order === "start" && service.run !== run && service.state === "running";
      if (isNew && service.run !== undefined) this.#tell({ type: "begun", run: service.run });
      if (order === "stop" && run !== undefined) this.#tell({ type: "stopped", run, begun });
    };
  }
}
