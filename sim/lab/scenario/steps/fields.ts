/**
 * Fields that several steps have.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { boolean, doc, nameOf, optional } from "../../../shape/shape.ts";
import { DURATION, OUTCOME, type Outcome, PORT, SECURITY_FLAGS, SETTING_OUTCOME } from "../values.ts";

const SUCCESS: Outcome = { type: "status", statuses: [IsdscStatus.SUCCESS] };

/** Which adapter. */
export const adapter = doc("The adapter, by its name.", nameOf("adapter"));

/** Which ports of it. */
export const port = doc("The port; all by default.", optional(PORT, ALL_PORTS));

/** SecurityFlags of `iscsidef.h`. */
export const flags = doc("The security flags.", optional(SECURITY_FLAGS));

/** Whether a setting outlives the host. */
export const persist = doc("Whether it is kept beyond the next start; true by default.", optional(boolean(), true));

/** What a call must return. */
export const expect = doc("The status to expect, or several; success by default.", optional(OUTCOME, SUCCESS));

/** What a setting must come to. */
export const expectSetting = doc(
  "The status to expect, or several; `old or new` for a call that is interrupted; success by default.",
  optional(SETTING_OUTCOME, SUCCESS),
);

/** How long power stays off. */
export const off = doc("How long power stays off; 100ms by default.", optional(DURATION, 100_000_000));
