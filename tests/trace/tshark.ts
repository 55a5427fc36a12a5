/** Wireshark's dissector on the command line, if this machine has it. */

import { isMissing } from "../support/peers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

/** True if there is no tshark: the tests that need it are skipped. */
export const tsharkMissing = isMissing(
  "tshark",
  "no tshark on this machine to decode the captures (apt-get install tshark)",
);

/** What tshark prints of a capture, with a profile that holds nothing but the key log, as the file that Wireshark reads. */
export function decodeCapture(capture: Uint8Array, keyLog: string, ...args: string[]): string {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/wireshark`);
  Deno.writeTextFileSync(`${folder.path}/wireshark/ikev1_decryption_table`, keyLog);
  Deno.writeFileSync(`${folder.path}/capture.pcapng`, capture);
  const { success, stdout, stderr } = new Deno.Command("tshark", {
    args: ["-n", "-r", `${folder.path}/capture.pcapng`, ...args],
    env: { XDG_CONFIG_HOME: folder.path },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
