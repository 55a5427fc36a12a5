/**
 * A portal as two arguments of `iscsicli`, which go together: both, or `*` for
 * both.
 *
 * @module
 */

import type { TargetPortal } from "../../../../host/iscsidsc/structures.ts";
import { Win32Error } from "../../../../host/status.ts";
import { numberOrDefault, textOrDefault } from "./arguments.ts";
import type { Arguments, Outcome } from "./verb.ts";

/** The two arguments. */
export const PORTAL = {
  address: textOrDefault("TargetPortalAddress", "an address of the target, with its socket; * for any"),
  socket: numberOrDefault("TargetPortalSocket", "its TCP port, as a rule 3260, with its address", 0xffff),
} satisfies Arguments;

/** What the two say together: a portal, none, or, with one of them alone, nothing that makes sense. */
export function portalOf(
  { address, socket }: { readonly address?: string | undefined; readonly socket?: number | undefined },
): TargetPortal | undefined | "half a portal" {
  if (address === undefined && socket === undefined) return undefined;
  return address === undefined || socket === undefined ? "half a portal" : { address, socket };
}

/** The answer to one of the two alone. */
export function halfAPortal(): Outcome {
  return invalidParameter(`${PORTAL.address.name} and ${PORTAL.socket.name} must be given together`);
}

/** ERROR_INVALID_PARAMETER, with a line that says why. */
export function invalidParameter(line: string): Outcome {
  return { status: Win32Error.invalidParameter, lines: [line] };
}
