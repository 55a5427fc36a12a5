/**
 * SCSI_WMI_REQUEST_BLOCK (`srb.h`): how the port driver hands a WMI request to
 * the miniport.
 *
 * @module
 */

import type { FixedField } from "../sim/layout/field.ts";
import { bytes, u16, u32, u64, u8 } from "../sim/layout/fields.ts";
import { Structure } from "../sim/layout/structure.ts";
import { SrbStatus } from "./status.ts";

/** SRB.Function of WMI requests. */
export const SRB_FUNCTION_WMI = 0x17;

/** SRB.WMIFlags: the request is for the adapter; path, target and LUN mean nothing. */
export const SRB_WMI_FLAGS_ADAPTER_REQUEST = 0x01;

/** Fields of the structure below, by the names of the header. */
export const SCSI_WMI_REQUEST_BLOCK_FIELDS: {
  readonly Length: FixedField<number>;
  readonly Function: FixedField<number>;
  readonly SrbStatus: FixedField<number>;
  readonly WMISubFunction: FixedField<number>;
  readonly PathId: FixedField<number>;
  readonly TargetId: FixedField<number>;
  readonly Lun: FixedField<number>;
  readonly Reserved1: FixedField<number>;
  readonly WMIFlags: FixedField<number>;
  readonly Reserved2: FixedField<Uint8Array>;
  readonly SrbFlags: FixedField<number>;
  readonly DataTransferLength: FixedField<number>;
  readonly TimeOutValue: FixedField<number>;
  readonly DataBuffer: FixedField<bigint>;
  readonly DataPath: FixedField<bigint>;
  readonly Reserved3: FixedField<bigint>;
  readonly OriginalRequest: FixedField<bigint>;
  readonly SrbExtension: FixedField<bigint>;
  readonly Reserved4: FixedField<number>;
  readonly Reserved6: FixedField<number>;
  readonly Reserved5: FixedField<Uint8Array>;
} = {
  Length: u16(),
  Function: u8(),
  SrbStatus: u8(),
  WMISubFunction: u8(),
  PathId: u8(),
  TargetId: u8(),
  Lun: u8(),
  Reserved1: u8(),
  WMIFlags: u8(),
  Reserved2: bytes(2),
  SrbFlags: u32(),
  DataTransferLength: u32(),
  TimeOutValue: u32(),
  DataBuffer: u64("PVOID"),
  DataPath: u64("PVOID"),
  Reserved3: u64("PVOID"),
  OriginalRequest: u64("PVOID"),
  SrbExtension: u64("PVOID"),
  Reserved4: u32(),
  Reserved6: u32(),
  Reserved5: bytes(16),
};

/** SCSI_WMI_REQUEST_BLOCK, 88 bytes on a 64-bit system. */
export const SCSI_WMI_REQUEST_BLOCK: Structure<typeof SCSI_WMI_REQUEST_BLOCK_FIELDS> = new Structure(
  "SCSI_WMI_REQUEST_BLOCK",
  SCSI_WMI_REQUEST_BLOCK_FIELDS,
);

/** What a request is made of. */
export interface WmiSrbOptions {
  /** A code of `MinorFunction`. */
  readonly minorFunction: number;
  /** The GUID that DataPath points to. */
  readonly dataPath: Uint8Array;
  /** The WNODE, in and out. */
  readonly dataBuffer: Uint8Array;
  /** RequestComplete: what the miniport tells the port driver. Called once. */
  readonly onComplete: () => void;
}

/**
 * One request. Pointers are references here; everything else is a field of
 * the structure. A request is active from its start to its completion or to
 * the moment the port driver gives it up, and its buffer may be touched only
 * while it is active.
 */
export class WmiSrb {
  /** Length of the structure. */
  length: number = SCSI_WMI_REQUEST_BLOCK.sizeof;
  /** Function. */
  function: number = SRB_FUNCTION_WMI;
  /** WMIFlags. */
  wmiFlags: number = SRB_WMI_FLAGS_ADAPTER_REQUEST;
  /** How it ended. */
  srbStatus: number = SrbStatus.pending;
  /** In: room in the buffer; out: bytes of the answer. */
  dataTransferLength: number;
  /** The request as it was asked for. */
  readonly options: WmiSrbOptions;
  #active = true;

  /**
   * A request that begins.
   *
   * @param options What it is made of.
   */
  constructor(options: WmiSrbOptions) {
    this.options = options;
    this.dataTransferLength = options.dataBuffer.length;
  }

  /** WMISubFunction. */
  get wmiSubFunction(): number {
    return this.options.minorFunction;
  }

  /** The WNODE, in and out. */
  get dataBuffer(): Uint8Array {
    return this.options.dataBuffer;
  }

  /** True until the request is completed or given up. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * RequestComplete. A request that is not active any more is left alone.
   *
   * @returns True if this call completed it.
   */
  complete(srbStatus: number, dataTransferLength: number): boolean {
    if (!this.#active) return false;
    this.#active = false;
    this.srbStatus = srbStatus;
    this.dataTransferLength = dataTransferLength;
    this.options.onComplete();
    return true;
  }

  /** The port driver gives the request up: its timer has run out. */
  abandon(): void {
    this.#active = false;
  }
}
