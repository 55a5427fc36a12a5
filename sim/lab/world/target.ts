/**
 * The peer at the far end: an IKE responder with its own keys and policy.
 *
 * It finds the preshared key by the caller's address in main mode and by the
 * identification payload in aggressive mode (RFC 2409 §5.4). A host with a
 * processor and a public-key engine of its own, it answers no faster than the
 * adapter asks.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { addressIdentificationType } from "../../../firmware/ike/identification_types.ts";
import {
  type AssociationSummary,
  type Identification,
  type IkePolicy,
  type KeyQuery,
  type NegotiationSummary,
  type PeerQuestion,
  sameIdentification,
} from "../../../firmware/ike/mod.ts";
import { formatIdentification } from "../../../firmware/session/identification_text.ts";
import { judged, recordCandidates } from "../../../firmware/session/key_candidates.ts";
import { Phase1Runner } from "../../../firmware/session/phase1_runner.ts";
import { Core } from "../../kernel/core.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { RandomStream } from "../../kernel/random.ts";
import type { ResultMemory } from "../../kernel/result_memory.ts";
import type { Network } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import { PublicKeyEngine } from "../../parts/public_key_engine.ts";
import { fingerprint } from "../../trace/fingerprint.ts";
import type { Component, Recorder } from "../../trace/recorder.ts";

/** A key of a target. */
export interface TargetKey {
  /** Whom it is for: type and bytes of an identification (types 1 and 5 are addresses), or `any` for all others. */
  readonly id: { readonly type: number; readonly bytes: Uint8Array } | "any";
  /** The key. */
  readonly key: Uint8Array;
}

/** What a target is made of. */
export interface TargetOptions {
  /** The name in traces. */
  readonly name: string;
  /** Its address, 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** The identification it answers with; its address by default. */
  readonly id?: { readonly type: number; readonly bytes: Uint8Array };
  /** Its keys. */
  readonly keys: readonly TargetKey[];
  /** What it accepts. */
  readonly policy: IkePolicy;
  /** Whose time. */
  readonly kernel: Kernel;
  /** The network it is on. */
  readonly network: Network;
  /** Its random number generator. */
  readonly random: RandomStream;
  /** What things cost. */
  readonly costs: CostTable;
  /** The trace. */
  readonly recorder: Recorder;
  /** Knows results of the public-key engine. */
  readonly results?: ResultMemory;
}

/** Where a target takes a key from: one for whom the peer says it is, or the one for any. */
export type TargetKeySource = "explicit" | "any";

/** A target. */
export class Target {
  /** The name in traces. */
  readonly name: string;
  /** Its address. */
  readonly address: Uint8Array;
  /** Its keys: an exchange uses the one that is there when it begins. */
  keys: readonly TargetKey[];
  /** Whether it hears and says nothing, as one that hangs. */
  silent = false;
  readonly #runner: Phase1Runner;
  readonly #recorder: Recorder;
  readonly #component: Component;
  #established = 0;

  /**
   * A target that listens.
   *
   * @param options What it is made of.
   */
  constructor(options: TargetOptions) {
    const { kernel, name, address, network } = options;
    this.name = name;
    this.address = address;
    this.keys = options.keys;
    this.#recorder = options.recorder;
    this.#component = options.recorder.component(name);
    const core = new Core(kernel, `${name} core`);
    const own = options.id ?? { type: addressIdentificationType(address), bytes: address };
    this.#runner = new Phase1Runner({
      kernel,
      engine: {
        random: (lengthBytes) => options.random.bytes(lengthBytes),
        policy: options.policy,
        identityFor: () => ({ idType: own.type, data: own.bytes }),
        selectKey: (query) => this.#selectKey(query),
        acceptPeer: (question) => this.#acceptPeer(question),
      },
      spend: (cycles) => core.spend(cycles),
      costs: options.costs,
      publicKeyEngine: new PublicKeyEngine(kernel, options.results),
      send: (datagram) => {
        if (!this.silent) network.send(datagram);
      },
      onEvent: (event) => {
        if (event.type === "established") this.#established++;
      },
      recorder: this.#recorder,
      component: this.#component,
    });
    network.attach(address, (datagram) => {
      if (!this.silent) this.#runner.receive(datagram);
    });
    kernel.spawn(`${name}/phase 1`, this.#runner.run(), { daemon: true });
  }

  /** How many exchanges were established since the beginning. */
  get established(): number {
    return this.#established;
  }

  /** The associations that are established, in order. */
  get associations(): readonly AssociationSummary[] {
    return this.#runner.associations;
  }

  /** The exchanges that are not established, in order. */
  get negotiating(): readonly NegotiationSummary[] {
    return this.#runner.negotiating;
  }

  /** How many exchanges there are, half-open ones counted. */
  get exchangeCount(): number {
    return this.#runner.exchangeCount;
  }

  /** Ends all exchanges, established ones with a delete to the peer, others without a word, and answers no more. */
  closeAll(): void {
    this.#runner.closeAll();
  }

  #selectKey(query: KeyQuery): Uint8Array | undefined {
    const identification = query.type === "address" ? addressAsIdentification(query.address) : query.identification;
    this.#recordCandidates(identification);
    return this.#entryFor(identification)?.key.slice();
  }

  /**
   * In main mode the key was chosen by the address that the peer called from. Who says to be somebody else, by a name or
   * by another address, must be known here and share that key.
   */
  #acceptPeer({ mode, peer, identification }: PeerQuestion): boolean {
    if (mode !== "main") return true;
    const used = this.#entryFor(addressAsIdentification(peer.address));
    const known = this.#entryFor(identification);
    return used !== undefined && known !== undefined && equalBytes(used.key, known.key);
  }

  /** Whose key it is that counts. */
  #entryFor(identification: Identification): TargetKey | undefined {
    return this.#exactEntryFor(identification) ?? this.#entryForOthers;
  }

  #exactEntryFor(identification: Identification): TargetKey | undefined {
    return this.keys.find(({ id }) =>
      id !== "any" && sameIdentification({ idType: id.type, data: id.bytes }, identification)
    );
  }

  get #entryForOthers(): TargetKey | undefined {
    return this.keys.find(({ id }) => id === "any");
  }

  #recordCandidates(identification: Identification): void {
    const place = (source: TargetKeySource, identity: string, entry: TargetKey | undefined) => ({
      ...{ source, identity, isDamaged: false, because: -1 },
      fingerprint: entry === undefined ? "" : fingerprint(entry.key),
    });
    const whom = formatIdentification(identification.idType, identification.data);
    const places = [
      place("explicit", whom, this.#exactEntryFor(identification)),
      place("any", "everybody", this.#entryForOthers),
    ];
    recordCandidates(this.#recorder, this.#component, judged(places, true));
  }
}

function addressAsIdentification(address: Uint8Array): Identification {
  return { idType: addressIdentificationType(address), data: address };
}
