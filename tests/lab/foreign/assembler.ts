/** Writes small WebAssembly modules: key stores that do one thing wrong. */

import { FIRMWARE_EXPORTS, FIRMWARE_IMPORTS, FIRMWARE_INTERFACE } from "../../../sim/lab/foreign/abi.ts";
import { BinaryWriter } from "../../../sim/lab/foreign/binary.ts";
import { checkModule } from "../../../sim/lab/foreign/check_module.ts";
import { STORE_EXPORTS, STORE_IMPORTS, STORE_INTERFACE } from "../../../sim/lab/foreign/abi.ts";
import { meterModule } from "../../../sim/lab/foreign/meter.ts";

const I32 = 0x7f;

/** Instructions, as bytes. */
export type Code = readonly number[];

export const i32 = (value: number): Code => [0x41, ...new BinaryWriter().s32(value).done()];
/** Calls an import by its name. */
export const call = (name: ImportName, ...parameters: readonly number[]): Code => [
  ...parameters.flatMap(i32),
  0x10,
  IMPORTS.indexOf(name),
];
export const store32 = (address: number, value: number): Code => [...i32(address), ...i32(value), 0x36, 2, 0];
export const DROP = 0x1a;
export const UNREACHABLE = 0x00;
/** A loop without an end, which takes many cycles. */
export const loop = (...code: Code): Code => {
  const divisions = Array.from({ length: 20 }, () => [...i32(1), ...i32(1), 0x6d, DROP]).flat();
  return [0x03, 0x40, ...code, ...divisions, 0x0c, 0, 0x0b, UNREACHABLE];
};

/** The metering pass adds these. */
type ImportName = Exclude<keyof typeof FIRMWARE_IMPORTS, "preempt" | "settle">;
const { preempt: _, settle: __, ...LINKED_IMPORTS } = FIRMWARE_IMPORTS;
/** Those of stores come first. */
const IMPORTS = Object.keys(LINKED_IMPORTS) as ImportName[];
const isOfStore = (name: ImportName) => Object.hasOwn(STORE_IMPORTS, name);

/** A function of a module: what it takes and gives as types in the binary format, and what it does. */
export interface FunctionText {
  readonly parameters: Code;
  readonly results: Code;
  readonly code: Code;
}

/** How a module differs from one that is right. */
export interface ModuleText {
  /** What functions do that are not to do nothing: by the names of exports. */
  readonly code?: Readonly<Record<string, Code>>;
  /** Functions that are otherwise altogether; `undefined`: left out. */
  readonly functions?: Readonly<Record<string, FunctionText | undefined>>;
  /** Further imports: module, name, and kind with what stands behind it. */
  readonly imports?: readonly (readonly [module: string, name: string, kind: Code])[];
  /** The memory section: limits of each memory. */
  readonly memories?: readonly Code[];
  /** Further exports, or others in the place of `memory` and `__stack_pointer`. */
  readonly exports?: Readonly<Record<string, Code | undefined>>;
  /** The initial value of the stack pointer. */
  readonly stack?: Code;
  /** The stack pointer is no variable. */
  readonly isStackConstant?: boolean;
  /** There is no section of imports: code calls none. */
  readonly importsNothing?: boolean;
  /** The initial values of further variables. */
  readonly variables?: readonly Code[];
  /** Where a byte of data goes. */
  readonly data?: number;
  /** The function that starts it. */
  readonly start?: number;
}

/** The address that `hba_scratch` answers. */
export const SCRATCH = 2048;
const DATA = 1040;

const ASYNCIFY = {
  asyncify_start_unwind: { parameters: [I32], results: [], code: [] },
  asyncify_stop_unwind: { parameters: [], results: [], code: [] },
  asyncify_start_rewind: { parameters: [I32], results: [], code: [] },
  asyncify_stop_rewind: { parameters: [], results: [], code: [] },
} as const satisfies Record<string, FunctionText>;

const CODE: Readonly<Record<string, Code>> = {
  hba_abi: i32(1),
  hba_scratch: i32(SCRATCH),
  store_entry: i32(-1),
  store_get: i32(-1),
};

/** A module as a linker would write it, with the functions that Asyncify would add: good where nothing waits. */
export function linked(text: ModuleText = {}, exported: Exports = STORE_EXPORTS): Uint8Array<ArrayBuffer> {
  const wanted = Object.entries(exported).map(([name, { parameters, results }]) => {
    const code = text.code?.[name] ?? CODE[name] ?? i32(0);
    return [name, { parameters: Array(parameters).fill(I32), results: Array(results).fill(I32), code }] as const;
  });
  const all: Record<string, FunctionText | undefined> = {
    ...Object.fromEntries(wanted),
    ...ASYNCIFY,
    ...text.functions,
  };
  const functions = Object.entries(all).flatMap(([name, each]) => each === undefined ? [] : [[name, each] as const]);
  const { importsNothing = false, isStackConstant = false } = text;
  const imports = IMPORTS.filter((name) => !importsNothing && (exported === FIRMWARE_EXPORTS || isOfStore(name)))
    .map((name) => [name, FIRMWARE_IMPORTS[name]] as const);
  const more = text.imports ?? [];
  const importedFunctions = imports.length + more.filter(([, , [kind]]) => kind === 0).length;
  const types = [
    ...imports.map(([, { parameters, results }]) => type(Array(parameters).fill(I32), Array(results).fill(I32))),
    ...functions.map(([, { parameters, results }]) => type(parameters, results)),
  ];
  const exports = Object.entries<Code | undefined>({
    memory: [2, 0],
    __stack_pointer: [3, 0],
    ...Object.fromEntries(functions.map(([name], index) => [name, [0, importedFunctions + index]])),
    ...text.exports,
  }).flatMap(([name, what]) => what === undefined ? [] : [[...nameOf(name), ...what]]);
  const { memories = [[1, 1, 4]], stack = i32(1024), variables = [], data = DATA, start } = text;
  return sections([
    [1, vector(types)],
    ...importsNothing ? [] : [
      [
        2,
        vector([
          ...imports.map(([name], index) => [...nameOf("hba"), ...nameOf(name), 0, index]),
          ...more.map(([module, name, kind]) => [...nameOf(module), ...nameOf(name), ...kind]),
        ]),
      ] as const,
    ],
    [3, vector(functions.map((_, index) => [imports.length + index]))],
    ...memories.length === 0 ? [] : [[5, vector(memories)] as const],
    [
      6,
      vector([stack, ...variables].map((value, index) => [I32, index > 0 || !isStackConstant ? 1 : 0, ...value, 0x0b])),
    ],
    [7, vector(exports)],
    ...start === undefined ? [] : [[8, [start]] as const],
    [10, vector(functions.map(([, { code }]) => part([0, ...code, 0x0b])))],
    [11, vector([[0, ...i32(data), 0x0b, 1, 7]])],
    [0, [
      ...nameOf("name"),
      1,
      ...part(vector(functions.map(([name], index) => [importedFunctions + index, ...nameOf(name)]))),
    ]],
  ]);
}

type Exports = typeof STORE_EXPORTS | typeof FIRMWARE_EXPORTS;

/** A firmware whose functions do that, metered. */
export function firmware(code: Readonly<Record<string, Code>>): Uint8Array<ArrayBuffer> {
  return meterModule(checkModule("planted.wasm", linked({ code }, FIRMWARE_EXPORTS), FIRMWARE_INTERFACE, "linked"));
}

/** The same, metered: what would run. */
export function prepared(text: ModuleText = {}): Uint8Array<ArrayBuffer> {
  return meterModule(checkModule("planted.wasm", linked(text), STORE_INTERFACE, "linked"));
}

function type(parameters: Code, results: Code): Code {
  return [0x60, ...vector(parameters.map((each) => [each])), ...vector(results.map((each) => [each]))];
}

function nameOf(text: string): Code {
  return [...new BinaryWriter().name(text).done()];
}

function part(bytes: Code): Code {
  return [...new BinaryWriter().part(Uint8Array.from(bytes)).done()];
}

function vector(items: readonly Code[]): Code {
  return [...new BinaryWriter().u32(items.length).done(), ...items.flat()];
}

function sections(all: readonly (readonly [id: number, content: Code])[]): Uint8Array<ArrayBuffer> {
  const out = new BinaryWriter().byte(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const [id, content] of all) out.byte(id).part(Uint8Array.from(content));
  return out.done();
}
