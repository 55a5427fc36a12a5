/** What documents point to is there: the targets of their links, and the files and folders that they name as code. */

import { ROOT } from "./source_files.ts";

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
 * @param exists Whether there is a file or folder, from the project's root.
 */
export function brokenReferences(path: string, text: string, exists: (path: string) => boolean): string[] {
  const near = (target: string) => new URL(target, `file:///${path}`).pathname.slice(1);
  return references(text).filter(({ target, isLink }) => {
    return !exists(near(target)) && (isLink || !exists(target));
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
  /** Links are relative to their document; what is named as code may also start from the project's root. */
  readonly isLink: boolean;
}

const LINK = /\]\(([^)\s]+)\)/g;
const CODE = /`([^`]+)`/g;
/** What lies in one of the project's folders. */
const FOLDERS = /^(sim|firmware|host|tests|bench|compat|scenarios|\.ci|\.github)\//;
const SOURCE = /^[\w./-]+\.(ts|md)$/;
const WORD = /[\w.@-]+(?:\/[\w.@-]+)*\/?/g;

function references(text: string): Reference[] {
  let isFenced = false;
  return text.split("\n").flatMap((content, index): Reference[] => {
    if (content.startsWith("```")) {
      isFenced = !isFenced;
      return [];
    }
    const code = isFenced ? [content] : [...content.matchAll(CODE)].map((match) => match[1] ?? "");
    const named = code.flatMap((each) => each.match(WORD) ?? []).filter((word) => {
      // What commands in a block write is not there yet.
      return FOLDERS.test(word) || (!isFenced && SOURCE.test(word));
    });
    const links = isFenced ? [] : [...content.matchAll(LINK)].map((match) => match[1] ?? "").filter(isLocal);
    return [
      ...links.map((target) => ({ line: index + 1, target: target.replace(/#.*/, ""), isLink: true })),
      ...named.map((target) => ({ line: index + 1, target, isLink: false })),
    ];
  });
}

function isLocal(target: string): boolean {
  return !/^([a-z]+:|#)/.test(target);
}
