/**
 * Plants each mutant in a copy of the project, and shows who finds it.
 *
 * @module
 */

import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import { type Mutant, MUTANTS } from "./table.ts";

const TABLE = new URL("./MUTANTS.md", import.meta.url);
const PARALLEL = 3;
const PARTS = ["tests/firmware", "tests/lab", "tests/mutants", "tests/vectors", "bench", "scenarios"];
const STORE_TESTS = ["tests/firmware/nvram", "tests/firmware/cache"];
const CACHE_TESTS = ["tests/firmware/cache", "tests/firmware/adapter_test.ts"];

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

const wanted = Deno.args.length === 0 ? MUTANTS.map((_, index) => index + 1) : Deno.args.map(Number);
if (Deno.args.length === 0) await control();
const verdicts = new Map<number, Verdict>();
const queue = [...wanted];
await Promise.all(Array.from({ length: PARALLEL }, async () => {
  for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
    const mutant = MUTANTS[number - 1];
    if (mutant === undefined) throw new RangeError(`No mutant ${number}, expected 1 to ${MUTANTS.length}`);
    const verdict = await judge(mutant);
    verdicts.set(number, verdict);
    console.log(`${number}. ${mutant.name}: ${verdict.by} ${verdict.evidence}`);
  }
}));

const count = (by: Verdict["by"]) => [...verdicts.values()].filter((each) => each.by === by).length;
const summary = `${count("campaign")} of ${wanted.length} are found by the campaign's sample, ${count("tests")} by ` +
  `the tests, ${count("equivalent")} are equivalent, ${count("NOBODY")} are found by nobody`;
console.log(summary);
if (Deno.args.length === 0) {
  const rows = MUTANTS.map(({ name, file }, index) => {
    const verdict = verdicts.get(index + 1);
    return `| ${index + 1} | ${name} | \`${file}\` | ${verdict?.by} | ${verdict?.evidence.replaceAll("|", "\\|")} |`;
  });
  Deno.writeTextFileSync(
    TABLE,
    [
      "# Mutants of the key store and the security cache",
      "",
      `Made by \`deno run -A tests/mutants/run.ts\` at commit ${await revision()}: ${summary}.`,
      "",
      "| | what is wrong | file | found by | first evidence |",
      "| ---: | --- | --- | --- | --- |",
      ...rows,
      "",
    ].join("\n"),
  );
}
Deno.exit(count("NOBODY") === 0 ? 0 : 1);
