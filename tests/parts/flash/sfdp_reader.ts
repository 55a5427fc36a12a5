/**
 * A second reader of SFDP, as a driver has one: written from the field list of
 * JESD216 alone, and tried on the table of a real part.
 */

/** What a driver takes from the basic flash parameter table. */
export interface FlashParameters {
  readonly lengthBytes: number;
  readonly eraseTypes: readonly {
    readonly lengthBytes: number;
    readonly opcode: number;
    readonly milliseconds: number;
  }[];
  readonly eraseFactor: number;
  readonly pageBytes: number;
  readonly pageMicroseconds: number;
  readonly programFactor: number;
  readonly firstByteMicroseconds: number;
  readonly nextByteMicroseconds: number;
  readonly chipEraseSeconds: number;
  readonly suspend:
    | {
      readonly eraseMicroseconds: number;
      readonly eraseIntervalMicroseconds: number;
      readonly programMicroseconds: number;
      readonly programIntervalMicroseconds: number;
      readonly opcodes: readonly number[];
    }
    | undefined;
  readonly deepPowerDown: { readonly enter: number; readonly exit: number; readonly microseconds: number } | undefined;
  readonly hasReset66: boolean;
}

/** Parses what Read SFDP answers from address 0. */
export function readFlashParameters(sfdp: Uint8Array): FlashParameters {
  const view = new DataView(sfdp.buffer, sfdp.byteOffset, sfdp.length);
  if (view.getUint32(0, true) !== 0x5044_4653) throw new Error("no SFDP signature");
  if (sfdp[8] !== 0 || sfdp[15] !== 0xff) throw new Error("the first header is not that of the basic table");
  const words = sfdp[11] ?? 0;
  const pointer = view.getUint32(12, true) & 0xff_ffff;
  const word = (index: number) => {
    if (index > words) throw new Error(`the table has ${words} double words`);
    return view.getUint32(pointer + 4 * (index - 1), true);
  };
  const bits = (index: number, high: number, low: number) => (word(index) >>> low) & (2 ** (high - low + 1) - 1);
  const timed = (value: number, countBits: number, units: readonly number[]) =>
    ((value & (2 ** countBits - 1)) + 1) * (units[value >>> countBits] ?? NaN);
  const eraseUnits = [1, 16, 128, 1000];
  const latencyUnits = [0.128, 1, 8, 64];
  const types = [0, 1, 2, 3].flatMap((type) => {
    const half = (word(8 + (type >> 1)) >>> (16 * (type & 1))) & 0xffff;
    if ((half & 0xff) === 0) return [];
    const milliseconds = timed(bits(10, 10 + 7 * type, 4 + 7 * type), 5, eraseUnits);
    return [{ lengthBytes: 2 ** (half & 0xff), opcode: half >>> 8, milliseconds }];
  });
  const density = word(2);
  return {
    lengthBytes: (density >>> 31 === 0 ? density + 1 : 2 ** (density & 0x7fff_ffff)) / 8,
    eraseTypes: types,
    eraseFactor: 2 * (bits(10, 3, 0) + 1),
    pageBytes: 2 ** bits(11, 7, 4),
    pageMicroseconds: timed(bits(11, 13, 8), 5, [8, 64]),
    programFactor: 2 * (bits(11, 3, 0) + 1),
    firstByteMicroseconds: timed(bits(11, 18, 14), 4, [1, 8]),
    nextByteMicroseconds: timed(bits(11, 23, 19), 4, [1, 8]),
    chipEraseSeconds: timed(bits(11, 30, 24), 5, [0.016, 0.256, 4, 64]),
    suspend: bits(12, 31, 31) === 1 ? undefined : {
      eraseMicroseconds: timed(bits(12, 30, 24), 5, latencyUnits),
      eraseIntervalMicroseconds: (bits(12, 23, 20) + 1) * 64,
      programMicroseconds: timed(bits(12, 19, 13), 5, latencyUnits),
      programIntervalMicroseconds: (bits(12, 12, 9) + 1) * 64,
      opcodes: [bits(13, 31, 24), bits(13, 23, 16), bits(13, 15, 8), bits(13, 7, 0)],
    },
    deepPowerDown: bits(14, 31, 31) === 1 ? undefined : {
      enter: bits(14, 30, 23),
      exit: bits(14, 22, 15),
      microseconds: timed(bits(14, 14, 8), 5, latencyUnits),
    },
    hasReset66: bits(16, 12, 12) === 1,
  };
}
