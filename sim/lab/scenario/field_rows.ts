/**
 * Shapes for people: a row for each field, at any depth.
 *
 * @module
 */

import type { Fields, Shape } from "../../shape/shape.ts";

/** A field and what it is. */
export interface FieldRow {
  /** Its name, with those of the fields around it: `flash.sectors`; `NAME` stands for a name that the file makes up. */
  readonly name: string;
  readonly about: string;
  /** What is accepted, in words. */
  readonly accepts: string;
  readonly isRequired: boolean;
}

/** How many words are listed; of more it is said what they are. */
const MOST_WORDS = 12;

/** Whether a kind of value is described apart, so that its fields are no rows here. */
export type IsApart = (title: string) => boolean;

/** Rows for the fields of a mapping, and for those of what they hold. */
export function rowsOf(fields: Fields, isApart: IsApart, around = ""): FieldRow[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const isOptional = "optional" in field;
    const shape = isOptional ? field.optional : field;
    const path = `${around}${name}`;
    return [
      { name: path, about: field.doc ?? shape.doc ?? "", accepts: acceptedBy(shape, isApart), isRequired: !isOptional },
      ...rowsInside(shape, isApart, path),
    ];
  });
}

/** Rows for what a value is made of; none if it is one word. */
export function rowsInside(shape: Shape, isApart: IsApart, path = ""): FieldRow[] {
  if (path !== "" && shape.title !== undefined && isApart(shape.title)) return [];
  const around = path === "" ? "" : `${path}.`;
  switch (shape.kind) {
    case "scalar":
    case "variant":
      return [];
    case "list":
      return rowsInside(shape.item, isApart, path === "" ? "" : `${path}[]`);
    case "mapping":
      return rowsOf(shape.fields, isApart, around);
    case "entries":
      return rowsInside(shape.item, isApart, `${around}NAME`);
    case "either":
      return rowsInside(shape.other, isApart, path);
    case "converted":
      return rowsInside(shape.written, isApart, path);
    default:
      return shape satisfies never;
  }
}

/** The form of a value that is no mapping: `5ms`; `undefined` if it has none. */
export function shortForm(shape: Shape, isApart: IsApart): string | undefined {
  if (shape.kind === "converted") return shortForm(shape.written, isApart);
  if (shape.kind !== "either") return undefined;
  return [shape.scalar, ...(shape.list === undefined ? [] : [shape.list])]
    .map((each) => acceptedBy(each, isApart)).join("; or ");
}

/** What is accepted. Fields are left to their rows. */
function acceptedBy(shape: Shape, isApart: IsApart): string {
  const { title } = shape;
  if (title !== undefined && isApart(title)) return `${/^[aeiou]/.test(title) ? "an" : "a"} ${title}`;
  switch (shape.kind) {
    case "scalar":
      return (shape.words?.length ?? 0) > MOST_WORDS && shape.accepts.split(",").length > MOST_WORDS
        ? `one of ${shape.words?.length} words`
        : shape.accepts;
    case "list":
      return `a list: ${acceptedBy(shape.item, isApart)}`;
    case "mapping":
      return "fields";
    case "entries":
      return `names, each with ${acceptedBy(shape.item, isApart)}`;
    case "variant":
      return `one ${shape.what}`;
    case "either":
      return [
        ...new Set(
          [shape.scalar, ...(shape.list === undefined ? [] : [shape.list]), shape.other]
            .map((each) => acceptedBy(each, isApart)),
        ),
      ].join("; or ");
    case "converted":
      return acceptedBy(shape.written, isApart);
    default:
      return shape satisfies never;
  }
}
