/**
 * What applications ask and are told, for whoever listens.
 *
 * @module
 */

import type { ProcedureName, RequestOf } from "../initiator_service/procedures.ts";

/** A call as its application makes it: the function, and what goes to the service. */
export type ApiCall = {
  readonly [Name in ProcedureName]: { readonly name: Name; readonly request: RequestOf<Name> };
}[ProcedureName];

/** What an application is told: a status, and what it has asked for if that is success. */
export interface ApiAnswer {
  /** 0, an ISDSC status or a Win32 error. */
  readonly status: number;
  /** What the service gives with it. */
  readonly value?: unknown;
}

/**
 * Hears each call of the API when it begins, with its arguments as they are then: keys are in them.
 *
 * @returns Hears the answer; never called if the caller dies before.
 */
export type ApiTap = (call: ApiCall) => (answer: ApiAnswer) => void;
