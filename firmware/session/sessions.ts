/**
 * What the firmware needs of whatever opens its sessions, and what that is
 * given: the seam at which a test puts a scripted session manager in.
 *
 * @module
 */

import type { Core } from "../../sim/kernel/core.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { CostTable } from "../../sim/parts/cost_table.ts";
import type { NetworkInterface } from "../../sim/parts/network_interface.ts";
import type { PublicKeyEngine } from "../../sim/parts/public_key_engine.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import type { SecurityCache } from "../cache/security_cache.ts";
import type { AssociationSummary, IkePolicy, NegotiationSummary, SecretMemory } from "../ike/mod.ts";
import type { Phase1Statistics, SessionRequest } from "../manual/interface.ts";
import type { EventOutput } from "./session_outcome.ts";

/** The means of a session manager. */
export interface SessionManagerOptions {
  /** Whose time. */
  readonly kernel: Kernel;
  /** The firmware's core. */
  readonly core: Core;
  /** What things cost. */
  readonly costs: CostTable;
  /** Keys and tunnel addresses. */
  readonly cache: SecurityCache;
  /** The network interface. */
  readonly network: NetworkInterface;
  /** The public-key engine. */
  readonly publicKeyEngine: PublicKeyEngine;
  /** Where events for the host go. */
  readonly output: EventOutput;
  /** The adapter's random number generator. */
  readonly random: RandomStream;
  /** What is proposed and accepted in phase 1. */
  readonly policy: IkePolicy;
  /** How many sessions there can be at once; one more is refused. */
  readonly sessionCapacity: number;
  /** Where the secrets of exchanges lie: in the adapter's RAM. */
  readonly secretMemory: SecretMemory;
  /** Where the secrets of associations lie: in key slots of the crypto engine. */
  readonly associationMemory: SecretMemory;
  /** Given each cipher key, for a key log that the user asked for. */
  readonly onKey?: (initiatorCookie: Uint8Array, cipherKey: Uint8Array) => void;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
}

/** A session. */
export interface Session {
  /** Its number, from 1. */
  readonly number: number;
  /** How it stands. */
  state: "negotiating" | "active";
  /** What will hold for phase 2: perfect forward secrecy, and tunnel or transport mode. */
  readonly phase2: { readonly pfs: boolean; readonly preference: "tunnel" | "transport" | "none" };
  /** The established association. */
  association: AssociationSummary | undefined;
  /** The exchange that is to lead to the association, while it is negotiated; its mode until the exchange has begun. */
  readonly negotiation?: Pick<NegotiationSummary, "mode"> & Partial<NegotiationSummary>;
}

/** What came of a request for a session. */
export type Opened =
  | { readonly type: "accepted"; readonly session: number }
  | { readonly type: "refused"; readonly status: number };

/** Opens and closes sessions for the command loop. Made anew at each boot; what it holds is gone with the power. */
export interface AdapterSessions {
  /** How many exchanges there are with peers, established ones counted: 0 once what `closeAll` began is done. */
  readonly exchangeCount: number;
  /** The sessions that are negotiated or active. */
  sessions(): readonly Session[];
  /** What phase 1 has counted since the firmware began. */
  statistics(): Phase1Statistics;
  /**
   * Begins a session. The host waits for its end by `AsynchronousEvent.sessionStateChanged`, which an accepted session
   * must bring about sooner or later.
   *
   * @param because For the trace: the event that wrote the request, if it is a saved login. The host's own have none.
   */
  open(request: SessionRequest, because?: number): Task<Opened>;
  /**
   * Ends a session.
   *
   * @returns An ISDSC status; `INVALID_SESSION_ID` for a number that is none of a session.
   */
  close(number: number): Task<number>;
  /** The firmware is to stop in good order: every session ends, and the peers are told. */
  closeAll(): void;
  /** The adapter goes down in this cycle: no peer hears of it, and no key may stay in memory. */
  stop(): void;
  /** Does the work of all exchanges, for ever. A task of the adapter runs it. */
  run(): Task;
  /** Takes datagrams from the network interface, for ever. A task of the adapter runs it. */
  receive(): Task;
}
