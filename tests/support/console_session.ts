/**
 * What a document shows of a session at a terminal: commands behind `$ `, their further lines behind `> `, and below what
 * they print.
 */

/** A command, and what is printed. */
export interface Exchange {
  /** As a shell takes it; may have several lines. */
  readonly command: string;
  /** Standard output and standard error, in the order in which they come. */
  readonly printed: string;
}

const BLOCK = /^```console\n([^]*?)^```$/gm;

/** The section of a document with a heading of the second level. */
export function sectionOf(document: string, title: string): string {
  const section = document.split(/^(?=## )/m).find((each) => each.startsWith(`## ${title}\n`));
  if (section === undefined) throw new Error(`There is no section ${title}`);
  return section;
}

/** The session that a section shows, over all of its blocks. */
export function sessionOf(section: string): readonly Exchange[] {
  return [...section.matchAll(BLOCK)].flatMap(([, block = ""]) => exchangesOf(block));
}

function exchangesOf(block: string): readonly Exchange[] {
  return block.split(/^(?=\$ )/m).map((each) => {
    const [, command = "", printed = ""] = /^\$ (.*\n(?:> .*\n)*)([^]*)$/.exec(each) ?? [];
    return { command: command.replaceAll(/^> /gm, "").trimEnd(), printed };
  });
}

/**
 * The same section with what commands print now.
 *
 * @param session As {@linkcode sessionOf} gives it, with other prints.
 */
export function withSession(section: string, session: readonly Exchange[]): string {
  let next = 0;
  return section.replaceAll(BLOCK, (_, block: string) => {
    const exchanges = exchangesOf(block).map(() => session[next++]);
    const lines = exchanges.map((each) => `$ ${each?.command.replaceAll("\n", "\n> ")}\n${each?.printed}`);
    return `\`\`\`console\n${lines.join("")}\`\`\``;
  });
}

/**
 * Types the commands of a session in a folder, one after the other: each finds what those before have written, and their
 * exit code.
 *
 * @param path Folders in which programs are found, besides those of the system.
 * @returns The session as it went.
 */
export function typed(session: readonly Exchange[], folder: string, path: string): readonly Exchange[] {
  let last = 0;
  return session.map(({ command }) => {
    const { code, stdout } = new Deno.Command("sh", {
      args: ["-c", `exec 2>&1\n(exit ${last})\n${command}\n`],
      cwd: folder,
      env: { NO_COLOR: "1", PATH: `${path}:${Deno.env.get("PATH")}` },
    }).outputSync();
    last = code;
    return { command, printed: new TextDecoder().decode(stdout) };
  });
}
