/**
 * The step in which something goes wrong with a flash part.
 *
 * @module
 */

import { FLASH_FAULT, FlashFaultError, kindOf } from "../../../parts/flash/faults.ts";
import { doc, mapping } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { adapter } from "./fields.ts";

/** Steps about faults. */
export const FAULT_STEPS = {
  flashFault: step({
    doc: "Something goes wrong with the adapter's flash part.",
    shape: mapping({ adapter, fault: doc("What.", FLASH_FAULT) }),
    check({ adapter, fault }, context) {
      const { flash } = context.unit(adapter);
      if (flash === undefined) throw context.error("adapter", adapter, "an adapter with storage: nvram");
      try {
        kindOf(fault).check(fault, flash.geometry);
      } catch (error) {
        if (!(error instanceof FlashFaultError)) throw error;
        throw context.error(`fault.${error.field}`, String(error.given), error.accepted);
      }
    },
    run({ adapter, fault }, context) {
      context.unit(adapter).flash?.inject(fault);
    },
  }),
};
