/**
 * The look at what was sent from one end to another, as the sender describes
 * it: what is encrypted on the wire is told, too.
 *
 * @module
 */

import { notifyName, NotifyType } from "../../../../firmware/ike/constants.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { boolean, doc, mapping, nameOf, oneOf, optional, scalar } from "../../../shape/shape.ts";
import { packetEvent } from "../../../trace/events.ts";
import { addressesOf, impossibleWay } from "../../faults/accidents.ts";
import { isMessage } from "../../faults/message.ts";
import type { World } from "../../world/world.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { refuseSilentWay } from "../silent_ways.ts";
import { counted, look, titledLook, type Window } from "./look.ts";

/** A message of phase 1, by mode and number. */
export const MESSAGE = scalar<string>({
  accepts: "a message of phase 1 such as main 5 or aggressive 1",
  pattern: /^(main [1-6]|aggressive [1-3])$/,
  written: "`main ${1 | 2 | 3 | 4 | 5 | 6}` | `aggressive ${1 | 2 | 3}`",
  example: "main 5",
  parse: (text) => text,
});

const NOTIFICATIONS = Object.values(NotifyType).map(notifyName);

/** Looks at packets. */
export const PACKET_LOOKS = {
  packets: look({
    doc: "What was sent from one end to another.",
    shape: titledLook(
      "packets",
      mapping({
        from: doc("The sender: an adapter or target, by its name.", nameOf("adapter or target")),
        to: doc("The receiver.", nameOf("adapter or target")),
        message: doc("Which message of phase 1; whichever by default.", optional(MESSAGE)),
        notify: doc(
          "A notification in it (`hbasim help notifications`); whichever by default.",
          optional(oneOf(...NOTIFICATIONS)),
        ),
        encrypted: doc("Whether it was encrypted; either by default.", optional(boolean())),
        count: doc("How many there must be; 1.. by default, and 0 for none.", optional(COUNT_RANGE)),
      }),
    ),
    check({ from, to }, check) {
      const impossible = impossibleWay(from, to, check.world);
      if (impossible === undefined) refuseSilentWay(from, to, check, "to");
      else check.part(impossible.field).about([from, to]).refuse(impossible.given, impossible.accepted);
    },
    shownBy: ({ from }) => [
      ({ component, kind, fields: { direction } }) =>
        component === from && kind === packetEvent.name && direction === "sends",
      ({ component }) => component === from,
    ],
    find({ from, to, message, notify, encrypted, count }, world, window) {
      const packets = packetsOf(from, to, world, window);
      const isMeant = (detail: string) =>
        (message === undefined || isMessage(detail, message)) &&
        (notify === undefined || notificationsOf(detail).includes(notify)) &&
        (encrypted === undefined || encrypted === / encrypted:/.test(detail));
      const what = [
        ...(encrypted === undefined ? [] : [encrypted ? "encrypted" : "unencrypted"]),
        "packets",
        ...(message === undefined ? [] : [message]),
        ...(notify === undefined ? [] : [notify]),
        `from ${from} to ${to}`,
      ].join(" ");
      return counted(what, count, packets.filter(isMeant), packets.filter((each) => !isMeant(each)));
    },
  }),
};

function notificationsOf(detail: string): readonly string[] {
  return detail.replace(" (again)", "").split(": ").slice(1).join(": ").split(", ");
}

/** What a sender has said of each packet. */
function packetsOf(from: string, to: string, world: World, { firstEvent }: Window): string[] {
  const { recorder } = world;
  const receivers = addressesOf(to, world).map(formatInternetAddress);
  const packets: string[] = [];
  for (let sequence = firstEvent; sequence < recorder.length; sequence++) {
    const { component, kind, fields: { direction, peer, detail } } = recorder.at(sequence);
    if (component !== from || kind !== packetEvent.name || direction !== "sends") continue;
    const receiver = String(peer).replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
    if (receivers.includes(receiver)) packets.push(String(detail));
  }
  return packets;
}
