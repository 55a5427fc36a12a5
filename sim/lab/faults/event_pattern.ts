/**
 * Which events of a trace are meant: component, kind and fields, texts with
 * `*` for anything.
 *
 * @module
 */

import type { TraceEvent } from "../../trace/recorder.ts";
import type { World } from "../world/world.ts";
import { componentsOfKind, type KnownWords, numbersOfFields, wordsOfFields } from "./event_words.ts";
import { nearestPattern } from "../../shape/nearest_pattern.ts";
import { type Bounds, isIn, type Range } from "./range.ts";
import { isStatusNumber, statusFits } from "./status_words.ts";
import { TextForms } from "./text_forms.ts";

/** Which events. */
export interface EventPattern {
  /** Who recorded it, as traces call it. */
  readonly component?: string;
  /** Its kind. */
  readonly kind?: string;
  /** Texts of the other fields, and ranges of those that are numbers. */
  readonly [field: string]: string | Range | undefined;
}

/** A field that no event of a world has so. */
interface ForeignWord {
  readonly field: string;
  readonly given: string;
  /** What it can hold. */
  readonly known: readonly string[];
  /** What was probably meant. */
  readonly meant: string | undefined;
}

/** What in a pattern no event of a world can be: it would never fit, and where it must never be seen pass in silence. */
export function foreignWord(pattern: EventPattern, world: World): ForeignWord | undefined {
  const { component, kind, ...fields } = pattern;
  const components = componentsOfKind(kind, world);
  const known = wordsOfFields(kind, world);
  const numbers = numbersOfFields(kind, world);
  if (component !== undefined) {
    const foreign = foreignText("component", component, { words: components, forms: [] });
    if (foreign !== undefined) return foreign;
  }
  for (const [field, given] of Object.entries(fields)) {
    if (given === undefined) continue;
    const foreign = typeof given === "string"
      ? foreignText(field, given, known[field])
      : foreignNumber(field, given, numbers[field]);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

function foreignNumber(field: string, given: Range, bounds: Bounds | undefined): ForeignWord | undefined {
  if (bounds === undefined || (given.least <= bounds.most && given.most >= bounds.least)) return undefined;
  return { field, given: given.text, known: [`${bounds.least}..${bounds.most}`], meant: undefined };
}

function foreignText(field: string, given: string, words: KnownWords | undefined): ForeignWord | undefined {
  const form = formMistake(field, given);
  if (form !== undefined) return { field, given, known: form, meant: nearestPattern(given, form) };
  if (words === undefined) return undefined;
  const { examples = words.words, texts = words.words } = words;
  const forms = new TextForms(words.forms);
  if (words.words.some(textFits(given)) || forms.canBe(given, "known")) return undefined;
  if (words.isNumbered === true && isStatusNumber(given)) return undefined;
  const spelled = forms.inTheirCase(given) ?? new TextForms(words.words).inTheirCase(given);
  // What nobody has made a list of may say anything; in another case it is more likely that a known text was meant.
  if (spelled === undefined && forms.canBe(given, "any")) return undefined;
  const asExample = given.includes("*") ? undefined : examples.find((each) => each === `${given}*`);
  const meant = spelled ?? asExample ?? nearestPattern(given, given.includes("*") ? texts : examples);
  return { field, given, known: examples, meant };
}

/** What a text that has a form can be instead, if it has another. */
function formMistake(field: string, given: string): readonly string[] | undefined {
  if (field === "fingerprint" && !given.includes("*") && !/^([\da-f]{8})?$/i.test(given)) return ["8fa3aab2", "8fa3*"];
  if (field === "peer" && !canBePeer(given)) return ["192.0.2.20:500", "192.0.2.20:*", "* > [2001:db8::20]:500"];
  if (field !== "identity" && field !== "peer") return undefined;
  // Traces tell addresses in one way only.
  const written = /^\d+(\.\d+){3}(?![.\w-])/.exec(given)?.[0];
  if (written === undefined) return undefined;
  const octets = written.split(".").map(Number);
  if (written === octets.join(".") && octets.every((octet) => octet < 256)) return undefined;
  return octets.every((octet) => octet < 256) ? [given.replace(written, octets.join("."))] : ["192.0.2.10"];
}

/** Whether a text can be the end of a way, or of the network's packets both: an address with its port. */
function canBePeer(pattern: string): boolean {
  return pattern.includes("*") ||
    pattern.split(" > ").every((end) => /^(\d+(\.\d+){3}|\[[\da-f:.]+\]):\d{1,5}$/i.test(end));
}

/** Whether events are among those that are meant. */
export function eventFits(pattern: EventPattern): (event: TraceEvent) => boolean {
  const { component, kind, ...fields } = pattern;
  const isOfComponent = component === undefined ? () => true : textFits(component);
  const wanted = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const fits = typeof value !== "string"
      ? (found: number | string) => isIn(value, Number(found))
      : name === "fingerprint"
      ? textFits(value.toLowerCase())
      : name === "status"
      ? statusFits(value, textFits(value))
      : textFits(value);
    return [[name, fits] as const];
  });
  return (event) =>
    (kind === undefined || event.kind === kind) && isOfComponent(event.component) &&
    wanted.every(([name, fits]) => {
      const found = event.fields[name];
      return found !== undefined && fits(found);
    });
}

/** An event in the words of a verdict. */
export function describePattern({ component, kind, ...fields }: EventPattern): string {
  const told = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${typeof value === "string" ? JSON.stringify(value) : value.text}`]
  );
  const what = [`${kind ?? "event"} of ${component ?? "anybody"}`, ...told].join(", ");
  return what;
}

/** Whether a text is what a pattern says: pieces between `*` in their order, the outer ones at the ends. */
function textFits(pattern: string): (found: string | number) => boolean {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return (found) => String(found) === pattern;
  const [first = "", ...others] = pieces;
  const last = others.pop() ?? "";
  return (found) => {
    const whole = String(found);
    if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return false;
    let at = first.length;
    for (const piece of others) {
      const next = whole.indexOf(piece, at);
      if (next < 0) return false;
      at = next + piece.length;
    }
    return at <= whole.length - last.length;
  };
}
