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

/** What tshark prints of a capture, with a profile that holds nothing but the key log, as the file that Wireshark reads. */
export function decodeCapture(capture: Uint8Array, keyLog: string, ...args: string[]): string {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/wireshark`);
    Deno.writeTextFileSync(`${folder}/wireshark/ikev1_decryption_table`, keyLog);
    Deno.writeFileSync(`${folder}/capture.pcapng`, capture);
    const { success, stdout, stderr } = new Deno.Command("tshark", {
      args: ["-n", "-r", `${folder}/capture.pcapng`, ...args],
      env: { XDG_CONFIG_HOME: folder },
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
