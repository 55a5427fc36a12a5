/**
 * Steps that look.
 *
 * @module
 */

import {
  AdapterStatus,
  addressIdentificationType,
  ALL_PORTS,
  IdentificationType,
  isAddressIdentification,
} from "../../../../firmware/manual/interface.ts";
import { presentedIdentity } from "../../../../firmware/session/key_selection.ts";
import type { InitiatorService } from "../../../../host/initiator_service/initiator_service.ts";
import { keyForLogin } from "../../../../host/initiator_service/login_keys.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../../../host/wmi/adapter_information.ts";
import type { Task } from "../../../kernel/task.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { boolean, doc, mapping, oneOf, optional } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { AdapterComponents } from "../../../trace/components.ts";
import { callEvent, stateEvent } from "../../../trace/events.ts";
import type { EventTest } from "../looks/look.ts";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { StepContext } from "../step_context.ts";
import { IDENTIFIER } from "../values.ts";
import { fieldsOfAnswer } from "./expectations.ts";
import { adapter, port } from "./fields.ts";
import { tellNtStatus } from "./nt_status.ts";

/**
 * The identifier that a login would present, as the adapter chooses it. A login begins with the service looking at the
 * adapter's cache, which another tool may have cleared; so does any question about a key.
 */
function* identityAtLogin(context: StepContext, unit: AdapterUnit, port: number): Task<string> {
  const anyKey = { authMethod: 1, idType: 1, id: new Uint8Array(4) };
  yield* context.call(context.world.host.api.getIScsiIKEInfo(unit.adapter.name, ALL_PORTS, undefined, anyKey));
  return identityOf(unit, port === ALL_PORTS ? 0 : port, context.world.host.service);
}

function identityOf({ adapter, networkInterface }: AdapterUnit, portNumber: number, service: InitiatorService): string {
  const portAddresses = networkInterface.addresses;
  const address = portAddresses[portNumber];
  if (address === undefined) return `no port ${portNumber}`;
  if (adapter.cache === undefined) return "an adapter that is not up";
  if (bringsKey(service, adapter.name, portNumber)) {
    return describeIdentity({ type: addressIdentificationType(address), bytes: address });
  }
  const { keyTable, damage } = adapter.cache;
  const { idType, id } = presentedIdentity({ portNumber, portAddresses, keyTable, damage });
  return describeIdentity({ type: idType, bytes: id });
}

/** Whether the service brings a login its key, which the adapter does not keep: then the port's own address is presented. */
function bringsKey({ run }: InitiatorService, adapter: string, portNumber: number): boolean {
  const link = run?.link(adapter);
  if (run === undefined || link === undefined) return false;
  const best = keyForLogin(run.context.held, link, { portNumber });
  return best !== undefined && link.notKept.has(best.key);
}

function describeIdentity({ type, bytes }: { readonly type: number; readonly bytes: Uint8Array }): string {
  const isAddress = bytes.length === (type === IdentificationType.ID_IPV4_ADDR ? 4 : 16);
  const text = isAddressIdentification(type) && isAddress
    ? formatInternetAddress(bytes)
    : JSON.stringify(new TextDecoder().decode(bytes));
  return `identifier ${text} of type ${type}`;
}

/** What an adapter has come to, and which programs and erases of its flash have failed: of these its health is made. */
function healthOf(adapter: string): EventTest {
  return ({ component, kind, fields }) =>
    (component === adapter && kind === stateEvent.name) ||
    (component === AdapterComponents.flash(adapter) && String(fields["operation"]).endsWith("failed"));
}

/** What an adapter was asked for, and what it has come to. */
function commandsTo(adapter: string): EventTest {
  return ({ component, kind }) => component === adapter && (kind === stateEvent.name || kind === callEvent.name);
}

/** Steps that ask; they change nothing beside what the service puts right. */
export const OBSERVATION_STEPS = {
  information: step({
    doc: "Asks the adapter about itself, through WMI.",
    shape: mapping({
      adapter,
      port,
    }),
    expect: fieldsOfAnswer({
      health: doc("Its status.", optional(oneOf("working", "degraded", "critical", "failed"))),
      cacheValid: doc("Whether its key cache is valid.", optional(boolean())),
      identity: doc(
        "The identifier that a login through the port would present; the service looks at the cache first, as for a login.",
        optional(IDENTIFIER),
      ),
    }),
    check({ adapter, port }, check) {
      const ports = check.world.adapters.get(adapter)?.networkInterface.addresses ?? [];
      if (port === ALL_PORTS || port < ports.length) return;
      const accepted = `all, or a port of ${adapter}: ${alternatives(ports.keys())}`;
      check.part("port").about([adapter], "ports").refuse(String(port), accepted);
    },
    *run({ adapter, port }, context, { health, cacheValid, identity }) {
      const unit = context.unit(adapter);
      const { wmi } = context.world.host;
      const answer = yield* context.call(wmi.queryInstance(adapter, HBA_INFORMATION_GUID, HBA_INFORMATION.sizeof));
      const isAnswered = answer.data.length > 0;
      if (!isAnswered || [health, cacheValid, identity].every((expected) => expected === undefined)) {
        context.judge("an answer", isAnswered ? "an answer" : tellNtStatus(answer.ntStatus));
      }
      if (!isAnswered) return;
      const information = HBA_INFORMATION.decode(answer.data);
      if (health !== undefined) {
        const names = Object.entries(AdapterStatus);
        context.answered(
          health,
          names.find(([, number]) => number === information.Status)?.[0] ?? "?",
          healthOf(adapter),
        );
      }
      if (cacheValid !== undefined) {
        const found = `cache valid: ${information.CacheValid}`;
        context.answered(`cache valid: ${cacheValid}`, found, commandsTo(adapter));
      }
      if (identity !== undefined) {
        const found = yield* identityAtLogin(context, unit, port);
        context.answered(describeIdentity(identity), found, commandsTo(adapter));
      }
    },
  }),
};
