/**
 * The Windows host: management API, initiator service, kernel WMI, port driver
 * and miniport, each by itself and together as {@linkcode WindowsHost}.
 *
 * @example The SRB in which a WMI request reaches the miniport
 * ```ts
 * import { SCSI_WMI_REQUEST_BLOCK } from "@hba/sim/host";
 *
 * if (SCSI_WMI_REQUEST_BLOCK.sizeof !== 88) throw new Error("not the structure of srb.h on a 64-bit system");
 * if (SCSI_WMI_REQUEST_BLOCK.offsetOf("DataPath") !== 32) throw new Error("not where the header has it");
 * ```
 *
 * @module
 */

export * from "./costs.ts";
export * from "./initiator_service/adapter_link.ts";
export * from "./initiator_service/request_outcome.ts";
export * from "./initiator_service/held_records.ts";
export * from "./initiator_service/initiator_service.ts";
export type { IsidNumbers } from "./initiator_service/isid_numbers.ts";
export * from "./initiator_service/key_store.ts";
export type { SessionIds } from "./initiator_service/login_procedure.ts";
export * from "./initiator_service/memory_key_store.ts";
export type { AnswerOf, InitiatorServiceProcedures, ProcedureName, RequestOf } from "./initiator_service/procedures.ts";
export type { RemoveParameters } from "./initiator_service/persistent_logins.ts";
export type { Refills } from "./initiator_service/refills.ts";
export * from "./initiator_service/row_cipher.ts";
export * from "./initiator_service/row_sealer.ts";
export * from "./initiator_service/row_writers.ts";
export * from "./initiator_service/security_record.ts";
export * from "./initiator_service/service_run.ts";
export type { ForeignCachePolicy, ServiceContext } from "./initiator_service/service_context.ts";
export * from "./iscsidsc/api_tap.ts";
export * from "./iscsidsc/iscsidsc.ts";
export * from "./iscsidsc/structures.ts";
export type { DescribedOptions, LoginDescription } from "./miniport/login_description.ts";
export * from "./miniport/mailbox.ts";
export * from "./miniport/miniport.ts";
export { type KnownSession, type LoginCounts, type SessionEvent, Sessions } from "./miniport/sessions.ts";
export * from "./port_driver.ts";
export * from "./request_owner.ts";
export * from "./scsiwmi.ts";
export * from "./srb.ts";
export * from "./windows_host.ts";
export * from "./wmi/adapter_information.ts";
export type { AdapterClient } from "./wmi/adapter_client.ts";
export type { WmiEvent, WmiSubscription } from "./wmi/event_consumers.ts";
export * from "./wmi/kernel_wmi.ts";
export * from "./wmi/system_buffers.ts";
export type { MethodCall } from "./wmi/wnode.ts";
