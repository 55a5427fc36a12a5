/**
 * The strip of the tour: one sentence, one deed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Deeds, TOUR } from "./tour.ts";

/** What the strip needs. */
export interface TourProps {
  readonly step: number;
  readonly deeds: Omit<Deeds, "hasFollowedKey">;
  readonly onStep: (step: number) => void;
  readonly onEnd: () => void;
}

/** The strip; it goes on by itself when the deed is done. */
export function TourStrip({ step, deeds, onStep, onEnd }: TourProps): JSX.Element {
  const [followed, setFollowed] = useState(-1);
  const known: Deeds = { ...deeds, hasFollowedKey: followed === step };
  const current = TOUR[step];
  useEffect(() => {
    const hear = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest(".keys button.go") !== null) setFollowed(step);
    };
    addEventListener("click", hear, { capture: true });
    return () => removeEventListener("click", hear, { capture: true });
  }, [step]);
  const isDone = current?.isDone(known) ?? false;
  useEffect(() => {
    if (isDone && step + 1 < TOUR.length) onStep(step + 1);
  }, [isDone, step]);
  return (
    <section class="tour" aria-label="Tour">
      <span class="quiet">{`${step + 1} of ${TOUR.length}`}</span>
      <p role="status">{current?.says(known) ?? ""}</p>
      <button type="button" class="button small" disabled={step === 0} onClick={() => onStep(step - 1)}>Back</button>
      {step + 1 < TOUR.length
        ? <button type="button" class="button small" onClick={() => onStep(step + 1)}>Skip</button>
        : null}
      <button type="button" class="button small" onClick={onEnd}>End the tour</button>
    </section>
  );
}
