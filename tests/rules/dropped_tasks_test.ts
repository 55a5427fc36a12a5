import { assertEquals, assertGreater } from "@std/assert";
import { droppedTasks } from "./dropped_tasks.ts";
import { programOf, projectProgram, projectSources } from "./program.ts";
import { sourceFiles } from "./source_files.ts";

Deno.test("no task is made and dropped", () => {
  const program = projectProgram(sourceFiles("sim", "firmware", "host", "bench", "tests"));
  assertEquals(droppedTasks(program), []);
  assertGreater(projectSources(program).length, 300);
});

const PRELUDE = `
type Task<T = void> = Generator<void, T, void>;
declare function work(): Task<number>;
declare const host: { shutDown(): Task } | undefined;
declare const list: Task[];
declare const queue: { schedule(cycles: number, then: () => void): void; add(make: () => Task): void };
declare const step: (kind: { run(value: number, context: { host: { shutDown(): Task } }): void | undefined }) => void;
declare const loose: { run: (() => void) | undefined };
declare let task: Task<number> | undefined;
`.trim().split("\n");

Deno.test("droppedTasks() finds what is planted", () => {
  const planted: readonly (readonly [body: string, ...dropped: string[]])[] = [
    ["work();", "work()"],
    ["host?.shutDown();", "host?.shutDown()"],
    ["if (task) work(); else host?.shutDown();", "work()", "host?.shutDown()"],
    ["task && work();", "work()"],
    ["task ?? work();", "task", "work()"],
    ["(task ? work() : 5);", "work()"],
    ["void work();", "work()"],
    ["const x = (work(), 5); return x;", "work()"],
    ["for (work(); ; host?.shutDown()) break;", "work()", "host?.shutDown()"],
    ["list[0];", "list[0]"],
    ["step({ run(_value, { host }) { host.shutDown(); } });", "host.shutDown()"],
    ["queue.schedule(5, () => work());", "work()"],
    ["queue.schedule(5, () => task ? work() : undefined);", "work()"],
    ["loose.run = () => work();", "work()"],
    ["function f<T extends Task>(t: T, u: () => T) { u(); return t; } return f;", "u()"],
    ["(function* () { yield; })();", "(function* () { yield; })()"],
    ["(async function* () { yield 5; })();", "(async function* () { yield 5; })()"],
    // Taken.
    ["task = work();"],
    ["task ??= work();"],
    ["list.push(host!.shutDown());"],
    ["return work();"],
    ["queue.add(() => host!.shutDown());"],
    ["function* g(): Task<number> { return yield* work(); } return g;"],
    ["const run = () => work(); return run;"],
    ["work().next();"],
  ];
  const text = [...PRELUDE, ...planted.map(([body], index) => `function f${index}(): unknown { ${body} return 0; }`)];
  assertEquals(
    droppedTasks(programOf("planted.ts", text.join("\n"))),
    planted.flatMap(([, ...dropped], index) =>
      dropped.map((task) => `planted.ts:${index + 1 + PRELUDE.length}: a task that nobody runs: \`${task}\``)
    ),
  );
});
