/**
 * Plants each mutant in a copy of the project, and shows who finds it.
 *
 * @module
 */

import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./table.ts";

const TABLE = new URL("./MUTANTS.md", import.meta.url);
const PARALLEL = 3;
const PARTS = ["tests/firmware", "tests/lab", "tests/mutants", "tests/vectors", "bench", "scenarios"];
/** They take longest: most mutants are found without them. */
const LONGEST_TESTS = ["full_ring", "stuck_header", "workload", "presets", "program_units", "format"];
const STORE_TESTS = [...testsIn("tests/firmware/nvram"), "tests/firmware/cache"];
const CACHE_TESTS = ["tests/firmware/cache", "tests/firmware/adapter_test.ts"];

/** The tests of a folder, those that take longest last. */
function testsIn(folder: string): readonly string[] {
  const files = [...Deno.readDirSync(new URL(`../../${folder}/`, import.meta.url))].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts")).sort();
  const place = (name: string) => LONGEST_TESTS.indexOf(name.replace("_test.ts", ""));
  return files.sort((left, right) => place(left) - place(right)).map((name) => `${folder}/${name}`);
}

/** Who finds a mutant, and by what. */
type Verdict =
  | { readonly by: "campaign" | "tests"; readonly evidence: string }
  | { readonly by: "equivalent"; readonly evidence: string }
  | { readonly by: "NOBODY"; readonly evidence: string };

async function judge(mutant: Mutant): Promise<Verdict> {
  return await withPlantedFaults([mutant], async (folder) => {
    const isOfStore = mutant.file.startsWith("firmware/nvram/");
    const trial = isOfStore ? await failingTrial(folder) : "";
    if (trial !== "") return { by: "campaign", evidence: trial };
    const test = await failingTest(folder, isOfStore ? STORE_TESTS : CACHE_TESTS);
    if (test !== undefined) return { by: "tests", evidence: test };
    if (mutant.equivalent !== undefined) return { by: "equivalent", evidence: mutant.equivalent };
    return { by: "NOBODY", evidence: "" };
  }, PARTS);
}

/** The first trial that fails; empty if none does. */
async function failingTrial(folder: string): Promise<string> {
  return (await runProgram(folder, `${folder}/tests/mutants/campaign.ts`, [])).trim();
}

/** The first test that fails. */
async function failingTest(folder: string, paths: readonly string[]): Promise<string | undefined> {
  const args = ["test", "-A", "--no-check", "--fail-fast", "--config", `${folder}/deno.json`, ...paths];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { NO_COLOR: "1" } });
  const { success, stdout } = await command.output();
  if (success) return undefined;
  return /^(.*) \.\.\. FAILED/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "a module that does not load";
}

async function revision(): Promise<string> {
  const args = ["log", "-1", "--format=%h of %cs"];
  const { stdout } = await new Deno.Command("git", { args, cwd: projectFolder() }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Without any fault nobody may find one. */
async function control(): Promise<void> {
  await withPlantedFaults([], async (folder) => {
    const found = await failingTest(folder, [...STORE_TESTS, ...CACHE_TESTS]) ?? await failingTrial(folder);
    if (found !== "") throw new Error(`Found where there is no fault: ${found}`);
  }, PARTS);
}

const NOT_RUN = "- | not run | - | - |";

/** What the table says of each mutant, by its name: the cells behind it. */
function readTable(): Map<string, string> {
  let text = "";
  try {
    text = Deno.readTextFileSync(TABLE);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const rows = text.split("\n").map((line) => /^\| +\d+ \| (.*?) +\| (.*)$/.exec(line));
  // Formatting pads cells: taken away again.
  const cells = (text: string | undefined) => (text ?? "").replaceAll(/ +\|/g, " |").replaceAll(/ {2,}/g, " ");
  return new Map(rows.filter((row) => row !== null).map((row) => [row[1] ?? "", cells(row[2])]));
}

function writeTable(cells: ReadonlyMap<string, string>): void {
  const rows = MUTANTS.map(({ name }, index) => `| ${index + 1} | ${name} | ${cells.get(name) ?? NOT_RUN}`);
  const judged = MUTANTS.filter(({ name }) => (cells.get(name) ?? NOT_RUN) !== NOT_RUN).length;
  const head = [
    "# Mutants of the key store and the security cache",
    "",
    "Made by `deno run -A tests/mutants/run.ts`: each fault was planted in a copy of the project, and a sample of the",
    "campaign (`tests/mutants/campaign.ts`) was run; if it found nothing, the tests of the store and the cache.",
    `${judged} of ${MUTANTS.length} have been judged.`,
    "",
    "| | what is wrong | file | found by | first evidence | at commit |",
    "| ---: | --- | --- | --- | --- | --- |",
  ];
  Deno.writeTextFileSync(TABLE, [...head, ...rows, ""].join("\n"));
}

const wanted = Deno.args.length === 0 ? MUTANTS.map((_, index) => index + 1) : Deno.args.map(Number);
const commit = await revision();
const table = readTable();
const found: Record<Verdict["by"], number> = { campaign: 0, tests: 0, equivalent: 0, NOBODY: 0 };
const queue = [...wanted];
if (Deno.args.length === 0) await control();
await Promise.all(Array.from({ length: PARALLEL }, async () => {
  for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
    const mutant = MUTANTS[number - 1];
    if (mutant === undefined) throw new RangeError(`No mutant ${number}, expected 1 to ${MUTANTS.length}`);
    const { by, evidence } = await judge(mutant);
    found[by]++;
    console.log(`${number}. ${mutant.name}: ${by} ${evidence}`);
    table.set(mutant.name, `\`${mutant.file}\` | ${by} | ${evidence.replaceAll("|", "\\|")} | ${commit} |`);
    writeTable(table);
  }
}));
console.log(
  `${found.campaign} of ${wanted.length} are found by the campaign's sample, ${found.tests} by the tests, ` +
    `${found.equivalent} are equivalent, ${found.NOBODY} are found by nobody`,
);
Deno.exit(found.NOBODY === 0 ? 0 : 1);
