/**
 * A trace as a database of SQLite: a table for each kind of event, and the
 * view `event` of all of them.
 *
 * @module
 */

import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { grouped } from "../../kernel/grouped.ts";
import { InputError } from "../../kernel/input_error.ts";
import { formatCoordinate } from "../../trace/coordinate.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { nanosecondsAt } from "../../trace/time.ts";

/** The columns that every table begins with. */
const COMMON = {
  sequence: "INTEGER PRIMARY KEY",
  at: "TEXT NOT NULL",
  cycle: "INTEGER NOT NULL",
  nanoseconds: "INTEGER NOT NULL",
  component: "TEXT NOT NULL",
  cause: "INTEGER",
  because: "INTEGER",
} as const;

/** The view of all events. */
const VIEW = "event";

/**
 * Refuses if this runtime cannot write such a file.
 *
 * @throws {InputError} It has no `node:sqlite`.
 */
export function requireSqlite(): typeof import("node:sqlite") {
  const sqlite: typeof import("node:sqlite") | undefined = process.getBuiltinModule("node:sqlite");
  if (sqlite !== undefined) return sqlite;
  throw new InputError("--sqlite: no node:sqlite in this runtime; expected Deno, or Node.js 22.13 or newer");
}

/**
 * Fills an empty file, some events at a time: it says how many are in it.
 *
 * @param path Of the file.
 * @param frequencyHz Cycles per second.
 * @throws {InputError} SQLite refuses: the disk is full, or a kind of event has a name that no table can have.
 */
export function* fillDatabase(
  path: string,
  events: readonly TraceEvent[],
  frequencyHz: number,
): Generator<number, void> {
  const database = new (requireSqlite().DatabaseSync)(path);
  try {
    // The file is new, and nobody sees it before it is complete.
    database.exec("PRAGMA journal_mode = OFF");
    database.exec("PRAGMA synchronous = OFF");
    database.exec("BEGIN");
    const taken = [VIEW];
    const selections: string[] = [];
    let inserted = 0;
    for (const [kind, own] of grouped(events, (event) => event.kind)) {
      const table = unlike(kind, taken);
      taken.push(table);
      for (const part of insertions(database, table, own, frequencyHz)) yield inserted + part;
      inserted += own.length;
      const columns = Object.keys(COMMON).join(", ");
      selections.push(`SELECT ${columns}, '${kind.replaceAll("'", "''")}' AS kind FROM ${quotedName(table)}`);
    }
    if (selections.length > 0) database.exec(`CREATE VIEW ${VIEW} AS ${selections.join(" UNION ALL ")}`);
    database.exec("COMMIT");
  } catch (error) {
    if (error instanceof Error && !(error instanceof InputError)) {
      throw new InputError(`--sqlite: SQLite refuses: ${error.message}`);
    }
    throw error;
  } finally {
    database.close();
  }
}

/** How many events are written before the number of them is said. */
const EVENTS_IN_STAGE = 1024;

/** Makes the table of one kind of event. */
function* insertions(
  database: DatabaseSync,
  table: string,
  events: readonly TraceEvent[],
  frequencyHz: number,
): Generator<number> {
  const types = new Map(events.flatMap(({ fields }) => Object.entries(fields)));
  const taken: string[] = Object.keys(COMMON);
  const columns = [...types].map(([field, value]) => {
    const column = unlike(field, taken);
    taken.push(column);
    return `${quotedName(column)} ${typeof value === "number" ? "INTEGER" : "TEXT"}`;
  });
  const common = Object.entries(COMMON).map(([column, type]) => `${column} ${type}`);
  database.exec(`CREATE TABLE ${quotedName(table)} (${[...common, ...columns].join(", ")})`);
  const insert = database.prepare(`INSERT INTO ${quotedName(table)} VALUES (${taken.map(() => "?").join(", ")})`);
  for (const [index, event] of events.entries()) {
    if (index % EVENTS_IN_STAGE === 0) yield index;
    const { sequence, cycle, component, cause, because, fields } = event;
    insert.run(
      ...[sequence, formatCoordinate(event), cycle, nanosecondsAt(cycle, frequencyHz), component],
      ...[cause, because].map((parent) => parent < 0 ? null : parent),
      ...[...types.keys()].map((field) => fields[field] ?? null),
    );
  }
}

/** A name that is none of those that are taken: SQLite does not tell capital letters from small ones. */
function unlike(wanted: string, taken: readonly string[]): string {
  const isTaken = taken.some((name) => name.toLowerCase() === wanted.toLowerCase());
  return isTaken ? unlike(`${wanted}_`, taken) : wanted;
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
