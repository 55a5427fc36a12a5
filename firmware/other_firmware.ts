/**
 * The seam at which a whole firmware is put in the place of this one: what is
 * under it, and what must be known of it.
 *
 * The boot ROM stays: it has verified the image. So do the parts, and the IKE
 * engine, which is a program of its own on the same core.
 *
 * @module
 */

import type { Core } from "../sim/kernel/core.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { Task } from "../sim/kernel/task.ts";
import type { CostTable } from "../sim/parts/cost_table.ts";
import type { DmaEngine } from "../sim/parts/dma_engine.ts";
import type { NetworkInterface } from "../sim/parts/network_interface.ts";
import type { RegisterFile } from "../sim/parts/register_file.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import type { SecurityCache } from "./cache/security_cache.ts";
import type { CommandTap } from "./command_tap.ts";
import type { NvramStore } from "./nvram/store.ts";
import type { EventOutput } from "./session/session_outcome.ts";
import type { AdapterSessions } from "./session/sessions.ts";

/** What a firmware works with, from one boot to the next. */
export interface FirmwareMeans {
  /** Whose time. */
  readonly kernel: Kernel;
  /** Its core. */
  readonly core: Core;
  /** What things cost. */
  readonly costs: CostTable;
  /** What the host sees. */
  readonly registers: RegisterFile;
  /** The way to the host's memory. */
  readonly dma: DmaEngine;
  /** Link and addresses of the ports. */
  readonly network: NetworkInterface;
  /** How many events wait for the host at the most; 512 by default. */
  readonly eventCapacity: number | undefined;
  /** The version of the image, as the boot ROM has read it. */
  readonly version: number;
  /** What ciphers phase 1 may use: bits of {@linkcode CipherCapability}. */
  readonly cipherCapabilities: number;
  /** Who hears of its commands. */
  readonly taps: ReadonlySet<CommandTap>;
  /** What is known of its records, outside of it; it has it loaded anew when it has changed some. */
  readonly cache: SecurityCache;
  /** Starts the IKE engine, which chooses keys by that cache. Called once. */
  readonly startSessions: (output: EventOutput) => AdapterSessions;
  /** Starts a task that serves the firmware and ends with it. */
  readonly serve: (name: string, task: Task) => void;
  /** Told when a command was taken, and when it is complete. */
  readonly onWork: (isWorking: boolean) => void;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
}

/** A firmware, from one boot to the next. */
export interface OtherFirmware {
  /** Its records as it tells of them, if it does; only read, and only at moments of its own choice. */
  readonly records: NvramStore;
  /** All that it does after the boot ROM. */
  run(means: FirmwareMeans): Task;
  /** The adapter goes down in this cycle: no key may stay in its memory. */
  stop(): void;
}
