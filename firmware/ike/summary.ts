/**
 * What may be told of an association.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";
import type { AssociationSummary, NegotiationSummary } from "./interface.ts";

/** What is known of an established association; no key. */
export function summaryOf(exchange: Exchange): AssociationSummary {
  const { peerIdentification, natTraversal } = exchange;
  if (peerIdentification === undefined) throw new Error("An association was established with nobody");
  return {
    mode: exchange.mode,
    role: exchange.role,
    suite: exchange.agreed.suite,
    lifetimeSeconds: exchange.lifetimeSeconds,
    ownIdentification: exchange.ownIdentification,
    peerIdentification,
    local: exchange.local,
    peer: exchange.peer,
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    peerVendorIds: [...exchange.peerVendorIds],
    translators: { own: natTraversal.own, peer: natTraversal.peer },
  };
}

/** What is known of an exchange that is not established. */
export function negotiationOf(exchange: Exchange): NegotiationSummary {
  const { id, mode, role, peer, agreement, peerIdentification } = exchange;
  // Who begins in aggressive mode computes with its first suite before anybody has chosen it: message 2 does both.
  const isChosen = mode === "main" || role === "responder" || peerIdentification !== undefined;
  return { exchange: id, mode, peer, ...(isChosen && agreement !== undefined ? { suite: agreement.suite } : {}) };
}
