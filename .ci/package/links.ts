/**
 * Links of the texts that travel in the package.
 *
 * @module
 */

/** A block of code, or a link: its text and where it leads. */
const CODE_OR_LINK = /```[^]*?```|\[((?:`[^`]*`|[^\]`])*)\]\(([^()\s]+)\)/g;

/**
 * A text in which what leads to a file that is not in the package is no link: its words stay.
 *
 * @param text Markdown.
 * @param files Paths of the package's files, from the folder of the text.
 */
export function withoutDeadLinks(text: string, files: ReadonlySet<string>): string {
  return text.replaceAll(CODE_OR_LINK, (whole, words: string | undefined, target: string | undefined) => {
    if (words === undefined || target === undefined) return whole;
    const isElsewhere = /^([a-z][a-z0-9+.-]*:|#)/i.test(target);
    return isElsewhere || files.has(target.replace(/^\.\//, "").replace(/#.*/, "")) ? whole : words;
  });
}
