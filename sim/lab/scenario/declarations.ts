/**
 * The types of {@linkcode scenario}, made of the shapes that read it.
 *
 * @module
 */

import { typeDeclarationsOf } from "../../shape/type_declarations.ts";
import { AdapterComponents, Components } from "../../trace/components.ts";
import { ACCIDENT_ANCHORS, WAY_FIELDS } from "./fault_shape.ts";
import { STORY } from "./scenario.ts";
import { NT_STATUSES, WIN32_STATUSES } from "../faults/status_words.ts";
import { COMMON_EXPECTATIONS } from "./steps/expectations.ts";
import { DURATION_UNITS } from "./values.ts";

const DOCS: Readonly<Record<string, string>> = {
  Story: "A scenario of a program. `A` is the names of its adapters, `T` those of its targets.",
  StoryAdapter: 'An adapter of the host. `flash` is for `storage: "nvram"` only.',
  StoryTarget: "A target at the far end of the network; keys by identifier, `any` for all others.",
  StoryHost: "The host, apart from its adapters.",
  StoryHostCosts: "What the host's doings cost, as far as it is not the default.",
  StoryHostTimeouts: "How long the host waits, as far as it is not the default.",
  StoryCosts: "What the doings of adapters and targets cost, as far as it is not the default.",
  StoryNetwork: "What the network does with what is sent. Without a field: no faults, and 50us.",
  StoryPolicy: "What an end proposes, accepts and keeps to in phase 1: a daemon by its name, or fields.",
  StoryFlashPart: "A flash part: one by its name, and in what it differs from that. Sizes in bytes.",
  StoryFlashFault: "Something that is wrong with a flash part from the beginning: exactly one kind.",
  StoryFlashFaultKinds: "What each kind of fault of a flash part says.",
  StoryFault: "Something that goes wrong: exactly one kind, with the anchor that says when.",
  StoryFaultKinds: "What each kind of fault says, and the anchors that it can have; ordinals count from 1.",
  StoryEvent: "Which events of a trace are meant: those in which all that is said is so. `*` stands for anything.",
  StoryStatus: "A status: a name of iscsierr.h, with or without `ISDSC_`, or a number.",
  StoryStatusOfACall: "The status of a call: an ISDSC status, a Win32 error by its name in winerror.h, or a number.",
  StoryStatusOfARawCall:
    "The status of a call past the API: an ISDSC status, a number, or `any` for whatever comes back.",
  StoryOutcome: "What a call may come to: a status, or `any`, which judges nothing.",
  StoryOutcomeOfASetting: "What a setting may come to: an outcome, or `old or new` if it may be interrupted.",
  StoryRepetition: "How often a step is taken.",
  StoryLookAtKeyTable: "What must be found in the key table of an adapter.",
  StoryLookAtFlash: "What must be found in the flash of an adapter, as a boot would find it.",
  StoryLookAtServiceStore: "What must be found in the store of the initiator service.",
  StoryLookAtSessions: "What must be found of sessions, at either end.",
  StoryLookAtPackets: "What must have been sent from one end to another.",
  StoryLookAtTrace: "What the trace must tell: one of the three.",
  StoryStep: "A step: exactly one verb, and what concerns the step beside it. `K` is the verbs.",
  StoryStepKinds: "What each verb is given.",
  StoryStepWords: "What may stand beside every verb.",
  StoryExpectations: "What may be expected of every step besides its answer.",
  StoryAnchors: "When an accident happens: exactly one anchor, or `after` alone.",
  StoryWay: "Whose datagram it is, where the anchor is one, or a message.",
  StoryStepOthers: "What may be expected of each verb's answer.",
};

const GROUPS = { StoryExpectations: COMMON_EXPECTATIONS, StoryAnchors: ACCIDENT_ANCHORS, StoryWay: WAY_FIELDS };

const UNITS = wordsOf(Object.fromEntries(DURATION_UNITS));

function wordsOf(names: Readonly<Record<string, number>>): string {
  return Object.keys(names).map((name) => JSON.stringify(name)).join(" | ");
}

/** Who can record events, of a world whose adapters are called `A`. */
const COMPONENTS = [
  ...Object.values(AdapterComponents).map((call) => `\`${call("${A}")}\``),
  ...Object.values(Components).map((name) => JSON.stringify(name)),
].join(" | ");

/** The module of the types. */
export function storyTypes(): string {
  return `// deno-fmt-ignore-file
/**
 * The types of a scenario of a program.
 *
 * Made of the shapes that read it, by WRITE_TYPES=1 deno test -A tests/lab/scenario/story_types_test.ts
 *
 * @module
 */

import type { IsdscStatusName, MailboxCommand } from "../../../firmware/manual/interface.ts";
import type { StepProgram } from "./steps/program.ts";

/** A length of time: a number with its unit. */
export type Duration = \`\${number}\${${UNITS}}\`;

/** The name of an ISDSC status in iscsierr.h, with or without its prefix. */
export type IsdscWord = IsdscStatusName | \`ISDSC_\${IsdscStatusName}\`;

/** The name in winerror.h of an error that a call can come to. */
export type Win32Word = ${wordsOf(WIN32_STATUSES)};

/** The name in ntstatus.h of what the driver stack can answer. */
export type NtStatusWord = ${wordsOf(NT_STATUSES)};

/** How many of a hundred, or of a thousand: \`2%\`, \`20permille\`. */
export type Rate = \`\${number}%\` | \`\${number}permille\`;

/** A whole number, or a range of them with both ends in it. */
export type CountRange = number | \`\${number}..\${number}\` | \`\${number}..\` | \`..\${number}\`;

/** The longest time, or a range of times. */
export type DurationRange = Duration | \`\${Duration}..\${Duration}\` | \`\${Duration}..\` | \`..\${Duration}\`;

/** Who records events: an adapter or target, a part of one, a part of the host; or several, with \`*\` in the name. */
export type ComponentWord<A extends string, T extends string> = A | T | ${COMPONENTS} | \`\${string}*\${string}\`;

/** What a fault \`F\` says, with exactly one of the anchors \`K\`; where it can have \`after\`, that alone does as well. */
export type OneAnchor<F, K extends string = Exclude<keyof StoryAnchors, "after" | "mayMiss">> =
  & F
  & (
    | { [V in K & keyof F]: { readonly [W in V]: NonNullable<F[W]> } & { readonly [O in Exclude<K, V>]?: undefined } }[K & keyof F]
    | ("after" extends keyof F ? { readonly after: NonNullable<F["after"]> } & { readonly [O in K]?: undefined } : never)
  );

${typeDeclarationsOf(STORY, "Story", DOCS, GROUPS, { StoryFault: "OneAnchor" })}`;
}
