/**
 * Texts of events that have a form: a pattern that goes past it would never
 * fit, and pass in silence where an event must never be seen.
 *
 * Which text has one shows by how it begins; all other texts are free.
 *
 * @module
 */

import type { KeySource } from "../../../firmware/session/key_selection.ts";

/** In a form `#` stands for digits, `?` for a digit of hex, and `…` for anything. */
interface Closed {
  readonly field: string;
  /** How texts begin that have one of the forms. */
  readonly begins: RegExp;
  readonly forms: readonly string[];
  /** Patterns that fit one, to be told. */
  readonly examples: readonly string[];
}

const SOURCES = Object.keys(
  { login: 0, explicit: 0, "all ports": 0, group: 0 } satisfies Record<KeySource, 0>,
);

const MODES = ["main", "aggressive", "main then aggressive", "aggressive then main"];

/** Messages of phase 1 by their numbers, as their senders tell them (RFC 2409 §5.4). */
const MESSAGES = [
  ...[1, 2, 3, 4, 5, 6].map((each) => `main mode ${each}`),
  ...[1, 2, 3].map((each) => `aggressive mode ${each}`),
];

const CLOSED: readonly Closed[] = [
  {
    field: "status",
    begins: /^(NTSTATUS|SRB|mailbox|Win32 error) /,
    forms: ["NTSTATUS 0x????????", "SRB 0x??", "mailbox 0x????", "mailbox 0x???? …", "Win32 error # (…)"],
    examples: ["NTSTATUS 0x00000000", "SRB 0x01", "mailbox 0x4005*", "Win32 error 2 *"],
  },
  {
    field: "detail",
    begins: /^(main|aggressive) mode \d/,
    forms: MESSAGES.flatMap((each) => [`${each}: …`, `${each} encrypted: …`]),
    examples: MESSAGES.map((each) => `${each}*`),
  },
  {
    field: "text",
    begins: /^session \d/,
    forms: [
      ...SOURCES.flatMap((source) => MODES.map((mode) => `session # uses the ${source} key ????????, ${mode} mode`)),
      "session # is open without phase 1",
      "session # is not re-keyed: …",
    ],
    examples: [
      ...SOURCES.map((source) => `session 1 uses the ${source} key*`),
      "session 1 is open without phase 1",
      "session 1 is not re-keyed*",
    ],
  },
];

/** Patterns that could be meant in the place of one that no text of a field can fit; `undefined` if one can. */
export function foreignForm(field: string, pattern: string): readonly string[] | undefined {
  const [head = "", ...others] = pattern.split("*");
  const closed = CLOSED.find((each) => each.field === field && each.begins.test(head));
  if (closed === undefined) return undefined;
  const canBe = others.length === 0 ? isWhole : isBeginning;
  return closed.forms.some((form) => canBe(head, form)) ? undefined : closed.examples;
}

function isWhole(text: string, form: string): boolean {
  return new RegExp(`^${pieces(form).join("")}$`, "u").test(text);
}

function isBeginning(text: string, form: string): boolean {
  const beginning = pieces(form).reduceRight((rest, piece) => `(?:${piece}${rest})?`, "");
  return new RegExp(`^${beginning}$`, "u").test(text);
}

/** A form piece by piece, each as a regular expression. */
function pieces(form: string): readonly string[] {
  const meanings: Readonly<Record<string, string>> = { "#": "\\d+", "?": "[\\da-f]", "…": "[^]*" };
  return [...form].map((each) => meanings[each] ?? each.replace(/[()]/, "\\$&"));
}
