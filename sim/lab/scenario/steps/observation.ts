/**
 * Steps that look, and let time pass.
 *
 * @module
 */

import { AdapterStatus } from "../../../../firmware/manual/interface.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../../../host/wmi/adapter_information.ts";
import { boolean, doc, integer, mapping, oneOf, optional, text } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { DURATION } from "../values.ts";
import { adapter } from "./fields.ts";
import { describeNtStatus } from "./nt_status.ts";

/** Steps that change nothing. */
export const OBSERVATION_STEPS = {
  information: step({
    doc: "Asks the adapter about itself, through WMI.",
    shape: mapping({
      adapter,
      expectStatus: doc("Its status.", optional(oneOf("working", "degraded", "critical", "failed"))),
      expectCacheValid: doc("Whether its key cache is valid.", optional(boolean())),
    }),
    run({ adapter, expectStatus, expectCacheValid }, context) {
      context.unit(adapter);
      const { wmi } = context.world.host;
      const answer = context.world.run(wmi.queryInstance(adapter, HBA_INFORMATION_GUID, HBA_INFORMATION.sizeof));
      if (answer.data.length === 0) return context.judge("an answer", describeNtStatus(answer.ntStatus));
      const information = HBA_INFORMATION.decode(answer.data);
      if (expectStatus !== undefined) {
        const names = Object.entries(AdapterStatus);
        context.judge(expectStatus, names.find(([, number]) => number === information.Status)?.[0] ?? "?");
      }
      if (expectCacheValid !== undefined) {
        context.judge(`cache valid: ${expectCacheValid}`, `cache valid: ${information.CacheValid}`);
      }
    },
  }),
  established: step({
    doc: "How many exchanges a target has established since the beginning.",
    shape: mapping({
      target: doc("The target, by its name.", text()),
      atLeast: doc("So many at least.", integer(0, 1_000_000)),
    }),
    run({ target, atLeast }, context) {
      context.target(target);
      const count = context.world.targets.get(target)?.established ?? 0;
      context.judge(`at least ${atLeast}`, count >= atLeast ? `at least ${atLeast}` : String(count));
    },
  }),
  wait: step({
    doc: "Lets time pass.",
    shape: DURATION,
    run: (time, { world }) => world.advance(world.cycles(time)),
  }),
};
