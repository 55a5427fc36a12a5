/**
 * The message texts of statuses, which `iscsicli` prints last: those of
 * `iscsierr.h` as the public header has them, with their misspellings, and
 * those of the system for Win32 errors as the system error codes pages list
 * them.
 *
 * @module
 */

import { IsdscStatus, type IsdscStatusName } from "../../../../firmware/manual/interface.ts";
import { hexStatus } from "../../../../firmware/manual/isdsc_status.ts";
import { Win32Error } from "../../../../host/status.ts";

const ISDSC_TEXTS: Readonly<Record<IsdscStatusName, string>> = {
  SUCCESS: "The operation completed successfully.",
  NON_SPECIFIC_ERROR: "A non specific error occurred.",
  LOGIN_FAILED: "Login Failed.",
  CONNECTION_FAILED: "Connection Failed.",
  INITIATOR_NODE_ALREADY_EXISTS: "Initiator Node Already Exists.",
  INITIATOR_NODE_NOT_FOUND: "Initiator Node Does Not Exist.",
  TARGET_MOVED_TEMPORARILY: "Target Moved Temporarily.",
  TARGET_MOVED_PERMANENTLY: "Target Moved Permanently.",
  INITIATOR_ERROR: "Initiator Error.",
  AUTHENTICATION_FAILURE: "Authentication Failure.",
  AUTHORIZATION_FAILURE: "Authorization Failure.",
  NOT_FOUND: "Not Found.",
  TARGET_REMOVED: "Target Removed.",
  UNSUPPORTED_VERSION: "Unsupported Version.",
  TOO_MANY_CONNECTIONS: "Too many Connections.",
  MISSING_PARAMETER: "Missing Parameter.",
  CANT_INCLUDE_IN_SESSION: "Can not include in session.",
  SESSION_TYPE_NOT_SUPPORTED: "Session type not supported.",
  TARGET_ERROR: "Target Error.",
  SERVICE_UNAVAILABLE: "Service Unavailable.",
  OUT_OF_RESOURCES: "Out of Resources.",
  CONNECTION_ALREADY_EXISTS: "Connections already exist on initiator node.",
  SESSION_ALREADY_EXISTS: "Session Already Exists.",
  INITIATOR_INSTANCE_NOT_FOUND: "Initiator Instance Does Not Exist.",
  TARGET_ALREADY_EXISTS: "Target Already Exists.",
  DRIVER_BUG: "The iscsi driver implementation did not complete an operation correctly.",
  INVALID_TEXT_KEY: "An invalid key text was encountered.",
  INVALID_SENDTARGETS_TEXT: "Invalid SendTargets response text was encountered.",
  INVALID_SESSION_ID: "Invalid Session Id.",
  SCSI_REQUEST_FAILED: "The scsi request failed.",
  TOO_MANY_SESSIONS: "Exceeded max sessions for this initiator.",
  SESSION_BUSY: "Session is busy since a request is already in progress.",
  TARGET_MAPPING_UNAVAILABLE: "The target mapping requested is not available.",
  ADDRESS_TYPE_NOT_SUPPORTED: "The Target Address type given is not supported.",
  LOGON_FAILED: "Logon Failed.",
  SEND_FAILED: "TCP Send Failed.",
  TRANSPORT_ERROR: "TCP Transport Error",
  VERSION_MISMATCH: "iSCSI Version Mismatch",
  TARGET_MAPPING_OUT_OF_RANGE: "The Target Mapping Address passed is out of range for the adapter configuration.",
  TARGET_PRESHAREDKEY_UNAVAILABLE: "The preshared key for the target or IKE identification payload is not available.",
  TARGET_AUTHINFO_UNAVAILABLE: "The authentication information for the target is not available.",
  TARGET_NOT_FOUND: "The target name is not found or is marked as hidden from login.",
  LOGIN_USER_INFO_BAD: "One or more parameters specified in LoginTargetIN structure is invalid.",
  TARGET_MAPPING_EXISTS: "Given target mapping already exists.",
  HBA_SECURITY_CACHE_FULL: "The HBA security information cache is full.",
  INVALID_PORT_NUMBER: "The port number passed is not valid for the initiator.",
  OPERATION_NOT_ALL_SUCCESS: "The operation was not successful for all initiators or discovery methods.",
  HBA_SECURITY_CACHE_NOT_SUPPORTED: "The HBA security information cache is not supported by this adapter.",
  IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED: "The IKE id payload type specified is not supported.",
  IKE_ID_PAYLOAD_INCORRECT_SIZE: "The IKE id payload size specified is not correct.",
  TARGET_PORTAL_ALREADY_EXISTS: "Target Portal Structure Already Exists.",
  TARGET_ADDRESS_ALREADY_EXISTS: "Target Address Structure Already Exists.",
  NO_AUTH_INFO_AVAILABLE: "There is no IKE authentication information available.",
  NO_TUNNEL_OUTER_MODE_ADDRESS: "There is no tunnel mode outer address specified.",
  CACHE_CORRUPTED: "Authentication or tunnel address cache is corrupted.",
  REQUEST_NOT_SUPPORTED: "The request or operation is not supported.",
  TARGET_OUT_OF_RESORCES: "The target does not have enough resources to process the given request.",
  SERVICE_DID_NOT_RESPOND: "The initiator service did not respond to the request sent by the driver.",
  ISNS_SERVER_NOT_FOUND: "The Internet Storage Name Server (iSNS) server was not found or is unavailable.",
  OPERATION_REQUIRES_REBOOT: "The operation was successful but requires a driver reload or reboot to become effective.",
  NO_PORTAL_SPECIFIED: "There is no target portal available to complete the login.",
  CANT_REMOVE_LAST_CONNECTION: "Cannot remove the last connection for a session.",
  SERVICE_NOT_RUNNING: "The Microsoft iSCSI Initiator Service is not running. Please start the service and retry.",
  TARGET_ALREADY_LOGGED_IN: "The target has already been logged in via an iSCSI session.",
  DEVICE_BUSY_ON_SESSION: "The session cannot be logged out since a device on that session is currently being used.",
  COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA: "Failed to save persistent login information.",
  COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA: "Failed to remove persistent login information.",
  PORTAL_NOT_FOUND: "The specified portal was not found.",
  INITIATOR_NOT_FOUND: "The specified initiator name was not found.",
  DISCOVERY_MECHANISM_NOT_FOUND: "The specified discovery mechanism was not found.",
  IPSEC_NOT_SUPPORTED_ON_OS: "iSCSI does not support IPSEC for this version of the OS.",
  PERSISTENT_LOGIN_TIMEOUT: "The iSCSI service timed out waiting for all persistent logins to complete.",
  SHORT_CHAP_SECRET:
    "The specified CHAP secret is less than 96 bits and will not be usable for authenticating over non ipsec connections.",
  EVALUATION_PEROID_EXPIRED: "The evaluation period for the iSCSI initiator service has expired.",
  INVALID_CHAP_SECRET:
    "CHAP secret given does not conform to the standard. Please see system event log for more information.",
  INVALID_TARGET_CHAP_SECRET:
    "Target CHAP secret given is invalid. Maximum size of CHAP secret is 16 bytes. Minimum size is 12 bytes if IPSec is not used.",
  INVALID_INITIATOR_CHAP_SECRET:
    "Initiator CHAP secret given is invalid. Maximum size of CHAP secret is 16 bytes. Minimum size is 12 bytes if IPSec is not used.",
  INVALID_CHAP_USER_NAME: "CHAP Username given is invalid.",
  INVALID_LOGON_AUTH_TYPE: "Logon Authentication type given is invalid.",
  INVALID_TARGET_MAPPING: "Target Mapping information given is invalid.",
  INVALID_TARGET_ID: "Target Id given in Target Mapping is invalid.",
  INVALID_ISCSI_NAME: "The iSCSI name specified contains invalid characters or is too long.",
  INCOMPATIBLE_ISNS_VERSION:
    "The version number returned from the Internet Storage Name Server (iSNS) server is not compatible with this version of the iSNS client.",
  FAILED_TO_CONFIGURE_IPSEC:
    "Initiator failed to configure IPSec for the given connection. This could be because of low resources.",
  BUFFER_TOO_SMALL: "The buffer given for processing the request is too small.",
  INVALID_LOAD_BALANCE_POLICY: "The given Load Balance policy is not recognized by iScsi initiator.",
  INVALID_PARAMETER: "One or more paramaters specified is not valid.",
  DUPLICATE_PATH_SPECIFIED: "Duplicate PathIds were specified in the call to set Load Balance Policy.",
  PATH_COUNT_MISMATCH:
    "Number of paths specified in Set Load Balance Policy does not match the number of paths to the target.",
  INVALID_PATH_ID: "Path Id specified in the call to set Load Balance Policy is not valid",
  MULTIPLE_PRIMARY_PATHS_SPECIFIED: "Multiple primary paths specified when only one primary path is expected.",
  NO_PRIMARY_PATH_SPECIFIED: "No primary path specified when at least one is expected.",
  DEVICE_ALREADY_PERSISTENTLY_BOUND: "Device is already a persistently bound device.",
  DEVICE_NOT_FOUND: "Device was not found.",
  DEVICE_NOT_ISCSI_OR_PERSISTENT:
    "The device specified does not originate from an iSCSI disk or a persistent iSCSI login.",
  DNS_NAME_UNRESOLVED: "The DNS name specified was not resolved.",
  NO_CONNECTION_AVAILABLE: "There is no connection available in the iSCSI session to process the request.",
  LB_POLICY_NOT_SUPPORTED: "The given Load Balance policy is not supported.",
  REMOVE_CONNECTION_IN_PROGRESS: "A remove connection request is already in progress for this session.",
  INVALID_CONNECTION_ID: "Given connection was not found in the session.",
  CANNOT_REMOVE_LEADING_CONNECTION: "The leading connection in the session cannot be removed.",
  RESTRICTED_BY_GROUP_POLICY:
    "The operation cannot be performed since it does not conform with the group policy assigned to this computer.",
  ISNS_FIREWALL_BLOCKED:
    "The operation cannot be performed since the Internet Storage Name Server (iSNS) firewall exception has not been enabled.",
  FAILURE_TO_PERSIST_LB_POLICY: "Failed to persist load balancing policy parameters.",
  INVALID_HOST: "The name could not be resolved to an IP Address.",
};

const WIN32_TEXTS: Readonly<Record<keyof typeof Win32Error, string>> = {
  invalidFunction: "Incorrect function.",
  fileNotFound: "The system cannot find the file specified.",
  generalFailure: "A device attached to the system is not functioning.",
  invalidParameter: "The parameter is incorrect.",
  timeout: "The semaphore timeout period has expired.",
  insufficientBuffer: "The data area passed to a system call is too small.",
  operationAborted: "The I/O operation has been aborted because of either a thread exit or an application request.",
  ioDevice: "The request could not be performed because of an I/O device error.",
  rpcCallFailed: "The remote procedure call failed.",
  wmiGuidNotFound: "The GUID passed was not recognized as valid by a WMI data provider.",
  wmiInstanceNotFound: "The instance name passed was not recognized as valid by a WMI data provider.",
  wmiItemIdNotFound: "The data item ID passed was not recognized as valid by a WMI data provider.",
  wmiGuidDisconnected: "The WMI data block is no longer available.",
};

const TEXTS: ReadonlyMap<number, string> = new Map([
  ...(Object.keys(ISDSC_TEXTS) as IsdscStatusName[]).map((name) => [IsdscStatus[name], ISDSC_TEXTS[name]] as const),
  ...(Object.keys(WIN32_TEXTS) as (keyof typeof Win32Error)[])
    .map((name) => [Win32Error[name], WIN32_TEXTS[name]] as const),
]);

/** The text for a status, with the blank that the system puts in place of its line break. */
export function messageText(status: number): string {
  return `${TEXTS.get(status) ?? hexStatus(status)} `;
}
