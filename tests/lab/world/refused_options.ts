/**
 * Options that a world refuses, each with the path, what was given and what is
 * accepted; and what such options are made of.
 *
 * @module
 */

import { runInNewContext } from "node:vm";
import { flashRegion, W25Q64JV, W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { shipped } from "../foreign/stores.ts";
import { fullOptions } from "./full_options.ts";

/** An object of any shape. */
export type Plain = Record<string, unknown>;

/** The port of the adapter. */
export const PORT = Uint8Array.of(192, 0, 2, 10);

/** An adapter with what it must have. */
export const ADAPTER = { name: "hba0", ports: [PORT] };

/** A name of so many characters. */
export const long = (length: number) => "h".repeat(length);
/** Options whose only adapter has these options. */
export const adapter = (options: Plain) => ({ adapters: [{ ...ADAPTER, ...options }] });
/** Options whose second adapter has these options. */
export const beside = (options: Plain) => ({
  adapters: [ADAPTER, { name: "hba1", ports: [PORT.with(3, 11)], ...options }],
});
/** Options whose only target has these options. */
export const target = (options: Plain) => ({
  adapters: [ADAPTER],
  targets: [{ name: "disk", address: PORT.with(3, 20), keys: [], ...options }],
});
/** An identifier. */
export const id = (type: number, content: string | Uint8Array) => ({
  type,
  bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
});
/** Four bytes of another realm. */
const FOREIGN: unknown = runInNewContext("Uint8Array.of(192, 0, 2, 10)");
const NAME = "a name of 1 to 255 characters, none of them a control or format character, not all of them blank, " +
  'and not "*"';
const SEED = "a text that is not empty, or a whole number from 0 to 2^53 - 1";
const ADDRESS = "4 bytes (IPv4) or 16 bytes (IPv6) in a Uint8Array";
const GEOMETRY = { sectorBytes: 4096, sectorCount: 16, pageBytes: 256 };
const preset = (geometry: Plain) => ({ flash: { ...W25Q_REGION, geometry: { ...GEOMETRY, ...geometry } } });

/** Options that are refused, and how. */
export type Row = readonly [options: unknown, path: string, given: string, accepted: string];

/** Options, and the path, what was given and what is accepted, or a part of it. */
export const ROWS: readonly Row[] = [
  // What is no options object at all.
  [undefined, "options", "nothing", "an object with seed, frequencyHz, keepEvents, adapters"],
  ["hba0", "options", "a text of 4 characters", "an object with seed"],
  [{}, "adapters", "nothing", "a list"],
  [{ adapters: [] }, "adapters", "a list of 0", "at least 1"],
  [{ adapters: new Array(1) }, "adapters[0]", "nothing", "an object with name"],
  [{ adapters: ADAPTER }, "adapters", "an object", "a list"],
  [{ adapters: [ADAPTER], host: Promise.resolve({}) }, "host", "a promise", "an object"],
  [{ adapters: [ADAPTER], network: new Map([["lossPerMille", 1000]]) }, "network", "a Map", "an object"],
  // Bytes as a `node:vm` context or a test environment makes them.
  [adapter({ ports: [FOREIGN] }), "adapters[0].ports[0]", "a Uint8Array of another realm", ADDRESS],
  [adapter({ imagePublicKey: FOREIGN }), "adapters[0].imagePublicKey", "a Uint8Array of another realm", "32 bytes"],
  // Seeds.
  [{ adapters: [ADAPTER], seed: NaN }, "seed", "NaN", SEED],
  [{ adapters: [ADAPTER], seed: 0.5 }, "seed", "0.5", SEED],
  [{ adapters: [ADAPTER], seed: -1 }, "seed", "-1", SEED],
  [{ adapters: [ADAPTER], seed: 2 ** 53 }, "seed", "9007199254740992", SEED],
  [{ adapters: [ADAPTER], seed: "" }, "seed", "a text of 0 characters", SEED],
  [{ adapters: [ADAPTER], seed: "\ud800" }, "seed", "a text of 1 characters", SEED],
  [{ adapters: [ADAPTER], frequencyHz: 0 }, "frequencyHz", "0", "a whole number from 1000000 to 10000000000"],
  [{ adapters: [ADAPTER], frequencyHz: 1 }, "frequencyHz", "1", "a whole number from 1000000 to 10000000000"],
  [{ adapters: [ADAPTER], frequencyHz: 999_999 }, "frequencyHz", "999999", "a whole number from 1000000"],
  [{ adapters: [ADAPTER], frequencyHz: 1e12 }, "frequencyHz", "1000000000000", "a whole number from 1000000 to"],
  [{ adapters: [ADAPTER], keepEvents: 3 }, "keepEvents", "3", "a whole number from 4 to 100000000"],
  [{ adapters: [ADAPTER], keepEvents: 4.5 }, "keepEvents", "4.5", "a whole number from 4"],
  // Names.
  [adapter({ name: "" }), "adapters[0].name", '""', NAME],
  [beside({ name: "" }), "adapters[1].name", '""', NAME],
  [adapter({ name: long(256) }), "adapters[0].name", "a text of 256 characters", NAME],
  [adapter({ name: "hba0\u0000" }), "adapters[0].name", '"hba0\\u0000"', NAME],
  [adapter({ name: "a\nb" }), "adapters[0].name", '"a\\nb"', NAME],
  [adapter({ name: "a\u0085b" }), "adapters[0].name", '"a\\u0085b"', NAME],
  [adapter({ name: "a\u009bb" }), "adapters[0].name", '"a\\u009bb"', NAME],
  [adapter({ name: "hba\u200b0" }), "adapters[0].name", '"hba\\u200b0"', NAME],
  [adapter({ name: "\u202ehba0" }), "adapters[0].name", '"\\u202ehba0"', NAME],
  [adapter({ name: "hba\u{e0041}0" }), "adapters[0].name", '"hba\\u{e0041}0"', NAME],
  [target({ name: "a\u2028b" }), "targets[0].name", '"a\\u2028b"', NAME],
  [target({ name: "a\u2029b" }), "targets[0].name", '"a\\u2029b"', NAME],
  [target({ name: " " }), "targets[0].name", '" "', NAME],
  [adapter({ name: "\u00a0\u3000" }), "adapters[0].name", '"\u00a0\u3000"', NAME],
  [adapter({ "a\u009bb": 1 }), 'adapters[0]["a\\u009bb"]', "an unknown name", "one of name"],
  [target({ name: "HBA0" }), "targets[0].name", '"HBA0" occurs twice', "a name that differs by more than case"],
  ...["wmi", "initiator service", "Host", "network", "key store", "miniport hba0", "hba0 flash"].flatMap((name) =>
    [
      [target({ name }), "targets[0].name", `"${name}", which the trace calls a part`, "a name of its own"],
      [beside({ name }), "adapters[1].name", `"${name}", which the trace calls a part`, "a name of its own"],
    ] as const
  ),
  [adapter({ name: "\udfff" }), "adapters[0].name", '"\\udfff"', NAME],
  [adapter({ name: "*" }), "adapters[0].name", '"*"', NAME],
  [target({ name: "" }), "targets[0].name", '""', NAME],
  [beside({ name: "hba0" }), "adapters[1].name", '"hba0" occurs twice', "a name of its own: adapters[0].name has it"],
  [beside({ name: "HBA0" }), "adapters[1].name", '"HBA0" occurs twice', "a name that differs by more than case"],
  [
    { adapters: [{ ...ADAPTER, name: "ünïcode" }, { name: "ÜNÏCODE", ports: [PORT.with(3, 11)] }] },
    "adapters[1].name",
    '"ÜNÏCODE" occurs twice',
    "a name that differs by more than case: adapters[0].name has it",
  ],
  [target({ name: "hba0" }), "targets[0].name", '"hba0" occurs twice', "a name of its own: adapters[0].name has it"],
  // Addresses.
  [adapter({ ports: [] }), "adapters[0].ports", "a list of 0", "1 to 256"],
  [adapter({ ports: PORT }), "adapters[0].ports", "4 bytes", "a list"],
  [adapter({ ports: ["192.0.2.10"] }), "adapters[0].ports[0]", "a text of 10 characters", ADDRESS],
  [adapter({ ports: [[192, 0, 2, 10]] }), "adapters[0].ports[0]", "a list of 4", ADDRESS],
  [adapter({ ports: [new Uint8Array(5)] }), "adapters[0].ports[0]", "5 bytes", ADDRESS],
  [
    adapter({ ports: [PORT, PORT] }),
    "adapters[0].ports[1]",
    "192.0.2.10 occurs twice",
    "an address of its own: adapters[0].ports[0] has it",
  ],
  [beside({ ports: [PORT] }), "adapters[1].ports[0]", "192.0.2.10 occurs twice", "an address of its own"],
  [target({ address: PORT }), "targets[0].address", "192.0.2.10 occurs twice", "an address of its own"],
  [
    target({ address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...PORT) }),
    "targets[0].address",
    "::ffff:192.0.2.10 occurs twice",
    "an address of its own: adapters[0].ports[0] has it",
  ],
  // Kinds.
  [adapter({ keyStorage: "flash" }), "adapters[0].keyStorage", '"flash"', '"nvram" or "ram" or "none"'],
  [adapter({ securityProvider: "full" }), "adapters[0].securityProvider", '"full"', '"complete" or "sample"'],
  [adapter({ flashTiming: "fast" }), "adapters[0].flashTiming", '"fast"', '"typical" or "maximum"'],
  [adapter({ keystorage: "ram" }), "adapters[0].keystorage", "an unknown name", "one of name, keyStorage, ports"],
  [adapter({ "key storage": "ram" }), 'adapters[0]["key storage"]', "an unknown name", "one of name"],
  [adapter({ tunnelMode: "no" }), "adapters[0].tunnelMode", "a text of 2 characters", "true or false"],
  // Figures.
  [adapter({ eventLimitBytes: 63 }), "adapters[0].eventLimitBytes", "63", "a whole number from 64 to 65536"],
  [adapter({ sessionCapacity: 0 }), "adapters[0].sessionCapacity", "0", "a whole number from 1 to 16384"],
  [adapter({ sessionCapacity: 1e9 }), "adapters[0].sessionCapacity", "1000000000", "a whole number from 1 to 16384"],
  [adapter({ keyTableEntries: 1.5 }), "adapters[0].keyTableEntries", "1.5", "a whole number from 1 to 65536"],
  [adapter({ eventCapacity: "16" }), "adapters[0].eventCapacity", "a text of 2 characters", "a whole number from 1"],
  [{ adapters: [ADAPTER], costs: { dispatchCycles: 0.5 } }, "costs.dispatchCycles", "0.5", "a whole number from 0"],
  [{ adapters: [ADAPTER], costs: { dmaBytesPerCycle: 0 } }, "costs.dmaBytesPerCycle", "0", "a number from 0.001"],
  [{ adapters: [ADAPTER], host: { costs: { rpcCycles: -1 } } }, "host.costs.rpcCycles", "-1", "a whole number from 0"],
  [{ adapters: [ADAPTER], host: { timeouts: { x: 1 } } }, "host.timeouts.x", "an unknown name", "one of mailboxCycles"],
  [
    { adapters: [ADAPTER], host: { timeouts: { bootPollCycles: 0 } } },
    "host.timeouts.bootPollCycles",
    "0",
    "a whole number from 1 to 1125899906842624",
  ],
  [{ adapters: [ADAPTER], host: { dmaMemory: {} } }, "host.dmaMemory", "an object", "a DmaMemory"],
  [{ adapters: [ADAPTER], keyStore: { rows: () => [] } }, "keyStore", "an object without commit()", "one with rows()"],
  [adapter({ store: {} }), "adapters[0].store.module", "nothing", "at least 0 bytes in a Uint8Array"],
  [
    adapter({ store: { module: new Uint8Array(9) } }),
    "adapters[0].store.module",
    "module: no WebAssembly module of version 1 at byte 0",
    "a WebAssembly module (clang --target=wasm32, wasm-ld)",
  ],
  [
    adapter({ createStore: () => {}, store: { module: shipped().bytes } }),
    "adapters[0].store",
    "an object",
    "nothing, as createStore makes the key store",
  ],
  [adapter({ firmware: {} }), "adapters[0].firmware.module", "nothing", "at least 0 bytes in a Uint8Array"],
  [
    adapter({ firmware: { module: shipped().bytes } }),
    "adapters[0].firmware.module",
    "exports: no hba_main",
    "a function hba_main (HBA_OUT in the header)",
  ],
  [
    adapter({ firmware: { module: storeProgram(shipped()) } }),
    "adapters[0].firmware.module",
    '"store.hba.wasm" without hba_main()',
    "a module that is a firmware",
  ],
  [
    adapter({ firmware: { module: shipped("firmware.hba.wasm").bytes }, tunnelMode: true }),
    "adapters[0].tunnelMode",
    "true",
    "nothing, as the firmware is a module, which decides that",
  ],
  [adapter({ createStore: {} }), "adapters[0].createStore", "an object", "a function that makes a key store"],
  // What the parts refuse by themselves.
  [{ adapters: [ADAPTER], network: { lossPerMille: 1001 } }, "network.lossPerMille", "1001", "from 0 to 1000"],
  [
    { adapters: [ADAPTER], datagramFaults: [{ from: PORT, to: PORT, nth: 0, effect: "lose" }] },
    "datagramFaults[0].nth",
    "0",
    "a whole number from 1",
  ],
  [
    { adapters: [ADAPTER], datagramFaults: [{ from: PORT, to: PORT, nth: 1, effect: "drop" }] },
    "datagramFaults[0].effect",
    '"drop"',
    '"lose" or "duplicate" or "corrupt"',
  ],
  // Flash parts, and what they were left with.
  [adapter({ flash: flashRegion(W25Q64JV, 2) }), "adapters[0].flash", '"Winbond W25Q64JV, region', "3 to"],
  [adapter(preset({ sectorBytes: 1000 })), "adapters[0].flash.geometry.sectorBytes", "1000", "a multiple of pageBytes"],
  [
    adapter(preset({ programBytes: 3 })),
    "adapters[0].flash.geometry.programBytes",
    "3",
    "1 or 2 or 4 or 8 or 16 or 32",
  ],
  [
    adapter(preset({ pageBytes: 8, programBytes: 16 })),
    "adapters[0].flash.geometry.pageBytes",
    "8",
    "a multiple of programBytes, 16",
  ],
  [adapter(preset({ sectorCount: 2 ** 20 })), "adapters[0].flash.geometry", "4294967296 bytes", "at most 268435456"],
  [adapter({ flashFaults: [{ kind: "fire" }] }), "adapters[0].flashFaults[0].kind", '"fire"', '"flip" or "stuck"'],
  [
    adapter({ flashFaults: [{ kind: "erase failure", sector: 0, times: Infinity, reported: "no" }] }),
    "adapters[0].flashFaults[0].reported",
    '"no"',
    "true or false",
  ],
  [
    adapter({ flashFaults: [{ kind: "erase failure", sector: 0, reported: true }] }),
    "adapters[0].flashFaults[0].times",
    "nothing",
    "a whole number",
  ],
  [
    adapter({ flashFaults: [{ kind: "flip", address: 65_536, mask: 1 }] }),
    "adapters[0].flashFaults[0].address",
    "65536",
    "0 to 65535",
  ],
  [
    adapter({ flashFaults: [{ kind: "endurance", failure: "silent", erasecycles: 5 }] }),
    "adapters[0].flashFaults[0].erasecycles",
    "an unknown name",
    "one of kind, eraseCycles, spreadPercent, or failure",
  ],
  [
    { ...fullOptions(), adapters: [{ ...ADAPTER, name: "hba1" }] },
    "image.flash.hba0",
    'the flash of "hba0"',
    '"hba1"',
  ],
  [
    { ...fullOptions(), adapters: [{ ...ADAPTER, keyStorage: "ram" }] },
    "image.flash.hba0",
    'the flash of "hba0"',
    "no flash: no adapter keeps keys in it",
  ],
  [
    { ...fullOptions(), adapters: [{ ...ADAPTER, flash: flashRegion(W25Q64JV, 4) }] },
    "image.flash.hba0.image",
    "65536 values",
    '16384, for a part "Winbond W25Q64JV, region of 16 KiB"',
  ],
  // Options that contradict one another.
  ...(["ram", "none"] as const).flatMap((keyStorage) =>
    ([
      ["flash", W25Q_REGION, "an object"],
      ["flashTiming", "typical", "a text of 7 characters"],
      ["flashFaults", [], "a list of 0"],
      ["createFlash", () => {}, "a function"],
      ["createStore", () => {}, "a function"],
      ["store", { module: storeProgram(shipped()) }, "an object"],
    ] as const).map(([option, value, given]) =>
      [
        adapter({ keyStorage, [option]: value }),
        `adapters[0].${option}`,
        given,
        `nothing, as keyStorage is "${keyStorage}": only "nvram" has a flash part`,
      ] as const
    )
  ),
  [
    { adapters: [ADAPTER], network: { reordersPerMille: 5 } },
    "network.reorderCycles",
    "0",
    "1 or more, as reordersPerMille is 5",
  ],
  [
    target({ keys: [{ id: "any", key: PORT }, { id: "any", key: PORT }] }),
    "targets[0].keys[1].id",
    '"any" occurs twice',
    "an identifier of its own: targets[0].keys[0].id has it",
  ],
  [
    target({
      keys: [{ id: id(1, PORT), key: PORT }, { id: "any", key: PORT }, { id: id(1, PORT.slice()), key: PORT }],
    }),
    "targets[0].keys[2].id",
    "an identifier of type 1 occurs twice",
    "an identifier of its own: targets[0].keys[0].id has it",
  ],
  [
    target({ keys: [{ id: id(2, "Host.example"), key: PORT }, { id: id(2, "hOST.example"), key: PORT }] }),
    "targets[0].keys[1].id",
    "an identifier of type 2 occurs twice",
    "an identifier of its own",
  ],
  // However a figure is wrong, what is accepted is the same.
  ...([-1, NaN, 1001, 2 ** 53] as const).flatMap((value) =>
    (["lossPerMille", "duplicatesPerMille", "corruptionPerMille", "reordersPerMille"] as const).map((field) =>
      [
        { adapters: [ADAPTER], network: { [field]: value } },
        `network.${field}`,
        `${value}`,
        "a whole number from 0 to 1000",
      ] as const
    )
  ),
  ...([-1, NaN, 2 ** 50 + 1, Number.MAX_SAFE_INTEGER] as const).flatMap((value) =>
    (["latencyCycles", "reorderCycles"] as const).map((field) =>
      [
        { adapters: [ADAPTER], network: { [field]: value } },
        `network.${field}`,
        `${value}`,
        "a whole number from 0 to 1125899906842624",
      ] as const
    )
  ),
  ...([-1, Number.MAX_SAFE_INTEGER] as const).flatMap((value) =>
    [
      [
        { adapters: [ADAPTER], network: { jitterCycles: value } },
        "network.jitterCycles",
        `${value}`,
        "0 to 4294967295",
      ],
      [
        {
          adapters: [ADAPTER],
          datagramFaults: [{ from: PORT, to: PORT, nth: 1, effect: { delayCycles: value } }],
        },
        "datagramFaults[0].effect.delayCycles",
        `${value}`,
        "a whole number from 0 to 1125899906842624",
      ],
    ] as const
  ),
  ...(["drop", null, 5, undefined] as const).map((effect) =>
    [
      { adapters: [ADAPTER], datagramFaults: [{ from: PORT, to: PORT, nth: 1, effect }] },
      "datagramFaults[0].effect",
      "",
      '"lose" or "duplicate" or "corrupt", or an object with delayCycles',
    ] as const
  ),
  ...(["all", null, 5, undefined] as const).map((id) =>
    [
      target({ keys: [{ id, key: PORT }] }),
      "targets[0].keys[0].id",
      "",
      '"any", or an object with type, bytes',
    ] as const
  ),
  [target({ id: id(1, new Uint8Array(0)) }), "targets[0].id.bytes", "0 bytes", "4 bytes in a Uint8Array"],
  [target({ id: id(5, new Uint8Array(4)) }), "targets[0].id.bytes", "4 bytes", "16 bytes in a Uint8Array"],
  ...([undefined, NaN, -1, 4097] as const).map((zeroBytes) =>
    [
      adapter({ flashFaults: [{ kind: "erase cut", cut: { phase: "zeroed from the end", zeroBytes } }] }),
      "adapters[0].flashFaults[0].cut.zeroBytes",
      zeroBytes === undefined ? "nothing" : `${zeroBytes}`,
      "0 to 4096",
    ] as const
  ),
  ...([NaN, -1, 65_536] as const).map((address) =>
    [
      adapter({ flashFaults: [{ kind: "flip", address, mask: 1 }] }),
      "adapters[0].flashFaults[0].address",
      `${address}`,
      "0 to 65535",
    ] as const
  ),
  // Keys.
  [{ adapters: [ADAPTER], host: { sealingKey: new Uint8Array(31) } }, "host.sealingKey", "31 bytes", "32 bytes"],
  [adapter({ imagePublicKey: "key" }), "adapters[0].imagePublicKey", "a text of 3 characters", "32 bytes"],
  [target({ keys: [{ id: "any", key: new Uint8Array(0) }] }), "targets[0].keys[0].key", "0 bytes", "1 to 1024 bytes"],
  [
    target({ keys: [{ id: "all", key: PORT }] }),
    "targets[0].keys[0].id",
    "a text of 3 characters",
    '"any", or an object',
  ],
  [
    target({ keys: [{ id: { type: 1, bytes: new Uint8Array(16) }, key: PORT }] }),
    "targets[0].keys[0].id.bytes",
    "16 bytes",
    "4 bytes in a Uint8Array",
  ],
];
