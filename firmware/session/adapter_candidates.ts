/**
 * The places where an adapter looks for a session's key, as they stand when it
 * chooses: for the trace.
 *
 * @module
 */

import { fingerprint } from "../../sim/trace/fingerprint.ts";
import type { KeyIdentity } from "../cache/key_table.ts";
import { ALL_PORTS } from "../manual/interface.ts";
import { formatIdentification } from "./identification_text.ts";
import { judged, type KeyCandidate, type KeyPlace } from "./key_candidates.ts";
import type { KeySource, Selection, SelectionInput } from "./key_selection.ts";

/**
 * The places that an adapter looks at for an identity: the login's own key, the key for the port, the key for all ports,
 * the group key.
 *
 * @param identity What the session presents.
 * @param selection What was chosen.
 */
export function keyCandidates(
  { request, keyTable, damage }: SelectionInput,
  identity: KeyIdentity,
  selection: Selection,
): readonly KeyCandidate[] {
  const whom = formatIdentification(identity.idType, identity.id);
  const forAllPorts = { ...identity, portNumber: ALL_PORTS };
  const login = request.key.length > 0 ? fingerprint(request.key) : "";
  const places: readonly (KeyPlace & { readonly source: KeySource })[] = [
    { source: "login", identity: whom, fingerprint: login, isDamaged: false },
    {
      ...{ source: "explicit", identity: `${whom}, port ${identity.portNumber}` },
      ...{ fingerprint: markOf(keyTable.copyKey(identity)), isDamaged: damage.hasKey(identity) },
    },
    {
      ...{ source: "all ports", identity: `${whom}, all ports` },
      ...{ fingerprint: markOf(keyTable.copyKey(forAllPorts)), isDamaged: damage.hasKey(forAllPorts) },
    },
    {
      ...{ source: "group", identity: "everybody" },
      ...{ fingerprint: markOf(keyTable.copyGroupKey()), isDamaged: damage.hasGroupKey },
    },
  ];
  return judged(places, selection.type === "selected");
}

/** The fingerprint of a copy, which is filled with zeros; empty without one. */
function markOf(copy: Uint8Array | undefined): string {
  if (copy === undefined) return "";
  const mark = fingerprint(copy);
  copy.fill(0);
  return mark;
}
