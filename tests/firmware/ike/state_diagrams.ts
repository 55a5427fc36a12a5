/**
 * The state diagrams in firmware/ike/README.md. Run as a program, it writes
 * them anew: `deno run --allow-read --allow-write tests/firmware/ike/state_diagrams.ts`.
 */

import { stateDiagram } from "../../../firmware/ike/state_diagram.ts";

export const README = new URL("../../../firmware/ike/README.md", import.meta.url);

/** The README with its diagrams replaced by generated ones. */
export function withDiagrams(readme: string): string {
  return readme.replaceAll(
    /<!-- diagram: (main|aggressive) (initiator|responder) -->\n+```mermaid\n[^]*?```/g,
    (_, mode, role) => `<!-- diagram: ${mode} ${role} -->\n\n\`\`\`mermaid\n${stateDiagram(mode, role)}\n\`\`\``,
  );
}

if (import.meta.main) Deno.writeTextFileSync(README, withDiagrams(Deno.readTextFileSync(README)));
