/**
 * The architecture as a table: which room may import from which.
 *
 * A room is a folder with the folders in it that are no rooms of their own.
 * Dependencies point one way, from the table's bottom to its top. A room may
 * always import from itself.
 */

import { temporaryFolder } from "../support/temporary_folder.ts";
import { ROOT, sourceFiles } from "./source_files.ts";

export interface Room {
  /** The folder, or the one file, that is the room. A file belongs to the room with the longest path that it lies under. */
  readonly path: string;
  /** The rooms whose modules it may import, besides itself: whole, or only the modules named. */
  readonly mayImport: Readonly<Record<string, "all" | readonly string[]>>;
  /** The packages that it may import, each with all its modules. */
  readonly packages: readonly string[];
}

/** The ground: what firmware and host stand on. */
const GROUND = {
  "sim/kernel": "all",
  "sim/network/datagram.ts": "all",
  "sim/layout": "all",
  "sim/shape": "all",
  "sim/trace": "all",
  "sim/network": "all",
  "sim/parts": "all",
} as const;
const FIRMWARE = {
  "firmware/manual": "all",
  "firmware/nvram": "all",
  "firmware/ike": "all",
  "firmware/cache": "all",
  "firmware/session": "all",
  "firmware": "all",
} as const;
/** Of sessions, what every end of phase 1 has. */
const TARGETS_OWN = ["phase1_runner.ts", "key_candidates.ts", "identification_text.ts"] as const;
/** What a world is made of. */
const WORLD = { ...GROUND, ...FIRMWARE, "host": "all" } as const;

/** The one place where the rule of dependencies is written: ground <- firmware <- host <- lab. */
export const ROOMS: readonly Room[] = [
  { path: "sim/kernel", mayImport: {}, packages: ["@noble/hashes"] },
  // The type of what travels over the wire: captures and engines speak of it without a network.
  { path: "sim/network/datagram.ts", mayImport: {}, packages: [] },
  { path: "sim/layout", mayImport: {}, packages: [] },
  // What files may say, as data: nothing here reads one.
  { path: "sim/shape", mayImport: {}, packages: ["fastest-levenshtein"] },
  {
    path: "sim/trace",
    mayImport: { "sim/kernel": "all", "sim/network/datagram.ts": "all" },
    packages: ["@bufbuild/protobuf/wire", "@noble/hashes", "cbor-x/index-no-eval"],
  },
  {
    path: "sim/network",
    mayImport: { "sim/kernel": "all", "sim/network/datagram.ts": "all", "sim/trace": "all" },
    packages: [],
  },
  {
    path: "sim/parts",
    mayImport: {
      "sim/kernel": "all",
      "sim/network/datagram.ts": "all",
      "sim/trace": "all",
      "sim/layout": "all",
      "sim/shape": "all",
    },
    packages: ["@noble/hashes"],
  },
  {
    // The exchange is plain data and a transition table: it knows no kernel, and so no time but what it is told.
    path: "firmware/ike",
    mayImport: { "sim/network/datagram.ts": "all", "sim/parts": ["modular_exponentiation.ts"] },
    packages: ["@noble/hashes", "@noble/ciphers", "@noble/curves", "des.js"],
  },
  {
    // The hardware manual: all that a driver knows of the adapter. Identification types are IKE's numbers.
    path: "firmware/manual",
    mayImport: {
      "sim/kernel": "all",
      "sim/layout": "all",
      "sim/parts": "all",
      "firmware/ike": ["identification_types.ts"],
    },
    packages: [],
  },
  {
    path: "firmware/nvram",
    mayImport: { "sim/kernel": "all", "sim/layout": ["slab.ts"], "sim/parts": "all" },
    packages: ["@noble/hashes", "@noble/ciphers"],
  },
  {
    path: "firmware/cache",
    mayImport: {
      "sim/kernel": "all",
      "sim/layout": ["slab.ts"],
      "sim/parts": "all",
      "firmware/manual": "all",
      "firmware/nvram": "all",
    },
    packages: ["@noble/ciphers"],
  },
  {
    path: "firmware/session",
    mayImport: { ...GROUND, "firmware/manual": "all", "firmware/ike": "all", "firmware/cache": "all" },
    packages: ["@noble/hashes"],
  },
  {
    path: "firmware",
    mayImport: {
      ...GROUND,
      "firmware/manual": "all",
      "firmware/nvram": "all",
      "firmware/ike": "all",
      "firmware/cache": "all",
      "firmware/session": "all",
    },
    packages: ["@noble/hashes", "@noble/ciphers", "@noble/curves"],
  },
  {
    // A real driver has the hardware manual, and nothing else of the firmware.
    path: "host",
    mayImport: {
      "sim/kernel": "all",
      "sim/layout": "all",
      "sim/trace": "all",
      "sim/network": ["internet_address.ts"],
      "firmware/manual": "all",
    },
    packages: ["@noble/hashes", "@noble/ciphers"],
  },
  {
    // The peer at the far end speaks IKE by the same engine, and knows nothing of the adapter.
    path: "sim/lab/world/target.ts",
    mayImport: { ...GROUND, "firmware/ike": "all", "firmware/session": TARGETS_OWN },
    packages: ["@noble/ciphers"],
  },
  {
    path: "sim/lab/foreign",
    mayImport: {
      "sim/kernel": "all",
      "sim/parts": "all",
      "sim/layout": "all",
      "sim/trace": "all",
      "firmware/manual": "all",
      "firmware/nvram": "all",
      "firmware/session": ["sessions.ts"],
      "firmware": ["other_firmware.ts", "traced_command.ts"],
    },
    packages: [],
  },
  {
    path: "sim/lab/world",
    mayImport: { ...WORLD, "sim/lab/world/target.ts": "all", "sim/lab/foreign": "all" },
    packages: ["@noble/ciphers", "@noble/hashes"],
  },
  { path: "sim/lab/bridge", mayImport: { ...WORLD, "sim/lab/world": "all" }, packages: [] },
  // Faults as data: of a world, and of no way to write them down.
  {
    path: "sim/lab/faults",
    mayImport: { ...WORLD, "sim/lab/world": "all", "sim/lab/world/target.ts": "all" },
    packages: ["@noble/ciphers"],
  },
  {
    path: "sim/lab/scenario",
    mayImport: {
      ...WORLD,
      "sim/lab/world/target.ts": "all",
      "sim/lab/foreign": "all",
      "sim/lab/world": "all",
      "sim/lab/faults": "all",
    },
    packages: ["@noble/ciphers", "@noble/hashes", "yaml"],
  },
  {
    path: "sim/lab/explore",
    mayImport: {
      ...WORLD,
      "sim/lab/foreign": "all",
      "sim/lab/world": "all",
      "sim/lab/world/target.ts": "all",
      "sim/lab/faults": "all",
      "sim/lab/scenario": "all",
    },
    packages: ["@noble/hashes", "@noble/ciphers", "yaml"],
  },
  {
    // What a page holds of a run, and the core that it runs: no browser yet.
    path: "sim/lab/page",
    mayImport: {
      ...WORLD,
      "sim/lab/world": "all",
      "sim/lab/faults": "all",
      "sim/lab/scenario": "all",
      "sim/lab/explore": "all",
    },
    packages: ["@noble/ciphers", "@noble/hashes"],
  },
  {
    // The page reads what is in its file; what runs is in a worker, behind messages.
    path: "sim/lab/page/app",
    mayImport: { "sim/kernel": "all", "sim/trace": "all", "sim/lab/page": "all" },
    packages: ["preact"],
  },
  {
    // The playground's folder, and what its core says of a text: completion, mistakes, changes by hand.
    path: "sim/lab/page/playground",
    mayImport: {
      "sim/kernel": "all",
      "sim/shape": "all",
      "sim/lab/scenario": "all",
      "sim/lab/explore": "all",
      "sim/lab/page": "all",
    },
    packages: ["terser", "yaml"],
  },
  {
    // The editor beside the panels: of the core it knows types and messages.
    path: "sim/lab/page/playground/app",
    mayImport: {
      "sim/trace": "all",
      "sim/lab/explore": ["tape/tape.ts"],
      "sim/lab/page": "all",
      "sim/lab/page/app": "all",
      "sim/lab/page/playground": "all",
    },
    packages: ["preact", "@codemirror", "@lezer/highlight"],
  },
  {
    path: "sim/lab/command",
    mayImport: {
      ...WORLD,
      "sim/lab/page": [
        "content/run_again.ts",
        "content/run_content.ts",
        "file/report_html.ts",
        "file/sources_digest.ts",
      ],
      "sim/lab/foreign": "all",
      "sim/lab/world": "all",
      "sim/lab/bridge": "all",
      "sim/lab/scenario": "all",
      "sim/lab/faults": "all",
      "sim/lab/explore": "all",
    },
    packages: ["@noble/ciphers", "@noble/hashes", "@std/cli", "fastest-levenshtein"],
  },
];

/** Files of the command that import none, and yet wait for what is outside. */
const WAITING = [
  ...["cli", "command", "explore_certify", "explore_inevitable", "explore_ties", "run_scenario_file", "sliced_run"],
  ...["slices", "test_file", "trace_exports", "until_interrupted", "watched_work"],
  ...["commands/bridge", "commands/diff", "commands/explain", "commands/explore", "commands/run", "commands/table"],
  ...["commands/test", "commands/trace"],
].map((name) => `sim/lab/command/${name}.ts`);

/** Modules of the runtime that single files may import. */
const RUNTIME_MODULES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(WAITING.map((path) => [path, []])),
  "host/initiator_service/sqlite_key_store.ts": ["node:process", "node:sqlite"],
  "sim/lab/bridge/drawn_seed.ts": ["node:crypto"],
  "sim/lab/bridge/udp_bridge.ts": ["node:worker_threads"],
  "sim/lab/bridge/udp_worker.ts": ["node:dgram", "node:buffer", "node:process", "node:worker_threads"],
  "sim/lab/command/cuts_campaign.ts": ["node:process"],
  "sim/lab/command/cuts_worker.ts": ["node:worker_threads"],
  "sim/lab/command/explore_campaign.ts": ["node:process"],
  "sim/lab/command/explore_files.ts": ["node:fs", "node:path"],
  "sim/lab/command/explore_job.ts": ["node:path", "node:url"],
  "sim/lab/command/explore_parts.ts": ["node:path"],
  "sim/lab/command/explore_worker.ts": ["node:worker_threads"],
  "sim/lab/command/commands/debug.ts": ["node:process", "node:readline"],
  "sim/lab/command/file_identity.ts": ["node:fs", "node:path"],
  "sim/lab/command/input_files.ts": ["node:fs", "node:path"],
  "sim/lab/command/output_files.ts": ["node:fs"],
  "sim/lab/command/interruption.ts": ["node:process"],
  "sim/lab/command/progress.ts": ["node:process"],
  "sim/lab/command/report_page.ts": ["node:fs", "node:zlib"],
  "sim/lab/command/scenario_folder.ts": ["node:fs", "node:path"],
  "sim/lab/command/shard.ts": ["node:process"],
  "sim/lab/command/shared_file.ts": ["node:fs", "node:path"],
  "sim/lab/command/sqlite_export.ts": ["node:process", "node:sqlite"],
  "sim/lab/command/terminal.ts": ["node:process"],
  "sim/lab/command/test_files.ts": ["node:path"],
  "sim/lab/command/test_pages.ts": ["node:fs", "node:path"],
  "sim/lab/command/test_worker.ts": ["node:worker_threads"],
  "sim/lab/command/unfinished_file.ts": ["node:fs", "node:path", "node:process"],
  "sim/lab/command/watch_files.ts": ["node:fs"],
  "sim/lab/command/worker_pool.ts": ["node:worker_threads"],
  "sim/lab/command/write_whole.ts": ["node:fs"],
  "sim/lab/command/hbasim.ts": ["node:process"],
  "sim/lab/command/iscsicli/program.ts": ["node:fs", "node:process", "node:readline"],
  "sim/lab/page/build.ts": ["node:crypto", "node:zlib"],
  "sim/lab/page/core/worker.ts": [],
  "sim/lab/page/playground/build.ts": [],
  "sim/lab/page/playground/core/worker.ts": [],
  "sim/lab/page/file/sources_digest.ts": ["node:crypto", "node:fs"],
};

/** What runs in a browser, beside a person. */
const BROWSERS = ["sim/lab/page/app/", "sim/lab/page/playground/app/"];

/** The files that run in simulated time: all but command lines, workers, browsers, the bridge and the store on disk. */
export function simulationFiles(): string[] {
  return sourceFiles("sim", "firmware", "host").filter((path) =>
    !Object.hasOwn(RUNTIME_MODULES, path) && !BROWSERS.some((folder) => path.startsWith(folder))
  );
}

/** One import: of the module `from`, the specifier as it is written and, within the project, the path that it leads to. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly to?: string;
}

/** Says of each import that breaks the rule what is wrong with it. */
export function architectureViolations(imports: readonly Import[]): string[] {
  return imports.flatMap((each) => {
    const problem = violation(each);
    return problem === undefined ? [] : [`${each.from} imports ${each.to ?? each.specifier}: ${problem}`];
  });
}

/** The room of a file, or `undefined` if the table does not know it. */
export function roomOf(file: string): Room | undefined {
  return ROOMS.filter(({ path }) => isUnder(file, path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

function isUnder(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}/`);
}

function violation({ from, specifier, to }: Import): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return "the importing file is in no room of the table";
  if (to === undefined) {
    if (RUNTIME_MODULES[from]?.includes(specifier) || room.packages.some((name) => isUnder(specifier, name))) return;
    return `${room.path} may not import this package`;
  }
  const imported = roomOf(to);
  if (imported === undefined) return "the imported file is in no room of the table";
  if (imported.path === room.path) return;
  const seen = room.mayImport[imported.path];
  if (seen === undefined) return `${room.path} may not import from ${imported.path}`;
  if (seen !== "all" && !seen.some((name) => to === `${imported.path}/${name}`)) {
    return `${room.path} sees of ${imported.path} only ${seen.join(", ")}`;
  }
}

/** Reads all imports, those of types included, from `deno info --json`. */
export function readImports(files: readonly string[]): Import[] {
  using folder = temporaryFolder();
  const root = `${folder.path}/all.ts`;
  Deno.writeTextFileSync(root, files.map((path) => `import ${JSON.stringify(new URL(path, ROOT).href)};\n`).join(""));
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, root],
  }).outputSync();
  if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
  return importsOf(JSON.parse(new TextDecoder().decode(stdout)));
}

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

function importsOf({ modules }: ModuleGraph): Import[] {
  return modules.flatMap(({ specifier: module, dependencies = [] }) => {
    const from = pathOf(module);
    if (from === undefined) return [];
    return dependencies.map(({ specifier, code, type }) => {
      const to = pathOf(code?.specifier ?? type?.specifier ?? specifier);
      return { from, specifier, ...(to === undefined ? {} : { to }) };
    });
  });
}

/** The path of a module of the project, or `undefined` for one of a package, those that `compat/` stands in for included. */
function pathOf(specifier: string): string | undefined {
  if (!specifier.startsWith(ROOT.href)) return undefined;
  const path = decodeURI(specifier.slice(ROOT.href.length));
  return path.startsWith("compat/") ? undefined : path;
}
