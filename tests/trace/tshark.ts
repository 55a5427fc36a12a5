/** Wireshark's dissector on the command line, if this machine has it. */

function present(): boolean {
  try {
    return new Deno.Command("tshark", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** True if there is no tshark: the tests that need it are skipped. */
export const tsharkMissing = !present();
if (tsharkMissing) console.log("skipped: no tshark on this machine to decode the captures (apt-get install tshark)");

/** What tshark prints of a capture, with the keys of a key log. */
export function decodeCapture(capture: Uint8Array, keyLog: string, ...args: string[]): string {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(file, capture);
    const keys = keyLog.trim().split("\n").filter(Boolean);
    const tables = keys.flatMap((line) => ["-o", `uat:ikev1_decryption_table:${line}`]);
    const output = new Deno.Command("tshark", { args: ["-n", "-r", file, ...tables, ...args] }).outputSync();
    if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
    return new TextDecoder().decode(output.stdout);
  } finally {
    Deno.removeSync(file);
  }
}
