/**
 * Which adapters a call is for, and which of them a login goes through.
 *
 * @module
 */

import { AdapterStatus, ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { ALL_ADAPTERS } from "./held_records.ts";
import type { SettingScope } from "./security_operations.ts";
import type { ServiceRun } from "./service_run.ts";

/** The adapters that a name stands for, `undefined` for all of them, or the status that says why none. */
export function findScope(run: ServiceRun, name: string | undefined, portNumber: number): SettingScope | number {
  if (name === undefined) return { links: run.links, adapter: ALL_ADAPTERS };
  const link = run.linkNamed(name);
  if (link === undefined) return IsdscStatus.INITIATOR_NOT_FOUND;
  const ports = link.information?.NumberOfPorts;
  // What is not known here, the adapter judges.
  if (portNumber !== ALL_PORTS && ports !== undefined && ports > 0 && portNumber >= ports) {
    return IsdscStatus.INVALID_PORT_NUMBER;
  }
  return { links: [link], adapter: link.name };
}

/** The adapters in the order in which a login that leaves the choice to the service tries them: those that are ready first. */
export function byReadiness(links: readonly AdapterLink[]): readonly AdapterLink[] {
  return [...links.filter(isReady), ...links.filter((link) => !isReady(link))];
}

function isReady({ settled, information }: AdapterLink): boolean {
  return settled && information !== undefined && information.Status !== AdapterStatus.failed;
}
