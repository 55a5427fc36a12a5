/**
 * Where a word stands in a text that is being written, and what the definition
 * of scenarios says of that place.
 *
 * @module
 */

import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { Fields, OptionalField, Shape, VariantShape } from "../../../../shape/shape.ts";

/** A field, needed or not. */
export type Field = Fields[string];

/** What a scalar is in the text, and what the definition says of its place. */
export type WrittenPlace =
  /** The name of a field, in a mapping of a shape. */
  | { readonly role: "key"; readonly name: string; readonly map: YAMLMap; readonly shape: Shape }
  /** A value, or an entry of a list. */
  | { readonly role: "value"; readonly shape: Shape; readonly field: string };

/** A text as YAML, whatever is wrong with it. */
export function documentOf(source: string): Document.Parsed {
  return parseDocument(source, { prettyErrors: false, uniqueKeys: false });
}

/** The place of the first scalar of which something is true; `undefined` if there is none, or nothing is known of it. */
export function placeOf(
  document: Document.Parsed,
  root: Shape,
  isMeant: (node: Scalar) => boolean,
): WrittenPlace | undefined {
  let path: readonly (Document | Node | Pair)[] = [];
  let found: Scalar | undefined;
  visit(document, {
    Scalar(_, node, ancestors) {
      if (!isMeant(node)) return undefined;
      [found, path] = [node, ancestors];
      return visit.BREAK;
    },
  });
  return found === undefined ? undefined : descend([...path, found], root);
}

/** Goes from the document to the node at the path's end. */
function descend(path: readonly (Document | Node | Pair)[], root: Shape): WrittenPlace | undefined {
  let shape: Shape | undefined = root;
  let field = "";
  for (let at = 1; at < path.length && shape !== undefined; at++) {
    const [node, next] = [path[at], path[at + 1]];
    if (isMap(node)) {
      const within: Shape = meantBy(shape, node);
      const after = path[at + 2];
      if (!isPair(next) || after === undefined) return undefined;
      if (after === next.key) return { role: "key", name: textOf(next.key), map: node, shape: within };
      field = textOf(next.key);
      shape = shapeIn(within, node, field);
      at++;
    } else if (isSeq(node)) {
      const list: Shape = meantBy(shape, node);
      shape = list.kind === "list" ? list.item : list;
    } else if (isScalar(node)) return { role: "value", shape, field };
  }
  return undefined;
}

/** The shape that is meant by how a value is written. */
export function meantBy(shape: Shape, node: unknown): Shape {
  switch (shape.kind) {
    case "converted":
      return meantBy(shape.written, node);
    case "either":
      if (isMap(node)) return meantBy(shape.other, node);
      if (isSeq(node)) return meantBy(shape.list ?? shape.other, node);
      return shape;
    case "scalar":
    case "list":
    case "mapping":
    case "entries":
    case "variant":
      return shape;
    default:
      return shape satisfies never;
  }
}

/** The field of a name; `undefined` if there is none, or the names are the file's own. */
export function fieldIn(shape: Shape, map: YAMLMap, name: string): Field | undefined {
  const own = <T>(table: { readonly [name: string]: T } | undefined): T | undefined =>
    table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  if (shape.kind === "mapping") return own(shape.fields);
  if (shape.kind !== "variant") return undefined;
  return own(shape.variants) ?? own(shape.beside[kindIn(shape, map) ?? ""]);
}

/** Which kind of a variant a mapping is, as far as it is written. */
export function kindIn({ variants }: VariantShape, map: YAMLMap): string | undefined {
  return keysOf(map).find((key) => Object.hasOwn(variants, key));
}

/** The keys of a mapping. */
export function keysOf(map: YAMLMap): readonly string[] {
  return map.items.map(({ key }) => textOf(key));
}

/** The shape of a field's value. */
function shapeOfField(field: Field): Shape {
  return isOptional(field) ? field.optional : field;
}

function isOptional(field: Field): field is OptionalField {
  return "optional" in field;
}

function shapeIn(shape: Shape, map: YAMLMap, name: string): Shape | undefined {
  if (shape.kind === "entries") return shape.item;
  const field = fieldIn(shape, map, name);
  return field === undefined ? undefined : shapeOfField(field);
}

function textOf(key: unknown): string {
  return isScalar(key) ? key.source ?? String(key.value) : "";
}

/** The names that a text gives to things, by the kinds of these. */
export function namesIn(document: Document.Parsed, root: Shape): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  const enter = (kind: string | undefined, name: string) => {
    if (kind === undefined || name === "") return;
    const known = names.get(kind);
    if (known === undefined) names.set(kind, new Set([name]));
    else known.add(name);
  };
  const walk = (node: unknown, shape: Shape): void => {
    const meant = meantBy(shape, node);
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (meant.kind === "entries") enter(meant.name.names, textOf(key));
        const within = shapeIn(meant, node, textOf(key));
        if (within !== undefined) walk(value, within);
      }
    } else if (isSeq(node)) {
      if (meant.kind === "list") { for (const item of node.items) walk(item, meant.item); }
    } else if (isScalar(node)) {
      const scalar = meant.kind === "either" ? meant.scalar : meant;
      if (scalar.kind === "scalar") enter(scalar.names, textOf(node));
    }
  };
  walk(document.contents, root);
  return names;
}
