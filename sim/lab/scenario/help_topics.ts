/**
 * What there is to know of scenario files, by topics: a page for each step,
 * and lists of what steps and faults take. All of it is told by the shapes that
 * read files.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import { hexStatus } from "../../../firmware/manual/isdsc_status.ts";
import { notifyName, NotifyType } from "../../../firmware/ike/constants.ts";
import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import type { Shape } from "../../shape/shape.ts";
import * as EVENTS from "../../trace/events.ts";
import { FAULT_ANCHORS } from "../faults/fault.ts";
import { ANCHOR_DOCS, FAULT_DOCS, FAULTS, fieldOfAnchor } from "./fault_shape.ts";
import { type FieldRow, rowsInside, rowsOf } from "./field_rows.ts";
import { SCENARIO } from "./scenario.ts";
import { FLASH } from "./flash_parts.ts";
import { NETWORK } from "./network.ts";
import { INVARIANTS } from "./invariants.ts";
import { POLICY } from "./phase1.ts";
import { STEP_EXAMPLES } from "./step_examples.ts";
import { NT_STATUSES, WIN32_STATUSES } from "./statuses.ts";
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

/** What may stand in place of fields: `wait: 5ms`. */
function shortForm(name: string, shape: Shape): readonly FieldRow[] {
  if (shape.kind === "converted") return shortForm(name, shape.written);
  if (shape.kind !== "either") return [];
  return [{ name, about: "Without fields.", accepts: shape.scalar.accepts, isRequired: false }];
}

function topicOfStep(name: keyof typeof STEPS): HelpTopic {
  const { doc, shape } = STEPS[name];
  const sections = [
    { title: "In short", rows: shortForm(name, shape) },
    { title: "Fields", rows: rowsInside(shape, name === "expect" ? isApartFromExpect : isApart) },
    { title: "What `expect` may say of its answer", rows: name === "expect" ? [] : answersOf(name) },
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
    "A fault is written `KIND: { place, anchor }`, in `faults` of the file or beside a step. Its anchor says when.",
  sections: [
    { title: "Anchors", rows: Object.entries(ANCHOR_DOCS).map(([name, about]) => listed(name, about)) },
    {
      title: "Faults, and the anchors that they can have",
      rows: Object.entries(FAULT_ANCHORS).map(([kind, anchors]): FieldRow => ({
        ...listed(kind, FAULT_DOCS[kind as keyof typeof FAULT_ANCHORS]),
        accepts: anchors.length > Object.keys(ANCHOR_DOCS).length - 1 ? "any" : anchors.map(fieldOfAnchor).join(", "),
      })),
    },
  ],
};

/** The fields of each kind of fault, as the shape that reads faults has them. */
const FAULT_TOPICS: ReadonlyMap<string, HelpTopic> = new Map(
  Object.entries(variantsOf(FAULTS)).map(([kind, shape]): [string, HelpTopic] => [
    kind,
    { about: shape.doc ?? "", sections: [{ title: "Fields", rows: rowsInside(shape, isApart) }] },
  ]),
);

/** The kinds of what a list holds. */
function variantsOf(shape: Shape): Readonly<Record<string, Shape>> {
  switch (shape.kind) {
    case "list":
      return variantsOf(shape.item);
    case "converted":
      return variantsOf(shape.written);
    case "variant":
      return shape.variants;
    default:
      return {};
  }
}

const rangeRow = (name: string, about: string, accepts: string): FieldRow => ({
  name,
  about,
  accepts,
  isRequired: false,
});

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
  faults: {
    about:
      "Kinds of faults with their fields, in `faults` of the file or beside a step; `hbasim help anchors` has the anchors.",
    sections: [...FAULT_TOPICS].map(([kind, { sections }]) => ({
      title: kind,
      rows: sections.flatMap(({ rows }) => rows),
    })),
  },
  matrix: {
    about:
      "Names with values, each of which makes cases: `matrix: { seed: 1..20, cut: 0us..10ms step 50us }` makes one for " +
      "each combination. `$cut` stands for the value, and a case is named by what varies: `file.yaml[seed=1,cut=50us]`.",
    sections: [{
      title: "Values",
      rows: [
        rangeRow("a list", "The values one by one.", "[1ms, 2ms]"),
        rangeRow("a range", "From the one to the other, 1 apart.", "1..20"),
        rangeRow("a range with a step", "The values are written in the smaller unit.", "0us..10ms step 50us"),
        rangeRow("seed", "Of this name the values are the seeds of the cases.", "1..200"),
      ],
    }],
  },
  cases: {
    about:
      "A table of cases by name: `cases: { first: { cut: 1ms, says: NOT_FOUND }, second: { cut: 2ms, says: SUCCESS } }`. " +
      "Each gives a value to the same names; with a matrix besides, each is run with each combination.",
    sections: [{
      title: "Values",
      rows: [rangeRow("NAME.NAME", "What `$NAME` stands for in this case.", "a text, a number, true or false")],
    }],
  },
  invariants: {
    about: "What holds all the time from the first moment at which it does, by names that reports tell: " +
      "`invariants: { the key stays: { flash: { adapter: hba0, id: 192.0.2.10, key: a key } } }`.",
    sections: [{ title: "What each may look at", rows: rowsInside(INVARIANTS, isApartFromExpect) }],
  },
  commands: {
    about:
      "Commands of the mailbox by the hardware manual, as the step `mailbox` takes them; any other code is a number.",
    sections: [{
      title: "Commands",
      rows: Object.entries(MailboxCommand).map(([name, code]) =>
        listed(name, `0x${code.toString(16).padStart(2, "0")}`)
      ),
    }],
  },
  notifications: {
    about: "Notifications of IKE, as `notify` of a look at packets names them.",
    sections: [{
      title: "Notifications",
      rows: Object.values(NotifyType).map((type) => listed(notifyName(type), String(type))),
    }],
  },
  kinds: {
    about: "Kinds of events, with their fields: what `event`, `until`, `seen`, `never` and `before` may name.",
    sections: [{
      title: "Kinds",
      rows: Object.values(EVENTS).map(({ name, fields }) => listed(name, Object.keys(fields).join(", "))),
    }],
  },
  statuses: {
    about: "Names of iscsierr.h, with or without `ISDSC_`. A list of them is one of them; any other code is a number.",
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
    ],
  },
} as const satisfies Readonly<Record<string, HelpTopic>>;

/** The topic of a name: a step, a fault or a list. Of what is both a step and a fault, both are told. */
export function helpTopic(name: string): HelpTopic | undefined {
  const [step, fault] = [STEP_TOPICS.get(name), FAULT_TOPICS.get(name)];
  if (step !== undefined && fault !== undefined) {
    const known = new Set(step.sections.flatMap(({ rows }) => rows.map((row) => row.name)));
    const others = fault.sections.flatMap(({ rows }) => rows).filter((row) => !known.has(row.name));
    return { ...step, sections: [...step.sections, { title: "Besides, as a fault", rows: others }] };
  }
  return step ?? fault ??
    (Object.hasOwn(LIST_TOPICS, name) ? LIST_TOPICS[name as keyof typeof LIST_TOPICS] : undefined);
}

/** The names of all topics. */
export const TOPIC_NAMES: readonly string[] = [
  ...new Set([...Object.keys(LIST_TOPICS), ...STEP_TOPICS.keys(), ...FAULT_TOPICS.keys()]),
];
