/**
 * What is done on each transition of phase 1.
 *
 * An action reads the payloads of a message or the result of a computation,
 * changes the exchange, and says how to go on: to the next state, not at all
 * because the message is to be ignored, or to the end.
 *
 * @module
 */

import { cipher } from "./ciphers.ts";
import { NotifyType, PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import { publicValueProblem } from "./groups.ts";
import { hashFunction } from "./hash_functions.ts";
import type { Computation, FailureReason, IkeEngineOptions } from "./interface.ts";
import {
  deriveCipherKey,
  deriveKeys,
  deriveSkeyid,
  equalInConstantTime,
  firstVector,
  initiatorHash,
  responderHash,
} from "./key_derivation.ts";
import {
  decodeSecurityAssociation,
  findPayload,
  identificationBody,
  type OutgoingPayload,
  type Payload,
} from "./message.ts";
import { choiceBody, groupOf, offerBody, sameAttributes, type Suite, suiteOfTransform } from "./suite.ts";
import type { ActionName } from "./transitions.ts";

/** How to go on after an action. */
export type Outcome =
  | { readonly type: "proceed"; readonly send?: Reply; readonly compute?: Computation }
  /** The message is not accepted and changes nothing. */
  | { readonly type: "ignore"; readonly notifyType: number; readonly text: string }
  | {
    readonly type: "fail";
    readonly reason: FailureReason;
    readonly notifyType: number;
    readonly text: string;
  };

/** A message to be sent. */
export interface Reply {
  /** Its payloads. */
  readonly payloads: readonly OutgoingPayload[];
  /** Whether it is encrypted. */
  readonly encrypted: boolean;
}

/** What an action works with. */
export interface ActionInput {
  /** The engine's means. */
  readonly options: IkeEngineOptions;
  /** The payloads of the message, if the event is one. */
  readonly payloads: readonly Payload[];
  /** The result, if the event is a finished computation. */
  readonly result: Uint8Array;
}

/** The length of nonces and exponents that are sent, in bytes. */
const RANDOM_BYTES = 32;

type Action = (exchange: Exchange, input: ActionInput) => Outcome;

/** One function for each action of the transition tables. */
export const ACTIONS: { readonly [Name in ActionName]: Action } = {
  "send offer"(exchange, { options }) {
    exchange.offer = offerBody(options.policy.suites, options.policy.lifetimeSeconds);
    return plain([{ type: PayloadType.securityAssociation, body: exchange.offer }]);
  },

  "choose suite and answer"(exchange, input) {
    const chosen = chooseSuite(exchange, input, () => true);
    if (chosen.type !== "proceed") return chosen;
    const key = input.options.selectKey({ type: "address", address: exchange.peer.address });
    if (key === undefined) {
      return fail("no key", NotifyType.authenticationFailed, "no preshared key for the peer's address");
    }
    exchange.key = key;
    return plain([{ type: PayloadType.securityAssociation, body: exchange.choice }]);
  },

  "adopt suite"(exchange, input) {
    const problem = adoptChoice(exchange, input);
    if (problem !== undefined) return problem;
    return computePublic(exchange, input);
  },

  "send key exchange"(exchange, { result }) {
    exchange.ownPublic = result;
    return plain(keyExchangePayloads(exchange));
  },

  "take public value"(exchange, { result }) {
    exchange.ownPublic = result;
    return computeShared(exchange);
  },

  "adopt key exchange"(exchange, input) {
    const problem = adoptKeyExchange(exchange, input.payloads);
    if (problem !== undefined) return problem;
    if (exchange.role === "initiator") return computeShared(exchange);
    exchange.ownNonce = input.options.random(RANDOM_BYTES);
    return computePublic(exchange, input);
  },

  "derive keys and authenticate"(exchange, { result }) {
    deriveAll(exchange, result);
    return { type: "proceed", send: { payloads: authenticationPayloads(exchange), encrypted: true } };
  },

  "derive keys and answer key exchange"(exchange, { result }) {
    deriveAll(exchange, result);
    return plain(keyExchangePayloads(exchange));
  },

  "verify initiator and answer"(exchange, { payloads }) {
    const problem = adoptIdentification(exchange, payloads) ?? verify(exchange, findPayload(payloads, "hash")?.body);
    if (problem !== undefined) return problem;
    return { type: "proceed", send: { payloads: authenticationPayloads(exchange), encrypted: true } };
  },

  "verify responder"(exchange, { payloads }) {
    const problem = adoptIdentification(exchange, payloads) ?? verify(exchange, findPayload(payloads, "hash")?.body);
    return problem ?? { type: "proceed" };
  },

  "prepare aggressive offer"(exchange, input) {
    // Message 1 carries the public value, so every transform must name its group (RFC 2409 §5.4).
    const { policy } = input.options;
    const group = policy.suites[0]?.group;
    const suites = policy.suites.filter((suite) => suite.group === group);
    exchange.offer = offerBody(suites, policy.lifetimeSeconds);
    exchange.suite = suites[0];
    return computePublic(exchange, input);
  },

  "send aggressive offer"(exchange, { result }) {
    exchange.ownPublic = result;
    return plain([
      { type: PayloadType.securityAssociation, body: exchange.offer },
      ...keyExchangePayloads(exchange),
      { type: PayloadType.identification, body: ownIdentificationBody(exchange) },
    ]);
  },

  "accept aggressive offer"(exchange, input) {
    const value = findPayload(input.payloads, "key-exchange")?.body;
    const chosen = chooseSuite(exchange, input, (suite) => groupOf(suite).bits / 8 === value?.length);
    if (chosen.type !== "proceed") return chosen;
    const problem = adoptKeyExchange(exchange, input.payloads) ?? adoptIdentification(exchange, input.payloads);
    if (problem !== undefined) return problem;
    const identification = exchange.peerIdentification;
    const key = identification === undefined
      ? undefined
      : input.options.selectKey({ type: "identification", identification });
    if (key === undefined) {
      return fail("no key", NotifyType.invalidIdInformation, "no preshared key for the peer's identification");
    }
    exchange.key = key;
    exchange.ownNonce = input.options.random(RANDOM_BYTES);
    return computePublic(exchange, input);
  },

  "adopt aggressive answer"(exchange, input) {
    const problem = adoptChoice(exchange, input) ?? adoptKeyExchange(exchange, input.payloads) ??
      adoptIdentification(exchange, input.payloads);
    if (problem !== undefined) return problem;
    const hash = findPayload(input.payloads, "hash");
    if (hash === undefined) return ignore(NotifyType.payloadMalformed, "the hash is missing");
    exchange.peerHash = hash.body;
    return computeShared(exchange);
  },

  "send aggressive answer"(exchange, { result }) {
    deriveAll(exchange, result);
    const [identification, hash] = authenticationPayloads(exchange);
    return plain([
      { type: PayloadType.securityAssociation, body: exchange.choice },
      ...keyExchangePayloads(exchange),
      ...(identification === undefined ? [] : [identification]),
      ...(hash === undefined ? [] : [hash]),
    ]);
  },

  "verify responder and confirm"(exchange, { result }) {
    deriveAll(exchange, result);
    const problem = verify(exchange, exchange.peerHash);
    if (problem !== undefined) {
      return problem.type === "ignore"
        ? fail("authentication", NotifyType.invalidHashInformation, "HASH_R is wrong: the keys differ")
        : problem;
    }
    return { type: "proceed", send: { payloads: authenticationPayloads(exchange).slice(1), encrypted: true } };
  },

  "verify initiator"(exchange, { payloads }) {
    return verify(exchange, findPayload(payloads, "hash")?.body) ?? { type: "proceed" };
  },
};

/** Takes the first transform of the initiator that policy accepts (RFC 2408 §4.2), and answers with it alone. */
function chooseSuite(exchange: Exchange, { options, payloads }: ActionInput, fits: (suite: Suite) => boolean): Outcome {
  const association = findPayload(payloads, "security-association");
  if (association === undefined || payloads[0] !== association) {
    return fail("protocol", NotifyType.payloadMalformed, "the security association is missing or not first");
  }
  exchange.offer = association.body;
  for (const proposal of association.proposals) {
    for (const transform of proposal.transforms) {
      const offered = suiteOfTransform(transform);
      if (offered === undefined || !fits(offered.suite)) continue;
      if (!options.policy.suites.some((suite) => sameSuite(suite, offered.suite))) continue;
      exchange.suite = offered.suite;
      exchange.lifetimeSeconds = offered.lifetimeSeconds ?? options.policy.lifetimeSeconds;
      exchange.choice = choiceBody(proposal.number, proposal.spi, transform.bytes);
      return { type: "proceed" };
    }
  }
  return fail("no proposal", NotifyType.noProposalChosen, "nothing that was offered is accepted");
}

/** Accepts the responder's choice only if it is one transform of the offer, unchanged. */
function adoptChoice(exchange: Exchange, { payloads }: ActionInput): Outcome | undefined {
  const association = findPayload(payloads, "security-association");
  const proposal = association?.proposals[0];
  const transform = proposal?.transforms[0];
  if (
    association === undefined || association.proposals.length !== 1 || proposal?.transforms.length !== 1 ||
    transform === undefined
  ) return ignore(NotifyType.badProposalSyntax, "the answer is not one proposal with one transform");
  const own = decodeSecurityAssociation(exchange.offer);
  const offered = own.type === "security-association" ? own.proposals.flatMap(({ transforms }) => transforms) : [];
  const match = offered.find(({ attributes }) => sameAttributes(attributes, transform.attributes));
  const chosen = match === undefined ? undefined : suiteOfTransform(match);
  if (chosen === undefined) return ignore(NotifyType.noProposalChosen, "the answer was not offered");
  exchange.suite = chosen.suite;
  exchange.lifetimeSeconds = chosen.lifetimeSeconds ?? exchange.lifetimeSeconds;
  return undefined;
}

function adoptKeyExchange(exchange: Exchange, payloads: readonly Payload[]): Outcome | undefined {
  const value = findPayload(payloads, "key-exchange")?.body;
  const nonce = findPayload(payloads, "nonce")?.body;
  if (value === undefined || nonce === undefined || exchange.suite === undefined) {
    return ignore(NotifyType.payloadMalformed, "key exchange or nonce are missing");
  }
  const problem = publicValueProblem(groupOf(exchange.suite), value);
  if (problem !== undefined) return ignore(NotifyType.invalidKeyInformation, problem);
  if (equalInConstantTime(value, exchange.ownPublic) || equalInConstantTime(nonce, exchange.ownNonce)) {
    return ignore(NotifyType.invalidKeyInformation, "our own values come back");
  }
  exchange.peerPublic = value;
  exchange.peerNonce = nonce;
  return undefined;
}

function adoptIdentification(exchange: Exchange, payloads: readonly Payload[]): Outcome | undefined {
  const identification = findPayload(payloads, "identification");
  if (identification === undefined) return ignore(NotifyType.payloadMalformed, "the identification is missing");
  const { idType, data, protocol, port, body } = identification;
  // RFC 2407 §4.6.2: protocol and port are zero, or UDP and 500.
  if (!((protocol === 0 && port === 0) || (protocol === 17 && port === 500))) {
    return ignore(NotifyType.invalidIdInformation, `an identification for protocol ${protocol}, port ${port}`);
  }
  const isAddress = idType === 1 || idType === 5;
  if (isAddress && !equalInConstantTime(data, exchange.peer.address)) {
    return ignore(NotifyType.invalidIdInformation, "the identification is another address than the peer's");
  }
  // The key was chosen by the address, so only the address is authenticated by it (RFC 2409 §5.4).
  if (exchange.mode === "main" && exchange.role === "responder" && !isAddress) {
    return ignore(NotifyType.invalidIdInformation, "main mode with a preshared key needs an address as identification");
  }
  exchange.peerIdentification = { idType, data };
  exchange.peerIdentificationBody = body;
  return undefined;
}

function verify(exchange: Exchange, received: Uint8Array | undefined): Outcome | undefined {
  const { suite, keys } = exchange;
  if (received === undefined || suite === undefined || keys === undefined) {
    return ignore(NotifyType.payloadMalformed, "the hash is missing");
  }
  const hash = exchange.role === "initiator" ? responderHash : initiatorHash;
  const expected = hash(
    hashFunction(suite.hash),
    keys.skeyid,
    authenticationInput(exchange),
    exchange.peerIdentificationBody,
  );
  return equalInConstantTime(expected, received)
    ? undefined
    : ignore(NotifyType.invalidHashInformation, "the hash is wrong");
}

function computePublic(exchange: Exchange, { options }: ActionInput): Outcome {
  if (exchange.suite === undefined) return fail("no proposal", NotifyType.noProposalChosen, "there is no suite");
  if (exchange.ownNonce.length === 0) exchange.ownNonce = options.random(RANDOM_BYTES);
  exchange.exponent = options.random(RANDOM_BYTES);
  const group = groupOf(exchange.suite);
  return { type: "proceed", compute: { kind: "public", group, exponent: exchange.exponent } };
}

function computeShared(exchange: Exchange): Outcome {
  if (exchange.suite === undefined) return fail("no proposal", NotifyType.noProposalChosen, "there is no suite");
  const { exponent, peerPublic: peerValue } = exchange;
  return { type: "proceed", compute: { kind: "shared", group: groupOf(exchange.suite), exponent, peerValue } };
}

/** Derives all keys from the shared secret, which is then filled with zeros. */
function deriveAll(exchange: Exchange, sharedSecret: Uint8Array): void {
  const { suite } = exchange;
  if (suite === undefined) return;
  const hash = hashFunction(suite.hash);
  const skeyid = deriveSkeyid(hash, exchange.key, exchange.initiatorNonce, exchange.responderNonce);
  exchange.keys = deriveKeys(hash, skeyid, sharedSecret, exchange.initiatorCookie, exchange.responderCookie);
  exchange.cipherKey = deriveCipherKey(hash, exchange.keys.skeyidE, cipher(suite.cipher));
  exchange.vector = firstVector(hash, cipher(suite.cipher), exchange.initiatorPublic, exchange.responderPublic);
  sharedSecret.fill(0);
  exchange.exponent.fill(0);
}

function keyExchangePayloads(exchange: Exchange): OutgoingPayload[] {
  return [
    { type: PayloadType.keyExchange, body: exchange.ownPublic },
    { type: PayloadType.nonce, body: exchange.ownNonce },
  ];
}

/** Identification and hash of this end. */
function authenticationPayloads(exchange: Exchange): OutgoingPayload[] {
  const { suite, keys } = exchange;
  if (suite === undefined || keys === undefined) return [];
  const body = ownIdentificationBody(exchange);
  const hash = exchange.role === "initiator" ? initiatorHash : responderHash;
  return [
    { type: PayloadType.identification, body },
    { type: PayloadType.hash, body: hash(hashFunction(suite.hash), keys.skeyid, authenticationInput(exchange), body) },
  ];
}

function authenticationInput(exchange: Exchange) {
  return {
    gxi: exchange.initiatorPublic,
    gxr: exchange.responderPublic,
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    offer: exchange.offer,
  };
}

function ownIdentificationBody(exchange: Exchange): Uint8Array {
  return identificationBody(exchange.ownIdentification.idType, exchange.ownIdentification.data);
}

function sameSuite(a: Suite, b: Suite): boolean {
  return a.cipher === b.cipher && a.hash === b.hash && a.group === b.group;
}

function plain(payloads: readonly OutgoingPayload[]): Outcome {
  return { type: "proceed", send: { payloads, encrypted: false } };
}

function ignore(notifyType: number, text: string): Outcome {
  return { type: "ignore", notifyType, text };
}

function fail(reason: FailureReason, notifyType: number, text: string): Outcome {
  return { type: "fail", reason, notifyType, text };
}
