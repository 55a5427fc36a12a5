/**
 * Writes a story as a scenario file that a person reads.
 *
 * @module
 */

import type { Written } from "./scope.ts";
import { healingOf, type Workload } from "./workload.ts";

/** The smallest Diffie-Hellman group: what it takes is real time, and no story is about it. */
const POLICY = { suites: ["aes128-sha1-modp768"] };

/** The scenario of a story. */
export function scenarioText(workload: Workload, name: string = `story ${workload.seed}`): string {
  const { seed, adapters, targets, chaos, checks } = workload;
  const lines = [
    `name: ${scalar(name)}`,
    `seed: ${seed}`,
    "allowNothing: true",
    "adapters:",
    ...[...adapters].map(([adapter, { storage, address }]) =>
      `  ${adapter}: ${flow({ storage, ports: [address], policy: POLICY })}`
    ),
    "targets:",
    ...Object.entries(targets).map(([target, keys], index) =>
      `  ${target}: ${flow({ address: `192.0.2.${20 + index}`, keys, policy: POLICY })}`
    ),
    "steps:",
    ...[...chaos, healingOf(workload), ...checks].map((step) => `  - ${flow(step)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** A value in one line. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, each]) => `${scalar(name)}: ${flow(each)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return typeof value === "string" ? scalar(value) : String(value);
}

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 ._%-]*$/;
/** What YAML takes for something else than a text. */
const NO_TEXT = /^(true|false|null|~|\d+(\.\d+)?|0x[\da-f]+)$/i;

function scalar(text: string): string {
  return PLAIN.test(text) && !NO_TEXT.test(text) && !text.endsWith(" ") ? text : JSON.stringify(text);
}
