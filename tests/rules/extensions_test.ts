/**
 * What is forgotten does not compile: a step or a kind of fault of which half
 * is missing is planted in a copy of the sources, and the type checker asked.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { Copy, type Plant, planted } from "./planted_sources.ts";

const inKeySteps = (text: string): Plant => ({
  file: "sim/lab/scenario/steps/keys.ts",
  behind: "export const KEY_STEPS = {",
  text,
});
const inExamples = (text: string): Plant => ({
  file: "sim/lab/scenario/step_examples.ts",
  behind: "export const STEP_EXAMPLES = {",
  text,
});
const inFaults = (behind: string) => (text: string): Plant => ({ file: "sim/parts/flash/faults.ts", behind, text });
const inFaultType = inFaults("export type FlashFault =");
const inFaultTable = inFaults('{ kind: K }>, "kind">> } = {');

const SCENARIO = `
name: planted
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], flash: { faults: [wornByte: { address: 0, mask: 1 }] } } }
steps: [{ pullOut: { adapter: ADAPTER } }]
allowNothing: true
`;

Deno.test("extensions: a step and a kind of fault are there when their one entry is", () => {
  using folder = temporaryFolder();
  const copy = new Copy(folder.path);
  const plants = [
    inKeySteps(`
      pullOut: step({
        doc: "",
        shape: mapping({ adapter }),
        *run({ adapter }, context) {
          context.unit(adapter).adapter.powerOff();
        },
      }),`),
    inExamples('  pullOut: "pullOut: { adapter: hba0 }",'),
    inFaultType('  | { readonly kind: "worn byte"; readonly address: number; readonly mask: number }'),
    inFaultTable(`
      "worn byte": faultKind({
        doc: "",
        place: "byte",
        anchor: "now",
        shape: mapping(BYTE),
        check: () => {},
        inject: ({ address, mask }, { cells }) => cells.stick(address, mask, 0),
      }),`),
  ];
  copy.write("good.yaml", SCENARIO.replace("ADAPTER", "hba0"));
  copy.write("bad.yaml", SCENARIO.replace("ADAPTER", "no-such-adapter"));
  const run = (file: string) => copy.run(["run", "--check", "-A", "sim/lab/command/hbasim.ts", "run", file], plants);
  const good = run("good.yaml");
  assert(good.success, good.output);
  assertStringIncludes(good.output, "line 4: pullOut");
  // A step that is read is carried out: the ladder has its trace.
  assertStringIncludes(good.output, "power off");
  const bad = run("bad.yaml");
  assert(!bad.success);
  assertStringIncludes(bad.output, 'bad.yaml:4:31: steps[0].pullOut.adapter: "no-such-adapter" is not accepted here');
});

Deno.test("extensions: a group, cipher or hash function that the wire cannot tell from another stops the program", () => {
  using folder = temporaryFolder();
  const copy = new Copy(folder.path);
  const twice = [
    {
      file: "firmware/ike/groups.ts",
      behind: "// RFC 5903 §3.",
      text: 'ecpGroup(14, "another", p256),',
      message: "Two rows have the number of a group 14, expected one",
    },
    {
      file: "firmware/ike/groups.ts",
      behind: "// RFC 5903 §3.",
      text: 'ecpGroup(190, "ecp256", p256),',
      message: "Two rows have the name of a group ecp256, expected one",
    },
    {
      file: "firmware/ike/ciphers.ts",
      behind: "export const CIPHERS = {",
      text: '"rijndael256": { algorithm: "AES", attribute: 7, keyBytes: 32 },',
      message: "Two rows have the encryption attribute and key length 7, 256, expected one",
    },
    {
      file: "firmware/ike/hash_functions.ts",
      behind: "const FUNCTIONS = {",
      text: 'tiger: hashOf("sha1", 2, sha1),',
      message: "Two rows have the hash attribute 2, expected one",
    },
  ];
  assert(copy.run(["run", "--no-check", "firmware/ike/suite.ts"], []).success);
  for (const { message, ...plant } of twice) {
    const { success, output } = copy.run(["run", "--no-check", "firmware/ike/suite.ts"], [plant]);
    assert(!success && output.includes(message), output);
  }
});

/** Something of which half is missing. */
interface Refusal {
  readonly what: string;
  readonly plant: Plant;
  /** What the type checker must say, at the first line of the plant. */
  readonly message: RegExp;
  /** Where it says so instead; such a plant is checked alone, but for those below. */
  readonly file?: string;
  /** That it does not hide what others cause. */
  readonly isWithOthers?: boolean;
  /** That it says nothing else then. */
  readonly isOnly?: boolean;
}

const TABLE = "sim/lab/scenario/steps/table.ts";

/** What a generator is told where something is to happen at once: it would be made, and nobody would run it. */
const GENERATOR = /'(Generator|Task)<[^']*' is not assignable to type 'void'/;

/** Options of parts, where they are, and who gives them to the part. */
const OPTIONS = [
  ["AdapterOptions", "firmware/adapter_options.ts", "sim/lab/world/adapter_unit.ts"],
  ["WindowsHostOptions", "host/windows_host.ts", "sim/lab/world/world.ts"],
] as const;

const REFUSALS: readonly Refusal[] = [
  {
    what: "a step with only a shape",
    plant: inKeySteps('step1: step({ doc: "", shape: mapping({ adapter }) }),'),
    message: /'run' is missing/,
  },
  {
    what: "a step that only does something",
    plant: inKeySteps('step2: step({ doc: "", *run(_: unknown, { world }) { world.powerOff(); } }),'),
    message: /'shape' is missing/,
  },
  {
    what: "a step that does something with what it does not read",
    plant: inKeySteps(
      'step3: step({ doc: "", shape: mapping({ persist }), *run({ adapter }, { unit }) { unit(adapter); } }),',
    ),
    message: /'adapter' does not exist/,
  },
  {
    what: "a step that the table takes from a group which does not have it",
    plant: {
      file: TABLE,
      behind: "export const ALL_STEPS = mergeGroups(",
      text: "{ step4: KEY_STEPS.step4 },",
    },
    message: /'step4' does not exist/,
  },
  {
    what: "an entry with only a shape that is not even called a step",
    plant: inKeySteps('step5: { doc: "", shape: mapping({ adapter }) },'),
    message: /'run' is missing/,
    file: TABLE,
  },
  {
    what: "a step without an example",
    plant: inKeySteps('step6: step({ doc: "", shape: mapping({}), *run() {} }),'),
    message: /'step6' is missing/,
    file: "sim/lab/scenario/step_examples.ts",
    isOnly: true,
  },
  {
    what: "a step that another group has, too",
    plant: inKeySteps('wait: step({ doc: "", shape: mapping({}), *run() {} }),'),
    message: /is missing .* but required in type '\{ readonly "two groups have the step": "wait"; \}'/,
    file: TABLE,
    isOnly: true,
  },
  {
    what: "a kind of fault that nobody injects",
    plant: inFaultTable(
      'fault1: faultKind({ doc: "", place: "part", anchor: "program", shape: mapping({}), check() {} }),',
    ),
    message: /'inject' is missing/,
  },
  {
    what: "a kind of fault that no file can hold",
    plant: inFaultTable('fault2: faultKind({ doc: "", place: "part", anchor: "now", check() {}, inject() {} }),'),
    message: /'shape' is missing/,
  },
  {
    what: "a kind of fault without a type",
    plant: inFaultTable(
      'none: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({}), check() {}, inject() {} }),',
    ),
    message: /'none' does not exist/,
    file: "sim/parts/flash/faults.ts",
  },
  {
    what: "a kind of fault whose fields do not say what it strikes",
    plant: inFaultTable(
      'fault3: faultKind({ doc: "", place: "sector", anchor: "now", shape: mapping({}), check() {}, inject() {} }),',
    ),
    message: /'sector' is missing/,
  },
  {
    what: "a kind of fault that answers what its anchor does not ask",
    plant: inFaultTable(
      'fault4: faultKind({ doc: "", place: "part", anchor: "erase", shape: mapping({}), check() {}, inject: () => 5 }),',
    ),
    message: /'number' is not assignable to type 'Failure/,
  },
  {
    what: "a step whose doing is no generator, and could not wait",
    plant: inKeySteps(
      'step6: step({ doc: "", shape: mapping({ adapter }), run({ adapter }, { unit }) { unit(adapter); } }),',
    ),
    message: /'void' is not assignable to type 'Task/,
  },
  {
    what: "a step that drops what a call has answered",
    plant: inKeySteps(
      'step7: step({ doc: "", shape: mapping({ adapter }), run: (_, { world: { host } }) => host.api.reportIScsiInitiatorList() }),',
    ),
    message: /InitiatorList/,
  },
  {
    what: "a kind of fault that happens at once, by a generator",
    plant: inFaultTable(
      'fault5: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({}), check() {}, *inject() {} }),',
    ),
    message: GENERATOR,
  },
  {
    what: "a kind of fault whose fields a generator would look at",
    plant: inFaultTable(
      'fault6: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({}), *check() {}, inject() {} }),',
    ),
    message: GENERATOR,
  },
  {
    what: "a step that takes more than what it reads",
    plant: inKeySteps(
      'step8: step({ doc: "", shape: mapping({ adapter }), run({ adapter }: { adapter: string; more: number }) { adapter; } }),',
    ),
    message: /'more' is missing/,
  },
  {
    what: "a step that looks at more than what it reads",
    plant: inKeySteps(
      'step9: step({ doc: "", shape: mapping({ adapter }), check({ more }: { more: number }) { more; }, run() {} }),',
    ),
    message: /'more' is missing/,
  },
  {
    what: "a kind of fault whose type has an optional field that no file can hold",
    plant: inFaultTable(
      'fault7: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({}), check() {}, inject() {} }),',
    ),
    message: /'more' is missing/,
  },
  {
    what: "a kind of fault whose file holds what the type does not have",
    plant: inFaultTable(
      'fault8: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({ reads: doc("", COUNT) }), check() {}, inject() {} }),',
    ),
    message: /'reads' is missing/,
  },
  {
    what: "a kind of fault whose file may hold what the type does not have",
    plant: inFaultTable(
      'fault9: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({ reads: doc("", optional(COUNT)) }), check() {}, inject() {} }),',
    ),
    message: /'reads' is missing/,
  },
  {
    what: "a kind of fault with a number of times that nobody asks",
    plant: inFaultTable(
      'fault10: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({ times: doc("", COUNT) }), check() {}, inject() {} }),',
    ),
    message: /'times' is missing/,
  },
  {
    what: "a kind of fault that does something with more than its file holds",
    plant: inFaultTable(
      'fault11: faultKind({ doc: "", place: "part", anchor: "now", shape: mapping({}), check() {}, inject(_: { more: number }) {} }),',
    ),
    message: /'more' is missing/,
  },
  {
    what: "a method whose OUT a generator would write",
    plant: {
      file: "host/miniport/method_table.ts",
      behind: "/** How each method of MSiSCSI_SecurityConfigOperations is carried out. */",
      text: "export const METHOD: MethodDescription = { outputBytes: 0, marshal: () => command(0), *unmarshal() {} };",
    },
    message: GENERATOR,
  },
  ...OPTIONS.map(([interfaceName, plantedIn, file]): Refusal => ({
    what: `an option of ${interfaceName} that no world says`,
    plant: { file: plantedIn, behind: `export interface ${interfaceName} {`, text: "readonly more?: number;" },
    message: /'more' is missing/,
    file,
    isWithOthers: true,
  })),
  {
    what: "a policy for foreign caches that nobody follows",
    plant: {
      file: "host/initiator_service/service_context.ts",
      behind: "export type ForeignCachePolicy =",
      text: '| "ask"',
    },
    message: /'ask' is missing|ask is missing/,
    file: "host/initiator_service/synchronization.ts",
    isWithOthers: true,
  },
  {
    what: "a kind of fault that is only a type",
    plant: inFaultType('| { readonly kind: "slow" }'),
    message: /slow['"]* is missing/,
    file: "sim/parts/flash/faults.ts",
  },
];

/** What the types of the faults that are planted have, those of `fault1` first. */
const FAULT_FIELDS = ["", "", "", "", "", "", "; more?: number", "", "", "; times: number", ""];

Deno.test("extensions: half of a step or of a kind of fault does not compile", async (test) => {
  using folder = temporaryFolder();
  const copy = new Copy(folder.path);
  const check = (plants: readonly Plant[]): readonly string[] => {
    const { success, output } = copy.run(
      ["check", "sim/lab/scenario/runner.ts", "sim/lab/scenario/step_examples.ts"],
      plants,
    );
    assert(!success, "it compiles");
    return output.split(/^(?=TS\d+ \[ERROR\])/m);
  };
  // Each of these is wrong by itself, so that they can be planted together: the checker names the line of each.
  const together = REFUSALS.filter(({ file, isWithOthers }) => file === undefined || isWithOthers).map(({ plant }) =>
    plant
  );
  const types = inFaultType(FAULT_FIELDS.map((fields, index) => `| { kind: "fault${index + 1}"${fields} }`).join("\n"));
  const errors = check([...together, types]);
  for (const { what, plant, message, file, isWithOthers, isOnly } of REFUSALS) {
    await test.step(what, () => {
      const found = file === undefined || isWithOthers ? errors : check([plant]);
      const place = `/${file ?? lineOf(plant, [...together, types])}:`;
      if (isOnly) assertEquals(found.filter((error) => error.startsWith("TS")).length, 1, found.join(""));
      assert(found.some((error) => error.includes(place) && message.test(error)), `${place}\n${found.join("")}`);
    });
  }
});

/** `file:line` of a plant among others. */
function lineOf({ file, text }: Plant, plants: readonly Plant[]): string {
  const [before = ""] = (planted(plants).get(file) ?? "").split(text);
  return `${file}:${before.split("\n").length}`;
}
