/**
 * How faults are written in files: `KIND: { place, anchor, after, mayMiss }`.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import {
  boolean,
  type Contradiction,
  converted,
  doc,
  type Fields,
  filled,
  integer,
  list,
  mapping,
  nameOf,
  oneOf,
  optional,
  type OptionalField,
  parseScalar,
  scalar,
  type Shape,
  titled,
  variant,
} from "../../shape/shape.ts";
import { indivisible } from "../../shape/stand_in.ts";
import { ACCIDENT_DOCS, type AccidentKind } from "../faults/accidents.ts";
import { HEADER_FIELDS, mostOf } from "../faults/datagram_harm.ts";
import type { EventPattern } from "../faults/event_pattern.ts";
import {
  type AdapterOperation,
  type Anchor,
  type BusHarm,
  type DatagramHarm,
  type Fault,
  FAULT_ANCHORS,
  type FaultKind,
  type Harm,
  type Offset,
} from "../faults/fault.ts";
import { impossibleFault } from "../faults/possible.ts";
import { refuseSilentWay } from "./silent_ways.ts";
import type { Range } from "../faults/range.ts";
import {
  ACCIDENT_FIELDS,
  accidentContradiction,
  accidentOf,
  accidentPath,
  endsOf,
  fieldsFor,
} from "./accident_shapes.ts";
import { checkEvent, EVENT } from "./event_shape.ts";
import { MESSAGE } from "./looks/packets.ts";
import { ORDINALS } from "./ranges.ts";
import type { StepCheck } from "./step_check.ts";
import { adapter } from "./steps/fields.ts";
import { DURATION, LENGTH_WRITTEN } from "./values.ts";

/** A fault, and the line on which it stands. */
export interface WrittenFault {
  readonly fault: Fault;
  readonly line: number;
}

const BYTES = /^(\d{1,9}) ?bytes$/;

const OFFSET = scalar<Offset>({
  pattern: new RegExp(`${BYTES.source}|^${LENGTH_WRITTEN}$`),
  accepts: "a duration such as 5us, or bytes of a flash program such as 17bytes",
  written: "Duration | `${number}bytes`",
  example: "17bytes",
  parse(text) {
    const [, bytes] = BYTES.exec(text) ?? [];
    if (bytes !== undefined) return { bytes: Number(bytes) };
    const nanoseconds = parseScalar(DURATION, text);
    return nanoseconds === undefined ? undefined : { nanoseconds };
  },
});

const ordinals = (of: string) => doc(`At which ${of}, counted from 1: one, a range, or each.`, optional(ORDINALS));

/** The anchors as fields; `begin` is the field `after` alone, and `time` is called `at`. */
const ANCHOR_FIELDS = {
  datagram: ordinals("datagram from one end to the other"),
  message: doc("At which message of phase 1 from one end to the other.", optional(MESSAGE)),
  flashProgram: ordinals("program of the adapter's flash"),
  flashErase: ordinals("erase of the adapter's flash"),
  flashRead: ordinals("read of the adapter's flash"),
  command: ordinals("mailbox command that the firmware takes"),
  doorbell: ordinals("doorbell"),
  interrupt: ordinals("interrupt"),
  dma: ordinals("DMA transfer of the adapter"),
  boot: ordinals("boot of the adapter"),
  commit: ordinals("commit of the service's store"),
  event: doc("At the first event that is so.", optional(EVENT)),
  time: doc("When, since the world began.", optional(DURATION)),
} as const satisfies { readonly [A in Exclude<Anchor["at"], "begin">]: OptionalField };

const by = doc("How much later.", DURATION);

/** What each kind of fault that is no accident has of its own. */
export const OWN_FIELDS = {
  lose: {},
  duplicate: {},
  delay: { by },
  corrupt: { bit: doc("Which bit of the payload; chance says which by default.", optional(integer(0, 1_000_000))) },
  truncate: { bytes: doc("How many bytes arrive.", integer(0, 65_535)) },
  mutate: {
    field: doc("Which field of the ISAKMP header.", oneOf(...HEADER_FIELDS)),
    value: doc("What it says then.", integer(0, Number.MAX_SAFE_INTEGER)),
  },
  loseInterrupt: {},
  lateInterrupt: { by },
  loseDoorbell: {},
  corruptDma: { bit: doc("Which bit of the transfer; the first by default.", optional(integer(0, 65_535), 0)) },
  refuseDma: {},
} as const satisfies Readonly<Record<DatagramHarm["kind"] | BusHarm["kind"], Fields>>;

const OTHER_DOCS: Readonly<Record<keyof typeof OWN_FIELDS, string>> = {
  lose: "A datagram is lost.",
  duplicate: "A datagram comes twice.",
  delay: "A datagram comes late.",
  corrupt: "A bit of a datagram is flipped on the way.",
  truncate: "The end of a datagram is cut off.",
  mutate: "A field of a datagram's ISAKMP header is changed on the way.",
  loseInterrupt: "The host does not hear of an interrupt.",
  lateInterrupt: "The host hears late of an interrupt.",
  loseDoorbell: "The adapter does not hear of a doorbell.",
  corruptDma: "A bit of a DMA transfer turns over on the way.",
  refuseDma: "The bus refuses a DMA transfer.",
};

/** What each kind of fault is. */
export const FAULT_DOCS: Readonly<Record<FaultKind, string>> = { ...ACCIDENT_DOCS, ...OTHER_DOCS };

const KINDS = Object.keys(FAULT_ANCHORS) as FaultKind[];

/** Whose operation it is, where an anchor needs an adapter and the fault has none of its own. */
const OPERATING = doc("Of which adapter the operation is, by its name.", optional(nameOf("adapter")));

/** The ends of a way, where an anchor needs them. */
export const WAY_FIELDS = {
  from: doc("Who sends: an adapter or target, by its name.", optional(nameOf("adapter or target"))),
  to: doc("Who is sent to.", optional(nameOf("adapter or target"))),
} as const;

function isAccidentKind(kind: FaultKind): kind is AccidentKind {
  return Object.hasOwn(ACCIDENT_FIELDS, kind);
}

/** What anchors are called in files: `at` is a time. */
export function fieldOfAnchor(anchor: Anchor["at"]): string {
  return anchor === "time" ? "at" : anchor === "begin" ? "after" : anchor;
}

/** Bytes are counted of a program alone. */
const BYTES_OF_A_PROGRAM = {
  if: { properties: { after: { pattern: BYTES.source } }, required: ["after"] },
  then: { required: ["flashProgram"] },
};

const AFTER = doc("How long after that, or since the beginning.", optional(OFFSET));

/** What each anchor is, by what files call it. */
export const ANCHOR_DOCS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(ANCHOR_FIELDS).map(([at, { doc = "" }]) => [fieldOfAnchor(at as keyof typeof ANCHOR_FIELDS), doc]),
  ),
  after: "Alone: how long after the beginning. Beside another anchor of an accident: how long after that.",
};

/** Whether a fault must happen. */
export const MAY_MISS: OptionalField<boolean, boolean> = doc(
  "Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default.",
  optional(boolean(), false),
);

/** What says when an accident happens. */
export const ACCIDENT_ANCHORS: Fields = {
  ...Object.fromEntries(
    Object.entries(ANCHOR_FIELDS).map(([at, field]) => [fieldOfAnchor(at as keyof typeof ANCHOR_FIELDS), field]),
  ),
  after: AFTER,
  mayMiss: MAY_MISS,
};

/** Where a fault of a kind happens: an adapter, the ends of a way. */
export function placeFieldsOf(kind: FaultKind): Fields {
  const anchors = FAULT_ANCHORS[kind];
  const isOfAdapter = anchors.some((each) => !["datagram", "message", "begin"].includes(each));
  return {
    ...(isOfAdapter ? isAccidentKind(kind) ? { adapter: OPERATING } : { adapter } : {}),
    ...(anchors.includes("datagram") ? WAY_FIELDS : {}),
  };
}

function shapeOfKind(kind: FaultKind): Shape<Fault> {
  const anchors = FAULT_ANCHORS[kind].filter((each) => each !== "begin");
  const own: Fields = isAccidentKind(kind) ? ACCIDENT_FIELDS[kind] : OWN_FIELDS[kind];
  const fields: Fields = {
    ...placeFieldsOf(kind),
    ...own,
    ...Object.fromEntries(anchors.map((each) => [fieldOfAnchor(each), ANCHOR_FIELDS[each]])),
    ...(isAccidentKind(kind) ? { after: AFTER } : {}),
    mayMiss: MAY_MISS,
  };
  const written = indivisible(mapping(fields, (given) => contradiction(kind, given as FaultFields)));
  const whole = isAccidentKind(kind) ? { ...written, conditions: BYTES_OF_A_PROGRAM } : written;
  return doc(FAULT_DOCS[kind], converted(whole as Shape<FaultFields>, (given) => faultOf(kind, given)));
}

/** The fields of a fault, as they were read. */
type FaultFields = Readonly<Record<string, unknown>> & {
  readonly adapter?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: Offset;
  readonly mayMiss: boolean;
};

/** The anchors among some fields. */
function anchorsIn(kind: FaultKind, fields: FaultFields): Exclude<Anchor["at"], "begin">[] {
  return FAULT_ANCHORS[kind].flatMap((each) =>
    each !== "begin" && fields[fieldOfAnchor(each)] !== undefined ? [each] : []
  );
}

function contradiction(kind: FaultKind, fields: FaultFields): Contradiction | undefined {
  const anchors = anchorsIn(kind, fields);
  const [anchor, second] = anchors;
  const known = FAULT_ANCHORS[kind].filter((each) => each !== "begin").map(fieldOfAnchor);
  if (second !== undefined) {
    return {
      path: fieldOfAnchor(second),
      given: `${anchors.map(fieldOfAnchor).join(" and ")}`,
      accepted: "one anchor",
    };
  }
  if (anchor === undefined && fields.after === undefined) {
    return {
      path: "",
      given: "no anchor",
      accepted: alternatives(isAccidentKind(kind) ? [...known, "after alone"] : known),
    };
  }
  const needed = anchor === "datagram" || anchor === "message"
    ? (["from", "to"] as const)
    : anchor === undefined || !isOperation(anchor)
    ? []
    : (["adapter"] as const);
  const lacking = needed.find((each) => fields[each] === undefined);
  if (lacking !== undefined) {
    return { path: "", given: `${anchor} without ${lacking}`, accepted: `${lacking} beside it` };
  }
  const { field, value } = fields;
  if (kind === "mutate" && Number(value) > mostOf(String(field) as Parameters<typeof mostOf>[0])) {
    return {
      path: "value",
      given: String(value),
      accepted: `0 to ${mostOf(String(field) as Parameters<typeof mostOf>[0])}`,
    };
  }
  return isAccidentKind(kind) ? accidentContradiction(kind, fields) : undefined;
}

function faultOf(kind: FaultKind, fields: FaultFields): Fault {
  const { after, mayMiss } = fields;
  return {
    harm: isAccidentKind(kind) ? accidentOf(kind, fields) : otherHarm(kind, fields),
    anchor: anchorOf(kind, fields),
    ...(after === undefined ? {} : { after }),
    mayMiss,
  };
}

function otherHarm(kind: keyof typeof OWN_FIELDS, fields: FaultFields): Harm {
  const own = Object.keys(OWN_FIELDS[kind]).flatMap((name) => fields[name] === undefined ? [] : [[name, fields[name]]]);
  return { kind, ...Object.fromEntries(own) } as Harm;
}

/** The shape has looked that there is one, with what it needs. */
function anchorOf(kind: FaultKind, fields: FaultFields): Anchor {
  const [at] = anchorsIn(kind, fields);
  const { adapter = "", from = "", to = "" } = fields;
  if (at !== undefined && isOperation(at)) return { at, adapter, ordinals: fields[at] as Range };
  switch (at) {
    case undefined:
      return { at: "begin" };
    case "datagram":
      return { at, from, to, ordinals: fields[at] as Range };
    case "message":
      return { at, from, to, message: String(fields[at]) };
    case "commit":
      return { at, ordinals: fields[at] as Range };
    case "event":
      return { at, event: fields[at] as EventPattern };
    case "time":
      return { at, time: Number(fields["at"]) };
    default:
      return at satisfies never;
  }
}

function isOperation(at: Anchor["at"]): at is AdapterOperation {
  return !["begin", "datagram", "message", "commit", "event", "time"].includes(at);
}

/** A fault as it is written. */
const FAULT: Shape<WrittenFault> = titled(
  "fault",
  converted(
    variant("fault", Object.fromEntries(KINDS.map((kind) => [kind, shapeOfKind(kind)]))),
    ({ value, line }): WrittenFault => ({ fault: value, line }),
  ),
);

/** A list of faults. */
export const FAULTS: Shape<readonly WrittenFault[]> = filled(list(FAULT));

/** Refuses faults that cannot happen in the world. */
export function checkFaults(faults: readonly WrittenFault[], check: StepCheck): void {
  faults.forEach(({ fault }, index) => {
    const impossible = impossibleFault(fault, check.world);
    const { harm, anchor } = fault;
    if (impossible === undefined) {
      for (const way of [harm, anchor]) {
        if ("from" in way) refuseSilentWay(way.from, way.to, check.part(index, harm.kind), "to");
      }
      return;
    }
    const ofAccident = harm.kind === "damage" && impossible.field !== anchor.at;
    const path = ofAccident ? accidentPath(harm, impossible) : impossible.field === "" ? [] : [impossible.field];
    const place = check.part(index, harm.kind);
    if (anchor.at === "event" && /^event\./.test(impossible.field)) {
      return checkEvent(anchor.event, place.part("event"));
    }
    const fields = ofAccident ? fieldsFor(harm) : impossible.field === anchor.at ? ["storage"] : [];
    const about = place.part(...path).about([...endsOf(harm), ...endsOf(anchor)], ...fields);
    about.refuse(impossible.given, impossible.accepted);
  });
}
