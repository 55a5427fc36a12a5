/**
 * What the details and notes of events can say, by the kinds of the events: a
 * pattern that none of these texts fits would never fit, and pass in silence
 * where an event must never be seen.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import { isdscStatusName } from "../../../firmware/manual/isdsc_status.ts";
import { notifyName, NotifyType, PayloadType } from "../../../firmware/ike/constants.ts";
import type { DeletionCause, FailureReason } from "../../../firmware/ike/interface.ts";
import { payloadName } from "../../../firmware/ike/payloads.ts";
import type { KeySource } from "../../../firmware/session/key_selection.ts";
import type { StoreKind } from "../../../host/initiator_service/key_store.ts";
import type { ForeignCachePolicy } from "../../../host/initiator_service/service_context.ts";
import { describeStatus, Win32Error } from "../../../host/status.ts";
import { minorFunctionName } from "../../../host/wmi/names.ts";
import { MinorFunction } from "../../../host/wmi/wnode.ts";
import type { Delivery } from "../../parts/network_interface.ts";
import { ANYTHING, type Form, HEX, hex, listOf, NUMBER, optional } from "./text_forms.ts";

/** What texts can be. */
export interface KnownTexts {
  readonly forms: readonly Form[];
  /** Patterns that fit, to be told. */
  readonly examples: readonly string[];
  /** Texts that what was mistyped is compared with. */
  readonly texts: readonly string[];
}

/** Where the key of a session can come from. */
export const KEY_SOURCES = Object.keys(
  { login: 0, explicit: 0, "all ports": 0, group: 0 } satisfies Record<KeySource, 0>,
);

/** Messages of phase 1 by their numbers, as their senders tell them (RFC 2409 §5.4). */
const MESSAGES = [
  ...[1, 2, 3, 4, 5, 6].map((each) => `main mode ${each}`),
  ...[1, 2, 3].map((each) => `aggressive mode ${each}`),
];

const PAYLOADS = Object.values(PayloadType).map(payloadName);
const NOTIFICATIONS = Object.values(NotifyType).map(notifyName);

/** What an adapter does not take says why. */
const DROPS = Object.keys({ "link down": 0, "ring full": 0 } satisfies Record<Exclude<Delivery, "taken">, 0>);

const PACKETS: KnownTexts = {
  forms: [
    [
      { oneOf: MESSAGES },
      optional(" encrypted"),
      ": ",
      listOf(...PAYLOADS),
      optional(" (again)"),
    ],
    [
      "informational",
      optional(" encrypted"),
      ": ",
      listOf(...PAYLOADS, ...NOTIFICATIONS, ["notification ", NUMBER]),
    ],
    // What a header shows to anybody on the wire.
    [
      { oneOf: ["main mode", "aggressive mode", "informational", ["exchange type ", { oneOf: [NUMBER, "?"] }]] },
      { oneOf: ["", ", encrypted", ", a fragment"] },
    ],
    "keepalive",
    "no ISAKMP",
    ["payload ", hex(8)],
    ...DROPS,
  ],
  examples: [
    ...MESSAGES.map((each) => `${each}*`),
    "informational*",
    "*, encrypted",
    "*(again)",
    "payload *",
    "keepalive",
    ...DROPS,
  ],
  texts: [
    ...MESSAGES.flatMap((each) => [`${each}: SA, KE, NONCE, VID, NAT-D (again)`, `${each} encrypted: ID, HASH, N`]),
    ...NOTIFICATIONS.map((each) => `informational: ${each}`),
    "informational encrypted: HASH, D",
    "main mode, a fragment",
    ...["payload ", "keepalive", "no ISAKMP", ...DROPS],
  ],
};

const FAILURES = Object.keys(
  {
    "invalid request": 0,
    "no key": 0,
    authentication: 0,
    identification: 0,
    "no proposal": 0,
    protocol: 0,
    "no answer": 0,
    "no memory": 0,
    "crowded out": 0,
    aborted: 0,
  } satisfies Record<FailureReason, 0>,
);

const DELETIONS = Object.keys(
  {
    closed: 0,
    "deleted by peer": 0,
    "peer dead": 0,
    "lifetime over": 0,
    replaced: 0,
    "peer began anew": 0,
  } satisfies Record<DeletionCause, 0>,
);

const ROWS = Object.keys(
  {
    "preshared-key": 0,
    "group-key": 0,
    "tunnel-address": 0,
    "generational-guid": 0,
    "generation-series": 0,
    "saved-login-number": 0,
    "volatile-note": 0,
    "refusal-note": 0,
    "saving-note": 0,
  } satisfies Record<StoreKind, 0>,
);

const POLICIES = Object.keys({ keep: 0, clear: 0 } satisfies Record<ForeignCachePolicy, 0>);

/** Why a driver brings its adapter up, or has lost it. */
const DRIVER_REASONS = [
  "driver load",
  "the adapter was reset",
  "fatal error",
  "no ready firmware",
  "mailbox timeout",
  "requested",
  "surprise removal",
  "the board is disabled",
];

/** How the service has found the cache of an adapter. */
const CACHE_REASONS = [
  "the adapter does not answer",
  "generational GUID matches",
  "left alone for a time after attempts in vain",
  "over volatile settings of an earlier run",
  "the cache could not be cleared",
  "it has no room for all settings",
  "a login that it may have saved could not be forgotten",
  "records replayed",
  "records replayed to a cache without name",
  "records replayed to a cache that was not cleared",
  "it leaves no room for the settings",
  ...POLICIES.map((each) => `policy: ${each}`),
];

const PLAIN_STATES = [
  "",
  ...DELETIONS,
  ...ROWS,
  ...DRIVER_REASONS,
  ...CACHE_REASONS,
  "firmware image refused: the magic is wrong",
  "firmware image refused: the signature is wrong",
];

const STATES: KnownTexts = {
  forms: [
    ...PLAIN_STATES,
    [{ oneOf: ["main", "aggressive"] }, " mode, ", { oneOf: ["initiator", "responder"] }, ", ", ANYTHING],
    [{ oneOf: FAILURES }, ": ", ANYTHING],
    ["firmware image refused: ", ANYTHING],
    ["version ", NUMBER, ".", NUMBER, ".", NUMBER],
    [
      NUMBER,
      " keys in the key table",
      optional(", nonvolatile memory unusable"),
      optional([", ", NUMBER, " damaged"]),
      optional(", the last write in doubt"),
    ],
    ["reset ", NUMBER],
    ["asynchronous event 0x", { many: HEX }],
  ],
  examples: [
    "main mode, initiator*",
    "aggressive mode, responder*",
    ...FAILURES.map((each) => `${each}: *`),
    ...PLAIN_STATES.filter((each) => each !== ""),
    "* keys in the key table*",
    "version *",
  ],
  texts: [
    "main mode, initiator",
    "aggressive mode, responder",
    ...FAILURES.map((each) => `${each}: the peer answered no more`),
    ...PLAIN_STATES,
    "1 keys in the key table, nonvolatile memory unusable, 1 damaged, the last write in doubt",
  ],
};

const MODES = ["main", "aggressive", "main then aggressive", "aggressive then main"];

const REFUSALS = [
  "the stored key is damaged",
  "no key for this identifier, and the one that would do may have been lost",
  "no key for this identifier and no group key",
  "the security flags allow neither main nor aggressive mode with IKE",
];

const WEAK_KEY = "the key is weak: message 2 of aggressive mode and message 5 of main mode let it be tried offline";

/** What of phase 1 is told often; the engine has many more words for what it drops. */
const PHASE_1 = [
  ...["dropped: ", "ignored: ", "not sent: ", "put together: ", "begins now: "],
  ...NOTIFICATIONS.flatMap((each) => [`unprotected: the peer said ${each}`, `the peer says ${each}`]),
];

/** Notes that hold neither numbers nor names. */
const PLAIN_NOTES = [
  WEAK_KEY,
  "bus reset: outstanding requests given up",
  "the firmware does not answer",
  "the firmware did not start",
  "the firmware does not end its boot",
  "session refused: damaged tunnel address",
  "session refused: no tunnel address",
  ...REFUSALS.map((each) => `session refused: ${each}`),
];

const IRPS = Object.values(MinorFunction).map(minorFunctionName);

/** A class of WMI without a name. */
const GUID: Form = ["{", { many: { letter: /[\dA-Fa-f-]/ } }, "}"];

function notes(adapters: readonly string[], classes: readonly string[]): KnownTexts {
  const of: Form = { oneOf: adapters };
  const irp: Form = { oneOf: [...IRPS, ["minor function 0x", { many: HEX }]] };
  const classOf: Form = [{ oneOf: [...classes, GUID] }, " of ", of];
  const ntStatus: Form = ["NTSTATUS 0x", hex(8)];
  return {
    forms: [
      ...PLAIN_NOTES,
      ["session ", NUMBER, " uses the ", { oneOf: KEY_SOURCES }, " key ", hex(8), ", ", { oneOf: MODES }, " mode"],
      ["session ", NUMBER, " is open without phase 1"],
      [
        "session ",
        NUMBER,
        " is not re-keyed: ",
        { oneOf: [...REFUSALS, "the security flags do not ask for IKE any more"] },
      ],
      ["phase 1: ", { oneOf: [...PHASE_1.map((each) => [each, ANYTHING]), ANYTHING] }],
      ["logs: ", ANYTHING],
      ["firmware state ", NUMBER],
      ["asynchronous event 0x", { many: HEX }, ", mailbox 1 ", NUMBER],
      ["completion 0x", { many: HEX }, " without an outstanding command dropped"],
      ["the login of session ", NUMBER, " was given up"],
      ["requests of the run before detached in cycle ", NUMBER],
      [of, " is busy, request submitted again later"],
      [irp, " of ", of, " ended: ", ntStatus],
      [of, " did not complete ", irp, " in time"],
      [classOf, " dropped: ", NUMBER, " bytes, at most ", NUMBER, " are passed on"],
      [classOf, " not enabled: ", ntStatus],
    ],
    examples: [
      ...KEY_SOURCES.map((source) => `session 1 uses the ${source} key*`),
      "session 1 is open without phase 1",
      "session 1 is not re-keyed*",
      "session refused*",
      "phase 1: *",
      "asynchronous event 0x8013*",
      "the key is weak*",
      "bus reset*",
      "logs: *",
    ],
    texts: [
      ...PLAIN_NOTES,
      ...KEY_SOURCES.flatMap((source) =>
        MODES.map((mode) => `session 1 uses the ${source} key 8fa3aab2, ${mode} mode`)
      ),
      "session 1 is open without phase 1",
      "session 1 is not re-keyed: ",
      ...PHASE_1.map((each) => `phase 1: ${each}`),
      "asynchronous event 0x8013, mailbox 1 0",
      "the login of session 1 was given up",
    ],
  };
}

/** Of calls: names of targets are anybody's choice behind how such names begin (RFC 7143 §4.2.7). */
function calls(names: readonly string[], classes: readonly string[]): KnownTexts {
  const plain = [
    "",
    "SRB_FUNCTION_WMI",
    "WMIREGISTER",
    ...classes,
    ...names,
    ...ROWS,
    "forget generations",
    "number of a saved login",
    "a login is saved",
    "number of no saved login",
  ];
  const persistence: Form = ["persist ", { oneOf: ["true", "false"] }];
  return {
    forms: [
      ...plain,
      [{ oneOf: [...classes, GUID] }, optional([".method ", NUMBER])],
      ["mailbox command 0x", { many: HEX }],
      ["key ", hex(8), ", ", persistence],
      persistence,
      ["session ", NUMBER, optional([", connection ", NUMBER])],
      [{ oneOf: ["notes of ", "notes of logins of ", "series of ", "generation of "] }, { oneOf: names }],
      [{ oneOf: ["iqn.", "eui.", "naa."] }, ANYTHING],
    ],
    examples: [...plain.filter((each) => each !== ""), "key 8fa3*", "session 1*", "mailbox command 0x69"],
    texts: plain,
  };
}

/** Names that are in texts. */
export interface NamesInTexts {
  readonly adapters: readonly string[];
  readonly targets: readonly string[];
  /** Classes of WMI, and their methods behind a point. */
  readonly classes: readonly string[];
}

/** What details and notes can be, by the kind of their event. */
export function textsOfKinds({ adapters, targets, classes }: NamesInTexts) {
  return {
    call: calls([...adapters, ...targets], classes),
    packet: PACKETS,
    state: STATES,
    note: notes(adapters, classes),
  };
}

const STATUS_NAMES = [...new Set(Object.values(IsdscStatus).map(isdscStatusName))];

/** Statuses as layers below the API tell them. */
export const LABELLED_STATUSES: readonly Form[] = [
  ["NTSTATUS 0x", hex(8)],
  ["SRB 0x", hex(2)],
  ["mailbox 0x", hex(4), optional([" ", { oneOf: [...STATUS_NAMES, ["0x", hex(8)]] }])],
  ...Object.values(Win32Error).map(describeStatus),
  ["0x", hex(8)],
];
