/** The layout tables beside the code are made from the field lists; these tests compare, and can write them anew. */

import { assertEquals } from "@std/assert";
import * as loginLayouts from "../../firmware/manual/login_layouts.ts";
import * as mailboxLayouts from "../../firmware/manual/mailbox_layouts.ts";
import * as internetAddress from "../../firmware/manual/internet_address.ts";
import * as adapterEvents from "../../host/wmi/adapter_events.ts";
import * as adapterInformation from "../../host/wmi/adapter_information.ts";
import * as adapterOperations from "../../host/wmi/adapter_operations.ts";
import * as ipAddress from "../../host/wmi/ip_address.ts";
import * as persistentLogins from "../../host/wmi/persistent_logins.ts";
import * as portalInfo from "../../host/wmi/portal_info.ts";
import * as securityConfigOperations from "../../host/wmi/security_config_operations.ts";
import * as sessionInfo from "../../host/wmi/session_info.ts";
import * as statistics from "../../host/wmi/statistics.ts";
import * as wnode from "../../host/wmi/wnode.ts";
import * as srb from "../../host/srb.ts";
import { Structure } from "../../sim/layout/structure.ts";

/** All structures that modules export, each module's in order of their names; what lies in two of them once. */
function structuresOf(...modules: readonly object[]): Structure<Record<string, never>>[] {
  const all: Structure<Record<string, never>>[] = modules.flatMap((module) =>
    Object.values(module).filter((each) => each instanceof Structure)
  );
  return all.filter(({ name }, index) => all.findIndex((each) => each.name === name) === index);
}

const WMI_STRUCTURES = structuresOf(
  securityConfigOperations,
  ipAddress,
  adapterInformation,
  adapterOperations,
  persistentLogins,
  portalInfo,
  sessionInfo,
  statistics,
  adapterEvents,
  wnode,
  srb,
);

const MAILBOX_STRUCTURES = structuresOf(mailboxLayouts, loginLayouts, internetAddress);

const RULE =
  `Little-endian, each scalar on its natural boundary, as the Windows headers lay them out on x64. Padding is zero when it is
written and ignored when it is read. These tables are made from the field lists of the code, which are all that says where
a field lies. sizeof counts one array at the end as one element, as C does; \`WRITE_LAYOUTS=1 deno test -A tests/host/layout_tables_test.ts\` writes them anew.
`;

/** Where sizeof or alignment in C are others, because there is more behind the fields than one array. */
const IN_C: Readonly<Record<string, string>> = {
  LoginToTarget_IN: "; in C 2536, which has one LUN and a Key of one byte",
  ISCSI_Persistent_Login: "; in C 1560, which has one LUN and a Username of one byte",
  MSiSCSI_PersistentLogins: ", without its list; in C alignment 8, that of ISCSI_Persistent_Login behind it",
  MSiSCSI_InitiatorSessionInfo: ", without its list",
  WNODE_ALL_DATA: ", for instances of one size; in C 72, with the other half of the union at 60",
};

/** What the adapter answers to each class of an iSCSI provider. */
const CLASSES = `
Which classes of an iSCSI provider there are, and what they answer. A class that is not registered is
STATUS_WMI_GUID_NOT_FOUND. Whatever of a value no source states is in [design_choices.ts](../design_choices.ts).

| Class | Answers |
|---|---|
| MSiSCSI_HBAInformation | the adapter about itself; of one that has failed the driver says so |
| MSiSCSI_SecurityConfigOperations | methods 1 to 6; a query answers 4 bytes that mean nothing |
| MSiSCSI_Operations | methods 30 to 34; all others are SRB_STATUS_INVALID_REQUEST: SendTargets (10), SCSI requests (50 to 52), CHAP and RADIUS secrets (71, 72), node names (91, 92), servers (101 to 104) |
| MSiSCSI_PersistentLogins | what the adapter logs in to by itself, without key and password; damaged ones are left out |
| MSiSCSI_PortalInfoClass | a portal for each port; Index is the port number of a login |
| MSiSCSI_InitiatorSessionInfo | sessions and connections as far as phase 1; a session that waits for its next attempt has no connection |
| MSiSCSI_InitiatorLoginStatistics | logins since the driver was loaded: accepted, failed, logged out; there are no login PDUs to count more |
| MSiSCSI_MMIPSECStats | phase 1 since the firmware began; what is of quick mode is 0 |
| MSiSCSI_SecurityCapabilities | the ciphers of the adapter's policy |
| MSiSCSI_AdapterEvent, InitiatorInstanceFailureEvent, InitiatorNodeFailureEvent | events only; the latter two have 514 and 1072 bytes, which the port driver drops unless its limit is another |
| MSiSCSI_QMIPSECStats, InitiatorInstanceStatistics, ConnectionStatistics, SessionStatistics | not registered: there is neither quick mode nor a PDU to count |
| MSiSCSI_TargetMappings, LUNMappingInformation, TCPIPConfig, NICConfig, RADIUSConfig, HBASessionConfig, BootConfiguration, BootInformation, DiscoveryConfig | not registered: LUNs, TCP, RADIUS, boot and discovery are not simulated |
`;

const DOCUMENTS = [
  { path: "host/wmi/README.md", title: "Structures on the wire", before: CLASSES, structures: WMI_STRUCTURES },
  {
    path: "firmware/manual/README.md",
    title: "What the mailbox commands move by DMA",
    before: "",
    structures: MAILBOX_STRUCTURES,
  },
];

/** Cells without the blanks that the formatter pads them with. */
function cells(text: string): string {
  return text.split("\n").map((line) =>
    line.startsWith("|") ? line.split("|").map((cell) => cell.trim().replace(/^-+$/, "-")).join("|") : line
  ).join("\n");
}

Deno.test("Each structure of which C has another size is there, and has another", () => {
  for (const [name, note] of Object.entries(IN_C)) {
    const structure = WMI_STRUCTURES.find((each) => each.name === name);
    assertEquals(structure?.name, name);
    assertEquals(note.includes(`in C ${structure?.sizeof}`), false, name);
  }
});

for (const { path, title, before, structures } of DOCUMENTS) {
  Deno.test(`${path} has the layout tables of the field lists`, () => {
    const file = new URL(`../../${path}`, import.meta.url);
    const tables = structures.map((each) =>
      `## ${each.name}\n\nsizeof ${each.sizeof}, alignment ${each.alignment}${
        IN_C[each.name] ?? ""
      }\n\n${each.layoutTable().trim()}\n`
    );
    const text = [`# ${title}\n${before}\n${RULE}`, ...tables].join("\n");
    if (Deno.env.get("WRITE_LAYOUTS") !== undefined) Deno.writeTextFileSync(file, text);
    const fromFirstTable = (document: string) => cells(document.slice(document.indexOf("## "))).trimEnd();
    assertEquals(fromFirstTable(Deno.readTextFileSync(file)), fromFirstTable(text));
  });
}
