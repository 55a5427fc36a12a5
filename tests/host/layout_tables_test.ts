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
