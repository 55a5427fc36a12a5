/**
 * Statuses as scenario files write them: by the names of the Windows headers,
 * each where a status of its kind can stand.
 *
 * @module
 */

import { MailboxStatus } from "../../../firmware/manual/interface.ts";
import { scalar, type ScalarShape, type Shape, titled } from "../../shape/shape.ts";
import { ISDSC_STATUSES, NT_STATUSES, WIN32_STATUSES } from "../faults/status_words.ts";

const ISDSC_WORDS = "SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE (`hbasim help statuses`)";
const NUMBER_WORDS = "or a number from 0 to 0xffffffff";

/** How one of several statuses is written: a name, or a number. */
function codes(names: Readonly<Record<string, number>>) {
  return {
    words: Object.keys(names),
    pattern: /^(0x[0-9a-f]{1,8}|\d{1,10})$/i,
    parse(text: string): number | undefined {
      const code = names[text] ?? Number(text);
      return code <= 0xffff_ffff ? code : undefined;
    },
  };
}

const STATUS_WORDS = `${ISDSC_WORDS}, ${NUMBER_WORDS}`;

/** An ISDSC status: a name of `iscsierr.h` with or without `ISDSC_`, or a number. */
export const STATUS: Shape<number> = titled(
  "status",
  scalar({ ...codes(ISDSC_STATUSES), accepts: STATUS_WORDS, written: "IsdscWord | number" }),
);

/** A status, or `any` for whatever comes back. */
export const ANY_STATUS_WORD: ScalarShape<number | "any"> = titled("status of a raw call", anyStatus());

const CALL_STATUSES = { ...ISDSC_STATUSES, ...WIN32_STATUSES };
const CALL_WORDS = `${ISDSC_WORDS}, of winerror.h such as ERROR_FILE_NOT_FOUND, ${NUMBER_WORDS}`;

/** The status of a call to the API: an ISDSC status, or a Win32 error by its name in `winerror.h`. */
export const CALL_STATUS: Shape<number> = titled(
  "status of a call",
  scalar({ ...codes(CALL_STATUSES), accepts: CALL_WORDS, written: "IsdscWord | Win32Word | number" }),
);

/** The answer of the driver stack: a name of `ntstatus.h`, or a number. */
export const NT_STATUS: Shape<number> = scalar({
  ...codes(NT_STATUSES),
  accepts: `${Object.keys(NT_STATUSES).join(", ")}, ${NUMBER_WORDS}`,
  written: "NtStatusWord | number",
});

/** How a command of the mailbox is completed: a name of the hardware manual, or mailbox 0 as a number. */
export const MAILBOX_STATUS: Shape<number> = scalar({
  words: Object.keys(MailboxStatus),
  pattern: /^(0x[0-9a-f]{1,4}|\d{1,5})$/i,
  accepts: `${Object.keys(MailboxStatus).join(", ")}, or a number from 0 to 0xffff`,
  written: `${Object.keys(MailboxStatus).map((name) => JSON.stringify(name)).join(" | ")} | number`,
  parse(text) {
    const named: Readonly<Record<string, number>> = MailboxStatus;
    const code = named[text] ?? Number(text);
    return code <= 0xffff ? code : undefined;
  },
});

/** What a call may come to. */
export type Outcome =
  /** One of these statuses. */
  | { readonly type: "status"; readonly statuses: readonly number[] }
  /** Whatever it is: nothing is judged, and the report says so. */
  | { readonly type: "any" }
  /** Interrupted, a setting is what it was or what was asked for; acknowledged, it is what was asked for. */
  | { readonly type: "old or new" };

const ANY: Outcome = { type: "any" };
const OLD_OR_NEW: Outcome = { type: "old or new" };

/** What a call comes to, in one word: a status, or `any`. */
export const OUTCOME_WORD: ScalarShape<Outcome> = titled("outcome", outcome({ any: ANY }));

/** What a setting comes to, in one word: a status, `any`, or `old or new`. */
export const SETTING_OUTCOME_WORD: ScalarShape<Outcome> = titled(
  "outcome of a setting",
  outcome({ any: ANY, "old or new": OLD_OR_NEW }),
);

function outcome(words: Readonly<Record<string, Outcome>>): ScalarShape<Outcome> {
  const status = codes(CALL_STATUSES);
  return scalar<Outcome>({
    accepts: `${Object.keys(words).join(", ")}, ${CALL_WORDS}`,
    words: [...Object.keys(words), ...status.words],
    pattern: status.pattern,
    written: [...Object.keys(words).map((word) => JSON.stringify(word)), "IsdscWord | Win32Word | number"].join(" | "),
    example: "SUCCESS",
    parse(text) {
      const word = words[text];
      if (word !== undefined) return word;
      const code = status.parse(text);
      return code === undefined ? undefined : { type: "status", statuses: [code] };
    },
  });
}

function anyStatus(): ScalarShape<number | "any"> {
  const { words, pattern, parse } = codes(ISDSC_STATUSES);
  return scalar<number | "any">({
    accepts: `any, ${STATUS_WORDS}`,
    words: ["any", ...words],
    pattern,
    written: '"any" | IsdscWord | number',
    parse: (text) => text === "any" ? text : parse(text),
  });
}
