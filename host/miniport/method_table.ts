/**
 * The methods that become one mailbox command each: how their IN structure is
 * marshalled, and how the answer becomes their OUT structure.
 *
 * Only the shape is checked here: room for OUT, length of IN. What the values
 * mean is for the firmware to judge, in its own order of checks. An oversized
 * identifier or key is therefore handed over, cut to one byte more than the
 * adapter takes, so that the adapter refuses it when its turn in that order
 * has come.
 *
 * @module
 */

import {
  CONNECTION_NAME,
  GROUP_KEY_REQUEST,
  IsdscStatus,
  MailboxCommand,
  MAX_ID_BYTES,
  MAX_KEY_BYTES,
  PERSISTENT_LOGIN_NAME,
  PRESHARED_KEY_FLAGS,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  TUNNEL_ADDRESS_REQUEST,
} from "../../firmware/manual/interface.ts";
import { copyBytes } from "../../sim/layout/slab.ts";
import {
  LOGOUT_FROM_TARGET_IN,
  OperationsMethod,
  REMOVE_CONNECTION_FROM_SESSION_IN,
  REMOVE_PERSISTENT_LOGIN_IN,
} from "../wmi/adapter_operations.ts";
import { addressOfValue } from "../wmi/ip_address.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SecurityMethod,
  SET_GENERATIONAL_GUID_IN,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
  STATUS_OUT,
} from "../wmi/security_config_operations.ts";
import type { MailboxCommandRequest } from "./mailbox.ts";
import { type SessionIds, sessionNumber } from "./session_ids.ts";
import type { Sessions } from "./sessions.ts";

/** A method that becomes one mailbox command. */
export interface MethodDescription {
  /** Room that OUT needs, in bytes. */
  readonly outputBytes: number;
  /**
   * Turns IN into a command.
   *
   * @param ids Tell which sessions it names.
   * @throws {StructureError} IN is shorter than its fixed part, or than its lengths say.
   */
  marshal(input: Uint8Array, ids: SessionIds): MailboxCommandRequest;
  /**
   * Writes OUT, at once: the type refuses a generator, which would only be made and do nothing.
   *
   * @param response What the adapter wrote; empty when it refused.
   * @param output Exactly `outputBytes`.
   */
  unmarshal(status: number, response: Uint8Array, output: Uint8Array): void | undefined;
}

/** How each method of MSiSCSI_SecurityConfigOperations is carried out. */
const METHODS: Readonly<Record<keyof typeof SecurityMethod, MethodDescription>> = {
  setPresharedKeyForId: statusMethod((input) => {
    const value = SET_PRESHARED_KEY_FOR_ID_IN.decode(input);
    return command(
      MailboxCommand.setPresharedKeyForId,
      PRESHARED_KEY_REQUEST.encode({
        portNumber: value.PortNumber,
        idType: value.IdType,
        securityFlags: value.SecurityFlags,
        id: cut(value.Id, MAX_ID_BYTES),
        key: cut(value.Key, MAX_KEY_BYTES),
      }),
    );
  }),
  getPresharedKeyForId: {
    outputBytes: GET_PRESHARED_KEY_FOR_ID_OUT.sizeof,
    marshal(input) {
      const value = GET_PRESHARED_KEY_FOR_ID_IN.decode(input);
      const id = cut(value.Id, MAX_ID_BYTES);
      return command(
        MailboxCommand.getPresharedKeyForId,
        PRESHARED_KEY_QUERY.encode({ portNumber: value.PortNumber, idType: value.IdType, id }),
        PRESHARED_KEY_FLAGS.sizeof,
      );
    },
    unmarshal(status, response, output) {
      const isAnswered = status === IsdscStatus.SUCCESS && response.length >= PRESHARED_KEY_FLAGS.sizeof;
      const flags = isAnswered ? PRESHARED_KEY_FLAGS.decode(response).securityFlags : 0n;
      GET_PRESHARED_KEY_FOR_ID_OUT.encodeInto({ Status: status, SecurityFlags: flags }, output);
    },
  },
  setGroupPresharedKey: statusMethod((input) => {
    const { Key } = SET_GROUP_PRESHARED_KEY_IN.decode(input);
    return command(MailboxCommand.setGroupPresharedKey, GROUP_KEY_REQUEST.encode({ key: cut(Key, MAX_KEY_BYTES) }));
  }),
  setTunnelModeOuterAddress: statusMethod((input) => {
    const value = SET_TUNNEL_MODE_OUTER_ADDRESS_IN.decode(input);
    return command(
      MailboxCommand.setTunnelModeOuterAddress,
      TUNNEL_ADDRESS_REQUEST.encode({
        portNumber: value.PortNumber,
        destination: addressOfValue(value.DestinationAddress),
        outerAddress: addressOfValue(value.TunnelModeOuterAddress),
      }),
    );
  }),
  clearCache: statusMethod(() => command(MailboxCommand.clearCache, new Uint8Array(0))),
  setGenerationalGuid: statusMethod((input) =>
    command(MailboxCommand.setGenerationalGuid, copyBytes(SET_GENERATIONAL_GUID_IN.decode(input).GenerationalGuid))
  ),
};

/** The methods of MSiSCSI_SecurityConfigOperations by WmiMethodId. */
export const SECURITY_METHODS: ReadonlyMap<number, MethodDescription> = new Map(
  (Object.keys(METHODS) as (keyof typeof SecurityMethod)[]).map((name) => [SecurityMethod[name], METHODS[name]]),
);

/** A method of MSiSCSI_Operations that becomes one mailbox command. */
export interface OperationDescription extends MethodDescription {
  /** Length of IN, in bytes: less means nothing, and is judged before the room for OUT, as in Microsoft's sample. */
  readonly inputBytes: number;
  /** What the driver notes when the adapter has carried it out; IN is a copy, and holds no key. */
  readonly done: (sessions: Sessions, input: Uint8Array) => void;
}

/** The methods of MSiSCSI_Operations by WmiMethodId, but for those that open connections. */
export const OPERATIONS: ReadonlyMap<number, OperationDescription> = new Map<number, OperationDescription>([
  [OperationsMethod.logoutFromTarget, {
    ...statusMethod((input, ids) => {
      const { UniqueSessionId } = LOGOUT_FROM_TARGET_IN.decode(input);
      const closing = command(MailboxCommand.closeSession, new Uint8Array(0));
      return { ...closing, parameter: ids.numberOf(UniqueSessionId) };
    }),
    inputBytes: LOGOUT_FROM_TARGET_IN.fixedBytes,
    done(sessions, input) {
      sessions.counts.loggedOut++;
      sessions.closed(sessionNumber(LOGOUT_FROM_TARGET_IN.decode(input).UniqueSessionId));
    },
  }],
  [OperationsMethod.removePersistentLogin, {
    ...statusMethod((input) => {
      const { PortNumber, TargetName, TargetPortal } = REMOVE_PERSISTENT_LOGIN_IN.decode(input);
      return command(
        MailboxCommand.removePersistentLogin,
        PERSISTENT_LOGIN_NAME.encode({
          portNumber: PortNumber,
          target: addressOfValue(TargetPortal.Address),
          socket: TargetPortal.Socket,
          targetName: new TextEncoder().encode(TargetName),
        }),
      );
    }),
    inputBytes: REMOVE_PERSISTENT_LOGIN_IN.fixedBytes,
    done() {},
  }],
  [OperationsMethod.removeConnectionFromSession, {
    ...statusMethod((input, ids) => {
      const { UniqueSessionId, UniqueConnectionId } = REMOVE_CONNECTION_FROM_SESSION_IN.decode(input);
      const name = { session: ids.numberOf(UniqueSessionId), connection: ids.numberOf(UniqueConnectionId) };
      return command(MailboxCommand.removeConnection, CONNECTION_NAME.encode(name));
    }),
    inputBytes: REMOVE_CONNECTION_FROM_SESSION_IN.fixedBytes,
    done(sessions, input) {
      const { UniqueSessionId, UniqueConnectionId } = REMOVE_CONNECTION_FROM_SESSION_IN.decode(input);
      sessions.removed(sessionNumber(UniqueSessionId), sessionNumber(UniqueConnectionId));
    },
  }],
]);

function statusMethod(marshal: MethodDescription["marshal"]): MethodDescription {
  return {
    outputBytes: STATUS_OUT.sizeof,
    marshal,
    unmarshal: (status, _response, output) => {
      STATUS_OUT.encodeInto({ Status: status }, output);
    },
  };
}

function command(code: number, request: Uint8Array, responseBytes = 0): MailboxCommandRequest {
  return { command: code, request, responseBytes };
}

function cut(bytes: Uint8Array, maximumBytes: number): Uint8Array {
  return bytes.subarray(0, maximumBytes + 1);
}
