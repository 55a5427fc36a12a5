/**
 * The list of keys, and the switch that turns single letters off.
 *
 * @module
 */

import type { JSX } from "preact";
import { KEYS } from "./keyboard.ts";
import { useDialog } from "./use_dialog.ts";

/** What the list needs. */
export interface HelpProps {
  readonly isOpen: boolean;
  readonly hasLetters: boolean;
  readonly onLetters: (hasLetters: boolean) => void;
  readonly onClose: () => void;
}

/** The list. */
export function Help({ isOpen, hasLetters, onLetters, onClose }: HelpProps): JSX.Element {
  const dialog = useDialog(isOpen);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keyboard</h2>
      <dl class="keys-list">
        {KEYS.map(({ shown, about }) => (
          <>
            <dt key={shown}>{shown.split(" ").map((each) => <kbd key={each}>{each}</kbd>)}</dt>
            <dd>{about}</dd>
          </>
        ))}
      </dl>
      <p>
        <label>
          <input type="checkbox" checked={hasLetters} onChange={(event) => onLetters(event.currentTarget.checked)} />
          {" "}
          single characters do something
        </label>
      </p>
      <h3>Search</h3>
      <p>
        Words that must all be there: <code>packet not again</code>. Of one kind or component: <code>kind:flash</code>,
        {" "}
        <code>component:"hba0 flash"</code>.
      </p>
      <p>
        In an order: <code>setKey not before flash</code>,{" "}
        <code>packet and no packet within 1s</code>. The browser's own search does not find rows that are not drawn.
      </p>
      <p>
        <button type="button" class="button" onClick={onClose}>Close</button>
      </p>
    </dialog>
  );
}
