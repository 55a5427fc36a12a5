/** What happened in which cycle. */

import { Kernel } from "../../sim/kernel/kernel.ts";

/** A kernel, and a log that `say` appends to: the cycle and a text. */
export function kernelLog() {
  const kernel = new Kernel();
  const log: string[] = [];
  const say = (text: string) => log.push(`${kernel.now} ${text}`);
  return { kernel, log, say };
}
