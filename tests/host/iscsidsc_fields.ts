/**
 * Every field of what each function of the API is given, and what is none of
 * its values: data for `iscsidsc_bad_input_test.ts`. Tables by function and by
 * field, so that one that is forgotten does not compile.
 *
 * @module
 */

import type { ProcedureName } from "../../host/initiator_service/procedures.ts";
import type { Iscsidsc } from "../../host/iscsidsc/iscsidsc.ts";
import type {
  AddConnectionParameters,
  IkeAuthenticationInformation,
  LoginOptions,
  LoginParameters,
  ScsiLun,
  TargetMapping,
  TargetPortal,
  UniqueSessionId,
} from "../../host/iscsidsc/structures.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { HBA, ID, testKey } from "./test_host.ts";

/** What a field must not be; and of a structure or a list what its fields must not be. */
interface Shape {
  readonly bad: readonly unknown[];
  readonly fields?: Readonly<Record<string, Shape>>;
}

/** A structure all of whose fields have a shape. */
type FieldsOf<T> = Readonly<Record<keyof Required<T>, Shape>>;

/** What no argument is, of whatever type. */
const NOTHING_AT_ALL = [null, {}, [], Symbol("a symbol"), () => 0, new Date(0)];

function detached(): Uint8Array {
  const bytes = new Uint8Array(4);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

/** A view whose buffer has become too short for it. */
function outOfBounds(): Uint8Array {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  const view = new Uint8Array(buffer, 4, 4);
  buffer.resize(4);
  return view;
}

const NUMBERS = [-1, 0.5, NaN, Infinity, "1", 1n, true, new Number(1), ...NOTHING_AT_ALL];
const BYTES: Shape = {
  bad: [
    ...NOTHING_AT_ALL,
    "text",
    7,
    true,
    [1, 2, 3],
    new ArrayBuffer(4),
    new Uint16Array(4),
    new DataView(new ArrayBuffer(4)),
    Object.create(Uint8Array.prototype),
    detached(),
    outOfBounds(),
  ],
};
const BOOLEAN: Shape = { bad: [...NOTHING_AT_ALL, "no", "", 0, 1, 1n, new Boolean(true)] };
const UCHAR: Shape = { bad: [...NUMBERS, 0x100] };
const USHORT: Shape = { bad: [...NUMBERS, 0x1_0000] };
const ULONG: Shape = { bad: [...NUMBERS, 2 ** 32] };
const ULONGLONG: Shape = { bad: [...NOTHING_AT_ALL, -1n, 1n << 64n, 1, "1", true] };
const BITS: Shape = { bad: [...ULONG.bad, 0x8000_0000] };
const DIGEST: Shape = { bad: [...NUMBERS, 2] };

function text(maximumCharacters: number): Shape {
  return { bad: [...NOTHING_AT_ALL, 7, true, "\0", new String("text"), ["text"], "x".repeat(maximumCharacters + 1)] };
}

function required(shape: Shape): Shape {
  return { ...shape, bad: [...shape.bad, undefined] };
}

function structure(fields: Readonly<Record<string, Shape>>): Shape {
  return { bad: [...NOTHING_AT_ALL, 7, "text", true], fields };
}

const INITIATOR_NAME = text(255);
const ID_FIELDS = required(structure(
  {
    adapterUnique: required(ULONGLONG),
    adapterSpecific: required(ULONGLONG),
  } satisfies FieldsOf<UniqueSessionId>,
));
const AUTHENTICATION = required(structure(
  {
    authMethod: required({ bad: [...NUMBERS, 0, 2] }),
    securityFlags: required(ULONGLONG),
    idType: required(UCHAR),
    id: required(BYTES),
    key: required(BYTES),
  } satisfies FieldsOf<IkeAuthenticationInformation>,
));
const PORTAL = structure(
  {
    symbolicName: text(255),
    address: required(text(255)),
    socket: USHORT,
  } satisfies FieldsOf<TargetPortal>,
);
const MAPPINGS = structure(
  {
    osBusNumber: required(ULONG),
    osTargetNumber: required(ULONG),
    lunList: required({
      bad: [null, {}, 7, "text", Symbol("a symbol"), new Array(3), [undefined], { length: 0 }, new Set()],
      fields: {
        "0": required(structure(
          {
            osLun: required(ULONG),
            targetLun: required(ULONGLONG),
          } satisfies FieldsOf<ScsiLun>,
        )),
      },
    }),
  } satisfies FieldsOf<TargetMapping>,
);
const OPTIONS = structure(
  {
    version: required({ bad: [...NUMBERS, 1] }),
    informationSpecified: BITS,
    loginFlags: BITS,
    authType: required(ULONG),
    headerDigest: required(DIGEST),
    dataDigest: required(DIGEST),
    maximumConnections: required({ bad: [...USHORT.bad, 0] }),
    defaultTime2Wait: required(ULONG),
    defaultTime2Retain: required(ULONG),
    // NULL is a name, and a password, that the service has to find.
    username: BYTES,
    password: BYTES,
  } satisfies FieldsOf<LoginOptions>,
);

const GOOD_OPTIONS: Required<LoginOptions> = {
  version: 0,
  informationSpecified: 0xff,
  loginFlags: 0x02,
  authType: 1,
  headerDigest: 1,
  dataDigest: 0,
  maximumConnections: 2,
  defaultTime2Wait: 2,
  defaultTime2Retain: 20,
  username: new Uint8Array(3),
  password: new Uint8Array(12),
};
const GOOD_PORTAL: Required<TargetPortal> = { symbolicName: "disk", address: "198.51.100.7", socket: 3260 };
const GOOD_ID: UniqueSessionId = { adapterUnique: 1n, adapterSpecific: 1n };
const GOOD_AUTHENTICATION = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: ID, key: testKey(1) };
const GOOD_LOGIN: Required<LoginParameters> = {
  targetName: "iqn.2002-01.com.example:disk",
  isInformationalSession: false,
  initiatorInstance: HBA,
  initiatorPortNumber: 0,
  targetPortal: GOOD_PORTAL,
  securityFlags: 0x27n,
  mappings: { osBusNumber: 0, osTargetNumber: 1, lunList: [{ osLun: 1, targetLun: 2n }] },
  loginOptions: GOOD_OPTIONS,
  key: testKey(1),
  isPersistent: false,
};
const GOOD_CONNECTION: Required<AddConnectionParameters> = {
  uniqueSessionId: GOOD_ID,
  initiatorPortNumber: 0,
  targetPortal: GOOD_PORTAL,
  securityFlags: 0x27n,
  loginOptions: GOOD_OPTIONS,
  key: testKey(1),
};

/** A function, arguments that it takes, and the shape of each. */
export interface Signature {
  readonly good: readonly unknown[];
  readonly shapes: readonly Shape[];
  readonly call: (api: Iscsidsc, ...given: readonly unknown[]) => Task<number | { readonly status: number }>;
}

/** A function as it is called by callers without types. */
function signature<A extends readonly unknown[]>(
  call: (api: Iscsidsc, ...given: A) => Task<number | { readonly status: number }>,
  good: A,
  shapes: { readonly [Index in keyof A]: Shape },
): Signature {
  return { good, shapes, call: (api, ...given) => call(api, ...given as unknown as A) };
}

/** Of a size there is none, or a ULONG. */
function list(call: (api: Iscsidsc, size: number) => Task<{ readonly status: number }>): Signature {
  return signature(call, [100_000], [ULONG]);
}

type Arguments<Name extends keyof Iscsidsc> = Required<Parameters<Iscsidsc[Name]>>;

/** The table. */
export const SIGNATURES: Readonly<Record<ProcedureName, Signature>> = {
  SetIScsiIKEInfo: signature<Arguments<"setIScsiIKEInfo">>(
    (api, ...given) => api.setIScsiIKEInfo(...given),
    [HBA, 0, GOOD_AUTHENTICATION, true],
    [INITIATOR_NAME, required(ULONG), AUTHENTICATION, required(BOOLEAN)],
  ),
  GetIScsiIKEInfo: signature<Arguments<"getIScsiIKEInfo">>(
    (api, ...given) => api.getIScsiIKEInfo(...given),
    [HBA, 0, undefined, { authMethod: 1, idType: 1, id: ID }],
    [
      INITIATOR_NAME,
      required(ULONG),
      { bad: [...NOTHING_AT_ALL, 0, 7, "text", false] },
      required(structure({
        authMethod: required({ bad: [...NUMBERS, 0, 2] }),
        idType: required(UCHAR),
        id: required(BYTES),
      })),
    ],
  ),
  SetIScsiGroupPresharedKey: signature<Arguments<"setIScsiGroupPresharedKey">>(
    (api, ...given) => api.setIScsiGroupPresharedKey(...given),
    [testKey(1), true],
    [required(BYTES), required(BOOLEAN)],
  ),
  SetIScsiTunnelModeOuterAddress: signature<Arguments<"setIScsiTunnelModeOuterAddress">>(
    (api, ...given) => api.setIScsiTunnelModeOuterAddress(...given),
    [HBA, 0, "203.0.113.9", "203.0.113.1", true],
    [INITIATOR_NAME, required(ULONG), required(text(255)), required(text(255)), required(BOOLEAN)],
  ),
  LoginIScsiTarget: signature<Arguments<"loginIScsiTarget">>(
    (api, ...given) => api.loginIScsiTarget(...given),
    [GOOD_LOGIN],
    [
      required(structure(
        {
          targetName: required(text(223)),
          isInformationalSession: BOOLEAN,
          initiatorInstance: INITIATOR_NAME,
          initiatorPortNumber: ULONG,
          targetPortal: PORTAL,
          securityFlags: ULONGLONG,
          mappings: MAPPINGS,
          loginOptions: OPTIONS,
          key: BYTES,
          isPersistent: BOOLEAN,
        } satisfies FieldsOf<LoginParameters>,
      )),
    ],
  ),
  LogoutIScsiTarget: signature<Arguments<"logoutIScsiTarget">>(
    (api, ...given) => api.logoutIScsiTarget(...given),
    [GOOD_ID],
    [ID_FIELDS],
  ),
  AddIScsiConnection: signature<Arguments<"addIScsiConnection">>(
    (api, ...given) => api.addIScsiConnection(...given),
    [GOOD_CONNECTION],
    [
      required(structure(
        {
          uniqueSessionId: ID_FIELDS,
          initiatorPortNumber: ULONG,
          targetPortal: required(PORTAL),
          securityFlags: ULONGLONG,
          loginOptions: OPTIONS,
          key: BYTES,
        } satisfies FieldsOf<AddConnectionParameters>,
      )),
    ],
  ),
  RemoveIScsiConnection: signature<Arguments<"removeIScsiConnection">>(
    (api, ...given) => api.removeIScsiConnection(...given),
    [GOOD_ID, GOOD_ID],
    [ID_FIELDS, ID_FIELDS],
  ),
  ReportIScsiInitiatorList: list((api, size) => api.reportIScsiInitiatorList(size)),
  GetIScsiSessionList: list((api, size) => api.getIScsiSessionList(size)),
  ReportIScsiPersistentLogins: list((api, size) => api.reportIScsiPersistentLogins(size)),
  RemoveIScsiPersistentTarget: signature<Arguments<"removeIScsiPersistentTarget">>(
    (api, ...given) => api.removeIScsiPersistentTarget(...given),
    [HBA, 0, "iqn.2002-01.com.example:disk", GOOD_PORTAL],
    [required(INITIATOR_NAME), required(ULONG), required(text(223)), PORTAL],
  ),
};

/** One field that is none, and where it stands. */
export interface BadField {
  readonly place: string;
  readonly given: readonly unknown[];
}

/** Every field of a function with everything that is none of its values. */
export function* badFields({ good, shapes }: Signature): Generator<BadField> {
  for (const [index, shape] of shapes.entries()) {
    for (const { place, value } of variants(`argument ${index + 1}`, good[index], shape)) {
      yield { place, given: good.with(index, value) };
    }
  }
}

function* variants(
  place: string,
  good: unknown,
  { bad, fields = {} }: Shape,
): Generator<{ readonly place: string; readonly value: unknown }> {
  for (const [index, value] of bad.entries()) yield { place: `${place}, bad value ${index} (${typeof value})`, value };
  for (const [name, shape] of Object.entries(fields)) {
    const inner: unknown = Object.getOwnPropertyDescriptor(good, name)?.value;
    for (const { place: at, value } of variants(`${place}.${name}`, inner, shape)) {
      yield {
        place: at,
        value: Array.isArray(good) ? good.with(Number(name), value) : { ...good as object, [name]: value },
      };
    }
  }
}
