/**
 * What the rules of the oracle are given: what applications were told, and a
 * world to look at.
 *
 * @module
 */

import type { KeyIdentity } from "../../../../firmware/cache/key_table.ts";
import type { ServiceRun } from "../../../../host/initiator_service/service_run.ts";
import type { ApiAnswer, ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import type { LoginParameters } from "../../../../host/iscsidsc/structures.ts";
import type { Cycle } from "../../../kernel/task.ts";
import type { AdapterUnit, World } from "../../world/world.ts";
import type { Target } from "../../world/target.ts";
import type { CommandWatch } from "./command_watch.ts";
import type { LastWriter, Value } from "./last_writer.ts";
import type { Settings } from "./observed.ts";
import type { SavedLogins } from "./saved_logins.ts";
import type { SecretPlaces } from "./secret_places.ts";
import type { AbsenceWatch } from "./absence_watch.ts";
import type { ServiceWatch } from "./service_watch.ts";
import type { SessionWatch } from "./session_watch.ts";
import type { WireWatch } from "./wire_watch.ts";

/** What has gone on in the world since a call began. */
export interface Since {
  /** The run of the service that was there then. */
  readonly serviceRun: ServiceRun | undefined;
  /**
   * Whether nothing has happened but what goes over the wire: no accident, no other boot of an adapter, no other run of
   * the service, and nothing has changed an adapter's cache.
   */
  readonly isCalm: () => boolean;
  /** Whether an accident has happened, or has come to its end, elsewhere than on the wire. */
  readonly hasAccident: () => boolean;
}

/** A call that is under way. */
export interface PendingCall {
  /** What was asked. */
  readonly call: ApiCall;
  /** When. */
  readonly begun: Cycle;
}

/** A call with its answer. */
export interface AnsweredCall extends PendingCall {
  /** What its caller was told. */
  readonly answer: ApiAnswer;
  /** Whether all was healed and at rest when it began. */
  readonly wasAtRest: boolean;
  /** Whether no other call was under way when it began. */
  readonly wasFree: boolean;
  /** Whether a setting was under way beside it. */
  readonly overlapped: boolean;
  /** What has gone on since it began. */
  readonly since: Since;
  /** Whether a target had about as many half-open exchanges when it began as it takes of one address. */
  readonly wasCrowded: boolean;
}

/** What can be said of the keys of a login before it comes about. */
export interface ExpectedLogin {
  /** Through which adapter. */
  readonly unit: AdapterUnit;
  /** From which address of it. */
  readonly from: Uint8Array;
  /** To which target. */
  readonly target: Target;
  /** What the target has for the adapter. */
  readonly known: Value;
  /** What the adapter may use. */
  readonly possible: ReadonlySet<Value>;
  /** Whether the target may take some of what the adapter may use, in some mode. */
  readonly mayMatch: boolean;
  /** Whether it may want a tunnel for which there is no gateway. */
  readonly mayLackGateway: boolean;
  /** Whether the target takes all of what the adapter may use, in each mode. */
  readonly mustMatch: boolean;
  /** Whether it does in aggressive mode. */
  readonly mustMatchAggressive: boolean;
  /** Through what, to whom. */
  readonly where: string;
}

/** What rules see. */
export interface OracleView {
  /** The world. */
  readonly world: World;
  /** Its adapters, in their order. */
  readonly adapters: readonly AdapterUnit[];
  /** What may be in force. */
  readonly writer: LastWriter;
  /** Which logins adapters may have saved, by targets and ports. */
  readonly savings: LastWriter;
  /** Which they have saved. */
  readonly savedLogins: SavedLogins;
  /** The flags that were set with keys, by these in hex: all that a key ever had. */
  readonly flags: ReadonlyMap<Value, ReadonlySet<bigint>>;
  /** Calls that are under way. */
  readonly pending: readonly PendingCall[];
  /** Whether none is. */
  readonly isIdle: boolean;
  /** Whether the world was healed, and no call is under way. */
  readonly isAtRest: boolean;
  /** Since when there was no accident but on the wire, and nothing was changed in an adapter's cache. */
  readonly calmSince: Cycle;
  /** All keys that anybody has given, in hex. */
  readonly secrets: ReadonlySet<string>;
  /** Looks for them. */
  readonly secretPlaces: SecretPlaces;
  /** What adapters carry out. */
  readonly commands: CommandWatch;
  /** The runs of the service. */
  readonly service: ServiceWatch;
  /** Whose sessions are. */
  readonly sessions: SessionWatch;
  /** What becomes of exchanges on the wire. */
  readonly wire: WireWatch;
  /** For how long adapters were away. */
  readonly absences: AbsenceWatch;
  /** Sessions that nothing has ended. */
  readonly lasting: {
    /** The adapters of those that are over all the same, each told once. */
    ended(view: OracleView): readonly AdapterUnit[];
  };
  /** What the service holds for an adapter; `undefined` if it does not run. */
  heldSettings(adapter: string): Settings | undefined;
  /** The keys that a boot would find on an adapter's flash; `undefined` if it has none that can be looked at. */
  flashKeys(unit: AdapterUnit): Settings | undefined;
  /** The keys that an adapter's cache must have by its name; `undefined` if its name says nothing. */
  vouchedKeys(unit: AdapterUnit): Settings | undefined;
  /**
   * Whether an adapter was asked for each key that the story has set there, in the present run of the service, since the
   * last accident and since anybody has cleared or named its cache: by that the service notices what another tool has done to a cache, and no earlier.
   */
  isAsked(adapter: number): boolean;
  /** The place of an adapter by its name; `undefined` where none is named. */
  adapterIndex(name: string | undefined): number | undefined;
  /** Whom keys of an adapter were set for. */
  identities(adapter: number): readonly KeyIdentity[];
  /** What can be said of a login; `undefined` of one that leaves the adapter open, or goes to nobody. */
  loginOf(request: LoginParameters): ExpectedLogin | undefined;
}
