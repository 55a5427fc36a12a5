/**
 * Whether two names are of one file.
 *
 * @module
 */

import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { STANDARD_STREAM } from "./input_files.ts";

/**
 * What two names of one file have in common: through links, and whether it is there or to come.
 *
 * @throws What the system says if it cannot be asked.
 */
export function identity(file: string): string {
  if (file === STANDARD_STREAM) return file;
  const status = statSync(file, { throwIfNoEntry: false });
  // Something that is there is known by its device and number, what is to come by its folder and name.
  if (status !== undefined) return `${status.dev}:${status.ino}`;
  const path = placeToCome(file);
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  return folder === undefined ? path : `${folder.dev}:${folder.ino}/${basename(path)}`;
}

/** Where a file will be that is not there yet: a link that leads to nothing says where. */
export function placeToCome(file: string): string {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
  return placeToCome(resolve(realpathSync(dirname(file)), readlinkSync(file)));
}
