/**
 * The strip of the tour: one sentence, one deed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Playground } from "./state.ts";
import { type Deeds, TOUR, TOUR_LINE, TOUR_SCENARIO } from "./tour.ts";

/** The tour as it stands. */
export interface Tour {
  /** From 0; -1 if there is none. */
  readonly step: number;
  go(step: number): void;
  end(): void;
  /** Runs what is in the editor: at the first step the reader begins where the key is set. */
  run(): void;
}

/** The tour of a playground. */
export function useTour(playground: Playground): Tour {
  const [step, setStep] = useState(-1);
  return {
    step,
    go(next) {
      setStep(next);
      if (next === 0) playground.load(TOUR_SCENARIO);
      else if (TOUR[next]?.isFresh === true) playground.load(TOUR_SCENARIO, { line: TOUR_LINE });
    },
    end: () => setStep(-1),
    run: () => playground.run(step === 0 ? { line: TOUR_LINE } : undefined),
  };
}

/** What the strip needs. */
export interface TourProps {
  readonly tour: Tour;
  readonly playground: Playground;
  readonly event: number;
}

/** The strip; it goes on by itself when the deed is done. */
export function TourStrip({ tour, playground: { state: { draft, shown } }, event }: TourProps): JSX.Element {
  const { step } = tour;
  const [followed, setFollowed] = useState(-1);
  const deeds: Deeds = { run: shown?.run, source: draft.source, event, hasFollowedKey: followed === step };
  const current = TOUR[step];
  // A click counts for the step that is shown, however soon after it was shown it comes.
  const shownStep = useRef(step);
  shownStep.current = step;
  useEffect(() => {
    const hear = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest(".keys button.go") !== null) setFollowed(shownStep.current);
    };
    addEventListener("click", hear, { capture: true });
    return () => removeEventListener("click", hear, { capture: true });
  }, []);
  const isDone = current?.isDone(deeds) ?? false;
  useEffect(() => {
    if (isDone && step + 1 < TOUR.length) tour.go(step + 1);
  }, [isDone, step]);
  return (
    <section class="tour" aria-label="Tour">
      <span class="quiet">{`${step + 1} of ${TOUR.length}`}</span>
      <p role="status">{current?.says(deeds) ?? ""}</p>
      <button type="button" class="button small" disabled={step === 0} onClick={() => tour.go(step - 1)}>Back</button>
      {step + 1 < TOUR.length
        ? <button type="button" class="button small" onClick={() => tour.go(step + 1)}>Skip</button>
        : null}
      <button type="button" class="button small" onClick={tour.end}>End the tour</button>
    </section>
  );
}
