/**
 * Reads faults from data that anybody may have written: what a fault is, apart
 * from the world that it is to happen in. Files, bundles and programs are
 * judged by it alike.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import { flashFault } from "../world/flash_options.ts";
import {
  dictionary,
  flag,
  number,
  oneOf,
  type Reader,
  record,
  show,
  text,
  whole,
  word,
} from "../world/option_readers.ts";
import { WorldOptionsError } from "../world/world_options_error.ts";
import type { Accident } from "./accidents.ts";
import { HEADER_FIELDS, mostOf } from "./datagram_harm.ts";
import { KEY_TABLE_ROW_BITS } from "./damage.ts";
import type { Damage, KeyTableBit } from "./damage.ts";
import type { EventPattern } from "./event_pattern.ts";
import { type Anchor, type Fault, FAULT_ANCHORS, type FaultKind, type Harm, type Offset } from "./fault.ts";
import type { Impossible } from "./impossible.ts";
import type { Bounds, Range } from "./range.ts";

/** What a reader must find. */
const must = <T>(required: Reader<T>) => ({ required });
/** The name of a kind. */
const kind = <K extends string>(name: K) => must(oneOf([name]));

const WHOLE = whole(0, Number.MAX_SAFE_INTEGER);
/** Times are in nanoseconds, and need not be whole. */
const TIME = number(0, Number.MAX_SAFE_INTEGER);

/** What tells which of several readers is meant. */
function tagOf<T extends string>(value: unknown, tag: string, known: readonly T[], path: string): T {
  const found = dictionary((option) => option)(value, path)[tag];
  const name = known.find((each) => each === found);
  if (name === undefined) throw new WorldOptionsError(`${path}.${tag}`, show(found), `one of ${alternatives(known)}`);
  return name;
}

const KEY_TABLE_BIT = record<KeyTableBit>({
  kind: kind("key table bit"),
  row: must(whole(0, 65_535)),
  bit: must(whole(0, KEY_TABLE_ROW_BITS - 1)),
});

const DAMAGE: Reader<Damage> = (value, path) =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "key table bit"
    ? KEY_TABLE_BIT(value, path)
    : flashFault(value, path);

const ADAPTER = must(text);

const MUTATE = record<Extract<Harm, { kind: "mutate" }>>({
  kind: kind("mutate"),
  field: must(oneOf(HEADER_FIELDS)),
  value: must(WHOLE),
});

const HARMS: { readonly [K in FaultKind]: Reader<Extract<Harm, { kind: K }>> } = {
  powerCycle: record({ kind: kind("powerCycle"), adapter: ADAPTER, off: must(TIME) }),
  powerOff: record({ kind: kind("powerOff"), adapter: ADAPTER }),
  powerOn: record({ kind: kind("powerOn"), adapter: ADAPTER }),
  reset: record({
    kind: kind("reset"),
    adapter: ADAPTER,
    by: must(word({ driver: true, firmware: true, bus: true })),
  }),
  unplug: record<Extract<Harm, { kind: "unplug" }>>({ kind: kind("unplug"), adapter: ADAPTER, for: TIME }),
  startService: record({ kind: kind("startService") }),
  stopService: record({ kind: kind("stopService") }),
  killService: record({ kind: kind("killService") }),
  rebootHost: record({ kind: kind("rebootHost"), off: must(TIME), orderly: must(flag) }),
  cutLink: record<Extract<Harm, { kind: "cutLink" }>>({
    kind: kind("cutLink"),
    from: must(text),
    to: must(text),
    for: TIME,
    oneWay: must(flag),
  }),
  damage: record({ kind: kind("damage"), adapter: ADAPTER, damage: must(DAMAGE) }),
  lose: record({ kind: kind("lose") }),
  duplicate: record({ kind: kind("duplicate") }),
  delay: record({ kind: kind("delay"), by: must(TIME) }),
  corrupt: record<Extract<Harm, { kind: "corrupt" }>>({ kind: kind("corrupt"), bit: WHOLE }),
  truncate: record({ kind: kind("truncate"), bytes: must(WHOLE) }),
  mutate: (value, path) => {
    const harm = MUTATE(value, path);
    whole(0, mostOf(harm.field))(harm.value, `${path}.value`);
    return harm;
  },
  loseInterrupt: record({ kind: kind("loseInterrupt") }),
  lateInterrupt: record({ kind: kind("lateInterrupt"), by: must(TIME) }),
  loseDoorbell: record({ kind: kind("loseDoorbell") }),
  corruptDma: record({ kind: kind("corruptDma"), bit: must(WHOLE) }),
  refuseDma: record({ kind: kind("refuseDma") }),
};

const HARM_KINDS = Object.keys(HARMS) as FaultKind[];

const HARM: Reader<Harm> = (value, path) => HARMS[tagOf(value, "kind", HARM_KINDS, path)](value, path);

/** Scenario files have a text beside the figures; it says the same. */
const ORDINALS: Reader<Bounds> = (value, path) => {
  const { least, most } = record<Bounds & Partial<Range>>({
    least: must(whole(1, Number.MAX_SAFE_INTEGER)),
    most: must(number(1, Infinity)),
    text,
  })(value, path);
  if (most !== Infinity) whole(least, Number.MAX_SAFE_INTEGER)(most, `${path}.most`);
  return { least, most };
};

const RANGE: Reader<Range> = record<Range>({
  text: must(text),
  least: must(number(-Infinity, Infinity)),
  most: must(number(-Infinity, Infinity)),
});

const EVENT: Reader<EventPattern> = (value, path) =>
  Object.fromEntries(
    Object.entries(
      dictionary<string | Range>((field, place) => typeof field === "string" ? field : RANGE(field, place))(
        value,
        path,
      ),
    ),
  );

/** What is sent in phase 1, by mode and number. */
const MESSAGE: Reader<string> = (value, path) => {
  if (typeof value === "string" && /^(main [1-6]|aggressive [1-3])$/.test(value)) return value;
  throw new WorldOptionsError(path, show(value), "main 1 to 6, or aggressive 1 to 3");
};

type AnchorOf<K extends Anchor["at"]> = Extract<Anchor, { at: K }>;

/** A place of an adapter at which operations are counted. */
const operation = <K extends string>(name: K) =>
  record({ at: must(oneOf([name])), adapter: ADAPTER, ordinals: must(ORDINALS) });

const ANCHORS: { readonly [K in Anchor["at"]]: Reader<Anchor> } = {
  datagram: record<AnchorOf<"datagram">>({
    at: kind("datagram"),
    from: must(text),
    to: must(text),
    ordinals: must(ORDINALS),
  }),
  message: record<AnchorOf<"message">>({
    at: kind("message"),
    from: must(text),
    to: must(text),
    message: must(MESSAGE),
  }),
  flashProgram: operation("flashProgram"),
  flashErase: operation("flashErase"),
  flashRead: operation("flashRead"),
  command: operation("command"),
  doorbell: operation("doorbell"),
  interrupt: operation("interrupt"),
  dma: operation("dma"),
  boot: operation("boot"),
  commit: record<AnchorOf<"commit">>({ at: kind("commit"), ordinals: must(ORDINALS) }),
  event: record<AnchorOf<"event">>({ at: kind("event"), event: must(EVENT) }),
  time: record<AnchorOf<"time">>({ at: kind("time"), time: must(TIME) }),
  begin: record<AnchorOf<"begin">>({ at: kind("begin") }),
};

const ANCHOR: Reader<Anchor> = (value, path) => ANCHORS[tagOf(value, "at", FAULT_ANCHORS.powerOff, path)](value, path);

const BYTES_LATER = record<{ readonly bytes: number }>({ bytes: must(WHOLE) });
const TIME_LATER = record<{ readonly nanoseconds: number }>({ nanoseconds: must(TIME) });

const OFFSET: Reader<Offset> = (value, path) => {
  if (typeof value === "object" && value !== null) {
    if ("bytes" in value) return BYTES_LATER(value, path);
    if ("nanoseconds" in value) return TIME_LATER(value, path);
  }
  throw new WorldOptionsError(path, show(value), "an object with either nanoseconds or bytes");
};

/** Reads a fault; whether it can happen in a world is for `impossibleFault()` to say. */
export const readFault: Reader<Fault> = record<Fault>({
  harm: must(HARM),
  anchor: must(ANCHOR),
  after: OFFSET,
  mayMiss: flag,
});

/** Why a fault is none, in whatever world; `undefined` if it is one. */
export function malformedFault(fault: Fault): Impossible | undefined {
  return refusalOf(() => readFault(fault, ""));
}

/** The same of an accident. */
export function malformedAccident(accident: Accident): Impossible | undefined {
  return refusalOf(() => HARM(accident, ""));
}

function refusalOf(read: () => void): Impossible | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    return { field: error.path, given: error.given, accepted: error.accepted };
  }
}
