/**
 * An end with a daemon's preset sends the daemon's bytes: those of tests/vectors/daemon-messages.json, which were
 * captured from the daemons. Of daemons that nobody has captured here, the form that is read or assumed.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { decodePacket } from "../../../firmware/ike/header.ts";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import {
  DEFAULT_POLICY,
  IKE_PRESETS,
  IkeEngine,
  type IkePolicy,
  type IkePresetName,
  parseSuite,
  type Phase1Mode,
} from "../../../firmware/ike/mod.ts";
import { findPayload } from "../../../firmware/ike/payloads.ts";
import { checkPolicy } from "../../../firmware/ike/policy_check.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { compute } from "../../../firmware/ike/key_exchange.ts";
import { masked, suitesInAggressiveMode } from "./masked_message.ts";
import { fromHex, policy, text, toHex, TwoEngines } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

interface Messages {
  readonly suites: readonly string[];
  readonly first: Readonly<Record<Phase1Mode, string>>;
  readonly answers: readonly { readonly to: string; readonly message: string; readonly answer: string }[];
}

const MESSAGES = vectors<Readonly<Record<string, Messages>>>("daemon-messages");

/** The daemon's end of the capture, and the other one. */
const DAEMON = { address: Uint8Array.of(10, 9, 0, 2), port: 500 };
const OTHER = { address: Uint8Array.of(10, 9, 0, 1), port: 500 };

function engine(ikePolicy: IkePolicy): IkeEngine {
  const random = new RandomStreams("presets").stream("engine");
  return new IkeEngine({
    random: (length) => random.bytes(length),
    policy: ikePolicy,
    identityFor: (data) => ({ idType: 1, data }),
    selectKey: () => text("a key"),
  });
}

type Actions = ReturnType<IkeEngine["receive"]>;

/** The first message among some actions, in hex; what has to be computed for it is computed. */
function sent(from: IkeEngine, actions: Actions): string {
  for (const action of actions) {
    if (action.type === "send") return toHex(action.datagram.payload);
    if (action.type !== "compute" || action.computation.kind !== "public") continue;
    return sent(from, from.cryptoDone(action.job, compute(action.computation)));
  }
  throw new Error("nothing is sent");
}

/** Message 1 of an end with a policy. */
function firstMessage(ikePolicy: IkePolicy, mode: Phase1Mode = "main"): string {
  const initiator = engine(ikePolicy);
  const identity = { idType: 1, data: DAEMON.address };
  const { actions } = initiator.initiate({ mode, local: DAEMON, peer: OTHER, identity, key: text("a key") });
  return sent(initiator, actions);
}

/** Message 2 of an end with a policy. */
function answer(ikePolicy: IkePolicy, message: string): string {
  const responder = engine(ikePolicy);
  return sent(responder, responder.receive({ source: OTHER, destination: DAEMON, payload: fromHex(message) }));
}

/** The preset with the suites that the daemon was told to have, if it was. */
function presetWith(preset: IkePresetName, suites: readonly string[]): IkePolicy {
  const { policy: own } = IKE_PRESETS[preset];
  return suites.length === 0 ? own : { ...own, suites: suites.map(parseSuite) };
}

for (const [daemon, preset] of [["strongSwan", "strongswan"], ["libreswan", "libreswan"]] as const) {
  const { suites = [], first, answers = [] } = MESSAGES[daemon] ?? {};

  Deno.test(`An initiator with preset ${preset} sends message 1 of ${daemon}, byte for byte but for cookie and chance`, () => {
    const told = suitesInAggressiveMode(suites);
    assertEquals(masked(firstMessage(presetWith(preset, suites))), masked(first?.main ?? ""));
    assertEquals(masked(firstMessage(presetWith(preset, told), "aggressive")), masked(first?.aggressive ?? ""));
    // The control: without the preset the message is another.
    assertNotEquals(masked(firstMessage(policy(told), "aggressive")), masked(first?.aggressive ?? ""));
  });

  Deno.test(`A responder with preset ${preset} answers as ${daemon} does, byte for byte but for its cookie`, () => {
    assertEquals(answers.length, 5);
    for (const { to, message, answer: expected } of answers) {
      assertEquals(masked(answer(presetWith(preset, suites), message)), masked(expected), to);
    }
    const others = answers.filter(({ message, answer: expected }) =>
      masked(answer(DEFAULT_POLICY, message)) === masked(expected)
    );
    assertEquals(others, [], "the control: the default policy answers otherwise");
  });
}

/** What an offer says: numbers of the proposal and its transforms, and type and form of each attribute. */
function formOf(message: string) {
  const packet = decodePacket(fromHex(message));
  assert(packet.type === "packet");
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
  assert(decoded.type === "payloads");
  const [proposal] = findPayload(decoded.payloads, "security-association")?.proposals ?? [];
  assert(proposal !== undefined);
  return {
    numbers: [proposal.number, ...proposal.transforms.map(({ number }) => number)],
    attributes: proposal.transforms.map(({ attributes }) => attributes.map(({ type }) => type).join(" ")),
    vendorIds: decoded.payloads.flatMap(({ type, body }) => type === "vendor-id" ? [toHex(body)] : []),
    lengthBytes: message.length / 2,
  };
}

Deno.test("preset racoon: attributes in the order of ipsec_doi.c, both lifetimes, and no id but dead peer detection", () => {
  const racoon = { ...presetWith("racoon", ["aes128-sha1-modp1024", "3des-sha1-modp1024"]), lifetimeKilobytes: 5000 };
  assertEquals(formOf(firstMessage(racoon)), {
    numbers: [1, 1, 2],
    attributes: ["11 12 11 12 1 14 3 2 4", "11 12 11 12 1 3 2 4"],
    vendorIds: ["afcad71368a1f1c96b8696fc77570100"],
    lengthBytes: 28 + 20 + 44 + 40 + 20,
  });
});

Deno.test("preset windows: eight vendor ids, and life durations in four bytes, as in public logs", () => {
  const message = firstMessage(IKE_PRESETS.windows.policy);
  const { vendorIds, attributes, lengthBytes } = formOf(message);
  assertEquals(vendorIds.map((each) => each.slice(0, 6)), [
    "01528b",
    "1e2b51",
    "4a131c",
    "90cb80",
    "4048b7",
    "fb1de3",
    "26244d",
    "e3a596",
  ]);
  const [ofAes, of3des] = ["1 14 2 4 3 11 12", "1 2 4 3 11 12"];
  assertEquals(attributes, [ofAes, ofAes, ofAes, of3des, of3des]);
  assert(message.includes("800b0001000c000400007080"), message);
  // The length of a client's message in public logs: 168 of ids, 40 for each suite of AES and 36 for each of 3DES.
  assertEquals(lengthBytes, 28 + 20 + 168 + 3 * 40 + 2 * 36);
  assertEquals(lengthBytes, 408);
});

Deno.test("Every preset is a policy that can be kept to, and says of all its fields where they are from", () => {
  for (const [name, { policy: own, assumed, source }] of Object.entries(IKE_PRESETS)) {
    checkPolicy(own);
    assert(source.length > 20, name);
    assertEquals([...new Set(assumed)].filter((field) => !(field in own)), [], name);
  }
});

Deno.test("Two ends with any two presets establish, in each mode that both have", () => {
  const suites = [parseSuite("aes128-sha1-modp1024")];
  for (const [one, { policy: initiator }] of Object.entries(IKE_PRESETS)) {
    for (const [other, { policy: responder }] of Object.entries(IKE_PRESETS)) {
      for (const mode of initiator.modes.filter((each) => responder.modes.includes(each))) {
        const pair = new TwoEngines({ policy: { ...initiator, suites }, responderPolicy: { ...responder, suites } });
        pair.initiate(mode);
        pair.settle(30_000);
        assertEquals(pair.establishedEnds, ["initiator", "responder"], `${one} to ${other}, ${mode} mode`);
        assertEquals(pair.failed, [], `${one} to ${other}, ${mode} mode`);
      }
    }
  }
});
