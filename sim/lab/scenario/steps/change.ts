/**
 * The step that changes the world: its network, its targets.
 *
 * @module
 */

import { checkLinkBehaviour } from "../../../network/link.ts";
import { NetworkError } from "../../../network/network_error.ts";
import type { LinkBehaviour } from "../../../network/network.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import {
  boolean,
  type Contradiction,
  doc,
  entries,
  filled,
  mapping,
  nameOf,
  optional,
  type ValueOf,
} from "../../../shape/shape.ts";
import { waysOf } from "../../faults/accidents.ts";
import type { World } from "../../world/world.ts";
import { linkBehaviour, linkRefusal, NETWORK } from "../network.ts";
import { refuseSilentWay } from "../silent_ways.ts";
import { step } from "../step.ts";
import { KEYS } from "../target_keys.ts";

const TARGET = mapping({
  silent: doc("Whether it hears and says nothing.", optional(boolean())),
  keys: doc("Its keys from now on.", optional(KEYS)),
}, noChange("silent", "keys"));

/** What is wrong with fields of which none is given. */
function noChange(...accepted: readonly string[]): (given: object) => Contradiction | undefined {
  return (given) => {
    return Object.keys(given).length > 0
      ? undefined
      : { path: "", given: "no change", accepted: `one of ${alternatives(accepted)}` };
  };
}

/** Steps that change the world. */
export const CHANGE_STEPS = {
  change: step({
    doc: "Changes what is said, and leaves the rest as it is.",
    shape: mapping({
      network: doc("What the network does from now on.", optional(NETWORK)),
      targets: doc("What targets do from now on, by their names.", optional(filled(entries(nameOf("target"), TARGET)))),
    }, (given) => {
      const { network } = given;
      const isEmpty = network !== undefined && Object.keys(network).length === 0;
      return noChange("network", "targets")(given) ??
        (isEmpty ? { path: "network", given: "no change", accepted: "one of the fields of the network" } : undefined);
    }),
    check({ network, targets = [] }, check) {
      targets.forEach(({ name }, index) => {
        if (check.world.targets.has(name)) return;
        check.part("targets", index).about([name]).refuse(`${name}, which is outside`, "a target of the world");
      });
      network?.links?.forEach(({ from, to }, index) => {
        refuseSilentWay(from, to, check.part("network", "links", index));
      });
      for (const { path, behaviour } of network === undefined ? [] : behaviours(network, check.world)) {
        try {
          checkLinkBehaviour(behaviour);
        } catch (error) {
          if (!(error instanceof NetworkError)) throw error;
          const { given, accepted } = linkRefusal(error);
          check.part("network", ...path).refuse(given, accepted);
        }
      }
    },
    *run({ network, targets = [] }, context) {
      const { world } = context;
      yield* context.wait(0);
      for (const { ways, behaviour } of network === undefined ? [] : behaviours(network, world)) {
        if (ways === undefined) world.network.behaviour = behaviour;
        else for (const [from, to] of ways) world.network.setLink(from, to, behaviour);
      }
      for (const { name, value: { silent, keys } } of targets) {
        const target = world.targets.get(name);
        if (target === undefined) continue;
        if (silent !== undefined) target.silent = silent;
        if (keys !== undefined) target.keys = keys;
      }
    },
  }),
};

/** What all links do from now on, or single ones. */
interface Behaviour {
  /** Where in the network of the file it stands. */
  readonly path: readonly (string | number)[];
  /** The ways; all by default. */
  readonly ways?: readonly (readonly [Uint8Array, Uint8Array])[];
  readonly behaviour: LinkBehaviour;
}

function* behaviours({ links = [], ...all }: ValueOf<typeof NETWORK>, world: World): Generator<Behaviour> {
  const behaviour = { ...world.network.behaviour, ...linkBehaviour(all) };
  yield { path: [], behaviour };
  for (const [index, link] of links.entries()) {
    const ways = waysOf(link.from, link.to, world);
    const [from, to] = ways[0] ?? [];
    if (from === undefined || to === undefined) continue;
    const own = world.network.linkBehaviour(from, to) ?? behaviour;
    yield { path: ["links", index], ways, behaviour: { ...own, ...linkBehaviour(link.behaviour) } };
  }
}
