/**
 * What can be done by hand at the selected moment. Faults and parts become
 * lines of the scenario; what no scenario says is a deviation in the address.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { save } from "../../app/controls.ts";
import { adapterOf } from "../../app/reading.ts";
import { type FaultByHand, lossAt, plugAt } from "./faults_by_hand.ts";
import { MODULES } from "./gallery.ts";
import { isOld, type Playground, type Shown } from "./state.ts";

/** What the row needs. */
export interface ByHandProps {
  readonly playground: Playground;
  readonly shown: Shown;
  readonly event: number;
}

/** A row of what can be done from here, above the panels: it changes with the moment and is always in sight. */
export function ByHand(props: ByHandProps): JSX.Element {
  const { playground: { state } } = props;
  const { busy, checked: { problems } } = state;
  const isBefore = isOld(state);
  return (
    <section class="by-hand" aria-label="From here">
      {isBefore || busy !== ""
        ? (
          <p class="quiet">
            {!isBefore
              ? `${busy} …`
              : problems.length > 0
              ? "This is the run of the text before. What is wrong with the new one stands below it."
              : "This is the run before: Run (Ctrl+Enter) runs what is there now."}
          </p>
        )
        : <Actions {...props} />}
    </section>
  );
}

function Actions({ playground, shown: { run, made }, event }: ByHandProps) {
  const [salt, setSalt] = useState("1");
  const adapter = adapterOf(run, event);
  const faults = [adapter === "" ? undefined : plugAt(run, event, adapter), lossAt(run, event)].filter((each) =>
    each !== undefined
  );
  return (
    <>
      {faults.map((fault) => <AddFault key={fault.label} playground={playground} fault={fault} />)}
      <span class="salted">
        <button type="button" class="button small" onClick={() => playground.fork(event, salt)}>Another future</button>
        <label>
          salt{" "}
          <input type="text" value={salt} maxLength={20} onInput={(change) => setSalt(change.currentTarget.value)} />
        </label>
      </span>
      {run.summary.holds
        ? null
        : <button type="button" class="button small" onClick={() => playground.shrink()}>Shrink the failure</button>}
      <button
        type="button"
        class="button small"
        title="For the command line. Secret: the scenario is in it"
        onClick={() => save(made.bundleName, made.bundle)}
      >
        Save the bundle
      </button>
      {adapter === "" ? null : <Parts key={adapter} playground={playground} adapter={adapter} />}
    </>
  );
}

function AddFault({ playground, fault: { label, fault } }: {
  readonly playground: Playground;
  readonly fault: FaultByHand;
}) {
  return (
    <button
      type="button"
      class="button small"
      title={`Adds ${fault}`}
      onClick={() => playground.change({ kind: "fault", fault })}
    >
      {label}
    </button>
  );
}

/** Which store keeps the adapter's keys. */
function Parts({ playground, adapter }: { readonly playground: Playground; readonly adapter: string }) {
  const { draft, checked: { cases, stores } } = playground.state;
  const used = stores[Math.max(0, cases.indexOf(draft.case))]?.[adapter] ?? "";
  return (
    <label class="parts">
      {`Parts: store of ${adapter} `}
      <select
        value={used}
        onChange={({ currentTarget: { value } }) =>
          playground.change({ kind: "store", adapter, module: value === "" ? undefined : value })}
      >
        <option value="">hbasim's own</option>
        {used === "" || Object.hasOwn(MODULES, used) ? null : <option value={used}>{used}</option>}
        {Object.entries(MODULES).map(([name, about]) => <option key={name} value={name}>{about}</option>)}
      </select>
    </label>
  );
}
