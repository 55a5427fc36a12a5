/**
 * Lists that are made of what each adapter says.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { STATUSES_OF_ABSENCE } from "../design_choices.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { isFallback, statusOf } from "./request_outcome.ts";
import type { ServiceRun } from "./service_run.ts";

/** What an adapter is asked, and what of its answer belongs into the list. */
interface Question<T, Item> {
  readonly ask: (link: AdapterLink) => Task<MethodOutcome<T>>;
  readonly itemsOf: (link: AdapterLink, value: T) => readonly Item[];
}

/**
 * Asks all adapters one after the other. One that is not there, or whose driver
 * does not have the class, has nothing to list; one that fails to answer leaves
 * no list that could be called complete.
 *
 * @returns The status, that of the first failure if there is one, and with success the list.
 */
export function* askAll<T, Item>(
  run: ServiceRun,
  ask: Question<T, Item>["ask"],
  itemsOf: Question<T, Item>["itemsOf"],
): Task<{ readonly status: number; readonly value?: readonly Item[] }> {
  const items: Item[] = [];
  for (const link of run.links) {
    const { status, listed } = yield* askOne(link, { ask, itemsOf });
    if (status !== IsdscStatus.SUCCESS) return { status };
    items.push(...listed);
  }
  return { status: IsdscStatus.SUCCESS, value: items };
}

/** What is known to be there: the list without the adapters that fail to answer. */
export function* askThoseThatAnswer<T, Item>(
  run: ServiceRun,
  ask: Question<T, Item>["ask"],
  itemsOf: Question<T, Item>["itemsOf"],
): Task<readonly Item[]> {
  const items: Item[] = [];
  for (const link of run.links) items.push(...(yield* askOne(link, { ask, itemsOf })).listed);
  return items;
}

function* askOne<T, Item>(
  link: AdapterLink,
  { ask, itemsOf }: Question<T, Item>,
): Task<{ readonly status: number; readonly listed: readonly Item[] }> {
  const outcome = yield* ask(link);
  if (outcome.type === "answered" && outcome.value !== undefined) {
    return { status: IsdscStatus.SUCCESS, listed: itemsOf(link, outcome.value) };
  }
  const status = statusOf(outcome);
  const hasNothing = STATUSES_OF_ABSENCE.includes(status) || isFallback(outcome);
  return { status: hasNothing ? IsdscStatus.SUCCESS : status, listed: [] };
}
