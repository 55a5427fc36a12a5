/**
 * The timeline's drawing on a canvas: steps, host calls, firmware, flash,
 * packets, quiet times. Below one pixel an event, the most severe is on top.
 *
 * @module
 */

import { type Run, TimelineMark } from "./run.ts";
import type { TimeScale } from "./timeline_scale.ts";
import { titleOfStep } from "./ladder_rows.tsx";
import { duration } from "./words.ts";

/** Height of the whole, and where its rows are. */
export const TIMELINE_HEIGHT = 98;
/** Where the words at the left end. */
export const TIMELINE_LEFT = 92;
export const TIMELINE_RIGHT = 12;
const STEPS = 4;
const HOST = 24;
const FIRMWARE = 38;
const FLASH = 52;
const PACKETS = 66;
const QUIET = 81;

/** What is drawn. */
export interface TimelineDrawing {
  readonly run: Run;
  readonly scale: TimeScale;
  readonly width: number;
  /** A colour by the name of its token. */
  colour(token: string): string;
}

/** A hole that is at least so long has its length beside it. */
const QUIET_SECONDS = 0.09;

/** Draws all but what is selected, which has elements of its own. */
export function drawTimeline(context: CanvasRenderingContext2D, drawing: TimelineDrawing): void {
  const { width, colour } = drawing;
  context.clearRect(0, 0, width, TIMELINE_HEIGHT);
  context.font = getFont(10.5);
  context.textBaseline = "alphabetic";
  context.fillStyle = colour("ink3");
  const names = [["Steps", STEPS + 1], ["Host calls", HOST], ["Firmware", FIRMWARE], ["Flash", FLASH], [
    "Packets",
    PACKETS,
  ], ["Quiet", QUIET]] as const;
  for (const [name, y] of names) context.fillText(name, 12, y + 10);
  context.fillStyle = colour("line");
  for (const y of [HOST, FIRMWARE, FLASH, PACKETS]) {
    context.fillRect(TIMELINE_LEFT, y + 12, width - TIMELINE_LEFT - TIMELINE_RIGHT, 1);
  }
  drawSteps(context, drawing);
  drawOutages(context, drawing);
  drawBars(context, drawing);
  drawEvents(context, drawing);
  drawQuiet(context, drawing);
}

function getFont(size: number): string {
  return `${size}px Inter, "Segoe UI", system-ui, sans-serif`;
}

function drawSteps(context: CanvasRenderingContext2D, { run, scale, colour }: TimelineDrawing): void {
  const lines = new Set(run.summary.verdicts.filter(({ holds }) => !holds).map(({ line }) => line));
  for (const step of run.steps) {
    if (step.beyond <= scale.first || step.first > scale.last) continue;
    const [begin, end] = [scale.x(step.first), scale.x(Math.min(step.beyond, scale.last))];
    if (end - begin < 1) continue;
    const isFailed = step.line > 0 && lines.has(step.line);
    context.fillStyle = colour("line");
    context.fillRect(Math.round(begin), 0, 1, TIMELINE_HEIGHT - 2);
    context.fillStyle = colour(isFailed ? "failbg" : "inset");
    context.fillRect(begin + 1, STEPS, Math.max(1, end - begin - 2), 15);
    context.strokeStyle = colour(isFailed ? "fail" : "line");
    context.lineWidth = 1;
    context.strokeRect(begin + 1.5, STEPS + 0.5, Math.max(1, end - begin - 3), 14);
    const words = step.line === 0 ? step.text : `${step.line} ${titleOfStep(step)}`;
    context.fillStyle = colour(isFailed ? "fail" : "ink2");
    const mark = isFailed ? "✕ " : "";
    const text = [mark + words, mark + String(step.line), mark.trim()].find((each) =>
      context.measureText(each).width < end - begin - 9
    );
    if (text !== undefined && text !== "0") context.fillText(text, begin + 5, STEPS + 11);
  }
}

function drawOutages(context: CanvasRenderingContext2D, { run, scale, colour }: TimelineDrawing): void {
  for (const { off, on } of run.outages) {
    if (on < scale.first || off > scale.last) continue;
    const [begin, end] = [scale.x(off), scale.x(Math.min(on, run.length - 1))];
    context.fillStyle = colour("powerbg");
    context.fillRect(begin, FIRMWARE, Math.max(2, end - begin), PACKETS - FIRMWARE - 2);
    context.strokeStyle = colour("power");
    context.strokeRect(begin + 0.5, FIRMWARE + 0.5, Math.max(2, end - begin) - 1, PACKETS - FIRMWARE - 3);
  }
}

/** Calls of the service and of the firmware; what falls on one pixel is drawn once. */
function drawBars(context: CanvasRenderingContext2D, { run, scale, colour }: TimelineDrawing): void {
  context.fillStyle = colour("bar");
  const reached = new Map<number, number>();
  for (const { lane, first, last } of run.bars) {
    const isFirmware = run.lanes.lanes[lane]?.name === "Firmware";
    if ((lane !== run.lanes.service && !isFirmware) || last < scale.first || first > scale.last) continue;
    const y = isFirmware ? FIRMWARE : HOST;
    const [begin, end] = [Math.max(scale.x(first), reached.get(y) ?? 0), scale.x(last)];
    if (end - begin < 0.5) continue;
    context.fillRect(begin, y + 3, Math.max(1, end - begin), 7);
    reached.set(y, end);
  }
}

function drawEvents(context: CanvasRenderingContext2D, drawing: TimelineDrawing): void {
  const { run: { mark }, scale, width, colour } = drawing;
  const [flash, out, back] = [new Uint8Array(width), new Uint8Array(width), new Uint8Array(width)];
  context.strokeStyle = colour("flash");
  context.lineWidth = 1;
  for (let event = scale.first; event <= scale.last; event++) {
    const found = mark[event] ?? 0;
    if (found === TimelineMark.none) continue;
    const x = Math.min(width - 1, Math.round(scale.x(event)));
    if (found === TimelineMark.packetOut) out[x] = 1;
    else if (found === TimelineMark.packetIn) back[x] = 1;
    else if (found === TimelineMark.erase && flash[x] === 0) drawErase(context, scale, event, x);
    flash[x] = Math.max(flash[x] ?? 0, found >= TimelineMark.erase ? found : 0);
  }
  for (let x = 0; x < width; x++) {
    if (flash[x] === TimelineMark.program) {
      context.fillStyle = colour("flash");
      context.fillRect(x - 1, FLASH + 2, 2, 9);
    } else if (flash[x] === TimelineMark.failed) drawCross(context, x, FLASH + 6, colour("fail"));
    context.fillStyle = colour("wire");
    if (out[x] !== 0) context.fillRect(x - 1, PACKETS + 2, 2, 5);
    if (back[x] !== 0) context.fillRect(x - 1, PACKETS + 7, 2, 5);
  }
}

/** An erase is as long as it took. */
function drawErase(context: CanvasRenderingContext2D, scale: TimeScale, event: number, x: number): void {
  const begin = scale.x(Math.max(scale.first, event - 1));
  context.strokeRect(begin + 0.5, FLASH + 3.5, Math.max(1, x - begin - 1), 6);
}

/** Draws what a search has found, on a canvas of its own: it changes with each letter. */
export function drawHits(
  context: CanvasRenderingContext2D,
  { scale, width, colour }: Omit<TimelineDrawing, "run">,
  hits: Uint8Array | undefined,
): void {
  context.clearRect(0, 0, width, TIMELINE_HEIGHT);
  if (hits === undefined) return;
  context.fillStyle = colour("ink");
  let last = -1;
  for (let event = scale.first; event <= scale.last; event++) {
    if (hits[event] !== 1) continue;
    const x = Math.round(scale.x(event));
    if (x !== last) context.fillRect(x - 0.5, 93, 1.5, 5);
    last = x;
  }
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  context.beginPath();
  context.moveTo(x - 3, y - 4);
  context.lineTo(x + 3, y + 4);
  context.moveTo(x + 3, y - 4);
  context.lineTo(x - 3, y + 4);
  context.stroke();
}

/** Long times without an event: two strokes, and how long, where there is room for it. */
function drawQuiet(context: CanvasRenderingContext2D, { run, scale, width, colour }: TimelineDrawing): void {
  const { columns, summary: { frequencyHz } } = run;
  let reached = TIMELINE_LEFT;
  context.font = getFont(9.5);
  for (let event = scale.first + 1; event <= scale.last; event++) {
    const gap = columns.cycle(event) - columns.cycle(event - 1);
    if (gap < QUIET_SECONDS * frequencyHz) continue;
    const middle = (scale.x(event) + scale.x(event - 1)) / 2;
    context.strokeStyle = colour("edge");
    context.lineWidth = 1;
    context.beginPath();
    for (const x of [middle - 4, middle]) {
      context.moveTo(x, QUIET - 2);
      context.lineTo(x + 4, QUIET - 10);
    }
    context.stroke();
    const text = duration(gap, frequencyHz);
    const half = context.measureText(text).width / 2;
    if (middle - half < reached + 4 || middle + half > width - 4) continue;
    reached = middle + half;
    context.fillStyle = colour("ink3");
    context.fillText(text, middle - half, QUIET + 10);
  }
}
