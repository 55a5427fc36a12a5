/**
 * The timeline: the whole run, or one step of it, on a line. What the ladder
 * shows lies under the brush.
 *
 * @module
 */

import type { JSX, RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Run } from "./run.ts";
import {
  drawHits,
  drawTimeline,
  TIMELINE_HEIGHT,
  TIMELINE_LEFT,
  TIMELINE_RIGHT,
  type TimelineDrawing,
} from "./timeline_drawing.ts";
import { type TimeScale, timeScale } from "./timeline_scale.ts";
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
  const overlay = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const [isTrue, setTrue] = useState(false);
  const step = run.steps[run.stepOf(event)];
  const [first, last] = isStep && step !== undefined ? [step.first, step.beyond - 1] : [0, run.length - 1];
  const scale = useMemo(
    () => timeScale(run, first, last, TIMELINE_LEFT, Math.max(TIMELINE_LEFT + 10, width - TIMELINE_RIGHT), isTrue),
    [run, first, last, width, isTrue],
  );
  useCanvas(canvas, { run, scale, width }, drawTimeline, [theme]);
  useCanvas(overlay, { run, scale, width }, (context, drawing) => drawHits(context, drawing, hits), [theme, hits]);
  const drag = (pointer: PointerEvent) => {
    if (pointer.buttons !== 1 || box.current === null) return;
    onSelect(scale.eventAt(pointer.clientX - box.current.getBoundingClientRect().left));
  };
  const size = { width: `${width}px`, height: `${TIMELINE_HEIGHT}px` };
  return (
    <section class="timeline" aria-label="Timeline">
      <TimelineHead run={run} isStep={isStep} isTrue={isTrue} onStep={onStep} onTrue={() => setTrue(!isTrue)} />
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
        <canvas ref={canvas} style={size} aria-hidden="true" />
        <canvas ref={overlay} class="overlay" style={size} aria-hidden="true" />
        <div class="playhead" style={{ left: `${scale.x(event)}px` }} hidden={event < first || event > last} />
        <Brush run={run} scale={scale} event={event} sight={sight} onSelect={onSelect} />
      </div>
    </section>
  );
}

type Draw = (context: CanvasRenderingContext2D, drawing: TimelineDrawing) => void;

/** Draws on a canvas anew when what is drawn, or one of some other things, is another. */
function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  { run, scale, width }: Omit<TimelineDrawing, "colour">,
  draw: Draw,
  others: readonly unknown[],
): void {
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined || width === 0) return;
    const styles = getComputedStyle(document.documentElement);
    const colours = new Map<string, string>();
    const colour = (token: string) => {
      const known = colours.get(token) ?? styles.getPropertyValue(`--${token}`);
      colours.set(token, known);
      return known;
    };
    context.canvas.width = width * devicePixelRatio;
    context.canvas.height = TIMELINE_HEIGHT * devicePixelRatio;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    draw(context, { run, scale, width, colour });
  }, [run, scale, width, ...others]);
}

function TimelineHead({ run, isStep, isTrue, onStep, onTrue }: Pick<TimelineProps, "run" | "isStep" | "onStep"> & {
  readonly isTrue: boolean;
  readonly onTrue: () => void;
}) {
  const { frequencyHz, endCycle } = run.summary;
  return (
    <header class="head">
      <h2>Run</h2>
      <span class="quiet">
        {`${duration(endCycle, frequencyHz)} simulated · ${isTrue ? "true time" : "quiet time compressed"}`}
      </span>
      <div class="choice" role="group" aria-label="Scale of the timeline">
        <button type="button" aria-pressed={isTrue} onClick={onTrue}>True time</button>
      </div>
      <div class="choice joined" role="group" aria-label="Range of the timeline">
        <button type="button" aria-pressed={!isStep} onClick={() => onStep(false)}>Whole run</button>
        <button type="button" aria-pressed={isStep} onClick={() => onStep(true)}>This step</button>
      </div>
    </header>
  );
}

/** How many events a page key goes. */
const PAGE_EVENTS = 40;

/** What the ladder shows; a slider over the events, for the keyboard. */
function Brush({ run, scale, event, sight, onSelect }: Pick<TimelineProps, "run" | "event" | "sight" | "onSelect"> & {
  readonly scale: TimeScale;
}) {
  const { columns, summary: { frequencyHz } } = run;
  const [from, to] = [scale.x(sight[0]), scale.x(sight[1])];
  const time = (each: number) => `${milliseconds(columns.cycle(each), frequencyHz)} ms`;
  const move = (key: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -PAGE_EVENTS, PageDown: PAGE_EVENTS }[key.key];
    if (by === undefined) return;
    key.preventDefault();
    key.stopPropagation();
    onSelect(Math.max(scale.first, Math.min(scale.last, event + by)));
  };
  return (
    <div
      class="brush"
      role="slider"
      tabIndex={0}
      aria-label="Selected event on the timeline"
      aria-orientation="horizontal"
      aria-valuemin={scale.first}
      aria-valuemax={scale.last}
      aria-valuenow={event}
      aria-valuetext={`${time(event)}; the ladder shows ${time(sight[0])} to ${time(sight[1])}`}
      style={{ left: `${from - 2}px`, width: `${Math.max(8, to - from + 4)}px` }}
      onKeyDown={move}
    />
  );
}
