/**
 * The beginning of the bar: which scenario, run, stop, share.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../app/icons.tsx";
import { grouped } from "../../app/words.ts";
import type { Playground, PlaygroundState } from "./state.ts";

/** What it needs. */
export interface LeadProps {
  readonly playground: Playground;
  readonly title: string;
  readonly onRun: () => void;
  readonly onGallery: () => void;
  /** Brings the address up to date and gives it. */
  readonly onShare: () => Promise<string>;
}

/** The beginning of the bar. */
export function Lead({ playground, title, onRun, onGallery, onShare }: LeadProps): JSX.Element {
  const { busy, progress, checked } = playground.state;
  const [shared, setShared] = useState("");
  const share = async () => {
    const address = await onShare();
    try {
      await navigator.clipboard.writeText(address);
      setShared("Copied: scenario and keys are in the address");
    } catch {
      setShared("The address in your bar has the scenario and its keys: copy it there");
    }
    setTimeout(() => setShared(""), 4_000);
  };
  return (
    <>
      <h1 class="hidden">hbasim playground</h1>
      <span class="brand" aria-hidden="true">hbasim</span>
      <button type="button" class="button scenario" title="Choose a scenario" onClick={onGallery}>
        <span>{title === "" ? "Scenarios" : title}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {busy === ""
        ? (
          <button
            type="button"
            class="button run"
            title="Run (Ctrl+Enter)"
            disabled={checked.problems.length > 0}
            onClick={onRun}
          >
            <Icon name="play" />Run
          </button>
        )
        : (
          <button type="button" class="button run" onClick={() => playground.stop()}>
            <Icon name="stop" />Stop
          </button>
        )}
      <button type="button" class="button" title="Copy an address that holds all" onClick={() => void share()}>
        Share
      </button>
      <span class="doing quiet" role="status">{shared !== "" ? shared : doing(busy, progress)}</span>
    </>
  );
}

function doing(busy: string, { cycle, executions }: PlaygroundState["progress"]): string {
  if (busy === "") return "";
  if (executions > 1) return `${busy}: ${grouped(executions)} executions`;
  return cycle === 0 ? `${busy} …` : `${busy}: cycle ${grouped(cycle)}`;
}
