/** What a README tells its readers to do, as something that can be done. */

/** One thing to do: to write a file, or to run commands. */
export type Action =
  | { readonly type: "file"; readonly name: string; readonly text: string }
  | { readonly type: "commands"; readonly text: string };

/** A part of a section with what it tells to do, in order. */
export interface Part {
  readonly title: string;
  readonly actions: readonly Action[];
}

/** A block of code; before one that is a file stands the file's name. `ignore` tells `deno test --doc` that it is none of its own. */
const BLOCK = /(?:^\*\*([^*\n]+)\*\*:\n\n)?^```(\w+)(?: ignore)?\n([^]*?)^```$/gm;

/**
 * Reads a section.
 *
 * @param readme The text.
 * @param section Its title.
 * @throws {Error} There is no such section, or it has a block that is neither a file nor commands.
 */
export function partsOf(readme: string, section: string): Part[] {
  const text = readme.split(/^## /m).find((each) => each.startsWith(`${section}\n`));
  if (text === undefined) throw new Error(`The README has no section ${section}`);
  return text.split(/^### /m).slice(1).map((part) => ({
    title: part.split("\n", 1)[0] ?? "",
    actions: [...part.matchAll(BLOCK)].map(([block, name, language, content = ""]): Action => {
      if (name !== undefined) return { type: "file", name, text: content };
      if (language === "sh") return { type: "commands", text: content };
      throw new Error(`Neither a file nor commands: ${block}`);
    }),
  })).filter(({ actions }) => actions.length > 0);
}
