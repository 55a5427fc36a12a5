/**
 * What documents point to is there: the targets of their links with the headings in them, and the files and folders
 * that they name as code.
 */

import { lexer, type Token } from "marked";
import { readSource, ROOT } from "./source_files.ts";

/** What a document can point to, by paths from the project's root. */
export interface Project {
  /** Whether there is such a file or folder. */
  exists(path: string): boolean;
  /** The text of a file that is there. */
  read(path: string): string;
}

/** The project itself. */
export const PROJECT: Project = { exists: existsInProject, read: readSource };

/** All Markdown files of the project, as paths from its root. */
export function documents(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return name === ".git" || name === "node_modules" ? [] : documents(`${folder}${name}/`);
    return name.endsWith(".md") ? [folder + name] : [];
  }).toSorted();
}

/**
 * Says of each thing that a document points to in vain where it does: `path:line: what`.
 *
 * @param path The document, from the project's root.
 */
export function brokenReferences(path: string, text: string, project: Project): string[] {
  return referencesIn(text).filter(({ target, kind }) => {
    const { pathname, hash } = new URL(target, `file:///${path}`);
    const near = decodeURIComponent(pathname).slice(1);
    switch (kind) {
      case "nothing":
        return true;
      case "code":
        return !project.exists(near) && !project.exists(target);
      case "link":
        if (near === path) return hash !== "" && !isPlaceIn(path, text, hash);
        return !project.exists(near) || (hash !== "" && !isPlaceIn(near, project.read(near), hash));
      default:
        return kind satisfies never;
    }
  }).map(({ line, target }) => `${path}:${line}: ${target}`);
}

/** True of a file or folder of the project. */
export function existsInProject(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)).isDirectory || !path.endsWith("/");
  } catch {
    return false;
  }
}

interface Reference {
  readonly line: number;
  readonly target: string;
  /**
   * Links are relative to their document; what is named as code may also start from the project's root. Nothing is what
   * a link refers to that no definition is for.
   */
  readonly kind: "link" | "code" | "nothing";
}

/** What lies in one of the project's folders. */
const FOLDERS = /^(sim|firmware|host|tests|bench|compat|scenarios|\.ci|\.github)\//;
/** What a task writes there, and no checkout has (`.gitignore`). */
const MADE = /^sim\/lab\/page\/built\//;
const SOURCE = /^[\w./-]+\.(ts|md)$/;
const WORD = /[\w.@-]+(?:\/[\w.@-]+)*\/?/g;
const HTML_LINK = /\b(?:href|src)\s*=\s*["']?([^"'\s>]+)/gi;
const UNDEFINED_REFERENCE = /\]\[[^\]]+\]/g;

function referencesIn(text: string): Reference[] {
  return [...placed(lexer(text), text, 0)].flatMap(({ token, offset }) => {
    return [...referencesOf(token)].map(({ target, kind, at = 0 }) => {
      return { target, kind, line: text.slice(0, offset + at).split("\n").length };
    });
  });
}

/** All tokens of a text, each with where it begins, from the outside in. */
function* placed(tokens: readonly Token[], text: string, from: number): Generator<{ token: Token; offset: number }> {
  let cursor = from;
  for (const token of tokens) {
    // Within quotes and lists a token has lost what its lines began with; its first line is found all the same.
    const [firstLine = ""] = token.raw.split("\n");
    const found = text.indexOf(firstLine, cursor);
    const offset = found < 0 ? cursor : found;
    yield { token, offset };
    yield* placed(childrenOf(token), text, offset);
    cursor = offset + firstLine.length;
  }
}

function childrenOf(token: Token): readonly Token[] {
  if (token.type === "list") return token.items;
  if (token.type === "table") {
    return [token.header, ...token.rows].flat().flatMap((cell: { readonly tokens: readonly Token[] }) => cell.tokens);
  }
  return "tokens" in token ? token.tokens ?? [] : [];
}

function* referencesOf(token: Token): Generator<Omit<Reference, "line"> & { readonly at?: number }> {
  switch (token.type) {
    case "link":
    case "image":
    case "def":
      if (isLocal(token.href)) yield { target: token.href, kind: "link" };
      return;
    case "html":
      for (const { 1: target = "", index } of token.raw.matchAll(HTML_LINK)) {
        if (isLocal(target)) yield { target, kind: "link", at: index };
      }
      return;
    case "text":
      if ("tokens" in token) return;
      for (const { 0: target, index } of token.raw.matchAll(UNDEFINED_REFERENCE)) {
        yield { target: target.slice(1), kind: "nothing", at: index };
      }
      return;
    case "codespan":
    case "code":
      for (const { 0: target, index } of token.raw.matchAll(WORD)) {
        // What commands in a block write is not there yet.
        const isNamed = (FOLDERS.test(target) && !MADE.test(target)) ||
          (token.type === "codespan" && SOURCE.test(target));
        if (isNamed) yield { target, kind: "code", at: index };
      }
      return;
    default:
      return;
  }
}

function isLocal(target: string): boolean {
  return !/^[a-z]+:/i.test(target);
}

/** True if a file has the place that a link's `#…` names: a heading of a document, or lines of a source. */
function isPlaceIn(path: string, text: string, hash: string): boolean {
  const name = decodeURIComponent(hash.slice(1));
  return path.endsWith(".md") ? anchorsOf(text).has(name) : /^L\d+(-L\d+)?$/.test(name);
}

/** What GitHub calls the headings of a document; one that comes again has a number. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { token } of placed(lexer(text), text, 0)) {
    if (token.type !== "heading") continue;
    const name = wordsOf(token.tokens ?? []).toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
      .replaceAll(" ", "-");
    const names = [name, ...Array.from({ length: anchors.size }, (_, index) => `${name}-${index + 1}`)];
    anchors.add(names.find((each) => !anchors.has(each)) ?? name);
  }
  return anchors;
}

/** What a reader sees of tokens. */
function wordsOf(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    const children = childrenOf(token);
    if (children.length > 0) return wordsOf(children);
    return "text" in token && token.type !== "html" ? token.text : "";
  }).join("");
}
