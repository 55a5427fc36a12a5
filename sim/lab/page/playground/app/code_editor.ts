/**
 * The editor: CodeMirror, told by the core what may be written, what it means
 * and what is wrong.
 *
 * @module
 */

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type CompletionContext,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, invertedEffects, isolateHistory, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension, StateEffect, StateField, type Text } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip,
  keymap,
  lineNumbers,
  showTooltip,
  type Tooltip,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Known, Offer, Problem, Replacement } from "../core/requests.ts";
import { firstWord } from "./mend.ts";
import { isDeep } from "./nesting.ts";
import type { BesideChange, EditorHost, TextEditor } from "./text_editor.ts";

/** The editor in an element. */
export class CodeEditor implements TextEditor {
  readonly #view: EditorView;

  /** Begins with a text. */
  constructor(parent: HTMLElement, source: string, host: EditorHost) {
    this.#view = new EditorView({
      parent,
      state: EditorState.create({ doc: source, extensions: extensionsOf(host, source) }),
    });
  }

  replace(source: string, change: BesideChange): void {
    const { state } = this.#view;
    const isSame = state.doc.toString() === source;
    this.#view.dispatch({
      ...(isSame ? {} : { changes: { from: 0, to: state.doc.length, insert: source } }),
      effects: [BESIDE.of(change), ...(isSame ? [] : [MARK_ADDED.of(undefined)])],
      annotations: isolateHistory.of("full"),
    });
  }

  apply({ from, to, insert }: Replacement): void {
    if (from === to && insert === "") return;
    const first = from + (/^\s*/.exec(insert)?.[0].length ?? 0);
    const last = from + insert.trimEnd().length;
    this.#view.dispatch({
      changes: { from, to, insert },
      effects: insert.trim() === "" ? [] : [
        MARK_ADDED.of({ from: first, to: last }),
        EditorView.scrollIntoView(first, { y: "center" }),
      ],
      annotations: isolateHistory.of("full"),
    });
  }

  undo(): void {
    undo(this.#view);
  }

  showProblems(problems: readonly Problem[]): void {
    const { state } = this.#view;
    const found = problems.filter(({ line }) => line > 0).map((problem) => diagnosticOf(state.doc, problem));
    this.#view.dispatch(setDiagnostics(state, found));
  }

  showStep(line: number): void {
    const { doc } = this.#view.state;
    const at = line < 1 || line > doc.lines ? undefined : doc.line(line).from;
    this.#view.dispatch({
      effects: [MARK_STEP.of(at), ...(at === undefined ? [] : [EditorView.scrollIntoView(at, { yMargin: 40 })])],
    });
  }

  goTo(line: number, column: number): void {
    const { doc } = this.#view.state;
    const place = doc.line(Math.max(1, Math.min(doc.lines, line)));
    const at = Math.min(place.to, place.from + column - 1);
    this.#view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}

const COLOURS = new Compartment();
/** What is beside the text is another: undone and done again with the change of the text that it came with. */
const BESIDE = StateEffect.define<BesideChange>();
/** Which text was added by hand; no more if it is nothing. */
const MARK_ADDED = StateEffect.define<{ readonly from: number; readonly to: number } | undefined>();
/** Where the line of the selected step begins. */
const MARK_STEP = StateEffect.define<number | undefined>();
/** What is told of the word at the cursor. */
const TELL = StateEffect.define<Tooltip | undefined>();

const ADDED = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    let next = marks.map(changes);
    for (const effect of effects) {
      if (!effect.is(MARK_ADDED)) continue;
      const { value } = effect;
      next = value === undefined
        ? Decoration.none
        : next.update({ add: [Decoration.mark({ class: "cm-added" }).range(value.from, value.to)], sort: true });
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const STEP = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    let next = marks.map(changes);
    for (const effect of effects) {
      if (!effect.is(MARK_STEP)) continue;
      next = effect.value === undefined
        ? Decoration.none
        : Decoration.set(Decoration.line({ class: "cm-step" }).range(effect.value));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const TOLD = StateField.define<Tooltip | undefined>({
  create: () => undefined,
  update(told, transaction) {
    for (const effect of transaction.effects) if (effect.is(TELL)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? undefined : told;
  },
  provide: (field) => showTooltip.from(field, (told) => told ?? null),
});

const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--ink)" },
  { tag: [tags.content, tags.string, tags.attributeValue], color: "var(--flash)" },
  { tag: [tags.lineComment, tags.comment], color: "var(--ink3)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], color: "var(--ink3)" },
]);

/** Who colours goes into each level with a function of its own: a text that nests too deep has no colours. */
function coloursOf(source: string): Extension {
  return isDeep(source) ? [] : syntaxHighlighting(HIGHLIGHT);
}

function extensionsOf(host: EditorHost, source: string): Extension {
  const run = () => {
    host.onRun();
    return true;
  };
  const tell = (view: EditorView) => {
    void tellAtCursor(view, host);
    return true;
  };
  return [
    keymap.of([{ key: "Mod-Enter", run }, { key: "Mod-i", run: tell }]),
    lineNumbers(),
    history(),
    invertedEffects.of(({ effects }) =>
      effects.filter((each) => each.is(BESIDE)).map(({ value: { before, after } }) =>
        BESIDE.of({ before: after, after: before })
      )
    ),
    indentOnInput(),
    indentUnit.of("  "),
    closeBrackets(),
    yaml(),
    COLOURS.of(coloursOf(source)),
    EditorState.transactionExtender.of(({ docChanged, startState, newDoc }) => {
      if (!docChanged) return null;
      const text = newDoc.toString();
      return isDeep(text) === isDeep(startState.doc.toString())
        ? null
        : { effects: COLOURS.reconfigure(coloursOf(text)) };
    }),
    autocompletion({ override: [(context) => complete(context, host)], icons: false, maxRenderedOptions: 80 }),
    hoverTooltip(async (view, position) => tooltipOf(await host.known(view.state.doc.toString(), position)) ?? null),
    lintGutter(),
    ADDED,
    STEP,
    TOLD,
    // Tab goes on to what is next on the page: the keyboard is never held here.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Scenario, as YAML", tabindex: "0" }),
    EditorView.updateListener.of(({ state, docChanged, selectionSet, transactions }) => {
      for (const transaction of transactions) {
        if (!transaction.isUserEvent("undo") && !transaction.isUserEvent("redo")) continue;
        for (const effect of transaction.effects) if (effect.is(BESIDE)) host.onBeside(effect.value.after);
      }
      if (docChanged) host.onChange(state.doc.toString());
      // Who marks text to copy it goes nowhere.
      else if (selectionSet && state.selection.main.empty) {
        host.onLine(state.doc.lineAt(state.selection.main.head).number);
      }
    }),
  ];
}

async function complete(context: CompletionContext, host: EditorHost) {
  const { state, pos, explicit } = context;
  // While one types: behind a word, a bracket, a comma, a colon. Else when it is asked for.
  if (!explicit && context.matchBefore(/[\p{L}\d_-]|[{[,:] $/u) === null) return null;
  const found = await host.offers(state.doc.toString(), pos);
  if (found === undefined || found.offers.length === 0 || context.aborted) return null;
  const hasColon = /^\s*:/.test(state.sliceDoc(found.to, found.to + 20));
  return {
    from: found.from,
    options: found.offers.map((offer) => ({
      label: offer.label,
      type: offer.kind,
      detail: shortened(offer.accepts),
      apply: offer.kind === "field" && !hasColon ? `${offer.label}: ` : offer.label,
      boost: offer.isRequired ? 1 : 0,
      info: () => infoOf(offer),
    })),
    validFor: /^[\p{L}\d_-]*$/u,
  };
}

/** What a list of completions has room for. */
const MOST_DETAIL = 28;

function shortened(text: string): string {
  return text.length > MOST_DETAIL ? `${text.slice(0, MOST_DETAIL)}…` : text;
}

/** Fields are offered one by one. */
function acceptedText(accepts: string): string {
  return accepts === "" || accepts === "fields" ? "" : `Accepted: ${accepts}.`;
}

function infoOf({ about, accepts, isRequired }: Offer): Node | null {
  if (about === "" && acceptedText(accepts) === "") return null;
  return boxOf([[about, ""], [acceptedText(accepts), "accepts"], [
    isRequired ? "Needed." : "",
    "accepts",
  ]]);
}

async function tellAtCursor(view: EditorView, host: EditorHost): Promise<void> {
  const tooltip = tooltipOf(await host.known(view.state.doc.toString(), view.state.selection.main.head));
  view.dispatch({ effects: TELL.of(tooltip) });
}

function tooltipOf(known: Known | undefined): Tooltip | undefined {
  if (known === undefined || (known.about === "" && known.accepts === "")) return undefined;
  const { from, to, word, about, accepts, example } = known;
  const lines: readonly (readonly [string, string])[] = [
    [word, "word"],
    [about, ""],
    [acceptedText(accepts), "accepts"],
    [example === "" ? "" : `- ${example}`, "example"],
  ];
  return { pos: from, end: to, above: true, create: () => ({ dom: boxOf(lines) }) };
}

function boxOf(lines: readonly (readonly [text: string, name: string])[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "told";
  for (const [text, name] of lines) {
    if (text === "") continue;
    const line = document.createElement("p");
    line.textContent = text;
    if (name !== "") line.className = name;
    box.append(line);
  }
  return box;
}

function diagnosticOf(doc: Text, { line, column, text, meant }: Problem): Diagnostic {
  const place = doc.line(Math.min(line, doc.lines));
  const from = Math.min(place.to, place.from + column - 1);
  const word = firstWord(doc.sliceString(from, place.to));
  const to = from + word.length;
  return {
    from,
    to,
    severity: "error",
    message: text,
    ...(meant === undefined || word === "" || /\s/.test(meant) ? {} : {
      actions: [{
        name: `Write ${meant}`,
        apply: (view, from, to) => view.dispatch({ changes: { from, to, insert: meant } }),
      }],
    }),
  };
}
