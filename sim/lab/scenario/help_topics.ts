/**
 * What there is to know of scenario files, by topics: a page for each step,
 * and lists of what steps and faults take. All of it is told by the shapes that
 * read files.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import { hexStatus } from "../../../firmware/manual/isdsc_status.ts";
import * as EVENTS from "../../trace/events.ts";
import { FAULT_ANCHORS } from "../faults/fault.ts";
import { ANCHOR_DOCS, FAULT_DOCS, fieldOfAnchor } from "./fault_shape.ts";
import { type FieldRow, rowsInside, rowsOf } from "./field_rows.ts";
import { SCENARIO } from "./scenario.ts";
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

function topicOfStep(name: keyof typeof STEPS): HelpTopic {
  const { doc, shape } = STEPS[name];
  const sections = [
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

/** The topic of a name: a step or a list. */
export function helpTopic(name: string): HelpTopic | undefined {
  return STEP_TOPICS.get(name) ??
    (Object.hasOwn(LIST_TOPICS, name) ? LIST_TOPICS[name as keyof typeof LIST_TOPICS] : undefined);
}

/** The names of all topics. */
export const TOPIC_NAMES: readonly string[] = [...Object.keys(LIST_TOPICS), ...STEP_TOPICS.keys()];
