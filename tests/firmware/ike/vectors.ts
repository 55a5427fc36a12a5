/** Reads the published test data. */

/** An object whose named fields are text. */
export type Texts<Name extends string> = { readonly [N in Name]: string };

/** A file of tests/vectors. */
export function vectors<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`../../vectors/${name}.json`, import.meta.url)));
}
