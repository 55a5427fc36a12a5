/**
 * Fields that several steps have.
 *
 * @module
 */

import { ALL_PORTS } from "../../../../firmware/manual/interface.ts";
import { boolean, doc, nameOf, optional } from "../../../shape/shape.ts";
import { PORT, SECURITY_FLAGS } from "../values.ts";

/** Which adapter. */
export const adapter = doc("The adapter, by its name.", nameOf("adapter"));

/** Which ports of it. */
export const port = doc("The port; all by default.", optional(PORT, ALL_PORTS));

/** SecurityFlags of `iscsidef.h`. */
export const flags = doc("The security flags.", optional(SECURITY_FLAGS));

/** Whether a setting outlives the host. */
export const persist = doc("Whether it is kept beyond the next start; true by default.", optional(boolean(), true));
