/**
 * What no source states: every choice that this host makes by itself, in one
 * place, with its reason. The code refers to the constants here; what is a
 * rule rather than a constant is described and named by the file that keeps it.
 *
 * **Shape against meaning.** The miniport refuses a request that is too short
 * or has no room for its output; the firmware judges values. An identifier or
 * key that is longer than any adapter takes goes to the firmware cut to one
 * byte more than its limit, so that the order of checks stays the firmware's
 * (`miniport/method_table.ts`).
 *
 * **In doubt, the key is old.** Before a key is changed on an adapter with
 * nonvolatile memory the service durably forgets the generational GUID, and it
 * stores the new one together with the record when all is done. Whatever is
 * interrupted in between leaves no matching GUID, and the next synchronisation
 * clears the cache and replays what was acknowledged
 * (`initiator_service/security_operations.ts`).
 *
 * **A change begins only from a known state.** The service asks an adapter for
 * its GUID before each change, and synchronises first if it is not the
 * expected one: a new GUID would otherwise vouch for a cache that somebody else
 * has cleared meanwhile (`initiator_service/security_operations.ts`).
 *
 * **The service keeps every persistent key**, also those that the adapter
 * keeps. If it kept only what adapters refuse, clearing an invalid cache would
 * lose acknowledged keys for good.
 *
 * **A key that is not persistent** goes to the adapter and is replayed to it
 * for as long as the service runs; it hides a persistent one of the same
 * identity for that time. Adapters with nonvolatile memory keep it, because no
 * method tells them not to.
 *
 * **Settings for all adapters** (group key, tunnel address without initiator
 * name) are stored once for the machine, so an adapter that was away gets them
 * when it comes.
 *
 * **A login takes its key** from the call; else from the service, if the best
 * key for it (explicit for the port, explicit for all ports, group) is one
 * that the adapter did not take; else the adapter looks in its own table. The
 * key of the call goes with its login only and is not stored.
 *
 * **An identifier that is a name** cannot be handed over with a login, because
 * LoginToTarget has no field for it: on an adapter without any key storage
 * only keys of addresses and the group key can be used.
 *
 * **Identifiers are compared byte for byte**, also names.
 *
 * **The port timer** gives the request up and leaves the mailbox to its own,
 * longer timer: a firmware that is only slow keeps the keys in its RAM.
 *
 * **Arrival and departure** of adapters reach the service as notifications of
 * the plug-and-play manager; MSiSCSI_AdapterEvent has no code for them.
 *
 * @module
 */

import { AsynchronousEvent, IsdscStatus } from "../firmware/manual/interface.ts";
import { NtStatus, SrbStatus } from "./status.ts";

/** IN is shorter than its lengths say: the status of Microsoft's sample. ISDSC_BUFFER_TOO_SMALL would be defensible. */
export const MALFORMED_INPUT_STATUS: number = SrbStatus.error;

/** What the query of a class without data answers: 4 bytes, as Microsoft's sample does. */
export const METHOD_ONLY_QUERY_BYTES = 4;

/** LoginToTarget_IN has room for one LUN mapping here; phase 1 uses none. More are refused as bad login information. */
export const MAXIMUM_MAPPED_LUNS = 1;

/** A login whose adapter was reset under it: the connection failed. A new attempt is the application's choice. */
export const LOGIN_INTERRUPTED_STATUS: number = IsdscStatus.CONNECTION_FAILED;

/**
 * Events after which the driver resets the adapter. NVRAM invalid is not among
 * them although qla4xxx resets then: the memory is as damaged after the reset
 * as before it, and the service repairs it by clearing and replaying.
 */
export const EVENTS_THAT_RESET: readonly number[] = [AsynchronousEvent.systemError];

/** A WNODE whose sizes do not add up, refused by kernel WMI before any driver sees it. */
export const MALFORMED_WNODE_STATUS: number = NtStatus.invalidParameter;

/** A call while the service starts: there is no endpoint yet, as when it is stopped. */
export const SERVICE_STARTING_STATUS: number = IsdscStatus.SERVICE_NOT_RUNNING;

/** A call that the service accepted and did not answer. */
export const SERVICE_HANGS_STATUS: number = IsdscStatus.SERVICE_DID_NOT_RESPOND;

/** The service could not write its store. */
export const STORE_FAILED_STATUS: number = IsdscStatus.OUT_OF_RESOURCES;

/**
 * ISDSC statuses with which an adapter says that keeping keys is not its
 * business; the service keeps them then. A full cache, a damaged one or a bad
 * argument are errors of the call.
 */
export const FALLBACK_STATUSES: readonly number[] = [
  IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED,
  IsdscStatus.REQUEST_NOT_SUPPORTED,
];

/**
 * Answers of the driver stack that mean the same: the class is not registered,
 * or the driver refuses the method (SRB_STATUS_INVALID_REQUEST arrives as an
 * I/O error).
 */
export const FALLBACK_NT_STATUSES: readonly number[] = [NtStatus.wmiGuidNotFound, NtStatus.ioDeviceError];
