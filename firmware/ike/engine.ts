/**
 * The IKE engine: exchanges, driven by events, giving out actions.
 *
 * Pure and synchronous. It knows no clock, no network and no trace; whoever
 * runs it brings datagrams, expired timers and finished computations, and
 * carries out the actions in their order. Whatever bytes come in, nothing
 * throws and no exchange hangs: a bad message is dropped with a note, and the
 * peer is told at most a few times.
 *
 * @module
 */

import type { ActionInput, Outcome, Problem } from "./action.ts";
import { ACTIONS } from "./actions.ts";
import { deletePayload, refusalPayload } from "./association.ts";
import { sameIdentification } from "./authentication.ts";
import { isZero, NO_BYTES } from "./bytes.ts";
import { cipher, CIPHER_NAMES, type CipherName, countedCipher } from "./ciphers.ts";
import { ExchangeType, NAT_TRAVERSAL_PORT } from "./constants.ts";
import { Exchange } from "./exchange.ts";
import { countedHash, HASH_NAMES, hashFunction, type HashName } from "./hash_functions.ts";
import { InitiationQueue } from "./initiation_queue.ts";
import type {
  Datagram,
  ExchangeId,
  FailureReason,
  IkeAction,
  IkeEngineOptions,
  InitiateRequest,
  JobId,
  NegotiationSummary,
  TimerId,
} from "./interface.ts";
import { ComputationLengthError } from "./key_exchange.ts";
import { checkPolicy } from "./policy_check.ts";
import { Outbox, REFUSALS_TIMER, timerMeaning } from "./outbox.ts";
import type { OutgoingPayload } from "./payloads.ts";
import { type Endpoints, type EventDetail, Receiver } from "./receiver.ts";
import type { Packet } from "./header.ts";
import { MAX_REFUSALS_SENT, REFUSAL_PERIOD_MILLISECONDS, RefusalBudget } from "./refusal_budget.ts";
import { ExchangeRegistry } from "./registry.ts";
import { requestProblem } from "./request.ts";
import { ExchangeSecrets, HEAP_SECRETS } from "./secrets.ts";
import { negotiationOf, summaryOf } from "./summary.ts";
import { SymmetricWork } from "./symmetric_work.ts";
import { Timekeeper } from "./timekeeper.ts";
import { type ExchangeEvent, type ExchangeState, kindOf, transition } from "./transitions.ts";

/** Both roles of phase 1 for one node. */
export class IkeEngine {
  readonly #options: IkeEngineOptions;
  readonly #registry = new ExchangeRegistry();
  readonly #work = new SymmetricWork();
  readonly #hashes = new Map(HASH_NAMES.map((name) => [name, countedHash(hashFunction(name), this.#work)]));
  readonly #ciphers = new Map(CIPHER_NAMES.map((name) => [name, countedCipher(cipher(name), this.#work)]));
  readonly #outbox: Outbox;
  readonly #timekeeper: Timekeeper;
  readonly #receiver: Receiver;
  readonly #refusalsToStrangers = new RefusalBudget();
  readonly #initiations: InitiationQueue;
  readonly #toBegin: Exchange[] = [];
  readonly #jobs = new Map<JobId, Exchange>();
  #lastExchange = 0;
  #lastJob = 0;
  #unprotected = 0;

  /**
   * An engine without exchanges.
   *
   * @param options Its means.
   * @throws {IkePolicyError} The policy makes no sense.
   */
  constructor(options: IkeEngineOptions) {
    checkPolicy(options.policy);
    this.#options = options;
    this.#outbox = new Outbox(options, this.#work);
    this.#timekeeper = new Timekeeper(options.policy, this.#outbox);
    this.#initiations = new InitiationQueue(options.policy.halfOpenPerAddress);
    const { policy, answers = true } = options;
    this.#receiver = new Receiver(answers ? policy : { ...policy, modes: [] }, this.#registry, {
      respond: (packet, endpoints) => this.#respond(packet, endpoints),
      dispatch: (exchange, event, detail) => this.#dispatch(exchange, event, detail),
      refuse: (endpoints, { header }, exchange, notifyType) => {
        if (exchange === undefined ? this.#mayRefuseStranger() : exchange.refusalsSent++ < MAX_REFUSALS_SENT) {
          this.#outbox.notify(endpoints, header, exchange, notifyType);
        }
      },
      awaitFragments: (exchange, awaited) => this.#timekeeper.awaitFragments(exchange, awaited),
      note: (...note) => this.#outbox.note(...note),
    });
  }

  /** How many exchanges there are, established ones counted. */
  get exchangeCount(): number {
    return this.#registry.size;
  }

  /** The exchanges that are not established, oldest first. */
  get negotiating(): readonly NegotiationSummary[] {
    return this.#registry.all().filter(({ state }) => state !== "established").map(negotiationOf);
  }

  /** How many exchanges there are that peers began and that are not established. */
  get halfOpenCount(): number {
    return this.#registry.halfOpenCount;
  }

  /** How many informational messages came without protection since the beginning: heard, and never obeyed. */
  get unprotected(): number {
    return this.#unprotected;
  }

  /** How many datagrams were dropped since the beginning. */
  get dropped(): number {
    return this.#receiver.dropped;
  }

  /** How many bytes of incomplete messages are kept. */
  get fragmentBytes(): number {
    return this.#receiver.fragmentBytes;
  }

  /** How many datagrams had cookies of no exchange, and how many were not ISAKMP by their header, payloads or lengths. */
  get invalid(): { readonly cookies: number; readonly packets: number } {
    return { cookies: this.#receiver.invalidCookies, packets: this.#receiver.invalidPackets };
  }

  /**
   * Begins an exchange.
   *
   * @returns Its id, and what to do. A request that cannot be carried out fails at once, with the action `failed`.
   */
  initiate(request: InitiateRequest): { readonly exchange: ExchangeId; readonly actions: readonly IkeAction[] } {
    const { mode, local, peer, identity, key, expectedPeer, replaces } = request;
    const problem = requestProblem(request, this.#options.policy);
    const secrets = problem === undefined ? this.#reserve() : undefined;
    const id = ++this.#lastExchange as ExchangeId;
    if (secrets?.moveKey(key.slice()) !== true) {
      secrets?.release();
      const [reason, text] = problem === undefined
        ? ["no memory", "there is no memory for another exchange"] as const
        : ["invalid request", problem] as const;
      this.#outbox.add({ type: "failed", exchange: id, reason, text });
      return { exchange: id, actions: this.#outbox.take() };
    }
    const exchange = new Exchange({
      id,
      mode,
      role: "initiator",
      local,
      peer,
      initiatorCookie: this.#newCookie((cookie) => this.#registry.withCookie(cookie, peer.address) === undefined),
      responderCookie: new Uint8Array(8),
      ownIdentification: identity,
      expectedPeer,
      replaces,
      secrets,
      lifetimeSeconds: this.#options.policy.lifetimeSeconds,
    });
    this.#registry.add(exchange);
    if (this.#initiations.enter(exchange)) this.#toBegin.push(exchange);
    return { exchange: id, actions: this.#finish() };
  }

  /** A datagram has come in. */
  receive(datagram: Datagram): readonly IkeAction[] {
    this.#receiver.receive(datagram);
    return this.#finish();
  }

  /**
   * A computation is done. One that was cancelled is forgotten.
   *
   * @param result Of the group's length for it, padded on the left; filled with zeros when it is used up.
   * @throws {ComputationLengthError} It has another length.
   */
  cryptoDone(job: JobId, result: Uint8Array): readonly IkeAction[] {
    const exchange = this.#jobs.get(job);
    if (exchange !== undefined) {
      const isPublic = exchange.state === "computing public value";
      const { publicBytes, sharedBytes } = exchange.agreed.group;
      const lengthBytes = isPublic ? publicBytes : sharedBytes;
      if (result.length !== lengthBytes) throw new ComputationLengthError(result.length, lengthBytes);
      this.#jobs.delete(job);
      exchange.job = undefined;
      this.#dispatch(exchange, isPublic ? "public value ready" : "shared secret ready", { result });
    }
    result.fill(0);
    return this.#finish();
  }

  /** A timer is over. */
  timerExpired(timer: TimerId): readonly IkeAction[] {
    if (timer === REFUSALS_TIMER) this.#refusalsToStrangers.refill();
    const { exchange: id, purpose } = timerMeaning(timer);
    const exchange = this.#registry.withId(id);
    if (exchange?.timers.delete(purpose)) {
      if (purpose === "reassembly") this.#receiver.reassemblyOver(exchange);
      else this.#dispatch(exchange, this.#timekeeper.eventOf(exchange, purpose));
    }
    return this.#finish();
  }

  /** Ends an exchange: an established one with a delete to the peer, another without a word. */
  close(id: ExchangeId): readonly IkeAction[] {
    const exchange = this.#registry.withId(id);
    if (exchange !== undefined) this.#dispatch(exchange, "close");
    return this.#finish();
  }

  /** Ends all exchanges, as `close` does; from now on no peer that begins one is answered. */
  shutDown(): readonly IkeAction[] {
    this.#receiver.close();
    this.#initiations.clear();
    for (const exchange of this.#registry.all()) this.#dispatch(exchange, "close");
    return this.#finish();
  }

  /** Power is gone: forgets all exchanges and fills their secrets with zeros. Gives no actions. */
  forget(): void {
    this.#initiations.clear();
    for (const exchange of this.#registry.all()) this.#remove(exchange);
    this.#outbox.clear();
  }

  /** Begins the exchanges whose turn it is, and gives all actions out. */
  #finish(): readonly IkeAction[] {
    for (let next = this.#toBegin.shift(); next !== undefined; next = this.#toBegin.shift()) {
      if (next.state === "idle") this.#dispatch(next, "initiate");
    }
    return this.#outbox.take();
  }

  /** An exchange is established or over: another may begin. */
  #endInitiation(exchange: Exchange): void {
    const next = this.#initiations.leave(exchange);
    if (next === undefined) return;
    this.#outbox.note(next, "begins now: until here, enough exchanges with the peer were under way");
    this.#toBegin.push(next);
  }

  /** Runs what the table has for an event; false if it is refused, ignored, or has made the exchange fail. */
  #dispatch(exchange: Exchange, event: ExchangeEvent, detail: EventDetail = {}): boolean {
    if (event === "unprotected informational") this.#unprotected++;
    const row = transition(exchange.mode, exchange.role, exchange.state, event);
    if (row.type === "refusal") {
      this.#outbox.note(exchange, `${event}: ${row.name}`);
      return false;
    }
    const { state: before, lifetimeSeconds } = exchange;
    const outcome = ACTIONS[row.action](exchange, this.#inputFor(exchange, detail));
    if (outcome.type !== "proceed") {
      this.#refuse(exchange, outcome, detail.endpoints ?? exchange);
      return false;
    }
    if (detail.bytes !== undefined) {
      exchange.lastReceived = detail.bytes;
      // Any message but the first has the responder's cookie, which was sent to the peer's address and nowhere else.
      if (before !== "idle") exchange.traffic.proved = true;
    }
    if (detail.endpoints !== undefined) this.#follow(exchange, detail.endpoints);
    exchange.state = row.next;
    if (outcome.send !== undefined) this.#outbox.reply(exchange, outcome.send);
    if (outcome.sendAgain) this.#outbox.repeat(exchange);
    if (outcome.keepAlive) this.#outbox.keepAlive(exchange);
    if (before !== exchange.state) this.#enter(exchange, before, outcome);
    if (outcome.inform !== undefined && outcome.inform.length > 0) this.#outbox.inform(exchange, outcome.inform);
    if (outcome.end !== undefined) {
      this.#remove(exchange);
      this.#outbox.add({ type: "deleted", exchange: exchange.id, cause: outcome.end });
      return true;
    }
    this.#timekeeper.keep(exchange, event, lifetimeSeconds);
    if (outcome.initialContact) this.#clearOthers(exchange);
    return true;
  }

  #inputFor(exchange: Exchange, { payloads, result, endpoints }: EventDetail): ActionInput {
    return {
      options: this.#options,
      hashFunction: (name: HashName) => this.#hashes.get(name) ?? hashFunction(name),
      cipher: (name: CipherName) => this.#ciphers.get(name) ?? cipher(name),
      payloads: payloads ?? [],
      endpoints: endpoints ?? exchange,
      result: result ?? NO_BYTES,
      isFirstContact: () => this.#registry.claimFirstContact(exchange),
      emit: (action) => this.#outbox.add(action),
    };
  }

  /** The action did not proceed: its message is ignored, or the exchange has failed. */
  #refuse(exchange: Exchange, problem: Problem, endpoints: Endpoints): void {
    const { reason, text, notifyType } = problem;
    const isFirst = exchange.state === "idle";
    if (notifyType !== undefined) {
      if (problem.type === "fail" && problem.authenticated) {
        this.#outbox.inform(exchange, [refusalPayload(exchange, notifyType), ...this.#deleteAfterLast(exchange)]);
      } else if (isFirst ? this.#mayRefuseStranger() : exchange.refusalsSent++ < MAX_REFUSALS_SENT) {
        this.#outbox.notify(endpoints, exchange, exchange, notifyType);
      }
    }
    if (problem.type === "fail" || isFirst) return this.#fail(exchange, reason, text);
    exchange.problem = { reason, text };
    this.#outbox.note(exchange, `ignored: ${text}`, true);
  }

  /** Whether somebody who has proved nothing may be told of a refusal. */
  #mayRefuseStranger(): boolean {
    if (this.#refusalsToStrangers.isWhole) this.#outbox.startRefusalsTimer(REFUSAL_PERIOD_MILLISECONDS);
    return this.#refusalsToStrangers.spend();
  }

  /** Who sent the last message of the exchange, which is refused here, takes the association for established. */
  #deleteAfterLast(exchange: Exchange): OutgoingPayload[] {
    return (exchange.role === "initiator") === (exchange.mode === "main") ? [deletePayload(exchange)] : [];
  }

  /** Behind an address translator, accepted messages come to port 4500, and from any port. */
  #follow(exchange: Exchange, { local, peer }: Endpoints): void {
    if (local.port !== NAT_TRAVERSAL_PORT) return;
    // An old message that is played again from elsewhere must not carry the association off.
    if (exchange.state === "established" && !exchange.deadPeerDetection.heard) return;
    exchange.local = local;
    exchange.peer = peer;
  }

  /** The exchange has come to a new state. */
  #enter(exchange: Exchange, before: ExchangeState, { compute }: Extract<Outcome, { type: "proceed" }>): void {
    exchange.waits = 0;
    exchange.waitsWithRepetition = 0;
    exchange.lastWaitWithRepetition = -1;
    // What was complained of before did not stop it: if it fails later, that is not why.
    exchange.problem = undefined;
    if (before === "idle" && exchange.role === "responder") this.#admit(exchange);
    const kind = kindOf(exchange.state);
    if (kind === "idle" || kind === "over") return;
    switch (kind) {
      case "waiting":
        return this.#timekeeper.startWaiting(exchange);
      case "computing":
        this.#outbox.cancelTimer(exchange, "retransmission");
        if (compute === undefined) return;
        this.#jobs.set(++this.#lastJob as JobId, exchange);
        return this.#outbox.compute(exchange, this.#lastJob as JobId, compute);
      case "established":
        return this.#establish(exchange);
      default:
        return kind satisfies never;
    }
  }

  /** A peer's exchange has begun: one of the busiest address gives way if there are too many. */
  #admit(exchange: Exchange): void {
    this.#registry.add(exchange);
    if (this.#registry.halfOpenCount > this.#options.policy.halfOpenLimit) this.#crowdOut();
  }

  /** The oldest half-open exchange of the busiest address gives way; false if there is none. */
  #crowdOut(): boolean {
    const oldest = this.#registry.oldestOfBusiest;
    if (oldest !== undefined) this.#dispatch(oldest, "crowded out");
    return oldest !== undefined;
  }

  /** Memory for the secrets of an exchange; half-open ones give way if there is none. */
  #reserve(): ExchangeSecrets | undefined {
    for (;;) {
      const { secretMemory, associationMemory } = this.#options;
      const secrets = ExchangeSecrets.reserve(secretMemory ?? HEAP_SECRETS, associationMemory);
      if (secrets !== undefined || !this.#crowdOut()) return secrets;
    }
  }

  #establish(exchange: Exchange): void {
    exchange.forgetNegotiation();
    this.#registry.establish(exchange);
    this.#endInitiation(exchange);
    exchange.newestWhenEstablished = this.#lastExchange as ExchangeId;
    this.#outbox.add({ type: "established", exchange: exchange.id, summary: summaryOf(exchange) });
    this.#timekeeper.startAssociation(exchange);
    const replaced = exchange.replaces === undefined ? undefined : this.#registry.withId(exchange.replaces);
    if (replaced !== undefined) this.#dispatch(replaced, "replaced");
  }

  /** The peer has begun anew: what was established with it before this exchange began is gone. */
  #clearOthers(exchange: Exchange): void {
    const { peerIdentification } = exchange;
    if (exchange.initialContactSeen || peerIdentification === undefined) return;
    exchange.initialContactSeen = true;
    for (const other of this.#registry.establishedWith(exchange.peer.address)) {
      const same = other.peerIdentification !== undefined &&
        sameIdentification(other.peerIdentification, peerIdentification);
      const before = (other.newestWhenEstablished ?? exchange.id) < exchange.id;
      if (same && before) this.#dispatch(other, "peer began anew");
    }
  }

  #fail(exchange: Exchange, reason: FailureReason, text: string): void {
    this.#remove(exchange);
    this.#outbox.add({ type: "failed", exchange: exchange.id, reason, text });
  }

  #remove(exchange: Exchange): void {
    exchange.state = "over";
    if (exchange.job !== undefined) this.#jobs.delete(exchange.job);
    this.#outbox.cancelAll(exchange);
    exchange.secrets.release();
    this.#receiver.forget(exchange);
    this.#registry.remove(exchange);
    this.#endInitiation(exchange);
  }

  #respond({ header }: Packet, { local, peer }: Endpoints): Exchange | undefined {
    const secrets = this.#reserve();
    if (secrets === undefined) return undefined;
    return new Exchange({
      id: ++this.#lastExchange as ExchangeId,
      mode: header.exchangeType === ExchangeType.aggressive ? "aggressive" : "main",
      role: "responder",
      local,
      peer,
      initiatorCookie: header.initiatorCookie,
      responderCookie: this.#newCookie(() => true),
      ownIdentification: this.#options.identityFor(local.address),
      expectedPeer: undefined,
      replaces: undefined,
      secrets,
      lifetimeSeconds: this.#options.policy.lifetimeSeconds,
    });
  }

  /** A random cookie, which is not zero (RFC 2408 §2.5.3). */
  #newCookie(isFree: (cookie: Uint8Array) => boolean): Uint8Array {
    for (;;) {
      const cookie = this.#options.random(8);
      if (!isZero(cookie) && isFree(cookie)) return cookie;
    }
  }
}
