/** Offsets and sizes as a 64-bit C compiler gives them for the structures of the Windows headers. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { StructureError } from "../../sim/layout/structure.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID, SECURITY_CAPABILITIES } from "../../host/wmi/adapter_information.ts";
import {
  ISCSI_LOGIN_OPTIONS,
  ISCSI_TARGET_PORTAL,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_OUT,
  LOGOUT_FROM_TARGET_IN,
} from "../../host/wmi/adapter_operations.ts";
import { formatGuid, GuidError, parseGuid } from "../../host/wmi/guid.ts";
import { ISCSI_IP_ADDRESS } from "../../host/wmi/ip_address.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SECURITY_CONFIG_OPERATIONS_GUID,
  SET_GENERATIONAL_GUID_IN,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import {
  WMIREGGUID,
  WMIREGINFO,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
  WNODE_TOO_SMALL,
} from "../../host/wmi/wnode.ts";
import { SCSI_WMI_REQUEST_BLOCK } from "../../host/srb.ts";

interface Layout {
  readonly name: string;
  readonly sizeof: number;
  readonly fixedBytes: number;
  offsetOf(field: string): number;
  decode(bytes: Uint8Array): unknown;
  encode(value: never): Uint8Array;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/[\s|]+/), (digits) => Number.parseInt(digits, 16));
}

/** sizeof, the least that can be decoded, and offsets. */
const LAYOUTS: readonly (readonly [Layout, number, number, Readonly<Record<string, number>>])[] = [
  [SET_PRESHARED_KEY_FOR_ID_IN as unknown as Layout, 32, 28, {
    PortNumber: 0,
    SecurityFlags: 8,
    IdType: 16,
    IdSize: 20,
    KeySize: 24,
    Id: 28,
  }],
  [GET_PRESHARED_KEY_FOR_ID_IN as unknown as Layout, 16, 12, { PortNumber: 0, IdType: 4, IdSize: 8, Id: 12 }],
  [GET_PRESHARED_KEY_FOR_ID_OUT as unknown as Layout, 16, 16, { Status: 0, SecurityFlags: 8 }],
  [SET_GROUP_PRESHARED_KEY_IN as unknown as Layout, 8, 4, { KeySize: 0, Key: 4 }],
  [SET_TUNNEL_MODE_OUTER_ADDRESS_IN as unknown as Layout, 1100, 1100, {
    PortNumber: 0,
    DestinationAddress: 4,
    TunnelModeOuterAddress: 552,
  }],
  [SET_GENERATIONAL_GUID_IN as unknown as Layout, 16, 16, { GenerationalGuid: 0 }],
  [STATUS_OUT as unknown as Layout, 4, 4, { Status: 0 }],
  [ISCSI_IP_ADDRESS as unknown as Layout, 548, 546, {
    Type: 0,
    IpV4Address: 4,
    IpV6Address: 8,
    IpV6FlowInfo: 24,
    IpV6ScopeId: 28,
    TextAddress: 32,
  }],
  [HBA_INFORMATION as unknown as Layout, 4152, 4146, {
    UniqueAdapterId: 0,
    IntegratedTCPIP: 8,
    RequiresBinaryIpAddresses: 9,
    VersionMin: 10,
    VersionMax: 11,
    MultifunctionDevice: 12,
    CacheValid: 13,
    NumberOfPorts: 16,
    Status: 20,
    FunctionalitySupported: 24,
    GenerationalGuid: 28,
    MaxCDBLength: 44,
    BiDiScsiCommands: 48,
    VendorID: 50,
    VendorModel: 562,
    VendorVersion: 1074,
    FirmwareVersion: 1586,
    AsicVersion: 2098,
    OptionRomVersion: 2610,
    SerialNumber: 3122,
    DriverName: 3634,
  }],
  [SECURITY_CAPABILITIES as unknown as Layout, 12, 8, {
    ProtectiScsiTraffic: 0,
    ProtectiSNSTraffic: 1,
    CertificatesSupported: 2,
    EncryptionAvailableCount: 4,
    EncryptionAvailable: 8,
  }],
  [WNODE_HEADER as unknown as Layout, 48, 48, {
    BufferSize: 0,
    ProviderId: 4,
    HistoricalContext: 8,
    TimeStamp: 16,
    Guid: 24,
    ClientContext: 40,
    Flags: 44,
  }],
  [WNODE_METHOD_ITEM as unknown as Layout, 72, 68, {
    OffsetInstanceName: 48,
    InstanceIndex: 52,
    MethodId: 56,
    DataBlockOffset: 60,
    SizeDataBlock: 64,
  }],
  [WNODE_SINGLE_INSTANCE as unknown as Layout, 64, 64, {
    OffsetInstanceName: 48,
    InstanceIndex: 52,
    DataBlockOffset: 56,
    SizeDataBlock: 60,
  }],
  [WNODE_TOO_SMALL as unknown as Layout, 56, 52, { SizeNeeded: 48 }],
  [WMIREGGUID as unknown as Layout, 32, 32, { Guid: 0, Flags: 16, InstanceCount: 20, InstanceInfo: 24 }],
  [WMIREGINFO as unknown as Layout, 56, 24, { BufferSize: 0, GuidCount: 16, WmiRegGuid: 24 }],
  [SCSI_WMI_REQUEST_BLOCK as unknown as Layout, 88, 88, {
    Length: 0,
    Function: 2,
    SrbStatus: 3,
    WMISubFunction: 4,
    PathId: 5,
    TargetId: 6,
    Lun: 7,
    Reserved1: 8,
    WMIFlags: 9,
    Reserved2: 10,
    SrbFlags: 12,
    DataTransferLength: 16,
    TimeOutValue: 20,
    DataBuffer: 24,
    DataPath: 32,
    Reserved3: 40,
    OriginalRequest: 48,
    SrbExtension: 56,
    Reserved4: 64,
    Reserved6: 68,
    Reserved5: 72,
  }],
  [ISCSI_LOGIN_OPTIONS as unknown as Layout, 32, 32, { InformationSpecified: 0, AuthType: 28 }],
  [ISCSI_TARGET_PORTAL as unknown as Layout, 556, 554, { Address: 0, Reserved: 548, Socket: 552 }],
  // One LUN is counted here, and no byte of the key: `sizeof` in C is LOGIN_TO_TARGET_IN_C_BYTES.
  [LOGIN_TO_TARGET_IN as unknown as Layout, 2528, 2512, {
    PortNumber: 0,
    LoginOptions: 4,
    SessionType: 36,
    SecurityFlags: 40,
    TargetPortal: 48,
    UsernameSize: 604,
    PasswordSize: 608,
    KeySize: 612,
    UniqueIdForISID: 616,
    PersistentLogin: 618,
    InitiatorNode: 620,
    InitiatorAlias: 1068,
    TargetName: 1580,
    OSBus: 2032,
    OSTarget: 2036,
    UniqueSessionId: 2040,
    LUNCount: 2048,
    MappingsTargetName: 2052,
    FromPersistentLogin: 2500,
    Reserved: 2504,
    LUNList: 2512,
  }],
  [LOGIN_TO_TARGET_OUT as unknown as Layout, 24, 24, { Status: 0, UniqueSessionId: 8, UniqueConnectionId: 16 }],
  [LOGOUT_FROM_TARGET_IN as unknown as Layout, 8, 8, { UniqueSessionId: 0 }],
];

for (const [layout, sizeof, fixedBytes, offsets] of LAYOUTS) {
  Deno.test(`${layout.name} has the sizes and offsets of its header`, () => {
    assertEquals([layout.sizeof, layout.fixedBytes], [sizeof, fixedBytes]);
    for (const [field, offset] of Object.entries(offsets)) assertEquals(layout.offsetOf(field), offset, field);
  });

  Deno.test(`${layout.name} decodes random bytes or throws a StructureError, and encodes what it decoded`, () => {
    const length = fc.oneof(fc.nat(layout.fixedBytes + 64), fc.constant(layout.fixedBytes + 40));
    const small = fc.tuple(length, fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.constantFrom(0, 1, 4, 0xff));
    fc.assert(
      fc.property(small, ([bytes, pattern, mask]) => {
        const random = Uint8Array.from({ length: bytes }, (_, index) => (pattern[index % 64] ?? 0) & mask);
        let value: unknown;
        try {
          value = layout.decode(random);
        } catch (error) {
          assert(error instanceof StructureError, String(error));
          return;
        }
        assertEquals(layout.decode(layout.encode(value as never)), value);
      }),
      { numRuns: 200 },
    );
  });
}

Deno.test("SetPresharedKeyForId_IN: the 48-byte vector round-trips", () => {
  const vector = fromHex(`FF FF FF FF 00 00 00 00 | 27 00 00 00 00 00 00 00 | 01 00 00 00 04 00 00 00
    10 00 00 00 | C0 00 02 0A | 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F`);
  assertEquals(vector.length, 48);
  const value = {
    PortNumber: 0xffff_ffff,
    SecurityFlags: 0x27n,
    IdType: 1,
    Id: Uint8Array.of(192, 0, 2, 10),
    Key: Uint8Array.from({ length: 16 }, (_, index) => index),
  };
  assertEquals(SET_PRESHARED_KEY_FOR_ID_IN.decode(vector), value);
  assertEquals(SET_PRESHARED_KEY_FOR_ID_IN.encode(value), vector);
});

Deno.test("GetPresharedKeyForId_IN: the 16-byte vector round-trips", () => {
  const vector = fromHex("FF FF FF FF 01 00 00 00 04 00 00 00 C0 00 02 0A");
  const value = { PortNumber: 0xffff_ffff, IdType: 1, Id: Uint8Array.of(192, 0, 2, 10) };
  assertEquals(GET_PRESHARED_KEY_FOR_ID_IN.decode(vector), value);
  assertEquals(GET_PRESHARED_KEY_FOR_ID_IN.encode(value), vector);
});

Deno.test("SetPresharedKeyForId_IN of one byte of each is 30 bytes, less than sizeof", () => {
  const one = Uint8Array.of(7);
  const encoded = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: 0,
    SecurityFlags: 0n,
    IdType: 2,
    Id: one,
    Key: one,
  });
  assertEquals(encoded.length, 30);
  assertEquals(SET_PRESHARED_KEY_FOR_ID_IN.decode(encoded).Key, one);
});

Deno.test("parseGuid() gives the bytes as they stand in memory, and formatGuid() the text back", () => {
  const bytes = fromHex("25 33 1F 39 A3 0B 83 40 A8 61 CF 4F 6F 97 A5 27");
  assertEquals(SECURITY_CONFIG_OPERATIONS_GUID, bytes);
  assertEquals(formatGuid(bytes), "{391F3325-0BA3-4083-A861-CF4F6F97A527}");
  assertEquals(formatGuid(parseGuid("58515bf3-2f59-4f37-b74f-85aeec652ad6")), formatGuid(HBA_INFORMATION_GUID));
  try {
    parseGuid("{391F3325}");
  } catch (error) {
    assert(error instanceof GuidError);
    return;
  }
  throw new Error("not refused");
});
