/**
 * Where the words of a language stand: for a word at the wrong place, which is
 * told where it belongs. A word that the language has is no secret, wherever it
 * stands.
 *
 * @module
 */

import type { Fields, Shape, VariantShape } from "../../shape/shape.ts";

/** Where a word may stand, as a sentence goes on behind it: `is a field of setKey`. */
type Home =
  /** Beside the kinds of a variant. */
  | { readonly type: "beside"; readonly what: string }
  /** It is a kind of a variant. */
  | { readonly type: "kind"; readonly what: string }
  /** In what stands beside a kind: `mode` in `expect` of `login`. */
  | { readonly type: "answer"; readonly field: string; readonly of: string }
  | { readonly type: "field"; readonly of: string };

/** With more places than these a word is told only what they have in common. */
const MOST_HOMES = 3;

/** The words of a language, and where they may stand. */
export class WordHomes {
  readonly #homes = new Map<string, Home[]>();
  readonly #walked = new Set<Shape>();

  /** @param language What a whole file may say. */
  constructor(language: Shape) {
    this.#walk(language, { type: "field", of: "the file" });
  }

  /** Whether the language has a word as the name of something. */
  has(word: string): boolean {
    return this.#homes.has(word);
  }

  /** Where a word belongs: `mode is an answer of login`; `undefined` if that is nowhere, or in too many places. */
  sentence(word: string): string | undefined {
    const homes = this.#homes.get(word) ?? [];
    const beside = homes.find(({ type }) => type === "beside");
    if (beside !== undefined) return `${word} ${inWords(beside)}`;
    const answers = homes.filter((home) => home.type === "answer");
    const [answer] = answers;
    if (answers.length > MOST_HOMES && answer !== undefined) return `${word} stands inside ${answer.field}`;
    // Who writes the name of an answer means the answer, even if other things have a field of that name.
    const meant = answers.length > 0 ? answers : homes;
    if (meant.length === 0 || meant.length > MOST_HOMES) return undefined;
    return `${word} ${meant.map(inWords).join(", or ")}`;
  }

  #walk(shape: Shape, home: Home): void {
    switch (shape.kind) {
      case "scalar":
        return;
      case "list":
        return this.#walk(shape.item, home);
      case "mapping":
        return this.#walkFields(shape.fields, home);
      case "entries":
        return this.#walk(shape.item, home);
      case "variant":
        return this.#walkVariant(shape);
      case "either":
        if (shape.list !== undefined) this.#walk(shape.list, home);
        return this.#walk(shape.other, home);
      case "converted":
        return this.#walk(shape.written, home);
      default:
        return shape satisfies never;
    }
  }

  #walkFields(fields: Fields, home: Home): void {
    for (const [name, field] of Object.entries(fields)) {
      this.#enter(name, home);
      const shape = "optional" in field ? field.optional : field;
      if (this.#walked.has(shape)) continue;
      this.#walked.add(shape);
      this.#walk(shape, { type: "field", of: name });
    }
  }

  #walkVariant(shape: VariantShape): void {
    if (this.#walked.has(shape)) return;
    this.#walked.add(shape);
    const { what, variants, beside } = shape;
    for (const [name, kind] of Object.entries(variants)) {
      this.#enter(name, { type: "kind", what });
      this.#walk(kind, { type: "field", of: name });
      for (const [field, { optional }] of Object.entries(beside[name] ?? {})) {
        this.#enter(field, { type: "beside", what });
        this.#walk(optional, { type: "answer", field, of: name });
      }
    }
  }

  #enter(word: string, home: Home): void {
    const homes = this.#homes.get(word) ?? [];
    if (!homes.some((each) => inWords(each) === inWords(home))) this.#homes.set(word, [...homes, home]);
  }
}

function inWords(home: Home): string {
  switch (home.type) {
    case "beside":
      return `stands beside the verb of a ${home.what}`;
    case "kind":
      return `is a ${home.what} of its own`;
    case "answer":
      return `is an answer of ${home.of}: it stands in ${home.field}`;
    case "field":
      return `is a field of ${home.of}`;
    default:
      return home satisfies never;
  }
}
