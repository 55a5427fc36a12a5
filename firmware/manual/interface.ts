/**
 * The hardware manual: all that a driver may know of the adapter.
 *
 * Registers, mailbox commands, asynchronous events and the layouts of what is
 * moved by DMA. `host/` imports nothing else of `firmware/`.
 *
 * A command: write its parameters into mailbox 1 to 6, the command code into
 * mailbox 0, ring the doorbell. One command at a time. The completion stands
 * in the same registers: mailbox 0 tells how it ended ({@linkcode MailboxStatus}),
 * mailbox 1 the ISDSC status, mailbox 2 the number of bytes written to the
 * response buffer (or the session of {@linkcode MailboxCommand.openSession}).
 *
 * | Mailbox | In | Out |
 * |---|---|---|
 * | 0 | command | completion or event |
 * | 1, 2 | request bus address, low and high half | ISDSC status, response length or session |
 * | 3 | request length in bytes | |
 * | 4, 5 | response bus address, low and high half | |
 * | 6 | response capacity in bytes | |
 *
 * Command codes from 0xC0 are this adapter's own; the others, the completion
 * codes and the events are those of the QLogic 4xxx family. All layouts are
 * little-endian with natural alignment.
 *
 * @module
 */

export {
  Control,
  INTERRUPT_ENABLE,
  MAILBOX_COUNT,
  Register,
  RegisterAccessError,
  type RegisterWindow,
} from "../../sim/parts/register_file.ts";
export { type DmaBuffer, DmaMemory } from "../../sim/parts/dma_memory.ts";
export { addressIdentificationType, IdentificationType, isAddressIdentification } from "../ike/identification_types.ts";
export * from "./internet_address.ts";
export { IsdscStatus, type IsdscStatusName, isdscStatusName } from "./isdsc_status.ts";
export * from "./login_layouts.ts";
export * from "./mailbox_layouts.ts";
export * from "./security_records.ts";

/** Mailbox commands. */
export const MailboxCommand = {
  /** No request; mailbox 1 to 3 out: version major, minor, patch. */
  aboutFirmware: 0x09,
  /** No request. Deletes all security associations and tells the peers, before an orderly loss of power. */
  stopFirmware: 0x14,
  /**
   * No request; mailbox 1 out: {@linkcode FirmwareState}. A driver asks when it is loaded or has reset the adapter, which
   * begins its persistent logins then.
   */
  getFirmwareState: 0x69,
  /** Request {@linkcode PRESHARED_KEY_REQUEST}. */
  setPresharedKeyForId: 0xc0,
  /** Request {@linkcode PRESHARED_KEY_QUERY}, response {@linkcode PRESHARED_KEY_FLAGS}. */
  getPresharedKeyForId: 0xc1,
  /** Request {@linkcode GROUP_KEY_REQUEST}. */
  setGroupPresharedKey: 0xc2,
  /** Request {@linkcode TUNNEL_ADDRESS_REQUEST}. */
  setTunnelModeOuterAddress: 0xc3,
  /** No request. */
  clearCache: 0xc4,
  /** Request {@linkcode GENERATIONAL_GUID_REQUEST}. */
  setGenerationalGuid: 0xc5,
  /** No request; response {@linkcode ADAPTER_INFORMATION}. */
  getAdapterInformation: 0xc6,
  /**
   * Request {@linkcode SESSION_REQUEST}. Completes as soon as it is accepted, mailbox 2 out: the session's number;
   * how it went is told later by {@linkcode AsynchronousEvent.sessionStateChanged}.
   */
  openSession: 0xc8,
  /** Mailbox 1 in: the session's number. Deletes the phase 1 security associations of its connections. */
  closeSession: 0xc9,
  /** Request {@linkcode PERSISTENT_LOGIN_REQUEST}. In place of one with the same port, portal and target. */
  savePersistentLogin: 0xca,
  /** Request {@linkcode PERSISTENT_LOGIN_NAME}. A session that the login has opened stays. */
  removePersistentLogin: 0xcb,
  /**
   * Mailbox 1 in: a number; response {@linkcode PERSISTENT_LOGIN_INFORMATION} of the persistent login with the next
   * higher one, mailbox 2 out: its length, 0 if there is none.
   */
  getPersistentLogin: 0xcc,
  /** Request {@linkcode CONNECTION_REQUEST}. Completes, and tells of the connection, as `openSession` does. */
  addConnection: 0xcd,
  /** Request {@linkcode CONNECTION_NAME}. Deletes the connection's association; the last connection stays. */
  removeConnection: 0xce,
  /**
   * Mailbox 1 in: a number; response {@linkcode CONNECTION_INFORMATION} of the connection with the next higher one,
   * mailbox 2 out: its length, 0 if there is none.
   */
  getConnection: 0xcf,
  /** Mailbox 1 in: the port from 0; response {@linkcode INTERNET_ADDRESS}. */
  getPortAddress: 0xd0,
  /** No request; response {@linkcode PHASE1_STATISTICS}. */
  getPhase1Statistics: 0xd1,
  /** No request; mailbox 2 out: bits of {@linkcode CipherCapability}. */
  getSecurityCapabilities: 0xd2,
  /**
   * Mailbox 1 in: the number of a session; response {@linkcode PERSISTENT_LOGIN_INFORMATION} of the persistent login that
   * opens it, as it was then, whatever has become of it since; mailbox 2 out: its length, 0 if no login opens it.
   */
  getSessionLogin: 0xd3,
} as const;

/** How a mailbox command ended: mailbox 0 out. */
export const MailboxStatus = {
  /** The mailbox is not in use: what it shows between reset and the end of the boot. */
  booting: 0x0001,
  /** The firmware cannot take a command now; the driver may try again. */
  busy: 0x0007,
  /** Done; after a boot: ready. */
  commandComplete: 0x4000,
  /** There is no such command. */
  invalidCommand: 0x4001,
  /** The request or response is not in DMA memory. */
  hostInterfaceError: 0x4002,
  /** Refused: the ISDSC status in mailbox 1 tells why. */
  commandError: 0x4005,
  /** The request is not laid out as the command's layout says. */
  parameterError: 0x4006,
  /** After a boot: the firmware did not start. */
  initializationError: 0x4007,
} as const;

/** Events that the adapter reports by itself: mailbox 0 out, 0x8000 to 0x8FFF. */
export const AsynchronousEvent = {
  /** The firmware has failed; mailbox 1: {@linkcode FirmwareState}. The driver resets the adapter or gives it up. */
  systemError: 0x8002,
  /** The network port is usable. */
  linkUp: 0x8010,
  /** The network port is not usable. */
  linkDown: 0x8011,
  /**
   * Mailbox 1: connection, 2: {@linkcode SessionState}, 3: ISDSC status, 4: mode when active (1 main, 2 aggressive),
   * 5: the session that it belongs to, 6: how many connections that has. The first connection of a session has the
   * session's number; sessions of persistent logins, which nobody has asked for, have numbers from 0x80000000.
   */
  sessionStateChanged: 0x8014,
  /** Nonvolatile memory could not be mounted, or keys in it are damaged. Mailbox 1: how many. */
  nvramInvalid: 0x801a,
} as const;

/** What the firmware answers to {@linkcode MailboxCommand.getFirmwareState}. */
export const FirmwareState = {
  /** Takes commands and opens sessions. */
  ready: 0,
  /** Starting. */
  booting: 1,
  /** Stopped: the image's signature is wrong, or a self test failed. */
  failed: 4,
} as const;

/** The state of a session in {@linkcode AsynchronousEvent.sessionStateChanged}. */
export const SessionState = {
  /** Phase 1 is established. */
  active: 4,
  /** Phase 1 failed; mailbox 3 tells why. */
  failed: 6,
  /** The session was closed, by the host or by the peer. */
  closed: 7,
} as const;

/** Port number that stands for all ports of an adapter. */
export const ALL_PORTS = 0xffff_ffff;

/** Bits of SecurityFlags (`iscsidef.h`). */
export const SecurityFlag = {
  /** The other bits mean something. */
  valid: 0x01n,
  /** Use IKE and IPsec. */
  ikeIpsecEnabled: 0x02n,
  /** Main mode. */
  mainModeEnabled: 0x04n,
  /** Aggressive mode. */
  aggressiveModeEnabled: 0x08n,
  /** Perfect forward secrecy in phase 2. */
  pfsEnabled: 0x10n,
  /** Transport mode is preferred in phase 2. */
  transportModePreferred: 0x20n,
  /** Tunnel mode is preferred in phase 2. */
  tunnelModePreferred: 0x40n,
} as const;

/** The largest identifier that the adapter takes, in bytes: an FQDN (RFC 1035 §2.3.4) with one to spare. */
export const MAX_ID_BYTES = 256;

/** The largest preshared key that the adapter takes, in bytes. */
export const MAX_KEY_BYTES = 256;

/** The largest request or response, in bytes. */
export const MAX_TRANSFER_BYTES = 1024;

/** {@linkcode AdapterInformation.functionality}: keys survive loss of power. Same bits as MSiSCSI_HBAInformation. */
export const Functionality = {
  /** Nonvolatile cache of preshared keys. */
  presharedKeyCache: 0x01,
  /** Tunnel mode addresses can be set. */
  ipsecTunnelMode: 0x04,
} as const;

/** Health of the adapter; same numbers as MSiSCSI_HBAInformation.Status. */
export const AdapterStatus = {
  /** All is well. */
  working: 0,
  /** Works, but some stored keys are damaged or flash sectors are worn. */
  degraded: 1,
  /** Works, but cannot store. */
  critical: 2,
  /** Does not work. */
  failed: 3,
} as const;
