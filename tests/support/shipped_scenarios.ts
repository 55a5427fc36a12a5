/** The scenarios that come with the project. */

const FOLDER = new URL("../../scenarios/", import.meta.url);

/** Names of their files, in order. */
export const SHIPPED_SCENARIOS: readonly string[] = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).toSorted();

/** Where the file of a scenario is. */
export function pathOfShipped(name: string): string {
  return new URL(name, FOLDER).pathname;
}

/** The text of a scenario. */
export function readShipped(name: string): string {
  return Deno.readTextFileSync(pathOfShipped(name));
}
