/**
 * What targets of scenarios are called by iSCSI.
 *
 * @module
 */

const PREFIX = "iqn.2026-01.example:";

/** The iSCSI name of a target. */
export function iscsiName(target: string): string {
  return PREFIX + target;
}

/** The target with an iSCSI name. */
export function targetOf(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
