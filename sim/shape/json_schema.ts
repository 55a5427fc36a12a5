/**
 * Shapes as JSON Schema (draft 2020-12), for editors and for other programs.
 *
 * A schema accepts what a reader accepts, but for what only a reader can know:
 * names that refer to something, contradictions between fields, texts that only
 * a parser understands. Editors read YAML by its core schema, so that `true` is
 * a boolean and `16` a number there; in quotes they are texts, which the reader takes, too.
 *
 * @module
 */

import {
  type EntriesShape,
  type Fields,
  parseScalar,
  type ScalarShape,
  type Shape,
  type VariantShape,
} from "./shape.ts";

/** A schema as JSON: what `JSON.stringify` takes. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/**
 * The schema of a shape.
 *
 * The kinds of each variant become `$defs`, each with its name as title, and the variant an `anyOf` of them: with
 * `oneOf` editors offer the words of the last kind only.
 *
 * @param shape The whole file.
 * @param title What the file is called.
 */
export function jsonSchemaOf(shape: Shape, title: string): JsonSchema {
  const definitions = new Definitions();
  const schema = definitions.schemaOf(shape);
  return { $schema: DRAFT, title, ...schema, $defs: definitions.all() };
}

class Definitions {
  readonly #definitions = new Map<string, JsonSchema>();

  /** The definitions in the order of their names. */
  all(): JsonSchema {
    return Object.fromEntries([...this.#definitions].toSorted(([a], [b]) => a < b ? -1 : 1));
  }

  schemaOf(shape: Shape): JsonSchema {
    const { doc, title } = shape;
    const schema = this.#kindOf(shape);
    return {
      ...(title === undefined ? schema : this.#refer(title, { title, ...schema })),
      ...(doc === undefined ? {} : { description: doc }),
    };
  }

  #kindOf(shape: Shape): JsonSchema {
    switch (shape.kind) {
      case "scalar":
        return this.#scalar(shape);
      case "list":
        return {
          type: "array",
          items: this.schemaOf(shape.item),
          ...(shape.isFilled === true ? { minItems: 1 } : {}),
          ...(shape.length === undefined ? {} : { minItems: shape.length, maxItems: shape.length }),
          ...(shape.isDistinct === true ? { uniqueItems: true } : {}),
        };
      case "mapping":
        return { ...this.#mapping(shape.fields), ...shape.conditions };
      case "entries":
        return this.#entries(shape);
      case "variant":
        return this.#variant(shape);
      case "either":
        // The scalar first: a mistyped word is then told as such, and not as no mapping.
        return {
          anyOf: [shape.scalar, ...(shape.list === undefined ? [] : [shape.list]), shape.other]
            .map((each) => this.schemaOf(each)),
        };
      case "converted":
        return this.schemaOf(shape.written);
      default:
        return shape satisfies never;
    }
  }

  /** In the place of a value the name of one may stand: `$cut`. */
  #scalar(shape: ScalarShape): JsonSchema {
    const { description, examples, ...schema } = scalarSchema(shape);
    const takesAny = schema["type"] === "string" && schema["pattern"] === undefined;
    if (shape.isLiteral || takesAny || Array.isArray(schema["type"])) {
      return { ...schema, description, ...(examples === undefined ? {} : { examples }) };
    }
    const quoted = inQuotes(shape);
    const named = quoted === undefined
      ? this.#refer("name of a value", { type: "string", pattern: "^\\$" })
      : this.#refer("name, or in quotes", { type: "string", pattern: `^\\$|${quoted}` });
    return { anyOf: [this.#form(shape, schema), named], description, ...(examples === undefined ? {} : { examples }) };
  }

  /** What stands in many places and has a name in programs, such as a duration, is defined once. */
  #form({ written = "" }: ScalarShape, schema: JsonSchema): JsonSchema {
    return /^[A-Z]/.test(written) ? this.#refer((written.match(/\w+/g) ?? []).join(" "), schema) : schema;
  }

  #mapping(fields: Fields): JsonSchema {
    const properties = Object.entries(fields).map(([name, field]) => {
      const schema = this.schemaOf("optional" in field ? field.optional : field);
      return [name, field.doc === undefined ? schema : { ...schema, description: field.doc }] as const;
    });
    const required = Object.keys(fields).filter((name) => !("optional" in (fields[name] ?? {})));
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    };
  }

  #entries({ name, item, isFilled }: EntriesShape): JsonSchema {
    const { pattern } = name;
    return {
      type: "object",
      ...(pattern === undefined ? {} : { propertyNames: { pattern: sourceOf(pattern) } }),
      additionalProperties: this.schemaOf(item),
      ...(isFilled === true ? { minProperties: 1 } : {}),
    };
  }

  #variant({ what, variants, beside }: VariantShape): JsonSchema {
    // Of a name that may stand beside other kinds, too, an editor cannot tell which kind is meant. The language server
    // prefers kinds of which more holds, and this holds of the kind whose name is there, even with nothing behind it.
    const isAmbiguous = Object.values(beside).some((fields) =>
      Object.keys(fields).some((name) => Object.hasOwn(variants, name))
    );
    return {
      anyOf: Object.entries(variants).map(([name, kind]) => {
        const fields = this.#mapping({ [name]: kind, ...beside[name] });
        const hint = isAmbiguous ? { dependentRequired: { [name]: [name] } } : {};
        // The name of the kind is there, also where a word beside it is called alike and could be left out.
        return this.#refer(`${what} ${name}`, { title: name, ...fields, required: [name], ...hint });
      }),
    };
  }

  /** A reference to a definition. Two that have a name in common are told apart by a number. */
  #refer(name: string, schema: JsonSchema): JsonSchema {
    for (let count = 1;; count++) {
      const key = count === 1 ? name : `${name}${count}`;
      const known = this.#definitions.get(key);
      if (known === undefined) this.#definitions.set(key, schema);
      if (known === undefined || JSON.stringify(known) === JSON.stringify(schema)) return { $ref: `#/$defs/${key}` };
    }
  }
}

function scalarSchema(shape: ScalarShape): JsonSchema {
  const { words = [], pattern, bounds, accepts, example } = shape;
  const told = { description: `Expected: ${accepts}.`, ...(example === undefined ? {} : { examples: [example] }) };
  if (bounds !== undefined) {
    const number = { type: "integer", ...bounds };
    return { ...(words.length === 0 ? number : { anyOf: [{ enum: words }, number] }), ...told };
  }
  if (isTruth(words)) return { type: "boolean", ...told };
  // What is written as a number or a truth value is one for an editor, and a text for the reader.
  const number = numberSchema(shape);
  const others = [
    ...(number === undefined ? [] : [number]),
    ...(parseScalar(shape, "true") === undefined ? [] : [{ type: "boolean" }]),
  ];
  if (words.length === 0 && pattern === undefined) {
    const types = ["string", ...others.map(({ type }) => type)];
    return { ...number, type: types.length === 1 ? "string" : types, ...told };
  }
  const forms = [
    ...(words.length === 0 ? [] : [{ enum: [...new Set(words.map((word) => isNumber(word) ? Number(word) : word))] }]),
    ...(pattern === undefined ? [] : [{ type: "string", pattern: sourceOf(pattern) }]),
    ...others,
  ];
  return { ...(forms.length === 1 ? forms[0] : { anyOf: forms }), ...told };
}

/** Numbers of all kinds that a reader may be given: bounds are told of a scalar that takes none beyond them. */
const FRACTIONS = ["1.5", "1.25e1", "1e-3", ".5", "0.5"];
const NEGATIVES = ["-1", "-77", "-1.5", "-1e3", "-.5"];
const LARGEST = [0xffff, 0xffff_ffff, Number.MAX_SAFE_INTEGER];

/** Which numbers a scalar takes that is no number, as far as a few of them tell; `undefined` if it takes none. */
function numberSchema(shape: ScalarShape): { readonly type: string } & JsonSchema | undefined {
  const takes = (number: string | number) => parseScalar(shape, String(number)) !== undefined;
  if (!takes(7) && !takes(77)) return undefined;
  const least = [0, 1].find(takes);
  const most = LARGEST.find((each) => takes(each) && !takes(each + 1));
  return {
    type: FRACTIONS.some(takes) ? "number" : "integer",
    ...(least === undefined || NEGATIVES.some(takes) ? {} : { minimum: least }),
    ...(most === undefined ? {} : { maximum: most }),
  };
}

/** What is a text only in quotes, as a pattern: the texts of numbers and truth values. */
function inQuotes({ words = [], pattern, bounds }: ScalarShape): string | undefined {
  if (bounds !== undefined && pattern !== undefined) return sourceOf(pattern);
  const quoted = isTruth(words) ? words : words.filter(isNumber);
  return quoted.length === 0 ? undefined : `^(${quoted.join("|")})$`;
}

function isTruth(words: readonly string[]): boolean {
  return words.length === 2 && words.includes("true") && words.includes("false");
}

/** Whether an editor reads a word as a number. */
function isNumber(word: string): boolean {
  return /^(\d+|0x[0-9a-f]+)$/i.test(word);
}

/** A pattern as JSON Schema takes it: without flags, so that letters without case are written out. */
function sourceOf({ source, ignoreCase }: RegExp): string {
  if (!ignoreCase) return source;
  return source.replace(/\\.|\[[^\]]*\]|[a-z]/g, (part) => {
    if (part.startsWith("\\")) return part;
    if (!part.startsWith("[")) return `[${part}${part.toUpperCase()}]`;
    return part.replace(/a-f|a-z/g, (range) => range + range.toUpperCase());
  });
}
