/**
 * The logins that adapters have saved, with all that was saved of them.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { LoginParameters } from "../../../../host/iscsidsc/structures.ts";
import { knownOfPersistentLogin } from "../../../../host/miniport/sessions.ts";
import type { SavedLogin } from "../../../../firmware/cache/persistent_logins.ts";
import type { AdapterUnit } from "../../world/world.ts";

/** A login that an adapter has saved. */
export interface KnownLogin extends SavedLogin {
  /** The target's name. */
  readonly name: string;
  /** What {@linkcode contentOf} says of it; `undefined` if its adapter cannot open it. */
  readonly content: string | undefined;
  /** The same as whoever logs in gives it; nothing if its adapter cannot open it. */
  readonly given: Pick<LoginParameters, "securityFlags" | "key">;
  /** By which its ISID differs from those of others; of one that another driver has saved nothing is known. */
  readonly isidNumber: number | undefined;
}

/** What a login is made with, as far as whoever saves it says it: flags and key. No words for reports. */
export function contentOf({ securityFlags = 0n, key }: Pick<LoginParameters, "securityFlags" | "key">): string {
  return `flags ${securityFlags}, key ${bytesToHex(key ?? new Uint8Array(0))}`;
}

/** Opens saved logins, and none again whose adapter's flash has not changed: several rules look after each step. */
export class SavedLogins {
  readonly #known = new Map<
    AdapterUnit,
    { readonly state: readonly unknown[]; readonly logins: readonly KnownLogin[] }
  >();

  /** Adapters of which a saved login was once damaged, or anything that nobody can name. */
  readonly #damaged = new Set<AdapterUnit>();

  /** Looks for damage: when it is healed, what was lost stays lost. */
  look(units: readonly AdapterUnit[]): void {
    for (const unit of units) {
      const damage = unit.adapter.cache?.damage;
      if (damage !== undefined && (damage.persistentLogins.length > 0 || damage.mayHideRecords)) {
        this.#damaged.add(unit);
      }
    }
  }

  /** Whether an adapter may have lost some to damage. */
  wasDamaged(unit: AdapterUnit): boolean {
    return this.#damaged.has(unit);
  }

  /** The logins that an adapter has saved; none while it has no cache. */
  of(unit: AdapterUnit): readonly KnownLogin[] {
    const state = stateOf(unit);
    const known = this.#known.get(unit);
    if (known !== undefined && state.every((each, index) => each === known.state[index])) return known.logins;
    const logins = open(unit);
    this.#known.set(unit, { state, logins });
    return logins;
  }
}

/** What is another whenever the logins are: the boot, and what was done to flash. */
function stateOf({ adapter: { cache }, flash }: AdapterUnit): readonly unknown[] {
  const { programs, erases, cuts } = flash?.counters ?? {};
  return [cache, programs, erases, cuts, cache?.persistentLogins.logins().length];
}

function open({ adapter: { cache } }: AdapterUnit): readonly KnownLogin[] {
  return (cache?.persistentLogins.logins() ?? []).map((login): KnownLogin => {
    const name = new TextDecoder().decode(login.targetName);
    const saved = cache?.persistentLogins.open(login.number);
    if (saved === undefined) return { ...login, name, content: undefined, given: {}, isidNumber: undefined };
    const given = { securityFlags: saved.securityFlags, key: saved.key.slice() };
    saved.key.fill(0);
    saved.password.fill(0);
    const { description } = knownOfPersistentLogin({ ...saved, number: login.number, session: 0, reserved: 0 });
    return { ...login, name, content: contentOf(given), given, isidNumber: description?.UniqueIdForISID };
  });
}
