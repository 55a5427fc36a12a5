/**
 * Forms of texts, and whether a pattern with `*` can fit one of them.
 *
 * A form is a regular language, as is a pattern: both are walked at once, the
 * pattern letter by letter and the forms as a set of places.
 *
 * @module
 */

/** A form of texts: these very letters, forms one behind the other, one of some, one again and again, or some letter. */
export type Form =
  | string
  | readonly Form[]
  | { readonly oneOf: readonly Form[] }
  | { readonly many: Form }
  | { readonly letter: RegExp }
  | { readonly anything: true };

/** One digit or more. */
export const NUMBER: Form = { many: { letter: /\d/ } };

/** A digit of hex. */
export const HEX: Form = { letter: /[\da-f]/ };

/** A text that nobody has made a list of. */
export const ANYTHING: Form = { anything: true };

/** So many digits of hex. */
export function hex(digits: number): Form {
  return Array.from({ length: digits }, () => HEX);
}

/** A form that may be absent. */
export function optional(form: Form): Form {
  return { oneOf: [form, ""] };
}

/** Forms with a comma between them. */
export function listOf(...items: readonly Form[]): Form {
  const item: Form = { oneOf: items };
  return [item, optional({ many: [", ", item] })];
}

/** A place in a form: a letter to come, or places to go on from. */
type Place =
  | { readonly type: "letter"; readonly letter: string | RegExp; readonly next: number }
  /** Any letter, and again. */
  | { readonly type: "anything"; readonly next: number }
  | { readonly type: "fork"; readonly next: readonly number[] };

/** The place behind a whole text. */
const END = 0;

/** How letters are compared. */
export type Comparison =
  /** What nobody has made a list of holds no letter of a pattern, only its `*`. */
  | "known"
  /** The same, and capitals are as good as small letters. */
  | "known in any case"
  /** What nobody has made a list of holds any letter. */
  | "any";

/** Forms of the texts of a field. */
export class TextForms {
  readonly #places: Place[] = [{ type: "fork", next: [] }];
  readonly #begin: number;

  /** Texts that have one of the forms. */
  constructor(forms: readonly Form[]) {
    this.#begin = this.#add({ oneOf: forms }, END);
  }

  /** Whether one of the texts fits a pattern. */
  canBe(pattern: string, comparison: Comparison): boolean {
    return this.#canEnd(this.#open([this.#begin]), pattern.replaceAll(/\*+/g, "*"), comparison);
  }

  /** The pattern with the letters in the case in which one of the texts has them; `undefined` if none has. */
  inTheirCase(pattern: string): string | undefined {
    const written = pattern.replaceAll(/\*+/g, "*");
    let places = this.#open([this.#begin]);
    if (!this.#canEnd(places, written, "known in any case")) return undefined;
    let spelled = "";
    for (const [index, letter] of [...written].entries()) {
      const rest = [...written].slice(index + 1).join("");
      const spellings = [letter, letter.toLowerCase(), letter.toUpperCase()];
      const fit = spellings.map((each) => [each, this.#walk(places, each, "known")] as const).find(([, next]) =>
        this.#canEnd(next, rest, "known in any case")
      );
      if (fit === undefined) return undefined;
      [spelled, places] = [spelled + fit[0], fit[1]];
    }
    return spelled;
  }

  #canEnd(begin: ReadonlySet<number>, pattern: string, comparison: Comparison): boolean {
    let places = begin;
    for (const letter of pattern) places = this.#walk(places, letter, comparison);
    return places.has(END);
  }

  /** Where a letter of a pattern leads to. */
  #walk(places: ReadonlySet<number>, letter: string, comparison: Comparison): ReadonlySet<number> {
    if (letter === "*") return this.#beyond(places);
    return this.#open([...places].flatMap((index) => {
      const place = this.#places[index];
      switch (place?.type) {
        case "letter":
          return isLetter(place.letter, letter, comparison) ? [place.next] : [];
        case "anything":
          return comparison === "any" ? [index] : [];
        case "fork":
        case undefined:
          return [];
        default:
          return place satisfies never;
      }
    }));
  }

  /** Places with all that can be reached from them without a letter. */
  #open(places: Iterable<number>): ReadonlySet<number> {
    return this.#reach(places, (place) => place.type === "letter" ? [] : nextOf(place));
  }

  /** Places with all that any letters lead to. */
  #beyond(places: Iterable<number>): ReadonlySet<number> {
    return this.#reach(places, nextOf);
  }

  #reach(begin: Iterable<number>, next: (place: Place) => readonly number[]): ReadonlySet<number> {
    const reached = new Set(begin);
    // A set that grows while it is walked is walked to its end.
    for (const index of reached) {
      const place = this.#places[index];
      if (place !== undefined) { for (const each of next(place)) reached.add(each); }
    }
    return reached;
  }

  /** Adds the places of a form. */
  #add(form: Form, next: number): number {
    if (typeof form === "string") {
      return [...form].reduceRight((beyond, letter) => this.#put({ type: "letter", letter, next: beyond }), next);
    }
    if (isRow(form)) return form.reduceRight<number>((beyond, each) => this.#add(each, beyond), next);
    if ("oneOf" in form) return this.#put({ type: "fork", next: form.oneOf.map((each) => this.#add(each, next)) });
    if ("letter" in form) return this.#put({ type: "letter", letter: form.letter, next });
    if ("anything" in form) return this.#put({ type: "anything", next });
    const again: number[] = [next];
    const fork = this.#put({ type: "fork", next: again });
    const begin = this.#add(form.many, fork);
    again.push(begin);
    return begin;
  }

  #put(place: Place): number {
    return this.#places.push(place) - 1;
  }
}

function isRow(form: Form): form is readonly Form[] {
  return Array.isArray(form);
}

function nextOf({ next }: Place): readonly number[] {
  return typeof next === "number" ? [next] : next;
}

function isLetter(known: string | RegExp, letter: string, comparison: Comparison): boolean {
  if (typeof known !== "string") {
    return known.test(letter) || (comparison === "known in any case" && known.test(letter.toLowerCase()));
  }
  return known === letter || (comparison === "known in any case" && known.toLowerCase() === letter.toLowerCase());
}
