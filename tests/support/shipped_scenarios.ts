/** The scenarios that come with the project. */

const FOLDER = new URL("../../scenarios/", import.meta.url);

/** Names of their files, in order. */
export const SHIPPED_SCENARIOS: readonly string[] = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith(".yaml")).toSorted();

/** The text of a scenario. */
export function readShipped(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}
