/**
 * Campaigns in parts, by the engines that people have: what the README says to
 * them is run, and the merged result is the undivided one, byte for byte.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { shardOfTask } from "../../../../sim/lab/command/shard.ts";
import { isMissing } from "../../../support/peers.ts";
import { temporaryFolder } from "../../../support/temporary_folder.ts";
import { hbasim } from "../../command/command_line.ts";
import { SlurmCluster } from "./slurm_cluster.ts";

const root = new URL("../../../../", import.meta.url).pathname;
const README = Deno.readTextFileSync(`${root}README.md`);

/** What the README shows, with fewer seeds, and a folder for the results. */
function shown(what: RegExp, seeds: string, out: string): string {
  const [, text = ""] = what.exec(README) ?? [];
  assertMatch(text, /--seeds 1\.\.\d+/);
  return text.replace(/--seeds 1\.\.\d+/, `--seeds ${seeds}`).replaceAll("--out found", `--out '${out}'`)
    .replaceAll("--merge found", `--merge '${out}'`);
}

/** The results of seeds that nobody has divided, or of parts put together. */
function results(folder: string): string {
  return Deno.readFileSync(`${folder}/results.cbor`).toHex();
}

function undivided(seeds: string, folder: string): string {
  const { code, stderr } = hbasim("explore", "--seeds", seeds, "--jobs", "2", "--out", folder);
  assertEquals(code, 0, stderr);
  return results(folder);
}

/** A shell that finds this Deno as `deno`, and stands where the README's commands do. */
function shell(script: string, folder: string): void {
  const bin = `${folder}/bin`;
  Deno.mkdirSync(bin, { recursive: true });
  Deno.symlinkSync(Deno.execPath(), `${bin}/deno`);
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}`, NO_COLOR: "1" };
  const { success, stderr } = new Deno.Command("/bin/sh", { args: ["-ec", script], cwd: root, env }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test({
  name: "GNU parallel runs the parts of a campaign as the README says, and they make the whole",
  ignore: isMissing("parallel", "no GNU parallel on this machine to run the parts of a campaign"),
  fn() {
    // Parallel gives each command to a shell once more, which would divide a name with a space.
    using folder = temporaryFolder("parallel-");
    const out = `${folder.path}/found`;
    shell(shown(/```sh\n(parallel [^`]*)```/, "1..120", out), folder.path);
    assertEquals([...Deno.readDirSync(out)].filter(({ isFile }) => isFile).length, 5, "four parts, and the whole");
    assertEquals(results(out), undivided("1..120", `${folder.path}/whole`));
  },
});

Deno.test({
  name: "Slurm runs a campaign as an array of four tasks, one killed and requeued, and they make the whole",
  ignore: isMissing("slurmd", "no Slurm on this machine to run a job array") || Deno.uid() !== 0,
  async fn() {
    await using cluster = await SlurmCluster.start();
    const { folder } = cluster;
    const [out, starts, job] = [`${folder}/found`, `${folder}/starts`, `${folder}/job.sh`];
    const script = shown(/```sh\n(#!\/bin\/sh\n#SBATCH [^`]*)```/, SEEDS, out);
    // Each start of a task leaves a line.
    const prepared = `echo "$SLURM_ARRAY_TASK_ID \${SLURM_RESTART_COUNT:-0}" >> ${starts}\n` +
      `cd ${root}\nPATH=${folder}/bin:$PATH\n`;
    Deno.writeTextFileSync(job, script.replace(/^(?!#)/m, prepared));
    Deno.mkdirSync(`${folder}/bin`);
    Deno.symlinkSync(Deno.execPath(), `${folder}/bin/deno`);
    const number = /\d+/.exec(cluster.say("sbatch", `--output=${folder}/out.%a`, "--open-mode=append", job))?.[0] ??
      "none";
    const started = () => read(starts).trim().split("\n").toSorted();
    await cluster.until("the second task has begun", () => started().includes("2 0"));
    cluster.say("scontrol", "requeue", `${number}_2`);
    await cluster.until("it waits again", () => cluster.say("squeue", "-h", "-t", "PD", "-j", number).includes("_2"));
    // Slurm lets two minutes pass before what was killed runs again.
    cluster.say("scontrol", "update", `JobId=${number}_2`, "StartTime=now");
    await cluster.until("all tasks are done", () => cluster.say("squeue", "-h").trim() === "");
    assertEquals(started(), ["1 0", "2 0", "2 1", "3 0", "4 0"]);
    assertMatch(read(`${folder}/out.2`), /CANCELLED .* DUE TO JOB REQUEUE/, "Slurm says that it was killed at work");
    const merged = hbasim("explore", "--merge", out);
    assertEquals(merged.code, 0, merged.stderr + [1, 2, 3, 4].map((task) => read(`${folder}/out.${task}`)).join("\n"));
    assertEquals(results(out), undivided(SEEDS, `${folder}/whole`));
  },
});

/** Enough that a task is at work for some seconds. */
const SEEDS = "1..1200";

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test("the task of an array is a part, wherever the array begins and by whatever steps; one of a list has no place", () => {
  const of = (id: string, count = "4", first = "1", step = "1") => {
    const variables = new Map(Object.entries({ ID: id, COUNT: count, MIN: first, STEP: step }));
    return () => shardOfTask((name) => variables.get(name.replace("SLURM_ARRAY_TASK_", "")));
  };
  assertEquals([of("1")(), of("4")()], [{ index: 1, count: 4 }, { index: 4, count: 4 }]);
  assertEquals(of("0", "4", "0")(), { index: 1, count: 4 });
  assertEquals(of("9", "4", "3", "2")(), { index: 4, count: 4 });
  for (
    const [given, what] of [
      [of(""), "SLURM_ARRAY_TASK_ID is not set"],
      [of("two"), 'SLURM_ARRAY_TASK_ID is "two"'],
      [of("5"), "task 5 is none of 4 from 1 by steps of 1"],
      [of("4", "4", "3", "2"), "task 4 is none of 4 from 3 by steps of 2"],
      [of("3", "2", "1", "0"), "task 3 is none of 2 from 1 by steps of 0"],
    ] as const
  ) {
    const error = thrown(given);
    assert(error.startsWith(`--shard slurm: ${what}`) && error.includes("expected"), error);
  }
  const outside = hbasim("explore", "--shard", "slurm", "--out", "/nowhere");
  assertEquals([outside.code, outside.stdout], [2, ""]);
  assertMatch(outside.stderr, /^hbasim: --shard slurm: SLURM_ARRAY_TASK_\w+ is not set; expected a task of an array/);
});

function thrown(call: () => unknown): string {
  try {
    return `returned ${JSON.stringify(call())}`;
  } catch (error) {
    return (error as Error).message;
  }
}
