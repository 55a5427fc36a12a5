/** The rule about changes of the interface: the change log tells of each. */

/** The groups of a section that tell of changes (Keep a Changelog 1.1.0). */
const GROUPS = /^(Added|Changed|Deprecated|Removed|Fixed|Security)\n/;

/** What is wrong with a change of the listing, one text for each name; nothing if the change log tells of it. */
export function apiProblems(listed: string, found: string, changelog: string): string[] {
  const before = blocksOf(listed);
  const after = blocksOf(found);
  const section = topSection(changelog);
  const isRelease = !/^\[Unreleased\]/.test(section);
  const told = section.split(/^### /m).filter((group) => GROUPS.test(group)).join("");
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((symbol) => {
    if (before.get(symbol) === after.get(symbol)) return [];
    const change = !before.has(symbol) ? "is new" : !after.has(symbol) ? "is gone" : "has changed";
    if (isRelease) return [`${symbol} ${change}: open a section [Unreleased] in CHANGELOG.md`];
    const name = symbol.split(" ")[1] ?? "";
    return told.includes(`\`${name}\``)
      ? []
      : [`${symbol} ${change}: name \`${name}\` in the top section of CHANGELOG.md`];
  });
}

/** The lines of each name, by door and name. */
function blocksOf(listing: string): Map<string, string> {
  const blocks = new Map<string, string>();
  for (const block of listing.split(/\n(?! )/)) {
    const symbol = /^\S+ \S+(?=:)/.exec(block)?.[0];
    if (symbol !== undefined) blocks.set(symbol, block);
  }
  return blocks;
}

/** The first section of a change log, from its title on. */
function topSection(changelog: string): string {
  return changelog.split(/^## /m)[1] ?? "";
}
