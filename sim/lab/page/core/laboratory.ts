/**
 * The core as the page uses it: one run, opened, in which one goes to and fro,
 * and of which one makes others.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { nanosecondsAt } from "../../../trace/time.ts";
import type { Fault } from "../../faults/fault.ts";
import { execute } from "../../explore/execute.ts";
import { findingOf } from "../../explore/search/finding.ts";
import { Session } from "../../explore/session/session.ts";
import { bundleName, bundleOf, decodeBundle, encodeBundle } from "../../explore/tape/bundle.ts";
import type { Subject } from "../../explore/tape/subject.ts";
import { cellsOf } from "../content/cells.ts";
import { subjectOf } from "../content/run_again.ts";
import { type Watched, watchRun } from "../content/run_content.ts";
import type { CoreAnswer, CoreRequest, MadeRun, Variation } from "./requests.ts";
import { shrunkRun } from "./shrunk_run.ts";

/** How long an adapter that is unplugged has no power, in nanoseconds. */
const OFF = 100_000_000;

/** Told how far the work is. */
export type OnProgress = (cycle: number, executions: number) => void;

/** A run that is open. */
interface Open {
  readonly subject: Subject;
  readonly watched: Watched;
  /** Made when somebody goes to a moment. */
  session: Session | undefined;
}

/** Answers requests, one after the other. */
export class Laboratory {
  #open: Open | undefined;
  readonly #onProgress: OnProgress;

  /** @param onProgress Told from time to time. */
  constructor(onProgress: OnProgress = () => {}) {
    this.#onProgress = onProgress;
  }

  /**
   * Answers a request.
   *
   * @throws {InputError} What was given does not fit, or a moment or a fault does not.
   */
  answer(request: CoreRequest): CoreAnswer {
    switch (request.type) {
      case "open":
        return { type: "opened", made: this.#begin(subjectOf(request.again, request.given)) };
      case "run":
        return { type: "opened", made: this.#begin(request.subject) };
      case "seek":
        return this.#seek(request.sequence);
      case "vary":
        return { type: "varied", made: this.#make(varied(this.#opened(), request.variation)).made };
      case "shrink":
        return this.#shrink();
      default:
        return request satisfies never;
    }
  }

  #opened(): Open {
    if (this.#open === undefined) throw new InputError("no run is open");
    return this.#open;
  }

  #begin(subject: Subject): MadeRun {
    const { made, watched } = this.#make(subject);
    this.#open = { subject, watched, session: undefined };
    return made;
  }

  #make(subject: Subject): { readonly made: MadeRun; readonly watched: Watched } {
    const watched = watchRun(subject, (cycle) => this.#onProgress(cycle, 1));
    const bundle = encodeBundle(bundleOf(subject, watched.outcome));
    return { made: { content: watched.content, bundle, bundleName: bundleName(bundle) }, watched };
  }

  #seek(sequence: number): CoreAnswer {
    const open = this.#opened();
    const session = open.session ??= new Session(open.subject);
    const cells = cellsOf(session.at(session.momentOf(sequence)));
    return { type: "seeked", sequence, cells: [...cells], reexecuted: session.reexecuted };
  }

  #shrink(): CoreAnswer {
    const { subject, watched: { outcome } } = this.#opened();
    const small = shrunkRun(subject, outcome, (executions) => this.#onProgress(0, executions));
    // The bundle that an exploration would write of it.
    const { bundle, name: bundleName } = findingOf(0, small, (subject) => ({ outcome: execute(subject) }));
    const { content } = watchRun(decodeBundle(bundle).subject);
    const made: MadeRun = { content, bundle, bundleName };
    const { executions, isMinimal } = small;
    return {
      type: "shrunk",
      made,
      steps: small.story.steps.map((step) => Object.keys(step)[0] ?? ""),
      executions,
      isMinimal,
    };
  }
}

/** A subject with a change more. */
function varied({ subject, watched: { outcome: { world } } }: Open, variation: Variation): Subject {
  const { tape = [], recipe = [] } = subject;
  const withFault = (fault: Fault): Subject => ({ ...subject, tape: [...tape, { decision: "fault", fault }] });
  switch (variation.kind) {
    case "salt": {
      const { sequence, salt } = variation;
      const { cycle } = world.recorder.at(sequence);
      const before = recipe.filter(({ at }) => at.sequence <= sequence && at.cycle <= cycle);
      return { ...subject, recipe: [...before, { at: { sequence, cycle }, salt }] };
    }
    case "power": {
      const { cycle } = world.recorder.at(variation.sequence);
      const time = Number(nanosecondsAt(cycle, world.kernel.frequencyHz));
      return withFault({
        harm: { kind: "powerCycle", adapter: variation.adapter, off: OFF },
        anchor: { at: "time", time },
      });
    }
    case "lose": {
      const { from, to, ordinal } = variation;
      return withFault({
        harm: { kind: "lose" },
        anchor: { at: "datagram", from, to, ordinals: { least: ordinal, most: ordinal } },
      });
    }
    case "drop":
      return { ...subject, tape: tape.filter((_, index) => index !== variation.place) };
    default:
      return variation satisfies never;
  }
}
