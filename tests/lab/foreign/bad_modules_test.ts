/** What is wrong with a module is told with its file, the place, what was given and what is accepted. */

import { assertEquals, assertThrows } from "@std/assert";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { prepareModule } from "../../../sim/lab/foreign/prepare.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import {
  call,
  DROP,
  i32,
  linked,
  loop,
  type ModuleText,
  prepared,
  SCRATCH,
  store32,
  UNREACHABLE,
} from "./assembler.ts";

const FILE = "planted.wasm";
const I32 = 0x7f;
const I64 = 0x7e;

/** What a module is told when it is read. */
function told(bytes: Uint8Array): string {
  return assertThrows(() => storeProgram({ name: FILE, bytes }), ForeignModuleError).message;
}

function* nothing(): Task {}

/** A store that mounts, on a fresh part. */
function storeOf(text: ModuleText): ForeignStore {
  const random = new RandomStreams("bad modules").stream("flash");
  const flash = new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random });
  return new ForeignStore(storeProgram({ name: FILE, bytes: prepared(text) }), {
    flash,
    random: (lengthBytes) => random.bytes(lengthBytes),
    sealer: new SecretboxSealer(new Uint8Array(32)),
    spend: nothing,
  });
}

/** What a module is told when it mounts, and is given a record. */
function toldLater(text: ModuleText): string {
  return assertThrows(() => {
    const store = storeOf(text);
    runToEnd(store.mount());
    runToEnd(store.put({ class: "tunnel-address", name: new Uint8Array(4), value: new Uint8Array(4) }));
    store.capacity();
  }, ForeignModuleError).message;
}

Deno.test("a module that does nothing wrong is a store", () => {
  const store = storeOf({});
  assertEquals(runToEnd(store.mount()).type, "mounted");
  assertEquals(store.get("tunnel-address", new Uint8Array(4)), { type: "absent" });
});

const IMPORTS = "hba.flash_read, flash_write_enable, flash_program, flash_erase, flash_status, core_spend, " +
  "flash_geometry, random, seal, open, log";
const PREPARED = "a module that `hbasim module` and then wasm-opt --asyncify have prepared";
const MODULE = "a WebAssembly module (clang --target=wasm32, wasm-ld)";
const MVP = "code for -mcpu=mvp, with sign extension if need be";

/** What is wrong, and what is said of it. */
const READ: Readonly<Record<string, readonly [bytes: () => Uint8Array, message: string]>> = {
  "a text file": [
    () => new TextEncoder().encode("int store_put(void);"),
    `module: no WebAssembly module of version 1 at byte 0; expected ${MODULE}`,
  ],
  "an empty file": [() => new Uint8Array(), `module: no WebAssembly module of version 1 at byte 0; expected ${MODULE}`],
  "a file that was cut off": [
    () => prepared().subarray(0, 300),
    `module: no section 2 at byte 162; expected ${MODULE}`,
  ],
  "not metered": [() => linked(), `exports: no hba_budget: it was not metered; expected ${PREPARED}`],
  "not suspendable": [
    () => prepared({ functions: { asyncify_stop_rewind: undefined } }),
    `exports: no asyncify_stop_rewind; expected ${PREPARED}`,
  ],
  "a start function": [
    () => linked({ start: 12 }),
    "start section: a start function; expected none: hba_abi is called first",
  ],
};

/** What is wrong with what a linker wrote; `hbasim module` says so, and so does who runs it. */
const LINKED: Readonly<Record<string, readonly [text: ModuleText, message: string]>> = {
  "an export is missing": [
    { functions: { store_put: undefined } },
    "exports: no store_put; expected a function store_put (HBA_OUT in the header)",
  ],
  "an export of another kind": [
    { functions: { store_put: undefined }, exports: { store_put: [3, 0] } },
    "export store_put: a global; expected a function",
  ],
  "an export with too few parameters": [
    { functions: { store_remove: { parameters: [I32, I32], results: [I32], code: i32(0) } } },
    "export store_remove: (i32, i32) -> (i32); expected (i32, i32, i32) -> (i32)",
  ],
  "an export without a result": [
    { functions: { store_mount: { parameters: [], results: [], code: [] } } },
    "export store_mount: () -> (); expected () -> (i32)",
  ],
  "an export with a 64-bit result": [
    { functions: { store_capacity: { parameters: [I32, I32], results: [I64], code: [0x42, 0] } } },
    "export store_capacity: (i32, i32) -> (i64); expected (i32, i32) -> (i32)",
  ],
  "an optional export with another signature": [
    { functions: { store_forget_losses: { parameters: [I32], results: [I32], code: i32(0) } } },
    "export store_forget_losses: (i32) -> (i32); expected () -> (i32)",
  ],
  "an import that is unknown": [
    { imports: [["hba", "flash_reed", [0, 0]]] },
    `import hba.flash_reed: unknown; expected ${IMPORTS}`,
  ],
  "an import of another module": [
    { imports: [["env", "memcpy", [0, 0]]] },
    `import env.memcpy: unknown; expected ${IMPORTS}`,
  ],
  "an import that the metering pass adds": [
    { imports: [["hba", "settle", [0, 3]]] },
    `import hba.settle: unknown; expected ${IMPORTS}`,
  ],
  "an import with another signature": [
    { imports: [["hba", "flash_erase", [0, 0]]] },
    "import hba.flash_erase: (i32, i32, i32) -> (i32); expected (i32) -> (i32)",
  ],
  "an import of another kind": [
    { imports: [["hba", "log", [3, I32, 0]]] },
    "import hba.log: a global; expected a function",
  ],
  "a memory of somebody else": [
    { imports: [["env", "memory", [2, 1, 1, 4]]], memories: [] },
    `import env.memory: unknown; expected ${IMPORTS}`,
  ],
  "no memory": [
    { memories: [], exports: { memory: undefined } },
    "memory: none of its own; expected one that it exports (no --import-memory)",
  ],
  "two memories": [{ memories: [[1, 1, 4], [1, 1, 4]] }, "memory: several; expected one"],
  "a memory without a maximum": [
    { memories: [[0, 1]] },
    "memory: no maximum; expected --max-memory of up to 4194304 bytes",
  ],
  "a memory of 40 MiB": [
    { memories: [[1, 0x80, 5, 0x80, 5]] },
    "memory: up to 640 pages; expected up to 64 (--max-memory)",
  ],
  "a memory without room": [
    { memories: [[1, 4, 4]] },
    "memory: all 4 pages at once; expected room for one more, which holds suspended calls",
  ],
  "threads": [{ memories: [[3, 1, 4]] }, "memory: shared between threads; expected one without --shared-memory"],
  "a memory that is not exported": [
    { exports: { memory: undefined } },
    "exports: no memory; expected the memory, as wasm-ld exports it",
  ],
  "no stack pointer": [
    { exports: { __stack_pointer: undefined } },
    "exports: no __stack_pointer; expected clang -mmutable-globals and wasm-ld --export=__stack_pointer",
  ],
  "a stack pointer that is no number": [
    { stack: [0x43, 0, 0, 0, 0] },
    "export __stack_pointer: no constant of 32 bits; expected the stack pointer of wasm-ld",
  ],
  "a stack pointer that is a constant": [
    { isStackConstant: true },
    "export __stack_pointer: a constant; expected a variable, as wasm-ld makes it",
  ],
  "a stack behind the data": [
    { stack: i32(66_576) },
    "memory: a stack from 66576 down, data at 1040; expected wasm-ld --stack-first: an overflow must trap",
  ],
  "SIMD": [{ code: { store_mount: [0xfd, 12] } }, `store_mount: SIMD (simd128); expected ${MVP}`],
  "atomic operations": [{ code: { store_put: [0xfe, 3, 0] } }, `store_put: threads (atomics); expected ${MVP}`],
  "bulk memory": [
    { code: { store_get: [...i32(0), ...i32(0), ...i32(0), 0xfc, 11, 0] } },
    `store_get: bulk memory operations; expected ${MVP}`,
  ],
  "exceptions": [{ code: { store_put: [0x06, 0x40, 0x0b] } }, `store_put: exceptions; expected ${MVP}`],
  "tail calls": [{ code: { store_put: [0x12, 0] } }, `store_put: tail calls; expected ${MVP}`],
  "reference types": [{ code: { store_put: [0xd0, 0x70] } }, `store_put: reference types; expected ${MVP}`],
  "no instruction": [
    { code: { store_put: [0x27] } },
    "store_put: no known instruction (27) at byte 1; expected WebAssembly code",
  ],
};

/** What is wrong with a module that looks right: it is found before it mounts. */
const GREETED: Readonly<Record<string, readonly [text: ModuleText, message: string]>> = {
  "another version": [{ code: { hba_abi: i32(2) } }, "hba_abi: version 2; expected version 1"],
  "a version that needs the flash": [
    { code: { hba_abi: call("flash_geometry", 0) } },
    "hba.flash_geometry: a call by hba_abi or hba_scratch; expected none before the mount",
  ],
  "room for arguments outside the memory": [
    { code: { hba_scratch: i32(131_000) } },
    "hba_scratch: 796 bytes at 131000; expected a range in its memory of 131072 bytes",
  ],
  "no room for arguments": [
    { code: { hba_scratch: i32(0) } },
    "hba_scratch: a null pointer; expected an address of the module's",
  ],
};

/** What is wrong with what a module does. */
const RUN: Readonly<Record<string, readonly [text: ModuleText, message: string | RegExp]>> = {
  "it traps": [
    { code: { store_mount: [UNREACHABLE] } },
    /^planted.wasm: store_mount: unreachable at 0x[0-9a-f]+; expected code that does not trap$/,
  ],
  "it divides by zero": [
    { code: { store_put: [...i32(1), ...i32(0), 0x6d] } },
    /^planted.wasm: store_put: divide by zero at 0x[0-9a-f]+; expected code that does not trap$/,
  ],
  "it reads outside its memory": [
    { code: { store_get: [...i32(-4), 0x28, 2, 0] } },
    /^planted.wasm: store_get: memory access out of bounds at 0x[0-9a-f]+; expected code that does not trap$/,
  ],
  "it calls itself without end": [
    { code: { store_mount: [0x10, 13] } },
    "store_mount: calls nested without end; expected fewer of them",
  ],
  "it never ends": [
    { code: { store_put: loop() } },
    /^planted.wasm: store_put: runs for 100\d{7} cycles and calls nothing that may wait; expected up to 1000000000$/,
  ],
  "it takes memory without end": [
    { code: { store_put: loop(...i32(1), 0x40, 0, DROP) } },
    /^planted.wasm: store_put: runs for 100\d{7} cycles and calls nothing that may wait; expected up to 1000000000$/,
  ],
  "it spends no time without end": [
    { code: { store_put: [0x03, 0x40, ...call("core_spend", 0), 0x0c, 0, 0x0b, UNREACHABLE] } },
    "store_put: 1000001 calls in a row, the last of hba.core_spend, by which it learns of nothing; expected up to 1000000",
  ],
  "it spends time without end": [
    { code: { store_put: [0x03, 0x40, ...call("core_spend", 90_000), 0x0c, 0, 0x0b, UNREACHABLE] } },
    /^planted.wasm: store_put: runs for 10000\d{5} cycles and learns of nothing by its calls; expected up to 1000000000$/,
  ],
  "it asks for the status without end": [
    { code: { store_put: [0x03, 0x40, ...call("flash_status"), DROP, 0x0c, 0, 0x0b, UNREACHABLE] } },
    /^planted.wasm: store_put: 1000001 calls in a row, the last of hba.flash_status, by which it learns of nothing/,
  ],
  "it draws numbers without end": [
    { code: { store_put: [0x03, 0x40, ...call("random", SCRATCH, 0), 0x0c, 0, 0x0b, UNREACHABLE] } },
    /^planted.wasm: store_put: 1000001 calls in a row, the last of hba.random, by which it learns of nothing/,
  ],
  "it writes through a null pointer": [
    { code: { store_mount: [...store32(4, 7), ...i32(0)] } },
    /^planted.wasm: store_mount: bytes 0 to 15 of its memory were written; expected no write through a null pointer/,
  ],
  "a null pointer for the flash": [
    { code: { store_mount: call("flash_read", 0, 0, 4) } },
    "hba.flash_read: a null pointer; expected an address of the module's",
  ],
  "a pointer outside its memory": [
    { code: { store_mount: call("flash_read", 0, 131_070, 4) } },
    "hba.flash_read: 4 bytes at 131070; expected a range in its memory of 131072 bytes",
  ],
  "a pointer behind what is its own": [
    { code: { store_mount: call("flash_read", 0, 65_534, 4) } },
    "hba.flash_read: 4 bytes at 65534; expected a range outside the page that holds suspended calls",
  ],
  "it writes one byte behind its memory": [
    { code: { store_mount: [...i32(65_536), ...i32(7), 0x3a, 0, 0, ...i32(0)] } },
    "store_mount: wrote behind its memory, which ends at 65536; expected no write into the page of suspended calls",
  ],
  "it writes there and calls": [
    { code: { store_mount: [...store32(65_536, 7), ...call("core_spend", 5), ...i32(0)] } },
    "store_mount: wrote behind its memory, which ends at 65536; expected no write into the page of suspended calls",
  ],
  "it writes far behind its memory": [
    { code: { store_put: [...store32(131_068, 7), ...i32(0)] } },
    "store_put: wrote behind its memory, which ends at 65536; expected no write into the page of suspended calls",
  ],
  "a read beyond the flash": [
    { code: { store_mount: call("flash_read", 65_534, SCRATCH, 4) } },
    /^planted.wasm: hba.flash_read: .*65534/,
  ],
  "a program without write enable": [
    { code: { store_mount: call("flash_program", 0, SCRATCH, 4) } },
    /^planted.wasm: hba.flash_program: .*write enable/,
  ],
  "a program across pages": [
    { code: { store_mount: [...call("flash_write_enable"), DROP, ...call("flash_program", 254, SCRATCH, 4)] } },
    /^planted.wasm: hba.flash_program: /,
  ],
  "an unknown question": [
    { code: { store_mount: call("flash_geometry", 9) } },
    "hba.flash_geometry: 9; expected 0 to 4",
  ],
  "an unknown class": [
    { code: { store_mount: call("seal", 6, SCRATCH, 4, SCRATCH, SCRATCH, 4, SCRATCH) } },
    "hba.seal: class 6; expected 0 to 5",
  ],
  "too long a log": [
    { code: { store_mount: loop(...call("log", SCRATCH, 4096)) } },
    "hba.log: 69632 bytes since the boot; expected up to 65536",
  ],
  "an unknown status": [{ code: { store_put: i32(6) } }, "store_put: status 6; expected 0 to 5"],
  "a value that is too long": [
    { code: { store_get: i32(513) } },
    "store_get: 513; expected a length up to 512, -1 or -2",
  ],
  "an entry of an unknown class": [
    { code: { store_entry: [...store32(SCRATCH, 9), ...i32(1)] } },
    "store_entry: class 9; expected 0 to 5",
  ],
  "an entry whose name is too long": [
    { code: { store_entry: [...store32(SCRATCH + 4, 273), ...i32(1)] } },
    "store_entry: a name of 273 bytes; expected up to 272",
  ],
  "an entry whose value is too long": [
    { code: { store_entry: [...store32(SCRATCH + 8, 513), ...i32(1)] } },
    "store_entry: a value of 513 bytes; expected up to 512",
  ],
  "entries without end": [
    { code: { store_entry: i32(1) } },
    "store_entry: more than 4096 entries; expected an end: -1",
  ],
};

function check(what: string, message: string, expected: string | RegExp): void {
  if (typeof expected === "string") assertEquals(message, `${FILE}: ${expected}`, what);
  else assertEquals(expected.test(message), true, `${what}: ${message}`);
}

Deno.test("modules that are refused before anything of them runs", () => {
  for (const [what, [bytes, message]] of Object.entries(READ)) check(what, told(bytes()), message);
  for (const [what, [text, message]] of Object.entries(LINKED)) {
    const { message: said } = assertThrows(
      () => prepareModule(FILE, linked(text)),
      ForeignModuleError,
      undefined,
      what,
    );
    check(what, said, message);
  }
});

Deno.test("time that is spent in many parts is no loop, if something is read between them", () => {
  const part = [...call("core_spend", 250_000_000), ...call("core_spend", 250_000_000)];
  const again = [...part, ...call("flash_read", 0, SCRATCH, 4), DROP];
  const store = storeOf({ code: { store_put: [...again, ...again, ...again, ...i32(0)] } });
  runToEnd(store.mount());
  const record = { class: "tunnel-address", name: new Uint8Array(4), value: new Uint8Array(4) } as const;
  assertEquals(runToEnd(store.put(record)).type, "stored");
});

Deno.test("a module that imports nothing is metered, and runs", () => {
  const none = linked({ importsNothing: true });
  assertEquals(WebAssembly.validate(prepareModule(FILE, none)), true);
  assertEquals(storeProgram({ name: FILE, bytes: prepareModule(FILE, none) }).name, FILE);
});

Deno.test("modules that are refused when they are asked for their version", () => {
  for (const [what, [text, message]] of Object.entries(GREETED)) check(what, told(prepared(text)), message);
});

Deno.test("what a module does wrong is told with the function that did it", () => {
  for (const [what, [text, message]] of Object.entries(RUN)) check(what, toldLater(text), message);
});

Deno.test("what was metered is not metered again, and code that no engine takes is refused", () => {
  assertThrows(
    () => prepareModule(FILE, prepared()),
    ForeignModuleError,
    "exports: has hba_budget; expected a module that was not metered yet",
  );
  const bytes = prepared({ code: { store_mount: [0x42, 0] } });
  assertEquals(/^planted.wasm: module: .*; expected a valid WebAssembly module$/.test(told(bytes)), true, told(bytes));
});

Deno.test("data outside the memory is found before the first boot", () => {
  const message = told(prepared({ data: 70_000 }));
  assertEquals(
    /^planted.wasm: instance: .*; expected data and tables within their bounds$/.test(message),
    true,
    message,
  );
});
