/**
 * The rule about changes of the interface: the change log tells of each.
 *
 * The record of the interface is its listing, and beside each name how often
 * the top section of the change log named it then. So what was told of an
 * earlier change, or for another reason, does not tell of the next.
 *
 * @module
 */

/** The groups of a section that tell of changes (Keep a Changelog 1.1.0). */
const GROUPS = /^(Added|Changed|Deprecated|Removed|Fixed|Security)\n/;

/** What a merge leaves in a file that was changed on both sides. */
const CONFLICT = /^(<{7}|>{7}|\|{7}) /m;

/**
 * The record of a listing.
 *
 * @param found The interface as it is now, without a record's marks.
 */
export function recordOf(found: string, changelog: string): string {
  const lines = [...blocksOf(found)].map(([symbol, { text }]) => {
    const count = mentionsOf(symbol, changelog);
    return count === 0 ? text : text.replace(/$/m, `, told ${count}`);
  });
  return `${[headOf(changelog), ...lines].join("\n")}\n`;
}

/** What must be told before a listing can be recorded in the place of another, one text for each name. */
export function apiProblems(record: string, found: string, changelog: string): string[] {
  if (CONFLICT.test(record)) {
    return ["the record holds a conflict of a merge: take either side, and record again"];
  }
  if (CONFLICT.test(changelog)) return ["CHANGELOG.md holds a conflict of a merge"];
  const before = blocksOf(record);
  const isSameSection = headOf(changelog) === record.split("\n")[0];
  return changesOf(record, found).flatMap(({ symbol, change }) => {
    if (!/^\[Unreleased\]/.test(sectionsOf(changelog)[0] ?? "")) {
      return [`${symbol} ${change}: open a section [Unreleased] in CHANGELOG.md`];
    }
    const told = isSameSection ? before.get(symbol)?.told ?? 0 : 0;
    if (mentionsOf(symbol, changelog) > told) return [];
    const once = told === 0 ? "" : ` once more: it stood there ${told === 1 ? "once" : `${told} times`} before`;
    return [`${symbol} ${change}: name \`${nameOf(symbol)}\` in the top section of CHANGELOG.md${once}`];
  });
}

/** What a record does not have as it is, one text for each name. */
export function unrecorded(record: string, found: string, changelog: string): string[] {
  const differences = changesOf(record, found).map(({ symbol, change }) => `${symbol} ${change}`);
  const before = blocksOf(record);
  for (const symbol of blocksOf(found).keys()) {
    const [told, now] = [before.get(symbol)?.told, mentionsOf(symbol, changelog)];
    if (told !== undefined && told !== now) differences.push(`${symbol} is told ${now}, not ${told}`);
  }
  if (differences.length === 0 && record !== recordOf(found, changelog)) differences.push("order or first line");
  return differences;
}

interface Change {
  /** A door and a name behind it. */
  readonly symbol: string;
  readonly change: "is new" | "is gone" | "has changed";
}

function changesOf(record: string, found: string): Change[] {
  const before = blocksOf(record);
  const after = blocksOf(found);
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((symbol): Change[] => {
    if (before.get(symbol)?.text === after.get(symbol)?.text) return [];
    return [{ symbol, change: !before.has(symbol) ? "is new" : !after.has(symbol) ? "is gone" : "has changed" }];
  });
}

interface Block {
  /** The lines of a name. */
  readonly text: string;
  /** How often the change log had named it. */
  readonly told: number;
}

/** The lines of each name, by door and name. */
function blocksOf(listing: string): Map<string, Block> {
  const blocks = new Map<string, Block>();
  for (const block of listing.trimEnd().split(/\n(?! )/)) {
    const symbol = /^\S+ \S+(?=:)/.exec(block)?.[0];
    const [mark, told = "0"] = /, told (\d+)$/m.exec(block.split("\n")[0] ?? "") ?? [""];
    if (symbol !== undefined) blocks.set(symbol, { text: block.replace(mark, ""), told: Number(told) });
  }
  return blocks;
}

/** A record's first line. Each section of the change log is counted anew: what is told now was not in the one before. */
function headOf(changelog: string): string {
  const last = /^\[.*?\]/.exec(sectionsOf(changelog)[1] ?? "")?.[0];
  return `# Written by \`deno task api\`. Told: in CHANGELOG.md since ${last ?? "its beginning"}`;
}

/** How often the top section names a symbol, or a member of it: `World`, `World.settle()`. */
function mentionsOf(symbol: string, changelog: string): number {
  const told = (sectionsOf(changelog)[0] ?? "").split(/^### /m).filter((group) => GROUPS.test(group)).join("");
  const name = nameOf(symbol);
  return told.split("`").filter((word, index) => index % 2 === 1 && (word === name || word.startsWith(`${name}.`)))
    .length;
}

function nameOf(symbol: string): string {
  return symbol.split(" ")[1] ?? "";
}

/** The sections of a change log, the newest first, each from its title on. */
function sectionsOf(changelog: string): string[] {
  return changelog.split(/^## /m).slice(1);
}
