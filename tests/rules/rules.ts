/** The architecture as rules: which room may import which, and what may not be said in the core. */

/** A room: a folder or file, and the rooms that it may import. */
interface Room {
  readonly path: string;
  readonly imports: readonly string[];
}

/** The first entry whose path a file begins with is its room. Each room may import itself. */
export const ROOMS: readonly Room[] = [
  { path: "sim/kernel/", imports: [] },
  { path: "sim/trace/", imports: ["sim/kernel/", "sim/network/datagram.ts"] },
  { path: "sim/network/datagram.ts", imports: [] },
  { path: "sim/network/", imports: ["sim/kernel/", "sim/trace/", "sim/network/datagram.ts"] },
  { path: "sim/binary/", imports: [] },
  { path: "sim/parts/", imports: ["sim/kernel/", "sim/trace/", "sim/network/datagram.ts"] },
  { path: "firmware/ike/", imports: ["sim/network/datagram.ts", "sim/parts/modular_exponentiation.ts"] },
  { path: "firmware/nvram/", imports: ["sim/kernel/", "sim/parts/"] },
  {
    path: "firmware/interface.ts",
    imports: ["sim/parts/", "firmware/isdsc_status.ts", "firmware/mailbox_layouts.ts"],
  },
  { path: "firmware/isdsc_status.ts", imports: [] },
  { path: "firmware/mailbox_layouts.ts", imports: [] },
  {
    path: "firmware/",
    imports: ["sim/kernel/", "sim/trace/", "sim/parts/", "sim/network/", "firmware/"],
  },
  {
    path: "host/",
    imports: ["sim/kernel/", "sim/trace/", "sim/binary/", "sim/network/internet_address.ts", "firmware/interface.ts"],
  },
  {
    path: "sim/target/",
    imports: ["sim/kernel/", "sim/trace/", "sim/parts/", "sim/network/", "firmware/"],
  },
  {
    path: "sim/explore/",
    imports: ["sim/kernel/", "sim/trace/", "sim/parts/", "firmware/", "host/", "sim/world"],
  },
  {
    path: "sim/scenario/",
    imports: ["sim/kernel/", "sim/trace/", "sim/network/", "sim/parts/", "firmware/", "host/", "sim/world"],
  },
  {
    path: "sim/bridge/",
    imports: ["sim/kernel/", "sim/network/", "sim/trace/", "sim/world"],
  },
  {
    path: "sim/cli.ts",
    imports: [
      "host/initiator_service/",
      "sim/bridge/",
      "sim/network/",
      "sim/iscsicli.ts",
      "sim/scenario/",
      "sim/explore/",
      "sim/trace/",
      "sim/world",
      "sim/kernel/",
    ],
  },
  {
    path: "sim/",
    imports: [
      "sim/kernel/",
      "sim/trace/",
      "sim/parts/",
      "sim/network/",
      "sim/target/",
      "firmware/",
      "host/",
      "sim/world",
      "sim/factory.ts",
    ],
  },
];

/** Rooms in which time, chance and order come from the kernel alone. */
export const CORE: readonly string[] = [
  "sim/kernel/",
  "sim/trace/",
  "sim/network/",
  "sim/binary/",
  "sim/parts/",
  "sim/target/",
  "firmware/",
  "host/",
];

/** The one place in the core that may use what the platform has: the store on disk. */
export const CORE_EXCEPTIONS: readonly string[] = ["host/initiator_service/sqlite_key_store.ts"];

/** What may not occur in the core. */
export const BANNED: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\b/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bgetRandomValues\b/,
  /\basync\b/,
  /\bawait\b/,
  /\bPromise\b/,
  /\bDeno\./,
  /"node:/,
  // Implementation-approximated functions differ between engines.
  /\bMath\.(log|exp|sin|cos|tan|pow|cbrt)\w*\(/,
];

/** What may not occur in any source file. */
export const BANNED_EVERYWHERE: readonly RegExp[] = [
  /: any\b/,
  /\bas any\b/,
  /@ts-(ignore|expect-error|nocheck)/,
  /[A-Za-z0-9_)\]]!(\.|;|,|\)|\[)/,
  /\b(TODO|FIXME|XXX)\b/,
];

/** Files over 400 lines, each with the reason. */
export const LONG_FILES: ReadonlyMap<string, string> = new Map([
  ["firmware/ike/engine.ts", "one class: calls in, dispatch and what happens to exchanges share its registry"],
  ["sim/parts/flash/flash_part.ts", "one class: commands, faults and loss of power share the operation in progress"],
]);

/** The room of a file. */
export function roomOf(file: string): Room | undefined {
  return ROOMS.find(({ path }) => file.startsWith(path));
}

/** What is wrong with an import, or `undefined`. */
export function importProblem(from: string, to: string): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return `${from} is in no room`;
  if (to.startsWith(room.path) || room.imports.some((path) => to.startsWith(path))) return undefined;
  return `${from} imports ${to}`;
}

/** The code of a file without its comments, so that comments may name what is banned. */
export function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** What is wrong with a source file. */
export function sourceProblems(file: string, source: string): string[] {
  const code = withoutComments(source);
  const core = CORE.some((path) => file.startsWith(path)) && !CORE_EXCEPTIONS.includes(file);
  const banned = [...BANNED_EVERYWHERE, ...(core ? BANNED : [])];
  return banned.flatMap((pattern) => {
    const found = pattern.exec(code);
    return found === null ? [] : [`${file} says ${found[0]}`];
  });
}
