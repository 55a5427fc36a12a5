/** Programs of the machine, run to their end. */

/** What came of a program. */
export interface Finished {
  readonly success: boolean;
  readonly text: string;
}

/** Runs a program; one that is not there has not succeeded. */
export function run(command: string, ...args: string[]): Finished {
  try {
    const { success, stdout, stderr } = new Deno.Command(command, { args }).outputSync();
    return { success, text: textOf({ stdout, stderr }) };
  } catch (error) {
    return { success: false, text: error instanceof Error ? error.message : String(error) };
  }
}

/** What a program has said, on both channels. */
export function textOf({ stdout, stderr }: Pick<Deno.CommandOutput, "stdout" | "stderr">): string {
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until something holds; false if it never did. */
export async function until(holds: () => boolean, milliseconds = 15_000): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(40)) if (holds()) return true;
  return holds();
}
