/**
 * What an adapter says of itself: MSiSCSI_HBAInformation (`iscsimgt.h`) and
 * MSiSCSI_SecurityCapabilities (`iscsicfg.h`).
 *
 * @module
 */

import type { CountField, FixedField, VariableField } from "../../sim/layout/field.ts";
import { boolean, bytes, countedString, countOf, u32, u64, u8, variableU32 } from "../../sim/layout/fields.ts";
import { Structure, type StructureValue } from "../../sim/layout/structure.ts";
import { parseGuid } from "./guid.ts";

/** MSiSCSI_HBAInformation. */
export const HBA_INFORMATION_GUID: Uint8Array = parseGuid("{58515BF3-2F59-4F37-B74F-85AEEC652AD6}");

/** MSiSCSI_SecurityCapabilities. */
export const SECURITY_CAPABILITIES_GUID: Uint8Array = parseGuid("{225B9D64-47A9-41C8-81CD-69BC02652D87}");

/** Fields of the structure below, by the names of the header. */
export const HBA_INFORMATION_FIELDS: {
  readonly UniqueAdapterId: FixedField<bigint>;
  readonly IntegratedTCPIP: FixedField<boolean>;
  readonly RequiresBinaryIpAddresses: FixedField<boolean>;
  readonly VersionMin: FixedField<number>;
  readonly VersionMax: FixedField<number>;
  readonly MultifunctionDevice: FixedField<boolean>;
  readonly CacheValid: FixedField<boolean>;
  readonly NumberOfPorts: FixedField<number>;
  readonly Status: FixedField<number>;
  readonly FunctionalitySupported: FixedField<number>;
  readonly GenerationalGuid: FixedField<Uint8Array>;
  readonly MaxCDBLength: FixedField<number>;
  readonly BiDiScsiCommands: FixedField<boolean>;
  readonly VendorID: FixedField<string>;
  readonly VendorModel: FixedField<string>;
  readonly VendorVersion: FixedField<string>;
  readonly FirmwareVersion: FixedField<string>;
  readonly AsicVersion: FixedField<string>;
  readonly OptionRomVersion: FixedField<string>;
  readonly SerialNumber: FixedField<string>;
  readonly DriverName: FixedField<string>;
} = {
  UniqueAdapterId: u64(),
  IntegratedTCPIP: boolean(),
  RequiresBinaryIpAddresses: boolean(),
  VersionMin: u8(),
  VersionMax: u8(),
  MultifunctionDevice: boolean(),
  CacheValid: boolean(),
  NumberOfPorts: u32(),
  Status: u32(),
  FunctionalitySupported: u32(),
  GenerationalGuid: bytes(16),
  MaxCDBLength: u32(),
  BiDiScsiCommands: boolean(),
  VendorID: countedString(255),
  VendorModel: countedString(255),
  VendorVersion: countedString(255),
  FirmwareVersion: countedString(255),
  AsicVersion: countedString(255),
  OptionRomVersion: countedString(255),
  SerialNumber: countedString(255),
  DriverName: countedString(255),
};

/** MSiSCSI_HBAInformation, 4152 bytes. */
export const HBA_INFORMATION: Structure<typeof HBA_INFORMATION_FIELDS> = new Structure(
  "MSiSCSI_HBAInformation",
  HBA_INFORMATION_FIELDS,
);

/** The value of MSiSCSI_HBAInformation. */
export type HbaInformation = StructureValue<typeof HBA_INFORMATION_FIELDS>;

/** MSiSCSI_SecurityCapabilities.EncryptionAvailable. */
export const EncryptionType = {
  /** No encryption. */
  none: 0,
  /** 3DES with HMAC-SHA-1. */
  tripleDesHmacSha1: 1,
  /** AES in counter mode. */
  aesCounter: 2,
} as const;

/** Fields of the structure below, by the names of the header. */
export const SECURITY_CAPABILITIES_FIELDS: {
  readonly ProtectiScsiTraffic: FixedField<boolean>;
  readonly ProtectiSNSTraffic: FixedField<boolean>;
  readonly CertificatesSupported: FixedField<boolean>;
  readonly EncryptionAvailableCount: CountField;
  readonly EncryptionAvailable: VariableField<readonly number[]>;
} = {
  ProtectiScsiTraffic: boolean(),
  ProtectiSNSTraffic: boolean(),
  CertificatesSupported: boolean(),
  EncryptionAvailableCount: countOf("EncryptionAvailable"),
  EncryptionAvailable: variableU32("EncryptionAvailableCount"),
};

/** MSiSCSI_SecurityCapabilities, 8 bytes and 4 for each kind of encryption. */
export const SECURITY_CAPABILITIES: Structure<typeof SECURITY_CAPABILITIES_FIELDS> = new Structure(
  "MSiSCSI_SecurityCapabilities",
  SECURITY_CAPABILITIES_FIELDS,
);
