/**
 * Shapes as TypeScript types: how a program writes what a file says. Declared
 * and not inferred, so that editors show what each field means, and compilers
 * are quick.
 *
 * Names that a story makes up are type parameters: `A` is the names of
 * adapters, `T` those of targets.
 *
 * @module
 */

import type { EntriesShape, Fields, ScalarShape, Shape, VariantShape } from "./shape.ts";

/** Names of things that are type parameters, by what shapes call the kind of thing. */
const PARAMETERS: Readonly<Record<string, string>> = {
  adapter: "A",
  target: "T",
  "adapter or target": "A | T",
};

const DECLARED: Readonly<Record<string, string>> = {
  A: "A extends string = string",
  T: "T extends string = string",
};

/**
 * The types of a shape.
 *
 * @param shape What is written.
 * @param name What its type is called.
 * @param docs What types mean that have names, by these names; one that is missing is an error.
 * @param groups Fields that many mappings have together, by what the type of them is called.
 * @param narrowings Types that say more of what each kind of a variant is given, by what the variant's type is called.
 * @returns Exported declarations.
 */
export function typeDeclarationsOf(
  shape: Shape,
  name: string,
  docs: Readonly<Record<string, string>>,
  groups: Readonly<Record<string, Fields>> = {},
  narrowings: Readonly<Record<string, string>> = {},
): string {
  const declarations = new Declarations(name, docs, groups, narrowings);
  declarations.define(name, shape);
  return declarations.text();
}

/** A declaration, and the type parameters that it has. */
interface Declaration {
  readonly text: string;
  readonly parameters: readonly string[];
}

class Declarations {
  readonly #whole: string;
  readonly #docs: Readonly<Record<string, string>>;
  readonly #groups: Readonly<Record<string, Fields>>;
  readonly #narrowings: Readonly<Record<string, string>>;
  readonly #declared = new Map<string, Declaration>();

  constructor(
    whole: string,
    docs: Readonly<Record<string, string>>,
    groups: Readonly<Record<string, Fields>>,
    narrowings: Readonly<Record<string, string>>,
  ) {
    this.#whole = whole;
    this.#docs = docs;
    this.#groups = groups;
    this.#narrowings = narrowings;
  }

  text(): string {
    const names = [...this.#declared.keys()].toSorted();
    return names.map((name) => `${this.#about(name)}${this.#declared.get(name)?.text}\n`).join("\n");
  }

  #about(name: string): string {
    const about = this.#docs[name];
    if (about === undefined) throw new RangeError(`No words about the type ${name}; expected a sentence`);
    return comment(about, "");
  }

  /** Declares the type of a shape, and refers to it. */
  define(name: string, shape: Shape): string {
    const body = this.#bodyOf(shape, "");
    return body.startsWith("{") && body.endsWith("}")
      ? this.#declare(name, body, (parameters) => `export interface ${name}${parameters} ${body}`)
      : this.#declare(name, body, (parameters) => `export type ${name}${parameters} = ${body};`);
  }

  #declare(name: string, body: string, write: (parameters: string, body: string) => string): string {
    const code = body.replaceAll(/\/\*\*.*?\*\//gs, "");
    const parameters = Object.keys(DECLARED).filter((each) => new RegExp(`\\b${each}\\b`).test(code));
    const text = write(listOf(parameters.map((each) => DECLARED[each] ?? each)), body);
    const known = this.#declared.get(name);
    if (known !== undefined && known.text !== text) throw new RangeError(`Two shapes have the title ${name}`);
    this.#declared.set(name, { text, parameters });
    return `${name}${listOf(parameters)}`;
  }

  #typeOf(shape: Shape, indent: string): string {
    return shape.title === undefined || isVariant(shape)
      ? this.#bodyOf(shape, indent)
      : this.define(pascal(this.#whole, shape.title), shape);
  }

  #bodyOf(shape: Shape, indent: string): string {
    switch (shape.kind) {
      case "scalar":
        return scalarType(shape);
      case "list":
        return `readonly ${grouped(this.#typeOf(shape.item, indent))}[]`;
      case "mapping":
        return this.#object(shape.fields, indent);
      case "entries":
        return this.#entries(shape, indent);
      case "variant":
        return this.#variant(shape);
      case "either":
        return union(
          [shape.scalar, ...(shape.list === undefined ? [] : [shape.list]), shape.other]
            .map((each) => this.#typeOf(each, indent)),
        );
      case "converted":
        return this.#typeOf(shape.written, indent);
      default:
        return shape satisfies never;
    }
  }

  #object(fields: Fields, indent: string): string {
    const groups = Object.entries(this.#groups).filter(([, group]) =>
      Object.entries(group).every(([name, field]) => fields[name] === field)
    );
    const grouped = groups.flatMap(([, group]) => Object.keys(group));
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !grouped.includes(name)));
    const references = groups.map(([name, group]) =>
      this.#declare(
        name,
        this.#fields(group, ""),
        (parameters, body) => `export interface ${name}${parameters} ${body}`,
      )
    );
    const others = Object.keys(rest).length > 0 || references.length === 0 ? [this.#fields(rest, indent)] : [];
    return [...references, ...others].join(" & ");
  }

  #fields(fields: Fields, indent: string): string {
    const inner = `${indent}  `;
    const lines = Object.entries(fields).map(([name, field]) => {
      const isOptional = "optional" in field;
      const shape = isOptional ? field.optional : field;
      const type = this.#typeOf(shape, inner);
      const about = field.doc ?? shape.doc;
      return `${about === undefined ? "" : comment(about, inner)}${inner}readonly ${name}${isOptional ? "?" : ""}: ${
        isOptional ? union([type, "undefined"]) : type
      };\n`;
    });
    return lines.length === 0 ? "Readonly<Record<never, never>>" : `{\n${lines.join("")}${indent}}`;
  }

  #entries({ name, item }: EntriesShape, indent: string): string {
    const value = this.#typeOf(item, indent);
    const made = name.names === undefined ? undefined : PARAMETERS[name.names];
    if (made !== undefined) return `{ readonly [Name in ${made}]: ${value} }`;
    const key = scalarType(name);
    return key === "string" ? `{ readonly [name: string]: ${value} }` : `{ readonly [Name in ${key}]?: ${value} }`;
  }

  /** The kinds as an interface, what stands beside them as another, and a type that takes exactly one kind. */
  #variant({ what, title = what, variants, beside }: VariantShape): string {
    const name = pascal(this.#whole, title);
    const kinds = Object.keys(variants);
    const known = this.#variants.get(name);
    if (known !== undefined) return this.#narrowed(name, known, kinds);
    this.#variants.set(name, kinds);
    const words = commonFields(kinds.map((kind) => beside[kind] ?? {}));
    const others = kinds.map((kind): readonly [string, Fields] => {
      const own = Object.entries(beside[kind] ?? {}).filter(([each]) => words[each] === undefined && each !== kind);
      return [kind, Object.fromEntries(own)];
    });
    const bodies = [
      [`${name}Kinds`, this.#object(variants, "")],
      [`${name}Words`, this.#object(words, "")],
      [`${name}Others`, this.#others(others)],
    ].filter(([, body]) => !/^Readonly<Record|^$/.test(body ?? ""));
    const references = bodies.map(([part = "", body = ""]) =>
      this.#declare(part, body, (parameters) => `export interface ${part}${parameters} ${body}`)
    );
    const [kindsType = "", wordsType, othersType] = references;
    const narrowing = this.#narrowings[name];
    const type = [
      narrowing === undefined ? `Pick<${kindsType}, V>` : `{ readonly [W in V]: ${narrowing}<${kindsType}[W]> }`,
      ...(wordsType === undefined ? [] : [wordsType]),
      ...(othersType === undefined ? [] : [`${othersType}[V]`]),
      `{ readonly [O in Exclude<keyof ${kindsType}, V${
        othersType === undefined ? "" : ` | keyof ${othersType}[V]`
      }>]?: never }`,
    ].join("\n    & ");
    return this.#declare(name, type, (parameters) => {
      const all = `${parameters.slice(0, -1)}, K extends keyof ${kindsType} = keyof ${kindsType}>`;
      return `export type ${name}${
        parameters === "" ? `<${all.slice(2)}` : all
      } = {\n  readonly [V in K]:\n    & ${type};\n}[K];`;
    });
  }

  readonly #variants = new Map<string, readonly string[]>();

  /** A variant that has fewer kinds than one of the same name. */
  #narrowed(name: string, all: readonly string[], kinds: readonly string[]): string {
    const parameters = ["A", "T"];
    const missing = all.filter((each) => !kinds.includes(each));
    const which = missing.length === 0
      ? []
      : [`Exclude<keyof ${name}Kinds, ${missing.map((each) => JSON.stringify(each)).join(" | ")}>`];
    return `${name}${listOf([...parameters, ...which])}`;
  }

  #others(others: readonly (readonly [string, Fields])[]): string {
    if (others.every(([, fields]) => Object.keys(fields).length === 0)) return "";
    return `{\n${
      others.map(([kind, fields]) =>
        `${comment(`Beside \`${kind}\`.`, "  ")}  readonly ${kind}: ${this.#object(fields, "  ")};\n`
      ).join("")
    }}`;
  }
}

function isVariant(shape: Shape): boolean {
  return shape.kind === "variant" || (shape.kind === "converted" && isVariant(shape.written));
}

/** The fields that all have: the same one, under the same name. */
function commonFields([first = {}, ...others]: readonly Fields[]): Fields {
  return Object.fromEntries(
    Object.entries(first).filter(([name, field]) => others.every((each) => each[name] === field)),
  );
}

function scalarType({ words = [], pattern, bounds, written, refersTo, namesIn }: ScalarShape): string {
  const names = refersTo === undefined ? undefined : PARAMETERS[refersTo];
  if (names !== undefined) return namesIn === undefined ? names : `\`\${${names}} > \${${names}}\``;
  if (written !== undefined) return written;
  const others = words.length > 0 && pattern === undefined ? [] : [bounds === undefined ? "string" : "number"];
  return union([...words.map(literal), ...others]);
}

/** A word as a program writes it: numbers and truth values are none in quotes. */
function literal(word: string): string {
  if (/^(\d+|0x[0-9a-f]+)$/.test(word)) return String(Number(word));
  return word === "true" || word === "false" ? word : JSON.stringify(word);
}

function union(types: readonly string[]): string {
  const all = [...new Set(types.flatMap((each) => /[{(<`]/.test(each) ? [each] : each.split(" | ")))];
  const isBoolean = all.includes("true") && all.includes("false");
  return (isBoolean ? ["boolean", ...all.filter((each) => each !== "true" && each !== "false")] : all).join(" | ");
}

function grouped(type: string): string {
  return type.includes(" | ") ? `(${type})` : type;
}

function listOf(parameters: readonly string[]): string {
  return parameters.length === 0 ? "" : `<${parameters.join(", ")}>`;
}

function comment(text: string, indent: string): string {
  return `${indent}/** ${text.replaceAll("*/", "*\\/")} */\n`;
}

/** All types have a name that begins with that of the whole. */
function pascal(whole: string, title: string): string {
  return whole + title.replaceAll(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
}
