/**
 * Mutated packets against both roles of the engine, in every state.
 *
 * In each session two engines run an exchange; before and after each genuine
 * message both ends get mutated messages of this and of earlier ones. The
 * session must end: with the exchange established at both ends, unless a
 * mutant was accepted in place of an unauthenticated message, as anybody can
 * force upon IKEv1 who is faster than the peer, or of an encrypted one by who
 * has the key; then it may also fail. In the end nothing may be left.
 *
 * Encrypted messages are mutated both as they are and under the encryption. In every third session there is an address
 * translator before the initiator, so that the exchange moves to port 4500. In two of five, messages travel in fragments,
 * and fragments are mutated and forged, too; one that is kept may have displaced a genuine one, as in IP. In three of
 * seven the group is on a curve.
 *
 * As a program: `deno run --allow-read tests/firmware/ike/fuzz.ts [PACKETS] [SEED]`.
 */

import type { Datagram, IkeAction } from "../../../firmware/ike/mod.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { parseSuite } from "../../../firmware/ike/mod.ts";
import { CHARON, fragment, fragmentsOf, inFragments, PLUTO } from "./fragmenting.ts";
import { openLast } from "./insider.ts";
import { mutate } from "./mutation.ts";
import { type End, FQDN_ID, fromHex, INITIATOR, otherEnd, policy, toHex, TwoEngines } from "./two_engines.ts";

/** What a campaign has seen. */
export interface FuzzReport {
  readonly mutants: number;
  readonly sessions: number;
  /** Sessions in which both ends were established in the end. */
  readonly completed: number;
  /** Sessions in which a mutant was accepted in place of a message that is not authenticated. */
  readonly displaced: number;
  /** Sessions that moved to port 4500. */
  readonly moved: number;
  /** Sessions in which messages travelled in fragments, and those of them in which both ends were established. */
  readonly fragmented: number;
  readonly fragmentedCompleted: number;
  /** Sessions with a group on a curve. */
  readonly curves: number;
  /** Mutants that were dropped or ignored. */
  readonly refused: number;
  /** The most exchanges that an engine had at once. */
  readonly mostExchanges: number;
}

const SUITES = [
  "3des-sha1-modp768",
  "aes128-sha256-modp768",
  "aes128-sha1-curve25519",
  "des-md5-modp768",
  "aes256-sha384-ecp256",
  "aes256-sha512-modp768",
  "3des-sha256-curve25519",
];
const CURVE = /-(ecp|curve)/;
const MUTANTS_AT_ONCE = 10;
const HALF_OPEN_LIMIT = 1000;

/** A session that did not go as it must; says how to repeat it. */
class FuzzError extends Error {
  constructor(seed: string, session: number, what: string, mutant?: Uint8Array) {
    super(`seed ${seed}, session ${session}: ${what}${mutant === undefined ? "" : `, mutant ${toHex(mutant)}`}`);
    this.name = "FuzzError";
  }
}

const NAT_TRAVERSAL_PORT = 4500;

/** A genuine message: how it travels, and without the marker that it has on port 4500. */
interface Genuine {
  readonly to: End;
  readonly datagram: Datagram;
  readonly message: Uint8Array;
}

function unframed({ source, payload }: Datagram): Uint8Array {
  return source.port === NAT_TRAVERSAL_PORT ? payload.subarray(4) : payload;
}

function framed(port: number, message: Uint8Array): Uint8Array {
  if (port !== NAT_TRAVERSAL_PORT) return message;
  const payload = new Uint8Array(4 + message.length);
  payload.set(message, 4);
  return payload;
}

/** A translator before the initiator that changes its address and no port. */
const OUTER = Uint8Array.of(198, 51, 100, 7);

function translated(from: End, { source, destination, payload }: Datagram): Datagram {
  return from === "initiator"
    ? { source: { ...source, address: OUTER }, destination, payload }
    : { source, destination: { ...destination, address: INITIATOR.address }, payload };
}

/** Whether a message had an effect on an exchange beyond being dropped, noted and answered with a notification. */
function hasEffect(actions: readonly IkeAction[]): boolean {
  return actions.some((action) =>
    action.type === "compute" || (action.type === "start-timer" && action.purpose !== "reassembly") ||
    action.type === "established" || action.type === "failed" || action.type === "deleted"
  );
}

/** Whether a fragment was kept, which had the right form: it may stand in the way of a genuine one. */
function isKept(actions: readonly IkeAction[]): boolean {
  return actions.some((action) =>
    (action.type === "start-timer" && action.purpose === "reassembly") ||
    (action.type === "note" && action.text.startsWith("put together"))
  );
}

/** A fragment with bytes of a message, but of any place in it. */
function forgedFragment(message: Uint8Array, random: RandomStream): Uint8Array {
  const at = random.below(message.length);
  const data = message.subarray(at, at + 1 + random.below(200));
  const cutting = { id: random.below(3), copiesHeader: random.below(2) === 0 };
  return fragment(message, cutting, random.below(5), random.below(3) === 0, data);
}

/** Runs sessions until a number of mutants has been delivered. */
export function fuzz(packets: number, seed: string, onProgress: (mutants: number) => void = () => {}): FuzzReport {
  const streams = new RandomStreams(`fuzz ${seed}`);
  const report = {
    mutants: 0,
    sessions: 0,
    completed: 0,
    displaced: 0,
    moved: 0,
    fragmented: 0,
    fragmentedCompleted: 0,
    curves: 0,
    refused: 0,
    mostExchanges: 0,
  };
  while (report.mutants < packets) {
    const session = report.sessions++;
    const random = streams.stream(`session ${session}`);
    const mode = session % 2 === 0 ? "main" : "aggressive";
    const seen: Genuine[] = [];
    let displaced = false;

    const suite = SUITES[session % SUITES.length] as string;
    const cutting = session % 5 === 1 ? CHARON : session % 5 === 3 ? PLUTO : undefined;

    /** A message that differs from a genuine one, at times only under its encryption. */
    const mutant = (genuine: Uint8Array): { readonly payload: Uint8Array; readonly insider: boolean } => {
      const cipherKey = pair.cipherKeys[0];
      if (cipherKey !== undefined && random.below(2) === 0) {
        const until = seen.findIndex(({ message }) => message === genuine);
        const messages = seen.slice(0, until + 1).map(({ message }) => message);
        const opened = openLast(parseSuite(suite), fromHex(cipherKey), messages);
        if (opened !== undefined) return { payload: opened.seal(mutate(opened.plain, random)), insider: true };
      }
      if (cutting === undefined || random.below(2) === 0) return { payload: mutate(genuine, random), insider: false };
      if (random.below(2) === 0) return { payload: forgedFragment(genuine, random), insider: false };
      const pieces = fragmentsOf(genuine, cutting);
      return { payload: mutate(pieces[random.below(pieces.length)] as Uint8Array, random), insider: false };
    };

    const attack = (mutants = MUTANTS_AT_ONCE) => {
      for (let count = 0; count < mutants; count++) {
        const chosen = seen[random.below(seen.length)];
        if (chosen === undefined) return;
        const { to, datagram, message } = chosen;
        const reflected = random.below(4) === 0;
        const { payload, insider } = mutant(message);
        report.mutants++;
        const { source, destination } = datagram;
        const victim = reflected ? otherEnd(to) : to;
        const flow = reflected ? { source: destination, destination: source } : { source, destination };
        let actions: readonly IkeAction[];
        try {
          actions = pair.deliver(victim, { ...flow, payload: framed(datagram.source.port, payload) });
        } catch (error) {
          throw new FuzzError(seed, session, String(error instanceof Error ? error.stack : error), payload);
        }
        if (isKept(actions)) displaced = true;
        if (!hasEffect(actions)) report.refused++;
        else if (payload.subarray(0, 8).join() === message.subarray(0, 8).join()) {
          // A changed message that comes after the genuine one, by who has no key and does not reflect, is never taken;
          // unless a fragment has kept the genuine one from being put together.
          const genuineCame = session % 4 >= 2 && (cutting === undefined || !displaced);
          if (genuineCame && !reflected && !insider) throw new FuzzError(seed, session, "accepted", payload);
          displaced = true;
        }
        const { exchangeCount } = pair.engines[victim];
        report.mostExchanges = Math.max(report.mostExchanges, exchangeCount);
        if (exchangeCount > HALF_OPEN_LIMIT + 2) throw new FuzzError(seed, session, "too many exchanges", payload);
      }
    };
    const pair: TwoEngines = new TwoEngines({
      seed: `fuzz ${seed} ${session}`,
      policy: policy(suite, {
        halfOpenLimit: HALF_OPEN_LIMIT,
        halfOpenPerAddress: HALF_OPEN_LIMIT,
        deadPeerDetection: undefined,
        fragmentation: cutting !== undefined,
      }),
      ...(session % 3 === 0 ? { translate: translated } : {}),
      arrive: (to, datagram, deliver) => {
        const message = unframed(datagram);
        // Only the messages of the exchange itself are the stuff of mutations, not the answers to mutants.
        const isOwn = seen.length === 0 || (seen[0]?.message.subarray(0, 8).join() ===
          message.subarray(0, 8).join());
        if (!isOwn || seen.length > 16) return deliver();
        seen.push({ to, datagram, message });
        // Half of the sessions are attacked only after each genuine message, so that their exchange must complete.
        if (session % 4 < 2) attack();
        // Message 1 makes the exchange that fragments are of.
        const pieces = cutting === undefined || seen.length === 1 ? [] : inFragments(datagram, cutting);
        for (const piece of pieces) {
          pair.deliver(to, piece);
          if (session % 4 < 2) attack(1);
        }
        if (pieces.length === 0) deliver();
        attack();
      },
    });
    const exchange = pair.initiate(mode, mode === "aggressive" ? { identity: FQDN_ID } : {});
    pair.settle(400_000);

    const own = pair.established.filter((each) => each.end === "initiator" && each.exchange === exchange);
    const completed = own.length === 1 &&
      pair.established.some(({ end, summary }) =>
        end === "responder" && summary.initiatorCookie.join() === own[0]?.summary.initiatorCookie.join()
      );
    if (completed) report.completed++;
    if (CURVE.test(suite)) report.curves++;
    if (cutting !== undefined) report.fragmented++;
    if (cutting !== undefined && completed) report.fragmentedCompleted++;
    if (displaced) report.displaced++;
    if (seen.some(({ datagram }) => datagram.source.port === NAT_TRAVERSAL_PORT)) report.moved++;
    if (!completed && !displaced) {
      throw new FuzzError(
        seed,
        session,
        `${mode} did not complete: ${JSON.stringify(pair.failed)} ${pair.notes.join("\n")}`,
      );
    }
    for (const end of ["initiator", "responder"] as const) {
      if (pair.engines[end].halfOpenCount > 0) throw new FuzzError(seed, session, "half-open exchanges are left");
      if (pair.engines[end].fragmentBytes > 0) throw new FuzzError(seed, session, "fragments are left");
      pair.perform(end, pair.engines[end].shutDown());
      if (pair.engines[end].exchangeCount > 0) throw new FuzzError(seed, session, "exchanges are left");
    }
    onProgress(report.mutants);
  }
  return report;
}

if (import.meta.main) {
  const packets = Number(Deno.args[0] ?? 1_000_000);
  const seed = Deno.args[1] ?? "1";
  const start = performance.now();
  let next = packets / 10;
  const report = fuzz(packets, seed, (mutants) => {
    if (mutants < next) return;
    next += packets / 10;
    console.log(`${mutants} mutants, ${Math.round(mutants / (performance.now() - start) * 1000)}/s`);
  });
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seed, ...report, seconds, perSecond: Math.round(report.mutants / seconds) }, null, 1));
}
