/**
 * The choice of a session's key, and in the trace the places where the adapter
 * has looked for one, each with the event that wrote what is there.
 *
 * @module
 */

import { fingerprint } from "../../sim/trace/fingerprint.ts";
import type { KeyIdentity } from "../cache/key_table.ts";
import type { RecordWriters } from "../cache/record_writers.ts";
import { GROUP_KEY_IDENTITY, keyRecordIdentity } from "../cache/security_records.ts";
import { ALL_PORTS } from "../manual/interface.ts";
import { formatIdentification } from "./identification_text.ts";
import { judged, type KeyCandidate, type KeyPlace, recordCandidates } from "./key_candidates.ts";
import {
  chooseIdentity,
  type KeySource,
  type Selection,
  type SelectionInput,
  selectKey,
  withModesOf,
} from "./key_selection.ts";
import type { SessionManagerOptions } from "./sessions.ts";

/**
 * Chooses, with the keys as they stand, and records among what.
 *
 * @param because The event that wrote the request, if the adapter has read it from its own memory.
 */
export function selectTraced(
  { cache, network, policy, recorder, component }: SessionManagerOptions,
  request: SelectionInput["request"],
  portNumber: number,
  because: number = -1,
): Selection {
  const input = {
    request,
    portNumber,
    portAddresses: network.addresses,
    keyTable: cache.keyTable,
    damage: cache.damage,
  };
  const selection = withModesOf(selectKey(input), policy);
  if (selection.type !== "withoutPhase1") {
    const candidates = keyCandidates(input, chooseIdentity(input), selection, cache.writers).map((candidate) =>
      candidate.source === "login" ? { ...candidate, because } : candidate
    );
    recordCandidates(recorder, component, candidates);
  }
  return selection;
}

/**
 * The places that an adapter looks at for an identity: the login's own key, the key for the port, the key for all ports,
 * the group key.
 *
 * @param identity What the session presents.
 * @param selection What was chosen.
 * @param writers Who has written the keys.
 */
function keyCandidates(
  { request, keyTable, damage }: SelectionInput,
  identity: KeyIdentity,
  selection: Selection,
  writers: RecordWriters,
): readonly KeyCandidate[] {
  const whom = formatIdentification(identity.idType, identity.id);
  const forAllPorts = { ...identity, portNumber: ALL_PORTS };
  const login = request.key.length > 0 ? fingerprint(request.key) : "";
  const places: readonly (KeyPlace & { readonly source: KeySource })[] = [
    { source: "login", identity: whom, fingerprint: login, isDamaged: false, because: -1 },
    {
      ...{ source: "explicit", identity: `${whom}, port ${identity.portNumber}` },
      ...{ fingerprint: markOf(keyTable.copyKey(identity)), isDamaged: damage.hasKey(identity) },
      because: writers.of(keyRecordIdentity(identity)),
    },
    {
      ...{ source: "all ports", identity: `${whom}, all ports` },
      ...{ fingerprint: markOf(keyTable.copyKey(forAllPorts)), isDamaged: damage.hasKey(forAllPorts) },
      because: writers.of(keyRecordIdentity(forAllPorts)),
    },
    {
      ...{ source: "group", identity: "everybody" },
      ...{ fingerprint: markOf(keyTable.copyGroupKey()), isDamaged: damage.hasGroupKey },
      because: writers.of(GROUP_KEY_IDENTITY),
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
