/**
 * C structures from lists of fields: one list gives size, offsets, encoding
 * and decoding, as a little-endian 64-bit compiler lays them out.
 *
 * @example A structure with a hole
 * ```ts
 * import { Structure, u32, u8 } from "@hba/sim/layout";
 *
 * const header = new Structure("HEADER", { Kind: u8(), Length: u32() });
 * const bytes = header.encode({ Kind: 7, Length: 258 });
 * if (header.sizeof !== 8 || bytes[0] !== 7 || bytes[4] !== 2) throw new Error("not as C lays it out");
 * ```
 *
 * @module
 */

export * from "./field.ts";
export * from "./fields.ts";
export * from "./structure.ts";
