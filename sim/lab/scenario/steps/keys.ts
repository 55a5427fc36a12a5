/**
 * Steps that set and ask for keys and tunnel addresses, as a management
 * application does through `iscsidsc.dll`.
 *
 * @module
 */

import { IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { describeStatus } from "../../../../host/status.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { doc, mapping, nameOf, optional } from "../../../shape/shape.ts";
import { step } from "../step.ts";
import { IDENTIFIER, INTERNET_ADDRESS, KEY, SECURITY_FLAGS } from "../values.ts";
import { answers, settingAnswer } from "./expectations.ts";
import { adapter, flags, persist, port } from "./fields.ts";
import { SettingInDoubt } from "./setting_in_doubt.ts";

const id = doc("Whose key it is: the identifier of the peer.", IDENTIFIER);

/** Steps about keys. */
export const KEY_STEPS = {
  setKey: step({
    doc: "SetIScsiIKEInfo: sets a preshared key.",
    shape: mapping({ adapter, port, id, key: doc("The key.", KEY), flags, persist }),
    expect: settingAnswer,
    *run({ adapter, port, id, key, flags, persist }, context, expected) {
      const { host } = context.world;
      const identity = { portNumber: port, idType: id.type, id: id.bytes };
      // To note what is there takes a mount of the flash: only where it will be judged.
      const inDoubt = expected.status.type === "old or new"
        ? new SettingInDoubt(context.world, context.unit(adapter), identity, persist)
        : undefined;
      const information = { authMethod: 1, securityFlags: flags ?? 0n, idType: id.type, id: id.bytes, key };
      const status = yield* context.call(host.api.setIScsiIKEInfo(adapter, port, information, persist));
      inDoubt?.end();
      context.judgeStatus(status, expected.status);
      if (inDoubt !== undefined) {
        context.afterwards(() => inDoubt.judge(context, status, { key, securityFlags: information.securityFlags }));
      }
    },
  }),
  getKey: step({
    doc: "GetIScsiIKEInfo: asks for a key; the answer holds everything but the key.",
    shape: mapping({ adapter, port, id }),
    expect: answers({ flags: doc("The flags of the answer.", optional(SECURITY_FLAGS)) }),
    *run({ adapter, port, id }, context, { status, flags }) {
      const { host } = context.world;
      const answer = yield* context.call(
        host.api.getIScsiIKEInfo(adapter, port, undefined, { authMethod: 1, idType: id.type, id: id.bytes }),
      );
      context.judgeStatus(answer.status, status);
      if (flags !== undefined) {
        const found = answer.status === IsdscStatus.SUCCESS
          ? `flags 0x${answer.authInfo.securityFlags.toString(16)}`
          : `no flags (${describeStatus(answer.status)})`;
        context.judge(`flags 0x${flags.toString(16)}`, found);
      }
    },
  }),
  setGroupKey: step({
    doc: "SetIScsiGroupPresharedKey: sets the key of peers without one of their own, at every adapter of the host.",
    shape: mapping({ key: doc("The key.", KEY), persist }),
    expect: answers({}),
    *run({ key, persist }, context, { status }) {
      const { host } = context.world;
      context.judgeStatus(yield* context.call(host.api.setIScsiGroupPresharedKey(key, persist)), status);
    },
  }),
  setTunnelAddress: step({
    doc: "SetIScsiTunnelModeOuterAddress: sets the outer address of tunnels to a destination.",
    shape: mapping({
      adapter: doc("The adapter, by its name; all by default.", optional(nameOf("adapter"))),
      port,
      destination: doc("The address of the peer.", INTERNET_ADDRESS),
      outer: doc("The address of the tunnel's end.", INTERNET_ADDRESS),
      persist,
    }),
    expect: answers({}),
    *run({ adapter, port, destination, outer, persist }, context, expected) {
      const { host } = context.world;
      const status = yield* context.call(
        host.api.setIScsiTunnelModeOuterAddress(
          adapter,
          port,
          formatInternetAddress(destination),
          formatInternetAddress(outer),
          persist,
        ),
      );
      context.judgeStatus(status, expected.status);
    },
  }),
};
