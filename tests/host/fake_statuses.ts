/**
 * How a fake adapter judges what it is given.
 *
 * @module
 */

import { IsdscStatus, MAX_ID_BYTES, MAX_KEY_BYTES } from "../../firmware/manual/interface.ts";

/** How a key is judged: an ISDSC status. */
export function keyStatus(key: Uint8Array): number {
  return key.length > 0 && key.length <= MAX_KEY_BYTES ? 0 : IsdscStatus.INVALID_PARAMETER;
}

/** How an identifier is judged. */
export function idStatus(idType: number, id: Uint8Array): number {
  const lengths: Record<number, (bytes: number) => boolean> = {
    1: (bytes) => bytes === 4,
    2: (bytes) => bytes > 0 && bytes <= MAX_ID_BYTES,
    3: (bytes) => bytes > 0 && bytes <= MAX_ID_BYTES,
    5: (bytes) => bytes === 16,
  };
  const fits = lengths[idType];
  if (fits === undefined) return IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED;
  return fits(id.length) ? 0 : IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE;
}

/** How the type of an address is judged. */
export function addressStatus(type: number): number {
  if (type === 1 || type === 2) return 0;
  return type === 3 ? IsdscStatus.INVALID_PARAMETER : IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED;
}
