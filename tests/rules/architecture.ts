/**
 * The architecture as a table: which room may import from which.
 *
 * Dependencies point one way, from the table's bottom to its top. A room may
 * always import from itself.
 */

import { ROOT } from "./source_files.ts";

export interface Room {
  readonly name: string;
  /** Whether a file, named by its path from the root, belongs to the room. */
  readonly holds: RegExp;
  /** The rooms whose modules it may import, besides itself. */
  readonly mayImport: readonly string[];
  /** Of rooms that it may import, the only modules that it may see. */
  readonly only?: Readonly<Record<string, RegExp>>;
  /** The packages that it may import. */
  readonly packages: readonly RegExp[];
}

const HASHES = /^@noble\/hashes\//;
const CIPHERS = /^@noble\/ciphers\//;

/** What a world is made of. */
const LAYERS = [
  ...["kernel", "datagram", "trace", "binary", "network", "parts"],
  ...["manual", "nvram", "ike", "firmware", "host", "target"],
];

/** The one place where the rule of dependencies is written. */
export const ROOMS: readonly Room[] = [
  { name: "kernel", holds: /^sim\/kernel\//, mayImport: [], packages: [HASHES] },
  // The type of what travels over the wire: captures and engines speak of it without a network.
  { name: "datagram", holds: /^sim\/network\/datagram\.ts$/, mayImport: [], packages: [] },
  {
    name: "trace",
    holds: /^sim\/trace\//,
    mayImport: ["kernel", "datagram"],
    packages: [HASHES, /^cbor-x\/index-no-eval$/],
  },
  { name: "binary", holds: /^sim\/binary\//, mayImport: [], packages: [] },
  {
    name: "network",
    holds: /^sim\/network\/(?!datagram\.ts$)/,
    mayImport: ["kernel", "datagram", "trace"],
    packages: [],
  },
  { name: "parts", holds: /^sim\/parts\//, mayImport: ["kernel", "datagram", "trace", "binary"], packages: [] },
  {
    // The hardware manual: all that a driver knows of the adapter.
    name: "manual",
    holds: /^firmware\/(interface|isdsc_status|mailbox_layouts)\.ts$/,
    mayImport: ["kernel", "binary", "parts"],
    packages: [],
  },
  {
    name: "nvram",
    holds: /^firmware\/nvram\//,
    mayImport: ["kernel", "parts"],
    packages: [HASHES, CIPHERS, /^tweetnacl$/],
  },
  {
    // The exchange is plain data and a transition table: it knows no kernel, and so no time but what it is told.
    name: "ike",
    holds: /^firmware\/ike\//,
    mayImport: ["datagram", "parts"],
    only: { parts: /^sim\/parts\/modular_exponentiation\.ts$/ },
    packages: [HASHES, CIPHERS, /^des\.js$/],
  },
  {
    name: "firmware",
    holds: /^firmware\/(?!(interface|isdsc_status|mailbox_layouts)\.ts$|nvram\/|ike\/)/,
    mayImport: ["kernel", "datagram", "trace", "binary", "network", "parts", "manual", "nvram", "ike"],
    packages: [HASHES, /^tweetnacl$/],
  },
  {
    // A real driver has the hardware manual, and nothing else of the firmware.
    name: "host",
    holds: /^host\//,
    mayImport: ["kernel", "trace", "binary", "network", "manual"],
    only: { network: /^sim\/network\/internet_address\.ts$/, manual: /^firmware\/interface\.ts$/ },
    packages: [HASHES, CIPHERS],
  },
  {
    // The peer at the far end speaks IKE by the same engine, and knows nothing of the adapter.
    name: "target",
    holds: /^sim\/target\//,
    mayImport: ["kernel", "datagram", "trace", "network", "parts", "ike", "firmware"],
    only: { firmware: /^firmware\/phase1_runner\.ts$/ },
    packages: [],
  },
  {
    name: "world",
    holds: /^sim\/(world\w*|factory)\.ts$/,
    mayImport: LAYERS,
    packages: [HASHES, /^tweetnacl$/],
  },
  { name: "bridge", holds: /^sim\/bridge\//, mayImport: [...LAYERS, "world"], packages: [] },
  { name: "scenario", holds: /^sim\/scenario\//, mayImport: [...LAYERS, "world"], packages: [HASHES, /^yaml$/] },
  { name: "explore", holds: /^sim\/explore\//, mayImport: [...LAYERS, "world"], packages: [HASHES] },
  {
    name: "command line",
    holds: /^sim\/(cli|iscsicli)\.ts$/,
    mayImport: [...LAYERS, "world", "bridge", "scenario", "explore"],
    packages: [/^@std\/cli\//],
  },
];

/** Modules of the runtime that single files may import. */
export const RUNTIME_MODULES: Readonly<Record<string, readonly string[]>> = {
  "host/initiator_service/sqlite_key_store.ts": ["node:sqlite"],
  "sim/bridge/udp_worker.ts": ["node:dgram", "node:buffer"],
};

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
export function roomOf(path: string): Room | undefined {
  return ROOMS.find(({ holds }) => holds.test(path));
}

function violation({ from, specifier, to }: Import): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return "the importing file is in no room of the table";
  if (to === undefined) {
    if (RUNTIME_MODULES[from]?.includes(specifier) || room.packages.some((allowed) => allowed.test(specifier))) return;
    return `${room.name} may not import this package`;
  }
  const imported = roomOf(to);
  if (imported === undefined) return "the imported file is in no room of the table";
  if (imported.name === room.name) return;
  if (!room.mayImport.includes(imported.name)) return `${room.name} may not import from ${imported.name}`;
  const seen = room.only?.[imported.name];
  if (seen !== undefined && !seen.test(to)) return `${room.name} sees of ${imported.name} only ${seen.source}`;
}

/** Reads all imports, those of types included, from `deno info --json`. */
export function readImports(files: readonly string[]): Import[] {
  const folder = Deno.makeTempDirSync();
  try {
    const root = `${folder}/all.ts`;
    Deno.writeTextFileSync(root, files.map((path) => `import ${JSON.stringify(new URL(path, ROOT).href)};\n`).join(""));
    const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, root],
    }).outputSync();
    if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
    return importsOf(JSON.parse(new TextDecoder().decode(stdout)));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
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
