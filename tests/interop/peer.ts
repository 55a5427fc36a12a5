/** What the tests want of a daemon, and what they take its word on. */

import type { Ends, Namespaces } from "./namespaces.ts";

/** A connection of the daemon. Suites are written as in strongSwan: `aes128-sha1-modp1536`. */
export interface Connection {
  readonly ends: Ends;
  readonly aggressive: boolean;
  readonly suite: string;
  /** As whom the daemon expects us. */
  readonly ourId: string;
  /** As whom it appears; its address by default. */
  readonly theirId?: string;
  readonly key: string;
  /** Whether the daemon pretends that there is an address translator (RFC 3947 §3.2). */
  readonly forceEncapsulation?: boolean;
  /** Whether the daemon cuts what it sends into fragments, small ones if it has a choice. */
  readonly fragments?: boolean;
}

/** What a daemon says of the phase 1 that it holds for established. */
export interface Word {
  readonly mode: "main" | "aggressive";
  readonly role: "initiator" | "responder";
  /** As whom we appeared. */
  readonly identity: string;
  /** Cipher, hash and group, in the form of {@linkcode Connection.suite}. */
  readonly suite: string;
}

/** A daemon in the peer's namespace. */
export interface Peer {
  readonly name: string;
  /** Where it keeps its files; the tests', too. */
  readonly directory: string;
  start(connection: Connection): Promise<void>;
  /** Has the daemon begin phase 1; returns when it has succeeded or given up, or after some seconds. */
  initiate(): Promise<void>;
  /** What it says of each phase 1 that it took for established, in order. */
  established(): readonly Word[];
  /** Those that are established now, by its list of associations: for each our port that it speaks to. */
  alive(): readonly number[];
  /** How many messages it says it has cut into fragments. */
  cut(): number;
  /** How many it says were deleted because we asked. */
  deleted(): number;
  log(): string;
  stop(): Promise<void>;
}

/** How a daemon is made. */
export interface PeerKind {
  readonly name: string;
  /** Why it cannot be had on this machine, or `undefined`. */
  missing(): string | undefined;
  create(namespaces: Namespaces, directory: string): Peer;
}
