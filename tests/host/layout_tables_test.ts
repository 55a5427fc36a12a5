/** The layout tables beside the code are made from the field lists; these tests compare, and can write them anew. */

import { assertEquals } from "@std/assert";
import {
  ADAPTER_INFORMATION,
  GENERATIONAL_GUID_REQUEST,
  GROUP_KEY_REQUEST,
  INTERNET_ADDRESS,
  PRESHARED_KEY_FLAGS,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  SESSION_REQUEST,
  TUNNEL_ADDRESS_REQUEST,
} from "../../firmware/manual/interface.ts";
import { HBA_INFORMATION, SECURITY_CAPABILITIES } from "../../host/wmi/adapter_information.ts";
import { LOGIN_TO_TARGET_IN, LOGIN_TO_TARGET_OUT } from "../../host/wmi/adapter_operations.ts";
import { ISCSI_IP_ADDRESS } from "../../host/wmi/ip_address.ts";
import {
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SET_GENERATIONAL_GUID_IN,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_PRESHARED_KEY_FOR_ID_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
  STATUS_OUT,
} from "../../host/wmi/security_config_operations.ts";
import { WNODE_HEADER, WNODE_METHOD_ITEM, WNODE_SINGLE_INSTANCE, WNODE_TOO_SMALL } from "../../host/wmi/wnode.ts";
import { SCSI_WMI_REQUEST_BLOCK } from "../../host/srb.ts";

const WMI_STRUCTURES = [
  SET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_IN,
  GET_PRESHARED_KEY_FOR_ID_OUT,
  SET_GROUP_PRESHARED_KEY_IN,
  SET_TUNNEL_MODE_OUTER_ADDRESS_IN,
  SET_GENERATIONAL_GUID_IN,
  STATUS_OUT,
  ISCSI_IP_ADDRESS,
  HBA_INFORMATION,
  SECURITY_CAPABILITIES,
  LOGIN_TO_TARGET_IN,
  LOGIN_TO_TARGET_OUT,
  WNODE_HEADER,
  WNODE_METHOD_ITEM,
  WNODE_SINGLE_INSTANCE,
  WNODE_TOO_SMALL,
  SCSI_WMI_REQUEST_BLOCK,
];

const MAILBOX_STRUCTURES = [
  PRESHARED_KEY_REQUEST,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_FLAGS,
  GROUP_KEY_REQUEST,
  TUNNEL_ADDRESS_REQUEST,
  GENERATIONAL_GUID_REQUEST,
  ADAPTER_INFORMATION,
  SESSION_REQUEST,
  INTERNET_ADDRESS,
];

const RULE =
  `Little-endian, each scalar on its natural boundary, as the Windows headers lay them out on x64. Padding is zero when it is
written and ignored when it is read. These tables are made from the field lists of the code, which are all that says where
a field lies; \`WRITE_LAYOUTS=1 deno test -A tests/host/layout_tables_test.ts\` writes them anew.
`;

const DOCUMENTS = [
  { path: "host/wmi/README.md", title: "Structures on the wire", structures: WMI_STRUCTURES },
  { path: "firmware/manual/README.md", title: "What the mailbox commands move by DMA", structures: MAILBOX_STRUCTURES },
];

/** Cells without the blanks that the formatter pads them with. */
function cells(text: string): string {
  return text.split("\n").map((line) =>
    line.startsWith("|") ? line.split("|").map((cell) => cell.trim().replace(/^-+$/, "-")).join("|") : line
  ).join("\n");
}

for (const { path, title, structures } of DOCUMENTS) {
  Deno.test(`${path} has the layout tables of the field lists`, () => {
    const file = new URL(`../../${path}`, import.meta.url);
    const tables = structures.map((each) =>
      `## ${each.name}\n\nsizeof ${each.sizeof}, alignment ${each.alignment}\n\n${each.layoutTable().trim()}\n`
    );
    const text = [`# ${title}\n\n${RULE}`, ...tables].join("\n");
    if (Deno.env.get("WRITE_LAYOUTS") !== undefined) Deno.writeTextFileSync(file, text);
    const fromFirstTable = (document: string) => cells(document.slice(document.indexOf("## "))).trimEnd();
    assertEquals(fromFirstTable(Deno.readTextFileSync(file)), fromFirstTable(text));
  });
}
