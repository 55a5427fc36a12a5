/**
 * The timeline: the whole run, or one step of it, on a line. What the ladder
 * shows lies under the brush.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Run } from "./run.ts";
import { drawTimeline, TIMELINE_HEIGHT, TIMELINE_LEFT, TIMELINE_RIGHT } from "./timeline_drawing.ts";
import { timeScale } from "./timeline_scale.ts";
import { useSize } from "./use_size.ts";
import { duration, milliseconds } from "./words.ts";

/** What a timeline shows. */
export interface TimelineProps {
  readonly run: Run;
  readonly event: number;
  readonly hits: Uint8Array | undefined;
  /** The events that the ladder shows. */
  readonly sight: readonly [first: number, last: number];
  /** The step alone, in place of the whole run. */
  readonly isStep: boolean;
  /** Changes with the colours. */
  readonly theme: string;
  readonly onStep: (isStep: boolean) => void;
  readonly onSelect: (event: number) => void;
}

/** The timeline of a run. */
export function Timeline({ run, event, hits, sight, isStep, theme, onStep, onSelect }: TimelineProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const [isTrue, setTrue] = useState(false);
  const step = run.steps[run.stepOf(event)];
  const [first, last] = isStep && step !== undefined ? [step.first, step.beyond - 1] : [0, run.length - 1];
  const scale = useMemo(
    () => timeScale(run, first, last, TIMELINE_LEFT, Math.max(TIMELINE_LEFT + 10, width - TIMELINE_RIGHT), isTrue),
    [run, first, last, width, isTrue],
  );
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined || width === 0) return;
    const styles = getComputedStyle(document.documentElement);
    const ratio = devicePixelRatio;
    context.canvas.width = width * ratio;
    context.canvas.height = TIMELINE_HEIGHT * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawTimeline(context, { run, scale, width, hits, colour: (token) => styles.getPropertyValue(`--${token}`) });
  }, [run, scale, width, hits, theme]);
  const { frequencyHz, endCycle } = run.summary;
  const drag = (pointer: PointerEvent) => {
    if (pointer.buttons !== 1 || box.current === null) return;
    onSelect(scale.eventAt(pointer.clientX - box.current.getBoundingClientRect().left));
  };
  const [from, to] = [scale.x(sight[0]), scale.x(sight[1])];
  const move = (key: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -40, PageDown: 40 }[key.key];
    if (by === undefined) return;
    key.preventDefault();
    key.stopPropagation();
    onSelect(Math.max(first, Math.min(last, event + by)));
  };
  return (
    <section class="timeline" aria-label="Timeline">
      <header class="head">
        <h2>Run</h2>
        <span class="quiet">
          {`${duration(endCycle, frequencyHz)} simulated · ${isTrue ? "true time" : "quiet time compressed"}`}
        </span>
        <div class="choice" role="group" aria-label="Scale of the timeline">
          <button type="button" aria-pressed={isTrue} onClick={() => setTrue(!isTrue)}>True time</button>
        </div>
        <div class="choice joined" role="group" aria-label="Range of the timeline">
          <button type="button" aria-pressed={!isStep} onClick={() => onStep(false)}>Whole run</button>
          <button type="button" aria-pressed={isStep} onClick={() => onStep(true)}>This step</button>
        </div>
      </header>
      <div
        class="strip"
        ref={box}
        onPointerDown={(pointer) => {
          pointer.currentTarget.setPointerCapture(pointer.pointerId);
          drag(pointer);
        }}
        onPointerMove={drag}
        onDblClick={() => onStep(false)}
      >
        <canvas ref={canvas} style={{ width: `${width}px`, height: `${TIMELINE_HEIGHT}px` }} aria-hidden="true" />
        <div class="playhead" style={{ left: `${scale.x(event)}px` }} hidden={event < first || event > last} />
        <div
          class="brush"
          role="slider"
          tabIndex={0}
          aria-label="Selected event on the timeline"
          aria-orientation="horizontal"
          aria-valuemin={first}
          aria-valuemax={last}
          aria-valuenow={event}
          aria-valuetext={`${milliseconds(run.columns.cycle(event), frequencyHz)} ms; the ladder shows ${
            milliseconds(run.columns.cycle(sight[0]), frequencyHz)
          } ms to ${milliseconds(run.columns.cycle(sight[1]), frequencyHz)} ms`}
          style={{ left: `${from - 2}px`, width: `${Math.max(8, to - from + 4)}px` }}
          onKeyDown={move}
        />
      </div>
    </section>
  );
}
