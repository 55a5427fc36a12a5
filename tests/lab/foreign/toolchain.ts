/** What makes modules of C: Debian's, of one release, for cycles are those of their code. */

const TOOLS = { clang: "14", "wasm-ld": "14", "wasm-opt": "108" };

/** Why the tools cannot be asked: one is missing, or another version, whose code takes other cycles. */
export function missingTool(): string | undefined {
  for (const [tool, version] of Object.entries(TOOLS)) {
    try {
      const { stdout } = new Deno.Command(tool, { args: ["--version"] }).outputSync();
      const text = new TextDecoder().decode(stdout);
      if (!new RegExp(`\\b${version}\\b`).test(text)) return `${tool} is no version ${version}`;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `there is no ${tool} on this machine`;
      throw error;
    }
  }
  return undefined;
}
