/**
 * What a scenario file says of the host, and of what things cost.
 *
 * Fields are called as in {@linkcode HostCosts}, {@linkcode HostTimeouts} and
 * {@linkcode CostTable}, but times have a unit in their value and not in their
 * name: `rpcCycles: 5000` of a program is `rpc: 20us` in a file.
 *
 * @module
 */

import type { HostCosts, HostTimeouts } from "../../../host/costs.ts";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import {
  converted,
  convertedScalar,
  doc,
  integer,
  mapping,
  oneOf,
  optional,
  scalar,
  type Shape,
  titled,
} from "../../shape/shape.ts";
import type { HostDescription } from "../world/world_options.ts";
import { DURATION, HEX_BYTES, SECURITY_FLAGS } from "./values.ts";

const CYCLES = convertedScalar(DURATION, (nanoseconds) => Math.ceil((nanoseconds * DEFAULT_FREQUENCY_HZ) / 1e9));

const RETRIES = integer(0, 2 ** 32 - 1);

/** Figures that are no times. */
const OTHER_FIGURES: Readonly<Record<string, Shape<number>>> = {
  busyRetries: RETRIES,
  resetRetries: RETRIES,
  dmaBytesPerCycle: scalar({
    accepts: "a number of bytes, such as 4 or 0.25",
    pattern: /^\d+(\.\d+)?$/,
    example: "0.25",
    written: "number",
    parse: Number,
  }),
};

/** What files call a figure: its unit stands in the value. */
function figureInFiles(name: string): string {
  return name.replace(/Cycles$/, "");
}

/**
 * The shape of a table of figures.
 *
 * @param docs What each is: one that is forgotten does not compile.
 */
function figures<T>(title: string, docs: Readonly<Record<keyof T & string, string>>): Shape<Partial<T>> {
  const names = Object.keys(docs) as (keyof T & string)[];
  const fields = names.map((name) => [figureInFiles(name), doc(docs[name], optional(OTHER_FIGURES[name] ?? CYCLES))]);
  return titled(
    title,
    converted(mapping(Object.fromEntries(fields)) as Shape as Shape<Readonly<Record<string, number>>>, (written) => {
      const given = names.filter((name) => figureInFiles(name) in written);
      return Object.fromEntries(given.map((name) => [name, written[figureInFiles(name)]])) as Partial<T>;
    }),
  );
}

const HOST_COSTS = figures<HostCosts>("host costs", {
  rpcCycles: "A local procedure call from the application to the service, one way; 20us by default.",
  serviceCycles: "The service's own work for one request to one adapter; 10us by default.",
  storeCommitCycles: "One transaction of the service's store; 5ms by default.",
  wmiDispatchCycles: "Kernel WMI, from the system call to the driver; 5us by default.",
  portDriverCycles: "The port driver, building and starting a request; 2us by default.",
  miniportCycles: "The miniport, checking and marshalling a request; 2us by default.",
  registerAccessCycles: "One read or write of an adapter register; 400ns by default.",
  interruptCycles: "From the interrupt line to the driver's routine; 4us by default.",
});

const TIMEOUTS = figures<HostTimeouts>("host timeouts", {
  mailboxCycles: "A mailbox command, before the adapter is reset; 60s by default.",
  presencePollCycles:
    "Between two looks whether the adapter is there while it is asked for something; 10ms by default.",
  presenceTimerCycles: "The same while it is asked for nothing; 1s by default.",
  requestCycles: "The port driver's timer for a request; 30s by default.",
  loginCycles: "The port driver's timer for a login; 360s by default.",
  busyRetryCycles: "From a busy answer to the next attempt; 250ms by default.",
  busyRetries: "How often a busy request is tried again; 20 by default.",
  cancelledRequestCycles: "The end of a process, for a request that its driver does not complete; 5min by default.",
  bootPollCycles: "Between two looks at the adapter during its boot; 10ms by default.",
  bootCycles: "How long a boot may take; 30s by default.",
  resetPollCycles: "Between two looks at the reset bits; 1s by default.",
  softResetCycles: "How long a reset may take; 30s by default.",
  resetRetries: "How many resets more are tried before the adapter is given up; 2 by default.",
  rpcCycles: "How long an application waits for the service; 600s by default.",
  serviceStartCycles: "From the start of the service to its answering; 500ms by default.",
  firmwareStopCycles: "How long an adapter may say goodbye to its peers before its power goes; 100ms by default.",
  serviceStopCycles: "How long the service may take to stop; 20s by default.",
});

/** What the doings of adapters and targets cost. */
export const COSTS: Shape<Partial<CostTable>> = figures<CostTable>("costs", {
  resetCycles: "From reset to the first instruction; 100us by default.",
  verifySignatureCycles: "Verifying the signature of the firmware image; 4.4ms by default.",
  hashImageByteCycles: "Hashing one byte of the image at boot; 10cycles by default.",
  dispatchCycles: "Taking a command out of the mailbox; 2us by default.",
  dmaSetupCycles: "Setting up one DMA transfer; 1us by default.",
  dmaBytesPerCycle: "How many bytes DMA moves in a cycle of 4ns; 4 by default.",
  keyTableCycles: "Looking up or changing an entry of the key table; 800ns by default.",
  completionCycles: "Writing completion registers and raising the interrupt; 1us by default.",
  packetCycles: "Handling one datagram; 4us by default.",
  hashBlockCycles: "One block of a hash on the hash engine; 400ns by default.",
  cipherBlockCycles: "One block of a cipher on the cipher engine; 256ns by default.",
  exponentiationCycles: "One exponentiation of 1024 and 256 bits on the public-key engine; 2ms by default.",
});

/** What a file says of the host. */
type WrittenHost = Omit<HostDescription, "serviceStartsAutomatically" | "dmaMemory"> & {
  readonly service?: "running" | "stopped";
};

/** The host, apart from its adapters. */
export const HOST: Shape<HostDescription> = titled(
  "host",
  converted<WrittenHost, HostDescription>(
    mapping({
      service: doc(
        "Whether the initiator service starts with the host; running by default.",
        optional(oneOf("running", "stopped")),
      ),
      foreignCaches: doc(
        "What the service does with a cache that somebody else has filled; keep by default.",
        optional(oneOf("keep", "clear")),
      ),
      defaultSecurityFlags: doc(
        "DefaultSecurityBitmap: the flags of a login that says nothing of them; none by default.",
        optional(SECURITY_FLAGS),
      ),
      sealingKey: doc(
        "The machine's key for the secrets in the service's store, 32 bytes; a fixed one by default.",
        optional(HEX_BYTES),
      ),
      costs: doc("What the host's doings cost.", optional(HOST_COSTS)),
      timeouts: doc("How long the host waits.", optional(TIMEOUTS)),
    }),
    ({ service, ...others }) => ({
      ...others,
      ...(service === undefined ? {} : { serviceStartsAutomatically: service === "running" }),
    }),
  ),
);
