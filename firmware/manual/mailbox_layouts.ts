/**
 * What is moved by DMA between driver and adapter: requests and responses of
 * the mailbox commands, byte by byte. Little-endian, natural alignment.
 *
 * @module
 */

/** The request of a layout is too short, or its lengths do not add up. */
export class LayoutError extends Error {
  /**
   * Made with:
   *
   * @param message Which layout, what was given, what is accepted.
   */
  constructor(message: string) {
    super(message);
    this.name = "LayoutError";
  }
}

/**
 * Associates a key with an identifier. Layout: 0 u32 port | 4 u32 id type |
 * 8 u64 flags | 16 u32 id length | 20 u32 key length | 24 id | then key.
 */
export interface PresharedKeyRequest {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: number;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** SecurityFlags, kept as they are. */
  readonly securityFlags: bigint;
  /** The identifier's bytes. */
  readonly id: Uint8Array;
  /** The key. */
  readonly key: Uint8Array;
}

/** Lays a {@linkcode PresharedKeyRequest} out. */
export function encodePresharedKeyRequest(
  request: PresharedKeyRequest,
): Uint8Array {
  const { id, key } = request;
  const bytes = new Uint8Array(24 + id.length + key.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, request.portNumber, true);
  view.setUint32(4, request.idType, true);
  view.setBigUint64(8, request.securityFlags, true);
  view.setUint32(16, id.length, true);
  view.setUint32(20, key.length, true);
  bytes.set(id, 24);
  bytes.set(key, 24 + id.length);
  return bytes;
}

/**
 * Reads a {@linkcode PresharedKeyRequest}; `id` and `key` are views into `bytes`.
 *
 * @throws {LayoutError} The bytes end before the lengths say.
 */
export function decodePresharedKeyRequest(
  bytes: Uint8Array,
): PresharedKeyRequest {
  const view = viewOf("PresharedKeyRequest", bytes, 24);
  const idLength = view.getUint32(16, true);
  const keyLength = view.getUint32(20, true);
  requireLength("PresharedKeyRequest", bytes, 24 + idLength + keyLength);
  return {
    portNumber: view.getUint32(0, true),
    idType: view.getUint32(4, true),
    securityFlags: view.getBigUint64(8, true),
    id: bytes.subarray(24, 24 + idLength),
    key: bytes.subarray(24 + idLength, 24 + idLength + keyLength),
  };
}

/** Asks for the flags of an identifier's key. Layout: 0 u32 port | 4 u32 id type | 8 u32 id length | 12 id. */
export interface PresharedKeyQuery {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: number;
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly idType: number;
  /** The identifier's bytes. */
  readonly id: Uint8Array;
}

/** Lays a {@linkcode PresharedKeyQuery} out. */
export function encodePresharedKeyQuery(query: PresharedKeyQuery): Uint8Array {
  const bytes = new Uint8Array(12 + query.id.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, query.portNumber, true);
  view.setUint32(4, query.idType, true);
  view.setUint32(8, query.id.length, true);
  bytes.set(query.id, 12);
  return bytes;
}

/**
 * Reads a {@linkcode PresharedKeyQuery}.
 *
 * @throws {LayoutError} The bytes end before the lengths say.
 */
export function decodePresharedKeyQuery(bytes: Uint8Array): PresharedKeyQuery {
  const view = viewOf("PresharedKeyQuery", bytes, 12);
  const idLength = view.getUint32(8, true);
  requireLength("PresharedKeyQuery", bytes, 12 + idLength);
  return {
    portNumber: view.getUint32(0, true),
    idType: view.getUint32(4, true),
    id: bytes.subarray(12, 12 + idLength),
  };
}

/** Lays a group key out: 0 u32 key length | 4 key. */
export function encodeGroupKeyRequest(key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + key.length);
  new DataView(bytes.buffer).setUint32(0, key.length, true);
  bytes.set(key, 4);
  return bytes;
}

/**
 * Reads a group key; a view into `bytes`.
 *
 * @throws {LayoutError} The bytes end before the length says.
 */
export function decodeGroupKeyRequest(bytes: Uint8Array): Uint8Array {
  const length = viewOf("group key request", bytes, 4).getUint32(0, true);
  requireLength("group key request", bytes, 4 + length);
  return bytes.subarray(4, 4 + length);
}

/** Types of {@linkcode InternetAddress}; the numbers of ISCSI_IP_Address. */
export const AddressType = {
  /** A name to be resolved; the adapter needs binary addresses and refuses it. */
  text: 0,
  /** IPv4, 4 bytes. */
  ipv4: 1,
  /** IPv6, 16 bytes. */
  ipv6: 2,
  /** No address. */
  empty: 3,
} as const;

/** An address in a layout: 0 u32 type | 4 sixteen bytes, IPv4 in the first four, in network order. */
export interface InternetAddress {
  /** {@linkcode AddressType}. */
  readonly type: number;
  /** Always 16 bytes. */
  readonly bytes: Uint8Array;
}

/** Sets the outer address of tunnel mode. Layout: 0 u32 port | 4 destination | 24 outer address. */
export interface TunnelAddressRequest {
  /** Port from 0, or {@linkcode ALL_PORTS}. */
  readonly portNumber: number;
  /** Whom the traffic is for. */
  readonly destination: InternetAddress;
  /** The security gateway that it goes through. */
  readonly outerAddress: InternetAddress;
}

/** Lays a {@linkcode TunnelAddressRequest} out. */
export function encodeTunnelAddressRequest(
  request: TunnelAddressRequest,
): Uint8Array {
  const bytes = new Uint8Array(44);
  new DataView(bytes.buffer).setUint32(0, request.portNumber, true);
  writeAddress(bytes, 4, request.destination);
  writeAddress(bytes, 24, request.outerAddress);
  return bytes;
}

/**
 * Reads a {@linkcode TunnelAddressRequest}.
 *
 * @throws {LayoutError} Fewer than 44 bytes.
 */
export function decodeTunnelAddressRequest(
  bytes: Uint8Array,
): TunnelAddressRequest {
  const view = viewOf("TunnelAddressRequest", bytes, 44);
  return {
    portNumber: view.getUint32(0, true),
    destination: readAddress(view, bytes, 4),
    outerAddress: readAddress(view, bytes, 24),
  };
}

/**
 * The adapter about itself. Layout: 0 u32 version | 4 u32 ports | 8 u32 status | 12 u32 functionality |
 * 16 u32 cache valid | 20 u32 key capacity | 24 u32 keys stored | 28 u32 keys damaged | 32 sixteen bytes of GUID.
 */
export interface AdapterInformation {
  /** Firmware version: major << 16 | minor << 8 | patch. */
  readonly firmwareVersion: number;
  /** How many network ports there are. */
  readonly numberOfPorts: number;
  /** {@linkcode AdapterStatus}. */
  readonly status: number;
  /** {@linkcode Functionality}. */
  readonly functionality: number;
  /** True after nonvolatile memory was mounted and holds what the generational GUID names. */
  readonly cacheValid: boolean;
  /** How many keys of the largest size always fit. */
  readonly keyCapacity: number;
  /** How many keys are in the RAM key table. */
  readonly keysStored: number;
  /** How many stored keys were found damaged. */
  readonly keysDamaged: number;
  /** The 16 bytes last set, zeros if none. */
  readonly generationalGuid: Uint8Array;
}

/** The length of an {@linkcode AdapterInformation} in bytes. */
export const ADAPTER_INFORMATION_BYTES = 48;

/** Lays an {@linkcode AdapterInformation} out. */
export function encodeAdapterInformation(
  information: AdapterInformation,
): Uint8Array {
  const bytes = new Uint8Array(ADAPTER_INFORMATION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, information.firmwareVersion, true);
  view.setUint32(4, information.numberOfPorts, true);
  view.setUint32(8, information.status, true);
  view.setUint32(12, information.functionality, true);
  view.setUint32(16, information.cacheValid ? 1 : 0, true);
  view.setUint32(20, information.keyCapacity, true);
  view.setUint32(24, information.keysStored, true);
  view.setUint32(28, information.keysDamaged, true);
  bytes.set(information.generationalGuid.subarray(0, 16), 32);
  return bytes;
}

/**
 * Reads an {@linkcode AdapterInformation}.
 *
 * @throws {LayoutError} Fewer than 48 bytes.
 */
export function decodeAdapterInformation(
  bytes: Uint8Array,
): AdapterInformation {
  const view = viewOf("AdapterInformation", bytes, ADAPTER_INFORMATION_BYTES);
  return {
    firmwareVersion: view.getUint32(0, true),
    numberOfPorts: view.getUint32(4, true),
    status: view.getUint32(8, true),
    functionality: view.getUint32(12, true),
    cacheValid: view.getUint32(16, true) !== 0,
    keyCapacity: view.getUint32(20, true),
    keysStored: view.getUint32(24, true),
    keysDamaged: view.getUint32(28, true),
    generationalGuid: bytes.slice(32, 48),
  };
}

/**
 * Opens a session as far as phase 1. Layout: 0 u32 port | 4 target address (20 bytes) | 24 u64 flags |
 * 32 u32 id type | 36 u32 id length | 40 u32 key length | 44 u32 reserved | 48 id | then key.
 */
export interface SessionRequest {
  /** Port from 0, or {@linkcode ALL_PORTS} for the first one. */
  readonly portNumber: number;
  /** The target's address. */
  readonly target: InternetAddress;
  /** SecurityFlags of the login; without VALID those of the key's entry apply. */
  readonly securityFlags: bigint;
  /** Type of the identifier to present; 0 leaves the choice to the adapter's key table. */
  readonly idType: number;
  /** The identifier to present; empty with type 0. */
  readonly id: Uint8Array;
  /** A key for this login only; empty when there is none. */
  readonly key: Uint8Array;
}

/** Lays a {@linkcode SessionRequest} out. */
export function encodeSessionRequest(request: SessionRequest): Uint8Array {
  const { id, key } = request;
  const bytes = new Uint8Array(48 + id.length + key.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, request.portNumber, true);
  writeAddress(bytes, 4, request.target);
  view.setBigUint64(24, request.securityFlags, true);
  view.setUint32(32, request.idType, true);
  view.setUint32(36, id.length, true);
  view.setUint32(40, key.length, true);
  bytes.set(id, 48);
  bytes.set(key, 48 + id.length);
  return bytes;
}

/**
 * Reads a {@linkcode SessionRequest}; `id` and `key` are views into `bytes`.
 *
 * @throws {LayoutError} The bytes end before the lengths say.
 */
export function decodeSessionRequest(bytes: Uint8Array): SessionRequest {
  const view = viewOf("SessionRequest", bytes, 48);
  const idLength = view.getUint32(36, true);
  const keyLength = view.getUint32(40, true);
  requireLength("SessionRequest", bytes, 48 + idLength + keyLength);
  return {
    portNumber: view.getUint32(0, true),
    target: readAddress(view, bytes, 4),
    securityFlags: view.getBigUint64(24, true),
    idType: view.getUint32(32, true),
    id: bytes.subarray(48, 48 + idLength),
    key: bytes.subarray(48 + idLength, 48 + idLength + keyLength),
  };
}

function viewOf(
  layout: string,
  bytes: Uint8Array,
  neededBytes: number,
): DataView {
  requireLength(layout, bytes, neededBytes);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The sum is a double, so sizes near 2^32 cannot wrap it. */
function requireLength(
  layout: string,
  bytes: Uint8Array,
  neededBytes: number,
): void {
  if (bytes.length < neededBytes) {
    throw new LayoutError(
      `${layout} has ${bytes.length} bytes, expected at least ${neededBytes}`,
    );
  }
}

function writeAddress(
  bytes: Uint8Array,
  offset: number,
  address: InternetAddress,
): void {
  new DataView(bytes.buffer).setUint32(offset, address.type, true);
  bytes.set(address.bytes.subarray(0, 16), offset + 4);
}

function readAddress(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
): InternetAddress {
  return {
    type: view.getUint32(offset, true),
    bytes: bytes.slice(offset + 4, offset + 20),
  };
}
