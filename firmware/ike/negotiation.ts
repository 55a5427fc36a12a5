/**
 * The negotiation of a suite: offer, choice, and what the initiator accepts of
 * it (RFC 2408 §4.2, RFC 2409 §5).
 *
 * @module
 */

import { type ActionInput, fail, ignore, type Problem } from "./action.ts";
import { atLeastFloor, sameAttributes } from "./attributes.ts";
import { NotifyType, PROTOCOL_ISAKMP } from "./constants.ts";
import type { Agreement, Exchange } from "./exchange.ts";
import { answerBody } from "./offer.ts";
import { findPayload } from "./payloads.ts";
import { decodeSecurityAssociation } from "./security_association.ts";
import { groupOf, meaningOf, sameSuite, type Suite } from "./suite.ts";

/** A suite with its means. */
export function agreementOn(suite: Suite, { hashFunction, cipher }: ActionInput): Agreement {
  return { suite, group: groupOf(suite), hash: hashFunction(suite.hash), cipher: cipher(suite.cipher) };
}

/**
 * The responder takes the first transform of the offer that its policy has, the order being the initiator's
 * preference, and answers with it alone.
 *
 * @param fits What else a suite must meet.
 */
export function chooseSuite(
  exchange: Exchange,
  input: ActionInput,
  fits: (suite: Suite) => boolean,
): Problem | undefined {
  const { options: { policy }, payloads } = input;
  const association = findPayload(payloads, "security-association");
  // RFC 2409 §5: the SA payload must precede all others.
  if (association === undefined || payloads[0] !== association) {
    return fail(
      "protocol",
      NotifyType.payloadMalformed,
      "the security association is missing or not the first payload",
    );
  }
  const reasons = new Set<string>();
  for (const proposal of association.proposals) {
    if (proposal.protocol !== PROTOCOL_ISAKMP) {
      reasons.add(`protocol ${proposal.protocol} is not negotiated in phase 1`);
      continue;
    }
    for (const transform of proposal.transforms) {
      const meaning = meaningOf(transform);
      if (meaning.type === "unusable") {
        reasons.add(meaning.reason);
        continue;
      }
      const { suite, lifetimeSeconds } = meaning;
      if (!policy.suites.some((each) => sameSuite(each, suite)) || !fits(suite)) continue;
      const offered = atLeastFloor(lifetimeSeconds) ?? policy.lifetimeSeconds;
      exchange.agreement = agreementOn(suite, input);
      exchange.lifetimeSeconds = Math.min(offered, policy.lifetimeSeconds);
      exchange.lifetimeShortened = exchange.lifetimeSeconds < offered;
      exchange.offer = association.body;
      exchange.choice = answerBody(proposal, transform, policy);
      return undefined;
    }
  }
  const why = reasons.size === 0 ? "" : ` (${[...reasons].join("; ")})`;
  return fail("no proposal", NotifyType.noProposalChosen, `nothing that was offered is accepted${why}`);
}

/** What the initiator takes from an answer to its offer. */
export interface Choice {
  /** The choice was offered. */
  readonly type: "choice";
  /** What is agreed. */
  readonly agreement: Agreement;
  /** Lifetime in seconds. */
  readonly lifetimeSeconds: number;
}

/** The initiator accepts one transform of its offer, unchanged but for the order of attributes, and nothing else. */
export function readChoice(exchange: Exchange, input: ActionInput): Choice | Problem {
  const association = findPayload(input.payloads, "security-association");
  const proposal = association?.proposals[0];
  const transform = proposal?.transforms[0];
  if (association === undefined || association !== input.payloads[0]) {
    return ignore(
      NotifyType.payloadMalformed,
      "protocol",
      "the security association is missing or not the first payload",
    );
  }
  if (association.proposals.length !== 1 || proposal?.transforms.length !== 1 || transform === undefined) {
    return ignore(NotifyType.badProposalSyntax, "protocol", "the answer is not one proposal with one transform");
  }
  if (proposal.protocol !== PROTOCOL_ISAKMP) {
    return ignore(NotifyType.invalidProtocolId, "protocol", `the answer is for protocol ${proposal.protocol}`);
  }
  const own = decodeSecurityAssociation(exchange.offer);
  const offered = own.type === "refused" ? [] : own.proposals.flatMap(({ transforms }) => transforms);
  const match = offered.find(({ attributes }) => sameAttributes(attributes, transform.attributes));
  const meaning = match === undefined ? undefined : meaningOf(match);
  if (meaning?.type !== "usable") {
    return ignore(NotifyType.noProposalChosen, "no proposal", "the peer chose what was not offered");
  }
  return {
    type: "choice",
    agreement: agreementOn(meaning.suite, input),
    lifetimeSeconds: meaning.lifetimeSeconds ?? exchange.lifetimeSeconds,
  };
}
