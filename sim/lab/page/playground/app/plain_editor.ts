/**
 * The editor where the screen is small: a plain field, whose keyboard, menus
 * and gestures are those of the device.
 *
 * @module
 */

import type { Problem, Replacement } from "../core/requests.ts";
import type { BesideChange, BesideText, EditorHost, TextEditor } from "./text_editor.ts";

/** What can be had back: a text, and what was beside it if that was another, too. What is typed on end is one step. */
interface Before {
  readonly source: string;
  readonly beside?: BesideText;
}

/** The field in an element. */
export class PlainEditor implements TextEditor {
  readonly #field = document.createElement("textarea");
  readonly #host: EditorHost;
  #before: Before[] = [];
  /** What is in the field since it was last written to from here. */
  #last: string;
  #isTyping = false;

  /** Begins with a text. */
  constructor(parent: HTMLElement, source: string, host: EditorHost) {
    this.#host = host;
    this.#last = source;
    const field = this.#field;
    field.value = source;
    field.spellcheck = false;
    field.autocapitalize = "off";
    field.setAttribute("aria-label", "Scenario, as YAML");
    field.oninput = () => {
      if (!this.#isTyping) this.#before.push({ source: this.#last });
      this.#isTyping = true;
      this.#last = field.value;
      host.onChange(field.value);
    };
    field.onkeydown = (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      host.onRun();
    };
    parent.append(field);
  }

  replace(source: string, { before }: BesideChange): void {
    this.#write(source, before);
  }

  apply({ from, to, insert }: Replacement): void {
    const { value } = this.#field;
    this.#write(value.slice(0, from) + insert + value.slice(to));
    this.#field.setSelectionRange(from, from + insert.length);
  }

  undo(): void {
    const before = this.#before.pop();
    if (before === undefined) return;
    this.#put(before.source);
    if (before.beside !== undefined) this.#host.onBeside(before.beside);
  }

  showProblems(problems: readonly Problem[]): void {
    this.#field.setAttribute("aria-invalid", String(problems.length > 0));
  }

  showStep(): void {
    // A field marks nothing without taking the reader's place in it away.
  }

  goTo(line: number, column: number): void {
    const lines = this.#field.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    this.#field.focus();
    this.#field.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0) - column + 1);
    const height = this.#field.scrollHeight / Math.max(1, lines.length);
    this.#field.scrollTop = Math.max(0, (line - 3) * height);
  }

  destroy(): void {
    this.#field.remove();
  }

  #write(source: string, beside?: BesideText): void {
    this.#before.push({ source: this.#last, ...(beside === undefined ? {} : { beside }) });
    this.#put(source);
  }

  #put(source: string): void {
    this.#isTyping = false;
    this.#last = source;
    this.#field.value = source;
    this.#host.onChange(source);
  }
}
