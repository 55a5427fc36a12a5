/**
 * A key whose setting may be interrupted: afterwards it is what it was, or what
 * was asked for.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { KeyIdentity } from "../../../../firmware/cache/key_table.ts";
import { readKeyRecord } from "../../../../firmware/cache/security_records.ts";
import { IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { describeStatus } from "../../../../host/status.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { StepContext } from "../step_context.ts";

/** A key with its flags. */
interface Setting {
  readonly key: Uint8Array;
  readonly securityFlags: bigint;
}

/** A key that is about to be set. */
export class SettingInDoubt {
  readonly #unit: AdapterUnit;
  readonly #identity: KeyIdentity;
  readonly #before: string;

  /** Notes what is there before the call. */
  constructor(unit: AdapterUnit, identity: KeyIdentity) {
    this.#unit = unit;
    this.#identity = identity;
    this.#before = this.#present();
  }

  /** Judges what is there when the world has come to rest; an acknowledged call must have set what was asked for. */
  judge(context: StepContext, status: number, asked: Setting): void {
    const found = this.#present();
    const isNew = found === describe(asked);
    const isOld = found === this.#before;
    const what = isNew ? "the new one" : isOld ? "the old one" : `another one: ${found}`;
    const stored = this.#stored() ?? found;
    const differs = stored === found ? "" : `, but on flash ${stored}`;
    const holds = stored === found && (isNew || (isOld && status !== IsdscStatus.SUCCESS));
    context.verdict("old or new", `${describeStatus(status)}, and ${what}${differs}`, holds);
  }

  /** What a boot would find on its flash; `undefined` if it keeps no keys there. */
  #stored(): string | undefined {
    const records = this.#unit.contents()?.records.filter((record) => record.class === "preshared-key");
    const found = records?.map(readKeyRecord).find(({ entry }) =>
      entry.portNumber === this.#identity.portNumber && entry.idType === this.#identity.idType &&
      equalBytes(entry.id, this.#identity.id)
    );
    const text = found === undefined ? "none" : describe({ key: found.key, securityFlags: found.entry.securityFlags });
    for (const { value } of records ?? []) value.fill(0);
    return records === undefined ? undefined : text;
  }

  /** What the adapter has in its key table, which it fills from its flash, or the service, after each loss of power. */
  #present(): string {
    const keyTable = this.#unit.adapter.cache?.keyTable;
    // Of another port there may be one that holds here, too: it is not the one that is set.
    const entry = keyTable?.has(this.#identity) === true ? keyTable.find(this.#identity) : undefined;
    const key = entry === undefined ? undefined : keyTable?.copyKey(entry);
    if (entry === undefined || key === undefined) return "none";
    const text = describe({ key, securityFlags: entry.securityFlags });
    key.fill(0);
    return text;
  }
}

function describe({ key, securityFlags }: Setting): string {
  return `key ${fingerprint(key)} with flags 0x${securityFlags.toString(16)}`;
}
