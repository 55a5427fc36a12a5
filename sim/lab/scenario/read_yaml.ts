/**
 * Reads nodes of YAML by shapes. All mistakes are found at once; each says
 * file, line, column, field, what was given, what is accepted, and what was
 * probably meant.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { quoted } from "../../kernel/given.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import {
  type EntriesShape,
  holdsSecret,
  type ListShape,
  type MappingShape,
  parseScalar,
  type ScalarShape,
  type Shape,
  type VariantShape,
} from "../../shape/shape.ts";
import { type Place, type Reading, WRONG } from "./reading.ts";
import { entryPlace, find, type Part } from "./yaml_part.ts";
import { characters, describe, MOST_SHOWN, shown, textOf } from "./yaml_text.ts";

/**
 * Notes names that refer to nothing.
 *
 * @param isWhole Whether all else is right: otherwise what is not there may be what could not be read.
 */
export function refuseDangling({ references, names }: Reading, isWhole: boolean): void {
  for (const { to, name, node, place, isTold } of references) {
    const all = to.split(" or ").flatMap((kind) => names.get(kind) ?? []);
    const known = all.filter(({ isTold }) => isTold).map((each) => each.name);
    if (all.some((each) => each.name === name) || (known.length === 0 && !isWhole)) continue;
    const hidden = `a name of ${characters(name)}`;
    if (known.length === 0) place.refuse(node, isTold ? quoted(name) : hidden, `no ${to}: the file has none`);
    else place.refuseWord(node, { text: name, mayBeSecret: !isTold, shown: quoted(name), hidden }, known);
  }
}

/** Reads a node by a shape; mistakes are noted in the reading of its place. */
export function read(shape: Shape, node: Node | null, place: Place): unknown {
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
  if (shape.isFilled && node.items.length === 0) return place.refuse(node, "a list of nothing", AN_ENTRY);
  const values = node.items.map((each, index) => read(shape.item, each, place.part(`[${index}]`, each)));
  if (values.includes(WRONG)) return WRONG;
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
    return scope.isLenient ? WRONG : refuseVariable(shape, resolved.variable, node, place);
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

/** Notes that nothing has the name that stands there; it may be a secret that only looks like a name. */
function refuseVariable(shape: ScalarShape, name: string, node: Node, place: Place): typeof WRONG {
  const hidden = `a text of ${characters(`$${name}`)} that begins with $`;
  const word = { text: `$${name}`, mayBeSecret: shape.isSecret === true, shown: `$${name}`, hidden };
  const known = place.reading.scope.names.map((each) => `$${each}`);
  return known.length > 0
    ? place.refuseWord(node, word, known)
    : place.refuse(node, hidden, "a name of parameters, matrix or cases behind it, or $$ for the text $");
}

/** Notes that a shape does not accept what a name stands for. */
function refuseValue(
  told: Shape,
  { variable, text, meant }: { readonly variable: string; readonly text: string; readonly meant: string | undefined },
  node: Node,
  place: Place,
): typeof WRONG {
  const hidden = `$${variable}, a text of ${characters(text)},`;
  const isHidden = holdsSecret(told) || text.length > MOST_SHOWN;
  place.reading.text.show(node);
  place.reading.refuse(node, place, {
    given: isHidden ? hidden : `$${variable}, ${quoted(text)},`,
    hidden,
    variable,
    accepted: told.accepts,
    ...(meant === undefined ? {} : { meant }),
  });
  return WRONG;
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
  if (!parts.areAll || Object.values(values).includes(WRONG)) return WRONG;
  const contradiction = shape.contradiction?.(values);
  if (contradiction === undefined) return values;
  const wrong = find({ node, place }, contradiction.path);
  return wrong.place.refuse(wrong.node, contradiction.given, contradiction.accepted);
}

/** What is accepted where nothing was given. */
const AN_ENTRY = "one entry at least";

function readEntries(shape: EntriesShape, node: Node | null, place: Place): unknown {
  if (!isMap<Node, Node | null>(node)) return refuseUnfit(shape, node, place);
  if (shape.isFilled && node.items.length === 0) return place.refuse(node, "a mapping of nothing", AN_ENTRY);
  refuseDoubles(node, place);
  const values = node.items.map((pair, index) => {
    const { key, value: item } = pair;
    // What stands where a name is expected may be a secret, unless what it names is recognized.
    const isTold = !holdsSecret(shape.item) || isRecognized(shape.item, item) ||
      (isScalar(key) && shape.name.pattern?.test(textOf(key)) === true && isScalar(item) && item.value !== null);
    const part = entryPlace(place, pair, isTold ? undefined : index);
    const name = readName(shape.name, key, isTold, part);
    const value = read(shape.item, item, part);
    return name === WRONG || value === WRONG ? WRONG : { name, value };
  });
  if (values.includes(WRONG)) return WRONG;
  const contradiction = shape.contradiction?.(values);
  if (contradiction === undefined) return values;
  const wrong = find({ node, place }, contradiction.path);
  return wrong.place.refuse(wrong.node, contradiction.given, contradiction.accepted);
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
  return value;
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
  const [first] = kinds;
  // Fields of a thing whose name is not known are not told.
  if (kinds.length === 0 && !parts.areAll) return WRONG;
  if (first === undefined) return place.refuse(node, "nothing", `${shape.accepts}; exactly one`);
  const [type, part] = first;
  for (const [second, { key }] of kinds.slice(1)) {
    place.refuse(key, `${second} beside ${type}`, `one of them here, and a ${shape.what} of its own for the other`);
  }
  const value = read(variants[type] as Shape, part.node, part.place);
  const besides = [...parts.known].filter(([name]) => !kinds.some(([kind]) => kind === name));
  const others = readBeside(beside[type] ?? {}, type, new Map(besides));
  if (value === WRONG || others === WRONG || !parts.areAll || kinds.length > 1) return WRONG;
  return { type, value, beside: others, line: place.position(node).line, path: place.field };
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
  return Object.values(values).includes(WRONG) ? WRONG : values;
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
  /** What others were probably meant to be called. */
  readonly meant: readonly string[];
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
  return { known: parts, areAll: meant.length === 0, meant: meant.filter((each) => each !== undefined) };
}

/** Notes each name that a mapping has already, whatever it is: the value of one of the two would be lost. */
function refuseDoubles({ items }: YAMLMap<Node, Node | null>, place: Place): void {
  const first = new Map<string, Node>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const before = first.get(textOf(key));
    if (before === undefined) first.set(textOf(key), key);
    else {
      const { line, col } = place.position(before);
      place.refuse(key, `a name that the mapping already has (${line}:${col})`, "each name once");
    }
  }
}

function refuseName(key: Node, known: readonly string[], mayBeSecret: boolean, place: Place): void {
  const accepted = `one of ${alternatives(known)}`;
  if (!isScalar(key)) place.refuse(key, "a name that is not a text", accepted);
  else if (key.tag !== undefined) place.refuse(key, "a name with a tag", accepted);
  else {
    const text = String(key.value);
    const hidden = `an unknown name of ${characters(text)}`;
    const { homes } = place.reading;
    const word = {
      text,
      // A word that the language has elsewhere is no secret.
      mayBeSecret: mayBeSecret && homes?.has(text) !== true,
      shown: text.length > MOST_SHOWN ? hidden : quoted(text),
      hidden,
      home: homes?.sentence(text),
    };
    place.refuseWord(key, word, known);
  }
}

/** Notes that a shape does not accept what stands there. */
function refuseUnfit(
  shape: Shape,
  node: Node | null,
  place: Place,
  meant?: string,
  isSecret = holdsSecret(shape),
): typeof WRONG {
  if (!isSecret && isScalar(node)) place.reading.text.show(node);
  place.reading.refuse(node, place, {
    given: describe(node, isSecret),
    accepted: shape.accepts,
    ...(meant === undefined ? {} : { meant }),
  });
  return WRONG;
}
