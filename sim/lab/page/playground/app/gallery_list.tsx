/**
 * The shipped scenarios in words: in the place of a run as long as there is
 * none, and in a dialog.
 *
 * @module
 */

import type { JSX } from "preact";
import { useDialog } from "../../app/use_dialog.ts";
import type { GalleryEntry } from "../gallery_entry.ts";

/** What the list needs. */
export interface GalleryProps {
  readonly gallery: readonly GalleryEntry[];
  /** The file that is in the editor. */
  readonly file: string;
  readonly onChoose: (entry: GalleryEntry) => void;
  readonly onTour: () => void;
}

/** The list. */
export function GalleryList({ gallery, file, onChoose, onTour }: GalleryProps): JSX.Element {
  return (
    <ul class="gallery">
      <li>
        <button type="button" class="entry tour-entry" onClick={onTour}>
          <strong>Tour, in six steps</strong>
          <span>One key on its way to flash, a plug that is pulled, and a store that you break.</span>
        </button>
      </li>
      {gallery.map((entry) => (
        <li key={entry.file}>
          <button type="button" class="entry" aria-current={entry.file === file} onClick={() => onChoose(entry)}>
            <strong>{entry.title}</strong>
            {entry.about === "" ? null : <span>{entry.about}</span>}
            <span class="code quiet">{entry.file}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The list in a dialog. */
export function GalleryDialog(
  { isOpen, onClose, ...props }: GalleryProps & { readonly isOpen: boolean; readonly onClose: () => void },
): JSX.Element {
  const dialog = useDialog(isOpen);
  return (
    <dialog ref={dialog} class="gallery-dialog" aria-labelledby="gallery-title" onClose={onClose}>
      <header>
        <h2 id="gallery-title">Scenarios</h2>
        <button type="button" class="button" onClick={onClose}>Close</button>
      </header>
      <GalleryList {...props} />
    </dialog>
  );
}
