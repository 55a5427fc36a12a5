/**
 * The commands of adapters' mailboxes, as the firmware carries them out, and
 * the boxes in which it seals keys for its flash.
 *
 * @module
 */

import type { AdapterSessions } from "../../../../firmware/session/sessions.ts";
import type { CommandEnd } from "../../../../firmware/command_tap.ts";
import { isSecret } from "../../../../firmware/nvram/store.ts";
import type { AdapterUnit, World } from "../../world/world.ts";
import { SecretSearch } from "../cuts/secret_search.ts";
import { BootWatch } from "./boot_watch.ts";

/** A command that an adapter has carried out or refused. */
export interface EndedCommand {
  /** Whose it is. */
  readonly unit: AdapterUnit;
  /** Its name in the firmware's manual. */
  readonly command: string;
  /** What came of it. */
  readonly end: CommandEnd;
  /** Whether it is of those that change a cache, or its name. */
  readonly isChange: boolean;
  /** Whether it is of those that another tool may give a cache behind the service's back. */
  readonly isNaming: boolean;
}

/** What is known of one adapter. */
interface Watched {
  /** Of the boot with a command under way. */
  busy: AdapterSessions | undefined;
  /** How many commands were begun that change the cache. */
  changes: number;
  /** Keys as they were sealed since none was left on flash. */
  boxes: Uint8Array[];
}

/** By which a cache gets its name. */
const NAMING = "setGenerationalGuid";
/** By which it loses it. */
const CLEARING = "clearCache";
const CHANGES: ReadonlySet<string> = new Set([
  "setPresharedKeyForId",
  "setGroupPresharedKey",
  "setTunnelModeOuterAddress",
  CLEARING,
]);

/** Watches the adapters of a world. */
export class CommandWatch {
  /** The names of caches from boot to boot. */
  readonly boots: BootWatch = new BootWatch();
  readonly #watched = new Map<AdapterUnit, Watched>();

  /**
   * Watches from now on.
   *
   * @param tell Is told of each command that has ended.
   */
  constructor(world: World, tell: (ended: EndedCommand) => void) {
    for (const unit of world.adapters.values()) {
      const watched: Watched = { busy: undefined, changes: 0, boxes: [] };
      this.#watched.set(unit, watched);
      unit.sealTaps.add(({ class: recordClass }, box) => {
        if (isSecret(recordClass)) watched.boxes.push(box.slice());
      });
      unit.adapter.commandTaps.add((command) => {
        watched.busy = unit.adapter.sessions;
        if (CHANGES.has(command)) watched.changes++;
        const isChange = CHANGES.has(command) || command === NAMING;
        this.boots.begins(unit);
        return (end) => {
          watched.busy = undefined;
          if (isChange) this.boots.changed(unit, end);
          tell({
            unit,
            command,
            end,
            isChange,
            isNaming: command === NAMING || command === CLEARING,
          });
        };
      });
    }
  }

  /** Whether an adapter's firmware is up, and carries no command out. */
  isResting(unit: AdapterUnit): boolean {
    const { sessions } = unit.adapter;
    return sessions !== undefined && this.#watched.get(unit)?.busy !== sessions;
  }

  /** Counts the commands that change an adapter's cache. */
  changes(unit: AdapterUnit): number {
    return this.#watched.get(unit)?.changes ?? 0;
  }

  /** Whether anything of a key that was ever sealed is on an adapter's flash. */
  hasSealedKeys(unit: AdapterUnit): boolean {
    const watched = this.#watched.get(unit);
    const image = unit.flash?.image();
    if (watched === undefined || image === undefined || watched.boxes.length === 0) return false;
    const isFound = new SecretSearch(watched.boxes).isIn(image);
    if (!isFound) watched.boxes = [];
    return isFound;
  }
}
