/** Where cycles go is told by functions, exactly in sum, and changes nothing. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Task } from "../../../sim/kernel/task.ts";
import { CycleProfile } from "../../../sim/lab/foreign/cycle_profile.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "../command/command_line.ts";
import { finish, meansOf, operations, shipped } from "./stores.ts";

const SCENARIO = "scenarios/foreign/c_firmware.yaml";

Deno.test("a profile has all cycles, by the stacks of C, and changes none of them", () => {
  const run = (profile: CycleProfile | undefined) => {
    const spent: number[] = [];
    const means = meansOf(function* (cycles): Task {
      spent.push(cycles);
      yield;
    });
    const store = new ForeignStore(storeProgram(shipped()), { ...means, profile });
    finish(store.mount());
    for (const operation of operations(store, 20)) finish(operation);
    return spent;
  };
  const profile = new CycleProfile();
  const spent = run(profile);
  assertEquals(spent, run(undefined));
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  assertEquals(sum(profile.functions.map(({ cycles }) => cycles)), sum(spent));
  assertEquals(sum(profile.stacks.map(({ cycles }) => cycles)), sum(spent));
  const names = profile.stacks.map(({ stack }) => stack.join(";"));
  assert(names.includes("store.hba.wasm;store_put;commit;encode;checksum_at;crc32"), names.join("\n"));
  assert(names.includes("store.hba.wasm;store_mount;hba.core_spend"));
  const [first] = profile.folded().split("\n");
  assertEquals(first, `${names[0]} ${profile.stacks[0]?.cycles}`);
});

Deno.test("hbasim run --profile: folded stacks, or a document for speedscope; the run is the same", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/profile.json`;
  const { code, stdout } = hbasim("run", "--quiet", "--profile", file, SCENARIO);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "cycles of modules, by function without what it calls:");
  const { shared, profiles: [profile] } = JSON.parse(Deno.readTextFileSync(file));
  assert(shared.frames.some(({ name }: { readonly name: string }) => name === "crc32"));
  assertEquals(profile.samples.length, profile.weights.length);
  const all = profile.weights.reduce((sum: number, each: number) => sum + each, 0);
  assertEquals(profile.endValue, all);
  assertStringIncludes(stdout, `${all} cycles of modules`);
  const digest = (text: string) => /digest (\w+)/.exec(text)?.[1];
  assertEquals(digest(stdout), digest(hbasim("run", "--quiet", SCENARIO).stdout));
  const refused = hbasim("run", "--profile", file, "scenarios/wmi_vector.yaml");
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "--profile tells of modules: expected an adapter that has one");
});
