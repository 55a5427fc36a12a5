/**
 * What a world looks like, in words: for people who stopped it somewhere, and
 * to compare two of them.
 *
 * @module
 */

import { formatInternetAddress } from "../../../network/internet_address.ts";
import { MAILBOX_COUNT, Register } from "../../../parts/register_file.ts";
import { durationText } from "../../../kernel/duration_text.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import { keyOf, storeKeys, tableKeys } from "../../scenario/looks/keys.ts";
import { sessionsOf, tellSession } from "../../scenario/looks/sessions.ts";
import { type FoundKey, tellKey } from "../../scenario/looks/setting.ts";
import type { World } from "../../world/world.ts";
import { renderWaiting } from "../../world/world_report.ts";

/** What of a world is looked at. */
export interface Aspect {
  /** What it shows, in a few words. */
  readonly about: string;
  /** Looks, changing nothing; a line each. */
  readonly look: (world: World) => readonly string[];
}

/** The name of something that can be looked at. */
export type AspectName = "flash" | "keys" | "sessions" | "registers" | "host" | "waiting" | "network";

/** What of a world can be looked at, by names. */
export const ASPECTS: Readonly<Record<AspectName, Aspect>> = {
  flash: {
    about: "what is on each adapter's flash, as its firmware would find it, and what the part has done",
    look: (world) => perAdapter(world, (name) => flashLines(world, name)),
  },
  keys: {
    about: "the key table in each adapter's RAM",
    look: (world) => perAdapter(world, (name) => tellKeys(tableKeys(world, name), "no key")),
  },
  sessions: {
    about: "sessions of adapters and exchanges of targets",
    look: (world) =>
      [...world.adapters.keys(), ...world.targets.keys()].flatMap((end) =>
        labelled(end, orElse(sessionsOf(end, world).map(tellSession), "no session"))
      ),
  },
  registers: {
    about: "what a driver reads from each adapter's registers",
    look: (world) => perAdapter(world, (name) => registerLines(world, name)),
  },
  host: {
    about: "power, drivers' view of their adapters, and the keys in the service's store",
    look: (world) => [
      `host: ${world.host.powered ? "on" : "off"}`,
      ...perAdapter(world, (name) => [`driver says ${world.host.powered ? world.host.adapterState(name) : "nothing"}`]),
      ...labelled("service's store", tellKeys(storeKeys(world), "no key")),
    ],
  },
  waiting: {
    about: "who waits for what",
    look: (world) => [...renderWaiting(world.standstill()), `${world.kernel.pending} events to come`],
  },
  network: {
    about: "the wire: the last datagrams and what became of them",
    look: ({ network, kernel }) =>
      orElse(
        network.captures.slice(-LAST_DATAGRAMS).map(({ cycle, datagram, fate, isDelayed }) => {
          const { source, destination, payload } = datagram;
          const [from, to] = [source, destination].map(({ address }) => formatInternetAddress(address));
          return `${timeOf(cycle, kernel.frequencyHz)} ${from} > ${to}, ${payload.length} bytes (payload ${
            fingerprint(payload)
          }), ${fate}${isDelayed ? ", delayed" : ""}`;
        }),
        "no datagram",
      ),
  },
};

const LAST_DATAGRAMS = 6;

/** What two worlds show that is not the same, as lines of each. */
export interface Contrast {
  /** What was looked at. */
  readonly aspect: AspectName;
  /** Lines that only the first has. */
  readonly first: readonly string[];
  /** Lines that only the second has. */
  readonly second: readonly string[];
}

/** In which aspects two worlds are not the same. */
export function contrasts(a: World, b: World): readonly Contrast[] {
  return (Object.keys(ASPECTS) as AspectName[]).flatMap((aspect) => {
    const [first, second] = [ASPECTS[aspect].look(a), ASPECTS[aspect].look(b)];
    const only = (lines: readonly string[], others: readonly string[]) =>
      lines.filter((line) => countOf(lines, line) > countOf(others, line));
    const [ofFirst, ofSecond] = [only(first, second), only(second, first)];
    return ofFirst.length + ofSecond.length === 0 ? [] : [{ aspect, first: ofFirst, second: ofSecond }];
  });
}

function countOf(lines: readonly string[], line: string): number {
  return lines.filter((each) => each === line).length;
}

function perAdapter(world: World, look: (name: string) => readonly string[]): string[] {
  return [...world.adapters.keys()].flatMap((name) => labelled(name, look(name)));
}

function labelled(name: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${name}: ${line}`);
}

function orElse(lines: readonly string[], nothing: string): readonly string[] {
  return lines.length === 0 ? [nothing] : lines;
}

/** Keys in words; they are filled with zeros. */
function tellKeys(keys: readonly FoundKey[], nothing: string): readonly string[] {
  const told = keys.map(tellKey);
  for (const { key } of keys) key.fill(0);
  return orElse(told, nothing);
}

function flashLines(world: World, name: string): readonly string[] {
  const unit = world.adapters.get(name);
  const contents = unit?.contents();
  if (unit === undefined || contents === undefined) return ["no flash part that is known from inside"];
  const { counters } = unit.flash ?? {};
  const { records, badSectors } = contents;
  return [
    `${records.length} records, ${badSectors} bad sectors`,
    `${counters?.programs ?? 0} programs, ${counters?.erases ?? 0} erases, ${counters?.cuts ?? 0} cut off`,
    ...tellKeys(records.flatMap(keyOf), "no key"),
  ];
}

function registerLines(world: World, name: string): readonly string[] {
  const { registers, powered } = world.adapters.get(name)?.adapter ?? {};
  if (registers === undefined || powered !== true) return ["no power: all ones"];
  const hex = (offset: number) => registers.read(offset).toString(16).padStart(8, "0");
  const mailboxes = Array.from({ length: MAILBOX_COUNT }, (_, index) => hex(index * 4));
  return [
    `mailbox ${mailboxes.join(" ")}`,
    `control and status ${hex(Register.controlStatus)}, interrupt mask ${hex(Register.interruptMask)}, interrupt ${
      registers.interruptAsserted ? "asserted" : "not asserted"
    }`,
  ];
}

/** A cycle as a time. */
function timeOf(cycle: number, frequencyHz: number): string {
  return durationText(Math.round((cycle * 1e9) / frequencyHz));
}
