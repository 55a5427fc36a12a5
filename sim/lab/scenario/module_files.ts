/**
 * Files of modules that a scenario names.
 *
 * @module
 */

import type { Scenario } from "./scenario.ts";

/** A file that an adapter names: as what, and where. */
export interface ModuleFile {
  readonly name: string;
  readonly role: "store" | "firmware";
  /** The field. */
  readonly path: string;
}

/** The field of an adapter that names a module. */
export function modulePath(index: number, role: ModuleFile["role"]): string {
  return `adapters[${index}].${role}.module`;
}

/** The files that an adapter names. */
export function moduleFiles(adapter: Scenario["adapters"][number], index: number): readonly ModuleFile[] {
  return (["store", "firmware"] as const).flatMap((role) => {
    const name = adapter[role]?.module;
    return name === undefined ? [] : [{ name, role, path: modulePath(index, role) }];
  });
}
