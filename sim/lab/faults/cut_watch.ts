/**
 * Whether a cut link has stopped anything.
 *
 * @module
 */

import type { Decision } from "../../network/network.ts";
import type { Datagram } from "../../network/datagram.ts";
import { awayUntil, wayOf } from "./away.ts";
import { type Accident, cutWays } from "./accidents.ts";
import type { World } from "../world/world.ts";

/**
 * Watches a link that is about to be cut.
 *
 * @param seen Told of the first datagram that this cut stops; what another cut stops anyway, it does not.
 * @returns Ends the watch.
 */
export function watchCut(
  cut: Extract<Accident, { kind: "cutLink" }>,
  world: World,
  seen: () => void,
): () => void {
  const { network: { decisions }, kernel } = world;
  const cutBefore = new Map(cutWays(cut, world).map((way) => [way.name, awayUntil(way, world)]));
  const told = ({ source, destination }: Datagram, { fate }: Decision) => {
    const { name } = wayOf(source.address, destination.address, world);
    if (fate !== "blocked" || (cutBefore.get(name) ?? Infinity) >= kernel.now) return;
    decisions.delete(told);
    seen();
  };
  decisions.add(told);
  return () => decisions.delete(told);
}
