/**
 * Stories: scenario files as plain values, which can be changed and written.
 *
 * @module
 */

import { parse, YAMLParseError } from "yaml";
import { InputError } from "../../../kernel/input_error.ts";
import type { Written } from "./scope.ts";

/** A scenario file as it is written: its fields by name, its steps in order. */
export interface WrittenScenario extends Written {
  /** What happens. */
  readonly steps: readonly Written[];
}

/**
 * Reads a scenario file as a story, without looking at what its words mean.
 *
 * @throws {InputError} It is no YAML, or has no steps. What else is wrong with it, whoever runs it says.
 */
export function readStory(source: string, file: string): WrittenScenario {
  const value = parsed(source, file);
  if (typeof value === "object" && value !== null && "steps" in value && Array.isArray(value.steps)) {
    return { ...value, steps: value.steps };
  }
  throw new InputError(`${file}: no list of steps`);
}

function parsed(source: string, file: string): unknown {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    // Below it stands the line, which may hold a key.
    throw new InputError(`${file}: ${error.message.replace(/:?\n[^]*/, "")}`);
  }
}

/** Longer lines are broken, where there is a list of steps to break. */
const LINE_LENGTH = 110;

/** Writes a story as a file that a person reads, under some lines of comment. */
export function storyText({ steps, ...fields }: WrittenScenario, comments: readonly string[] = []): string {
  const lines = [
    ...comments.map((each) => `# ${each}`.trimEnd()),
    ...Object.entries(fields).flatMap(([name, value]) =>
      isMapping(value) && Object.keys(value).length > 0
        ? [`${scalar(name)}:`, ...Object.entries(value).map(([each, of]) => `  ${scalar(each)}: ${flow(of)}`)]
        : [`${scalar(name)}: ${flow(value)}`]
    ),
    ...(steps.length === 0 ? ["steps: []"] : ["steps:", ...steps.flatMap((step) => stepLines(step, "  "))]),
  ];
  return `${lines.join("\n")}\n`;
}

/** A step in one line; one that is long, and made of others, in several. */
function stepLines(step: Written, indent: string): readonly string[] {
  const line = `${indent}- ${flow(step)}`;
  if (line.length <= LINE_LENGTH || !("parallel" in step || "sequence" in step)) return [line];
  const fields = Object.entries(step).flatMap(([name, value]): readonly string[] => {
    const inner = `${indent}    `;
    if (name === "sequence" && Array.isArray(value)) {
      return [
        `${name}:`,
        ...value.flatMap((each) => stepLines(each, inner)),
      ];
    }
    if (name !== "parallel" || !isMapping(value)) return [`${scalar(name)}: ${flow(value)}`];
    return [
      `${name}:`,
      ...Object.entries(value).flatMap(([application, steps]) => [
        `${inner}${scalar(application)}:`,
        ...(Array.isArray(steps) ? steps.flatMap((each) => stepLines(each, `${inner}  `)) : []),
      ]),
    ];
  });
  return fields.map((each, index) => {
    return each.startsWith(indent) ? each : `${indent}${index === 0 ? "- " : "  "}${each}`;
  });
}

function isMapping(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (isMapping(value)) {
    const fields = Object.entries(value).map(([name, each]) => `${scalar(name)}: ${flow(each)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return typeof value === "string" ? scalar(value) : String(value);
}

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 ._%-]*$/;
/** What YAML takes for something else than a text. */
const NO_TEXT = /^(true|false|null|~|\d[\d_]*(\.\d+)?(e\d+)?|0x[\da-f]+|0o[0-7]+)$/i;

function scalar(text: string): string {
  return PLAIN.test(text) && !NO_TEXT.test(text) && !text.endsWith(" ") ? text : JSON.stringify(text);
}
