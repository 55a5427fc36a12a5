/** Tables of a policy's fields and of the presets in firmware/ike/README.md are made of shapes and presets. */

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_POLICY, formatSuite, IKE_PRESETS, type IkePolicy } from "../../../firmware/ike/mod.ts";
import { vendorIdName } from "../../../firmware/ike/vendor_ids.ts";
import { POLICY_IN_FILES, policyFieldInFiles } from "../../../sim/lab/scenario/phase1.ts";

const README = new URL("../../../firmware/ike/README.md", import.meta.url);
const BEGIN = "<!-- Made by WRITE_OPTIONS=1 deno test -A tests/lab/scenario/policy_tables_test.ts -->";
const END = "<!-- The end of what is made. -->";

type Name = keyof IkePolicy;

/** Fields whose values are lists of names: they stand below the table. */
const LISTS: readonly Name[] = ["suites", "vendorIds", "answeredVendorIds"];

const NAMES = [...new Set([...Object.keys(DEFAULT_POLICY), "vendorIds", "answeredVendorIds"])] as Name[];

/** The sentence of each field, by its name in files. */
function sentences(): ReadonlyMap<string, string> {
  assert(POLICY_IN_FILES.kind === "converted" && POLICY_IN_FILES.written.kind === "mapping");
  return new Map(Object.entries(POLICY_IN_FILES.written.fields).map(([name, field]) => [name, field.doc ?? ""]));
}

function vendorIdsText(list: readonly (Uint8Array | readonly Uint8Array[])[]): string {
  return list.map((each) => each instanceof Uint8Array ? vendorIdName(each) : `[${vendorIdsText(each)}]`).join(", ");
}

function valueText(policy: IkePolicy, name: Name): string {
  const { suites, vendorIds, answeredVendorIds, retransmission, tolerances, numbering } = policy;
  switch (name) {
    case "suites":
      return suites.map(formatSuite).join(", ");
    case "vendorIds":
      return vendorIdsText(vendorIds ?? []);
    case "answeredVendorIds":
      return vendorIdsText(answeredVendorIds ?? []);
    case "retransmission":
      return retransmission.delaysMilliseconds.map((delay) => `${delay / 1000} s`).join(", ");
    case "tolerances":
      return Object.entries(tolerances).filter(([, value]) => value).map(([key]) => key).join(", ");
    case "numbering":
      return `${numbering.proposal}, ${numbering.firstTransform}`;
    case "deadPeerDetection":
      return policy.deadPeerDetection === undefined ? "none" : Object.values(policy.deadPeerDetection).join(", ");
    case "modes":
    case "attributeOrder":
      return policy[name].join(", ");
    case "halfOpenLimit":
    case "halfOpenPerAddress":
      return policy[name] === 2 ** 32 ? "no limit" : String(policy[name]);
    case "durationForm":
    case "choice":
    case "lifetimeSeconds":
    case "lifetimeKilobytes":
    case "nonceBytes":
    case "rekeyMarginSeconds":
    case "halfOpenMilliseconds":
    case "natTraversal":
    case "fragmentation":
    case "initialContact":
    case "encryptConfirmation":
    case "padding":
    case "wholeWords":
      return String(policy[name] ?? "none");
    default:
      return name satisfies never;
  }
}

/** As `deno fmt` pads it. */
function table(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

function made(): string {
  const docs = sentences();
  const fields = NAMES.map((name) => {
    const inFiles = policyFieldInFiles(name);
    const value = LISTS.includes(name) ? "" : valueText(DEFAULT_POLICY, name);
    return [`\`${name}\``, `\`${inFiles}\``, docs.get(inFiles) ?? "", value];
  });
  const presets = Object.entries(IKE_PRESETS);
  const values = NAMES.filter((name) => !LISTS.includes(name)).map((name) => [
    `\`${name}\``,
    ...presets.map(([, { policy, assumed }]) =>
      `${valueText(policy, name)}${assumed.includes(name) ? " (assumed)" : ""}`
    ),
  ]);
  const lists = presets.map(([preset, { source, policy, assumed }]) =>
    [
      `**\`${preset}\`.** ${source}.`,
      ...LISTS.map((name) =>
        `\`${name}\`${assumed.includes(name) ? " (assumed)" : ""}: ${valueText(policy, name) || "none"}.`
      ),
    ].join("\n\n")
  );
  return [
    BEGIN,
    table([["Field", "In files", "What it is", "Default"], ...fields]),
    table([["Field", ...presets.map(([preset]) => `\`${preset}\``)], ...values]),
    ...lists,
    END,
  ].join("\n\n");
}

/** Words of a text, however its lines are broken. */
function words(text: string): string {
  return text.replace(/\s+/g, " ");
}

Deno.test("firmware/ike/README.md has the tables of fields and presets that shapes and presets make", () => {
  assertEquals(NAMES.map(policyFieldInFiles).filter((name) => !sentences().has(name)), []);
  assertEquals(NAMES.length, sentences().size - 1, "all fields but the preset");
  const text = Deno.readTextFileSync(README);
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END, start);
  assert(start >= 0 && end > start, "the README has lost the marks of the tables");
  if (Deno.env.get("WRITE_OPTIONS") !== undefined) {
    Deno.writeTextFileSync(README, text.slice(0, start) + made() + text.slice(end + END.length));
    return;
  }
  assertEquals(words(text.slice(start, end + END.length)), words(made()));
});
