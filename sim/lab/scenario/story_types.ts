// deno-fmt-ignore-file
/**
 * The types of a scenario of a program.
 *
 * Made of the shapes that read it, by WRITE_TYPES=1 deno test -A tests/lab/scenario/story_types_test.ts
 *
 * @module
 */

import type { IsdscStatusName, MailboxCommand } from "../../../firmware/manual/interface.ts";
import type { StepProgram } from "./steps/program.ts";

/** A length of time: a number with its unit. */
export type Duration = `${number}${"ns" | "us" | "ms" | "s" | "min" | "h" | "cycles"}`;

/** The name of an ISDSC status in iscsierr.h, with or without its prefix. */
export type IsdscWord = IsdscStatusName | `ISDSC_${IsdscStatusName}`;

/** The name in winerror.h of an error that a call can come to. */
export type Win32Word = "ERROR_INVALID_FUNCTION" | "ERROR_FILE_NOT_FOUND" | "ERROR_GEN_FAILURE" | "ERROR_INVALID_PARAMETER" | "ERROR_SEM_TIMEOUT" | "ERROR_INSUFFICIENT_BUFFER" | "ERROR_OPERATION_ABORTED" | "ERROR_IO_DEVICE" | "RPC_S_CALL_FAILED" | "ERROR_WMI_GUID_NOT_FOUND" | "ERROR_WMI_INSTANCE_NOT_FOUND" | "ERROR_WMI_ITEMID_NOT_FOUND" | "ERROR_WMI_GUID_DISCONNECTED";

/** The name in ntstatus.h of what the driver stack can answer. */
export type NtStatusWord = "STATUS_SUCCESS" | "STATUS_INVALID_PARAMETER" | "STATUS_NO_SUCH_DEVICE" | "STATUS_INVALID_DEVICE_REQUEST" | "STATUS_BUFFER_TOO_SMALL" | "STATUS_IO_TIMEOUT" | "STATUS_CANCELLED" | "STATUS_IO_DEVICE_ERROR" | "STATUS_WMI_GUID_NOT_FOUND" | "STATUS_WMI_INSTANCE_NOT_FOUND" | "STATUS_WMI_ITEMID_NOT_FOUND" | "STATUS_WMI_GUID_DISCONNECTED";

/** How many of a hundred, or of a thousand: `2%`, `20permille`. */
export type Rate = `${number}%` | `${number}permille`;

/** A whole number, or a range of them with both ends in it. */
export type CountRange = number | `${number}..${number}` | `${number}..` | `..${number}`;

/** The longest time, or a range of times. */
export type DurationRange = Duration | `${Duration}..${Duration}` | `${Duration}..` | `..${Duration}`;

/** Who records events: an adapter or target, a part of one, a part of the host; or several, with `*` in the name. */
export type ComponentWord<A extends string, T extends string> = A | T | `miniport ${A}` | `${A} firmware` | `${A} flash` | "network" | "host" | "application" | "iscsidsc" | "initiator service" | "key store" | "wmi" | "WMI tool" | "port driver" | `${string}*${string}`;

/** What a fault `F` says, with exactly one of the anchors `K`; where it can have `after`, that alone does as well. */
export type OneAnchor<F, K extends string = Exclude<keyof StoryAnchors, "after" | "mayMiss">> =
  & F
  & (
    | { [V in K & keyof F]: { readonly [W in V]: NonNullable<F[W]> } & { readonly [O in Exclude<K, V>]?: undefined } }[K & keyof F]
    | ("after" extends keyof F ? { readonly after: NonNullable<F["after"]> } & { readonly [O in K]?: undefined } : never)
  );

/** A scenario of a program. `A` is the names of its adapters, `T` those of its targets. */
export interface Story<A extends string = string, T extends string = string> {
  /** What the report calls it. */
  readonly name: string;
  /** What it shows. */
  readonly description?: string | undefined;
  /** Words by which `hbasim test --tag` chooses files. */
  readonly tags?: readonly string[] | undefined;
  /** What all chance follows from; 1 by default. */
  readonly seed?: string | number | undefined;
  /** How long a run may take in simulated time; 1h by default. */
  readonly limit?: Duration | undefined;
  /** The adapters of the host, by what steps call them. */
  readonly adapters: { readonly [Name in A]: StoryAdapter };
  /** The targets at the far end of the network, by what steps call them. */
  readonly targets?: { readonly [Name in T]: StoryTarget } | undefined;
  /** How the network behaves; perfect by default. */
  readonly network?: StoryNetwork<A, T> | undefined;
  /** The host, apart from its adapters. */
  readonly host?: StoryHost | undefined;
  /** What the doings of adapters and targets cost. */
  readonly costs?: StoryCosts | undefined;
  /** Whether a run may hold in which nothing was judged; false by default. */
  readonly allowNothing?: boolean | undefined;
  /** What goes wrong; ordinals and times count from the beginning. */
  readonly faults?: readonly StoryFault<A, T>[] | undefined;
  /** What happens, in order; none only where a run may judge nothing, or invariants are judged. */
  readonly steps: readonly StoryStep<A, T>[];
  /** What must hold from the first moment at which it does, by names; one that never holds fails. */
  readonly invariants?: { readonly [name: string]: {
    /** The key table in an adapter's RAM; empty while it has no power. */
    readonly keyTable?: StoryLookAtKeyTable<A> | undefined;
    /** An adapter's flash part as its firmware would find it if the power went now. */
    readonly flash?: StoryLookAtFlash<A> | undefined;
    /** The durable store of the initiator service. */
    readonly serviceStore?: StoryLookAtServiceStore<A> | undefined;
    /** The sessions of an adapter, or the exchanges of a target. */
    readonly sessions?: StoryLookAtSessions<A, T> | undefined;
  } } | undefined;
}

/** An adapter of the host. `flash` is for `storage: "nvram"` only. */
export interface StoryAdapter {
  /** Where keys are kept. */
  readonly storage: "nvram" | "ram" | "none";
  /** One address for each port. */
  readonly ports: readonly string[];
  /** Whether it knows tunnel mode; true by default. */
  readonly tunnelMode?: boolean | undefined;
  /** How many keys the RAM table holds; 128 by default. */
  readonly keyTableEntries?: number | undefined;
  /** How many sessions there can be at once; 64 by default. */
  readonly sessions?: number | undefined;
  /** The flash part of an adapter with `storage: nvram`; 64 KiB of a W25Q64JV by default. */
  readonly flash?: StoryFlashPart | undefined;
  /** A key store in C, C++ or Rust for an adapter with `storage: nvram`; that of hbasim by default. */
  readonly store?: StoryStore | undefined;
  /** Which security methods its driver implements; complete by default. */
  readonly driver?: "complete" | "sample" | "absent" | undefined;
  /** The longest WMI event that the port driver passes on; 128 by default. */
  readonly eventLimitBytes?: number | undefined;
  /** How many events wait for the host before more are lost; 512 by default. */
  readonly eventCapacity?: number | undefined;
  /** How many datagrams wait for the firmware before more are lost; 256 by default. */
  readonly receiveRingLength?: number | undefined;
  /** Firmware of its own; that of the factory by default. */
  readonly firmware?: {
    /** The file of a firmware in C, C++ or Rust, beside this one: what `hbasim module` and wasm-opt have made of it. */
    readonly module?: string | undefined;
    /** The signed image. */
    readonly image?: string | Uint8Array | undefined;
    /** The Ed25519 key that checks it, 32 bytes. */
    readonly publicKey?: string | Uint8Array | undefined;
  } | undefined;
  /** `tampered` flips a bit of the signed image. */
  readonly image?: "signed" | "tampered" | undefined;
  /** What it proposes, accepts and keeps to in phase 1. */
  readonly policy?: StoryPolicy | undefined;
}

/** When an accident happens: exactly one anchor, or `after` alone. */
export interface StoryAnchors<A extends string = string, T extends string = string> {
  /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
  readonly datagram?: CountRange | "each" | undefined;
  /** At which message of phase 1 from one end to the other. */
  readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
  /** At which program of the adapter's flash, counted from 1: one, a range, or each. */
  readonly flashProgram?: CountRange | "each" | undefined;
  /** At which erase of the adapter's flash, counted from 1: one, a range, or each. */
  readonly flashErase?: CountRange | "each" | undefined;
  /** At which read of the adapter's flash, counted from 1: one, a range, or each. */
  readonly flashRead?: CountRange | "each" | undefined;
  /** At which mailbox command that the firmware takes, counted from 1: one, a range, or each. */
  readonly command?: CountRange | "each" | undefined;
  /** At which doorbell, counted from 1: one, a range, or each. */
  readonly doorbell?: CountRange | "each" | undefined;
  /** At which interrupt, counted from 1: one, a range, or each. */
  readonly interrupt?: CountRange | "each" | undefined;
  /** At which DMA transfer of the adapter, counted from 1: one, a range, or each. */
  readonly dma?: CountRange | "each" | undefined;
  /** At which boot of the adapter, counted from 1: one, a range, or each. */
  readonly boot?: CountRange | "each" | undefined;
  /** At which commit of the service's store, counted from 1: one, a range, or each. */
  readonly commit?: CountRange | "each" | undefined;
  /** At the first event that is so. */
  readonly event?: StoryEvent<A, T> | undefined;
  /** When, since the world began. */
  readonly at?: Duration | undefined;
  /** How long after that, or since the beginning. */
  readonly after?: Duration | `${number}bytes` | undefined;
  /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
  readonly mayMiss?: boolean | undefined;
}

/** What the doings of adapters and targets cost, as far as it is not the default. */
export interface StoryCosts {
  /** From reset to the first instruction; 100us by default. */
  readonly reset?: Duration | undefined;
  /** Verifying the signature of the firmware image; 4.4ms by default. */
  readonly verifySignature?: Duration | undefined;
  /** Hashing one byte of the image at boot; 10cycles by default. */
  readonly hashImageByte?: Duration | undefined;
  /** Taking a command out of the mailbox; 2us by default. */
  readonly dispatch?: Duration | undefined;
  /** Setting up one DMA transfer; 1us by default. */
  readonly dmaSetup?: Duration | undefined;
  /** How many bytes DMA moves in a cycle of 4ns; 4 by default. */
  readonly dmaBytesPerCycle?: number | undefined;
  /** Looking up or changing an entry of the key table; 800ns by default. */
  readonly keyTable?: Duration | undefined;
  /** Writing completion registers and raising the interrupt; 1us by default. */
  readonly completion?: Duration | undefined;
  /** Handling one datagram; 4us by default. */
  readonly packet?: Duration | undefined;
  /** One block of a hash on the hash engine; 400ns by default. */
  readonly hashBlock?: Duration | undefined;
  /** One block of a cipher on the cipher engine; 256ns by default. */
  readonly cipherBlock?: Duration | undefined;
  /** One exponentiation of 1024 and 256 bits on the public-key engine; 2ms by default. */
  readonly exponentiation?: Duration | undefined;
}

/** Which events of a trace are meant: those in which all that is said is so. `*` stands for anything. */
export interface StoryEvent<A extends string = string, T extends string = string> {
  /** Who recorded it, as traces call it. */
  readonly component?: ComponentWord<A, T> | undefined;
  /** Its kind. */
  readonly kind?: "call" | "candidate" | "flash" | "note" | "packet" | "return" | "state" | undefined;
  /** The field of the same name of return and others. */
  readonly to?: ComponentWord<A, T> | undefined;
  /** The field of the same name of return and others. */
  readonly operation?: string | undefined;
  /** How many bytes it has. Packets and flash operations may be shorter than any whole one: faults cut them off, and what keeps a way through an address translation open is one byte. */
  readonly lengthBytes?: CountRange | undefined;
  /** The field of the same name of state and others. */
  readonly detail?: string | undefined;
  /** The field of the same name of candidate and others. */
  readonly rank?: CountRange | undefined;
  /** The field of the same name of candidate and others. */
  readonly source?: string | undefined;
  /** The field of the same name of candidate and others. */
  readonly identity?: string | undefined;
  /** The field of the same name of candidate and others. */
  readonly fingerprint?: string | undefined;
  /** The field of the same name of candidate and others. */
  readonly outcome?: string | undefined;
  /** The field of the same name of flash and others. */
  readonly address?: CountRange | undefined;
  /** The field of the same name of note and others. */
  readonly text?: string | undefined;
  /** The field of the same name of packet and others. */
  readonly direction?: string | undefined;
  /** The field of the same name of packet and others. */
  readonly peer?: string | undefined;
  /** Its status, by any of its names, or its number; or in the words of the trace. */
  readonly status?: string | undefined;
  /** The field of the same name of return and others. */
  readonly call?: CountRange | undefined;
  /** The field of the same name of state and others. */
  readonly state?: string | undefined;
}

/** What may be expected of every step besides its answer. */
export interface StoryExpectations<A extends string = string, T extends string = string> {
  /** How long it may take: at most, or a range. */
  readonly within?: DurationRange | undefined;
  /** From which step on packets and trace are looked at, by its name. */
  readonly since?: string | undefined;
  /** The key table in an adapter's RAM; empty while it has no power. */
  readonly keyTable?: StoryLookAtKeyTable<A> | undefined;
  /** An adapter's flash part as its firmware would find it if the power went now. */
  readonly flash?: StoryLookAtFlash<A> | undefined;
  /** The durable store of the initiator service. */
  readonly serviceStore?: StoryLookAtServiceStore<A> | undefined;
  /** The sessions of an adapter, or the exchanges of a target. */
  readonly sessions?: StoryLookAtSessions<A, T> | undefined;
  /** What was sent from one end to another. */
  readonly packets?: StoryLookAtPackets<A, T> | undefined;
  /** What the trace tells. */
  readonly trace?: StoryLookAtTrace<A, T> | undefined;
}

/** Something that goes wrong: exactly one kind, with the anchor that says when. */
export type StoryFault<A extends string = string, T extends string = string, K extends keyof StoryFaultKinds<A, T> = keyof StoryFaultKinds<A, T>> = {
  readonly [V in K]:
    & { readonly [W in V]: OneAnchor<StoryFaultKinds<A, T>[W]> }
    & { readonly [O in Exclude<keyof StoryFaultKinds<A, T>, V>]?: never };
}[K];

/** What each kind of fault says, and the anchors that it can have; ordinals count from 1. */
export interface StoryFaultKinds<A extends string = string, T extends string = string> {
  /** The power of an adapter off and on again. */
  readonly powerCycle: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** How long power stays off; 100ms by default. */
    readonly off?: Duration | undefined;
  };
  /** The power of an adapter goes. */
  readonly powerOff: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
  };
  /** The power of an adapter comes. */
  readonly powerOn: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
  };
  /** A reset of an adapter: by its driver, of its firmware alone, or of the bus. */
  readonly reset: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Who does it; its driver by default. */
    readonly by?: "driver" | "firmware" | "bus" | undefined;
  };
  /** Surprise removal: from this cycle on all registers read ones, and nobody is told. The driver looks at them when a command is due or its timer of a second runs: a call that waits for the network ends no sooner. */
  readonly unplug: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** After how long it is plugged in again; never by default. */
    readonly for?: Duration | undefined;
  };
  /** The initiator service starts, and then brings its keys to the adapters. */
  readonly startService: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** Of which adapter the operation is, by its name. */
    readonly adapter?: A | undefined;
  };
  /** The initiator service stops in good order. */
  readonly stopService: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** Of which adapter the operation is, by its name. */
    readonly adapter?: A | undefined;
  };
  /** The initiator service ends in this cycle. */
  readonly killService: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** Of which adapter the operation is, by its name. */
    readonly adapter?: A | undefined;
  };
  /** The power of the host off and on again: adapters lose theirs with it. */
  readonly rebootHost: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** Of which adapter the operation is, by its name. */
    readonly adapter?: A | undefined;
    /** How long power stays off; 100ms by default. */
    readonly off?: Duration | undefined;
    /** Whether service and adapters are stopped before the power goes; false by default. */
    readonly orderly?: boolean | undefined;
  };
  /** The link between two ends loses all that is sent. As a fault it has missed if nothing is sent over it until it is whole again, or the run has ended. */
  readonly cutLink: StoryAnchors<A, T> & {
    /** Of which adapter the operation is, by its name. */
    readonly adapter?: A | undefined;
    /** One end: an adapter or target, by its name. */
    readonly from: A | T;
    /** The other end. */
    readonly to: A | T;
    /** After how long it is whole again; never by default. */
    readonly for?: Duration | undefined;
    /** Whether only what goes from the one to the other is lost; false by default. */
    readonly oneWay?: boolean | undefined;
  };
  /** Something of an adapter is damaged: its flash part, or a bit of its key table. It has happened as soon as it is there, but for `retention` and `readDisturb`, which must change a bit, and `keyTableBit`, which needs power. Whether anybody ever reads, programs or erases what is damaged is not asked: what must come of it is for `expect`, as `flash: { badSectors: 1 }` or `trace: { seen: { kind: flash, operation: program failed } }`. */
  readonly damage: StoryAnchors<A, T> & StoryWay<A, T> & {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Bits of a byte turn over now. */
    readonly flip?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
    } | undefined;
    /** Bits of a byte stay at a level for good, from now on. */
    readonly stuck?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
      /** What they read as. */
      readonly level: 0 | 1;
    } | undefined;
    /** Bits of a byte read as they like until they are driven again. */
    readonly weak?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
    } | undefined;
    /** Bits of a range that were programmed lose their charge now, and read 1. */
    readonly retention?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many bits; the seed says which. */
      readonly bits: number;
    } | undefined;
    /** Bits of a range gain charge now by reads of their neighbours, and read 0. */
    readonly readDisturb?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many bits; the seed says which. */
      readonly bits: number;
    } | undefined;
    /** Programs that touch a range fail: half of their bits are not driven. */
    readonly programFailure?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many operations fail; all by default. */
      readonly times?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly reported?: boolean | undefined;
    } | undefined;
    /** Erases of a sector fail: it is left half erased. */
    readonly eraseFailure?: number | {
      /** Its number, from 0. */
      readonly sector: number;
      /** How many operations fail; all by default. */
      readonly times?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly reported?: boolean | undefined;
    } | undefined;
    /** Sectors wear out: each erase beyond the limit fails. Silent ones seem to succeed, but leave bits stuck at 0. */
    readonly endurance?: "reported" | "silent" | {
      /** The limit; that of the data sheet by default. */
      readonly eraseCycles?: number | undefined;
      /** By how much the best sector has more; the seed says which has how much. None by default. */
      readonly spreadPercent?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly failure: "reported" | "silent";
    } | undefined;
    /** Some cells were bad when the part was made: their bits stay at a level. The seed says which. */
    readonly badCells?: number | undefined;
    /** From now on reads disturb their sector: bits gain charge and read 0, the more the more it is worn. */
    readonly disturbingReads?: number | undefined;
    /** From now on programmed bits lose their charge with time, the more the more their sector is worn. */
    readonly chargeLoss?: number | undefined;
    /** The part lies for some time, which counts for charge loss: after 20 years in a fresh sector by default. */
    readonly storage?: number | undefined;
    /** The supply is too low for a while: commands are lost or go elsewhere, and what is driven is left half way. */
    readonly brownOut?: number | {
      /** When it begins; now by default. */
      readonly afterNanoseconds?: number | undefined;
      /** How long it lasts. */
      readonly nanoseconds: number;
    } | undefined;
    /** How the next loss of power leaves a program, where the seed would otherwise decide. */
    readonly programCut?: "clean" | "torn byte" | "any order" | "weak bits" | "disturb" | {
      /** How. */
      readonly cut: "clean" | "torn byte" | "any order" | "weak bits" | "disturb";
      /** How many bits are undecided, anywhere in it, where some are. */
      readonly weakBits?: number | undefined;
    } | undefined;
    /** How the next loss of power leaves an erase, where the elapsed time would otherwise decide. */
    readonly eraseCut?: "not begun" | "half erased" | "weak" | "done" | {
      /** In which phase. */
      readonly cut: "not begun" | "half erased" | "weak" | "done" | {
        /** How many bytes are zero, from the end of what is erased. */
        readonly zeroBytes: number;
      };
      /** How many bits are undecided, anywhere in it, where some are. */
      readonly weakBits?: number | undefined;
    } | undefined;
    /** What the next loss of power leaves of the status register that is written, where the seed would otherwise decide. */
    readonly statusCut?: "old" | "new" | "zeros" | "ones" | "mixed" | undefined;
    /** A bit of the key table in RAM turns over. */
    readonly keyTableBit?: {
      /** Which row: 0 is the group key, 1 the first key that was set. */
      readonly row: number;
      /** Which bit of the row. */
      readonly bit: number;
    } | undefined;
  };
  /** A datagram is lost. */
  readonly lose: StoryWay<A, T> & {
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A datagram comes twice. */
  readonly duplicate: StoryWay<A, T> & {
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A datagram comes late. */
  readonly delay: StoryWay<A, T> & {
    /** How much later. */
    readonly by: Duration;
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A bit of a datagram is flipped on the way. */
  readonly corrupt: StoryWay<A, T> & {
    /** Which bit of the payload; chance says which by default. */
    readonly bit?: number | undefined;
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The end of a datagram is cut off. */
  readonly truncate: StoryWay<A, T> & {
    /** How many bytes arrive. */
    readonly bytes: number;
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A field of a datagram's ISAKMP header is changed on the way. */
  readonly mutate: StoryWay<A, T> & {
    /** Which field of the ISAKMP header. */
    readonly field: "initiatorCookie" | "responderCookie" | "nextPayload" | "version" | "exchangeType" | "flags" | "messageId" | "length";
    /** What it says then. */
    readonly value: number;
    /** At which datagram from one end to the other, counted from 1: one, a range, or each. */
    readonly datagram?: CountRange | "each" | undefined;
    /** At which message of phase 1 from one end to the other. */
    readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The host does not hear of an interrupt. */
  readonly loseInterrupt: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** At which interrupt, counted from 1: one, a range, or each. */
    readonly interrupt?: CountRange | "each" | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The host hears late of an interrupt. */
  readonly lateInterrupt: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** How much later. */
    readonly by: Duration;
    /** At which interrupt, counted from 1: one, a range, or each. */
    readonly interrupt?: CountRange | "each" | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The adapter does not hear of a doorbell. */
  readonly loseDoorbell: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** At which doorbell, counted from 1: one, a range, or each. */
    readonly doorbell?: CountRange | "each" | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A bit of a DMA transfer turns over on the way. */
  readonly corruptDma: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Which bit of the transfer; the first by default. */
    readonly bit?: number | undefined;
    /** At which DMA transfer of the adapter, counted from 1: one, a range, or each. */
    readonly dma?: CountRange | "each" | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The bus refuses a DMA transfer. */
  readonly refuseDma: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** At which DMA transfer of the adapter, counted from 1: one, a range, or each. */
    readonly dma?: CountRange | "each" | undefined;
    /** Whether it is all right that it never happens, or not at all of its ordinals, or in vain; false by default. */
    readonly mayMiss?: boolean | undefined;
  };
}

/** Something that is wrong with a flash part from the beginning: exactly one kind. */
export type StoryFlashFault<K extends keyof StoryFlashFaultKinds = keyof StoryFlashFaultKinds> = {
  readonly [V in K]:
    & Pick<StoryFlashFaultKinds, V>
    & { readonly [O in Exclude<keyof StoryFlashFaultKinds, V>]?: never };
}[K];

/** What each kind of fault of a flash part says. */
export interface StoryFlashFaultKinds {
  /** Bits of a byte turn over now. */
  readonly flip: {
    /** Address of the byte. */
    readonly address: number;
    /** The bits, as a mask. */
    readonly mask: number;
  };
  /** Bits of a byte stay at a level for good, from now on. */
  readonly stuck: {
    /** Address of the byte. */
    readonly address: number;
    /** The bits, as a mask. */
    readonly mask: number;
    /** What they read as. */
    readonly level: 0 | 1;
  };
  /** Bits of a byte read as they like until they are driven again. */
  readonly weak: {
    /** Address of the byte. */
    readonly address: number;
    /** The bits, as a mask. */
    readonly mask: number;
  };
  /** Bits of a range that were programmed lose their charge now, and read 1. */
  readonly retention: {
    /** Where the range begins. */
    readonly address: number;
    /** How many bytes it has. */
    readonly lengthBytes: number;
    /** How many bits; the seed says which. */
    readonly bits: number;
  };
  /** Bits of a range gain charge now by reads of their neighbours, and read 0. */
  readonly readDisturb: {
    /** Where the range begins. */
    readonly address: number;
    /** How many bytes it has. */
    readonly lengthBytes: number;
    /** How many bits; the seed says which. */
    readonly bits: number;
  };
  /** Programs that touch a range fail: half of their bits are not driven. */
  readonly programFailure: {
    /** Where the range begins. */
    readonly address: number;
    /** How many bytes it has. */
    readonly lengthBytes: number;
    /** How many operations fail; all by default. */
    readonly times?: number | undefined;
    /** Whether the status register tells, on parts that have fail bits. */
    readonly reported?: boolean | undefined;
  };
  /** Erases of a sector fail: it is left half erased. */
  readonly eraseFailure: number | {
    /** Its number, from 0. */
    readonly sector: number;
    /** How many operations fail; all by default. */
    readonly times?: number | undefined;
    /** Whether the status register tells, on parts that have fail bits. */
    readonly reported?: boolean | undefined;
  };
  /** Sectors wear out: each erase beyond the limit fails. Silent ones seem to succeed, but leave bits stuck at 0. */
  readonly endurance: "reported" | "silent" | {
    /** The limit; that of the data sheet by default. */
    readonly eraseCycles?: number | undefined;
    /** By how much the best sector has more; the seed says which has how much. None by default. */
    readonly spreadPercent?: number | undefined;
    /** Whether the status register tells, on parts that have fail bits. */
    readonly failure: "reported" | "silent";
  };
  /** Some cells were bad when the part was made: their bits stay at a level. The seed says which. */
  readonly badCells: number;
  /** From now on reads disturb their sector: bits gain charge and read 0, the more the more it is worn. */
  readonly disturbingReads: number;
  /** From now on programmed bits lose their charge with time, the more the more their sector is worn. */
  readonly chargeLoss: number;
  /** The part lies for some time, which counts for charge loss: after 20 years in a fresh sector by default. */
  readonly storage: number;
  /** The supply is too low for a while: commands are lost or go elsewhere, and what is driven is left half way. */
  readonly brownOut: number | {
    /** When it begins; now by default. */
    readonly afterNanoseconds?: number | undefined;
    /** How long it lasts. */
    readonly nanoseconds: number;
  };
  /** How the next loss of power leaves a program, where the seed would otherwise decide. */
  readonly programCut: "clean" | "torn byte" | "any order" | "weak bits" | "disturb" | {
    /** How. */
    readonly cut: "clean" | "torn byte" | "any order" | "weak bits" | "disturb";
    /** How many bits are undecided, anywhere in it, where some are. */
    readonly weakBits?: number | undefined;
  };
  /** How the next loss of power leaves an erase, where the elapsed time would otherwise decide. */
  readonly eraseCut: "not begun" | "half erased" | "weak" | "done" | {
    /** In which phase. */
    readonly cut: "not begun" | "half erased" | "weak" | "done" | {
      /** How many bytes are zero, from the end of what is erased. */
      readonly zeroBytes: number;
    };
    /** How many bits are undecided, anywhere in it, where some are. */
    readonly weakBits?: number | undefined;
  };
  /** What the next loss of power leaves of the status register that is written, where the seed would otherwise decide. */
  readonly statusCut: "old" | "new" | "zeros" | "ones" | "mixed";
}

/** A flash part: one by its name, and in what it differs from that. Sizes in bytes. */
export interface StoryFlashPart {
  /** Which part; W25Q64JV by default. */
  readonly part?: "W25Q64JV" | "BY25Q64AS" | "MX25V1635F" | "S25HL512T" | "M25P64" | "STM32L4" | "STM32H743" | undefined;
  /** How many sectors of it the key store has. */
  readonly sectors?: number | undefined;
  /** Smallest unit of erasing, in bytes. */
  readonly sectorBytes?: number | undefined;
  /** Largest unit of programming, in bytes. */
  readonly pageBytes?: number | undefined;
  /** Smallest unit of programming, in bytes; with more than one it takes one program between erases. */
  readonly programBytes?: 1 | 2 | 4 | 8 | 16 | 32 | undefined;
  /** Unit of the block erase, in sectors. */
  readonly blockSectors?: number | undefined;
  /** What an erased byte reads as. */
  readonly erasedValue?: 0 | 255 | undefined;
  /** Erases that the sheet promises for a sector. */
  readonly enduranceCycles?: number | undefined;
  /** Whether its status tells of a program or erase that failed. */
  readonly failBits?: boolean | undefined;
  /** Which column of the data sheet, or times of its own; typical by default. `drawn` follows wear, within 10 %. */
  readonly timing?: "typical" | "maximum" | "drawn" | {
    /** Which column counts; typical by default. */
    readonly column?: "typical" | "maximum" | "drawn" | undefined;
    /** One byte on the read bus. */
    readonly readByte?: Duration | undefined;
    /** Command and address of a read. */
    readonly readSetup?: Duration | undefined;
    /** The first byte of a page program. */
    readonly programFirstByte?: Duration | {
      /** At 25 degrees Celsius in a fresh part. */
      readonly typical: Duration;
      /** Over the whole range of operation and life. */
      readonly maximum: Duration;
    } | undefined;
    /** Each further byte of a page program. */
    readonly programNextByte?: Duration | {
      /** At 25 degrees Celsius in a fresh part. */
      readonly typical: Duration;
      /** Over the whole range of operation and life. */
      readonly maximum: Duration;
    } | undefined;
    /** No page program takes longer. */
    readonly programPage?: Duration | {
      /** At 25 degrees Celsius in a fresh part. */
      readonly typical: Duration;
      /** Over the whole range of operation and life. */
      readonly maximum: Duration;
    } | undefined;
    /** A sector erase. */
    readonly eraseSector?: Duration | {
      /** At 25 degrees Celsius in a fresh part. */
      readonly typical: Duration;
      /** Over the whole range of operation and life. */
      readonly maximum: Duration;
    } | undefined;
    /** A block erase. */
    readonly eraseBlock?: Duration | {
      /** At 25 degrees Celsius in a fresh part. */
      readonly typical: Duration;
      /** Over the whole range of operation and life. */
      readonly maximum: Duration;
    } | undefined;
  } | undefined;
  /** What becomes of commands that it ignores, as while it is busy; an error by default. */
  readonly misuse?: "error" | "ignored" | undefined;
  /** What is wrong with it from the beginning. */
  readonly faults?: readonly StoryFlashFault[] | undefined;
}

/** The host, apart from its adapters. */
export interface StoryHost {
  /** Whether the initiator service starts with the host; running by default. */
  readonly service?: "running" | "stopped" | undefined;
  /** What the service does with a cache that somebody else has filled; keep by default. */
  readonly foreignCaches?: "keep" | "clear" | undefined;
  /** DefaultSecurityBitmap: the flags of a login that says nothing of them; none by default. */
  readonly defaultSecurityFlags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
  /** The machine's key for the secrets in the service's store, 32 bytes; a fixed one by default. */
  readonly sealingKey?: string | Uint8Array | undefined;
  /** What the host's doings cost. */
  readonly costs?: StoryHostCosts | undefined;
  /** How long the host waits. */
  readonly timeouts?: StoryHostTimeouts | undefined;
}

/** What the host's doings cost, as far as it is not the default. */
export interface StoryHostCosts {
  /** A local procedure call from the application to the service, one way; 20us by default. */
  readonly rpc?: Duration | undefined;
  /** The service's own work for one request to one adapter; 10us by default. */
  readonly service?: Duration | undefined;
  /** One transaction of the service's store; 5ms by default. */
  readonly storeCommit?: Duration | undefined;
  /** Kernel WMI, from the system call to the driver; 5us by default. */
  readonly wmiDispatch?: Duration | undefined;
  /** The port driver, building and starting a request; 2us by default. */
  readonly portDriver?: Duration | undefined;
  /** The miniport, checking and marshalling a request; 2us by default. */
  readonly miniport?: Duration | undefined;
  /** One read or write of an adapter register; 400ns by default. */
  readonly registerAccess?: Duration | undefined;
  /** From the interrupt line to the driver's routine; 4us by default. */
  readonly interrupt?: Duration | undefined;
}

/** How long the host waits, as far as it is not the default. */
export interface StoryHostTimeouts {
  /** A mailbox command, before the adapter is reset; 60s by default. */
  readonly mailbox?: Duration | undefined;
  /** Between two looks whether the adapter is there while it is asked for something; 10ms by default. */
  readonly presencePoll?: Duration | undefined;
  /** The same while it is asked for nothing; 1s by default. */
  readonly presenceTimer?: Duration | undefined;
  /** The port driver's timer for a request; 30s by default. */
  readonly request?: Duration | undefined;
  /** The port driver's timer for a login; 360s by default. */
  readonly login?: Duration | undefined;
  /** From a busy answer to the next attempt; 250ms by default. */
  readonly busyRetry?: Duration | undefined;
  /** How often a busy request is tried again; 20 by default. */
  readonly busyRetries?: number | undefined;
  /** The end of a process, for a request that its driver does not complete; 5min by default. */
  readonly cancelledRequest?: Duration | undefined;
  /** Between two looks at the adapter during its boot; 10ms by default. */
  readonly bootPoll?: Duration | undefined;
  /** How long a boot may take; 30s by default. */
  readonly boot?: Duration | undefined;
  /** Between two looks at the reset bits; 1s by default. */
  readonly resetPoll?: Duration | undefined;
  /** How long a reset may take; 30s by default. */
  readonly softReset?: Duration | undefined;
  /** How many resets more are tried before the adapter is given up; 2 by default. */
  readonly resetRetries?: number | undefined;
  /** How long an application waits for the service; 600s by default. */
  readonly rpc?: Duration | undefined;
  /** From the start of the service to its answering; 500ms by default. */
  readonly serviceStart?: Duration | undefined;
  /** How long an adapter may say goodbye to its peers before its power goes; 100ms by default. */
  readonly firmwareStop?: Duration | undefined;
  /** How long the service may take to stop; 20s by default. */
  readonly serviceStop?: Duration | undefined;
}

/** What must be found in the flash of an adapter, as a boot would find it. */
export interface StoryLookAtFlash<A extends string = string> {
  /** The adapter, by its name. */
  readonly adapter: A;
  /** Whose key: an identifier, or any for the group key; all but that by default. */
  readonly id?: string | undefined;
  /** Of which port; whichever by default. */
  readonly port?: "all" | number | undefined;
  /** The key, or several of which it is one; whichever by default. */
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Its flags; whichever by default. */
  readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
  /** How many there must be; 1.. by default, and 0 for none. */
  readonly count?: CountRange | undefined;
  /** How many records there must be, of keys and of all else. */
  readonly records?: CountRange | undefined;
  /** How many programs the part must have seen. */
  readonly programs?: CountRange | undefined;
  /** How many sector erases the part must have seen. */
  readonly erases?: CountRange | undefined;
  /** How many sectors must have been given up. */
  readonly badSectors?: CountRange | undefined;
}

/** What must be found in the key table of an adapter. */
export interface StoryLookAtKeyTable<A extends string = string> {
  /** The adapter, by its name. */
  readonly adapter: A;
  /** Whose key: an identifier, or any for the group key; all but that by default. */
  readonly id?: string | undefined;
  /** Of which port; whichever by default. */
  readonly port?: "all" | number | undefined;
  /** The key, or several of which it is one; whichever by default. */
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Its flags; whichever by default. */
  readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
  /** How many there must be; 1.. by default, and 0 for none. */
  readonly count?: CountRange | undefined;
}

/** What must have been sent from one end to another. */
export interface StoryLookAtPackets<A extends string = string, T extends string = string> {
  /** The sender: an adapter or target, by its name. */
  readonly from: A | T;
  /** The receiver. */
  readonly to: A | T;
  /** Which message of phase 1; whichever by default. */
  readonly message?: `main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}` | undefined;
  /** A notification in it (`hbasim help notifications`); whichever by default. */
  readonly notify?: "INVALID-PAYLOAD-TYPE" | "DOI-NOT-SUPPORTED" | "SITUATION-NOT-SUPPORTED" | "INVALID-COOKIE" | "INVALID-MAJOR-VERSION" | "INVALID-MINOR-VERSION" | "INVALID-EXCHANGE-TYPE" | "INVALID-FLAGS" | "INVALID-MESSAGE-ID" | "INVALID-PROTOCOL-ID" | "INVALID-SPI" | "INVALID-TRANSFORM-ID" | "ATTRIBUTES-NOT-SUPPORTED" | "NO-PROPOSAL-CHOSEN" | "BAD-PROPOSAL-SYNTAX" | "PAYLOAD-MALFORMED" | "INVALID-KEY-INFORMATION" | "INVALID-ID-INFORMATION" | "INVALID-HASH-INFORMATION" | "AUTHENTICATION-FAILED" | "ADDRESS-NOTIFICATION" | "NOTIFY-SA-LIFETIME" | "UNSUPPORTED-EXCHANGE-TYPE" | "UNEQUAL-PAYLOAD-LENGTHS" | "RESPONDER-LIFETIME" | "REPLAY-STATUS" | "INITIAL-CONTACT" | "R-U-THERE" | "R-U-THERE-ACK" | undefined;
  /** Whether it was encrypted; either by default. */
  readonly encrypted?: boolean | undefined;
  /** How many there must be; 1.. by default, and 0 for none. */
  readonly count?: CountRange | undefined;
}

/** What must be found in the store of the initiator service. */
export interface StoryLookAtServiceStore<A extends string = string> {
  /** Of which adapter, by its name; of all by default. */
  readonly adapter?: A | undefined;
  /** Whose key: an identifier, or any for the group key; all but that by default. */
  readonly id?: string | undefined;
  /** Of which port; whichever by default. */
  readonly port?: "all" | number | undefined;
  /** The key, or several of which it is one; whichever by default. */
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Its flags; whichever by default. */
  readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
  /** How many there must be; 1.. by default, and 0 for none. */
  readonly count?: CountRange | undefined;
}

/** What must be found of sessions, at either end. */
export interface StoryLookAtSessions<A extends string = string, T extends string = string> {
  /** The adapter or target, by its name. */
  readonly of: A | T;
  /** The other end, by its name; whichever by default. */
  readonly with?: A | T | undefined;
  /** Their state; whichever by default. */
  readonly state?: "negotiating" | "established" | undefined;
  /** The mode of phase 1, known from its first message on, so that exchanges count that are never established; whichever by default. */
  readonly mode?: "main" | "aggressive" | undefined;
  /** What was agreed on, known once the end that is looked at has chosen it or heard of the choice (message 1 or 2); whichever by default. */
  readonly suite?: string | undefined;
  /** How many there must be; 1.. by default, and 0 for none. */
  readonly count?: CountRange | undefined;
}

/** What the trace must tell: one of the three. */
export interface StoryLookAtTrace<A extends string = string, T extends string = string> {
  /** An event that must have happened. */
  readonly seen?: StoryEvent<A, T> | undefined;
  /** Or one that must not. */
  readonly never?: StoryEvent<A, T> | undefined;
  /** Or two, of which the first one of the first kind must have come first. */
  readonly before?: readonly StoryEvent<A, T>[] | undefined;
}

/** What the network does with what is sent. Without a field: no faults, and 50us. */
export interface StoryNetwork<A extends string = string, T extends string = string> {
  /** How long a datagram is on its way; 50us by default. */
  readonly latency?: Duration | undefined;
  /** How much longer at most. */
  readonly jitter?: Duration | undefined;
  /** How many datagrams are lost. */
  readonly loss?: Rate | undefined;
  /** How many datagrams come twice. */
  readonly duplicates?: Rate | undefined;
  /** Of how many datagrams a bit is flipped on the way. */
  readonly corruption?: Rate | undefined;
  /** How many datagrams are held back, so that later ones overtake them. */
  readonly reorders?: Rate | undefined;
  /** How long they are held back. */
  readonly reorderDelay?: Duration | undefined;
  /** What is otherwise on the way from one end to another, as `hba0 > disk`; what is not said is as on all links. */
  readonly links?: { readonly [Name in `${A | T} > ${A | T}`]?: {
    /** How long a datagram is on its way; 50us by default. */
    readonly latency?: Duration | undefined;
    /** How much longer at most. */
    readonly jitter?: Duration | undefined;
    /** How many datagrams are lost. */
    readonly loss?: Rate | undefined;
    /** How many datagrams come twice. */
    readonly duplicates?: Rate | undefined;
    /** Of how many datagrams a bit is flipped on the way. */
    readonly corruption?: Rate | undefined;
    /** How many datagrams are held back, so that later ones overtake them. */
    readonly reorders?: Rate | undefined;
    /** How long they are held back. */
    readonly reorderDelay?: Duration | undefined;
  } } | undefined;
}

/** What a call may come to: a status, or `any`, which judges nothing. */
export type StoryOutcome = "any" | IsdscWord | Win32Word | number;

/** What a setting may come to: an outcome, or `old or new` if it may be interrupted. */
export type StoryOutcomeOfASetting = "any" | "old or new" | IsdscWord | Win32Word | number;

/** What an end proposes, accepts and keeps to in phase 1: a daemon by its name, or fields. */
export type StoryPolicy = "strongswan" | "libreswan" | "racoon" | "windows" | {
  /** The daemon whose figures all others are that are not given; those of hbasim by default. */
  readonly like?: "strongswan" | "libreswan" | "racoon" | "windows" | undefined;
  /** What it proposes or accepts, in order of preference. */
  readonly suites?: readonly string[] | undefined;
  /** The modes that it begins or answers. */
  readonly modes?: readonly ("main" | "aggressive")[] | undefined;
  /** The numbers of proposal and transforms in an offer. */
  readonly numbering?: {
    /** That of the proposal. */
    readonly proposal: number;
    /** That of the first transform; the others follow. */
    readonly firstTransform: number;
  } | undefined;
  /** The order of attributes in a transform, each once; seconds and kilobytes are lifetimes. */
  readonly attributeOrder?: readonly ("encryption" | "keyLength" | "hash" | "group" | "authentication" | "seconds" | "kilobytes")[] | undefined;
  /** How a life duration is laid out: in two bytes if it fits, or always in four with their length. */
  readonly durationForm?: "shortest" | "four bytes" | undefined;
  /** How a responder returns what it chose: byte for byte, or in its own order and form. */
  readonly choice?: "unchanged" | "encoded anew" | undefined;
  /** Proposed lifetime, and the longest that it keeps to. */
  readonly lifetime?: Duration | undefined;
  /** Proposed lifetime in kilobytes, or none. */
  readonly lifetimeKilobytes?: "none" | number | undefined;
  /** Length of its nonces in bytes. */
  readonly nonceBytes?: number | undefined;
  /** How long before its end an association is keyed anew. */
  readonly rekeyMargin?: Duration | undefined;
  /** How it repeats what is not answered: a schedule by its name, or the waits one after the other. */
  readonly retransmission?: "doubling" | "strongSwan" | "libreswan" | "racoon" | "windows" | readonly Duration[] | undefined;
  /** How many exchanges that peers began may be half open at once. */
  readonly halfOpenLimit?: number | undefined;
  /** How many of them may be of one address; and how many it begins at once with one. */
  readonly halfOpenPerAddress?: number | undefined;
  /** How long a responder waits in main mode for the next message. */
  readonly halfOpen?: Duration | undefined;
  /** When it asks a silent peer whether it is there, or none if it asks nobody. */
  readonly deadPeerDetection?: "none" | {
    /** Silence before the first question. */
    readonly idle: Duration;
    /** Wait for an answer before the next. */
    readonly retry: Duration;
    /** How many questions go unanswered before the association is given up. */
    readonly attempts: number;
  } | undefined;
  /** Whether address translators are detected. */
  readonly natTraversal?: boolean | undefined;
  /** Whether it takes messages in fragments, and announces that. */
  readonly fragmentation?: boolean | undefined;
  /** How it says INITIAL-CONTACT with the first association to a peer. */
  readonly initialContact?: "never" | "message 5" | "last message" | "informational" | undefined;
  /** Whether message 3 of aggressive mode is encrypted. */
  readonly encryptConfirmation?: boolean | undefined;
  /** What follows the last payload of an encrypted message: as few zeros as fill the block, at least one, or random bytes. */
  readonly padding?: "least" | "at least one" | "random" | undefined;
  /** Whether messages that are not encrypted are filled up to whole words of four bytes. */
  readonly wholeWords?: boolean | undefined;
  /** Vendor ids in order, in place of those of dead peer detection and NAT traversal. */
  readonly vendorIds?: readonly ("dead peer detection" | "RFC 3947" | "draft-ietf-ipsec-nat-t-ike-00" | "draft-ietf-ipsec-nat-t-ike-01" | "draft-ietf-ipsec-nat-t-ike-02" | "draft-ietf-ipsec-nat-t-ike-02 with line feed" | "draft-ietf-ipsec-nat-t-ike-03" | "draft-ietf-ipsec-nat-t-ike-07" | "draft-ietf-ipsec-nat-t-ike-08" | "fragmentation" | "fragmentation of phase 1" | "XAUTH" | "Cisco Unity" | "IKE CGA version 1" | "MS-Negotiation Discovery Capable" | "Vid-Initial-Contact" | "MS NT5 ISAKMPOAKLEY 9" | "Windows client" | "strongSwan" | string)[] | undefined;
  /** Vendor ids of a responder, if they are others; of a list within, the first that the peer has announced. */
  readonly answeredVendorIds?: readonly ("dead peer detection" | "RFC 3947" | "draft-ietf-ipsec-nat-t-ike-00" | "draft-ietf-ipsec-nat-t-ike-01" | "draft-ietf-ipsec-nat-t-ike-02" | "draft-ietf-ipsec-nat-t-ike-02 with line feed" | "draft-ietf-ipsec-nat-t-ike-03" | "draft-ietf-ipsec-nat-t-ike-07" | "draft-ietf-ipsec-nat-t-ike-08" | "fragmentation" | "fragmentation of phase 1" | "XAUTH" | "Cisco Unity" | "IKE CGA version 1" | "MS-Negotiation Discovery Capable" | "Vid-Initial-Contact" | "MS NT5 ISAKMPOAKLEY 9" | "Windows client" | "strongSwan" | string | readonly ("dead peer detection" | "RFC 3947" | "draft-ietf-ipsec-nat-t-ike-00" | "draft-ietf-ipsec-nat-t-ike-01" | "draft-ietf-ipsec-nat-t-ike-02" | "draft-ietf-ipsec-nat-t-ike-02 with line feed" | "draft-ietf-ipsec-nat-t-ike-03" | "draft-ietf-ipsec-nat-t-ike-07" | "draft-ietf-ipsec-nat-t-ike-08" | "fragmentation" | "fragmentation of phase 1" | "XAUTH" | "Cisco Unity" | "IKE CGA version 1" | "MS-Negotiation Discovery Capable" | "Vid-Initial-Contact" | "MS NT5 ISAKMPOAKLEY 9" | "Windows client" | "strongSwan" | string)[])[] | undefined;
  /** What of real peers is let pass. */
  readonly tolerances?: {
    /** Identifications with protocol 17 and port 0 are taken; false by default. */
    readonly identificationPortZero?: boolean | undefined;
    /** A name does as the initiator's identification in main mode; true by default. */
    readonly nameInMainMode?: boolean | undefined;
    /** Reserved bytes need not be zero; false by default. */
    readonly reservedBytes?: boolean | undefined;
  } | undefined;
};

/** How often a step is taken. */
export type StoryRepetition = number | {
  /** How often. */
  readonly times: number;
  /** From the beginning of one to that of the next. */
  readonly every?: Duration | undefined;
};

/** A status: a name of iscsierr.h, with or without `ISDSC_`, or a number. */
export type StoryStatus = IsdscWord | number;

/** The status of a call: an ISDSC status, a Win32 error by its name in winerror.h, or a number. */
export type StoryStatusOfACall = IsdscWord | Win32Word | number;

/** The status of a call past the API: an ISDSC status, a number, or `any` for whatever comes back. */
export type StoryStatusOfARawCall = "any" | IsdscWord | number;

/** A step: exactly one verb, and what concerns the step beside it. `K` is the verbs. */
export type StoryStep<A extends string = string, T extends string = string, K extends keyof StoryStepKinds<A, T> = keyof StoryStepKinds<A, T>> = {
  readonly [V in K]:
    & Pick<StoryStepKinds<A, T>, V>
    & StoryStepWords<A, T>
    & StoryStepOthers<A, T>[V]
    & { readonly [O in Exclude<keyof StoryStepKinds<A, T>, V | keyof StoryStepOthers<A, T>[V]>]?: never };
}[K];

/** What each verb is given. */
export interface StoryStepKinds<A extends string = string, T extends string = string> {
  /** SetIScsiIKEInfo: sets a preshared key. */
  readonly setKey: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** The port; all by default. */
    readonly port?: "all" | number | undefined;
    /** Whose key it is: the identifier of the peer. */
    readonly id: string;
    /** The key. */
    readonly key: string | Uint8Array;
    /** The security flags. */
    readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
    /** Whether it is kept beyond the next start; true by default. */
    readonly persist?: boolean | undefined;
  };
  /** GetIScsiIKEInfo: asks for a key; the answer holds everything but the key. */
  readonly getKey: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** The port; all by default. */
    readonly port?: "all" | number | undefined;
    /** Whose key it is: the identifier of the peer. */
    readonly id: string;
  };
  /** SetIScsiGroupPresharedKey: sets the key of peers without one of their own, at every adapter of the host. */
  readonly setGroupKey: {
    /** The key. */
    readonly key: string | Uint8Array;
    /** Whether it is kept beyond the next start; true by default. */
    readonly persist?: boolean | undefined;
  };
  /** SetIScsiTunnelModeOuterAddress: sets the outer address of tunnels to a destination. */
  readonly setTunnelAddress: {
    /** The adapter, by its name; all by default. */
    readonly adapter?: A | undefined;
    /** The port; all by default. */
    readonly port?: "all" | number | undefined;
    /** The address of the peer. */
    readonly destination: string;
    /** The address of the tunnel's end. */
    readonly outer: string;
    /** Whether it is kept beyond the next start; true by default. */
    readonly persist?: boolean | undefined;
  };
  /** LoginIScsiTarget, as far as phase 1, with MULTIPATH_ENABLED: a target may have many sessions. */
  readonly login: {
    /** The adapter, by its name; the service chooses by default. */
    readonly adapter?: A | undefined;
    /** The initiator's port; the service chooses by default. */
    readonly port?: "all" | number | undefined;
    /** The target, by its name. */
    readonly target: T;
    /** The security flags. */
    readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
    /** A key for this login alone. */
    readonly key?: string | Uint8Array | undefined;
    /** Whether the adapter saves it, to log in at each start from the next one on; false by default. */
    readonly persistent?: boolean | undefined;
  };
  /** AddIScsiConnection: one more connection of a session, through the same portal. */
  readonly addConnection: {
    /** The login, by the name that stands beside it. */
    readonly session: string;
    /** The security flags. */
    readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
    /** A key for the portal's address. */
    readonly key?: string | Uint8Array | undefined;
  };
  /** LogoutIScsiTarget: ends a session. */
  readonly logout: {
    /** The login, by the name that stands beside it. */
    readonly session: string;
  };
  /** RemoveIScsiPersistentTarget: no start logs in there any more. Sessions stay. */
  readonly removePersistentLogin: {
    /** The adapter that has saved it, by its name. */
    readonly adapter: A;
    /** The port; all by default. */
    readonly port?: "all" | number | undefined;
    /** The target, by its name. */
    readonly target: T;
  };
  /** ReportIScsiInitiatorList: the adapters that the service knows, in order of arrival. */
  readonly listInitiators: Readonly<Record<never, never>>;
  /** GetIScsiSessionList: the sessions of all adapters. */
  readonly listSessions: Readonly<Record<never, never>>;
  /** ReportIScsiPersistentLogins: the logins that adapters have saved. */
  readonly listPersistentLogins: Readonly<Record<never, never>>;
  /** A WMI buffer as a management tool would send it. */
  readonly wmi: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** The method of MSiSCSI_SecurityConfigOperations. */
    readonly method: "SetPresharedKeyForId" | "GetPresharedKeyForId" | "SetGroupPresharedKey" | "SetTunnelModeOuterAddress" | "ClearCache" | "SetGenerationalGuid" | number;
    /** The fields of its IN structure. */
    readonly in?: {
      /** The port; all by default. */
      readonly PortNumber?: "all" | number | undefined;
      /** The flags; none by default. */
      readonly SecurityFlags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
      /** The identification type of RFC 2407 §4.6.2.1; 1, an IPv4 address, by default. */
      readonly IdType?: number | undefined;
      /** What is said to be the length of Id; its length by default. */
      readonly IdSize?: number | undefined;
      /** What is said to be the length of Key; its length by default. */
      readonly KeySize?: number | undefined;
      /** The bytes of the identifier; none by default. */
      readonly Id?: string | Uint8Array | undefined;
      /** The bytes of the key; none by default. */
      readonly Key?: string | Uint8Array | undefined;
      /** Whom the traffic is for. */
      readonly DestinationAddress?: string | undefined;
      /** The security gateway. */
      readonly TunnelModeOuterAddress?: string | undefined;
      /** 16 bytes. */
      readonly GenerationalGuid?: string | Uint8Array | undefined;
    } | undefined;
    /** Or the input buffer; empty by default. */
    readonly hex?: string | Uint8Array | undefined;
    /** How many bytes the output has room for: STATUS_BUFFER_TOO_SMALL if it is longer; as many as it has by default. */
    readonly outputBytes?: number | undefined;
  };
  /** A command to the adapter's mailbox, past WMI and the service. */
  readonly mailbox: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** A name or code of the hardware manual: `hbasim help mailboxCommands`. */
    readonly command: keyof typeof MailboxCommand | number;
    /** The request, as the manual lays it out; empty by default. */
    readonly hex?: string | Uint8Array | undefined;
    /** How many bytes the response has room for; none by default. */
    readonly responseBytes?: number | undefined;
    /** Mailbox 1 of commands without a request. */
    readonly parameter?: number | undefined;
  };
  /** Reads a register as a driver does, or writes it. */
  readonly register: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** The register that is read. */
    readonly read?: "MAILBOX0" | "MAILBOX1" | "MAILBOX2" | "MAILBOX3" | "MAILBOX4" | "MAILBOX5" | "MAILBOX6" | "MAILBOX7" | "CONTROL_STATUS" | "INTERRUPT_MASK" | undefined;
    /** Or the register that is written. */
    readonly write?: "MAILBOX0" | "MAILBOX1" | "MAILBOX2" | "MAILBOX3" | "MAILBOX4" | "MAILBOX5" | "MAILBOX6" | "MAILBOX7" | "CONTROL_STATUS" | "INTERRUPT_MASK" | undefined;
    /** What is written. */
    readonly value?: number | undefined;
  };
  /** The power of an adapter off and on again. */
  readonly powerCycle: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** How long power stays off; 100ms by default. */
    readonly off?: Duration | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The power of an adapter goes. */
  readonly powerOff: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The power of an adapter comes. */
  readonly powerOn: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** A reset of an adapter: by its driver, of its firmware alone, or of the bus. */
  readonly reset: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Who does it; its driver by default. */
    readonly by?: "driver" | "firmware" | "bus" | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** Surprise removal: from this cycle on all registers read ones, and nobody is told. The driver looks at them when a command is due or its timer of a second runs: a call that waits for the network ends no sooner. */
  readonly unplug: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** After how long it is plugged in again; never by default. */
    readonly for?: Duration | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The initiator service starts, and then brings its keys to the adapters. */
  readonly startService: {
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The initiator service stops in good order. */
  readonly stopService: {
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The initiator service ends in this cycle. */
  readonly killService: {
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The power of the host off and on again: adapters lose theirs with it. */
  readonly rebootHost: {
    /** How long power stays off; 100ms by default. */
    readonly off?: Duration | undefined;
    /** Whether service and adapters are stopped before the power goes; false by default. */
    readonly orderly?: boolean | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** The link between two ends loses all that is sent. As a fault it has missed if nothing is sent over it until it is whole again, or the run has ended. */
  readonly cutLink: {
    /** One end: an adapter or target, by its name. */
    readonly from: A | T;
    /** The other end. */
    readonly to: A | T;
    /** After how long it is whole again; never by default. */
    readonly for?: Duration | undefined;
    /** Whether only what goes from the one to the other is lost; false by default. */
    readonly oneWay?: boolean | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** Something of an adapter is damaged: its flash part, or a bit of its key table. It has happened as soon as it is there, but for `retention` and `readDisturb`, which must change a bit, and `keyTableBit`, which needs power. Whether anybody ever reads, programs or erases what is damaged is not asked: what must come of it is for `expect`, as `flash: { badSectors: 1 }` or `trace: { seen: { kind: flash, operation: program failed } }`. */
  readonly damage: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** Bits of a byte turn over now. */
    readonly flip?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
    } | undefined;
    /** Bits of a byte stay at a level for good, from now on. */
    readonly stuck?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
      /** What they read as. */
      readonly level: 0 | 1;
    } | undefined;
    /** Bits of a byte read as they like until they are driven again. */
    readonly weak?: {
      /** Address of the byte. */
      readonly address: number;
      /** The bits, as a mask. */
      readonly mask: number;
    } | undefined;
    /** Bits of a range that were programmed lose their charge now, and read 1. */
    readonly retention?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many bits; the seed says which. */
      readonly bits: number;
    } | undefined;
    /** Bits of a range gain charge now by reads of their neighbours, and read 0. */
    readonly readDisturb?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many bits; the seed says which. */
      readonly bits: number;
    } | undefined;
    /** Programs that touch a range fail: half of their bits are not driven. */
    readonly programFailure?: {
      /** Where the range begins. */
      readonly address: number;
      /** How many bytes it has. */
      readonly lengthBytes: number;
      /** How many operations fail; all by default. */
      readonly times?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly reported?: boolean | undefined;
    } | undefined;
    /** Erases of a sector fail: it is left half erased. */
    readonly eraseFailure?: number | {
      /** Its number, from 0. */
      readonly sector: number;
      /** How many operations fail; all by default. */
      readonly times?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly reported?: boolean | undefined;
    } | undefined;
    /** Sectors wear out: each erase beyond the limit fails. Silent ones seem to succeed, but leave bits stuck at 0. */
    readonly endurance?: "reported" | "silent" | {
      /** The limit; that of the data sheet by default. */
      readonly eraseCycles?: number | undefined;
      /** By how much the best sector has more; the seed says which has how much. None by default. */
      readonly spreadPercent?: number | undefined;
      /** Whether the status register tells, on parts that have fail bits. */
      readonly failure: "reported" | "silent";
    } | undefined;
    /** Some cells were bad when the part was made: their bits stay at a level. The seed says which. */
    readonly badCells?: number | undefined;
    /** From now on reads disturb their sector: bits gain charge and read 0, the more the more it is worn. */
    readonly disturbingReads?: number | undefined;
    /** From now on programmed bits lose their charge with time, the more the more their sector is worn. */
    readonly chargeLoss?: number | undefined;
    /** The part lies for some time, which counts for charge loss: after 20 years in a fresh sector by default. */
    readonly storage?: number | undefined;
    /** The supply is too low for a while: commands are lost or go elsewhere, and what is driven is left half way. */
    readonly brownOut?: number | {
      /** When it begins; now by default. */
      readonly afterNanoseconds?: number | undefined;
      /** How long it lasts. */
      readonly nanoseconds: number;
    } | undefined;
    /** How the next loss of power leaves a program, where the seed would otherwise decide. */
    readonly programCut?: "clean" | "torn byte" | "any order" | "weak bits" | "disturb" | {
      /** How. */
      readonly cut: "clean" | "torn byte" | "any order" | "weak bits" | "disturb";
      /** How many bits are undecided, anywhere in it, where some are. */
      readonly weakBits?: number | undefined;
    } | undefined;
    /** How the next loss of power leaves an erase, where the elapsed time would otherwise decide. */
    readonly eraseCut?: "not begun" | "half erased" | "weak" | "done" | {
      /** In which phase. */
      readonly cut: "not begun" | "half erased" | "weak" | "done" | {
        /** How many bytes are zero, from the end of what is erased. */
        readonly zeroBytes: number;
      };
      /** How many bits are undecided, anywhere in it, where some are. */
      readonly weakBits?: number | undefined;
    } | undefined;
    /** What the next loss of power leaves of the status register that is written, where the seed would otherwise decide. */
    readonly statusCut?: "old" | "new" | "zeros" | "ones" | "mixed" | undefined;
    /** A bit of the key table in RAM turns over. */
    readonly keyTableBit?: {
      /** Which row: 0 is the group key, 1 the first key that was set. */
      readonly row: number;
      /** Which bit of the row. */
      readonly bit: number;
    } | undefined;
    /** Whether it is all right that it changes nothing, as the power of what is off; the run fails by default. */
    readonly mayMiss?: boolean | undefined;
  };
  /** Changes what is said, and leaves the rest as it is. */
  readonly change: {
    /** What the network does from now on. */
    readonly network?: {
      /** How long a datagram is on its way; 50us by default. */
      readonly latency?: Duration | undefined;
      /** How much longer at most. */
      readonly jitter?: Duration | undefined;
      /** How many datagrams are lost. */
      readonly loss?: Rate | undefined;
      /** How many datagrams come twice. */
      readonly duplicates?: Rate | undefined;
      /** Of how many datagrams a bit is flipped on the way. */
      readonly corruption?: Rate | undefined;
      /** How many datagrams are held back, so that later ones overtake them. */
      readonly reorders?: Rate | undefined;
      /** How long they are held back. */
      readonly reorderDelay?: Duration | undefined;
      /** What is otherwise on the way from one end to another, as `hba0 > disk`; what is not said is as on all links. */
      readonly links?: { readonly [Name in `${A | T} > ${A | T}`]?: {
        /** How long a datagram is on its way; 50us by default. */
        readonly latency?: Duration | undefined;
        /** How much longer at most. */
        readonly jitter?: Duration | undefined;
        /** How many datagrams are lost. */
        readonly loss?: Rate | undefined;
        /** How many datagrams come twice. */
        readonly duplicates?: Rate | undefined;
        /** Of how many datagrams a bit is flipped on the way. */
        readonly corruption?: Rate | undefined;
        /** How many datagrams are held back, so that later ones overtake them. */
        readonly reorders?: Rate | undefined;
        /** How long they are held back. */
        readonly reorderDelay?: Duration | undefined;
      } } | undefined;
    } | undefined;
    /** What targets do from now on, by their names. */
    readonly targets?: { readonly [Name in T]?: {
      /** Whether it hears and says nothing. */
      readonly silent?: boolean | undefined;
      /** Its keys from now on. */
      readonly keys?: { readonly [name: string]: string | Uint8Array } | undefined;
    } } | undefined;
  };
  /** Asks the adapter about itself, through WMI. */
  readonly information: {
    /** The adapter, by its name. */
    readonly adapter: A;
    /** The port; all by default. */
    readonly port?: "all" | number | undefined;
  };
  /** Lets time pass, or waits until something happens. */
  readonly wait: Duration | {
    /** The event; the step ends in its cycle. */
    readonly until: StoryEvent<A, T>;
    /** How long it is waited for; 1min by default. */
    readonly within?: Duration | undefined;
  };
  /** Looks at the world: at packets and trace of the whole run, unless since names a step. */
  readonly expect: {
    /** From which step on packets and trace are looked at, by its name. */
    readonly since?: string | undefined;
    /** The key table in an adapter's RAM; empty while it has no power. */
    readonly keyTable?: StoryLookAtKeyTable<A> | undefined;
    /** An adapter's flash part as its firmware would find it if the power went now. */
    readonly flash?: StoryLookAtFlash<A> | undefined;
    /** The durable store of the initiator service. */
    readonly serviceStore?: StoryLookAtServiceStore<A> | undefined;
    /** The sessions of an adapter, or the exchanges of a target. */
    readonly sessions?: StoryLookAtSessions<A, T> | undefined;
    /** What was sent from one end to another. */
    readonly packets?: StoryLookAtPackets<A, T> | undefined;
    /** What the trace tells. */
    readonly trace?: StoryLookAtTrace<A, T> | undefined;
  };
  /** A program of its own: a generator over the world that takes time, or a function that takes none. */
  readonly program: StepProgram;
  /** Several steps as one: to repeat them, or to time them together. */
  readonly sequence: readonly (StoryStep<A, T, Exclude<keyof StoryStepKinds, "sequence" | "parallel">>)[];
  /** Several applications at once, each with steps of its own; ends when all have ended. A look sees what all of them have done in its moment. */
  readonly parallel: { readonly [name: string]: readonly StoryStep<A, T, Exclude<keyof StoryStepKinds, "parallel">>[] };
}

/** What may be expected of each verb's answer. */
export interface StoryStepOthers<A extends string = string, T extends string = string> {
  /** Beside `setKey`. */
  readonly setKey: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcomeOfASetting | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcomeOfASetting | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `getKey`. */
  readonly getKey: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
      /** The flags of the answer. */
      readonly flags?: number | bigint | readonly ("ike" | "main" | "aggressive" | "pfs" | "transport" | "tunnel")[] | undefined;
    } | undefined;
  };
  /** Beside `setGroupKey`. */
  readonly setGroupKey: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `setTunnelAddress`. */
  readonly setTunnelAddress: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `login`. */
  readonly login: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
      /** The mode that phase 1 must have used. */
      readonly mode?: "main" | "aggressive" | undefined;
      /** The suite that both ends must have agreed on. */
      readonly suite?: string | undefined;
      /** The key that phase 1 must have used. */
      readonly key?: string | Uint8Array | undefined;
      /** Whether there must be a session: a persistent login only saves. */
      readonly session?: boolean | undefined;
    } | undefined;
  };
  /** Beside `addConnection`. */
  readonly addConnection: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `logout`. */
  readonly logout: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `removePersistentLogin`. */
  readonly removePersistentLogin: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
    } | undefined;
  };
  /** Beside `listInitiators`. */
  readonly listInitiators: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
      /** How many there are. */
      readonly count?: CountRange | undefined;
      /** The names of the adapters, in order. */
      readonly names?: readonly string[] | undefined;
    } | undefined;
  };
  /** Beside `listSessions`. */
  readonly listSessions: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
      /** How many there are. */
      readonly count?: CountRange | undefined;
      /** The names of their targets, in order. */
      readonly names?: readonly string[] | undefined;
    } | undefined;
  };
  /** Beside `listPersistentLogins`. */
  readonly listPersistentLogins: {
    /** What its answer must be; success by default. */
    readonly expect?: StoryOutcome | readonly StoryStatusOfACall[] | StoryExpectations<A, T> & {
      /** Its status, or several; success by default. */
      readonly status?: StoryOutcome | readonly StoryStatusOfACall[] | undefined;
      /** How many there are. */
      readonly count?: CountRange | undefined;
      /** The names of their targets, in order. */
      readonly names?: readonly string[] | undefined;
    } | undefined;
  };
  /** Beside `wmi`. */
  readonly wmi: {
    /** What must come back; success by default. */
    readonly expect?: StoryStatusOfARawCall | readonly StoryStatus[] | StoryExpectations<A, T> & {
      /** The ISDSC status, or several; SUCCESS unless something else is told. */
      readonly status?: StoryStatus | readonly StoryStatus[] | undefined;
      /** The answer of the driver stack, or several; STATUS_SUCCESS by default. */
      readonly ntStatus?: NtStatusWord | number | readonly (NtStatusWord | number)[] | undefined;
      /** All bytes of the output. */
      readonly hex?: string | Uint8Array | undefined;
    } | undefined;
  };
  /** Beside `mailbox`. */
  readonly mailbox: {
    /** What must come back; success by default. */
    readonly expect?: StoryStatusOfARawCall | readonly StoryStatus[] | StoryExpectations<A, T> & {
      /** The ISDSC status, or several; SUCCESS unless something else is told. */
      readonly status?: StoryStatus | readonly StoryStatus[] | undefined;
      /** Mailbox 0 of the completion, or several; commandComplete by default, and commandError with a status but SUCCESS. */
      readonly mailbox?: "booting" | "busy" | "commandComplete" | "invalidCommand" | "hostInterfaceError" | "commandError" | "parameterError" | "initializationError" | number | readonly ("booting" | "busy" | "commandComplete" | "invalidCommand" | "hostInterfaceError" | "commandError" | "parameterError" | "initializationError" | number)[] | undefined;
      /** All bytes of the response. */
      readonly hex?: string | Uint8Array | undefined;
    } | undefined;
  };
  /** Beside `register`. */
  readonly register: {
    /** What its answer must be. */
    readonly expect?: StoryExpectations<A, T> & {
      /** What was read. */
      readonly value?: number | undefined;
    } | undefined;
  };
  /** Beside `powerCycle`. */
  readonly powerCycle: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `powerOff`. */
  readonly powerOff: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `powerOn`. */
  readonly powerOn: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `reset`. */
  readonly reset: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `unplug`. */
  readonly unplug: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `startService`. */
  readonly startService: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `stopService`. */
  readonly stopService: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `killService`. */
  readonly killService: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `rebootHost`. */
  readonly rebootHost: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `cutLink`. */
  readonly cutLink: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `damage`. */
  readonly damage: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `change`. */
  readonly change: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `information`. */
  readonly information: {
    /** What its answer must be. */
    readonly expect?: StoryExpectations<A, T> & {
      /** Its status. */
      readonly health?: "working" | "degraded" | "critical" | "failed" | undefined;
      /** Whether its key cache is valid. */
      readonly cacheValid?: boolean | undefined;
      /** The identifier that a login through the port would present; the service looks at the cache first, as for a login. */
      readonly identity?: string | undefined;
    } | undefined;
  };
  /** Beside `wait`. */
  readonly wait: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `expect`. */
  readonly expect: Readonly<Record<never, never>>;
  /** Beside `program`. */
  readonly program: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `sequence`. */
  readonly sequence: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
  /** Beside `parallel`. */
  readonly parallel: {
    /** What must be found when it has ended. */
    readonly expect?: StoryExpectations<A, T> | undefined;
  };
}

/** What may stand beside every verb. */
export interface StoryStepWords<A extends string = string, T extends string = string> {
  /** What others call it: its session, the time since it, a line of the report. */
  readonly name?: string | undefined;
  /** When it is taken, since the world began; the run fails if that has passed. */
  readonly at?: Duration | undefined;
  /** Or when it is taken since the steps around it began; the run fails if that has passed. */
  readonly after?: Duration | undefined;
  /** How often it is taken; once by default. */
  readonly repeat?: StoryRepetition | undefined;
  /** What goes wrong while it is taken; ordinals and times count from its beginning. */
  readonly faults?: readonly StoryFault<A, T>[] | undefined;
}

/** A key store in C, C++ or Rust, as a WebAssembly module. */
export interface StoryStore {
  /** The file of the module, beside this one: what `hbasim module` and wasm-opt have made of it. */
  readonly module: string;
}

/** A target at the far end of the network; keys by identifier, `any` for all others. */
export interface StoryTarget {
  /** Its address. */
  readonly address: string;
  /** The identifier it answers with; its address by default. */
  readonly id?: string | undefined;
  /** Its keys by identifier. Main mode: the initiator's address. Aggressive mode: its name. `any` is for all others. */
  readonly keys?: { readonly [name: string]: string | Uint8Array } | undefined;
  /** What it proposes, accepts and keeps to in phase 1. */
  readonly policy?: StoryPolicy | undefined;
  /** A real peer, reached through a bridge: nothing of it is simulated. */
  readonly outside?: boolean | undefined;
}

/** Whose datagram it is, where the anchor is one, or a message. */
export interface StoryWay<A extends string = string, T extends string = string> {
  /** Who sends: an adapter or target, by its name. */
  readonly from?: A | T | undefined;
  /** Who is sent to. */
  readonly to?: A | T | undefined;
}
