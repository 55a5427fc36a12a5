/**
 * What adapters have in their flash from one boot to the next, as they say it:
 * names of caches that were gone must not be valid again, and a key that was
 * there is there if the cache is valid.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { CommandEnd } from "../../../../firmware/command_tap.ts";
import type { AdapterSessions } from "../../../../firmware/session/sessions.ts";
import type { AdapterUnit } from "../../world/world.ts";
import { GROUP_KEY, keyName } from "./observed.ts";

/** What is known of one adapter. */
interface Known {
  /** The boot of which it is known. */
  boot: AdapterSessions | undefined;
  /** The name that its cache had last; empty if none. */
  name: string;
  /** Names that it has had, and has lost. */
  readonly gone: Set<string>;
  /** The keys that it had when it last carried out a command that changes them. */
  keys: readonly string[];
}

/** Looks at adapters when they begin a command in a new boot, and when they have changed something. */
export class BootWatch {
  /** Names of caches that have come back by themselves, in words. */
  readonly returned: Set<string> = new Set();
  /** Keys that were lost over a boot, and of which nothing is said, in words. */
  readonly untold: Set<string> = new Set();
  readonly #known = new Map<AdapterUnit, Known>();

  /** An adapter begins a command. */
  begins(unit: AdapterUnit, command: string): void {
    if (unit.flash === undefined) return;
    const { adapter: { cache, sessions, name } } = unit;
    const known = this.#known.get(unit) ?? { boot: undefined, name: "", gone: new Set(), keys: [] };
    this.#known.set(unit, known);
    if (cache !== undefined && !cache.damage.storeFailed && known.boot !== sessions) {
      known.boot = sessions;
      this.#comesUp(unit, known);
      const { damage } = cache;
      const present = new Set(keysOf(unit));
      // A cache that is not valid promises nothing.
      const isTold = known.name === "" || damage.mayHideRecords || damage.hasGroupKey || damage.keys > 0;
      const lost = isTold ? [] : known.keys.filter((each) => !present.has(each));
      for (const each of lost) this.untold.add(`${each} of ${name}`);
      known.keys = [...present];
    }
    // What is cleared may be gone from now on.
    if (command === "clearCache") known.keys = [];
  }

  /** A command that changes a cache, or its name, is over. */
  changed(unit: AdapterUnit, { isDone }: CommandEnd): void {
    const known = this.#known.get(unit);
    if (known === undefined) return;
    const name = nameOf(unit);
    if (name === "" && known.name !== "") known.gone.add(known.name);
    // What was lost was set again, or the cache was given this name.
    if (isDone) known.gone.delete(name);
    known.name = name;
    if (isDone) known.keys = keysOf(unit);
  }

  #comesUp(unit: AdapterUnit, known: Known): void {
    const name = nameOf(unit);
    const { damage } = unit.adapter.cache ?? {};
    if (name !== "" && known.gone.has(name)) this.returned.add(`the old name of the cache of ${unit.adapter.name}`);
    // What is lost of a record whose name is known is whole again as soon as that is set, and its cache with it.
    const isLost = name === "" && (damage?.count === 0 || damage?.mayHideRecords === true);
    if (isLost && known.name !== "") known.gone.add(known.name);
    known.name = name;
  }
}

/** The name of a cache that says of itself that it is valid; empty of others. */
function nameOf({ adapter: { cache } }: AdapterUnit): string {
  const { cacheValid = false, generationalGuid } = cache?.information() ?? {};
  return cacheValid && generationalGuid !== undefined ? bytesToHex(generationalGuid) : "";
}

/** The names of the keys in a key table. */
function keysOf({ adapter: { cache } }: AdapterUnit): readonly string[] {
  const table = cache?.keyTable;
  return table === undefined ? [] : [...table.entries().map(keyName), ...(table.hasGroupKey ? [GROUP_KEY] : [])];
}
