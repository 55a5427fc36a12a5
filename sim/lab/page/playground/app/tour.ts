/**
 * The tour: six steps, each of which waits for a deed.
 *
 * @module
 */

import { isFlashWrite } from "../../app/flash_state.ts";
import type { Run } from "../../app/run.ts";
import type { Shared } from "./address.ts";
import { isFailedOperation } from "../../app/level.ts";

/** The scenario of the tour. */
export const TOUR_SCENARIO: Shared = {
  file: "tour.yaml",
  source: `name: One key on its way to flash
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
targets:
  disk: { address: 192.0.2.20, keys: { 192.0.2.10: the new key } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key before, flags: [ike, main] }
  # Whatever interrupts it, the adapter has the key before or the new one.
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the new key, flags: [ike, main] }
    expect: old or new
  - wait: 1s
  # The target knows the new key alone: that tells which one the adapter has.
  - { login: { adapter: hba0, target: disk }, expect: [SUCCESS, AUTHENTICATION_FAILURE] }
`,
  case: "",
  tape: [],
  recipe: [],
};

/** Where it sets the new key. */
export const TOUR_LINE = 9;

/** What a reader has done. */
export interface Deeds {
  /** The run that is shown, and the text that it is of; nothing before the first. */
  readonly run: Run | undefined;
  readonly source: string;
  readonly event: number;
  /** Whether a link of the panel Keys was followed since the step began. */
  readonly hasFollowedKey: boolean;
}

/** A step: what it says, and when it is done. */
export interface TourStep {
  readonly says: (deeds: Deeds) => string;
  readonly isDone: (deeds: Deeds) => boolean;
  /** Whether the scenario is whole again when it begins. */
  readonly isFresh?: true;
}

const EARLY = "store_early.hba.wasm";

/** The second setKey writes the key that the tour is about. */
function isNewKeyWrite(run: Run, event: number): boolean {
  const step = run.steps[run.stepOf(event)];
  return step?.line === TOUR_LINE && isFlashWrite(run, event);
}

function tornAt(run: Run | undefined): number {
  if (run === undefined) return -1;
  for (let event = 0; event < run.length; event++) {
    if (run.columns.kind(event) === "flash" && isFailedOperation(run.columns.text(event, "operation"))) return event;
  }
  return -1;
}

/** The steps. */
export const TOUR: readonly TourStep[] = [
  { says: () => "This is one key on its way to flash. Press Run.", isDone: ({ run }) => run !== undefined },
  {
    says: () =>
      "Each row is an event. Press ↓ until the bytes of the new key reach the flash: w goes to the next write.",
    isDone: ({ run, event }) => run !== undefined && isNewKeyWrite(run, event),
  },
  {
    says: () => "The key is in its places now. Click its fingerprint in Keys: that is the event that wrote it.",
    isDone: ({ hasFollowedKey }) => hasFollowedKey,
  },
  {
    says: () => "Select the write of the new key again, then Pull the plug here, at the right.",
    isDone: ({ run }) => tornAt(run) >= 0,
  },
  {
    says: ({ run }) =>
      `${tornText(run)} Step on until power is back: which key does the adapter find, and why? Keys says it.`,
    isDone: ({ run, event }) => run !== undefined && event > (run.outages[0]?.on ?? Infinity) + 1,
  },
  {
    says: ({ run, source }) => {
      if (!source.includes(EARLY)) {
        return "The old one, whole: a torn record does not count. Now break it: Parts, early store, and look at the verdict.";
      }
      if (run === undefined || run.outages.length === 0) {
        return "It says SUCCESS, and the flash has the old key. Select its answer (line 9) and pull the plug after it.";
      }
      return "The verdict says what was lost. The address in your bar is the proof: send it to someone.";
    },
    isDone: () => false,
    isFresh: true,
  },
];

function tornText(run: Run | undefined): string {
  const torn = tornAt(run);
  const bytes = torn < 0 || run === undefined ? 0 : run.columns.number(torn, "lengthBytes");
  return bytes > 0 ? `The write is torn after ${bytes} bytes.` : "The write is torn.";
}
