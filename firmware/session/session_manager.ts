/**
 * Sessions as far as phase 1: chooses identifier, key and mode, has the
 * exchange run, and reports how it went to the host.
 *
 * @module
 */

import { Signal } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import { fingerprint } from "../../sim/trace/fingerprint.ts";
import { type ExchangeId, ISAKMP_PORT, type Phase1Mode } from "../ike/mod.ts";
import {
  addressIdentificationType,
  ALL_PORTS,
  AsynchronousEvent,
  CHOOSE_IDENTIFICATION,
  internetAddress,
  IsdscStatus,
  networkAddress,
  type Phase1Statistics,
  SecurityFlag,
  type SessionRequest,
  SessionState,
} from "../manual/interface.ts";
import type { KeyIdentity } from "../cache/key_table.ts";
import type { KeySelection, SelectionInput } from "./key_selection.ts";
import { type Phase1Event, Phase1Runner } from "./phase1_runner.ts";
import { modeNumber, statusOf, statusOfDeletion } from "./session_outcome.ts";
import { idStatus, keySizeStatus } from "../cache/request_checks.ts";
import type { AdapterSessions, Opened, Session, SessionManagerOptions } from "./sessions.ts";
import { selectTraced } from "./traced_selection.ts";

export type { AdapterSessions, Opened, Session, SessionManagerOptions } from "./sessions.ts";

interface Negotiation {
  readonly session: Session;
  readonly selection: KeySelection;
  /** Shares no memory with what came by DMA, which is wiped, and has no key. */
  readonly request: SelectionInput["request"];
  readonly targetAddress: Uint8Array;
  readonly portNumber: number;
  modeIndex: number;
  /** The association in use, or the exchange that is to lead to it. */
  exchange: ExchangeId | undefined;
  /** Exchanges that are not established yet. */
  readonly halfOpen: Set<ExchangeId>;
  /** Established ones: when it is keyed anew there are two for a moment. */
  readonly associations: Set<ExchangeId>;
  /** The session has ended: an exchange that begins or succeeds after that is closed again. */
  over: boolean;
}

/** How long after a re-key that failed the next one is tried. */
const REKEY_RETRY_SECONDS = 10;

/** Opens and closes sessions. */
export class SessionManager implements AdapterSessions {
  readonly #options: SessionManagerOptions;
  readonly #runner: Phase1Runner;
  readonly #negotiations = new Map<number, Negotiation>();
  readonly #byExchange = new Map<ExchangeId, Negotiation>();
  /** Sessions without phase 1. */
  readonly #plain = new Map<number, Session>();
  readonly #overrunsBefore: number;
  #nextNumber = 1;

  /**
   * A manager without sessions.
   *
   * @param options Its means.
   */
  constructor(options: SessionManagerOptions) {
    this.#options = options;
    const { core, network } = options;
    this.#overrunsBefore = network.counters.overruns;
    this.#runner = new Phase1Runner({
      kernel: options.kernel,
      engine: {
        random: (lengthBytes) => options.random.bytes(lengthBytes),
        policy: options.policy,
        // An initiator does not answer calls.
        answers: false,
        identityFor: (address) => ({ idType: addressIdentificationType(address), data: address }),
        selectKey: () => undefined,
        secretMemory: options.secretMemory,
        associationMemory: options.associationMemory,
      },
      spend: (cycles: Cycles) => core.spend(cycles),
      costs: options.costs,
      publicKeyEngine: options.publicKeyEngine,
      send: (datagram) => network.send(datagram),
      onEvent: (event) => this.#tell(event),
      ...(options.onKey === undefined ? {} : { onKey: options.onKey }),
      recorder: options.recorder,
      component: options.component,
    });
  }

  /** The sessions that are negotiated or active. */
  sessions(): readonly Session[] {
    const { negotiating } = this.#runner;
    const negotiated = [...this.#negotiations.values()].map(({ session, selection, modeIndex, exchange }) => {
      if (session.state === "active") return session;
      const mode = selection.modes[modeIndex] ?? "main";
      return { ...session, negotiation: negotiating.find((each) => each.exchange === exchange) ?? { mode } };
    });
    return [...negotiated, ...this.#plain.values()];
  }

  /** How many exchanges there are, established ones counted. */
  get exchangeCount(): number {
    return this.#runner.exchangeCount;
  }

  /** What phase 1 has counted since the firmware began. */
  statistics(): Phase1Statistics {
    const receiveFailures = this.#options.network.counters.overruns - this.#overrunsBefore;
    return { ...this.#runner.statistics, receiveFailures };
  }

  /** Does the work of all exchanges, for ever. */
  run(): Task {
    return this.#runner.run();
  }

  /** Brings datagrams from the network interface, for ever: one for each that was served, the others wait in its ring. */
  *receive(): Task {
    const { kernel, network } = this.#options;
    const served = new Signal(kernel, "a datagram to be served");
    for (;;) {
      const datagram = network.take();
      if (datagram === undefined) {
        yield* network.arrival.wait();
        continue;
      }
      this.#runner.receive(datagram, () => served.fire());
      yield* served.wait();
    }
  }

  /** The firmware is to stop in good order: every association is deleted, and the peers are told. */
  closeAll(): void {
    for (const number of this.#plain.keys()) this.#report(number, SessionState.closed, IsdscStatus.SUCCESS);
    this.#plain.clear();
    for (const negotiation of [...this.#negotiations.values()]) {
      const { number, state } = negotiation.session;
      this.#end(negotiation);
      for (const exchange of negotiation.halfOpen) this.#runner.close(exchange);
      if (state === "active") this.#report(number, SessionState.closed, IsdscStatus.SUCCESS);
      else this.#report(number, SessionState.failed, IsdscStatus.CONNECTION_FAILED);
    }
  }

  /** The adapter goes down. */
  stop(): void {
    this.#runner.stop();
    for (const negotiation of this.#negotiations.values()) {
      negotiation.over = true;
      negotiation.selection.key.fill(0);
    }
    this.#negotiations.clear();
    this.#plain.clear();
  }

  #isFull(): boolean {
    return this.#negotiations.size + this.#plain.size >= this.#options.sessionCapacity;
  }

  /** Begins a session; how it went is told the host by an event. */
  *open(request: SessionRequest, because: number = -1): Task<Opened> {
    const { cache, core, costs, network, recorder, component } = this.#options;
    const portNumber = request.portNumber === ALL_PORTS ? 0 : request.portNumber;
    const portAddress = network.addresses[portNumber];
    if (portAddress === undefined) return refused(IsdscStatus.INVALID_PORT_NUMBER);
    if (request.target.type !== internetAddress(portAddress)?.type) {
      return refused(IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED);
    }
    const isChosen = request.idType === CHOOSE_IDENTIFICATION;
    const invalid = (isChosen ? IsdscStatus.SUCCESS : idStatus(request.idType, request.id.length)) ||
      (request.key.length === 0 ? IsdscStatus.SUCCESS : keySizeStatus(request.key.length));
    if (invalid) return refused(invalid);
    if (this.#isFull()) return refused(IsdscStatus.TOO_MANY_SESSIONS);
    yield* core.spend(costs.keyTableCycles);
    const selection = selectTraced(this.#options, request, portNumber, because);
    if (selection.type === "refused") {
      recorder.record(component, noteEvent, { text: `session refused: ${selection.reason}` }, because);
      return refused(selection.status);
    }
    if (selection.type === "withoutPhase1") return this.#openPlain();
    const { securityFlags } = selection;
    if (securityFlags & SecurityFlag.tunnelModePreferred) {
      const outerAddress = cache.tunnelAddress(portNumber, request.target);
      if (outerAddress === undefined || outerAddress === "damaged") {
        selection.key.fill(0);
        recorder.record(component, noteEvent, { text: `session refused: ${outerAddress ?? "no"} tunnel address` });
        return refused(outerAddress ? IsdscStatus.CACHE_CORRUPTED : IsdscStatus.NO_TUNNEL_OUTER_MODE_ADDRESS);
      }
    }
    const session: Session = {
      number: this.#nextNumber++,
      state: "negotiating",
      phase2: phase2Of(securityFlags),
      association: undefined,
    };
    recorder.record(component, noteEvent, {
      text: `session ${session.number} uses the ${selection.source} key ${fingerprint(selection.key)}, ` +
        `${selection.modes.join(" then ")} mode`,
    }, securityFlags & SecurityFlag.tunnelModePreferred ? cache.tunnelWriter(portNumber, request.target) : because);
    const negotiation = {
      session,
      selection,
      request: {
        securityFlags: request.securityFlags,
        idType: request.idType,
        id: request.id.slice(),
        key: new Uint8Array(0),
      },
      targetAddress: networkAddress(request.target),
      portNumber,
      modeIndex: 0,
      exchange: undefined,
      halfOpen: new Set<ExchangeId>(),
      associations: new Set<ExchangeId>(),
      over: false,
    };
    this.#negotiations.set(session.number, negotiation);
    this.#negotiate(negotiation);
    return { type: "accepted", session: session.number };
  }

  /** Ends a session and deletes its association. */
  *close(number: number): Task<number> {
    if (this.#plain.delete(number)) return IsdscStatus.SUCCESS;
    const negotiation = this.#negotiations.get(number);
    if (negotiation === undefined) return IsdscStatus.INVALID_SESSION_ID;
    const { state } = negotiation.session;
    this.#end(negotiation);
    // Whoever waits for the session must hear that it will not be.
    if (state === "negotiating") this.#report(number, SessionState.failed, IsdscStatus.CONNECTION_FAILED);
    return IsdscStatus.SUCCESS;
  }

  /** A session whose flags ask for no IKE is established at once. */
  #openPlain(): Opened {
    const { recorder, component } = this.#options;
    const phase2 = { pfs: false, preference: "none" } as const;
    const session: Session = { number: this.#nextNumber++, state: "active", phase2, association: undefined };
    this.#plain.set(session.number, session);
    recorder.record(component, noteEvent, { text: `session ${session.number} is open without phase 1` });
    this.#report(session.number, SessionState.active, IsdscStatus.SUCCESS);
    return { type: "accepted", session: session.number };
  }

  /**
   * Ends a session and its associations. Exchanges that are under way go on: the target may already take one for
   * established, and only when it is established here, too, can it be told otherwise.
   */
  #end(negotiation: Negotiation): void {
    negotiation.over = true;
    negotiation.selection.key.fill(0);
    this.#negotiations.delete(negotiation.session.number);
    for (const exchange of negotiation.associations) this.#runner.close(exchange);
  }

  #negotiate(negotiation: Negotiation): void {
    const { selection } = negotiation;
    const mode = selection.modes[negotiation.modeIndex] ?? "main";
    this.#initiate(negotiation, mode, selection.identity, selection.key, undefined);
  }

  /** With the key as it stands now: it may have been set anew since. A key that the login brought is its session's own. */
  #rekey(negotiation: Negotiation, replaces: ExchangeId): void {
    const { session, selection, portNumber, request } = negotiation;
    const mode = session.association?.mode ?? "main";
    if (selection.source === "login") {
      this.#initiate(negotiation, mode, selection.identity, selection.key, replaces);
      return;
    }
    const current = selectTraced(this.#options, request, portNumber);
    if (current.type !== "selected") {
      const { recorder, component } = this.#options;
      const reason = current.type === "refused" ? current.reason : "the security flags do not ask for IKE any more";
      recorder.record(component, noteEvent, { text: `session ${session.number} is not re-keyed: ${reason}` });
      return this.#rekeyLater(negotiation);
    }
    this.#initiate(negotiation, mode, current.identity, current.key, replaces);
    current.key.fill(0);
  }

  /** Tries again while the association lives. */
  #rekeyLater(negotiation: Negotiation): void {
    const { kernel } = this.#options;
    const { exchange } = negotiation;
    kernel.schedule(REKEY_RETRY_SECONDS * kernel.frequencyHz, () => {
      if (!negotiation.over && exchange !== undefined && negotiation.exchange === exchange) {
        this.#rekey(negotiation, exchange);
      }
    }, "timer of a rekeying");
  }

  #initiate(
    negotiation: Negotiation,
    mode: Phase1Mode,
    identity: KeyIdentity,
    key: Uint8Array,
    replaces: ExchangeId | undefined,
  ): void {
    const { network } = this.#options;
    const { targetAddress, portNumber, session } = negotiation;
    // Whoever it was must be the same when a session is keyed anew.
    const expectedPeer = replaces === undefined ? undefined : session.association?.peerIdentification;
    this.#runner.initiate({
      mode,
      local: { address: network.addresses[portNumber] ?? new Uint8Array(4), port: ISAKMP_PORT },
      peer: { address: targetAddress, port: ISAKMP_PORT },
      identity: { idType: identity.idType, data: identity.id },
      key: key.slice(),
      ...(replaces === undefined ? {} : { replaces }),
      ...(expectedPeer === undefined ? {} : { expectedPeer }),
    }, (exchange) => {
      this.#byExchange.set(exchange, negotiation);
      negotiation.halfOpen.add(exchange);
      if (replaces === undefined) negotiation.exchange = exchange;
      if (negotiation.over) this.#runner.close(exchange);
    });
  }

  #tell(event: Phase1Event): void {
    const negotiation = this.#byExchange.get(event.exchange);
    if (negotiation === undefined) return;
    const { session, selection } = negotiation;
    negotiation.halfOpen.delete(event.exchange);
    if (event.type === "established") negotiation.associations.add(event.exchange);
    if (event.type === "failed" || event.type === "deleted") {
      this.#byExchange.delete(event.exchange);
      negotiation.associations.delete(event.exchange);
    }
    if (negotiation.over) {
      if (event.type === "established") this.#runner.close(event.exchange);
      return;
    }
    switch (event.type) {
      case "established": {
        const rekeyed = session.state === "active";
        session.state = "active";
        session.association = event.summary;
        negotiation.exchange = event.exchange;
        if (selection.source !== "login") selection.key.fill(0);
        if (rekeyed) return;
        this.#report(session.number, SessionState.active, IsdscStatus.SUCCESS, modeNumber(event.summary.mode));
        return;
      }
      case "failed":
        // A re-key that failed leaves the association as it is, until its lifetime ends.
        if (session.state === "active") return this.#rekeyLater(negotiation);
        if (negotiation.modeIndex + 1 < selection.modes.length) {
          negotiation.modeIndex++;
          return this.#negotiate(negotiation);
        }
        this.#end(negotiation);
        this.#report(session.number, SessionState.failed, statusOf(event.reason));
        return;
      case "re-key-due":
        return this.#rekey(negotiation, event.exchange);
      case "deleted":
        // The old association of a session that was re-keyed: the session lives on with the new one.
        if (negotiation.exchange !== event.exchange) return;
        this.#end(negotiation);
        this.#report(session.number, SessionState.closed, statusOfDeletion(event.cause));
        return;
      default:
        return event satisfies never;
    }
  }

  #report(session: number, state: number, status: number, mode = 0): void {
    this.#options.output.event(AsynchronousEvent.sessionStateChanged, session, state, status, mode);
  }
}

function refused(status: number): Opened {
  return { type: "refused", status };
}

function phase2Of(flags: bigint): Session["phase2"] {
  const tunnel = (flags & SecurityFlag.tunnelModePreferred) !== 0n;
  const transport = (flags & SecurityFlag.transportModePreferred) !== 0n;
  return {
    pfs: (flags & SecurityFlag.pfsEnabled) !== 0n,
    preference: tunnel ? "tunnel" : transport ? "transport" : "none",
  };
}
