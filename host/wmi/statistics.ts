/**
 * What an adapter counts (`iscsiprf.h`): MSiSCSI_InitiatorLoginStatistics and
 * MSiSCSI_MMIPSECStats.
 *
 * @module
 */

import { u32, u64 } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";

/** MSiSCSI_InitiatorLoginStatistics. */
export const LOGIN_STATISTICS_GUID: Uint8Array = parseGuid("{F022F413-3BF5-47EC-A942-33B81CF8E7FF}");

/** MSiSCSI_MMIPSECStats. */
export const MAIN_MODE_STATISTICS_GUID: Uint8Array = parseGuid("{36B58EA2-C461-4BB0-AC8E-952F59D251ED}");

/** Fields of the structure below, by the names of the header. */
export const LOGIN_STATISTICS_FIELDS = {
  UniqueAdapterId: u64(),
  LoginAcceptRsps: u32(),
  LoginOtherFailRsps: u32(),
  LoginRedirectRsps: u32(),
  LoginAuthFailRsps: u32(),
  LoginAuthenticateFails: u32(),
  LoginNegotiateFails: u32(),
  LogoutNormals: u32(),
  LogoutOtherCodes: u32(),
  LoginFailures: u32(),
} as const;

/** MSiSCSI_InitiatorLoginStatistics, 48 bytes. */
export const LOGIN_STATISTICS: Structure<typeof LOGIN_STATISTICS_FIELDS> = new Structure(
  "MSiSCSI_InitiatorLoginStatistics",
  LOGIN_STATISTICS_FIELDS,
);

/** Fields of the structure below, by the names of the header. */
export const MAIN_MODE_STATISTICS_FIELDS = {
  ActiveAcquire: u64(),
  ActiveReceive: u64(),
  AcquireFailures: u64(),
  ReceiveFailures: u64(),
  SendFailures: u64(),
  AcquireHeapSize: u64(),
  ReceiveHeapSize: u64(),
  NegotiationFailures: u64(),
  AuthenticationFailures: u64(),
  InvalidCookiesReceived: u64(),
  TotalGetSPI: u64(),
  KeyAdditions: u64(),
  KeyUpdates: u64(),
  GetSPIFailures: u64(),
  KeyAdditionFailures: u64(),
  KeyUpdateFailures: u64(),
  ConnectionListSize: u64(),
  OakleyMainMode: u64(),
  OakleyQuickMode: u64(),
  InvalidPackets: u64(),
  SoftAssociations: u64(),
} as const;

/** MSiSCSI_MMIPSECStats, 168 bytes: raw counters of phase 1. */
export const MAIN_MODE_STATISTICS: Structure<typeof MAIN_MODE_STATISTICS_FIELDS> = new Structure(
  "MSiSCSI_MMIPSECStats",
  MAIN_MODE_STATISTICS_FIELDS,
);

/** The value of MSiSCSI_MMIPSECStats. */
export type MainModeStatistics = StructureValue<typeof MAIN_MODE_STATISTICS_FIELDS>;
