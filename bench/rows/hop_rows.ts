/**
 * Rows of the hops of a call: each level of the host is entered directly, and stands beside the one below.
 *
 * @module
 */

import {
  ALL_PORTS,
  IdentificationType,
  MailboxCommand,
  PRESHARED_KEY_REQUEST,
} from "../../firmware/manual/interface.ts";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_PRESHARED_KEY_FOR_ID_IN,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { Checkout } from "../checkout.ts";
import type { Row, Sample } from "../row.ts";
import { timed } from "../sampling.ts";
import { setKey, worldClass } from "./worlds.ts";

const ADAPTER = "hba0";
const ADDRESS = Uint8Array.of(192, 0, 2, 10);

/** What a level is given: a key that is new each time. */
type Level = (world: World, count: number) => void;

function keyOf(count: number): Uint8Array {
  const key = new Uint8Array(16);
  new DataView(key.buffer).setUint32(0, count);
  return key;
}

function inputOf(count: number): Uint8Array {
  return SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: ALL_PORTS,
    SecurityFlags: 0x27n,
    IdType: IdentificationType.ID_IPV4_ADDR,
    Id: ADDRESS,
    Key: keyOf(count),
  });
}

const LEVELS = {
  api: (world, count) => setKey(world, count, ADAPTER),
  wmi(world, count) {
    const call = {
      guid: SECURITY_CONFIG_OPERATIONS_GUID,
      methodId: SecurityMethod.setPresharedKeyForId,
      input: inputOf(count),
    };
    world.run(world.host.wmi.executeMethod(ADAPTER, call, STATUS_OUT.sizeof));
  },
  mailbox(world, count) {
    const request = PRESHARED_KEY_REQUEST.encode({
      portNumber: ALL_PORTS,
      idType: IdentificationType.ID_IPV4_ADDR,
      securityFlags: 0x27n,
      id: ADDRESS,
      key: keyOf(count),
    });
    const command = { command: MailboxCommand.setPresharedKeyForId, request, responseBytes: 0 };
    world.run(world.host.mailbox(ADAPTER, command));
  },
  codec(_world, count) {
    SET_PRESHARED_KEY_FOR_ID_IN.decode(inputOf(count));
  },
} satisfies Record<string, Level>;

async function calls(checkout: Checkout, keyStorage: "ram" | "nvram", level: keyof typeof LEVELS): Promise<Sample> {
  const world = new (await worldClass(checkout))({ adapters: [{ name: ADAPTER, ports: [ADDRESS], keyStorage }] });
  world.powerOn();
  world.settle();
  let count = 0;
  const milliseconds = timed(() => LEVELS[level](world, count++));
  return async () => 1000 * await milliseconds();
}

const HOPS = [
  ["api", "wmi", "SetIScsiIKEInfo over SetPresharedKeyForId through WMI"],
  ["wmi", "mailbox", "SetPresharedKeyForId through WMI over the mailbox command"],
  ["mailbox", "codec", "the mailbox command over encoding and decoding the IN structure"],
] as const;

/** Rows of the hops. */
export const HOP_ROWS: readonly Row[] = (["ram", "nvram"] as const).flatMap((storage) =>
  HOPS.map(([level, below, about]): Row => ({
    name: `${level}-${storage}`,
    about: `${about}, keys in ${storage === "ram" ? "RAM" : "flash"}`,
    unit: "us",
    ours: (checkout) => calls(checkout, storage, level),
    peer: { name: below, sample: ({ ours }) => calls(ours, storage, below) },
    pairs: 7,
  }))
);
