/**
 * What an action of the transition tables gets and what it says.
 *
 * An action reads the payloads of a message or the result of a computation,
 * changes the exchange, and says how to go on. An action that ignores its
 * message leaves the exchange as it was.
 *
 * @module
 */

import type { Cipher, CipherName } from "./ciphers.ts";
import type { Exchange } from "./exchange.ts";
import type { HashFunction, HashName } from "./hash_functions.ts";
import type { Computation, DeletionCause, Endpoint, FailureReason, IkeAction, IkeEngineOptions } from "./interface.ts";
import type { OutgoingPayload, Payload } from "./payloads.ts";

/** A message of phase 1 to be sent. */
export interface Reply {
  /** Its number within the exchange, from 1. */
  readonly number: number;
  /** Its payloads. */
  readonly payloads: readonly OutgoingPayload[];
  /** Whether it is encrypted. */
  readonly encrypted: boolean;
}

/** How to go on after an action. */
export type Outcome =
  | {
    /** The exchange goes to its next state. */
    readonly type: "proceed";
    /** Send this and keep it for repetition. */
    readonly send?: Reply;
    /** Send the last message again. */
    readonly sendAgain?: true;
    /** Send the octet that keeps a translator's mapping alive. */
    readonly keepAlive?: true;
    /** Send this in a protected informational message. */
    readonly inform?: readonly OutgoingPayload[];
    /** Have this computed. */
    readonly compute?: Computation;
    /** The peer has begun anew: its other associations are gone. */
    readonly initialContact?: true;
    /** The association is over. */
    readonly end?: DeletionCause;
  }
  | {
    /** The message is not accepted and changes nothing: anybody could have sent it. */
    readonly type: "ignore";
    /** What to tell the peer. */
    readonly notifyType: number;
    /** The reason, should no better message come. */
    readonly reason: FailureReason;
    /** What is wrong, in words. */
    readonly text: string;
  }
  | {
    /** The exchange has failed. */
    readonly type: "fail";
    /** Why. */
    readonly reason: FailureReason;
    /** Why, in words. */
    readonly text: string;
    /** What to tell the peer; `undefined` for nothing. */
    readonly notifyType: number | undefined;
    /** Whether the peer has proved to have the same keys, so that it can be told under their protection. */
    readonly authenticated: boolean;
  };

/** Something that keeps an action from proceeding. */
export type Problem = Exclude<Outcome, { readonly type: "proceed" }>;

/** What an action works with. */
export interface ActionInput {
  /** The engine's means. */
  readonly options: IkeEngineOptions;
  /** The hash function of a name, counted. */
  readonly hashFunction: (name: HashName) => HashFunction;
  /** The cipher of a name, counted. */
  readonly cipher: (name: CipherName) => Cipher;
  /** The payloads of the message, if the event is one. */
  readonly payloads: readonly Payload[];
  /** Where the message came from and where it arrived; the exchange's own endpoints if the event is no message. */
  readonly endpoints: { readonly local: Endpoint; readonly peer: Endpoint };
  /** The result, if the event is a finished computation. Filled with zeros after the action. */
  readonly result: Uint8Array;
  /** Whether this exchange is the first with its peer, as far as this end knows, and may say INITIAL-CONTACT. */
  readonly isFirstContact: () => boolean;
  /** Gives an action of the engine out. */
  readonly emit: (action: IkeAction) => void;
}

/** An action. */
export type Action = (exchange: Exchange, input: ActionInput) => Outcome;

/** The message is not accepted and changes nothing. */
export function ignore(notifyType: number, reason: FailureReason, text: string): Problem {
  return { type: "ignore", notifyType, reason, text };
}

/** The exchange has failed, before the peer has proved anything. */
export function fail(reason: FailureReason, notifyType: number | undefined, text: string): Problem {
  return { type: "fail", reason, notifyType, text, authenticated: false };
}

/** The exchange has failed although the peer has the key. */
export function failAuthenticated(reason: FailureReason, notifyType: number | undefined, text: string): Problem {
  return { type: "fail", reason, notifyType, text, authenticated: true };
}
