/**
 * The reference of scenario files as Markdown.
 *
 * @module
 */

import { type HelpTopic, LIST_TOPICS, STEP_TOPICS, WORD_TOPICS } from "./help_topics.ts";

const TITLES: Readonly<Record<keyof typeof LIST_TOPICS, string>> = {
  file: "The file",
  policy: "Policies of phase 1",
  flash: "Flash parts",
  network: "The network",
  steps: "Steps",
  anchors: "Faults",
  kinds: "Events",
  statuses: "Statuses",
};

const WORD_TITLES: Readonly<Record<string, string>> = {
  outcomes: "What a call may come to",
  variables: "Values with names, and cases",
  invariants: "Invariants",
  mailboxCommands: "Commands of the mailbox",
  notifications: "Notifications",
};

/** The page: the file, what stands beside verbs, each step, faults, events, statuses. */
export function* referencePage(): Generator<string> {
  yield "<!-- deno-fmt-ignore-file -->";
  yield "<!-- Made by WRITE_REFERENCE=1 deno test -A tests/lab/scenario/reference_test.ts -->";
  yield "";
  yield "# Scenario files";
  yield "";
  yield "All that a scenario file may say, as the reader has it; `hbasim help STEP` prints the same.";
  for (const [name, topic] of Object.entries(LIST_TOPICS)) {
    yield* chapter("##", TITLES[name as keyof typeof LIST_TOPICS], topic);
    if (name !== "steps") continue;
    for (const [step, topic] of STEP_TOPICS) yield* chapter("###", step, topic);
  }
  for (const [name, topic] of Object.entries(WORD_TOPICS)) {
    yield* chapter("##", WORD_TITLES[name] ?? name, topic);
  }
}

function* chapter(mark: string, title: string, { about, example, sections }: HelpTopic): Generator<string> {
  yield* ["", `${mark} ${title}`, "", about];
  if (example !== undefined) yield* ["", "```yaml", `- ${example}`, "```"];
  for (const { title, rows } of sections) {
    const hasAccepted = rows.some(({ accepts }) => accepts !== "");
    yield* [
      "",
      `| ${title} | What it is |${hasAccepted ? " Accepted |" : ""}`,
      `|---|---|${hasAccepted ? "---|" : ""}`,
    ];
    for (const { name, about, accepts, isRequired } of rows) {
      const cells = [`\`${name}\`${isRequired ? " (needed)" : ""}`, about, ...(hasAccepted ? [accepts] : [])];
      yield `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }
  }
}
