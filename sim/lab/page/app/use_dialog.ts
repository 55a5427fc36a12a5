/** A modal dialog that is open as its owner says. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What the element of the dialog is to have as its `ref`. */
export function useDialog(isOpen: boolean): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return dialog;
}
