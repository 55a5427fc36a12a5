/** Help has a page for all that scenario files may say: nothing that a reader accepts is told nowhere. */

import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import { FAULT_ANCHORS } from "../../../sim/lab/faults/fault.ts";
import { SCENARIO } from "../../../sim/lab/scenario/scenario.ts";
import { helpTopic, LIST_TOPICS } from "../../../sim/lab/scenario/help_topics.ts";
import { LIST_NAMES } from "../../../sim/lab/command/help.ts";
import { hbasim } from "./command_line.ts";

const namesOf = (topic: string) =>
  (helpTopic(topic)?.sections ?? []).flatMap(({ rows }) => rows.map(({ name }) => name));

Deno.test("every fault has a page with its own fields, and the list of faults has all of them", () => {
  for (const kind of Object.keys(FAULT_ANCHORS)) assert(namesOf(kind).includes("mayMiss"), kind);
  const fields = { delay: "by", truncate: "bytes", mutate: "value", lose: "datagram", unplug: "for" };
  for (const [kind, field] of Object.entries(fields)) {
    assert(namesOf(kind).includes(field), `${kind}.${field}`);
  }
  const titles = LIST_TOPICS.faults.sections.map(({ title }) => title);
  assertEquals(titles.toSorted(), Object.keys(FAULT_ANCHORS).toSorted());
});

Deno.test("what stands in a file has a page: matrix, cases, invariants; short forms, commands, notifications", () => {
  for (const name of ["matrix", "cases", "invariants", "faults"]) {
    assert(Object.hasOwn(SCENARIO.fields, name) && namesOf(name).length > 0, name);
  }
  assertEquals(LIST_NAMES, Object.keys(LIST_TOPICS));
  assertEquals(helpTopic("wait")?.sections[0]?.title, "In short");
  assertEquals(namesOf("commands"), Object.keys(MailboxCommand));
  assertEquals(namesOf("notifications").length, 29);
  const { code, stdout } = hbasim("help", "mutate");
  assertEquals(code, 0);
  assert(stdout.includes("initiatorCookie, responderCookie") && stdout.split("\n").every((line) => line.length <= 120));
});
