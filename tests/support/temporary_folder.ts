/**
 * A new folder for the block that it is made in: `using folder = temporaryFolder();`. When the block ends, by whatever
 * way, the folder is removed with all that is in it.
 *
 * @param prefix What its name begins with; has a space by default, because users' folders have, too.
 */
export function temporaryFolder(prefix = "hbasim "): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
