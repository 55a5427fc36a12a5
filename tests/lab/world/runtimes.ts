/** The runtimes on which a program gives the same digests, and how each is made to run one. */

/** What a runtime came to: what the program said, or why it could not be asked. */
export type Answer = { readonly said: string } | { readonly skipped: string };

/**
 * How a runtime runs a program: a module that sets `globalThis.answer`, a function that gives a text. Beside it, in the
 * folder, lie modules, which the program finds by their names in `globalThis.compiled` where it cannot compile them.
 */
export type Runtime = (program: string, folder: string) => Promise<Answer>;

const MODULES = ["store.hba.wasm", "firmware.hba.wasm"] as const;
const SAY = "console.log(`ANSWER ${globalThis.answer()}`);";
const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [
    (name = "worker", esModule = embed "worker.mjs"),
${MODULES.map((name) => `    (name = "${name}", wasm = embed "${name}")`).join(",\n")}
  ], compatibilityDate = "2026-01-01"))]);
`;

/** Each runtime besides this one, by name; versions are those of the npm registry. */
export const RUNTIMES: Readonly<Record<string, Runtime>> = {
  "another process of Deno": (program, folder) => {
    Deno.writeTextFileSync(`${folder}/deno.mjs`, program + SAY);
    return ask(Deno.execPath(), ["run", "--no-config", "--allow-env", `${folder}/deno.mjs`]);
  },
  "Node.js": (program, folder) => {
    Deno.writeTextFileSync(`${folder}/node.mjs`, program + SAY);
    return askPackage("node@22.23.3", [`${folder}/node.mjs`]);
  },
  "Bun": (program, folder) => {
    Deno.writeTextFileSync(`${folder}/bun.mjs`, program + SAY);
    return askPackage("bun@1.4.5", [`${folder}/bun.mjs`]);
  },
  "workerd": (program, folder) => {
    // It compiles no WebAssembly: the module comes compiled.
    const imports = MODULES.map((name, index) => `import module${index} from "${name}";\n`).join("");
    const names = MODULES.map((name, index) => `"${name}": module${index}`).join();
    const compiled = `${imports}globalThis.compiled = { ${names} };\n`;
    Deno.writeTextFileSync(`${folder}/worker.mjs`, `${compiled}${program}\nexport default { test() { ${SAY} } };`);
    Deno.writeTextFileSync(`${folder}/config.capnp`, CONFIGURATION);
    return askPackage("workerd@1.20261117.1", ["test", `${folder}/config.capnp`]);
  },
  "Chromium": (program, folder) => {
    const script = `${program}\ndocument.body.textContent = \`ANSWER \${globalThis.answer()}\`;`.replaceAll(
      "</",
      "<\\/",
    );
    const page = `<!doctype html><body><script type="module">${script}</script></body>`;
    Deno.writeTextFileSync(
      `${folder}/page.html`,
      page.replace("<!doctype html>", '<!doctype html><meta charset="utf-8">'),
    );
    const switches = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync " +
      "--disable-background-networking --disable-component-update --dump-dom";
    const profile = `--user-data-dir=${folder}/profile`;
    return ask("chromium", [...switches.split(" "), profile, new URL(`file://${folder}/page.html`).href]);
  },
};

const ROOT = new URL("../../../", import.meta.url).pathname;

/** A program as one module of web-standard JavaScript. */
export async function bundleProgram(program: string, folder: string): Promise<string> {
  Deno.writeTextFileSync(`${folder}/entry.ts`, program);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--config", `${ROOT}deno.json`, "--platform", "browser"],
      ...["-o", `${folder}/program.mjs`, `${folder}/entry.ts`],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Deno.readTextFileSync(`${folder}/program.mjs`);
}

/** Without the network npx must say so at once. */
const NPM = { npm_config_fetch_retries: "0" };

/** Runs a command of an npm package, if the package can be had. */
async function askPackage(name: string, args: readonly string[]): Promise<Answer> {
  const found = await run("npx", ["-y", name, "--version"]);
  if (typeof found === "string") return { skipped: found };
  return found.success
    ? await ask("npx", ["-y", name, ...args])
    : { skipped: `npx has no ${name}: ${found.errors.split("\n", 1)[0]}` };
}

async function ask(command: string, args: readonly string[]): Promise<Answer> {
  const result = await run(command, args);
  if (typeof result === "string") return { skipped: result };
  const said = /^.*?ANSWER (.*?)(?:<\/body>.*)?$/m.exec(result.output)?.[1];
  if (!result.success || said === undefined) {
    throw new Error(`${command} did not answer: ${result.output}${result.errors}`);
  }
  return { said };
}

/** What became of a command; a text says why there is no such command. */
async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly success: boolean; readonly output: string; readonly errors: string } | string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env: NPM }).output();
    return { success, output: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${command} on this machine`;
    throw error;
  }
}
