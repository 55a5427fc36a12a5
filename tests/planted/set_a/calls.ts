/**
 * Set A of planted bugs: statuses and completions.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CALLS_A: readonly PlantedBug[] = [
  {
    name: "flash-failure-told-as-full",
    family: "status",
    file: "firmware/cache/store_outcome.ts",
    find: `    case "full":
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    case "corrupted":
      return IsdscStatus.CACHE_CORRUPTED;
    case "failed":
`,
    replace: `    case "full":
    case "failed":
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    case "corrupted":
      return IsdscStatus.CACHE_CORRUPTED;
`,
    why:
      "A flash part that does not take a record is told as a full cache. The status is wrong, and the service takes " +
      "the failure for a lasting refusal: it names a cache from which acknowledged keys are missing.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "dma-refusal-told-as-success",
    family: "status",
    file: "host/miniport/adapter_access.ts",
    find: `  [MailboxStatus.hostInterfaceError]: SrbStatus.error,`,
    replace: `  [MailboxStatus.hostInterfaceError]: SrbStatus.success,`,
    why: "A host interface error is counted among the answers of the firmware; its registers are empty, and an empty " +
      "status is SUCCESS. A key whose DMA the bus has refused is acknowledged and is nowhere on the adapter.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "interrupted-login-told-as-success",
    family: "status",
    file: "host/miniport/login_requests.ts",
    find: `event?.status ?? LOGIN_INTERRUPTED_STATUS, established`,
    replace: `event?.status ?? IsdscStatus.SUCCESS, established`,
    why: "A login of which no event tells how it went, because the adapter was reset meanwhile, is answered SUCCESS " +
      "with the session number 0: there is no session.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "adapters-numbered-by-arrival",
    family: "status",
    file: "host/initiator_service/service_run.ts",
    find:
      `    const find = () => this.links.find(({ information }) => information?.UniqueAdapterId === adapterUnique);`,
    replace: `    // Drivers number their adapters from 1 on.
    const find = () => {
      const numbered = [...this.#links.values()][Number(adapterUnique) - 1];
      return numbered?.removed ? undefined : numbered;
    };`,
    why:
      "The adapter of a session is found by the order in which adapters have arrived, which is that of their numbers " +
      "unless two that come up in one cycle are announced the other way round. Then a logout goes to the other " +
      "adapter: it is refused, or ends somebody else's session.",
    needs: { faults: 0, ties: 1 },
  },
  {
    name: "mailbox-freed-before-it-is-copied",
    family: "completion",
    file: "host/miniport/mailbox.ts",
    find: `    yield* kernel.sleep(costs.registerAccessCycles * MAILBOX_COUNT);
    const values = allocateWords(MAILBOX_COUNT);
    for (let index = 0; index < MAILBOX_COUNT; index++) {
      values[index] = registers.read(Register.mailbox + 4 * index);
    }
    clearControl(registers, Control.processorInterrupt);
    return values;`,
    replace: `    clearControl(registers, Control.processorInterrupt);
    yield* kernel.sleep(costs.registerAccessCycles * MAILBOX_COUNT);
    const values = allocateWords(MAILBOX_COUNT);
    for (let index = 0; index < MAILBOX_COUNT; index++) {
      values[index] = registers.read(Register.mailbox + 4 * index);
    }
    return values;`,
    why: "The interrupt is acknowledged before the registers are read. If the firmware has two things to say, the " +
      "second overwrites the first: one completion or event is lost and the other comes twice, and a call waits for " +
      "what has come already.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "late-session-left-open",
    family: "completion",
    file: "host/miniport/login_requests.ts",
    find: `    if (event === undefined || (established && givenUp)) yield* this.#close(connection, session);`,
    replace: `    if (event === undefined) yield* this.#close(connection, session);`,
    why:
      "A login that the port driver has given up, and that succeeds later, is not taken back: the call has failed, " +
      "and its session stays open, with nobody who could log out.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "acceptance-in-the-cycle-of-a-reset",
    family: "completion",
    file: "host/miniport/login_requests.ts",
    find: `
    // The supervisor may begin a reset in the cycle in which it takes the acceptance: then no event comes any more.
    const interruption = opened.accepted ? access.interruption : undefined;
    if (interruption !== undefined) {
      complete(context, interruption, 0);
      return;
    }`,
    replace: "",
    why:
      "A reset that is asked for while the driver serves the interrupt of an accepted login begins before the login " +
      "goes on, which then waits for an event of a session that is gone: the call hangs for six minutes, and ends as " +
      "timed out.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "start-of-a-killed-run-goes-on",
    family: "completion",
    file: "host/initiator_service/initiator_service.ts",
    find: `    if (this.#run !== run) return;
    this.#setState("running");`,
    replace: `    this.#setState("running");`,
    why: "The start of a service that was killed while it was starting comes to its end all the same: the service " +
      "counts as running, with no run behind it. No later start does anything, and every call is SERVICE_NOT_RUNNING.",
    needs: { faults: 2, ties: 0 },
  },
];
