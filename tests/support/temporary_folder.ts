/**
 * A new folder for the block that it is made in: `using folder = temporaryFolder();`. When the block ends, by whatever
 * way, the folder is removed with all that is in it.
 */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "hbasim " });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
