/**
 * The boot: reset, verify the image, mount nonvolatile memory, fill the key
 * table, ready.
 *
 * A wrong signature leaves the adapter failed: mailbox 0 shows
 * `initializationError`, the fatal error bit is set, and no command is taken
 * until the next reset.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Core } from "../sim/kernel/core.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import type { Task } from "../sim/kernel/task.ts";
import type { CostTable } from "../sim/parts/cost_table.ts";
import type { RegisterFile } from "../sim/parts/register_file.ts";
import { stateEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { type RefusedImage, type VerifiedImage, verifyFirmwareImage } from "./firmware_image.ts";
import { AsynchronousEvent, FirmwareState, MailboxStatus } from "./manual/interface.ts";
import type { MailboxOutput } from "./mailbox_output.ts";
import type { LoadReport, SecurityCache } from "./cache/security_cache.ts";

/** What the boot ROM works with. */
export interface RomOptions {
  /** For the time that reset takes. */
  readonly kernel: Kernel;
  /** The firmware's core. */
  readonly core: Core;
  /** What things cost. */
  readonly costs: CostTable;
  /** Where the host looks for progress. */
  readonly registers: RegisterFile;
  /** The image in flash. */
  readonly image: Uint8Array;
  /** The public key fused into the adapter. */
  readonly imagePublicKey: Uint8Array;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
}

/** What the boot works with. */
export interface BootOptions extends RomOptions {
  /** Where events go. */
  readonly output: MailboxOutput;
  /** Makes the security cache when the image is known to be good. */
  readonly createCache: (firmwareVersion: number) => SecurityCache;
}

/** What a boot came to. */
export type BootResult =
  | {
    readonly type: "ready";
    readonly cache: SecurityCache;
    readonly load: LoadReport;
  }
  | { readonly type: "failed"; readonly reason: string };

/** What comes before any firmware: reset, and a look at the image's signature. */
export function* startRom(options: RomOptions): Task<VerifiedImage | RefusedImage> {
  const { kernel, core, costs, registers, recorder, component } = options;
  registers.showBootStatus(MailboxStatus.booting);
  recorder.record(component, stateEvent, { state: "reset", detail: "" });
  yield* kernel.sleep(costs.resetCycles);

  yield* core.spend(
    options.image.length * costs.hashImageByteCycles +
      costs.verifySignatureCycles,
  );
  const verdict = verifyOnce(options.image, options.imagePublicKey);
  if (verdict.type === "refused") {
    recorder.record(component, stateEvent, {
      state: "failed",
      detail: `firmware image refused: ${verdict.reason}`,
    });
    registers.showBootStatus(MailboxStatus.initializationError);
    registers.raiseFatalError();
    return verdict;
  }
  recorder.record(component, stateEvent, {
    state: "image verified",
    detail: versionText(verdict.version),
  });
  return verdict;
}

/** Boots the adapter. */
export function* boot(options: BootOptions): Task<BootResult> {
  const { registers, output, recorder, component } = options;
  const verdict = yield* startRom(options);
  if (verdict.type === "refused") return { type: "failed", reason: verdict.reason };
  const cache = options.createCache(verdict.version);
  const load = yield* cache.load();
  recorder.record(component, stateEvent, {
    state: "ready",
    detail: `${load.keys} keys in the key table` +
      (load.failed ? ", nonvolatile memory unusable" : "") +
      (load.damaged > 0 ? `, ${load.damaged} damaged` : "") +
      (load.doubtful ? ", the last write in doubt" : ""),
  });
  registers.showBootStatus(MailboxStatus.commandComplete);
  if (load.failed || load.damaged > 0) {
    output.event(AsynchronousEvent.nvramInvalid, load.damaged);
  }
  output.event(AsynchronousEvent.linkUp, FirmwareState.ready);
  return { type: "ready", cache, load };
}

/** A pure function of image and key, and a boot in a campaign is one of thousands: remembered by the image's identity and content. */
const VERDICTS = new WeakMap<
  Uint8Array,
  {
    readonly copy: Uint8Array;
    readonly key: Uint8Array;
    readonly verdict: VerifiedImage | RefusedImage;
  }
>();

function verifyOnce(
  image: Uint8Array,
  publicKey: Uint8Array,
): VerifiedImage | RefusedImage {
  const known = VERDICTS.get(image);
  if (
    known !== undefined && equalBytes(known.copy, image) && equalBytes(known.key, publicKey)
  ) return known.verdict;
  const verdict = verifyFirmwareImage(image, publicKey);
  VERDICTS.set(image, { copy: image.slice(), key: publicKey.slice(), verdict });
  return verdict;
}

function versionText(version: number): string {
  return `version ${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`;
}
