/**
 * What the mailbox is asked for and answers, for whoever listens.
 *
 * @module
 */

import { IsdscStatus } from "./manual/interface.ts";

/** What came of a command of the mailbox. */
export interface CommandEnd {
  /** Whether it was carried out. */
  readonly isDone: boolean;
  /** The ISDSC status of one that was not; success of one that was. */
  readonly status: number;
}

/**
 * Hears a command of the mailbox by its name, when the firmware begins it.
 *
 * @returns Hears what came of it, in the cycle of its completion; not called if the adapter goes down before.
 */
export type CommandTap = (command: string) => (end: CommandEnd) => void;

/** Tells all who listen of a command; what is returned tells them whether it was carried out, and its status if not. */
export function commandBegins(
  taps: ReadonlySet<CommandTap>,
  command: string,
): (isDone: boolean, status: number) => void {
  const begun = [...taps].map((tap) => tap(command));
  return (isDone, status) => {
    for (const ended of begun) ended({ isDone, status: isDone ? IsdscStatus.SUCCESS : status });
  };
}
