/**
 * What can be run from the selected moment: the same run again, another
 * future, a fault more or less, the failure made smaller.
 *
 * @module
 */

import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Missing } from "../content/run_again.ts";
import type { Experiments, ExperimentState } from "./experiments.ts";
import { Icon } from "./icons.tsx";
import { adapterOf } from "./reading.ts";
import type { Packet, Run } from "./run.ts";
import { duration } from "./words.ts";

/** What the panel needs. */
export interface LabProps {
  readonly run: Run;
  readonly event: number;
  readonly experiments: Experiments;
  readonly state: ExperimentState;
  readonly missing: Missing;
  /** Whether the recorded run is shown: all that is run from here begins with that. */
  readonly isRecorded: boolean;
  readonly onRecorded: () => void;
}

/** The panel. */
export function LabPanel(props: LabProps): JSX.Element {
  const { experiments, run, isRecorded, state: { busy, said, progress, isOpen } } = props;
  const box = useRef<HTMLDivElement>(null);
  useKeptFocus(box, `${busy} ${isRecorded}`);
  const { frequencyHz, endCycle } = run.summary;
  const far = progress.executions > 1
    ? `${progress.executions} executions`
    : `${duration(progress.cycle, frequencyHz).replace("same cycle", "0 s")} of ${duration(endCycle, frequencyHz)}`;
  return (
    <>
      <header class="head inner">
        <h2>From here</h2>
        <span class="quiet">runs in this page, by the core that is in it</span>
      </header>
      <div class="lab" ref={box}>
        {busy === "" ? <Doable {...props} isOpen={isOpen} /> : (
          <p class="busy">
            <span>{`${busy}: ${far}`}</span>
            <button type="button" class="button small" onClick={() => experiments.stop()}>
              <Icon name="stop" />Stop
            </button>
          </p>
        )}
        <p class={said.isBad ? "said bad" : "said"} role="status">{said.text}</p>
      </div>
    </>
  );
}

/** What can be done now. */
function Doable(props: LabProps & { readonly isOpen: boolean }) {
  const { isOpen, isRecorded, onRecorded } = props;
  if (isRecorded) return isOpen ? <Actions {...props} /> : <Opening {...props} />;
  return (
    <>
      <p>What is run from here begins with the recorded run, and another one is shown.</p>
      <button type="button" class="button small" onClick={onRecorded}>Show the recorded run</button>
    </>
  );
}

/** Gives the keyboard to the first button of a box if what had it there is gone with a change. */
function useKeptFocus(box: RefObject<HTMLElement | null>, change: string): void {
  // Asked before anything is put in the place of another.
  const isHeld = box.current?.contains(document.activeElement) === true;
  useLayoutEffect(() => {
    if (isHeld && box.current?.contains(document.activeElement) !== true) box.current?.querySelector("button")?.focus();
  }, [change]);
}

/** To run at all: with the keys in the file at once, else with the file that they are in. */
function Opening({ experiments, missing }: LabProps) {
  const input = useRef<HTMLInputElement>(null);
  if (missing === "nothing") {
    return (
      <button type="button" class="button small" onClick={() => experiments.open(undefined)}>
        <Icon name="play" />Run again
      </button>
    );
  }
  const take = async (file: File | undefined) => {
    if (file !== undefined) experiments.open({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  return (
    <>
      <p>
        {missing === "scenario"
          ? "Keys are not in this file. To run, give the scenario that it was made of, or its bundle."
          : "To run, give the bundle of this run: its scenario alone does not say all."}
      </p>
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        {missing === "scenario" ? "Give the scenario file" : "Give the bundle"}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Scenario file or bundle"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
    </>
  );
}

function Actions({ run, event, experiments }: LabProps) {
  const [salt, setSalt] = useState("1");
  const at = run.coordinate(event);
  const adapter = adapterOf(run, event);
  const packet = run.packetOf(event);
  return (
    <div class="actions">
      <button type="button" class="button small" onClick={() => experiments.seek(event)}>Go here by execution</button>
      <span class="salted">
        <button
          type="button"
          class="button small"
          onClick={() =>
            experiments.vary({ kind: "salt", sequence: event, salt }, `chance anew at ${at}, salt ${salt}`)}
        >
          Another future
        </button>
        <label>
          salt{" "}
          <input type="text" value={salt} maxLength={20} onInput={(change) => setSalt(change.currentTarget.value)} />
        </label>
      </span>
      {adapter === "" ? null : (
        <button
          type="button"
          class="button small"
          onClick={() =>
            experiments.vary({ kind: "power", sequence: event, adapter }, `power of ${adapter} off at ${at}`)}
        >
          Pull the plug here
        </button>
      )}
      {packet === undefined ? null : <LosePacket run={run} packet={packet} experiments={experiments} />}
      {run.summary.deviations.map((sentence, place) =>
        sentence.startsWith("chance begins anew") ? null : (
          <button
            type="button"
            key={sentence}
            class="button small"
            onClick={() => experiments.vary({ kind: "drop", place }, `without: ${sentence}`)}
          >
            {`Leave out: ${sentence}`}
          </button>
        )
      )}
      {run.summary.holds
        ? null
        : <button type="button" class="button small" onClick={() => experiments.shrink()}>Shrink the failure</button>}
    </div>
  );
}

function LosePacket(
  { run, packet, experiments }: { readonly run: Run; readonly packet: Packet; readonly experiments: Experiments },
) {
  const way = wayOf(run, packet);
  if (way === undefined) return null;
  const title = `packet ${packet.index + 1} is lost`;
  return (
    <button type="button" class="button small" onClick={() => experiments.vary({ kind: "lose", ...way }, title)}>
      {`Lose packet ${packet.index + 1}`}
    </button>
  );
}

/** Between which ends a datagram went, and which it was of those that went so; `undefined` if an end is outside. */
export function wayOf(
  run: Run,
  packet: Packet,
): { readonly from: string; readonly to: string; readonly ordinal: number } | undefined {
  const [from, to] = [endOf(run, packet.source), endOf(run, packet.destination)];
  if (from === undefined || to === undefined) return undefined;
  const before = run.packets.slice(0, packet.index + 1).filter((each) =>
    endOf(run, each.source) === from && endOf(run, each.destination) === to
  );
  return { from, to, ordinal: before.length };
}

function endOf({ summary: { adapters, targets } }: Run, endpoint: string): string | undefined {
  const address = endpoint.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return adapters.find(({ ports }) => ports.includes(address))?.name ??
    targets.find(({ addresses }) => addresses.includes(address))?.name;
}
