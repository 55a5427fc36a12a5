import { assertEquals } from "@std/assert";
import { moduleStateViolations } from "./module_state.ts";
import { programOf, projectProgram } from "./program.ts";
import { sourceFiles } from "./source_files.ts";

/** Files that do, each with the reason why no run can tell. */
const EXEMPT: Readonly<Record<string, string>> = {
  "firmware/boot.ts": "VERDICTS remembers the results of a pure function",
};

Deno.test("no function changes what a module holds: each run begins anew", () => {
  const files = new Set(sourceFiles("sim", "firmware", "host"));
  const found = moduleStateViolations(projectProgram([...files]), (path) => files.has(path));
  const isExempt = (violation: string) => Object.keys(EXEMPT).some((path) => violation.startsWith(`${path}:`));
  assertEquals(found.filter((each) => !isExempt(each)), []);
  assertEquals(found.filter(isExempt).length, Object.keys(EXEMPT).length, "each exemption is for one place");
});

const HELD = `
const map = new Map<number, number>();
const list: number[] = [];
const object: Record<string, { n: number }> = {};
class Count { static n = 0; static readonly seen = new Set<number>(); own = 0; }
export const cell = { value: 0 };
map.set(1, 1); list.push(1); object.x = { n: 1 };
for (const each of [[1]]) each.push(2);
`;

function violations(statement: string): string[] {
  const text = `${HELD.trim()}\nfunction f(list2: number[]) { ${statement} }\n`;
  return moduleStateViolations(programOf("planted.ts", text), (path) => path === "planted.ts");
}

Deno.test("moduleStateViolations() finds each way to change what a module holds", () => {
  const planted: readonly (readonly [name: string, statement: string])[] = [
    ["map", "map.set(1, 2);"],
    ["map", "(map as Map<number, number>).clear();"],
    ["list", "list.push(1);"],
    ["list", "list[0] = 1;"],
    ["list", "const g = () => list.pop();"],
    ["list", "list.length = 0;"],
    ["object", "object.x = { n: 1 };"],
    ["object", "(object.x as { n: number }).n += 1;"],
    ["object", "delete object.x;"],
    ["cell", "cell.value++;"],
    ["cell", "--cell.value;"],
    ["cell", "cell.value ??= 1;"],
    ["Count", "Count.n++;"],
    ["Count", "Count.seen.add(1);"],
    ["Count", "class D { static m() { Count.n = 1; } }"],
  ];
  for (const [name, statement] of planted) {
    const message = `planted.ts:8: ${name} of a module is changed: hold it in what needs it`;
    assertEquals(violations(statement), [message], statement);
  }
});

Deno.test("moduleStateViolations() lets pass what is a function's own, and what changes nothing", () => {
  const innocent = [
    "const own = new Map([...map]); own.set(1, 2);",
    "list2.push(1); list2[0] = 1;",
    "const own = list.toSorted(); own.reverse();",
    "map.get(1); list.at(0); object.x;",
    "const count = new Count(); count.own++;",
    "const own = { ...cell }; own.value = 1;",
    "const list = [1]; list.push(2);",
    "let n = 0; n++; n = -n;",
  ];
  for (const statement of innocent) assertEquals(violations(statement), [], statement);
});
