/**
 * What the tests of the traps share.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SET_PRESHARED_KEY_FOR_ID_IN,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex } from "./adapter_model.ts";
import { FLAGS, HBA, ID, type TestHost } from "./test_host.ts";

/** All ports. */
export const ALL = 0xffff_ffff;
/** ISDSC statuses. */
export const S = IsdscStatus;

/** IN of SetPresharedKeyForId. */
export function setKeyIn(
  key: Uint8Array,
  options: { port?: number; id?: Uint8Array; idType?: number; flags?: bigint } = {},
) {
  return SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: options.port ?? ALL,
    SecurityFlags: options.flags ?? FLAGS,
    IdType: options.idType ?? 1,
    Id: options.id ?? ID,
    Key: key,
  });
}

/** Calls a method of the security class through WMI. */
export function execute(world: TestHost, methodId: number, input: Uint8Array, capacityBytes = 16) {
  return world.run(
    world.host.wmi.executeMethod(HBA, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, capacityBytes),
  );
}

/** OUT.Status. */
export function outStatus(data: Uint8Array): number {
  return STATUS_OUT.decode(data).Status;
}

/** The operations of a component's events of a kind. */
export function operations(world: TestHost, component: string, kind: string): string[] {
  return [...world.recorder.events()]
    .filter((event) => event.component === component && event.kind === kind)
    .map((event) => String(event.fields["operation"]));
}

/** Whether memory holds a sequence of bytes. */
export function holds(memory: Uint8Array, needle: Uint8Array): boolean {
  return hex(memory).includes(hex(needle));
}

/** Starts a task and leaves it running. */
export function start<T>(world: TestHost, task: Task<T>) {
  return world.kernel.spawn("background", task);
}
