/**
 * What the host's doings cost, and how long it waits.
 *
 * All in cycles of the world's clock (250 MHz by default: 250 cycles are a
 * microsecond). Costs are assumed, with the right order of magnitude for a
 * server of the adapter's time; where a figure has a source it is named.
 *
 * @module
 */

import type { Cycles } from "../sim/kernel/task.ts";

/** Cycles for the host's doings. */
export interface HostCosts {
  /** A local procedure call from the application to the service, one way. Assumed: 20 µs. */
  readonly rpcCycles: Cycles;
  /** The service's own work for one request to one adapter. Assumed: 10 µs. */
  readonly serviceCycles: Cycles;
  /** One transaction of the service's store: a log write that reaches the disk. Assumed: 5 ms, half a turn at 7200/min and the controller. */
  readonly storeCommitCycles: Cycles;
  /** Kernel WMI: from the system call to the IRP at the driver. Assumed: 5 µs. */
  readonly wmiDispatchCycles: Cycles;
  /** The port driver: building and starting an SRB. Assumed: 2 µs. */
  readonly portDriverCycles: Cycles;
  /** The miniport: checking and marshalling one request. Assumed: 2 µs. */
  readonly miniportCycles: Cycles;
  /** One read or write of an adapter register: a PCI-X round trip. Assumed: 400 ns. */
  readonly registerAccessCycles: Cycles;
  /** From the interrupt line to the driver's interrupt service routine. Assumed: 4 µs. */
  readonly interruptCycles: Cycles;
}

/** The costs used unless others are given. */
export const DEFAULT_HOST_COSTS: HostCosts = {
  rpcCycles: 5_000,
  serviceCycles: 2_500,
  storeCommitCycles: 1_250_000,
  wmiDispatchCycles: 1_250,
  portDriverCycles: 500,
  miniportCycles: 500,
  registerAccessCycles: 100,
  interruptCycles: 1_000,
};

/** How long the host waits, in cycles. Figures of the driver are those of qla4xxx (`ql4_def.h`). */
export interface HostTimeouts {
  /** A mailbox command: 60 s, then the adapter is reset. Also the longest wait for the mailbox to be free. */
  readonly mailboxCycles: Cycles;
  /**
   * Between two looks whether the adapter is still there, while a command or a reset is under way: 10 ms, as qla4xxx
   * looks at a mailbox that it polls.
   */
  readonly presencePollCycles: Cycles;
  /** The same while the miniport holds requests but has asked the adapter for nothing: 1 s, the timer of qla4xxx. */
  readonly presenceTimerCycles: Cycles;
  /** The port driver's timer for a request. Assumed: 30 s. */
  readonly requestCycles: Cycles;
  /** The port driver's timer for a login, which waits for an exchange over the network. Assumed: 360 s. */
  readonly loginCycles: Cycles;
  /** From a busy answer to the next attempt: 250 ms, Storport's BusyPauseTime. */
  readonly busyRetryCycles: Cycles;
  /** How often a busy request is tried again before it fails: 20, Storport's BusyRetryCount. */
  readonly busyRetries: number;
  /** How long the end of a process waits for a cancelled IRP that its driver does not complete: 5 min (WDK, "Canceling IRPs"). */
  readonly cancelledRequestCycles: Cycles;
  /** Between two looks at mailbox 0 during a boot: 10 ms. */
  readonly bootPollCycles: Cycles;
  /** How long a boot may take: 30 s. */
  readonly bootCycles: Cycles;
  /** Between two looks at the reset bits: 1 s. */
  readonly resetPollCycles: Cycles;
  /** How long a reset may take: 30 s. */
  readonly softResetCycles: Cycles;
  /** How many resets more are tried before the adapter is given up: 2. */
  readonly resetRetries: number;
  /** How long an application waits for the service. Assumed: 600 s. */
  readonly rpcCycles: Cycles;
  /** From the start of the service to its answering. Assumed: 500 ms. */
  readonly serviceStartCycles: Cycles;
  /** How long an adapter is left to say goodbye to its peers before its power goes. */
  readonly firmwareStopCycles: Cycles;
  /** How long the service may take to stop: 20 s, as the service control manager gives it. */
  readonly serviceStopCycles: Cycles;
}

/**
 * The waiting times at a frequency.
 *
 * @param frequencyHz Cycles per second.
 */
export function defaultHostTimeouts(frequencyHz: number): HostTimeouts {
  const milliseconds = (count: number) => Math.ceil(frequencyHz * count / 1000);
  return {
    mailboxCycles: milliseconds(60_000),
    presencePollCycles: milliseconds(10),
    presenceTimerCycles: milliseconds(1_000),
    requestCycles: milliseconds(30_000),
    // Two modes of phase 1, each with the longest retransmission preset of 165 s.
    loginCycles: milliseconds(360_000),
    busyRetryCycles: milliseconds(250),
    busyRetries: 20,
    cancelledRequestCycles: milliseconds(300_000),
    bootPollCycles: milliseconds(10),
    bootCycles: milliseconds(30_000),
    resetPollCycles: milliseconds(1_000),
    softResetCycles: milliseconds(30_000),
    resetRetries: 2,
    rpcCycles: milliseconds(600_000),
    serviceStartCycles: milliseconds(500),
    serviceStopCycles: milliseconds(20_000),
    firmwareStopCycles: milliseconds(100),
  };
}
