/**
 * A call in the trace, from asking to answer.
 *
 * Both events name each other's end: who calls is whom the answer goes to, who
 * is called is who answers, and the answer carries the sequence number of its
 * call. Nobody writes one of the two events alone.
 *
 * @module
 */

import { callEvent, returnEvent } from "./events.ts";
import type { FieldValues } from "./event_kind.ts";
import type { Component, Recorder } from "./recorder.ts";

/** What a call says of itself. */
export type CallFields = FieldValues<typeof callEvent.fields>;

/** A call that was recorded. */
export class TracedCall {
  /** The sequence number of its event, by which its answer names it. */
  readonly sequence: number;
  readonly #recorder: Recorder;
  readonly #caller: Component;
  readonly #fields: CallFields;

  /**
   * Records the call.
   *
   * @param caller Who calls.
   * @param fields Whom, as the trace names that component, for what, with how much.
   * @param because The event that wrote what is handed over.
   */
  constructor(recorder: Recorder, caller: Component, fields: CallFields, because?: number) {
    this.#recorder = recorder;
    this.#caller = caller;
    this.#fields = fields;
    this.sequence = recorder.record(caller, callEvent, fields, because);
  }

  /**
   * Records the answer, as an event of the one that was called.
   *
   * @param status What came of it.
   * @param lengthBytes Of what is given back.
   * @param because The event that wrote what is given back.
   * @returns The sequence number of the event.
   */
  answer(status: string, lengthBytes: number = 0, because?: number): number {
    const { to, operation } = this.#fields;
    const fields = { to: this.#caller.name, operation, lengthBytes, status, call: this.sequence };
    return this.#recorder.record(this.#recorder.component(to), returnEvent, fields, because);
  }
}
