/**
 * What there is to know of scenario files, by topics: a page for each step,
 * and lists of what steps and faults take. All of it is told by the shapes that
 * read files.
 *
 * @module
 */

import { notifyName, NotifyType } from "../../../firmware/ike/constants.ts";
import { IsdscStatus, MailboxCommand, MailboxStatus } from "../../../firmware/manual/interface.ts";
import { hexStatus } from "../../../firmware/manual/isdsc_status.ts";
import { alternatives } from "../../shape/alternatives.ts";
import * as EVENTS from "../../trace/events.ts";
import { FAULT_ANCHORS } from "../faults/fault.ts";
import { ANCHOR_DOCS, FAULT_DOCS, fieldOfAnchor, MAY_MISS, OWN_FIELDS, placeFieldsOf } from "./fault_shape.ts";
import { type FieldRow, rowsInside, rowsOf, shortForm } from "./field_rows.ts";
import { STATE_LOOK_FIELDS } from "./looks/table.ts";
import { SCENARIO } from "./scenario.ts";
import type { Shape } from "../../shape/shape.ts";
import { FLASH } from "./flash_parts.ts";
import { NETWORK } from "./network.ts";
import { POLICY } from "./phase1.ts";
import { STEP_EXAMPLES } from "./step_examples.ts";
import { NT_STATUSES, WIN32_STATUSES } from "../faults/status_words.ts";
import { STEP_WORDS } from "./step_words.ts";
import { COMMON_EXPECTATIONS } from "./steps/expectations.ts";
import { STEPS } from "./steps/table.ts";
import type { StepGroup } from "./step.ts";

/** Something to know. */
export interface HelpTopic {
  readonly about: string;
  /** A step that is right, as an entry of a list. */
  readonly example?: string;
  readonly sections: readonly HelpSection[];
}

/** Rows that belong together. */
export interface HelpSection {
  readonly title: string;
  readonly rows: readonly FieldRow[];
}

const GROUP: StepGroup = STEPS;

const listed = (name: string, about: string): FieldRow => ({ name, about, accepts: "", isRequired: false });

/** What has a list of its own, by what shapes call it. */
const isApart = (title: string) => ["policy", "flash part", "network", "event"].includes(title) || isLook(title);
const isLook = (title: string) => title.startsWith("look at ");
/** `expect` tells of looks. */
const isApartFromExpect = (title: string) => isApart(title) && !isLook(title);

/** What `expect` of a step may name, besides what it may name of all. */
function answersOf(name: string): readonly FieldRow[] {
  const shape = GROUP[name]?.expect?.optional;
  const common = Object.keys(COMMON_EXPECTATIONS);
  return shape === undefined
    ? []
    : rowsInside(shape, isApart).filter(({ name }) => !common.includes(name.split(/[.[]/)[0] ?? ""));
}

/** How something is written that needs no mapping. */
function shortRow(name: string, shape: Shape | undefined, about: string): readonly FieldRow[] {
  const accepts = shape === undefined ? undefined : shortForm(shape, isApart);
  return accepts === undefined ? [] : [{ name, about, accepts, isRequired: false }];
}

function topicOfStep(name: keyof typeof STEPS): HelpTopic {
  const { doc, shape } = STEPS[name];
  const sections = [
    { title: "Short form", rows: shortRow(name, shape, "A value in the place of the fields.") },
    { title: "Fields", rows: rowsInside(shape, name === "expect" ? isApartFromExpect : isApart) },
    {
      title: "What `expect` may say of its answer",
      rows: name === "expect" ? [] : [
        ...shortRow("expect", GROUP[name]?.expect?.optional, "In the place of fields: `hbasim help outcomes`."),
        ...answersOf(name),
      ],
    },
  ];
  return { about: doc, example: STEP_EXAMPLES[name], sections: sections.filter(({ rows }) => rows.length > 0) };
}

const STEP_NAMES = Object.keys(STEPS) as (keyof typeof STEPS)[];

/** A topic for each step, by its name. */
export const STEP_TOPICS: ReadonlyMap<string, HelpTopic> = new Map(
  STEP_NAMES.map((name) => [name, topicOfStep(name)]),
);

const ANCHORS: HelpTopic = {
  about:
    "A fault is written `KIND: { place, anchor }`, in `faults` of the file or beside a step. Its anchor says when. It " +
    "must happen, and change something, at each of the ordinals that are named; of `each` and `3..` once at least.",
  sections: [
    { title: "Anchors", rows: Object.entries(ANCHOR_DOCS).map(([name, about]) => listed(name, about)) },
    {
      title: "Faults, and the anchors that they can have",
      rows: Object.entries(FAULT_ANCHORS).map(([kind, anchors]): FieldRow => ({
        ...listed(kind, FAULT_DOCS[kind as keyof typeof FAULT_ANCHORS]),
        accepts: anchors.length > Object.keys(ANCHOR_DOCS).length - 1
          ? "any"
          : alternatives(anchors.map(fieldOfAnchor)),
      })),
    },
    {
      title: "Fields of faults that are no steps",
      rows: Object.entries(OWN_FIELDS).flatMap(([kind, fields]) => rowsOf(fields, isApart, `${kind}.`)),
    },
    { title: "Beside anchor and place", rows: rowsOf({ mayMiss: MAY_MISS }, isApart) },
  ],
};

/** Lists, by what they are lists of. */
export const LIST_TOPICS = {
  file: {
    about: "The fields of a scenario file. `$name` stands for a value of `parameters`, `matrix` or `cases`.",
    sections: [{ title: "Fields", rows: rowsOf(SCENARIO.fields, isApart) }],
  },
  policy: {
    about: "What an end proposes, accepts and keeps to in phase 1: a daemon by its name, or fields.",
    sections: [{ title: "Fields", rows: rowsInside(POLICY, isApart) }],
  },
  flash: {
    about: "A flash part; what is not said is as its data sheet says.",
    sections: [{ title: "Fields", rows: rowsInside(FLASH, isApart) }],
  },
  network: {
    about: "What a network does with what is sent; it is perfect where nothing is said.",
    sections: [{ title: "Fields", rows: rowsInside(NETWORK, isApart) }],
  },
  steps: {
    about: "A step is one verb; the other words stand beside it.",
    sections: [
      { title: "Verbs", rows: STEP_NAMES.map((name) => listed(name, STEPS[name].doc)) },
      { title: "Beside a verb", rows: rowsOf(STEP_WORDS, isApart) },
      { title: "What `expect` may say beside every verb", rows: rowsOf(COMMON_EXPECTATIONS, isApart) },
    ],
  },
  anchors: ANCHORS,
  kinds: {
    about: "Kinds of events, with their fields: what `event`, `until`, `seen`, `never` and `before` may name.",
    sections: [{
      title: "Kinds",
      rows: Object.values(EVENTS).map(({ name, fields }) => listed(name, Object.keys(fields).join(", "))),
    }],
  },
  statuses: {
    about:
      "Names of iscsierr.h, with or without `ISDSC_`. A list of them is one of them; any other code is a number. Of an " +
      "adapter that is gone calls come to ERROR_FILE_NOT_FOUND, which user mode makes of STATUS_NO_SUCH_DEVICE: " +
      "ERROR_DEV_NOT_EXIST never comes.",
    sections: [
      { title: "Statuses", rows: Object.entries(IsdscStatus).map(([name, code]) => listed(name, hexStatus(code))) },
      {
        title: "Errors of winerror.h that calls come to",
        rows: Object.entries(WIN32_STATUSES).map(([name, code]) => listed(name, String(code))),
      },
      {
        title: "`ntStatus` of the step wmi, by ntstatus.h",
        rows: Object.entries(NT_STATUSES).map(([name, code]) => listed(name, hexStatus(code))),
      },
      {
        title: "`mailbox` of the step mailbox, by the hardware manual",
        rows: Object.entries(MailboxStatus).map(([name, code]) =>
          listed(name, `0x${code.toString(16).padStart(4, "0")}`)
        ),
      },
    ],
  },
} as const satisfies Readonly<Record<string, HelpTopic>>;

/** What each kind of fault has that is no step, by its name. */
const FAULT_TOPICS: ReadonlyMap<string, HelpTopic> = new Map(
  Object.entries(OWN_FIELDS).map(([kind, fields]): [string, HelpTopic] => {
    const anchors = FAULT_ANCHORS[kind as keyof typeof OWN_FIELDS].map((each) =>
      listed(fieldOfAnchor(each), ANCHOR_DOCS[fieldOfAnchor(each)] ?? "")
    );
    const sections = [
      { title: "Fields", rows: rowsOf(fields, isApart) },
      { title: "Anchors: one of them", rows: anchors },
      {
        title: "Beside them",
        rows: rowsOf({ ...placeFieldsOf(kind as keyof typeof OWN_FIELDS), mayMiss: MAY_MISS }, isApart),
      },
    ];
    const about = `A fault: ${FAULT_DOCS[kind as keyof typeof OWN_FIELDS]}`;
    return [kind, { about, sections: sections.filter(({ rows }) => rows.length > 0) }];
  }),
);

const OUTCOMES: HelpTopic = {
  about: "What `expect` may say of the status of a call in one word, or under `status` beside other fields.",
  sections: [{
    title: "Outcomes",
    rows: [
      listed("SUCCESS", "It succeeds; so it must where nothing is said. Any status stands so: `hbasim help statuses`."),
      listed("[SUCCESS, CONNECTION_FAILED]", "It comes to one of these."),
      listed(
        "any",
        "Whatever it comes to: nothing is judged. A run of nothing else fails, unless allowNothing is true.",
      ),
      listed(
        "old or new",
        "Of setKey, which something interrupts. When the world has come to rest the key and its flags are those from " +
          "before, or those that were given, and the same in the key table, on flash and in the service's store. With " +
          "SUCCESS they are those that were given. Any other status will do if an accident or a fault has happened " +
          "while the call was under way, and it does not refuse the request itself, as INVALID_PORT_NUMBER does.",
      ),
    ],
  }],
};

const VARIABLES: HelpTopic = {
  about: "Values with names: `$name` stands for one, always as a whole value; `$$name` is the text `$name`.",
  sections: [{
    title: "Fields",
    rows: [
      listed("parameters", "`{ key: a key }`: values by names; `--set key=another` replaces one."),
      listed(
        "matrix",
        "`{ storage: [nvram, ram], cut: 0us..10ms step 50us, seed: 1..20 }`: each combination is a case of its own, " +
          "called by what varies: `cut=50us,storage=ram`. Both ends of a range are in it; its step is 1 by default. " +
          "`seed` is the seed of the case, and needs to be used nowhere.",
      ),
      listed(
        "cases",
        "`{ one port: { port: 0 }, all ports: { port: 1 } }`: rows by names, each with the same names of values; " +
          "multiplied with the matrix.",
      ),
    ],
  }],
};

const INVARIANT_TOPIC: HelpTopic = {
  about:
    "`invariants: { NAME: LOOK }`: judged from the first moment at which it holds, after each event and accident " +
    "that can change what it looks at; one that never holds fails.",
  sections: [{ title: "Looks", rows: rowsOf(STATE_LOOK_FIELDS, (title) => isApart(title) && !isLook(title)) }],
};

/** Further lists, by what they are lists of. */
export const WORD_TOPICS = {
  outcomes: OUTCOMES,
  variables: VARIABLES,
  invariants: INVARIANT_TOPIC,
  mailboxCommands: {
    about: "Commands of the adapter's mailbox by their names in the hardware manual; a code does, too.",
    sections: [{
      title: "Commands",
      rows: Object.entries(MailboxCommand).map(([name, code]) => listed(name, `0x${code.toString(16)}`)),
    }],
  },
  notifications: {
    about: "Notifications that the look `packets` may name (RFC 2408 §3.14.1, RFC 3706, RFC 2407 §4.6.3).",
    sections: [{
      title: "Notifications",
      rows: Object.values(NotifyType).map((type) => listed(notifyName(type), String(type))),
    }],
  },
} satisfies Readonly<Record<string, HelpTopic>>;

/** Topics by another name. */
const SAME: ReadonlyMap<string, string> = new Map(Object.entries({
  faults: "anchors",
  parameters: "variables",
  matrix: "variables",
  cases: "variables",
}));

/** Lists, and lists by another name. */
const LISTS: Readonly<Record<string, HelpTopic>> = { ...LIST_TOPICS, ...WORD_TOPICS };

/** The topic of a name: a step, a fault or a list. */
export function helpTopic(name: string): HelpTopic | undefined {
  const other = SAME.get(name);
  if (other !== undefined) return helpTopic(other);
  return STEP_TOPICS.get(name) ?? FAULT_TOPICS.get(name) ?? (Object.hasOwn(LISTS, name) ? LISTS[name] : undefined);
}

/** The names of all topics. */
export const TOPIC_NAMES: readonly string[] = [
  ...Object.keys(LIST_TOPICS),
  ...STEP_TOPICS.keys(),
  ...FAULT_TOPICS.keys(),
  ...Object.keys(WORD_TOPICS),
  ...SAME.keys(),
];
