/** The tarball, judged by the tools of those who will use it. */

import { SHIPPED_SCENARIOS } from "../support/shipped_scenarios.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { pack } from "../../.ci/package/pack.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { goOutside, must, type Outside, run, TOOLS } from "./outside.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const CONFIGURATION: {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
} = JSON.parse(
  Deno.readTextFileSync(`${ROOT}deno.json`),
);
const DOORS = Object.keys(CONFIGURATION.exports);
const name = (door: string) => `@hba/sim${door.slice(1)}`;
const KIBIBYTE = 1024;

/** A consumer of everything: it imports each door and says how many there are. */
const CONSUMER = DOORS.map((door, index) => `import * as door${index} from "${name(door)}";\n`).join("") +
  `console.log([${DOORS.map((_, index) => `door${index}`).join(", ")}].length, "doors");\n`;

Deno.test("the tarball as those see it who use it", async (t) => {
  using folder = temporaryFolder();
  const outside = await goOutside(folder.path);
  if ("skipped" in outside) return console.log(`skipped: ${outside.skipped}`);
  const consumer = `${folder.path}/consumer`;
  Deno.mkdirSync(consumer);
  Deno.writeTextFileSync(`${consumer}/package.json`, '{ "private": true, "type": "module" }');
  await must("npm", ["install", outside.tarball, TOOLS.typescript, TOOLS.esbuild], consumer, outside.path);
  await judge(t, outside, consumer);
});

Deno.test("deno task pack says in one line that there is no such folder, before it begins", () => {
  for (const folder of ["nowhere", "deno.json"]) {
    const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-read", "--allow-env", ".ci/package/pack.ts", folder],
      cwd: ROOT,
    }).outputSync();
    assertEquals([code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)], [
      1,
      "",
      `pack: "${folder}" is not there, or no folder: expected one to write the tarball to\n`,
    ]);
  }
});

/** All that is asked of an installed package. */
async function judge(t: Deno.TestContext, { tarball, path }: Outside, consumer: string): Promise<void> {
  const installed = `${consumer}/node_modules/@hba/sim`;
  const npx = (...args: string[]) => must("npx", ["-y", ...args], consumer, path);

  await t.step("is small, and the same sources give the same bytes", async () => {
    const bytes = Deno.readFileSync(tarball);
    // 291 KiB when the package was made; since then host classes, curve groups, fragments, the flash part's commands,
    // exports of traces, the command, faults, explanations, a dissector, typed scenarios, bundles and the explorer have come,
    // and certificates and foreign modules; the last ten for answers about dropped packets, long traces that can be
    // interrupted, and rules. The page of reports is 370 KiB of it: it holds the core once more, because a report opens
    // without a network.
    assertLessOrEqual(bytes.length, 1110 * KIBIBYTE);
    using again = temporaryFolder();
    assertEquals(Deno.readFileSync(await pack(again.path)), bytes);
  });

  await t.step("publint has nothing to say", async () => {
    assertStringIncludes(await npx(TOOLS.publint, tarball, "--strict"), "All good!");
  });

  await t.step("arethetypeswrong finds nothing, for programs that are modules", async () => {
    await npx(TOOLS.attw, tarball, "--profile", "esm-only");
  });

  for (const [module, moduleResolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    await t.step(`every declaration compiles strictly, libraries included, as ${moduleResolution}`, async () => {
      const lib = ["es2022"];
      const compilerOptions = { module, moduleResolution, target: "es2022", lib, types: [], noEmit: true };
      const options = { ...compilerOptions, strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true };
      // What ES2022 alone does not have; the package needs nothing else.
      const console = "declare const console: { log(...words: unknown[]): void };\n";
      Deno.writeTextFileSync(`${consumer}/all.ts`, CONSUMER + console);
      const config = { compilerOptions: options, files: ["all.ts"] };
      Deno.writeTextFileSync(`${consumer}/tsconfig.json`, JSON.stringify(config));
      assertEquals(await npx("tsc"), "");
      assertEquals(await npx("-p", TOOLS.leastTypescript, "tsc"), "");
    });
  }

  await t.step("README says which TypeScript is the least", () => {
    assertStringIncludes(
      Deno.readTextFileSync(`${ROOT}README.md`),
      `TypeScript ${/\d+\.\d+/.exec(TOOLS.leastTypescript)}`,
    );
  });

  await t.step("every example in a declaration compiles as an editor shows it", async () => {
    const examples = filesOf(installed).filter((file) => file.endsWith(".d.ts")).flatMap(examplesIn);
    assertLessOrEqual(DOORS.length, examples.length);
    const files = examples.map((text, index) => {
      Deno.writeTextFileSync(`${consumer}/example${index}.ts`, text);
      return `example${index}.ts`;
    });
    const compilerOptions = { module: "nodenext", target: "es2022", lib: ["es2022", "dom"], types: [], noEmit: true };
    Deno.writeTextFileSync(`${consumer}/examples.json`, JSON.stringify({ compilerOptions, files }));
    assertEquals(await npx("tsc", "-p", "examples.json"), "");
  });

  await t.step("the compiler does look: what is misused is found", async () => {
    Deno.writeTextFileSync(`${consumer}/all.ts`, `import { Kernel } from "@hba/sim/kernel";\nnew Kernel("fast");\n`);
    const planted = await run("npx", ["tsc"], consumer, path);
    assert(!planted.success && planted.text.includes("TS2345"), planted.text);
  });

  await t.step("no declaration says any", () => {
    for (const file of filesOf(installed).filter((file) => file.endsWith(".d.ts"))) {
      const code = Deno.readTextFileSync(file).replaceAll(/\/\*[^]*?\*\/|"[^"]*"/g, "");
      assert(!/\bany\b/.test(code), file);
    }
  });

  await t.step("holds what a stranger needs, and no second package.json", () => {
    const files = filesOf(installed).map((file) => file.slice(installed.length + 1));
    assertEquals(files.filter((file) => file.endsWith("package.json")), ["package.json"]);
    for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) assert(files.includes(file), file);
    for (const name of SHIPPED_SCENARIOS) assert(files.includes(`scenarios/${name}`), name);
    assertEquals(files.filter((file) => /\.ts$/.test(file) && !file.endsWith(".d.ts")), []);
    for (const text of files.filter((file) => file.endsWith(".md"))) {
      const links = Deno.readTextFileSync(`${installed}/${text}`).matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g);
      assertEquals([...links].map(([, target = ""]) => target).filter((target) => !files.includes(target)), [], text);
    }
  });

  await t.step("a key store in C comes with what it is made of, and runs", async () => {
    const foreign = `${installed}/scenarios/foreign`;
    for (const name of ["hba_store.h", "store.c", "build.sh", "store_hasty.hba.wasm"]) {
      assert(Deno.statSync(`${foreign}/${name}`).isFile);
    }
    assertStringIncludes(await npx("hbasim", "run", `${foreign}/c_store.yaml`), "all 9 expectations hold");
  });

  await t.step("tools find its package.json", async () => {
    const text = 'console.log(require("@hba/sim/package.json").version)';
    assertEquals(await must("node", ["-e", text], consumer, path), `${CONFIGURATION.version}\n`);
  });

  await t.step("what is bundled says whose it is, and with which permission", () => {
    const notices = new Map(
      filesOf(`${installed}/vendor`).map((file) => [
        file.split("/").at(-1) ?? "",
        /^\/\*! ([^]*?) \*\//.exec(Deno.readTextFileSync(file))?.[1] ?? "",
      ]),
    );
    assertEquals([...notices.keys()].toSorted(), ["cbor_x.js", "parse_args.js", "yaml.js"]);
    assertStringIncludes(notices.get("cbor_x.js") ?? "", "(c) 2020 Kris Zyp\nPermission is hereby granted");
    assertStringIncludes(notices.get("yaml.js") ?? "", "Eemeli Aro <eemeli@gmail.com>\nPermission to use");
    const standsIn = CONFIGURATION.links?.includes("./compat/std_cli") === true;
    const owner = standsIn ? "written for hbasim" : "Copyright the Deno authors\nPermission is hereby granted";
    assertStringIncludes(notices.get("parse_args.js") ?? "", owner);
  });

  await t.step("all doors open on Node.js, from their files and from one bundle, without a word", async () => {
    Deno.writeTextFileSync(`${consumer}/all.js`, CONSUMER);
    await npx("esbuild", "all.js", "--bundle", "--platform=node", "--format=esm", "--outfile=bundle.mjs");
    // The node that is on the path of this machine, if it has one: the library is not bound to the newest.
    for (const nodes of [path, Deno.env.get("PATH") ?? ""]) {
      for (const file of ["all.js", "bundle.mjs"]) {
        assertEquals(await must("node", [file], consumer, nodes), `${DOORS.length} doors\n`);
      }
    }
  });

  await t.step("kernel and key store are small on their own", async () => {
    for (const [door, limit] of [["./kernel", 8 * KIBIBYTE], ["./nvram", 26 * KIBIBYTE]] as const) {
      Deno.writeTextFileSync(`${consumer}/door.js`, `export * from "${name(door)}";\n`);
      await npx("esbuild", "door.js", "--bundle", "--minify", "--format=esm", "--outfile=door.min.js");
      const size = await gzipBytes(Deno.readFileSync(`${consumer}/door.min.js`));
      assertLess(size, limit, door);
      assertLess(KIBIBYTE, size, "there is something in it");
    }
  });

  await t.step("the command's threads run: the cut campaign, and a bridge over UDP", async () => {
    const campaign = await npx("hbasim", "cuts", "--tier", "quick");
    assertStringIncludes(campaign, "0 violations");
    Deno.writeTextFileSync(`${consumer}/calling.yaml`, CALLING);
    const ends = ["--listen", "127.0.0.2:15510", "--peer", "127.0.0.3:15511"];
    const bridge = await run("npx", ["hbasim", "bridge", ...ends, "calling.yaml"], consumer, path);
    assertStringIncludes(bridge.text, "all 1 expectations hold");
    const replay = await run("npx", ["hbasim", "bridge", ...ends, "absent.yaml"], consumer, path);
    assertEquals(replay, {
      success: false,
      text: 'hbasim: cannot read "absent.yaml": there is no such file or folder\n',
    });
  });

  await t.step("a pipe gets every byte, however slowly it is read: Node makes it one that does not wait", async () => {
    Deno.writeTextFileSync(`${consumer}/long.yaml`, LONG);
    await npx("hbasim", "run", "--quiet", "--trace", "long.cbor", "long.yaml");
    await npx("hbasim", "trace", "--vcd", "long.vcd", "long.cbor");
    const { size } = Deno.statSync(`${consumer}/long.vcd`);
    assertLess(128 * KIBIBYTE, size);
    const program = `${installed}/sim/lab/command/hbasim.js`;
    const slow = `{ node "${program}" trace --vcd - long.cbor; echo $? >&2; } | { sleep 1; wc -c; }`;
    assertEquals((await must("sh", ["-c", slow], consumer, path)).split(/\s+/).filter(Boolean).toSorted(), [
      "0",
      `${size}`,
    ]);
  });

  await t.step("the command runs on Node.js 20, as README says", async () => {
    const hbasim = (...args: string[]) =>
      npx("-p", TOOLS.leastNode, "node", `${installed}/sim/lab/command/hbasim.js`, ...args);
    assertStringIncludes(await npx("-p", TOOLS.leastNode, "node", "--version"), "v20.");
    assertStringIncludes(await hbasim("explore", "--seeds", "1..20"), "20 seeds, 0 failed");
    const scenario = `${installed}/scenarios/wrong_key_at_target.yaml`;
    assertStringIncludes(await hbasim("check", scenario), "nothing to object");
    assertStringIncludes(await hbasim("test", scenario), "1 ok, 0 failed");
    assertStringIncludes(await hbasim("explain", scenario, "14"), "came to ISDSC_AUTHENTICATION_FAILURE");
    await hbasim("run", "--quiet", "--trace", "old.cbor", "--bundle", "old.bundle", scenario);
    await hbasim("trace", "old.cbor", "--vcd", "old.vcd", "--perfetto", "old.pftrace");
    assertStringIncludes(await hbasim("replay", "--quiet", "old.bundle"), "the same ");
  });

  await t.step("hbasim --version tells the version of the package", async () => {
    assertEquals(await npx("hbasim", "--version"), `hbasim ${CONFIGURATION.version}\n`);
  });
}

/** Nobody answers at the peer's address: the bridge opens its socket, and that is all. */
const CALLING = `
name: calling
adapters: { hba0: { storage: ram, ports: [127.0.0.2] } }
targets: { disk: { address: 127.0.0.3, outside: true } }
steps: [setGroupKey: { key: a key }]
`;

/** Its waveforms are longer than a pipe has room for. */
const LONG = `
name: long
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps: [{ setGroupKey: { key: a key }, repeat: 200 }]
`;

/** The examples in the comments of a file, each as a module of its own. */
function examplesIn(file: string): string[] {
  const comments = Deno.readTextFileSync(file).matchAll(/\/\*\*[^]*?\*\//g);
  return [...comments].flatMap(([comment]) => {
    const text = comment.replaceAll(/^ *\* ?/gm, "");
    return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, example = ""]) => example);
  });
}

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesOf(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

async function gzipBytes(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).bytes()).length;
}
