/**
 * Readers of what the parts of a world take: costs, waiting times, the network,
 * and what an earlier world left behind. Flash parts and phase 1 have files of
 * their own.
 *
 * What a part checks by itself (ranges of a link) is left to the
 * part's own check, which is run before anything is built.
 *
 * @module
 */

import type { HostCosts, HostTimeouts } from "../../../host/costs.ts";
import type { KeyStoreContent, StoreKind, StoreRow } from "../../../host/initiator_service/key_store.ts";
import { LONGEST_CYCLES } from "../../kernel/task.ts";
import { checkLinkBehaviour, DELAY_BOUNDS, LINK_BOUNDS, NTH_BOUNDS, PERFECT_LINK } from "../../network/link.ts";
import type { DatagramFault, LinkBehaviour } from "../../network/network.ts";
import type { CostTable } from "../../parts/cost_table.ts";
import {
  bytes,
  dictionary,
  either,
  list,
  number,
  oneOf,
  type Reader,
  record,
  refusal,
  text,
  whole,
  word,
} from "./option_readers.ts";
import { flashState } from "./flash_options.ts";
import { alsoBy } from "./own_check.ts";
import type { WorldImage } from "./world_options.ts";

const cost = whole(0, LONGEST_CYCLES);
/** A wait of no cycles would be repeated within one cycle for ever. */
const wait = whole(1, LONGEST_CYCLES);
const retries = whole(0, 2 ** 32 - 1);
const count = whole(0, Number.MAX_SAFE_INTEGER);
/** An IPv4 or IPv6 address. */
export const address: Reader<Uint8Array> = (value, path) => {
  if (value instanceof Uint8Array && (value.length === 4 || value.length === 16)) return value;
  throw refusal(path, value, "4 bytes (IPv4) or 16 bytes (IPv6) in a Uint8Array");
};

/** Costs of the adapters and targets, as far as they differ from the default ones. */
export const costTable: Reader<Partial<CostTable>> = record<Partial<CostTable>>({
  resetCycles: cost,
  verifySignatureCycles: cost,
  hashImageByteCycles: cost,
  dispatchCycles: cost,
  dmaSetupCycles: cost,
  dmaBytesPerCycle: number(0.001, 2 ** 32),
  keyTableCycles: cost,
  completionCycles: cost,
  packetCycles: cost,
  hashBlockCycles: cost,
  cipherBlockCycles: cost,
  exponentiationCycles: whole(0, 2 ** 32),
});

/** Costs of the host, as far as they differ from the default ones. */
export const hostCosts: Reader<Partial<HostCosts>> = record<Partial<HostCosts>>({
  rpcCycles: cost,
  serviceCycles: cost,
  storeCommitCycles: cost,
  wmiDispatchCycles: cost,
  portDriverCycles: cost,
  miniportCycles: cost,
  registerAccessCycles: cost,
  interruptCycles: cost,
});

/** Waiting times of the host, as far as they differ from the default ones. */
export const hostTimeouts: Reader<Partial<HostTimeouts>> = record<Partial<HostTimeouts>>({
  mailboxCycles: wait,
  requestCycles: wait,
  loginCycles: wait,
  busyRetryCycles: wait,
  busyRetries: retries,
  cancelledRequestCycles: wait,
  bootPollCycles: wait,
  bootCycles: wait,
  presencePollCycles: wait,
  presenceTimerCycles: wait,
  resetPollCycles: wait,
  softResetCycles: wait,
  resetRetries: retries,
  rpcCycles: wait,
  serviceStartCycles: wait,
  firmwareStopCycles: wait,
  serviceStopCycles: wait,
});

/** What the network does, as far as it differs from a perfect link. */
export const linkBehaviour: Reader<Partial<LinkBehaviour>> = alsoBy(
  record<Partial<LinkBehaviour>>({
    latencyCycles: whole(...LINK_BOUNDS.latencyCycles),
    jitterCycles: whole(...LINK_BOUNDS.jitterCycles),
    lossPerMille: whole(...LINK_BOUNDS.lossPerMille),
    duplicatesPerMille: whole(...LINK_BOUNDS.duplicatesPerMille),
    corruptionPerMille: whole(...LINK_BOUNDS.corruptionPerMille),
    reordersPerMille: whole(...LINK_BOUNDS.reordersPerMille),
    reorderCycles: whole(...LINK_BOUNDS.reorderCycles),
  }),
  (behaviour) => checkLinkBehaviour({ ...PERFECT_LINK, ...behaviour }),
);

const delayed = record<{ readonly delayCycles: number }>({ delayCycles: { required: whole(...DELAY_BOUNDS) } });
const effect = word({ lose: true, duplicate: true, corrupt: true });

/** A fault at one datagram. */
export const datagramFault: Reader<DatagramFault> = record<DatagramFault>({
  from: { required: address },
  to: { required: address },
  nth: { required: whole(...NTH_BOUNDS) },
  effect: { required: either(effect, delayed, "an object with delayCycles") },
});

const storeRow = record<StoreRow>({
  adapter: { required: text },
  kind: {
    required: word<StoreKind>({
      "preshared-key": true,
      "group-key": true,
      "tunnel-address": true,
      "generational-guid": true,
      "generation-series": true,
      "saved-login-number": true,
      "volatile-note": true,
      "refusal-note": true,
      "saving-note": true,
    }),
  },
  name: { required: bytes(0, Infinity) },
  value: { required: bytes(0, Infinity) },
  ordinal: { required: count },
});

/** What an earlier world left behind, as far as it does not hang on the adapters. */
export const worldImage: Reader<WorldImage> = record<WorldImage>({
  flash: { required: dictionary(flashState) },
  serviceStore: {
    required: record<KeyStoreContent>({
      version: { required: oneOf<1>([1]) },
      rows: { required: list(storeRow, 0) },
    }),
  },
  worlds: count,
});
