/**
 * The words that some fields of events can hold: a pattern with any other word
 * would never fit, and pass in silence where an event must never be seen.
 *
 * Peers and identities are free; of the other texts the words and forms are known.
 *
 * @module
 */

import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import type { ServiceState } from "../../../host/initiator_service/initiator_service.ts";
import { PROCEDURES } from "../../../host/initiator_service/procedures.ts";
import type { MailboxResult } from "../../../host/miniport/mailbox.ts";
import type { MiniportState } from "../../../host/miniport/miniport.ts";
import type { CommitResult } from "../../../host/initiator_service/key_store.ts";
import { OperationsMethod } from "../../../host/wmi/adapter_operations.ts";
import { minorFunctionName } from "../../../host/wmi/names.ts";
import { SecurityMethod } from "../../../host/wmi/security_config_operations.ts";
import { MinorFunction } from "../../../host/wmi/wnode.ts";
import type { CandidateOutcome } from "../../../firmware/session/key_candidates.ts";
import type { Fate } from "../../network/network.ts";
import type { FlashOperationKind } from "../../parts/flash/flash_part.ts";
import { AdapterComponents, Components } from "../../trace/components.ts";
import { callEvent, candidateEvent, flashEvent, packetEvent } from "../../trace/events.ts";
import type { TargetKeySource } from "../world/target.ts";
import type { World } from "../world/world.ts";
import type { Bounds } from "./range.ts";
import { KEY_SOURCES, type KnownTexts, LABELLED_STATUSES, textsOfKinds } from "./event_texts.ts";
import { STATUS_NAMES } from "./status_words.ts";
import { ANYTHING, type Form, HEX, NUMBER } from "./text_forms.ts";

/** What a field can hold. */
export interface KnownWords {
  readonly words: readonly string[];
  /** Forms of texts besides: `method 77`. */
  readonly forms: readonly Form[];
  /** Patterns that are told where none of it is meant; the words by default. */
  readonly examples?: readonly string[];
  /** Texts that what was mistyped is compared with; the words by default. */
  readonly texts?: readonly string[];
  /** Whether a number stands for a word, too. */
  readonly isNumbered?: true;
}

const SERVICE_STATES = { stopped: 0, starting: 0, running: 0, stopping: 0 } satisfies Record<ServiceState, 0>;

const MINIPORT_STATES = { initializing: 0, ready: 0, failed: 0, absent: 0 } satisfies Record<MiniportState, 0>;

/** Of the power, of a boot, and of phase 1. */
const OTHER_STATES = [
  "power on",
  "power off",
  "reset requested",
  "reset",
  "image verified",
  "phase 1 established",
  "phase 1 failed",
  "phase 1 deleted",
  "phase 1 is to be re-keyed",
];

/** How the service finds the cache of an adapter, behind the adapter's name. */
const CACHE_STATES = [
  "synchronised",
  "not synchronised",
  "bears a foreign cache",
  "is filled by age",
  "clears the foreign cache",
  "damaged record",
];

const FLASH_OPERATIONS = {
  read: 0,
  program: 0,
  "program failed": 0,
  "program cut off": 0,
  erase: 0,
  "erase failed": 0,
  "erase cut off": 0,
  "status write": 0,
  "status write cut off": 0,
} satisfies Record<FlashOperationKind, 0>;

const OUTCOMES = { used: 0, refused: 0, outranked: 0, damaged: 0, none: 0 } satisfies Record<CandidateOutcome, 0>;

const KEY_SOURCES_OF_TARGETS = { explicit: 0, any: 0 } satisfies Record<TargetKeySource, 0>;

/** What becomes of packets: at their ends, and on the wire. */
const FATES = {
  delivered: 0,
  duplicated: 0,
  corrupted: 0,
  lost: 0,
  blocked: 0,
  "nobody there": 0,
  "in flight": 0,
} satisfies Record<
  Fate,
  0
>;
const DIRECTIONS = ["sends", "receives", "drops", "sent", "delayed", "no route", ...Object.keys(FATES)];

/** What commands and commits come to that end without a status. */
const ENDINGS = { timedOut: 0, aborted: 0, absent: 0, committed: 0, failed: 0 } satisfies Record<
  Exclude<MailboxResult["type"], "completed"> | CommitResult["type"],
  0
>;

/** What calls of the service come to that end without a status. */
const CALL_ENDINGS = ["no answer", "ended", ...Object.keys(SERVICE_STATES).map((state) => `not running: ${state}`)];

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const CALL_OPERATIONS: readonly string[] = [
  ...Object.keys(PROCEDURES),
  ...[...Object.keys(SecurityMethod), ...Object.keys(OperationsMethod)].map(capitalised),
  "MSiSCSI_HBAInformation",
  "MSiSCSI_InitiatorSessionInfo",
  "MSiSCSI_PersistentLogins",
  ...Object.keys(MailboxCommand),
  ...Object.values(MinorFunction).map(minorFunctionName),
  "IoWMIWriteEvent",
  "commit",
];

/** Classes of WMI. */
const CLASSES = [
  "MSiSCSI_SecurityConfigOperations",
  "MSiSCSI_Operations",
  "MSiSCSI_HBAInformation",
  "MSiSCSI_SecurityCapabilities",
  "MSiSCSI_PersistentLogins",
  "MSiSCSI_PortalInfoClass",
  "MSiSCSI_InitiatorSessionInfo",
  "MSiSCSI_InitiatorLoginStatistics",
  "MSiSCSI_MMIPSECStats",
  "MSiSCSI_AdapterEvent",
  "MSiSCSI_InitiatorInstanceFailureEvent",
  "MSiSCSI_InitiatorNodeFailureEvent",
];

/** Classes, and their methods as calls tell them. */
const CLASSES_AND_METHODS = [
  ...CLASSES,
  ...Object.keys(SecurityMethod).map((name) => `MSiSCSI_SecurityConfigOperations.${capitalised(name)}`),
  ...Object.keys(OperationsMethod).map((name) => `MSiSCSI_Operations.${capitalised(name)}`),
];

const NUMBERED_OPERATIONS: readonly Form[] = [
  ["method ", NUMBER, { oneOf: ["", ...CLASSES.map((each) => ` of ${each}`)] }],
  [{ oneOf: ["command 0x", "minor function 0x"] }, { many: HEX }],
];

/** All that can record events in a world, whether it has done so or not. */
function componentsOf({ adapters, targets }: World): string[] {
  return [
    ...[...adapters.keys()].flatMap((name) => [name, ...Object.values(AdapterComponents).map((call) => call(name))]),
    ...targets.keys(),
    ...Object.values(Components),
  ];
}

/** Those of them that can record events of a kind. */
export function componentsOfKind(kind: string | undefined, world: World): string[] {
  const ends = [...world.adapters.keys(), ...world.targets.keys()];
  switch (kind) {
    case flashEvent.name:
      return [...world.adapters.keys()].map(AdapterComponents.flash);
    case candidateEvent.name:
      return ends;
    case packetEvent.name:
      return [...ends, Components.network];
    default:
      return componentsOf(world);
  }
}

/**
 * What the events of a world can hold, by the names of their fields; a field that is not here is free.
 *
 * @param kind The kind of the events; any by default.
 */
export function wordsOfFields(kind: string | undefined, world: World): Readonly<Record<string, KnownWords>> {
  const flash = kind === undefined || kind === flashEvent.name ? Object.keys(FLASH_OPERATIONS) : [];
  const calls = kind === flashEvent.name ? [] : CALL_OPERATIONS;
  return {
    state: {
      words: [
        ...OTHER_STATES,
        ...Object.keys(SERVICE_STATES),
        ...Object.keys(MINIPORT_STATES),
        ...[...world.adapters.keys()].flatMap((name) => CACHE_STATES.map((state) => `${name} ${state}`)),
      ],
      forms: [],
    },
    operation: {
      words: [...calls, ...flash],
      forms: calls.length === 0 ? [] : NUMBERED_OPERATIONS,
    },
    status: {
      words: [...STATUS_NAMES, ...Object.keys(ENDINGS), ...CALL_ENDINGS],
      forms: LABELLED_STATUSES,
      isNumbered: true,
    },
    direction: { words: DIRECTIONS, forms: [] },
    source: { words: [...KEY_SOURCES, ...Object.keys(KEY_SOURCES_OF_TARGETS)], forms: [] },
    outcome: { words: Object.keys(OUTCOMES), forms: [] },
    to: { words: componentsOf(world), forms: [] },
    ...textsOf(kind, world),
  };
}

/** What the details of events can be, or notes. */
function textsOf(kind: string | undefined, { adapters, targets }: World): Readonly<Record<string, KnownWords>> {
  const { note, ...details } = textsOfKinds({
    adapters: [...adapters.keys()],
    targets: [...targets.keys()],
    classes: CLASSES_AND_METHODS,
  });
  const ofKind = Object.entries(details).flatMap(([name, each]) => kind === undefined || kind === name ? [each] : []);
  // The name of a target that is called can be any text; where any kind is meant it is what such names are by rule.
  if (kind === callEvent.name) ofKind.push({ forms: [ANYTHING], examples: [], texts: [] });
  return { text: wordsOf([note]), ...(ofKind.length === 0 ? {} : { detail: wordsOf(ofKind) }) };
}

function wordsOf(texts: readonly KnownTexts[]): KnownWords {
  return {
    words: [],
    forms: texts.flatMap(({ forms }) => forms),
    examples: texts.flatMap(({ examples }) => examples),
    texts: texts.flatMap((each) => each.texts),
  };
}

/** What the length in the header of UDP can tell without that header (RFC 768); a fault may leave none of it. */
const DATAGRAM_BYTES: Bounds = { least: 0, most: 65_535 - 8 };

/** The numbers that some fields of the events of a kind can hold in a world. */
export function numbersOfFields(kind: string | undefined, world: World): Readonly<Record<string, Bounds>> {
  if (kind === candidateEvent.name) return { rank: { least: 1, most: KEY_SOURCES.length } };
  if (kind === packetEvent.name) return { lengthBytes: DATAGRAM_BYTES };
  if (kind !== flashEvent.name) return {};
  const sizes = [...world.adapters.values()].map(({ flash }) =>
    flash === undefined ? 0 : flash.geometry.sectorBytes * flash.geometry.sectorCount
  );
  const largest = Math.max(0, ...sizes);
  // A cut may leave nothing of an operation.
  return largest === 0 ? {} : { address: { least: 0, most: largest - 1 }, lengthBytes: { least: 0, most: largest } };
}
