/** Programs that tests need, and not every machine has. */

/**
 * Whether this machine lacks a program; if so, says that tests are skipped, and why.
 *
 * @param command The program; it answers `--version`.
 * @param why What is missing and to what end, as in `skipped: no tshark on this machine to decode the captures`.
 */
export function isMissing(command: string, why: string): boolean {
  try {
    if (new Deno.Command(command, { args: ["--version"] }).outputSync().success) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipped: ${why}`);
  return true;
}
