/**
 * Lists that are made of what each adapter says.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { STATUSES_OF_ABSENCE } from "../design_choices.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import { type AdapterLink, isFallback, statusOf } from "./adapter_link.ts";
import type { ServiceRun } from "./service_run.ts";

/**
 * Asks all adapters one after the other. One that is not there, or whose driver
 * does not have the class, has nothing to list; one that fails to answer leaves
 * no list that could be called complete.
 *
 * @returns The status, that of the first failure if there is one, and with success the list.
 */
export function* askAll<T, Item>(
  run: ServiceRun,
  ask: (link: AdapterLink) => Task<MethodOutcome<T>>,
  itemsOf: (link: AdapterLink, value: T) => readonly Item[],
): Task<{ readonly status: number; readonly value?: readonly Item[] }> {
  const items: Item[] = [];
  for (const link of run.links) {
    const outcome = yield* ask(link);
    const status = statusOf(outcome);
    if (outcome.type === "answered" && outcome.value !== undefined) items.push(...itemsOf(link, outcome.value));
    else if (!STATUSES_OF_ABSENCE.includes(status) && !isFallback(outcome)) return { status };
  }
  return { status: IsdscStatus.SUCCESS, value: items };
}
