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
import { describeStatus, Win32Error } from "../../../../host/status.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";
import type { StepContext } from "../step_context.ts";

/** What a call comes to whose request is wrong, whatever befalls the adapter meanwhile. */
const REFUSALS: readonly number[] = [
  IsdscStatus.INVALID_PORT_NUMBER,
  IsdscStatus.INVALID_PARAMETER,
  IsdscStatus.MISSING_PARAMETER,
  IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED,
  IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE,
  IsdscStatus.HBA_SECURITY_CACHE_FULL,
  IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED,
  IsdscStatus.REQUEST_NOT_SUPPORTED,
  Win32Error.invalidParameter,
];

/** A key with its flags. */
interface Setting {
  readonly key: Uint8Array;
  readonly securityFlags: bigint;
}

/** A key with its flags where it may be: in words, `undefined` where none is kept. */
export interface Places {
  /** The adapter's key table. */
  readonly table: string;
  /** The adapter's flash. */
  readonly flash?: string | undefined;
  /** The service's durable store. */
  readonly store?: string | undefined;
}

/** What is known of a setting that may have been interrupted, when the world has come to rest. */
interface InterruptedSetting {
  readonly before: Places;
  readonly found: Places;
  /** What was asked for. */
  readonly asked: string;
  readonly isAcknowledged: boolean;
  /** Why the status is not one that an interruption explains, in words; absent if it is, or the call was acknowledged. */
  readonly unexplained?: string | undefined;
  /** Whether the service runs: otherwise adapter and store are only brought together at its next start. */
  readonly isServed: boolean;
}

/** What has come of it in words, and whether it is everywhere what it was, or everywhere what was asked for. */
export function judgePlaces(
  { before, found: { table, flash = table, store }, asked, isAcknowledged, isServed, unexplained }: InterruptedSetting,
): { readonly actual: string; readonly holds: boolean } {
  const isNew = table === asked;
  const isOld = table === before.table;
  const what = isNew ? "the new one" : isOld ? "the old one" : `another one: ${table}`;
  const isInStore = store === undefined || (isNew && store === asked) || (isOld && store === before.store);
  const mayDiffer = !isServed && !isAcknowledged && (store === before.store || store === asked);
  const others = [
    ...(flash === table ? [] : [`on flash ${flash}`]),
    ...(unexplained === undefined ? [] : [unexplained]),
    ...(isInStore ? [] : [`in the service's store ${store}${mayDiffer ? " until it starts" : ""}`]),
  ];
  return {
    actual: what + (others.length === 0 ? "" : `, but ${others.join(", and ")}`),
    holds: unexplained === undefined && flash === table && (isNew || (isOld && !isAcknowledged)) &&
      (isInStore || mayDiffer),
  };
}

/** A key that is about to be set. */
export class SettingInDoubt {
  readonly #unit: AdapterUnit;
  readonly #identity: KeyIdentity;
  readonly #world: World;
  readonly #persists: boolean;
  readonly #before: Places;
  readonly #wasServed: boolean;
  readonly #watchesNoMore: () => void;
  #isDisturbed = false;

  /**
   * Notes what is there before the call.
   *
   * @param persists Whether it is for the service's store, too.
   */
  constructor(world: World, unit: AdapterUnit, identity: KeyIdentity, persists: boolean) {
    this.#world = world;
    this.#unit = unit;
    this.#identity = identity;
    this.#persists = persists;
    this.#wasServed = world.host.service.state === "running";
    // What befalls another adapter, or datagrams, does not explain what this one's call comes to.
    this.#watchesNoMore = world.disturbances.watch((_, { where, adapters }) => {
      this.#isDisturbed ||= where === "elsewhere" && (adapters === "all" || adapters.includes(unit.adapter.name));
    });
    this.#before = this.#places();
  }

  /** The call has come back: what goes wrong from now on does not explain its status. */
  end(): void {
    this.#watchesNoMore();
  }

  /**
   * Judges what is there when the world has come to rest: everywhere the same. An acknowledged call must have set what was
   * asked for.
   */
  judge(context: StepContext, status: number, asked: Setting): void {
    const isAcknowledged = status === IsdscStatus.SUCCESS;
    const unexplained = isAcknowledged
      ? undefined
      : !this.#isDisturbed
      ? "nothing has interrupted the call"
      : REFUSALS.includes(status)
      ? "the call was refused, not interrupted"
      : status === IsdscStatus.SERVICE_NOT_RUNNING && !this.#wasServed
      ? "the service did not run before the call"
      : undefined;
    const { actual, holds } = judgePlaces({
      before: this.#before,
      found: this.#places(),
      asked: describe(asked),
      isAcknowledged,
      unexplained,
      isServed: this.#world.host.service.state === "running",
    });
    context.verdict("old or new", `${describeStatus(status)}, and ${actual}`, holds);
  }

  #places(): Places {
    return { table: this.#present(), flash: this.#stored(), store: this.#persists ? this.#kept() : undefined };
  }

  /** What the service would give the adapter after the next start of the host. */
  #kept(): string {
    const { name } = this.#unit.adapter;
    let text = "none";
    for (const { adapter, record } of this.#world.serviceRecords()) {
      if (record.kind === "tunnel-address") continue;
      if (record.kind === "preshared-key" && adapter === name && this.#isMeant(record)) text = describe(record);
      record.key.fill(0);
    }
    return text;
  }

  #isMeant({ portNumber, idType, id }: KeyIdentity): boolean {
    const { portNumber: port, idType: type, id: bytes } = this.#identity;
    return portNumber === port && idType === type && equalBytes(id, bytes);
  }

  /** What a boot would find on its flash; `undefined` if it keeps no keys there. */
  #stored(): string | undefined {
    const records = this.#unit.contents()?.records.filter((record) => record.class === "preshared-key");
    const found = records?.map(readKeyRecord).find(({ entry }) => this.#isMeant(entry));
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
