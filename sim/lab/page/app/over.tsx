/** What lies over a page: what was just done, in words, and the list of keys. */

import type { JSX } from "preact";
import { Help } from "./help.tsx";
import type { Controls } from "./controls.ts";

/** Shown while there is something to say, or while the list is open. */
export function Over({ controls }: { readonly controls: Controls }): JSX.Element {
  return (
    <>
      <div class={controls.toast === "" ? "toast" : "toast on"} role="status">{controls.toast}</div>
      <Help
        isOpen={controls.isHelp}
        hasLetters={controls.hasLetters}
        onLetters={controls.setLetters}
        onClose={() => controls.setHelp(false)}
      />
    </>
  );
}
