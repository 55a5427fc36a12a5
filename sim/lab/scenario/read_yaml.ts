/**
 * Reads nodes of YAML by shapes. All mistakes are found at once; each says
 * file, line, column, field, what was given, what is accepted, and what was
 * probably meant.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { isMap, isNode, isScalar, isSeq, type Node } from "yaml";
import { alternatives } from "../../shape/alternatives.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import {
  type EntriesShape,
  type ListShape,
  type MappingShape,
  parseScalar,
  type ScalarShape,
  type Shape,
  type VariantShape,
} from "../../shape/shape.ts";
import { holdsSecret } from "../../shape/holds_secret.ts";
import type { Place } from "./reading.ts";
import { refuseDoubles, refuseName, refuseUnfit, refuseValue, refuseVariable } from "./refusals.ts";
import { WRONG } from "./salvage.ts";
import { entryPlace, find, type Part } from "./yaml_part.ts";
import { characters, shown, textOf } from "./yaml_text.ts";

/** Reads a node by a shape; mistakes are noted in the reading of its place. */
export function read(shape: Shape, node: Node | null, place: Place): unknown {
  if (place.reading.salvage?.refuses(node)) return place.reading.pass(place);
  if (isNode(node) && "tag" in node && node.tag !== undefined) {
    return place.refuse(node, "a value with a tag", `${shape.accepts}; without a tag`);
  }
  switch (shape.kind) {
    case "scalar":
      return readScalar(shape, shape, node, place);
    case "list":
      return readList(shape, node, place);
    case "mapping":
      return readMapping(shape, node, place);
    case "entries":
      return readEntries(shape, node, place);
    case "variant":
      return readVariant(shape, node, place);
    case "either":
      if (isScalar(node)) return readScalar(shape.scalar, shape, node, place);
      return read(isSeq(node) && shape.list !== undefined ? shape.list : shape.other, node, place);
    case "converted": {
      const value = read(shape.written, node, place);
      return value === WRONG ? WRONG : shape.convert(value);
    }
    default:
      return shape satisfies never;
  }
}

function readList(shape: ListShape, node: Node | null, place: Place): unknown {
  if (!isSeq<Node | null>(node)) return refuseUnfit(shape, node, place);
  const { length } = node.items;
  if (shape.isFilled && length === 0) return place.refuse(node, "a list of nothing", AN_ENTRY);
  if (shape.length !== undefined && length !== shape.length) {
    return place.refuse(node, `a list of ${length}`, `one of ${shape.length}`);
  }
  const values = node.items.map((each, index) => read(shape.item, each, place.part(`[${index}]`, each)));
  if (values.includes(WRONG)) return rest(shape.item, node, values, place);
  if (shape.isDistinct !== true) return values;
  for (const [index, item] of node.items.entries()) {
    const before = node.items[values.findIndex((value) => isSameItem(value, values[index]))];
    if (!isNode(item) || !isNode(before) || item === before) continue;
    // What names stand for may be the same in one case and not in another.
    if ([item, before].some((each) => place.reading.scope.declarationOf(each) !== undefined)) continue;
    const given = holdsSecret(shape.item)
      ? "a value that is in the list already"
      : shown(item) === shown(before)
      ? `${shown(item)} a second time`
      : `${shown(item)}, which is ${shown(before)},`;
    return place.part(`[${index}]`, item).refuse(item, given, "each once");
  }
  return values;
}

/** What is left of a list or mapping in which something is wrong; of one in which all is, nothing. */
function rest({ kind }: Shape, node: Node, values: readonly unknown[], { reading: { salvage } }: Place): unknown {
  // Words and figures are meant together.
  if (kind === "scalar") return WRONG;
  const kept = salvage?.keep(node, values) ?? [];
  return kept.length === 0 ? WRONG : kept;
}

function isSameItem(one: unknown, other: unknown): boolean {
  return one === other || (one instanceof Uint8Array && other instanceof Uint8Array && equalBytes(one, other));
}

/** @param told The shape that an error speaks of. */
function readScalar(shape: ScalarShape, told: Shape, node: Node | null, place: Place): unknown {
  if (!isScalar(node) || node.value === null) return refuseUnfit(told, node, place);
  const { scope } = place.reading;
  if (typeof node.value === "object" || typeof node.value === "function") {
    const taken = shape.take?.(node.value);
    return taken === undefined ? refuseUnfit(told, node, place) : taken;
  }
  const resolved = shape.isLiteral ? { type: "text" as const, text: textOf(node) } : scope.resolve(node);
  if (resolved.type === "unknown") {
    return scope.isLenient ? place.reading.pass(place) : refuseVariable(shape, resolved.variable, node, place);
  }
  const { text, variable } = resolved;
  if (variable !== undefined && holdsSecret(told)) scope.secrets.add(variable);
  if (variable !== undefined && shape.isSecret === true) scope.keys.add(variable);
  const value = parseScalar(shape, text);
  if (value === undefined) {
    const mayBeMistyped = shape.isSecret !== true && /^\p{L}/u.test(text);
    const word = mayBeMistyped ? nearestWord(text, shape.words ?? []) : undefined;
    // What a name stands for may be a secret elsewhere: nothing that is made of it is told.
    const meant = word ?? (variable === undefined ? shape.meantBy?.(text) : undefined);
    if (variable !== undefined) return refuseValue(told, { variable, text, meant }, node, place);
    // What is nearly a known word is no secret, wherever it stands.
    return refuseUnfit(told, node, place, meant, word === undefined && holdsSecret(told));
  }
  if (shape.isSecret !== true) place.reading.text.show(node);
  note(shape, { text, isTold: true }, node, place);
  return value;
}

/** Notes a name that something gets, or that refers to something. */
function note(
  shape: ScalarShape,
  { text, isTold }: { readonly text: string; readonly isTold: boolean },
  node: Node,
  place: Place,
): void {
  if (shape.names !== undefined) {
    const { names } = place.reading;
    names.set(shape.names, [...names.get(shape.names) ?? [], { name: text, isTold }]);
  }
  const { refersTo: to } = shape;
  if (to === undefined) return;
  for (const name of shape.namesIn?.(text) ?? [text]) {
    place.reading.references.push({ to, name, node, place, isTold });
  }
}

function readMapping(shape: MappingShape, node: Node | null, place: Place): unknown {
  const { fields } = shape;
  const { salvage, wrong } = place.reading;
  const before = wrong.length;
  const parts = readParts(shape, fields, node, place);
  if (parts === WRONG) return WRONG;
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const part = parts.known.get(name);
    if (part !== undefined) {
      values[name] = read("optional" in field ? field.optional : field, part.node, part.place);
    } else if (!("optional" in field)) {
      // A name that is only mistyped is told once.
      values[name] = parts.meant.includes(name)
        ? WRONG
        : place.refuse(node, `a mapping without the field "${name}"`, field.accepts);
    } else if (field.fallback !== undefined) {
      values[name] = field.fallback;
    }
  }
  if (wrong.length > before) return salvage === undefined ? WRONG : salvage.mapping(shape, values);
  const contradiction = shape.contradiction?.(values);
  if (contradiction === undefined) return values;
  const { path } = contradiction;
  const refused = find({ node, place }, path);
  refused.place.refuse(refused.node, contradiction.given, contradiction.accepted);
  const [field = ""] = path.split(/[.[]/);
  return salvage === undefined || field === "" ? WRONG : salvage.mapping(shape, { ...values, [field]: WRONG });
}

/** What is accepted where nothing was given. */
const AN_ENTRY = "one entry at least";

function readEntries(shape: EntriesShape, node: Node | null, place: Place): unknown {
  if (!isMap<Node, Node | null>(node)) return refuseUnfit(shape, node, place);
  if (shape.isFilled && node.items.length === 0) return place.refuse(node, "a mapping of nothing", AN_ENTRY);
  const { salvage, wrong } = place.reading;
  const before = wrong.length;
  refuseDoubles(node, place);
  const values = node.items.map((pair, index) => {
    const { key, value: item } = pair;
    // What stands where a name is expected may be a secret, unless what it names is recognized.
    const isTold = !holdsSecret(shape.item) || isRecognized(shape.item, item) ||
      (isScalar(key) && shape.name.pattern?.test(textOf(key)) === true && isScalar(item) && item.value !== null);
    const part = entryPlace(place, pair, isTold ? undefined : index);
    const name = readName(shape.name, key, isTold, part);
    const begin = wrong.length;
    const given = read(shape.item, item, part);
    if (wrong.length > begin && shape.name.names !== undefined && isScalar(key)) {
      const fields = new Set(wrong.slice(begin).map((field) => /^\.?(\w*)/.exec(field.slice(part.field.length))?.[1]));
      // Where it is wrong as a whole, or by a word that is none, what it says besides is what it says.
      salvage?.doubt(
        textOf(key),
        (field) => fields.has(field) || (fields.has("") && !(isMap(item) && item.has(field))),
      );
    }
    const value = given === WRONG && salvage !== undefined ? salvage.standIn(shape.item) : given;
    return name === WRONG || value === WRONG ? WRONG : { name, value };
  });
  if (wrong.length > before) return values.includes(WRONG) ? rest(shape.item, node, values, place) : values;
  const contradiction = shape.contradiction?.(values);
  if (contradiction === undefined) return values;
  const refused = find({ node, place }, contradiction.path);
  return refused.place.refuse(refused.node, contradiction.given, contradiction.accepted);
}

function readName(shape: ScalarShape, key: Node, isTold: boolean, place: Place): unknown {
  if (!isScalar(key) || key.tag !== undefined) return place.refuse(key, "a name that is not a text", shape.accepts);
  const text = textOf(key);
  const value = parseScalar(shape, text);
  if (isTold) place.reading.text.show(key);
  if (value === undefined) {
    return place.refuse(key, isTold ? shown(key) : `a name of ${characters(text)}`, shape.accepts);
  }
  note(shape, { text, isTold }, key, place);
  if (!place.reading.salvage?.refuses(key)) return value;
  place.reading.salvage.gone.add(text);
  return place.reading.pass(place);
}

/** Whether a node is a mapping in which a field of the shape stands, or a list of such. */
function isRecognized(shape: Shape, node: Node | null): boolean {
  if (shape.kind === "list") return isSeq<Node>(node) && node.items.some((item) => isRecognized(shape.item, item));
  if (shape.kind === "entries") return isMap(node);
  if (shape.kind === "converted") return isRecognized(shape.written, node);
  const fields = shape.kind === "mapping" ? shape.fields : shape.kind === "variant" ? shape.variants : {};
  return isMap<Node>(node) && node.items.some(({ key }) => isScalar(key) && Object.hasOwn(fields, String(key.value)));
}

function readVariant(shape: VariantShape, node: Node | null, place: Place): unknown {
  const { variants, beside } = shape;
  const parts = readParts(shape, shape.words, node, place);
  if (parts === WRONG) return WRONG;
  const words = [...parts.known].filter(([name]) => Object.hasOwn(variants, name));
  // What may stand alone, as `expect`, is no second kind beside another.
  const kinds = words.length === 1
    ? words
    : words.filter(([name]) => !words.some(([other]) => other !== name && Object.hasOwn(beside[other] ?? {}, name)));
  const [first] = isKindUnknown(shape, kinds, parts) ? [] : kinds;
  // Fields of a thing whose name is not known are not told.
  if (first === undefined && !parts.areAll) return unknownKind(shape, parts, node, place);
  if (first === undefined) return place.refuse(node, "nothing", `${shape.accepts}; exactly one`);
  const [type, part] = first;
  for (const [second, { key }] of kinds.slice(1)) {
    place.refuse(key, `${second} beside ${type}`, `one of them here, and a ${shape.what} of its own for the other`);
  }
  const value = read(variants[type] as Shape, part.node, part.place);
  const besides = [...parts.known].filter(([name]) => !kinds.some(([kind]) => kind === name));
  const others = readBeside(beside[type] ?? {}, type, new Map(besides));
  if (value === WRONG || others === WRONG || !parts.areAll || kinds.length > 1) {
    if (place.reading.salvage === undefined || Object.keys(beside).length === 0) return WRONG;
    const known = others === WRONG ? {} : others;
    return { ...placeOf(node, place), type, value: kinds.length > 1 ? WRONG : value, beside: known };
  }
  return { ...placeOf(node, place), type, value, beside: others };
}

function placeOf(node: Node | null, place: Place) {
  return { line: place.position(node).line, path: place.field };
}

/** Whether the one kind that is there stands beside one that is not known. */
function isKindUnknown(
  { variants, beside }: VariantShape,
  kinds: readonly (readonly [string, unknown])[],
  { meant }: Parts,
): boolean {
  const [[only] = [""]] = kinds;
  const mayStandBeside = Object.entries(beside).some(([kind, fields]) => kind !== only && Object.hasOwn(fields, only));
  return kinds.length === 1 && mayStandBeside &&
    meant.some((word) => word === undefined || Object.hasOwn(variants, word));
}

/** What stands beside a kind that is not known, as far as it may stand beside each. */
function unknownKind({ beside }: VariantShape, { known }: Parts, node: Node | null, place: Place): unknown {
  if (place.reading.salvage === undefined || Object.keys(beside).length === 0) return WRONG;
  const [first = {}, ...others] = Object.values(beside);
  const common = Object.entries(first).filter(([name, field]) => others.every((fields) => fields[name] === field));
  const names = new Set(common.map(([name]) => name));
  const besides = [...known].filter(([name]) => names.has(name));
  const values = readBeside(Object.fromEntries(common), "", new Map(besides));
  return { ...placeOf(node, place), type: "", value: WRONG, beside: values === WRONG ? {} : values };
}

/** What stands beside a kind: fields of another kind are refused. */
function readBeside(
  fields: VariantShape["beside"][string],
  type: string,
  parts: ReadonlyMap<string, Part>,
): Record<string, unknown> | typeof WRONG {
  const values: Record<string, unknown> = {};
  for (const [name, { node, place }] of parts) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    values[name] = field === undefined
      ? place.refuse(node, `${name} beside ${type}`, `${alternatives(Object.keys(fields)) || "nothing"} beside it`)
      : read(field.optional, node, place);
  }
  for (const [name, { fallback }] of Object.entries(fields)) {
    if (!parts.has(name) && fallback !== undefined) values[name] = fallback;
  }
  if (!Object.values(values).includes(WRONG)) return values;
  const isSalvaged = [...parts.values()].some(({ place }) => place.reading.salvage !== undefined);
  return isSalvaged ? Object.fromEntries(Object.entries(values).filter(([, value]) => value !== WRONG)) : WRONG;
}

/** A part, and the node of its name. */
interface NamedPart extends Part {
  readonly key: Node;
}

/** The parts of a mapping. */
interface Parts {
  /** By name. */
  readonly known: ReadonlyMap<string, NamedPart>;
  /** Whether there are no others. */
  readonly areAll: boolean;
  /** What each of the others was probably meant to be called. */
  readonly meant: readonly (string | undefined)[];
}

/** The parts of a mapping by name. Unknown names are refused, with the known ones named. */
function readParts(
  shape: Shape,
  known: object,
  node: Node | null,
  place: Place,
): Parts | typeof WRONG {
  if (!isMap<Node, Node | null>(node)) return refuseUnfit(shape, node, place);
  const parts = new Map<string, NamedPart>();
  const meant: (string | undefined)[] = [];
  refuseDoubles(node, place);
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (isScalar(key) && key.tag === undefined && Object.hasOwn(known, name)) {
      place.reading.text.show(key);
      // A name without a value, as in `{ name }`, has the place of the name.
      parts.set(name, { key, node: value, place: place.part(name, value ?? key) });
    } else {
      refuseName(key, Object.keys(known), holdsSecret(shape), place);
      meant.push(nearestWord(name, Object.keys(known)));
    }
  }
  return { known: parts, areAll: meant.length === 0, meant };
}
