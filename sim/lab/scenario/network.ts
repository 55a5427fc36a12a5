/**
 * What a scenario file says of the network: on all links, and on single ones.
 *
 * @module
 */

import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import type { NetworkError } from "../../network/network_error.ts";
import type { LinkBehaviour } from "../../network/network.ts";
import { alternatives } from "../../shape/alternatives.ts";
import {
  converted,
  doc,
  entries,
  type Entry,
  filled,
  mapping,
  optional,
  scalar,
  type ScalarShape,
  type ValueOf,
} from "../../shape/shape.ts";
import { DURATION, RATE } from "./values.ts";

/** From one end to another, by their names. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

const WAY: ScalarShape<Way> = scalar({
  accepts: '"FROM > TO", each the name of an adapter or a target',
  pattern: /^\s*\S.* > .*\S\s*$/,
  example: "hba0 > disk",
  refersTo: "adapter or target",
  namesIn: endsOf,
  parse(text) {
    const [from = "", to = "", ...more] = endsOf(text);
    return more.length === 0 && from !== "" && to !== "" ? { from, to } : undefined;
  },
});

function endsOf(text: string): readonly string[] {
  return text.split(" > ").map((name) => name.trim());
}

const RATE_FIELD = optional(RATE);

const BEHAVIOUR_FIELDS = {
  latency: doc("How long a datagram is on its way; 50us by default.", optional(DURATION)),
  jitter: doc("How much longer at most.", optional(DURATION)),
  loss: doc("How many datagrams are lost.", RATE_FIELD),
  duplicates: doc("How many datagrams come twice.", RATE_FIELD),
  corruption: doc("Of how many datagrams a bit is flipped on the way.", RATE_FIELD),
  reorders: doc("How many datagrams are held back, so that later ones overtake them.", RATE_FIELD),
  reorderDelay: doc("How long they are held back.", optional(DURATION)),
};

const BEHAVIOUR = mapping(BEHAVIOUR_FIELDS, (given) => {
  if (Object.keys(given).length > 0) return undefined;
  return { path: "", given: "a link as all others", accepted: `one of ${alternatives(Object.keys(BEHAVIOUR_FIELDS))}` };
});

/** The network of a file. */
export const NETWORK = mapping(
  {
    ...BEHAVIOUR_FIELDS,
    links: doc(
      "What is otherwise on the way from one end to another, as `hba0 > disk`; what is not said is as on all links.",
      optional(
        converted(
          filled(entries(WAY, BEHAVIOUR)),
          (links: readonly Entry<Way, ValueOf<typeof BEHAVIOUR>>[]) =>
            links.map(({ name, value }) => ({ ...name, behaviour: value })),
        ),
      ),
    ),
  },
  ({ reorders, reorderDelay }) =>
    reorders === undefined || reorders === 0 || reorderDelay !== undefined ? undefined : {
      path: "reorders",
      given: "datagrams that are held back for no time",
      accepted: "reorderDelay beside it, or none",
    },
);

/** What files call what a link does. */
const NAMES_IN_FILES = {
  latencyCycles: "latency",
  jitterCycles: "jitter",
  lossPerMille: "loss",
  duplicatesPerMille: "duplicates",
  corruptionPerMille: "corruption",
  reordersPerMille: "reorders",
  reorderCycles: "reorderDelay",
} as const satisfies Record<keyof LinkBehaviour, keyof typeof BEHAVIOUR_FIELDS>;

const NAMES = Object.entries(NAMES_IN_FILES);

/** What a file says of a link, as the network takes it. */
export function linkBehaviour(written: ValueOf<typeof BEHAVIOUR>): Partial<LinkBehaviour> {
  const given = NAMES.flatMap(([name, inFiles]) => {
    const value = written[inFiles];
    if (value === undefined) return [];
    return [[name, name.endsWith("Cycles") ? Math.ceil((value * DEFAULT_FREQUENCY_HZ) / 1e9) : value] as const];
  });
  return Object.fromEntries(given);
}

/** What the network refuses of a link, in the words of files. */
export function linkRefusal({ field, given, accepted }: NetworkError): { given: string; accepted: string } {
  const inFiles = (text: string) => NAMES.reduce((words, [name, word]) => words.replaceAll(name, word), text);
  return { given: `${inFiles(field)} of ${given}`, accepted: inFiles(accepted) };
}
