/**
 * The names of caches from one boot to the next, as adapters say them: one that
 * was gone must not be valid again.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { CommandEnd } from "../../../../firmware/command_tap.ts";
import type { AdapterSessions } from "../../../../firmware/session/sessions.ts";
import type { AdapterUnit } from "../../world/world.ts";

/** What is known of one adapter. */
interface Known {
  /** The boot of which it is known. */
  boot: AdapterSessions | undefined;
  /** The name that its cache had last; empty if none. */
  name: string;
  /** Names that it has had, and has lost. */
  readonly gone: Set<string>;
}

/** Looks at adapters when they begin a command in a new boot, and when they have changed something. */
export class BootWatch {
  /** Names of caches that have come back by themselves, in words. */
  readonly returned: Set<string> = new Set();
  readonly #known = new Map<AdapterUnit, Known>();

  /** An adapter begins a command. */
  begins(unit: AdapterUnit): void {
    const { adapter: { cache, sessions }, flash } = unit;
    if (flash === undefined || cache === undefined || cache.damage.storeFailed) return;
    const known = this.#known.get(unit) ?? { boot: undefined, name: "", gone: new Set() };
    this.#known.set(unit, known);
    if (known.boot === sessions) return;
    known.boot = sessions;
    const name = nameOf(unit);
    if (name !== "" && known.gone.has(name)) this.returned.add(`the old name of the cache of ${unit.adapter.name}`);
    // What is lost of a record whose name is known is whole again as soon as that is set, and its cache with it.
    const { count, mayHideRecords } = cache.damage;
    if (name === "" && known.name !== "" && (count === 0 || mayHideRecords)) known.gone.add(known.name);
    known.name = name;
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
  }
}

/** The name of a cache that says of itself that it is valid; empty of others. */
function nameOf({ adapter: { cache } }: AdapterUnit): string {
  const { cacheValid = false, generationalGuid } = cache?.information() ?? {};
  return cacheValid && generationalGuid !== undefined ? bytesToHex(generationalGuid) : "";
}
