/**
 * The step that goes past all drivers: to the adapter's registers.
 *
 * @module
 */

import { MAILBOX_COUNT, Register } from "../../../parts/register_file.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { doc, integer, mapping, optional, scalar } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { fieldsOfAnswer } from "./expectations.ts";
import { adapter } from "./fields.ts";

/** Registers by the names of the hardware manual. */
const REGISTERS: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: MAILBOX_COUNT }, (_, index) => [`MAILBOX${index}`, Register.mailbox + 4 * index] as const),
  ["CONTROL_STATUS", Register.controlStatus],
  ["INTERRUPT_MASK", Register.interruptMask],
]);

const NAMES = [...REGISTERS.keys()];

const REGISTER = scalar<number>({
  accepts: `one of ${alternatives(NAMES)}`,
  words: NAMES,
  example: "MAILBOX0",
  parse: (name) => REGISTERS.get(name),
});

const WORD = integer(0, 0xffff_ffff);

/** Steps about registers. */
export const REGISTER_STEPS = {
  register: step({
    doc: "Reads a register as a driver does, or writes it.",
    shape: mapping({
      adapter,
      read: doc("The register that is read.", optional(REGISTER)),
      write: doc("Or the register that is written.", optional(REGISTER)),
      value: doc("What is written.", optional(WORD)),
    }, ({ read, write, value }) => {
      if ((read === undefined) === (write === undefined)) {
        return {
          path: "write",
          given: read === undefined ? "no register" : "two registers",
          accepted: "read or write",
        };
      }
      if ((write === undefined) === (value === undefined)) return undefined;
      return { path: "value", given: write === undefined ? "a value to read" : "no value", accepted: "one with write" };
    }),
    expect: fieldsOfAnswer({ value: doc("What was read.", optional(WORD)) }),
    *run({ adapter, read, write, value = 0 }, context, expected) {
      const { registers } = context.unit(adapter).adapter;
      yield* context.wait(0);
      if (write !== undefined) registers.write(write, value);
      if (read !== undefined && expected.value !== undefined) {
        const name = (word: number) => `0x${word.toString(16).padStart(8, "0")}`;
        context.judge(name(expected.value), name(registers.read(read)));
      }
    },
  }),
};
