/**
 * How LoginToTarget is judged before the adapter is asked, in the order of
 * Microsoft's published sample: the length of the C structure, room for OUT,
 * the lengths inside, the type of session, the authentication, the address.
 *
 * @module
 */

import {
  AddressType,
  CHOOSE_IDENTIFICATION,
  IsdscStatus,
  MAX_KEY_BYTES,
  SESSION_REQUEST,
} from "../../firmware/manual/interface.ts";
import { SrbStatus } from "../status.ts";
import {
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_IN_C_BYTES,
  LOGIN_TO_TARGET_OUT,
  LoginAuthType,
  LoginInformation,
  LoginSessionType,
} from "../wmi/adapter_operations.ts";
import { addressOfValue } from "../wmi/ip_address.ts";

/** What became of a login. */
export type LoginJudgement =
  /** The request itself is refused; `bytes` are needed if it has too little room. */
  | { readonly type: "refused"; readonly srbStatus: number; readonly bytes: number }
  /** It is answered without the adapter: OUT.Status. */
  | { readonly type: "answered"; readonly status: number }
  /** The adapter shall open a session. */
  | { readonly type: "open"; readonly request: Uint8Array };

/**
 * Judges LoginToTarget_IN.
 *
 * @param capacityBytes Room for OUT.
 */
export function judgeLogin(input: Uint8Array, capacityBytes: number): LoginJudgement {
  if (input.length < LOGIN_TO_TARGET_IN_C_BYTES) {
    return { type: "refused", srbStatus: SrbStatus.invalidRequest, bytes: 0 };
  }
  if (capacityBytes < LOGIN_TO_TARGET_OUT.sizeof) {
    return { type: "refused", srbStatus: SrbStatus.dataOverrun, bytes: LOGIN_TO_TARGET_OUT.sizeof };
  }
  if (LOGIN_TO_TARGET_IN.neededBytes(input) > input.length) return answered(IsdscStatus.LOGIN_USER_INFO_BAD);
  const value = LOGIN_TO_TARGET_IN.decode(input);
  if (value.SessionType > LoginSessionType.data) return answered(IsdscStatus.SESSION_TYPE_NOT_SUPPORTED);
  const { AuthType, InformationSpecified } = value.LoginOptions;
  if ((InformationSpecified & LoginInformation.authType) !== 0 && AuthType !== LoginAuthType.none) {
    const status = chapStatus(AuthType, value.Username.length, value.Password.length);
    if (status !== IsdscStatus.SUCCESS) return answered(status);
  }
  // Persistent logins are not kept by this adapter.
  if (value.PersistentLogin) return answered(IsdscStatus.REQUEST_NOT_SUPPORTED);
  const { Type } = value.TargetPortal.Address;
  if (Type !== AddressType.ipv4 && Type !== AddressType.ipv6) return answered(IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED);
  return {
    type: "open",
    request: SESSION_REQUEST.encode({
      portNumber: value.PortNumber,
      target: addressOfValue(value.TargetPortal.Address),
      securityFlags: value.SecurityFlags,
      idType: CHOOSE_IDENTIFICATION,
      reserved: 0,
      id: new Uint8Array(0),
      key: value.Key.subarray(0, MAX_KEY_BYTES + 1),
    }),
  };
}

/** Nothing of CHAP is simulated but what a driver refuses. Mutual CHAP needs a secret of the initiator's, which nobody can set. */
function chapStatus(authType: number, usernameBytes: number, passwordBytes: number): number {
  if (authType > LoginAuthType.mutualChap) return IsdscStatus.INVALID_LOGON_AUTH_TYPE;
  if (usernameBytes === 0) return IsdscStatus.INVALID_CHAP_USER_NAME;
  if (passwordBytes === 0) return IsdscStatus.INVALID_TARGET_CHAP_SECRET;
  return authType === LoginAuthType.mutualChap ? IsdscStatus.INVALID_INITIATOR_CHAP_SECRET : IsdscStatus.SUCCESS;
}

function answered(status: number): LoginJudgement {
  return { type: "answered", status };
}
