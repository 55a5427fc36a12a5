/** The files that the rules are about. */

/** The project's root folder. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** All TypeScript files under some folders of the project, as paths from its root, in order. */
export function sourceFiles(...folders: readonly string[]): string[] {
  const files: string[] = [];
  for (const folder of folders) {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
      const path = `${folder}/${name}`;
      if (isDirectory) files.push(...sourceFiles(path));
      else if (/\.tsx?$/.test(name)) files.push(path);
    }
  }
  return files.toSorted();
}

/** The text of a file of the project. */
export function readSource(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}
