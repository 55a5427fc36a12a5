/**
 * The editor in its place: CodeMirror, or below 700 pixels a plain field.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CodeEditor } from "./code_editor.ts";
import { PlainEditor } from "./plain_editor.ts";
import type { Playground } from "./state.ts";

const SMALL = "(max-width: 699px)";

/** The editor. */
export function EditorBox(
  { playground, onLine, onRun }: {
    readonly playground: Playground;
    readonly onLine: (line: number) => void;
    readonly onRun: () => void;
  },
): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [isSmall, setSmall] = useState(() => matchMedia(SMALL).matches);
  // What the editor tells goes to whoever is there now.
  const now = useRef({ onLine, onRun });
  now.current = { onLine, onRun };
  useEffect(() => {
    const query = matchMedia(SMALL);
    const hear = () => setSmall(query.matches);
    query.addEventListener("change", hear);
    return () => query.removeEventListener("change", hear);
  }, []);
  useEffect(() => {
    if (box.current === null) return undefined;
    // Where the core does not answer, the editor says nothing; what is wrong with the core the run says.
    const { language } = playground;
    const Editor = isSmall ? PlainEditor : CodeEditor;
    const editor = new Editor(box.current, playground.state.draft.source, {
      onChange: (source) => playground.write(source),
      onBeside: (beside) => playground.recall(beside),
      onLine: (line) => now.current.onLine(line),
      onRun: () => now.current.onRun(),
      offers: (source, offset) =>
        language.ask("offers", { type: "offers", source, offset }).then(({ offers }) => offers, () => undefined),
      known: (source, offset) =>
        language.ask("known", { type: "known", source, offset }).then(({ known }) => known, () => undefined),
    });
    editor.showProblems(playground.state.checked.problems);
    playground.editor = editor;
    return () => editor.destroy();
  }, [isSmall]);
  // Single letters are text here, and no keys of the page.
  return <div ref={box} class="editor" onKeyDown={(event) => event.stopPropagation()} />;
}
