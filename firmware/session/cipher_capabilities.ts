/**
 * What a policy has to offer, in the terms of the mailbox.
 *
 * @module
 */

import { type CipherName, CIPHERS, type IkePolicy } from "../ike/mod.ts";
import { CipherCapability } from "../manual/interface.ts";

/** By algorithm; DES is none that an iSCSI provider can name. */
const CAPABILITIES = { DES: 0, EDE: CipherCapability.tripleDes, AES: CipherCapability.aes } as const satisfies Record<
  (typeof CIPHERS)[CipherName]["algorithm"],
  number
>;

/** Which ciphers a policy's suites have: bits of `CipherCapability`. */
export function cipherCapabilities({ suites }: Pick<IkePolicy, "suites">): number {
  return suites.reduce((bits, { cipher }) => bits | CAPABILITIES[CIPHERS[cipher].algorithm], 0);
}
