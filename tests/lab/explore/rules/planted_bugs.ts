/**
 * For each rule of the oracle a bug that no other rule notices: a rule without
 * one would be needless.
 *
 * @module
 */

import type { RuleName } from "../../../../sim/lab/explore/oracle/rules.ts";
import type { PlantedFault } from "../../../support/planted_copy.ts";

const SERVICE = "host/initiator_service";

/** The bug of each rule, in words, and how it is planted. */
export const PLANTED_BUGS: Readonly<Record<RuleName, readonly [what: string, ...faults: readonly PlantedFault[]]>> = {
  "the last acknowledged writer wins": ["a gateway is stored as its own destination", {
    file: `${SERVICE}/procedures.ts`,
    text: "    const outerAddress = resolveAddress(request.outerModeAddress);\n",
    fault: "    const outerAddress = resolveAddress(request.destinationAddress);\n",
  }],
  "an adapter has what the service holds": ["another key for a name is acknowledged and not written", {
    file: "firmware/cache/security_cache.ts",
    text: "    const stored = yield* this.#put(keyRecord(request));\n",
    fault: "    if (request.idType === 2 && this.#table.has(request)) return IsdscStatus.SUCCESS;\n" +
      "    const stored = yield* this.#put(keyRecord(request));\n",
  }],
  "flash has what the key table has": ["a key goes to the key table and not to flash", {
    file: "firmware/cache/security_cache.ts",
    text: "    const stored = yield* this.#put(keyRecord(request));\n",
    fault: "    const stored: number = IsdscStatus.SUCCESS;\n",
  }],
  "a question is answered with what is in force": ["a question for a port is not answered with the key for all ports", {
    file: "firmware/cache/security_cache.ts",
    text: "    const entry = this.#table.find(query);\n",
    fault: "    const entry = this.#table.has(query) ? this.#table.find(query) : undefined;\n",
  }],
  "a login uses the key in force": ["the group key beats a key of one's own", {
    file: "firmware/session/key_selection.ts",
    text: "  if (entry !== undefined && key !== undefined) {\n    return {\n      key,\n",
    fault: "  if (entry !== undefined && key !== undefined && !keyTable.hasGroupKey) {\n    return {\n      key,\n",
  }],
  "a setting comes about": ["a setting for all adapters is refused where there are several", {
    file: `${SERVICE}/security_operations.ts`,
    text: "  if (scope.links.length === 0) return",
    fault: "  if (scope.links.length !== 1) return",
  }],
  "everything comes up": ["an adapter always says that it is degraded", {
    file: "firmware/cache/security_cache.ts",
    text: 'const degraded = damaged > 0 || health?.state === "degraded";',
    fault: "const degraded = damaged >= 0;",
  }],
  "a cache has the name that the service gave it": ["the store vouches for another name than the cache was given", {
    file: `${SERVICE}/security_operations.ts`,
    text: "    if (generation === undefined) continue;\n    vouching.set(each.link.name, { generation, refused",
    fault:
      "    if (generation === undefined) continue;\n    vouching.set(each.link.name, { generation: generation.toReversed(), refused",
  }],
  "no key is where it should not be": ["the trace shows the group key", {
    file: "host/iscsidsc/iscsidsc.ts",
    text: "detail: `key ${fingerprint(given)}, ",
    fault: "detail: `key ${new TextDecoder().decode(given)}, ",
  }],
};
